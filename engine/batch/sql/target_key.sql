-- The columns to walk along and how their index orders them, first to last: no row when no index
-- will do. The first column always ascends: an index can be read backwards.
-- $1 oid of the table  $2 JSON array of columns as their author wrote them; NULL: any unique key
-- $3 the key that a backfill began with, "1,-3", or NULL
WITH asked AS (
    SELECT pg_catalog.array_agg(one.name ORDER BY one.name) AS names
    FROM (SELECT CASE WHEN pg_catalog.cardinality(pg_catalog.parse_ident(e.value)) OPERATOR(pg_catalog.=) 1
                 THEN (pg_catalog.parse_ident(e.value))[1]::pg_catalog.name END AS name
          FROM pg_catalog.json_array_elements_text($2::pg_catalog.json) AS e) AS one
), parts AS (
    SELECT i.indexrelid, i.indisprimary, k.place, a.attname, a.attnum, a.attlen, a.attcollation,
           i.indcollation[k.place] AS collation, t.typname, t.typnamespace, t.typcollation,
           (i.indoption[k.place] OPERATOR(pg_catalog.&) 1) OPERATOR(pg_catalog.=) 1
               AS descending, (i.indoption[k.place] OPERATOR(pg_catalog.&) 2) OPERATOR(pg_catalog.=) 2 AS nulls_first,
           (i.indoption[0] OPERATOR(pg_catalog.&) 1) OPERATOR(pg_catalog.=) 1 AS backwards,
           pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS may_read,
           oc.opcfamily, oc.opcintype, oc.opcdefault AND a.attnum OPERATOR(pg_catalog.>) 0 AND a.attnotnull
           -- PostgreSQL 18: attnotnull is set for a NOT VALID constraint too; rows without a key may
           -- exist.
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS c
                           WHERE c.conrelid OPERATOR(pg_catalog.=) a.attrelid
                               AND c.contype OPERATOR(pg_catalog.=) 'n' AND NOT c.convalidated
                             AND c.conkey OPERATOR(pg_catalog.=) ARRAY[a.attnum]) AS fits
    FROM pg_catalog.pg_index AS i
    JOIN pg_catalog.pg_class AS ic ON ic.oid OPERATOR(pg_catalog.=) i.indexrelid
    JOIN pg_catalog.pg_am AS am ON am.oid OPERATOR(pg_catalog.=) ic.relam
    CROSS JOIN LATERAL pg_catalog.generate_series(0, i.indnkeyatts OPERATOR(pg_catalog.-) 1) AS k (place)
    JOIN pg_catalog.pg_opclass AS oc ON oc.oid OPERATOR(pg_catalog.=) i.indclass[k.place]
    -- An expression is column 0 and has no row here.
    LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) i.indrelid
        AND a.attnum OPERATOR(pg_catalog.=) i.indkey[k.place]
                                          AND a.attnum OPERATOR(pg_catalog.<>) 0
    LEFT JOIN pg_catalog.pg_type AS t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
    WHERE i.indrelid OPERATOR(pg_catalog.=) $1::pg_catalog.oid AND am.amname OPERATOR(pg_catalog.=) 'btree'
      AND i.indisunique AND i.indisvalid AND i.indisready AND i.indpred IS NULL
), chosen AS (
    SELECT p.indexrelid
    FROM parts AS p
    GROUP BY p.indexrelid, p.indisprimary
    HAVING pg_catalog.bool_and(COALESCE(p.fits, false))
       AND ($2::pg_catalog.text IS NULL
            OR pg_catalog.array_agg(p.attname ORDER BY p.attname) OPERATOR(pg_catalog.=) (SELECT asked.names
                FROM asked))
    -- What it began with; the primary key; else what one index scan can follow, then what compares as its columns do,
    -- then the narrowest.
    ORDER BY COALESCE(pg_catalog.string_agg(CASE WHEN p.descending OPERATOR(pg_catalog.<>) p.backwards
        THEN '-' ELSE '' END
                 OPERATOR(pg_catalog.||) p.attnum, ',' ORDER BY p.place) OPERATOR(pg_catalog.=) $3, false) DESC,
             p.indisprimary DESC,
             pg_catalog.count(DISTINCT p.descending),
             pg_catalog.bool_and(p.collation OPERATOR(pg_catalog.=) p.attcollation) DESC,
             pg_catalog.sum(CASE WHEN p.attlen OPERATOR(pg_catalog.>) 0 THEN p.attlen ELSE 1000 END),
             p.indexrelid
    LIMIT 1
)
SELECT pg_catalog.quote_ident(p.attname) AS name,
       pg_catalog.quote_ident(tn.nspname) OPERATOR(pg_catalog.||) '.'
           OPERATOR(pg_catalog.||) pg_catalog.quote_ident(p.typname) AS type,
       -- The parameters of a comparison have the type's collation: name the index's one
       -- wherever the two, or the column's, may differ.
       CASE WHEN coll.collname IS NOT NULL
             AND NOT (p.collation OPERATOR(pg_catalog.=) p.typcollation
                 AND p.attcollation OPERATOR(pg_catalog.=) p.typcollation)
            THEN pg_catalog.quote_ident(cn.nspname) OPERATOR(pg_catalog.||) '.'
                OPERATOR(pg_catalog.||) pg_catalog.quote_ident(coll.collname)
       END AS collation,
       p.may_read,
       p.descending OPERATOR(pg_catalog.<>) p.backwards AS descending,
       p.nulls_first OPERATOR(pg_catalog.<>) p.backwards AS nulls_first,
       p.attnum,
       p.indexrelid::pg_catalog.regclass::pg_catalog.text AS index,
       p.indisprimary,
       -- Where the operators are by which the index orders; NULL: not all in one schema.
       (SELECT CASE WHEN pg_catalog.count(DISTINCT o.oprnamespace) OPERATOR(pg_catalog.=) 1
                    THEN pg_catalog.quote_ident(pg_catalog.min(ons.nspname::pg_catalog.text)) END
        FROM pg_catalog.pg_amop AS ao
        JOIN pg_catalog.pg_operator AS o ON o.oid OPERATOR(pg_catalog.=) ao.amopopr
        JOIN pg_catalog.pg_namespace AS ons ON ons.oid OPERATOR(pg_catalog.=) o.oprnamespace
        WHERE ao.amopfamily OPERATOR(pg_catalog.=) p.opcfamily
          AND ao.amoplefttype OPERATOR(pg_catalog.=) p.opcintype
          AND ao.amoprighttype OPERATOR(pg_catalog.=) p.opcintype) AS operators
FROM parts AS p
JOIN chosen ON chosen.indexrelid OPERATOR(pg_catalog.=) p.indexrelid
JOIN pg_catalog.pg_namespace AS tn ON tn.oid OPERATOR(pg_catalog.=) p.typnamespace
LEFT JOIN pg_catalog.pg_collation AS coll ON coll.oid OPERATOR(pg_catalog.=) p.collation
LEFT JOIN pg_catalog.pg_namespace AS cn ON cn.oid OPERATOR(pg_catalog.=) coll.collnamespace
ORDER BY p.place
