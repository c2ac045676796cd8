-- A name that must be quoted everywhere
--
-- Unquoted names are folded to lower case: "userId" is found only in quotes, in every query and
-- tool, for ever.
-- bad
CREATE TABLE users (id bigint PRIMARY KEY, "userName" text);
-- good
CREATE TABLE users (id bigint PRIMARY KEY, user_name text);
