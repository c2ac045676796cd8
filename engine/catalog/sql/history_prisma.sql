-- One that failed has no end, one that was taken back has a time of that.
SELECT h.migration_name
  FROM _prisma_migrations h
 WHERE h.finished_at IS NOT NULL
   AND h.rolled_back_at IS NULL
