-- Every table that uses the domain is locked and scanned
--
-- A new constraint of a domain, or its validation, reads all tables with a column of it, each
-- locked with SHARE: nobody can write to any of them until the transaction ends.
--
-- NOT VALID locks nothing. But validating locks and reads all the same: a CHECK on each table
-- can be validated while everybody writes.
-- setup
CREATE DOMAIN email AS text;
CREATE TABLE users (id bigint PRIMARY KEY, address email);
-- bad
ALTER DOMAIN email ADD CONSTRAINT email_check CHECK (VALUE LIKE '%@%');
-- good
ALTER DOMAIN email ADD CONSTRAINT email_check CHECK (VALUE LIKE '%@%') NOT VALID;
