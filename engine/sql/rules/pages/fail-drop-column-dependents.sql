-- Something depends on the column, and the statement fails
--
-- A view, a materialized view, a policy or a generated column (15 and later) that uses the
-- column keeps it from being dropped (2BP01); a column of the partition key can never be dropped
-- (42P16). Change or drop the dependent object first.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, nickname text);
CREATE VIEW nicknames AS SELECT nickname FROM users;
-- bad
ALTER TABLE users DROP COLUMN nickname;
