-- The foreign keys of the tables $1; those on a partitioned table once, not once for each of its partitions.
-- The columns there are given names by their place in the key: id AS c1, ...
SELECT c.conrelid,
       c.confrelid,
       c.confrelid::pg_catalog.regclass,
       c.confmatchtype = 'f',
       pg_catalog.array_to_string(c.conkey, ','),
       (SELECT pg_catalog.string_agg(pg_catalog.format('%I AS c%s', a.attname, k.place), ', ' ORDER BY k.place)
          FROM pg_catalog.unnest(c.confkey) WITH ORDINALITY AS k (attnum, place)
          JOIN pg_catalog.pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.attnum),
       COALESCE(pg_catalog.pg_partition_root(c.confrelid)::pg_catalog.oid, c.confrelid)
  FROM pg_catalog.pg_constraint c
 WHERE c.conrelid = ANY ($1::pg_catalog.oid[])
   AND c.contype = 'f'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint p
                    WHERE p.oid = c.conparentid AND p.conrelid = c.conrelid)
 ORDER BY c.conrelid, pg_catalog.cardinality(c.conkey) DESC, c.conname COLLATE "C"
