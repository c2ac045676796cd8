-- Code that still needs the right fails
--
-- No table is locked. From the next statement on, code of that role fails with 42501.
--
-- With the catalog zdm names the rights that are really lost: one that the role never had, or still has
-- from PUBLIC or from another role, gives no finding. A view reads with the rights of its owner, unless
-- it has security_invoker: when the owner loses SELECT, the view fails for all.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
GRANT SELECT ON users TO PUBLIC;
-- bad
REVOKE SELECT ON users FROM PUBLIC;
-- good
GRANT SELECT ON users TO PUBLIC;
