SELECT i.dealloc, i.stats_reset::pg_catalog.text FROM SCHEMA.pg_stat_statements_info AS i
