-- What was accepted as gone by the name of a plan's text, and is in zdm.object: it is there again.
UPDATE zdm.accepted AS a
SET state = 'there again'
WHERE a.area OPERATOR(pg_catalog.=) 'catalog' AND a.state OPERATOR(pg_catalog.=) 'absent'
  AND EXISTS (SELECT FROM zdm.object AS o
              WHERE o.name OPERATOR(pg_catalog.=) a.name
                 OR pg_catalog.right(o.name, pg_catalog.length(a.name) OPERATOR(pg_catalog.+) 1)
                    OPERATOR(pg_catalog.=) ('.' OPERATOR(pg_catalog.||) a.name))
