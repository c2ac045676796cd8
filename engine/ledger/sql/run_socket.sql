-- Whoever listened for the same plan before is gone: one runner holds a plan.
UPDATE run
SET socket = CASE WHEN id = :run THEN :socket END,
    route  = CASE WHEN id = :run THEN :route END
WHERE id = :run
   OR socket IS NOT NULL AND id < :run AND plan = (SELECT plan FROM run WHERE id = :run);
