-- Rows are written into a table that is in use
--
-- Seed data in a migration meets rows that are there already: unique keys collide, triggers
-- fire, and foreign keys lock the rows they point to.
-- setup
CREATE TABLE plans (name text PRIMARY KEY);
-- bad
INSERT INTO plans VALUES ('free');
