-- The snapshot's row: plan, who, when, server, form; none when there is no snapshot, or no table for one. The form is NULL
-- where it is not known: of before there were forms, or of such a zdm that ended later.
SELECT s.plan, s.who, (extract(epoch FROM s.at) * 1000)::bigint, s.server,
       CASE WHEN (to_jsonb(s) ->> 'form_at')::timestamptz = s.at THEN (to_jsonb(s) ->> 'form')::integer END
  FROM zdm.snapshot AS s
