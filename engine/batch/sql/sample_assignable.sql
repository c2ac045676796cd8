-- May a value of type $1 be assigned to a column of type $2, as an UPDATE does it? For domains, what they are
-- made of; of rows nothing is known, so they may.
-- $1 oid  $2 type as text
WITH RECURSIVE types AS (
    SELECT 's' AS side, t.oid, t.typtype, t.typbasetype, t.typcategory, t.typelem
    FROM pg_catalog.pg_type AS t WHERE t.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid
    UNION ALL
    SELECT 't', t.oid, t.typtype, t.typbasetype, t.typcategory, t.typelem
    FROM pg_catalog.pg_type AS t WHERE t.oid OPERATOR(pg_catalog.=) $2::pg_catalog.regtype
), bases AS (
    SELECT * FROM types
    UNION ALL
    SELECT b.side, t.oid, t.typtype, t.typbasetype, t.typcategory, t.typelem
    FROM bases AS b JOIN pg_catalog.pg_type AS t ON t.oid OPERATOR(pg_catalog.=) b.typbasetype
    WHERE b.typtype OPERATOR(pg_catalog.=) 'd'
)
SELECT s.oid OPERATOR(pg_catalog.=) t.oid OR t.typcategory OPERATOR(pg_catalog.=) 'S'
       OR s.typtype IN ('c', 'p') OR t.typtype OPERATOR(pg_catalog.=) 'c'
       OR EXISTS (SELECT FROM pg_catalog.pg_cast AS c WHERE c.castcontext IN ('a', 'i')
                  AND (c.castsource OPERATOR(pg_catalog.=) s.oid AND c.casttarget OPERATOR(pg_catalog.=) t.oid
                       OR s.typcategory OPERATOR(pg_catalog.=) 'A' AND t.typcategory OPERATOR(pg_catalog.=) 'A'
                          AND c.castsource OPERATOR(pg_catalog.=) s.typelem
                          AND c.casttarget OPERATOR(pg_catalog.=) t.typelem))
       OR s.typcategory OPERATOR(pg_catalog.=) 'A' AND t.typcategory OPERATOR(pg_catalog.=) 'A'
       AND s.typelem OPERATOR(pg_catalog.=) t.typelem AS may,
       pg_catalog.format_type(s.oid, NULL) AS source
FROM bases AS s, bases AS t
WHERE s.side OPERATOR(pg_catalog.=) 's' AND s.typtype OPERATOR(pg_catalog.<>) 'd'
      AND t.side OPERATOR(pg_catalog.=) 't' AND t.typtype OPERATOR(pg_catalog.<>) 'd'
