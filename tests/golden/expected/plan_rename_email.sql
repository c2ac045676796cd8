-- rename_email: what zdm run rename_email.lua would do, as a script for psql.
-- email_address is what every other service calls it
-- fingerprint 04333df8c393
--
-- Run it with
--   psql -X -v ON_ERROR_STOP=1 -d DATABASE -f FILE
-- and after an error or a gate go on with -v zdm_from=N, the number of the step.
--
-- zdm run does more: it slows down when the server suffers, sets rows aside that cannot
-- be changed (here the first one stops the backfill), names who is in the way of a lock,
-- and knows by itself where it was. zdm does not see what this script does: use one or
-- the other.
\set ON_ERROR_STOP on
\if :{?zdm_from}
\else
\set zdm_from 1
\endif
SET lock_timeout = 0;
SET statement_timeout = 0;
SET standard_conforming_strings = on;
SET DateStyle = 'ISO';
SET extra_float_digits = 1;
SET client_min_messages = notice;
-- zdm.by_hand: how far each backfill of this script is; drop it when all is done. It is for whoever runs this script,
-- whatever default privileges give to others.
DO $zdm$
DECLARE
    zdm_role text;
    zdm_all text;
BEGIN
    IF pg_catalog.to_regnamespace('zdm') IS NULL THEN
        SELECT pg_catalog.string_agg(pg_catalog.quote_ident(p.pubname), ', ' ORDER BY p.pubname) INTO zdm_all
          FROM pg_catalog.pg_publication AS p WHERE p.puballtables;
        IF zdm_all IS NOT NULL THEN
            RAISE EXCEPTION 'zdm.by_hand would be published at once, by % (FOR ALL TABLES)', zdm_all
                USING DETAIL = 'a subscriber that does not have this table stops replicating, all of its tables, at the '
                        'first row in it',
                    HINT = 'make it on every subscriber first: CREATE SCHEMA zdm; CREATE TABLE zdm.by_hand (step text '
                        'PRIMARY KEY, done_to text[] NOT NULL, rows bigint NOT NULL); then consent here: CREATE SCHEMA zdm;';
        END IF;
        CREATE SCHEMA zdm;
        FOR zdm_role IN
            SELECT DISTINCT CASE WHEN g.grantee = 0 THEN 'PUBLIC'
                                 ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(g.grantee)) END
              FROM pg_catalog.pg_namespace AS n, pg_catalog.aclexplode(n.nspacl) AS g
             WHERE n.nspname = 'zdm' AND g.grantee <> n.nspowner
        LOOP
            EXECUTE 'REVOKE ALL ON SCHEMA zdm FROM ' || zdm_role;
        END LOOP;
    END IF;
    IF pg_catalog.to_regclass('zdm.by_hand') IS NULL THEN
        CREATE TABLE zdm.by_hand (step text PRIMARY KEY, done_to text[] NOT NULL, rows bigint NOT NULL);
        FOR zdm_role IN
            SELECT DISTINCT CASE WHEN g.grantee = 0 THEN 'PUBLIC'
                                 ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(g.grantee)) END
              FROM pg_catalog.pg_class AS c, pg_catalog.aclexplode(c.relacl) AS g
             WHERE c.oid = pg_catalog.to_regclass('zdm.by_hand') AND g.grantee <> c.relowner
        LOOP
            EXECUTE 'REVOKE ALL ON zdm.by_hand FROM ' || zdm_role;
        END LOOP;
    END IF;
END
$zdm$;

-- === expand ===

SELECT :zdm_from <= 1 AS zdm_go \gset
\if :zdm_go
\echo 'step 1 of 8: add column (sql)'
BEGIN;
DO $zdm$
DECLARE
    zdm_needs CONSTANT text[] := ARRAY[$sql$users$sql$, $sql$ACCESS EXCLUSIVE$sql$];
    zdm_tries int := 0;
    zdm_i int;
    zdm_table pg_catalog.regclass;
