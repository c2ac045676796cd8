-- The statements that give a column the statistics target and the storage that it has now, in the table and in each that
-- inherits from it.
SELECT pg_catalog.string_agg(
           pg_catalog.format('ALTER TABLE ONLY %s ALTER COLUMN %I SET STATISTICS %s, ALTER COLUMN %2$I SET STORAGE %4$s;',
               a.attrelid::pg_catalog.regclass, a.attname, COALESCE(a.attstattarget, -1),
               CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END),
           E'\n' ORDER BY a.attrelid)
  FROM (WITH RECURSIVE family(id) AS (
            SELECT pg_catalog.to_regclass(:'relation')::pg_catalog.oid
            UNION
            SELECT i.inhrelid FROM family AS f JOIN pg_catalog.pg_inherits AS i ON i.inhparent = f.id)
        SELECT id FROM family) AS f
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = f.id AND a.attname = :'column'
