-- For the session that makes rows; what runs for each row is there only where a statement cannot do.

-- Those of the literals that the type takes, in the order of their values.
CREATE FUNCTION pg_temp.zdm_accepted(literals text[], type text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    literal text;
    good text[] := '{}';
    sorted text[];
BEGIN
    FOREACH literal IN ARRAY literals LOOP
        BEGIN
            EXECUTE pg_catalog.format('SELECT CAST(%L AS %s)', literal, type);
            good := good || literal;
        EXCEPTION WHEN OTHERS THEN
            NULL; -- another type's literal in the same CHECK
        END;
    END LOOP;
    EXECUTE pg_catalog.format(
        'SELECT pg_catalog.array_agg(l ORDER BY CAST(l AS %s)) FROM pg_catalog.unnest($1) AS l', type)
        INTO sorted USING good;
    RETURN COALESCE(sorted, good);
EXCEPTION WHEN OTHERS THEN
    RETURN good; -- a type without an order, or whose texts are names of something
END $$;

-- `statement` makes one row of a number. From the number `first` on, until there are `wanted` rows.
CREATE FUNCTION pg_temp.zdm_each(statement text, first bigint, last bigint, wanted bigint,
    OUT made bigint, OUT trouble text)
LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    made := 0;
    EXECUTE 'PREPARE zdm_one (bigint, bigint, bigint) AS ' || statement;
    FOR i IN first .. last LOOP
        EXIT WHEN made >= wanted;
        BEGIN
            EXECUTE pg_catalog.format('EXECUTE zdm_one (%s, %1$s, 1)', i) INTO n;
            made := made + n;
        EXCEPTION WHEN OTHERS THEN
            trouble := SQLERRM; -- told when no row could be made
        END;
    END LOOP;
    DEALLOCATE zdm_one;
END $$;

-- ON CONFLICT does not go with keys that can be deferred: until the rows are there they cannot. Their index
-- says so, on which nothing else depends; dropping the constraint would take more with it.
CREATE TEMP TABLE zdm_deferred AS
SELECT i.indexrelid
  FROM pg_catalog.pg_index i
 WHERE NOT i.indimmediate;
UPDATE pg_catalog.pg_index AS i SET indimmediate = true
  FROM pg_temp.zdm_deferred d
 WHERE d.indexrelid = i.indexrelid;
