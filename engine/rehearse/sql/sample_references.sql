-- The foreign keys between tables, those of partitions being those of their table; with an empty search path. Of
-- each: the table, the one that it refers to, whether all rows keep it, the condition under which a row `c` refers
-- to something, the condition under which that is `p`, its columns as k1, ... and how keys are looked for:
-- aggregates of them, and the parameters; the condition under which it refers to the keys of `a`; and how a row of
-- the table comes to refer to nothing, NULL when it cannot.
SELECT c.conrelid::pg_catalog.regclass,
       c.confrelid::pg_catalog.regclass,
       c.convalidated,
       pg_catalog.string_agg(pg_catalog.format('c.%I IS NOT NULL', a.attname), ' AND ' ORDER BY k.place),
       pg_catalog.string_agg(pg_catalog.format('p.%I = c.%I', b.attname, a.attname), ' AND ' ORDER BY k.place),
       pg_catalog.string_agg(pg_catalog.format('c.%I AS k%s', a.attname, k.place), ', ' ORDER BY k.place),
       pg_catalog.string_agg(pg_catalog.format('pg_catalog.array_agg(m.k%s)', k.place), ', ' ORDER BY k.place),
       pg_catalog.string_agg(pg_catalog.format('p.%I', b.attname), ', ' ORDER BY k.place),
       pg_catalog.string_agg(pg_catalog.format('pg_catalog.unnest($%s::%s[])', k.place,
           pg_catalog.format_type(COALESCE(NULLIF(t.typbasetype, 0), t.oid), -1)), ', ' ORDER BY k.place),
       pg_catalog.cardinality(c.conkey),
       pg_catalog.string_agg(pg_catalog.format('a.k%s = c.%I', k.place, a.attname), ' AND ' ORDER BY k.place),
       CASE WHEN c.confmatchtype <> 'f' OR NOT pg_catalog.bool_or(a.attnotnull)
            THEN pg_catalog.string_agg(pg_catalog.format('%I = NULL', a.attname), ', ' ORDER BY k.place)
                     FILTER (WHERE NOT a.attnotnull) END
  FROM pg_catalog.pg_constraint c
 CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(c.conkey), pg_catalog.unnest(c.confkey))
            WITH ORDINALITY AS k (attnum, there, place)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
  JOIN pg_catalog.pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.there
  JOIN pg_catalog.pg_type t ON t.oid = b.atttypid
 WHERE c.contype = 'f'
   AND c.conparentid = 0
 GROUP BY c.oid, c.conname, c.conrelid, c.confrelid, c.convalidated, c.confmatchtype, c.conkey
 ORDER BY c.conrelid::pg_catalog.regclass::text COLLATE "C", c.conname COLLATE "C"
