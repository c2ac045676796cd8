-- Those of runs that did not end, or were killed, the newest first.
SELECT plan.target, plan.place, run.route, run.socket
FROM run JOIN plan ON plan.id = run.plan
WHERE plan.name = :name AND run.socket IS NOT NULL
ORDER BY run.id DESC;
