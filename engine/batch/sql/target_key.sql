-- The column to walk along and how its index orders it: no row when there is none to use.
-- $1 oid of the table  $2 column as its author wrote it, NULL for the primary key
SELECT pg_catalog.quote_ident(a.attname) AS key,
       pg_catalog.quote_ident(tn.nspname) || '.' || pg_catalog.quote_ident(t.typname) AS type,
       -- The parameters of a comparison have the type's collation: name the index's one
       -- wherever the two, or the column's, may differ.
       CASE WHEN coll.collname IS NOT NULL
             AND NOT (i.indcollation[0] = t.typcollation AND a.attcollation = t.typcollation)
            THEN pg_catalog.quote_ident(cn.nspname) || '.' || pg_catalog.quote_ident(coll.collname)
       END AS collation,
       pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS may_read,
       a.attnum
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS ic ON ic.oid = i.indexrelid
JOIN pg_catalog.pg_am AS am ON am.oid = ic.relam
JOIN pg_catalog.pg_opclass AS oc ON oc.oid = i.indclass[0]
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_collation AS coll ON coll.oid = i.indcollation[0]
LEFT JOIN pg_catalog.pg_namespace AS cn ON cn.oid = coll.collnamespace
WHERE i.indrelid = $1::pg_catalog.oid
  AND i.indisunique AND i.indisvalid AND i.indisready AND i.indpred IS NULL
  AND i.indnkeyatts = 1 AND am.amname = 'btree' AND oc.opcdefault
  AND a.attnum > 0 AND a.attnotnull
  -- PostgreSQL 18: attnotnull is set for a NOT VALID constraint too; rows without a key may exist.
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS c
                  WHERE c.conrelid = a.attrelid AND c.contype = 'n' AND NOT c.convalidated
                    AND c.conkey = ARRAY[a.attnum])
  AND CASE WHEN $2::pg_catalog.text IS NULL THEN i.indisprimary
      ELSE a.attname = (pg_catalog.parse_ident($2))[1]::pg_catalog.name
           AND pg_catalog.cardinality(pg_catalog.parse_ident($2)) = 1 END
-- The primary key's order first, then the index that compares as the column does.
ORDER BY i.indisprimary DESC, i.indcollation[0] = a.attcollation DESC, i.indexrelid
LIMIT 1
