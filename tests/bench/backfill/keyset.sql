-- The loop of somebody who knows: bench.batch rows behind the last key, which is remembered.
DO $$
DECLARE
    last bigint := 0;
    upto bigint;
BEGIN
    LOOP
        SELECT max(id) INTO upto
        FROM (SELECT id FROM t WHERE id > last ORDER BY id LIMIT current_setting('bench.batch')::int) AS s;
        EXIT WHEN upto IS NULL;
        UPDATE t SET norm = lower(email) WHERE id > last AND id <= upto;
        COMMIT;
        last := upto;
    END LOOP;
END $$;
