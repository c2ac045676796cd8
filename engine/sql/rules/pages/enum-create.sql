-- A table can do what an enum cannot
--
-- Values of an enum can be added and renamed but never removed, and carry nothing but their
-- name. A small table with a foreign key can be changed like any data.
-- bad
CREATE TYPE mood AS ENUM ('good', 'bad');
-- good
CREATE TABLE moods (name text PRIMARY KEY);
