-- A length limit that is hard to change
--
-- varchar(n) stores the same as text. Shortening it rewrites the table; a CHECK on the length
-- can be added, validated and dropped without blocking.
-- bad
CREATE TABLE users (id bigint PRIMARY KEY, name varchar(100));
-- good
CREATE TABLE users (id bigint PRIMARY KEY, name text);
