-- VACUUM FULL rewrites the table while nobody can use it
--
-- ACCESS EXCLUSIVE is held for all of it, and it needs room for a second copy. A plain VACUUM
-- makes the space usable again without blocking; to give it back to the system while everybody
-- works takes an extension such as pg_repack.
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY);
-- bad
VACUUM FULL orders;
-- good
VACUUM orders;
