-- The whole journal is mirrored again and again: an unchanged row must not cost a write.
INSERT INTO step (plan, id, phase, kind, state, fingerprint, at_ms)
VALUES (:plan, :id, :phase, :kind, :state, :fingerprint, :at_ms)
ON CONFLICT (plan, id) DO UPDATE
SET phase = coalesce(excluded.phase, phase),
    kind = coalesce(excluded.kind, kind),
    state = excluded.state,
    fingerprint = excluded.fingerprint,
    at_ms = excluded.at_ms
WHERE (coalesce(excluded.phase, phase), coalesce(excluded.kind, kind), excluded.state,
       excluded.fingerprint, excluded.at_ms)
   IS NOT (phase, kind, state, fingerprint, at_ms);
