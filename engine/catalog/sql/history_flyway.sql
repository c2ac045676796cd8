-- The last word on each version; a baseline stands for all versions up to its own. What was undone or
-- taken back by repair is not there, and what is repeatable has no version.
SELECT CASE WHEN last.type OPERATOR(pg_catalog.=) 'BASELINE'
    THEN '<=' ELSE '' END OPERATOR(pg_catalog.||) last.version
  FROM (SELECT DISTINCT ON (h.version) h.version, h.type, h.success
          FROM flyway_schema_history h
         WHERE h.version IS NOT NULL
         ORDER BY h.version, h.installed_rank DESC) last
 WHERE last.success
   AND last.type OPERATOR(pg_catalog.<>) 'DELETE'
   AND NOT pg_catalog.starts_with(last.type, 'UNDO')
