-- The constraint gets a name that the server makes up
--
-- It may differ between databases, with a number behind it where the name was taken; a later
-- migration that drops it must guess.
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- bad
ALTER TABLE orders ADD CHECK (total >= 0) NOT VALID;
-- good
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
