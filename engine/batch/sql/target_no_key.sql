-- Why target_key.sql found nothing.
-- $1 oid of the table  $2 one column of the key as its author wrote it, or NULL
SELECT (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY k.place)
        FROM pg_catalog.pg_index AS i
        CROSS JOIN LATERAL pg_catalog.unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
        WHERE i.indrelid = $1::pg_catalog.oid AND i.indisprimary
          AND k.place <= i.indnkeyatts) AS primary_key,
       (SELECT pg_catalog.quote_ident(a.attname) FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = $1::pg_catalog.oid AND a.attnum > 0 AND NOT a.attisdropped
          AND pg_catalog.cardinality(pg_catalog.parse_ident($2)) = 1
          AND a.attname = (pg_catalog.parse_ident($2))[1]::pg_catalog.name) AS column_name,
       (SELECT a.attnotnull FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = $1::pg_catalog.oid AND a.attnum > 0 AND NOT a.attisdropped
          AND a.attname = (pg_catalog.parse_ident($2))[1]::pg_catalog.name) AS not_null
