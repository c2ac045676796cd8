-- What the clients of a rehearsal wrote last, by the key of the row; NULL: a deleted row, or a NULL.
CREATE TABLE audit (key text PRIMARY KEY, value text);
GRANT SELECT, INSERT, UPDATE ON audit TO PUBLIC;

-- Runs a statement of $1 and $2, if both columns that it writes are there, and kept in step.
CREATE FUNCTION try_both(statement text, n int, number_of_row int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_trigger WHERE tgname LIKE '%zdm%') THEN
        EXECUTE statement USING n, number_of_row;
    END IF;
EXCEPTION WHEN undefined_column OR undefined_table THEN NULL;
END $$;
