-- ADD PRIMARY KEY builds an index and looks for NULLs under ACCESS EXCLUSIVE
--
-- The table is read twice while nobody can use it, if its columns are not NOT NULL yet.
--
-- Make the columns NOT NULL through a validated CHECK, build the unique index CONCURRENTLY, and
-- let the key take it over.
-- setup
CREATE TABLE users (id bigint NOT NULL, email text);
-- bad
ALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY (id);
-- good
CREATE UNIQUE INDEX CONCURRENTLY users_pkey ON users (id);
ALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_pkey;
