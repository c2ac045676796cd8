-- The new value is used too early
--
-- A value that ALTER TYPE ... ADD VALUE made cannot be used before its transaction is committed:
-- 55P04. Only when the type itself was made in the same transaction it can.
-- setup
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE users (id bigint PRIMARY KEY, feels mood);
-- bad
BEGIN;
ALTER TYPE mood ADD VALUE 'so so';
UPDATE users SET feels = 'so so' WHERE id = 1;
COMMIT;
-- good
ALTER TYPE mood ADD VALUE 'so so';
UPDATE users SET feels = 'so so' WHERE id = 1;
