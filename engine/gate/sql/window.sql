-- $1 from, $2 to, $3 the zone, $4 the days on which it begins, "1,2" (Monday is 1). The windows that
-- begin from yesterday on until they repeat; the times of day are local, so that a change of the clock
-- moves their ends, not their names.
WITH here AS (
  SELECT pg_catalog.clock_timestamp() AS now,
         (pg_catalog.clock_timestamp() AT TIME ZONE $3::pg_catalog.text) AS local),
windows AS (
  SELECT h.now,
         (d.day OPERATOR(pg_catalog.+) $1::pg_catalog.time) AT TIME ZONE $3::pg_catalog.text AS begins,
         (d.day OPERATOR(pg_catalog.+) CASE WHEN $2::pg_catalog.time OPERATOR(pg_catalog.<=) $1::pg_catalog.time
                                            THEN 1 ELSE 0 END
          OPERATOR(pg_catalog.+) $2::pg_catalog.time) AT TIME ZONE $3::pg_catalog.text AS ends
  FROM here AS h, pg_catalog.generate_series(-1, 8) AS n,
       LATERAL (SELECT h.local::pg_catalog.date OPERATOR(pg_catalog.+) n AS day) AS d
  WHERE EXTRACT(isodow FROM d.day)::pg_catalog.int4 OPERATOR(pg_catalog.=)
        ANY (pg_catalog.string_to_array($4::pg_catalog.text, ',')::pg_catalog._int4)),
found AS (
  SELECT COALESCE(pg_catalog.bool_or(w.begins OPERATOR(pg_catalog.<=) w.now
                                     AND w.now OPERATOR(pg_catalog.<) w.ends), false) AS open,
         pg_catalog.min(w.begins) FILTER (WHERE w.begins OPERATOR(pg_catalog.>) w.now) AS next
  FROM windows AS w)
SELECT f.open,
       pg_catalog.concat('it is ', pg_catalog.to_char(h.local, 'Dy YYYY-MM-DD HH24:MI'),
                         ' (', $3::pg_catalog.text, ')'),
       CASE WHEN NOT f.open
            THEN pg_catalog.ceil(EXTRACT(epoch FROM f.next OPERATOR(pg_catalog.-) h.now)
                                 OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8 END
FROM found AS f, here AS h
