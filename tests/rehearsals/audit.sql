-- What the clients of a rehearsal wrote last, by the key of the row; NULL: a deleted row, or a NULL.
CREATE TABLE audit (key text PRIMARY KEY, value text);

-- Runs a statement of $1 and $2, unless a column or table that it names is not there yet, or not any more.
CREATE FUNCTION try_both(statement text, n int, number_of_row int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement USING n, number_of_row;
EXCEPTION WHEN undefined_column OR undefined_table THEN NULL;
END $$;
