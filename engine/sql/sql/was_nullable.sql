-- The statements that let a column be NULL again, if it may be now; partitions and tables that inherit
-- it, and are NOT NULL themselves, stay so.
SELECT pg_catalog.string_agg(
           pg_catalog.format('ALTER TABLE %s%s ALTER COLUMN %I %s NOT NULL;',
               CASE WHEN f.top THEN '' ELSE 'ONLY ' END, a.attrelid::pg_catalog.regclass, a.attname,
               CASE WHEN f.top THEN 'DROP' ELSE 'SET' END),
           E'\n' ORDER BY f.top DESC, a.attrelid)
  FROM (WITH RECURSIVE family(id, top) AS (
            SELECT pg_catalog.to_regclass(:'relation')::pg_catalog.oid, true
            UNION
            SELECT i.inhrelid, false FROM family AS f JOIN pg_catalog.pg_inherits AS i ON i.inhparent = f.id)
        SELECT id, top FROM family) AS f
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = f.id AND a.attname = :'column' AND a.attnotnull <> f.top
 WHERE EXISTS (SELECT FROM pg_catalog.pg_attribute AS p
                WHERE p.attrelid = pg_catalog.to_regclass(:'relation') AND p.attname = :'column'
                  AND NOT p.attnotnull)
