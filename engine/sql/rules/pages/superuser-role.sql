-- A role that passes by every rule
--
-- A superuser, or a role with BYPASSRLS, is asked for no rights and seen by no policy.
-- Migrations and applications rarely need one.
--! not-run: roles belong to the whole server
-- bad
CREATE ROLE deployer SUPERUSER LOGIN;
-- good
CREATE ROLE deployer LOGIN;
