-- Without a policy every row is hidden
--
-- From this moment roles that do not own the table see and write only what a policy lets them:
-- with none, nothing, and INSERT fails with 42501. FORCE holds for the owner too. Superusers and roles
-- with BYPASSRLS pass by. ACCESS EXCLUSIVE is held for a moment.
--
-- With the catalog zdm names those who have rights on the table and no policy; a table that nobody
-- else was granted anything on gives no finding.
--
-- Create the policies first: they have no effect until then.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, tenant int);
GRANT SELECT ON users TO PUBLIC;
-- bad
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
-- good
CREATE POLICY users_tenant ON users USING (tenant = current_setting('app.tenant')::int);
