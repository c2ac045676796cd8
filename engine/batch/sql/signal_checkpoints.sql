-- Checkpoints that were asked for, by the amount of WAL or by somebody, since the statistics began.
SELECT checkpoints_req FROM pg_catalog.pg_stat_bgwriter
