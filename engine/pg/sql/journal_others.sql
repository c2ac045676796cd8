-- $1 plan, $2 its tables, $3 those that it is alongside, $4 its steps (JSON lists, or NULL) -> other plans that are not
-- done and change one of its tables, or one that a foreign key joins with one of its, unless one of the two is
-- alongside the other: name, who started it and when, its next step and the kind of that, whether anything of it was
-- done, the tables of both, and the foreign keys between theirs, of which one of the two locks a side so strongly in a
-- step to come that the other one's rows have to wait. A view is one with the tables that it reads, when the other plan
-- changes those.
WITH RECURSIVE me AS (
    SELECT $1::pg_catalog.text AS name,
           ARRAY(SELECT t.name FROM pg_catalog.json_array_elements_text($2::pg_catalog.json) AS t (name)) AS tables,
           ARRAY(SELECT a.name FROM pg_catalog.json_array_elements_text($3::pg_catalog.json) AS a (name)) AS alongside
), plans AS (
    SELECT me.name, me.tables FROM me
    UNION ALL
    SELECT p.name, p.tables FROM zdm.plan AS p WHERE p.name OPERATOR(pg_catalog.<>) $1
), named AS (
    -- A name with a schema is looked up without the right to use that schema: other roles have other plans.
    SELECT t.plan, CASE pg_catalog.cardinality(t.part)
        WHEN 1 THEN pg_catalog.to_regclass(t.name)::pg_catalog.oid
        WHEN 2 THEN (SELECT c.oid FROM pg_catalog.pg_class AS c
                     JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
                     WHERE n.nspname OPERATOR(pg_catalog.=) t.part[1]::pg_catalog.name
                       AND c.relname OPERATOR(pg_catalog.=) t.part[2]::pg_catalog.name) END AS oid
    FROM (SELECT p.name AS plan, u.name, pg_catalog.parse_ident(u.name) AS part
          FROM plans AS p, pg_catalog.unnest(p.tables) AS u (name)) AS t
), below AS (
    SELECT n.plan, c.oid, c.relkind
    FROM named AS n
    JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) n.oid
    WHERE c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['v', 'm']::"char"[])
  UNION
    SELECT b.plan, c.oid, c.relkind
    FROM below AS b
    JOIN pg_catalog.pg_rewrite AS w ON w.ev_class OPERATOR(pg_catalog.=) b.oid
    JOIN pg_catalog.pg_depend AS d ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid
        AND d.objid OPERATOR(pg_catalog.=) w.oid
        AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
    JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=)
        coalesce(pg_catalog.pg_partition_root(d.refobjid)::pg_catalog.oid, d.refobjid)
    WHERE b.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['v', 'm']::"char"[])
), reads AS MATERIALIZED (
    SELECT b.plan, pg_catalog.array_agg(pg_catalog.format('%I.%I', n.nspname, c.relname)) AS tables
    FROM below AS b
    JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) b.oid
    JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    GROUP BY b.plan
), keys AS MATERIALIZED (
    SELECT DISTINCT pg_catalog.format('%I.%I', cn.nspname, c.relname) AS child,
           pg_catalog.format('%I.%I', rn.nspname, r.relname) AS parent
    FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=)
        coalesce(pg_catalog.pg_partition_root(k.conrelid)::pg_catalog.oid, k.conrelid)
    JOIN pg_catalog.pg_namespace AS cn ON cn.oid OPERATOR(pg_catalog.=) c.relnamespace
    JOIN pg_catalog.pg_class AS r ON r.oid OPERATOR(pg_catalog.=)
        coalesce(pg_catalog.pg_partition_root(k.confrelid)::pg_catalog.oid, k.confrelid)
    JOIN pg_catalog.pg_namespace AS rn ON rn.oid OPERATOR(pg_catalog.=) r.relnamespace
    WHERE k.contype OPERATOR(pg_catalog.=) 'f'
), near AS MATERIALIZED (
    SELECT p.name, k.child, k.parent
    FROM me
    JOIN zdm.plan AS p ON p.name OPERATOR(pg_catalog.<>) me.name
    JOIN keys AS k ON k.child OPERATOR(pg_catalog.=) ANY (me.tables) AND k.parent OPERATOR(pg_catalog.=) ANY (p.tables)
                   OR k.child OPERATOR(pg_catalog.=) ANY (p.tables) AND k.parent OPERATOR(pg_catalog.=) ANY (me.tables)
), steps AS (
    SELECT me.name AS plan, s.step FROM me, pg_catalog.json_array_elements($4::pg_catalog.json) AS s (step)
    UNION ALL
    SELECT p.name, s.step
    FROM zdm.plan AS p, pg_catalog.json_array_elements(p.steps) AS s (step)
    WHERE p.name OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT n.name FROM near AS n))
), strong AS MATERIALIZED (
    -- Of a step that does not say what it locks (a hook; an older zdm wrote it down) all tables of its plan.
    SELECT DISTINCT p.name AS plan, t.name AS "table"
    FROM steps AS s
    JOIN plans AS p ON p.name OPERATOR(pg_catalog.=) s.plan
    CROSS JOIN LATERAL pg_catalog.unnest(p.tables) AS t (name)
    WHERE CASE pg_catalog.json_typeof(s.step OPERATOR(pg_catalog.->) 3)
              WHEN 'array' THEN t.name OPERATOR(pg_catalog.=) ANY (
                  ARRAY(SELECT l.name FROM pg_catalog.json_array_elements_text(s.step OPERATOR(pg_catalog.->) 3) AS l (name)))
              ELSE (s.step OPERATOR(pg_catalog.->>) 2) OPERATOR(pg_catalog.=) ANY (ARRAY['sql', 'hook', 'command']) END
      AND NOT EXISTS (SELECT FROM zdm.journal AS j
                      WHERE j.plan OPERATOR(pg_catalog.=) s.plan
                        AND j.step OPERATOR(pg_catalog.=) (s.step OPERATOR(pg_catalog.->>) 0)
                        AND j.item OPERATOR(pg_catalog.=) '' AND j.state OPERATOR(pg_catalog.=) 'done')
), met AS MATERIALIZED (
    SELECT p.name, ARRAY(
        SELECT t.name FROM pg_catalog.unnest(p.tables) AS t (name)
        WHERE t.name OPERATOR(pg_catalog.=) ANY (me.tables)
           OR t.name OPERATOR(pg_catalog.=) ANY (mine.tables)
      UNION
        SELECT t.name FROM pg_catalog.unnest(theirs.tables) AS t (name)
        WHERE t.name OPERATOR(pg_catalog.=) ANY (me.tables)
        ORDER BY 1) AS shared, ARRAY(
        SELECT pg_catalog.concat(n.child, ' refers to ', n.parent) FROM near AS n
        WHERE n.name OPERATOR(pg_catalog.=) p.name
          AND EXISTS (SELECT FROM strong AS s
                      WHERE s.plan OPERATOR(pg_catalog.=) ANY (ARRAY[me.name, p.name])
                        AND s."table" OPERATOR(pg_catalog.=) ANY (ARRAY[n.child, n.parent]))
        ORDER BY 1) AS linked
    FROM me
    LEFT JOIN reads AS mine ON mine.plan OPERATOR(pg_catalog.=) me.name
    JOIN zdm.plan AS p ON p.name OPERATOR(pg_catalog.<>) me.name
    LEFT JOIN reads AS theirs ON theirs.plan OPERATOR(pg_catalog.=) p.name
)
SELECT p.name, p.runner, pg_catalog.to_char(p.at, 'YYYY-MM-DD HH24:MI:SS'), next.id, next.kind,
       EXISTS (SELECT FROM zdm.journal AS j
               WHERE j.plan OPERATOR(pg_catalog.=) p.name AND j.item OPERATOR(pg_catalog.=) ''
                 AND j.kind OPERATOR(pg_catalog.<>) 'gate' AND j.state OPERATOR(pg_catalog.=) 'done')
       OR EXISTS (SELECT FROM zdm.cursor AS c
                  WHERE c.plan OPERATOR(pg_catalog.=) p.name AND c.batches OPERATOR(pg_catalog.>) 0) AS begun,
       pg_catalog.array_to_string(m.shared, ', '), pg_catalog.array_to_string(m.linked, ', ')