BEGIN
    LOOP
        PERFORM pg_catalog.set_config('lock_timeout', LEAST(50 * 2 ^ zdm_tries, 2000)::int || 'ms', true);
        BEGIN
            FOR zdm_i IN 1 .. pg_catalog.cardinality(zdm_needs) / 2 LOOP
                zdm_table := pg_catalog.to_regclass(zdm_needs[2 * zdm_i - 1]);
                IF EXISTS (SELECT FROM pg_catalog.pg_class AS c
                            WHERE c.oid = zdm_table AND c.relkind IN ('r', 'p')) THEN
                    EXECUTE pg_catalog.format('LOCK TABLE ONLY %s IN %s MODE', zdm_table, zdm_needs[2 * zdm_i]);
                END IF;
            END LOOP;
            EXIT;
        EXCEPTION WHEN insufficient_privilege THEN
            EXIT; -- a foreign key may lock more than LOCK TABLE may: the statement tries once
        WHEN lock_not_available OR deadlock_detected THEN
            zdm_tries := zdm_tries + 1;
            IF zdm_tries >= 30 THEN
                RAISE;
            END IF;
            RAISE NOTICE 'try % of 30 for the locks was in vain: %', zdm_tries, SQLERRM;
            PERFORM pg_catalog.pg_sleep(LEAST(0.1 * zdm_tries, 5) * (0.5 + pg_catalog.random()));
        END;
    END LOOP;
END
$zdm$;
SET LOCAL lock_timeout = '2000ms';
SET LOCAL statement_timeout = '7000ms';
ALTER TABLE users ADD COLUMN email_address varchar(255);
COMMIT;
\endif

SELECT :zdm_from <= 2 AS zdm_go \gset
\if :zdm_go
\echo 'step 2 of 8: sync users.email <-> email_address (sql)'
BEGIN;
DO $zdm$
DECLARE
    zdm_needs CONSTANT text[] := ARRAY[$sql$users$sql$, $sql$SHARE ROW EXCLUSIVE$sql$];
    zdm_tries int := 0;
    zdm_i int;
    zdm_table pg_catalog.regclass;
BEGIN
    LOOP
        PERFORM pg_catalog.set_config('lock_timeout', LEAST(50 * 2 ^ zdm_tries, 2000)::int || 'ms', true);
        BEGIN
            FOR zdm_i IN 1 .. pg_catalog.cardinality(zdm_needs) / 2 LOOP
                zdm_table := pg_catalog.to_regclass(zdm_needs[2 * zdm_i - 1]);
                IF EXISTS (SELECT FROM pg_catalog.pg_class AS c
                            WHERE c.oid = zdm_table AND c.relkind IN ('r', 'p')) THEN
                    EXECUTE pg_catalog.format('LOCK TABLE ONLY %s IN %s MODE', zdm_table, zdm_needs[2 * zdm_i]);
                END IF;
            END LOOP;
            EXIT;
        EXCEPTION WHEN insufficient_privilege THEN
            EXIT; -- a foreign key may lock more than LOCK TABLE may: the statement tries once
        WHEN lock_not_available OR deadlock_detected THEN
            zdm_tries := zdm_tries + 1;
            IF zdm_tries >= 30 THEN
                RAISE;
            END IF;
            RAISE NOTICE 'try % of 30 for the locks was in vain: %', zdm_tries, SQLERRM;
            PERFORM pg_catalog.pg_sleep(LEAST(0.1 * zdm_tries, 5) * (0.5 + pg_catalog.random()));
        END;
    END LOOP;
END
$zdm$;
SET LOCAL lock_timeout = '2000ms';
SET LOCAL statement_timeout = '7000ms';
DO $zdm$
DECLARE
    zdm_holds boolean;
BEGIN
    EXECUTE $sql$SELECT pg_catalog.count(*) = 1
  FROM pg_catalog.pg_attribute AS a
  JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
 WHERE a.attrelid = pg_catalog.to_regclass('users')
   AND a.attnum > 0
   AND a.attname = 'email'$sql$ INTO zdm_holds;
    IF zdm_holds IS NOT TRUE THEN
        RAISE EXCEPTION '%', $sql$table users has no column email$sql$;
    END IF;
