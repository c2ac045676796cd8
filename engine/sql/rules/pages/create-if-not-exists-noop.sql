-- IF NOT EXISTS keeps what is there, whatever it is
--
-- When the name is taken nothing is made, even if the table there has other columns. The
-- migration counts as done all the same.
-- setup
CREATE TABLE users (id int PRIMARY KEY);
-- bad
CREATE TABLE IF NOT EXISTS users (id bigint PRIMARY KEY, email text);
-- good
CREATE TABLE people (id bigint PRIMARY KEY, email text);
