-- A name that is a word of SQL
--
-- It must be quoted everywhere, and means something else where the quotes are forgotten: SELECT
-- user FROM t does not read the column.
-- bad
CREATE TABLE orders (id bigint PRIMARY KEY, "user" text);
-- good
CREATE TABLE orders (id bigint PRIMARY KEY, user_name text);
