-- timestamp(0) rounds into the future
--
-- Half a second and more are rounded up: a value may be later than the moment in which it was
-- written. date_trunc() cuts instead.
-- bad
CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz(0));
-- good
CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz);
