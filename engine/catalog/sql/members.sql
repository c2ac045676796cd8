-- Which roles have the rights of which others without doing anything, over any number of steps.
WITH RECURSIVE edges AS (
    SELECT m.member, m.roleid
      FROM pg_catalog.pg_auth_members m
\if :since16
     WHERE m.inherit_option
\else
      JOIN pg_catalog.pg_roles r ON r.oid = m.member
     WHERE r.rolinherit
\endif
    UNION ALL
    SELECT d.datdba, o.oid
      FROM pg_catalog.pg_database d, pg_catalog.pg_roles o
     WHERE d.datname = pg_catalog.current_database() AND o.rolname = 'pg_database_owner'
), closure AS (
    SELECT e.member, e.roleid FROM edges e
    UNION
    SELECT c.member, e.roleid FROM closure c JOIN edges e ON e.member = c.roleid
)
SELECT c.member, c.roleid FROM closure c ORDER BY 1, 2
