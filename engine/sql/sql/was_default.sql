-- The statements that give a column the default that it has now, in the table and in each that inherits from it.
SELECT pg_catalog.string_agg(
           pg_catalog.format('ALTER TABLE ONLY %s ALTER COLUMN %I %s;', a.attrelid::pg_catalog.regclass, a.attname,
               COALESCE('SET DEFAULT ' || pg_catalog.pg_get_expr(d.adbin, d.adrelid), 'DROP DEFAULT')),
           E'\n' ORDER BY a.attrelid)
  FROM (WITH RECURSIVE family(id) AS (
            SELECT pg_catalog.to_regclass(:'relation')::pg_catalog.oid
            UNION
            SELECT i.inhrelid FROM family AS f JOIN pg_catalog.pg_inherits AS i ON i.inhparent = f.id)
        SELECT id FROM family) AS f
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = f.id AND a.attname = :'column' AND a.attgenerated = ''
  LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
