-- A copy knows how to reach the servers of the target's foreign tables: without the passwords and names of
-- users that came with the schema, nothing that runs in it can write there. No event trigger fires.
DO $cut$
DECLARE
    mapping record;
BEGIN
    PERFORM pg_catalog.set_config('session_replication_role', 'replica', true);
    FOR mapping IN
        SELECT m.srvname, m.usename, m.umuser = 0 AS is_public FROM pg_catalog.pg_user_mappings m
    LOOP
        EXECUTE pg_catalog.format('DROP USER MAPPING FOR %s SERVER %I',
            CASE WHEN mapping.is_public THEN 'PUBLIC'
                 ELSE pg_catalog.format('%I', mapping.usename) END,
            mapping.srvname);
    END LOOP;
END
$cut$
