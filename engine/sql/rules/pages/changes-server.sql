-- The whole server is concerned
--
-- Functions such as pg_reload_conf() and pg_switch_wal() work on all databases of the server. A
-- migration of one of them is the wrong place.
-- bad
SELECT pg_switch_wal();
