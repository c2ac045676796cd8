-- int ends at 2,147,483,647
--
-- The change to bigint rewrites the table under ACCESS EXCLUSIVE, on the day when it is largest.
-- bad
CREATE TABLE orders (id bigint PRIMARY KEY, views int);
-- good
CREATE TABLE orders (id bigint PRIMARY KEY, views bigint);
