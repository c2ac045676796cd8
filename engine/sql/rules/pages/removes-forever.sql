-- What the function removes cannot be brought back
--
-- A replication slot that is dropped loses its place, and its subscriber must copy everything
-- anew; a large object that is unlinked is gone.
-- bad
SELECT lo_unlink(oid) FROM pg_largeobject_metadata WHERE oid = 12345;
