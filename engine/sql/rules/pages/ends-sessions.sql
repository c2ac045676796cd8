-- Other sessions are ended
--
-- Their transactions are rolled back, and their clients get an error in the middle of their
-- work.
-- bad
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'no such program';
