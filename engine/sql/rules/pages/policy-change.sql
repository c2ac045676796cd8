-- Which rows running code sees changes at once
--
-- ACCESS EXCLUSIVE is held for a moment. Permissive policies are joined by OR, restrictive ones
-- by AND: one too few hides rows, one too many shows them.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, tenant int);
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY users_tenant ON users USING (tenant = 1);
-- bad
ALTER POLICY users_tenant ON users USING (tenant = 2);
