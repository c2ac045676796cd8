-- The loop that guides recommend: any bench.batch rows that still need it, until there are none.
DO $$
DECLARE
    done bigint;
BEGIN
    LOOP
        UPDATE t SET norm = lower(email)
        WHERE id IN (SELECT id FROM t WHERE norm IS NULL LIMIT current_setting('bench.batch')::int);
        GET DIAGNOSTICS done = ROW_COUNT;
        EXIT WHEN done = 0;
        COMMIT;
    END LOOP;
END $$;
