-- Each command that changes the schema tells the server's log, while its transaction is open, which
-- relations it has locked: what is too short to be seen from outside. Before that, whatever is left of a
-- schema of zdm that came with a copy: its journal has no rows here.
DROP SCHEMA IF EXISTS zdm CASCADE;
CREATE SCHEMA zdm_rehearsal;
CREATE FUNCTION zdm_rehearsal.tell() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $tell$
DECLARE
    held json;
BEGIN
    IF pg_catalog.current_setting('application_name') NOT LIKE 'zdm/%' THEN
        RETURN;
    END IF;
    SELECT pg_catalog.json_agg(pg_catalog.json_build_array(
               pg_catalog.format('%I.%I', n.nspname, c.relname), l.mode))
      INTO held
      FROM pg_catalog.pg_locks l
      JOIN pg_catalog.pg_class c ON c.oid = l.relation
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE l.pid = pg_catalog.pg_backend_pid()
       AND l.locktype = 'relation'
       AND l.granted
       AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
       AND n.nspname NOT IN ('zdm', 'zdm_rehearsal')
       AND n.nspname !~ '^pg_';
    IF held IS NOT NULL THEN
        RAISE LOG 'zdm locks %', pg_catalog.replace(held::text, E'\n', ' ');
    END IF;
END
$tell$;
CREATE EVENT TRIGGER zdm_rehearsal ON ddl_command_end EXECUTE FUNCTION zdm_rehearsal.tell();
ALTER SYSTEM SET log_line_prefix = 'zdm|%a|%d|';
