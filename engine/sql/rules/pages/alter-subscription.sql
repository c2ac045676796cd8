-- What is fetched from the publisher changes
--
-- Disabled, the subscriber falls behind while the publisher keeps all WAL for it. REFRESH copies
-- new tables in full, and cannot run in a transaction.
--! not-run: takes a publisher to connect to
-- bad
ALTER SUBSCRIPTION shop DISABLE;
