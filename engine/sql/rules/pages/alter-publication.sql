-- Subscribers get other tables, or others of their rows
--
-- The change is sent from the next transaction on, but a subscriber learns of a new table only
-- by ALTER SUBSCRIPTION ... REFRESH PUBLICATION, which then copies all of it. The table is
-- locked with SHARE UPDATE EXCLUSIVE.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE PUBLICATION shop FOR TABLE users;
-- bad
ALTER PUBLICATION shop ADD TABLE orders;
