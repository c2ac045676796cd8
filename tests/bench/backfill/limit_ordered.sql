-- The same in the order of the key, so that two such loops do not deadlock.
DO $$
DECLARE
    done bigint;
BEGIN
    LOOP
        UPDATE t SET norm = lower(email)
        WHERE id IN (SELECT id FROM t WHERE norm IS NULL ORDER BY id
                     LIMIT current_setting('bench.batch')::int);
        GET DIAGNOSTICS done = ROW_COUNT;
        EXIT WHEN done = 0;
        COMMIT;
    END LOOP;
END $$;
