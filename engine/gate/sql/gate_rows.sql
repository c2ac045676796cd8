-- $1 plan, $2 step -> what its checks saw last, and how long they have been so
SELECT item, open, (extract(epoch FROM since) OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8,
       greatest(0, (extract(epoch FROM (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) since))
           OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8),
       seen, memory::pg_catalog.text
FROM zdm.gate
WHERE plan OPERATOR(pg_catalog.=) $1::pg_catalog.text AND step OPERATOR(pg_catalog.=) $2::pg_catalog.text
ORDER BY item
