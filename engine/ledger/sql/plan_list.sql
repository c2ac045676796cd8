-- :target and :name NULL: any. Last seen first.
SELECT id, target, place, name, file, fingerprint, canonical, first_ms, last_ms,
       coalesce((SELECT state FROM run WHERE run.plan = plan.id ORDER BY run.id DESC LIMIT 1), 'new')
FROM plan
WHERE (:target IS NULL OR target = :target) AND (:name IS NULL OR name = :name)
ORDER BY last_ms DESC, id DESC;
