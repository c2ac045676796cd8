INSERT INTO event (plan, run, step, level, kind, message, detail, at_ms)
VALUES (:plan, nullif(:run, 0), :step, :level, :kind, coalesce(:message, ''), :detail, :now);
