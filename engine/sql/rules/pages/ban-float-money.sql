-- Amounts of money are not exact in binary
--
-- 0.1 + 0.2 is not 0.3 in float8, and sums depend on the order of the rows. numeric is exact.
-- bad
CREATE TABLE orders (id bigint PRIMARY KEY, price float8);
-- good
CREATE TABLE orders (id bigint PRIMARY KEY, price numeric(12, 2));
