SELECT name, fingerprint, runner, epoch,
       (extract(epoch FROM at) OPERATOR(pg_catalog.*) 1000)::bigint AS at_ms
FROM zdm.plan
ORDER BY name
