-- $1 the most rows, $2 whether the snapshot is of our own form: of another one definitions are not compared, nor kinds that
-- it has none of. `now` comes from schema_objects.sql. What differs from zdm.object, how many there are in
-- all, and which plan worked on that table since the snapshot, or names in its statements since then what
-- belongs to no table. What belongs to a relation that was added or removed goes with it, and rights with what
-- they are on. x IN ('a', 'b') of a varchar is spelled anew by a server that reads its own spelling (a dump that
-- was restored), so both are brought to one here.
, diff AS MATERIALIZED (
    SELECT CASE WHEN o.kind IS NULL THEN 'added' WHEN n.kind IS NULL THEN 'removed' ELSE 'changed' END AS change,
           coalesce(n.kind, o.kind) AS kind, coalesce(n.name, o.name) AS name,
           coalesce(n.relation, o.relation) AS relation, o.definition AS was, n.definition AS is_now,
           coalesce(n.partition, o.partition) AS partition
      FROM now AS n
      FULL JOIN zdm.object AS o ON o.kind = n.kind AND o.name = n.name
     WHERE n.kind IS NULL
        OR o.kind IS NULL AND ($2::boolean OR EXISTS (SELECT FROM zdm.object AS k WHERE k.kind = n.kind))
        OR $2::boolean AND n.definition <> o.definition
           AND (SELECT count(DISTINCT
                    regexp_replace(
                        regexp_replace(d.text, E'\\((\'(?:[^\']|\'\')*\'::character varying)\\)::text', E'\\1', 'g'),
                        E'\\(ARRAY\\[((?:\'(?:[^\']|\'\')*\'::character varying(?:, )?)+)\\]\\)::text\\[\\]',
                        E'ARRAY[\\1]', 'g'))
                  FROM (VALUES (n.definition), (o.definition)) AS d (text)) = 2
), whole AS MATERIALIZED (
    SELECT d.relation, d.change FROM diff AS d WHERE d.name = d.relation AND d.change <> 'changed'
), acting AS MATERIALIZED (
    SELECT p.name, p.tables, j.text, regexp_split_to_array(j.text, E'[^[:alnum:]_$]+') AS words
      FROM zdm.plan AS p
      JOIN (SELECT j.plan, string_agg(CASE j.kind WHEN 'sql' THEN lower(j.definition) END, ' ') AS text
              FROM zdm.journal AS j, zdm.snapshot AS s
             WHERE j.at > s.at
             GROUP BY j.plan) AS j ON j.plan = p.name
), loose AS MATERIALIZED (
    -- What belongs to no relation: the last part of its name, without arguments.
    SELECT d.kind, d.name,
           lower(btrim(regexp_replace(regexp_replace(d.name, E'(: |\\().*$', ''), E'^.*\\.', ''), '"')) AS bare
      FROM diff AS d
     WHERE d.relation IS NULL OR d.kind = 'grant'
)
SELECT d.change, d.kind, d.name, d.was, d.is_now, d.partition, count(*) OVER (),
       (SELECT string_agg(a.name, ', ' ORDER BY a.name)
          FROM acting AS a
         WHERE d.relation = ANY (a.tables)
            OR EXISTS (SELECT FROM loose AS l
                        WHERE l.kind = d.kind AND l.name = d.name
                          AND CASE WHEN l.bare ~ '^[[:alnum:]_$]+$' THEN l.bare = ANY (a.words)
                                   ELSE strpos(a.text, l.bare) > 0 END))
  FROM diff AS d
 -- Kept values (stdlib/kept.lua) are let go by whoever drops their table: that is how it is meant to end.
 WHERE NOT (d.change = 'removed' AND d.kind = 'table' AND d.name ~ E'\\."?zdm_kept_[0-9a-f]{8}_[^.]*$')
   AND (d.name IS NOT DISTINCT FROM d.relation
    OR NOT EXISTS (SELECT FROM whole AS w WHERE w.relation = d.relation AND w.change = d.change)
       AND NOT (d.kind = 'grant' AND d.relation IS NULL
                AND EXISTS (SELECT FROM diff AS o
                             WHERE o.kind <> 'grant' AND o.change = d.change
                               AND d.name IN (o.name || ': PUBLIC', o.name || substring(d.name, ': [^:]*$')))))
 ORDER BY d.partition, coalesce(d.relation, d.name), d.name <> coalesce(d.relation, ''), d.kind, d.name
 LIMIT $1::bigint
