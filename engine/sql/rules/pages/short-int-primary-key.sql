-- The key may run out
--
-- A table that grows by a hundred rows a second is through with int in eight months, and every
-- failed INSERT uses a number up. Changing the key means changing every table that refers to it.
-- bad
CREATE TABLE orders (id int PRIMARY KEY);
-- good
CREATE TABLE orders (id bigint PRIMARY KEY);
