-- All rows at once.
UPDATE t SET norm = lower(email);
