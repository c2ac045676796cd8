CREATE TABLE counters (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, label text,
    m int NOT NULL DEFAULT 0, l int NOT NULL DEFAULT 0);
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
-- Keys of their own, none, another level, nothing; and one that comes while the backfill runs.
CREATE TABLE parted (id int NOT NULL, n int NOT NULL DEFAULT 0) PARTITION BY RANGE (id);
CREATE TABLE parted_key PARTITION OF parted (PRIMARY KEY (id)) FOR VALUES FROM (0) TO (100);
CREATE TABLE parted_deep PARTITION OF parted FOR VALUES FROM (100) TO (200) PARTITION BY LIST (id);
CREATE TABLE parted_pages PARTITION OF parted_deep DEFAULT;
CREATE TABLE parted_none PARTITION OF parted FOR VALUES FROM (200) TO (300);
INSERT INTO parted SELECT generate_series(0, 199, 2);
CREATE TABLE parted_late (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
INSERT INTO parted_late SELECT generate_series(300, 330);
CREATE FUNCTION come() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = 'parted_late'::regclass) THEN
    ALTER TABLE parted ATTACH PARTITION parted_late FOR VALUES FROM (300) TO (400);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER come AFTER UPDATE ON parted_key EXECUTE FUNCTION come();
-- Another one is bad until the backfill is done, as if somebody corrected it then.
CREATE FUNCTION bad() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id = 700 AND NEW.m > OLD.m
     AND EXISTS (SELECT FROM zdm.cursor WHERE plan = 'crash' AND step = 'striped' AND state = 'open') THEN
    RAISE 'bad row';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER bad BEFORE UPDATE ON counters FOR EACH ROW EXECUTE FUNCTION bad();
CREATE TABLE audit (id int GENERATED ALWAYS AS IDENTITY, what text NOT NULL);
ANALYZE;
