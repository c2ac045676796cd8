-- Version 3: what recipes read of the tables, for the day on which the target has lost it.

ALTER TABLE plan ADD COLUMN described TEXT; -- JSON: zdm.plan.described, as of the last run; NULL: it was never known
