-- The same since PostgreSQL 17.
SELECT num_requested FROM pg_catalog.pg_stat_checkpointer
