-- What was accepted of the catalog: kind, name, state, when.
SELECT a.kind, a.name, a.state, (pg_catalog.date_part('epoch', a.at) OPERATOR(pg_catalog.*) 1000)::bigint
FROM zdm.accepted AS a
WHERE a.area OPERATOR(pg_catalog.=) 'catalog'