END
$zdm$;
DO $zdm$
DECLARE
    zdm_holds boolean;
BEGIN
    EXECUTE $sql$SELECT pg_catalog.count(*) = 1
  FROM pg_catalog.pg_attribute AS a
  JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
 WHERE a.attrelid = pg_catalog.to_regclass('users')
   AND a.attnum > 0
   AND a.attname = 'email_address'$sql$ INTO zdm_holds;
    IF zdm_holds IS NOT TRUE THEN
        RAISE EXCEPTION '%', $sql$table users has no column email_address$sql$;
    END IF;
END
$zdm$;
DO $zdm$
DECLARE
    zdm_holds boolean;
BEGIN
    EXECUTE $sql$SELECT pg_catalog.count(*) = 1
  FROM pg_catalog.pg_attribute AS a
  JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
 WHERE a.attrelid = pg_catalog.to_regclass('users')
   AND a.attnum > 0
   AND a.attname = 'email'
   AND a.attgenerated = ''$sql$ INTO zdm_holds;
    IF zdm_holds IS NOT TRUE THEN
        RAISE EXCEPTION '%', $sql$column email of users is generated: sync cannot write it$sql$;
    END IF;
END
$zdm$;
DO $zdm$
DECLARE
    zdm_holds boolean;
BEGIN
    EXECUTE $sql$SELECT pg_catalog.count(*) = 1
  FROM pg_catalog.pg_attribute AS a
  JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
 WHERE a.attrelid = pg_catalog.to_regclass('users')
   AND a.attnum > 0
   AND a.attname = 'email_address'
   AND NOT a.atthasdef AND a.attidentity = '' AND t.typdefault IS NULL$sql$ INTO zdm_holds;
    IF zdm_holds IS NOT TRUE THEN
        RAISE EXCEPTION '%', $sql$column email_address of users has a default, or is generated or an identity$sql$;
    END IF;
END
$zdm$;
DO $zdm$
DECLARE
    zdm_holds boolean;
BEGIN
    EXECUTE $sql$SELECT pg_catalog.count(*) = 0
  FROM pg_catalog.pg_trigger AS g,
       pg_catalog.string_to_array(pg_catalog.encode(g.tgargs, 'escape'), '\000') AS a
 WHERE g.tgrelid = pg_catalog.to_regclass('users')
   AND g.tgname LIKE 'zzz\_zdm\_sync\_%'
   AND g.tgname NOT IN ('zzz_zdm_sync_fb3083e844e17b46', 'zzz_zdm_sync_fb3083e844e17b46_new')
   AND (a[2] IN (pg_catalog.encode(pg_catalog.convert_to('email', pg_catalog.getdatabaseencoding()), 'escape'), pg_catalog.encode(pg_catalog.convert_to('email_address', pg_catalog.getdatabaseencoding()), 'escape')) OR a[1] = pg_catalog.encode(pg_catalog.convert_to('email_address', pg_catalog.getdatabaseencoding()), 'escape') OR a[1] = pg_catalog.encode(pg_catalog.convert_to('email', pg_catalog.getdatabaseencoding()), 'escape') AND (true OR a[3] = ''))$sql$ INTO zdm_holds;
    IF zdm_holds IS NOT TRUE THEN
        RAISE EXCEPTION '%', $sql$another sync of users has the column email or email_address: syncs that share a column undo or miss each other's writes$sql$;
    END IF;
END
$zdm$;
DO $zdm$
DECLARE
    zdm_holds boolean;
