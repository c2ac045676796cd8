-- ADD UNIQUE builds an index under ACCESS EXCLUSIVE
--
-- Nobody can read or write the table while its rows are sorted.
--
-- CREATE UNIQUE INDEX CONCURRENTLY builds it while everybody works; the constraint then takes it
-- over in a moment. A partitioned table knows neither: there each partition gets its own index
-- first.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- bad
ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);
-- good
CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);
ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;
