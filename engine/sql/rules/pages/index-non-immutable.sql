-- An index needs IMMUTABLE expressions
--
-- What depends on the time zone, the search path or other tables cannot be in an index or its
-- condition: 42P17. now(), a cast from timestamptz to date and a function that is not marked
-- IMMUTABLE are the usual ones.
--! catalog
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY, at timestamptz);
-- bad
CREATE INDEX CONCURRENTLY orders_day ON orders ((at::date));
-- good
CREATE INDEX CONCURRENTLY orders_day ON orders (((at AT TIME ZONE 'UTC')::date));
