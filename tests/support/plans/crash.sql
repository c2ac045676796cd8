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
-- And one row is written behind the cursor, where only the final sweep finds it.
CREATE FUNCTION behind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO late (id, label) VALUES (0, 'behind');
  RETURN NULL;
END $$;
CREATE TABLE late (id int PRIMARY KEY, label text, upper text);
INSERT INTO late SELECT i, 'label ' || i FROM generate_series(1, 300) AS i;
CREATE TRIGGER behind AFTER UPDATE ON late FOR EACH ROW WHEN (NEW.id = 300) EXECUTE FUNCTION behind();
CREATE TABLE audit (id int GENERATED ALWAYS AS IDENTITY, what text NOT NULL);
ANALYZE;
