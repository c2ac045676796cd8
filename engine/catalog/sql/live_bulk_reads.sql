-- From 16 on: bytes that scans of large tables read from disk and the milliseconds that took, when
-- track_io_timing is on. 18 counts the bytes, others the reads of one size.
SELECT pg_catalog.sum(COALESCE((io.j ->> 'read_bytes')::numeric,
                               (io.j ->> 'reads')::numeric * (io.j ->> 'op_bytes')::numeric))::bigint,
       pg_catalog.sum((io.j ->> 'read_time')::double precision)::bigint
  FROM (SELECT pg_catalog.to_jsonb(s) AS j FROM pg_catalog.pg_stat_io s
         WHERE s.context = 'bulkread' AND s.object = 'relation') AS io
 WHERE pg_catalog.current_setting('track_io_timing')::boolean
