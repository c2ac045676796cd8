-- May a value of type $1 be assigned to a column of type $2, as an UPDATE does it? For domains, what they are
-- made of; of rows nothing is known, so they may.
-- $1 oid  $2 type as text
WITH RECURSIVE types AS (
    SELECT 's' AS side, t.oid, t.typtype, t.typbasetype, t.typcategory, t.typelem
    FROM pg_catalog.pg_type AS t WHERE t.oid = $1::pg_catalog.oid
    UNION ALL
    SELECT 't', t.oid, t.typtype, t.typbasetype, t.typcategory, t.typelem
    FROM pg_catalog.pg_type AS t WHERE t.oid = $2::pg_catalog.regtype
), bases AS (
    SELECT * FROM types
    UNION ALL
    SELECT b.side, t.oid, t.typtype, t.typbasetype, t.typcategory, t.typelem
    FROM bases AS b JOIN pg_catalog.pg_type AS t ON t.oid = b.typbasetype
    WHERE b.typtype = 'd'
)
SELECT s.oid = t.oid OR t.typcategory = 'S' OR s.typtype IN ('c', 'p') OR t.typtype = 'c'
       OR EXISTS (SELECT FROM pg_catalog.pg_cast AS c WHERE c.castcontext IN ('a', 'i')
                  AND (c.castsource = s.oid AND c.casttarget = t.oid
                       OR s.typcategory = 'A' AND t.typcategory = 'A'
                          AND c.castsource = s.typelem AND c.casttarget = t.typelem))
       OR s.typcategory = 'A' AND t.typcategory = 'A' AND s.typelem = t.typelem AS may,
       pg_catalog.format_type(s.oid, NULL) AS source
FROM bases AS s, bases AS t
WHERE s.side = 's' AND s.typtype <> 'd' AND t.side = 't' AND t.typtype <> 'd'
