-- Without its last policy a role sees no row
--
-- Where row level security is on, a role that has a right on the table and no permissive policy for it
-- sees no row, changes none, and its INSERT fails with 42501. Restrictive policies only take away.
--
-- ALTER POLICY changes one in place; or make the new one before the old one is dropped.
--! catalog
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, tenant int);
GRANT SELECT ON users TO PUBLIC;
CREATE POLICY users_tenant ON users USING (tenant = 1);
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
-- bad
DROP POLICY users_tenant ON users;
-- good
CREATE POLICY users_tenants ON users USING (tenant IN (1, 2));
DROP POLICY users_tenant ON users;
