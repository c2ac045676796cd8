CREATE TABLE counters (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, label text,
    m int NOT NULL DEFAULT 0);
-- Gaps and negative keys; every seventh label is NULL.
INSERT INTO counters (id, label)
SELECT i * 3 - 500, CASE WHEN i % 7 <> 0 THEN 'label ' || i END FROM generate_series(1, 600) AS i;
CREATE INDEX counters_n ON counters (n);
CREATE TABLE audit (id int GENERATED ALWAYS AS IDENTITY, what text NOT NULL);
ANALYZE;
