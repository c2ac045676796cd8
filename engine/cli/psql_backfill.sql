-- A backfill for psql, as zdm plan --format sql writes it: a template of engine/cli/psql_backfill.c, which
-- puts in what stands between two @. A batch is 1,000 keys and a transaction of its own, in which
-- zdm.by_hand remembers how far it is. Names begin with zdm_: the author's SQL is run beside them.
DO @quote@
#variable_conflict use_column
DECLARE
    zdm_table CONSTANT pg_catalog.regclass := @table@;
    zdm_step CONSTANT text := @step@;
    zdm_names text[] := @key@;
    zdm_columns text;
    zdm_texts text;
    zdm_descending text;
    zdm_after text;
    zdm_upto text;
    zdm_copied text;
    zdm_set CONSTANT name[] := @set@;
    zdm_moved text;
    zdm_done text[];
    zdm_next text[];
    zdm_rows bigint;
    zdm_sum bigint := 0;
BEGIN
    IF zdm_names = '{}' THEN -- the primary key, else the narrowest unique one without NULLs
        SELECT pg_catalog.array_agg(a.attname::text ORDER BY k.n) INTO zdm_names
          FROM (SELECT i.indkey::int2[] AS keys, i.indnkeyatts AS n
                  FROM pg_catalog.pg_index AS i
                 WHERE i.indrelid = zdm_table AND i.indisunique AND i.indisvalid AND i.indimmediate
                   AND i.indpred IS NULL AND i.indexprs IS NULL
                   AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS b
                                    WHERE b.attrelid = zdm_table AND NOT b.attnotnull
                                      AND b.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]))
                 ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1) AS u
         CROSS JOIN pg_catalog.unnest(u.keys) WITH ORDINALITY AS k (attnum, n)
          JOIN pg_catalog.pg_attribute AS a ON a.attrelid = zdm_table AND a.attnum = k.attnum
         WHERE k.n <= u.n;
    END IF;
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY k.n),
           pg_catalog.string_agg(pg_catalog.format('%I::text', a.attname), ', ' ORDER BY k.n),
           pg_catalog.string_agg(pg_catalog.format('%I DESC', a.attname), ', ' ORDER BY k.n),
           pg_catalog.string_agg(pg_catalog.format('CAST($1[%s] AS %s)', k.n,
               pg_catalog.format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY k.n),
           pg_catalog.string_agg(pg_catalog.format('CAST($2[%s] AS %s)', k.n,
               pg_catalog.format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY k.n)
      INTO zdm_columns, zdm_texts, zdm_descending, zdm_after, zdm_upto
      FROM pg_catalog.unnest(zdm_names) WITH ORDINALITY AS k (name, n)
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = zdm_table AND a.attname = k.name;
    IF zdm_columns IS NULL THEN
        RAISE EXCEPTION 'table % has no key to walk along', zdm_table;
    END IF;
    -- A column of the key that is set, or generated from one that is.
    SELECT k.name INTO zdm_moved
      FROM pg_catalog.unnest(zdm_names) AS k (name)
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = zdm_table AND a.attname = k.name
      LEFT JOIN pg_catalog.pg_attrdef AS x ON x.adrelid = zdm_table AND x.adnum = a.attnum AND a.attgenerated <> ''
     WHERE a.attname = ANY (zdm_set)
        OR EXISTS (SELECT FROM pg_catalog.pg_attribute AS b
                     JOIN pg_catalog.pg_depend AS d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                      AND d.refobjid = b.attrelid AND d.refobjsubid = b.attnum
                    WHERE b.attrelid = zdm_table AND b.attname = ANY (zdm_set)
                      AND (d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = x.oid
                           OR d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND x.oid IS NOT NULL
                              AND d.objid = zdm_table AND d.objsubid = a.attnum))
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'column % of % is in the key that the backfill walks along: it cannot be set', zdm_moved, zdm_table
            USING HINT = 'a row whose key grows would be met twice: walk along another unique key, key = { "..." }';
    END IF;
    -- Of a copy of all columns: those that both tables have.
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO zdm_copied
      FROM pg_catalog.pg_attribute AS a
      JOIN pg_catalog.pg_attribute AS b ON b.attrelid = zdm_table AND b.attname = a.attname
     WHERE a.attrelid = @into@::pg_catalog.regclass AND a.attnum > 0 AND b.attnum > 0
       AND NOT a.attisdropped AND NOT b.attisdropped AND a.attgenerated = '';
    SELECT h.done_to INTO zdm_done FROM zdm.by_hand AS h WHERE h.step = zdm_step;
    LOOP
        PERFORM pg_catalog.set_config('zdm.sync', 'off', true); -- triggers of a sync leave it alone
        zdm_next := NULL;
        EXECUTE pg_catalog.format('SELECT ARRAY[%s] FROM (SELECT %s FROM %s%s ORDER BY %s LIMIT 1000)'
                ' AS zdm_t ORDER BY %s LIMIT 1',
            zdm_texts, zdm_columns, zdm_table,
            CASE WHEN zdm_done IS NOT NULL
                THEN pg_catalog.format(' WHERE (%s) > (%s)', zdm_columns, zdm_after) ELSE '' END,
            zdm_columns, zdm_descending)
           INTO zdm_next USING zdm_done;
        EXIT WHEN zdm_next IS NULL;
        EXECUTE @before@
                || CASE WHEN zdm_done IS NOT NULL
                    THEN pg_catalog.format('(%s) > (%s) AND ', zdm_columns, zdm_after) ELSE '' END
                || pg_catalog.format('(%s) <= (%s)', zdm_columns, zdm_upto)
                || @behind@
          USING zdm_done, zdm_next;
        GET DIAGNOSTICS zdm_rows = ROW_COUNT;
        zdm_sum := zdm_sum + zdm_rows;
        INSERT INTO zdm.by_hand AS h (step, done_to, rows) VALUES (zdm_step, zdm_next, zdm_rows)
            ON CONFLICT (step) DO UPDATE SET done_to = excluded.done_to, rows = h.rows + excluded.rows;
        COMMIT;
        zdm_done := zdm_next;
        PERFORM pg_catalog.pg_sleep(@pause@);
    END LOOP;
    RAISE NOTICE '% rows changed', zdm_sum;
END
@quote@;
