-- json keeps the text, jsonb the value
--
-- json has no equality and no index of its own, and is parsed at each use. It keeps blanks and
-- the order of keys, which is rarely wanted.
-- bad
CREATE TABLE orders (id bigint PRIMARY KEY, details json);
-- good
CREATE TABLE orders (id bigint PRIMARY KEY, details jsonb);
