-- The rows stay locked until the transaction ends
--
-- SELECT ... FOR UPDATE or SHARE writes the lock into every row that it returns; others that
-- want to change these rows wait.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, plan text);
-- bad
SELECT id FROM users FOR UPDATE;
