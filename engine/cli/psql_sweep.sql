-- The final sweep of a backfill, for psql: a template of engine/cli/psql_sweep.c. Is there a row left for
-- which the change makes a difference? Columns are compared as text, behind a cast to their types.
DO @quote@
DECLARE
    zdm_table CONSTANT pg_catalog.regclass := @table@;
    zdm_needs text;
    zdm_left boolean;
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
                WHERE a.attrelid = zdm_table AND a.attgenerated <> '' AND a.attname = ANY (@inputs@)) THEN
        RAISE NOTICE 'rows that were written meanwhile are not looked for: a value is made of a generated column';
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM pg_catalog.unnest(@calls@) AS c (name), pg_catalog.parse_ident(c.name) AS parts
                 JOIN pg_catalog.pg_proc AS p ON p.proname = parts[pg_catalog.cardinality(parts)]
                WHERE p.provolatile = 'v'
                   OR p.provolatile = 's' AND p.pronamespace <> 'pg_catalog'::pg_catalog.regnamespace)
       OR EXISTS (SELECT FROM pg_catalog.pg_operator AS o JOIN pg_catalog.pg_proc AS p ON p.oid = o.oprcode
                   WHERE o.oprname = ANY (@operators@) AND p.provolatile <> 'i'
                     AND o.oprnamespace <> 'pg_catalog'::pg_catalog.regnamespace) THEN
        RAISE NOTICE 'rows that were written meanwhile are not looked for: a function is not IMMUTABLE';
        RETURN;
    END IF;
    SELECT pg_catalog.string_agg(pg_catalog.format(
               'pg_catalog.quote_nullable(CAST(%I AS text)) COLLATE "C" <>'
               ' pg_catalog.quote_nullable(CAST(CAST((
%s
) AS %s) AS text)) COLLATE "C"',
               a.attname, e.value, pg_catalog.format_type(a.atttypid, a.atttypmod)), ' OR ')
      INTO zdm_needs
      FROM ROWS FROM (pg_catalog.unnest(@columns@), pg_catalog.unnest(@values@)) AS e (name, value)
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = zdm_table AND a.attname = e.name AND NOT a.attisdropped;
    EXECUTE pg_catalog.format('SELECT EXISTS (SELECT FROM %s WHERE (%s) AND (%s))',
        zdm_table, @where@, COALESCE(zdm_needs, 'true')) INTO zdm_left;
    IF zdm_left THEN
        RAISE EXCEPTION '%', @message@;
    END IF;
END
@quote@;
