-- Code may know the constraint by its name
--
-- INSERT ... ON CONFLICT ON CONSTRAINT, and error handling that looks at the name of the
-- violated constraint, must know the new one. The table is locked with ACCESS EXCLUSIVE for a
-- moment.
-- setup
CREATE TABLE users (id bigint CONSTRAINT users_pkey PRIMARY KEY);
-- bad
ALTER TABLE users RENAME CONSTRAINT users_pkey TO users_key;
