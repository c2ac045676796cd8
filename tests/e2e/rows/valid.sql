-- Asks the server again about every constraint: a row a table, with what does not hold. Rows were written while
-- triggers, and so foreign keys, were off.
CREATE FUNCTION pg_temp.broken() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    c record;
    problem text;
BEGIN
    FOR c IN
        SELECT con.oid, con.conrelid::regclass AS t, con.conname, con.contype, pg_get_constraintdef(con.oid) AS def,
               r.relkind
          FROM pg_constraint con JOIN pg_class r ON r.oid = con.conrelid
         WHERE con.contype IN ('f', 'c', 'p', 'u', 'x') AND con.conparentid = 0
           AND NOT (con.contype = 'c' AND NOT con.conislocal)
           AND r.relnamespace <> 'pg_catalog'::regnamespace AND r.relnamespace <> 'information_schema'::regnamespace
    LOOP
        BEGIN
            EXECUTE format('ALTER TABLE %s ADD CONSTRAINT again %s', c.t,
                regexp_replace(regexp_replace(c.def, '^PRIMARY KEY', 'UNIQUE'), ' NOT VALID$', ''));
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT again', c.t);
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS problem = MESSAGE_TEXT;
            RETURN NEXT format('%s %s: %s', c.t, c.conname, problem);
        END;
    END LOOP;
    BEGIN
        REINDEX SCHEMA public;
    EXCEPTION WHEN active_sql_transaction THEN NULL;
    END;
END $$;
SELECT pg_temp.broken();
