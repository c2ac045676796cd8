-- The newest row of a version says whether it is applied; version 0 is the beginning.
SELECT last.version_id::pg_catalog.text
  FROM (SELECT DISTINCT ON (h.version_id) h.version_id, h.is_applied
          FROM goose_db_version h
         ORDER BY h.version_id, h.id DESC) last
 WHERE last.is_applied