FROM me
JOIN zdm.plan AS p ON p.name OPERATOR(pg_catalog.<>) me.name
                  AND p.name OPERATOR(pg_catalog.<>) ALL (me.alongside)
                  AND me.name OPERATOR(pg_catalog.<>) ALL (p.alongside)
JOIN met AS m ON m.name OPERATOR(pg_catalog.=) p.name
             AND (pg_catalog.cardinality(m.shared) OPERATOR(pg_catalog.>) 0
                  OR pg_catalog.cardinality(m.linked) OPERATOR(pg_catalog.>) 0)
CROSS JOIN LATERAL (
    SELECT s.step OPERATOR(pg_catalog.->>) 0 AS id, s.step OPERATOR(pg_catalog.->>) 2 AS kind
    FROM pg_catalog.json_array_elements(p.steps) WITH ORDINALITY AS s (step, place)
    WHERE NOT EXISTS (SELECT FROM zdm.journal AS j
                      WHERE j.plan OPERATOR(pg_catalog.=) p.name
                        AND j.step OPERATOR(pg_catalog.=) (s.step OPERATOR(pg_catalog.->>) 0)
                        AND j.item OPERATOR(pg_catalog.=) '' AND j.state OPERATOR(pg_catalog.=) 'done')
    ORDER BY s.place
    LIMIT 1) AS next
ORDER BY p.name
