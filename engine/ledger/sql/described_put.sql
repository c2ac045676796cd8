-- {}: nothing was asked this time; what was, before, stays.
UPDATE plan
SET described = CASE WHEN :described = '{}' THEN coalesce(described, :described) ELSE :described END
WHERE id = :plan;