BEGIN
    EXECUTE $sql$SELECT pg_catalog.count(*) = 0,
       pg_catalog.string_agg(pg_catalog.format('trigger %I of %s, function %s', g.tgname,
           g.tgrelid::pg_catalog.regclass, g.tgfoid::pg_catalog.regprocedure), ', ' ORDER BY g.tgname)
  FROM pg_catalog.pg_trigger AS g
  JOIN pg_catalog.pg_proc AS p ON p.oid = g.tgfoid
  JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
 WHERE (g.tgrelid = pg_catalog.to_regclass('users')
        OR g.tgrelid IN (SELECT f.relid
                           FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass('users')) AS f))
   AND NOT g.tgisinternal AND g.tgenabled IN ('O', 'A')
   AND g.tgtype & 67 = 3 -- BEFORE, FOR EACH ROW
   AND g.tgname > 'zzz_zdm_sync_fb3083e844e17b46'
   AND p.pronamespace IS DISTINCT FROM pg_catalog.to_regnamespace('zdm')::pg_catalog.oid
   AND l.lanname = 'plpgsql'
   AND p.prosrc ~* E'\\mnew\\s*\\.\\s*"?(email_address|email)"?\\s*:=|(;|\\m(begin|then|else|loop|into|strict))\\s*\\mnew\\s*\\.\\s*"?(email_address|email)"?\\s*(=|;|,|\\mfrom\\M)'$sql$ INTO zdm_holds;
    IF zdm_holds IS NOT TRUE THEN
        RAISE EXCEPTION '%', $sql$a trigger that fires behind the sync of email and email_address sets one of them: the other would not get that$sql$;
    END IF;
END
$zdm$;
DO $zdm$
DECLARE
    zdm_holds boolean;
BEGIN
    EXECUTE $sql$SELECT pg_catalog.to_regclass('users') = pg_catalog.to_regclass('public.users')$sql$ INTO zdm_holds;
    IF zdm_holds IS NOT TRUE THEN
        RAISE EXCEPTION '%', $sql$table users is not in the schema public$sql$;
    END IF;
END
$zdm$;
CREATE FUNCTION zdm.sync_fb3083e844e17b46_check() RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp
AS $zdm$UPDATE users SET email_address = (
email
), email = (
email_address
)$zdm$;
DROP FUNCTION zdm.sync_fb3083e844e17b46_check();
CREATE FUNCTION zdm.sync_fb3083e844e17b46() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp SET extra_float_digits = 1 SET DateStyle = 'ISO'
AS $zdm$
#variable_conflict use_column
DECLARE
    zdm_expected record; -- NEW as a write through the old column would have left it
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.email_address IS NULL THEN
            NEW.email_address := NEW.email;
            RETURN NEW;
        END IF;
    ELSIF NEW.email_address::pg_catalog.text COLLATE pg_catalog."C" IS NOT DISTINCT FROM OLD.email_address::pg_catalog.text COLLATE pg_catalog."C" THEN
        IF NEW.email::pg_catalog.text COLLATE pg_catalog."C" IS DISTINCT FROM OLD.email::pg_catalog.text COLLATE pg_catalog."C" THEN
            NEW.email_address := NEW.email;
        END IF;
        RETURN NEW;
    END IF;
    zdm_expected := NEW;
    zdm_expected.email_address := NEW.email;
    IF NEW.email_address::pg_catalog.text COLLATE pg_catalog."C" IS DISTINCT FROM zdm_expected.email_address::pg_catalog.text COLLATE pg_catalog."C" THEN
        NEW.email := NEW.email_address;
    END IF;
    RETURN NEW;
END
$zdm$;
COMMENT ON FUNCTION zdm.sync_fb3083e844e17b46() IS 'zdm: keeps email and email_address of users equal';
CREATE TRIGGER zzz_zdm_sync_fb3083e844e17b46_new BEFORE INSERT ON users FOR EACH ROW
EXECUTE FUNCTION zdm.sync_fb3083e844e17b46('email', 'email_address', '');
CREATE TRIGGER zzz_zdm_sync_fb3083e844e17b46 BEFORE UPDATE ON users FOR EACH ROW
WHEN (pg_catalog.current_setting('zdm.sync', true) IS DISTINCT FROM 'off'
    OR NEW.email::pg_catalog.text COLLATE pg_catalog."C" IS DISTINCT FROM OLD.email::pg_catalog.text COLLATE pg_catalog."C")
