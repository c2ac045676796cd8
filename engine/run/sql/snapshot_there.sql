-- The snapshot's row: plan, who, when, server; none when there is no snapshot, or no table for one.
SELECT s.plan, s.who, (extract(epoch FROM s.at) * 1000)::bigint, s.server
  FROM zdm.snapshot AS s
