-- timestamp does not say which time it is
--
-- Without a time zone the same value is another moment for each client. timestamptz takes the
-- same eight bytes and knows the moment.
-- bad
CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamp);
-- good
CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz);
