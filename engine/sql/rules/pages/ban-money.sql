-- money depends on the locale of the server
--
-- How many decimals it has, and how its text is read, is a setting. numeric does not change its
-- mind.
-- bad
CREATE TABLE orders (id bigint PRIMARY KEY, total money);
-- good
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric(12, 2));
