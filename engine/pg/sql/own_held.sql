-- $1 high half $2 low half of the key of an advisory lock -> is it this backend's?
SELECT EXISTS (
    SELECT FROM pg_catalog.pg_locks l
    WHERE l.locktype OPERATOR(pg_catalog.=) 'advisory' AND l.granted
      AND l.classid OPERATOR(pg_catalog.=) $1::pg_catalog.oid
      AND l.objid OPERATOR(pg_catalog.=) $2::pg_catalog.oid
      AND l.objsubid OPERATOR(pg_catalog.=) 1
      AND l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid())
