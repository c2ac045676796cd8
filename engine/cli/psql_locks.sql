-- Tries for the locks of a step, for psql: a template of engine/cli/psql_locks.c. A try that failed holds
-- nothing, and nobody queues behind it for longer than it waits. It is one statement, and its snapshot is as
-- old: so there are not as many tries as zdm run has. What is no table, or not there yet, is
-- left to the statements.
DO @quote@
DECLARE
    zdm_needs CONSTANT text[] := @needs@;
    zdm_tries int := 0;
    zdm_i int;
    zdm_table pg_catalog.regclass;
BEGIN
    LOOP
        PERFORM pg_catalog.set_config('lock_timeout', LEAST(@first@ * 2 ^ zdm_tries, @most@)::int || 'ms', true);
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
            IF zdm_tries >= @tries@ THEN
                RAISE;
            END IF;
            RAISE NOTICE 'try % of @tries@ for the locks was in vain: %', zdm_tries, SQLERRM;
            PERFORM pg_catalog.pg_sleep(LEAST(0.1 * zdm_tries, 5) * (0.5 + pg_catalog.random()));
        END;
    END LOOP;
END
@quote@;
