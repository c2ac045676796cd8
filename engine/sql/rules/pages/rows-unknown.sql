-- The rows could not be read
--
-- With --rows, zdm check looks for a row that the statement fails on. Here it got no answer: the query
-- took longer than the seconds that --rows gives it, waited for a lock, or the role may not read the
-- table or all of its rows. The statement may still fail on them. A constraint that is added NOT VALID
-- does not look at them.
--! unseen: it takes a table that is too large, or that the role may not read
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- bad
ALTER TABLE users ALTER COLUMN email SET NOT NULL;
-- good
ALTER TABLE users ADD CONSTRAINT email_set CHECK (email IS NOT NULL) NOT VALID;
