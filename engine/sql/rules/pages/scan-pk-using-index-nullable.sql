-- The index is there, but the columns may hold NULL
--
-- A primary key makes its columns NOT NULL: the table is read under ACCESS EXCLUSIVE, although
-- no index is built. With a validated CHECK (id IS NOT NULL), or on columns that are NOT NULL,
-- nothing is read.
-- setup
CREATE TABLE users (id bigint, email text);
CREATE UNIQUE INDEX users_pkey ON users (id);
-- bad
ALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_pkey;
-- good
ALTER TABLE users ADD CONSTRAINT users_id_not_null CHECK (id IS NOT NULL) NOT VALID;
ALTER TABLE users VALIDATE CONSTRAINT users_id_not_null;
ALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_pkey;
