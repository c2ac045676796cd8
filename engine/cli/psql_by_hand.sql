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