EXECUTE FUNCTION zdm.sync_fb3083e844e17b46('email', 'email_address', '');
COMMIT;
\endif

-- === backfill ===

SELECT :zdm_from <= 3 AS zdm_go \gset
\if :zdm_go
\echo 'step 3 of 8: copy email (backfill)'
SELECT :zdm_from < 3 AS zdm_early \gset
\if :zdm_early
DO $zdm$
DECLARE
    zdm_holds boolean;
BEGIN
    EXECUTE $sql1$SELECT NOT EXISTS (SELECT FROM zdm.by_hand AS h WHERE h.step = $sql$rename_email/copy email$sql$)$sql1$ INTO zdm_holds;
    IF zdm_holds IS NOT TRUE THEN
        RAISE EXCEPTION '%', $sql$backfill "copy email" was begun before: go on with -v zdm_from=3, or delete its row of zdm.by_hand when it has to begin at its first row$sql$;
    END IF;
END
$zdm$;
\endif
-- Rows that nobody may wait for are waited for here, and replicas are not looked at.
DO $zdm$
#variable_conflict use_column
DECLARE
    zdm_table CONSTANT pg_catalog.regclass := $sql$users$sql$;
    zdm_step CONSTANT text := $sql$rename_email/copy email$sql$;
    zdm_names text[] := '{}';
    zdm_columns text;
    zdm_texts text;
    zdm_descending text;
    zdm_after text;
    zdm_upto text;
    zdm_copied text;
    zdm_set CONSTANT name[] := ARRAY[$sql$email_address$sql$];
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
     WHERE a.attrelid = NULL::pg_catalog.regclass AND a.attnum > 0 AND b.attnum > 0
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
        EXECUTE $sql$UPDATE users SET email_address = (
email
)
WHERE $sql$
                || CASE WHEN zdm_done IS NOT NULL
                    THEN pg_catalog.format('(%s) > (%s) AND ', zdm_columns, zdm_after) ELSE '' END
                || pg_catalog.format('(%s) <= (%s)', zdm_columns, zdm_upto)
                || $sql$
AND (
email_address IS DISTINCT FROM email
)$sql$
          USING zdm_done, zdm_next;
        GET DIAGNOSTICS zdm_rows = ROW_COUNT;
        zdm_sum := zdm_sum + zdm_rows;
        INSERT INTO zdm.by_hand AS h (step, done_to, rows) VALUES (zdm_step, zdm_next, zdm_rows)
            ON CONFLICT (step) DO UPDATE SET done_to = excluded.done_to, rows = h.rows + excluded.rows;
        COMMIT;
        zdm_done := zdm_next;
        PERFORM pg_catalog.pg_sleep(0.000);
    END LOOP;
    RAISE NOTICE '% rows changed', zdm_sum;
