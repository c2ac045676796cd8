-- Who may connect, and do what, changes
--
-- Roles belong to the whole server: the change is for all its databases, and for every
-- application that uses the role. Sessions that are open keep the attributes that they began
-- with.
--! not-run: roles belong to the whole server
-- bad
ALTER ROLE web NOLOGIN;
