-- Deferred triggers keep the table from being changed
--
-- Rows that were written in this transaction wait for a deferred constraint or trigger to look
-- at them; until then ALTER TABLE fails with 55006.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY,
    user_id bigint REFERENCES users DEFERRABLE INITIALLY DEFERRED);
INSERT INTO users VALUES (1);
-- bad
BEGIN;
INSERT INTO orders VALUES (1, 1);
ALTER TABLE orders ADD COLUMN note text;
COMMIT;
-- good
INSERT INTO orders VALUES (1, 1);
ALTER TABLE orders ADD COLUMN note text;