END
$zdm$;
VACUUM (ANALYZE) users;
-- Is a row left that somebody wrote meanwhile? This reads the whole table.
DO $zdm$
DECLARE
    zdm_table CONSTANT pg_catalog.regclass := $sql$users$sql$;
    zdm_needs text;
    zdm_left boolean;
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
                WHERE a.attrelid = zdm_table AND a.attgenerated <> '' AND a.attname = ANY (ARRAY[$sql$email$sql$])) THEN
        RAISE NOTICE 'rows that were written meanwhile are not looked for: a value is made of a generated column';
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM pg_catalog.unnest('{}'::text[]) AS c (name), pg_catalog.parse_ident(c.name) AS parts
                 JOIN pg_catalog.pg_proc AS p ON p.proname = parts[pg_catalog.cardinality(parts)]
                WHERE p.provolatile = 'v'
                   OR p.provolatile = 's' AND p.pronamespace <> 'pg_catalog'::pg_catalog.regnamespace)
       OR EXISTS (SELECT FROM pg_catalog.pg_operator AS o JOIN pg_catalog.pg_proc AS p ON p.oid = o.oprcode
                   WHERE o.oprname = ANY (ARRAY[$sql$=$sql$]) AND p.provolatile <> 'i'
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
      FROM ROWS FROM (pg_catalog.unnest(ARRAY[$sql$email_address$sql$]), pg_catalog.unnest(ARRAY[$sql$email$sql$])) AS e (name, value)
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = zdm_table AND a.attname = e.name AND NOT a.attisdropped;
    EXECUTE pg_catalog.format('SELECT EXISTS (SELECT FROM %s WHERE (%s) AND (%s))',
        zdm_table, $sql$
email_address IS DISTINCT FROM email
$sql$, COALESCE(zdm_needs, 'true')) INTO zdm_left;
    IF zdm_left THEN
        RAISE EXCEPTION '%', $sql$rows are left that need backfill "copy email": they were written behind it. Delete its row of zdm.by_hand, and go on with -v zdm_from=3$sql$;
    END IF;
END
$zdm$;
\endif

-- === expand ===

SELECT :zdm_from <= 4 AS zdm_go \gset
\if :zdm_go
\echo 'step 4 of 8: not null: new rows (sql)'
BEGIN;
DO $zdm$
DECLARE
    zdm_needs CONSTANT text[] := ARRAY[$sql$users$sql$, $sql$ACCESS EXCLUSIVE$sql$];
    zdm_tries int := 0;
    zdm_i int;
    zdm_table pg_catalog.regclass;
BEGIN
    LOOP
        PERFORM pg_catalog.set_config('lock_timeout', LEAST(50 * 2 ^ zdm_tries, 2000)::int || 'ms', true);
        BEGIN
            FOR zdm_i IN 1 .. pg_catalog.cardinality(zdm_needs) / 2 LOOP
                zdm_table := pg_catalog.to_regclass(zdm_needs[2 * zdm_i - 1]);
                IF EXISTS (SELECT FROM pg_catalog.pg_class AS c
                            WHERE c.oid = zdm_table AND c.relkind IN ('r', 'p')) THEN
                    EXECUTE pg_catalog.format('LOCK TABLE ONLY %s IN %s MODE', zdm_table, zdm_needs[2 * zdm_i]);
                END IF;
            END LOOP;
            EXIT;
        EXCEPTION WHEN insufficient_privilege THEN
            EXIT; -- a foreign key may lock more than LOCK TABLE may: the statement tries once
        WHEN lock_not_available OR deadlock_detected THEN
            zdm_tries := zdm_tries + 1;
            IF zdm_tries >= 30 THEN
                RAISE;
            END IF;
            RAISE NOTICE 'try % of 30 for the locks was in vain: %', zdm_tries, SQLERRM;
            PERFORM pg_catalog.pg_sleep(LEAST(0.1 * zdm_tries, 5) * (0.5 + pg_catalog.random()));
        END;
    END LOOP;
END
$zdm$;
SET LOCAL lock_timeout = '2000ms';
SET LOCAL statement_timeout = '7000ms';
ALTER TABLE users ADD CONSTRAINT email_address_set
                CHECK (email_address IS NOT NULL) NOT VALID;
COMMIT;
\endif

SELECT :zdm_from <= 5 AS zdm_go \gset
\if :zdm_go
\echo 'step 5 of 8: not null: all rows (sql)'
BEGIN;
DO $zdm$
DECLARE
    zdm_needs CONSTANT text[] := ARRAY[$sql$users$sql$, $sql$SHARE UPDATE EXCLUSIVE$sql$];
    zdm_tries int := 0;
    zdm_i int;
    zdm_table pg_catalog.regclass;
BEGIN
    LOOP
        PERFORM pg_catalog.set_config('lock_timeout', LEAST(50 * 2 ^ zdm_tries, 2000)::int || 'ms', true);
        BEGIN
            FOR zdm_i IN 1 .. pg_catalog.cardinality(zdm_needs) / 2 LOOP
                zdm_table := pg_catalog.to_regclass(zdm_needs[2 * zdm_i - 1]);
                IF EXISTS (SELECT FROM pg_catalog.pg_class AS c
                            WHERE c.oid = zdm_table AND c.relkind IN ('r', 'p')) THEN
                    EXECUTE pg_catalog.format('LOCK TABLE ONLY %s IN %s MODE', zdm_table, zdm_needs[2 * zdm_i]);
                END IF;
            END LOOP;
            EXIT;
        EXCEPTION WHEN insufficient_privilege THEN
            EXIT; -- a foreign key may lock more than LOCK TABLE may: the statement tries once
        WHEN lock_not_available OR deadlock_detected THEN
            zdm_tries := zdm_tries + 1;
            IF zdm_tries >= 30 THEN
                RAISE;
            END IF;
            RAISE NOTICE 'try % of 30 for the locks was in vain: %', zdm_tries, SQLERRM;
            PERFORM pg_catalog.pg_sleep(LEAST(0.1 * zdm_tries, 5) * (0.5 + pg_catalog.random()));
        END;
    END LOOP;
END
$zdm$;
SET LOCAL lock_timeout = '2000ms';
ALTER TABLE users VALIDATE CONSTRAINT email_address_set;
COMMIT;
\endif

SELECT :zdm_from <= 6 AS zdm_go \gset
\if :zdm_go
\echo 'step 6 of 8: not null: the column (sql)'
BEGIN;
DO $zdm$
DECLARE
    zdm_needs CONSTANT text[] := ARRAY[$sql$users$sql$, $sql$ACCESS EXCLUSIVE$sql$];
    zdm_tries int := 0;
    zdm_i int;
    zdm_table pg_catalog.regclass;
BEGIN
    LOOP
        PERFORM pg_catalog.set_config('lock_timeout', LEAST(50 * 2 ^ zdm_tries, 2000)::int || 'ms', true);
        BEGIN
            FOR zdm_i IN 1 .. pg_catalog.cardinality(zdm_needs) / 2 LOOP
                zdm_table := pg_catalog.to_regclass(zdm_needs[2 * zdm_i - 1]);
                IF EXISTS (SELECT FROM pg_catalog.pg_class AS c
                            WHERE c.oid = zdm_table AND c.relkind IN ('r', 'p')) THEN
                    EXECUTE pg_catalog.format('LOCK TABLE ONLY %s IN %s MODE', zdm_table, zdm_needs[2 * zdm_i]);
                END IF;
            END LOOP;
            EXIT;
        EXCEPTION WHEN insufficient_privilege THEN
            EXIT; -- a foreign key may lock more than LOCK TABLE may: the statement tries once
        WHEN lock_not_available OR deadlock_detected THEN
            zdm_tries := zdm_tries + 1;
            IF zdm_tries >= 30 THEN
                RAISE;
            END IF;
            RAISE NOTICE 'try % of 30 for the locks was in vain: %', zdm_tries, SQLERRM;
            PERFORM pg_catalog.pg_sleep(LEAST(0.1 * zdm_tries, 5) * (0.5 + pg_catalog.random()));
        END;
    END LOOP;
END
$zdm$;
SET LOCAL lock_timeout = '2000ms';
SET LOCAL statement_timeout = '7000ms';
ALTER TABLE users ALTER COLUMN email_address SET NOT NULL;
ALTER TABLE users DROP CONSTRAINT email_address_set;
COMMIT;
\endif

-- === gate ===

SELECT :zdm_from <= 7 AS zdm_go \gset
\if :zdm_go
\echo 'step 7 of 8: old code is gone (gate)'
BEGIN READ ONLY;
DO $zdm$
DECLARE
    zdm_holds boolean;
BEGIN
    EXECUTE $sql$            SELECT count(*) = 0 AS same, count(*) AS rows_that_differ
              FROM users
             WHERE email_address IS DISTINCT FROM email$sql$ INTO zdm_holds;
    IF zdm_holds IS NOT TRUE THEN
        RAISE EXCEPTION '%', $sql$gate "old code is gone": "no row differs" is not true$sql$;
    END IF;
END
$zdm$;
COMMIT;
\prompt 'gate "old code is gone": do you approve "app v2 is everywhere"? (yes/no) ' zdm_answer
SELECT pg_catalog.lower(:'zdm_answer') = 'yes' AS zdm_yes \gset
\if :zdm_yes
\else
DO $$BEGIN RAISE EXCEPTION 'not confirmed'; END$$;
\endif
\endif

-- === contract ===

SELECT :zdm_from <= 8 AS zdm_go \gset
\if :zdm_go
\echo 'step 8 of 8: drop column users.email (sql)'
BEGIN;
DO $zdm$
DECLARE
    zdm_needs CONSTANT text[] := ARRAY[$sql$users$sql$, $sql$ACCESS EXCLUSIVE$sql$];
    zdm_tries int := 0;
    zdm_i int;
    zdm_table pg_catalog.regclass;
BEGIN
    LOOP
        PERFORM pg_catalog.set_config('lock_timeout', LEAST(50 * 2 ^ zdm_tries, 2000)::int || 'ms', true);
        BEGIN
            FOR zdm_i IN 1 .. pg_catalog.cardinality(zdm_needs) / 2 LOOP
                zdm_table := pg_catalog.to_regclass(zdm_needs[2 * zdm_i - 1]);
                IF EXISTS (SELECT FROM pg_catalog.pg_class AS c
                            WHERE c.oid = zdm_table AND c.relkind IN ('r', 'p')) THEN
                    EXECUTE pg_catalog.format('LOCK TABLE ONLY %s IN %s MODE', zdm_table, zdm_needs[2 * zdm_i]);
                END IF;
            END LOOP;
            EXIT;
        EXCEPTION WHEN insufficient_privilege THEN
            EXIT; -- a foreign key may lock more than LOCK TABLE may: the statement tries once
        WHEN lock_not_available OR deadlock_detected THEN
            zdm_tries := zdm_tries + 1;
            IF zdm_tries >= 30 THEN
                RAISE;
            END IF;
            RAISE NOTICE 'try % of 30 for the locks was in vain: %', zdm_tries, SQLERRM;
            PERFORM pg_catalog.pg_sleep(LEAST(0.1 * zdm_tries, 5) * (0.5 + pg_catalog.random()));
        END;
    END LOOP;
END
$zdm$;
SET LOCAL lock_timeout = '2000ms';
SET LOCAL statement_timeout = '7000ms';
DROP TRIGGER zzz_zdm_sync_fb3083e844e17b46 ON users;
DROP TRIGGER zzz_zdm_sync_fb3083e844e17b46_new ON users;
DROP FUNCTION zdm.sync_fb3083e844e17b46();
ALTER TABLE users DROP COLUMN email;
COMMIT;
\endif

\echo 'done'

-- === the way back ===
-- Not run by this script: take out the dashes of the steps that were done, the last
-- first. A backfill that is to run once more begins where it was until its row of
-- zdm.by_hand is deleted.
--
-- step 8, drop column users.email: cannot be taken back: statement 1: what it drops is gone
--
-- step 6, not null: the column:
-- ALTER TABLE users ALTER COLUMN email_address DROP NOT NULL;
--
-- step 5, not null: all rows: nothing to take back: it leaves nothing in the schema
--
-- step 4, not null: new rows:
-- ALTER TABLE users DROP CONSTRAINT IF EXISTS email_address_set;
--
-- step 3, copy email: nothing to take back: what it fills goes with the undo of "add column"
--
-- step 2, sync users.email <-> email_address:
-- DROP TRIGGER zzz_zdm_sync_fb3083e844e17b46 ON users;
-- DROP TRIGGER zzz_zdm_sync_fb3083e844e17b46_new ON users;
-- DROP FUNCTION zdm.sync_fb3083e844e17b46();
--
-- step 1, add column:
-- ALTER TABLE users DROP COLUMN email_address;
