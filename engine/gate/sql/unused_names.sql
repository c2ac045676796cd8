-- $1 a relation, $2 a column of it or NULL, $3 functions to leave out ({f(int),...}) -> by what names a
-- statement may mean it: 'itself' and 'view', 'other' (a relation with a column of the name), 'namesake' (a
-- relation of one's name, and those that have the column in different places), 'constraint', 'function'
WITH RECURSIVE up AS (
  SELECT $1::pg_catalog.oid AS oid
  UNION
  SELECT i.inhparent FROM up JOIN pg_catalog.pg_inherits AS i ON i.inhrelid OPERATOR(pg_catalog.=) up.oid),
family AS (
  SELECT oid FROM up
  UNION
  SELECT i.inhrelid FROM family AS f JOIN pg_catalog.pg_inherits AS i ON i.inhparent OPERATOR(pg_catalog.=) f.oid),
itself AS (
  SELECT f.oid, a.attnum
  FROM family AS f
  LEFT JOIN pg_catalog.pg_attribute AS a
    ON a.attrelid OPERATOR(pg_catalog.=) f.oid AND a.attname OPERATOR(pg_catalog.=) $2::pg_catalog.text
   AND NOT a.attisdropped
  WHERE $2::pg_catalog.text IS NULL OR a.attnum IS NOT NULL),
uses AS (
  SELECT r.ev_class AS view, d.refobjid AS relation, d.refobjsubid AS attnum
  FROM pg_catalog.pg_depend AS d
  JOIN pg_catalog.pg_rewrite AS r ON r.oid OPERATOR(pg_catalog.=) d.objid
  WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass
    AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
    AND r.ev_class OPERATOR(pg_catalog.<>) d.refobjid),
views AS (
  SELECT u.view
  FROM uses AS u
  JOIN itself AS i ON i.oid OPERATOR(pg_catalog.=) u.relation
   AND (i.attnum IS NULL OR i.attnum OPERATOR(pg_catalog.=) u.attnum)
  UNION
  SELECT u.view FROM views AS v JOIN uses AS u ON u.relation OPERATOR(pg_catalog.=) v.view),
word AS (
  SELECT pg_catalog.concat('\m', pg_catalog.regexp_replace(COALESCE($2::pg_catalog.text, c.relname), '\W', '\\\&', 'g'), '\M') AS pattern
  FROM pg_catalog.pg_class AS c WHERE c.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid)
SELECT 'itself', n.nspname, c.relname
FROM itself AS i
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) i.oid
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
UNION ALL
SELECT 'view', n.nspname, c.relname
FROM views AS v
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) v.view
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
UNION ALL
SELECT 'other', n.nspname, c.relname
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) a.attrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE a.attname OPERATOR(pg_catalog.=) $2::pg_catalog.text AND NOT a.attisdropped
  AND c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p', 'f', 'm', 'v']::pg_catalog."char"[])
  AND NOT EXISTS (SELECT FROM family AS f WHERE f.oid OPERATOR(pg_catalog.=) c.oid)
UNION ALL
SELECT 'namesake', n.nspname, c.relname
FROM pg_catalog.pg_class AS k
JOIN pg_catalog.pg_class AS c ON c.relname OPERATOR(pg_catalog.=) k.relname AND c.oid OPERATOR(pg_catalog.<>) k.oid
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE k.oid IN (SELECT i.oid FROM itself AS i UNION SELECT v.view FROM views AS v)
  AND c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p', 'f', 'm', 'v']::pg_catalog."char"[])
UNION ALL
SELECT 'namesake', n.nspname, c.relname
FROM itself AS i
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) i.oid
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE (SELECT pg_catalog.count(DISTINCT x.attnum) FROM itself AS x) OPERATOR(pg_catalog.>) 1
UNION ALL
SELECT 'constraint', NULL, k.conname
FROM itself AS i
JOIN pg_catalog.pg_constraint AS k ON k.conrelid OPERATOR(pg_catalog.=) i.oid
WHERE i.attnum OPERATOR(pg_catalog.=) ANY (k.conkey)
UNION ALL
SELECT 'function', n.nspname,
       pg_catalog.concat(p.proname, '(', pg_catalog.oidvectortypes(p.proargtypes), ')')
FROM word AS w
CROSS JOIN pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
JOIN pg_catalog.pg_language AS l ON l.oid OPERATOR(pg_catalog.=) p.prolang
WHERE n.nspname OPERATOR(pg_catalog.<>) ALL (ARRAY['pg_catalog', 'information_schema', 'zdm'])
  AND l.lanname OPERATOR(pg_catalog.<>) ALL (ARRAY['c', 'internal'])
  AND NOT pg_catalog.starts_with(p.proname, 'zdm_')
  -- A body that is parsed leaves no source, but what it depends on.
  AND (p.prosrc OPERATOR(pg_catalog.~*) w.pattern
       OR EXISTS (SELECT FROM pg_catalog.pg_depend AS d
                  WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
                    AND d.objid OPERATOR(pg_catalog.=) p.oid
                    AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                    AND (d.refobjid IN (SELECT v.view FROM views AS v)
                         OR EXISTS (SELECT FROM itself AS i
                                    WHERE i.oid OPERATOR(pg_catalog.=) d.refobjid
                                      AND (i.attnum IS NULL OR d.refobjsubid OPERATOR(pg_catalog.=) 0
                                           OR i.attnum OPERATOR(pg_catalog.=) d.refobjsubid)))))
  AND p.oid OPERATOR(pg_catalog.<>) ALL (ARRAY(
    SELECT pg_catalog.to_regprocedure(f)::pg_catalog.oid
    FROM pg_catalog.unnest($3::pg_catalog._text) AS f
    WHERE pg_catalog.to_regprocedure(f) IS NOT NULL))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
                  WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
                    AND d.objid OPERATOR(pg_catalog.=) p.oid AND d.deptype OPERATOR(pg_catalog.=) 'e')
ORDER BY 1, 2, 3
