CREATE TABLE counters (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, label text,
    m int NOT NULL DEFAULT 0);
-- Gaps and negative keys; every seventh label is NULL.
INSERT INTO counters (id, label)
SELECT i * 3 - 500, CASE WHEN i % 7 <> 0 THEN 'label ' || i END FROM generate_series(1, 600) AS i;
CREATE INDEX counters_n ON counters (n);
-- One row is locked until it is left for later, as if somebody held it that long.
CREATE FUNCTION locked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id = 100 AND NOT EXISTS (SELECT FROM zdm.cursor WHERE plan = 'crash' AND part_of IS NOT NULL) THEN
    RAISE 'locked' USING ERRCODE = 'lock_not_available';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER locked BEFORE UPDATE ON counters FOR EACH ROW EXECUTE FUNCTION locked();
CREATE TABLE audit (id int GENERATED ALWAYS AS IDENTITY, what text NOT NULL);
ANALYZE;
