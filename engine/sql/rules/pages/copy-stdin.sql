-- COPY FROM STDIN needs a client that feeds it
--
-- psql sends the lines behind it, most migration tools and zdm run do not: the statement waits
-- for data or fails. INSERT says the same in SQL.
--! not-run: there is no client that feeds it
-- setup
CREATE TABLE plans (name text PRIMARY KEY);
-- bad
COPY plans FROM STDIN;
-- good
INSERT INTO plans VALUES ('free');
