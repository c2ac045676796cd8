-- Another index does the same
--
-- An index whose columns are the first ones of another serves no query that the other does not,
-- and costs every write.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, tenant int, email text);
CREATE INDEX users_tenant_email ON users (tenant, email);
-- bad
CREATE INDEX CONCURRENTLY users_tenant ON users (tenant);
-- good
CREATE INDEX CONCURRENTLY users_email ON users (email);
