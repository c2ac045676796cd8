-- ATTACH: the new partition is read unless a valid CHECK says what the bound says
ALTER TABLE measurements ATTACH PARTITION measurements_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

ALTER TABLE measurements ATTACH PARTITION measurements_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');

ALTER TABLE measurements ATTACH PARTITION measurements_2026 FOR VALUES FROM ('2025-01-01') TO ('2028-01-01');

ALTER TABLE measurements ATTACH PARTITION measurements_2026 FOR VALUES FROM ('2026-01-01') TO ('2026-12-31');

ALTER TABLE measurements ATTACH PARTITION measurements_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');

--! after: ALTER TABLE measurements_2027 VALIDATE CONSTRAINT measurements_2027_bound
ALTER TABLE measurements ATTACH PARTITION measurements_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');

--! after: DELETE FROM measurements_other
ALTER TABLE measurements ATTACH PARTITION measurements_2026 FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);

ALTER TABLE measurements ATTACH PARTITION measurements_2025 FOR VALUES FROM ('2024-06-01') TO ('2026-01-01');

ALTER TABLE measurements ATTACH PARTITION measurements_2025 FOR VALUES FROM ('2026-01-01') TO ('2025-01-01');

ALTER TABLE measurements ATTACH PARTITION measurements_2025 FOR VALUES FROM ('2025-01-01', 1) TO ('2026-01-01', 1);

ALTER TABLE measurements ATTACH PARTITION measurements_2025 FOR VALUES IN ('2025-01-01');

ALTER TABLE measurements ATTACH PARTITION measurements_2025 DEFAULT;

ALTER TABLE measurements ATTACH PARTITION measurements_wrong FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

ALTER TABLE measurements ATTACH PARTITION measurements_2023 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

ALTER TABLE measurements ATTACH PARTITION measurements FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

ALTER TABLE measurements_2024 ATTACH PARTITION measurements FOR VALUES IN (7);

ALTER TABLE measurements ATTACH PARTITION customer_names FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

ALTER TABLE measurements ATTACH PARTITION nothing FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

ALTER TABLE measurements ATTACH PARTITION vehicles FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

ALTER TABLE measurements ATTACH PARTITION cars FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

ALTER TABLE orders ATTACH PARTITION measurements_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

ALTER TABLE nothing ATTACH PARTITION measurements_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

--! after: ALTER TABLE measurements_2025 ALTER COLUMN at DROP NOT NULL
ALTER TABLE measurements ATTACH PARTITION measurements_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

--! after: ALTER TABLE measurements_2025 ADD COLUMN more int
ALTER TABLE measurements ATTACH PARTITION measurements_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

--! after: ALTER TABLE measurements_2025 ALTER COLUMN note TYPE varchar(10)
ALTER TABLE measurements ATTACH PARTITION measurements_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

--! after: ALTER TABLE measurements ADD CONSTRAINT s CHECK (sensor > 0)
ALTER TABLE measurements ATTACH PARTITION measurements_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

--! after: ALTER TABLE measurements ADD CONSTRAINT s CHECK (sensor > 0)
--! after: ALTER TABLE measurements_2025 ADD CONSTRAINT s CHECK (sensor > 0)
ALTER TABLE measurements ATTACH PARTITION measurements_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

--! after: ALTER TABLE measurements ADD CONSTRAINT s CHECK (sensor > 0)
--! after: ALTER TABLE measurements_2025 ADD CONSTRAINT s CHECK (sensor > 1) NOT VALID
ALTER TABLE measurements ATTACH PARTITION measurements_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

--! after: CREATE TRIGGER measurements_touch BEFORE INSERT ON measurements_2025 FOR EACH ROW EXECUTE FUNCTION set_note()
ALTER TABLE measurements ATTACH PARTITION measurements_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

-- the default partition: locked, and read unless a CHECK of it leaves the new bound out
--! after: ALTER TABLE measurements_other ADD CONSTRAINT not_2025 CHECK (at < '2025-01-01' OR at >= '2026-01-01')
ALTER TABLE measurements ATTACH PARTITION measurements_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

--! after: ALTER TABLE measurements_other ADD CONSTRAINT late CHECK (at >= '2028-01-01')
ALTER TABLE measurements ATTACH PARTITION measurements_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');

--! after: ALTER TABLE measurements_other ADD CONSTRAINT not_2025 CHECK (at < '2025-01-01' OR at >= '2026-01-01') NOT VALID
ALTER TABLE measurements ATTACH PARTITION measurements_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

--! after: ALTER TABLE measurements_other ADD CONSTRAINT not_half CHECK (at < '2025-01-01' OR at >= '2025-07-01')
ALTER TABLE measurements ATTACH PARTITION measurements_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

--! after: ALTER TABLE measurements DETACH PARTITION measurements_other
ALTER TABLE measurements ATTACH PARTITION measurements_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

--! after: ALTER TABLE measurements DETACH PARTITION measurements_other
ALTER TABLE measurements ATTACH PARTITION measurements_other DEFAULT;

--! after: ALTER TABLE measurements DETACH PARTITION measurements_other
--! after: ALTER TABLE measurements_other ADD CONSTRAINT late CHECK (at >= '2026-01-01')
ALTER TABLE measurements ATTACH PARTITION measurements_other DEFAULT;

--! after: ALTER TABLE measurements DETACH PARTITION measurements_other
ALTER TABLE measurements ATTACH PARTITION measurements_2025 DEFAULT;

-- by list
ALTER TABLE regions ATTACH PARTITION regions_us FOR VALUES IN ('us');

ALTER TABLE regions ATTACH PARTITION regions_us FOR VALUES IN ('us', 'ca');

--! after: DELETE FROM regions_us
ALTER TABLE regions ATTACH PARTITION regions_us FOR VALUES IN ('ca');

ALTER TABLE regions ATTACH PARTITION regions_us FOR VALUES IN ('de');

ALTER TABLE regions ATTACH PARTITION regions_us DEFAULT;

--! after: ALTER TABLE regions_us DROP CONSTRAINT regions_us_code
ALTER TABLE regions ATTACH PARTITION regions_us FOR VALUES IN ('us');

--! after: ALTER TABLE regions_us ADD CONSTRAINT two CHECK (code IN ('us', 'ca'))
--! after: ALTER TABLE regions_us DROP CONSTRAINT regions_us_code
ALTER TABLE regions ATTACH PARTITION regions_us FOR VALUES IN ('us', 'ca', 'mx');

--! after: ALTER TABLE regions_us DROP CONSTRAINT regions_us_pkey
ALTER TABLE regions ATTACH PARTITION regions_us FOR VALUES IN ('us');

--! after: ALTER TABLE regions_us DROP CONSTRAINT regions_us_pkey
--! after: ALTER TABLE regions_us ADD PRIMARY KEY (id)
ALTER TABLE regions ATTACH PARTITION regions_us FOR VALUES IN ('us');

ALTER TABLE regions ATTACH PARTITION regions_us FOR VALUES WITH (MODULUS 2, REMAINDER 0);

-- by hash, by an expression, nested
--! after: ALTER TABLE buckets DETACH PARTITION buckets_1
ALTER TABLE buckets ATTACH PARTITION buckets_1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);

--! after: ALTER TABLE buckets DETACH PARTITION buckets_1
ALTER TABLE buckets ATTACH PARTITION buckets_1 FOR VALUES WITH (MODULUS 2, REMAINDER 0);

--! after: ALTER TABLE buckets DETACH PARTITION buckets_1
ALTER TABLE buckets ATTACH PARTITION buckets_1 FOR VALUES WITH (MODULUS 4, REMAINDER 1);

--! after: ALTER TABLE buckets DETACH PARTITION buckets_1
ALTER TABLE buckets ATTACH PARTITION buckets_1 FOR VALUES WITH (MODULUS 3, REMAINDER 1);

--! after: ALTER TABLE buckets DETACH PARTITION buckets_1
ALTER TABLE buckets ATTACH PARTITION buckets_1 DEFAULT;

--! after: CREATE TABLE b (id int NOT NULL, payload text)
ALTER TABLE buckets ATTACH PARTITION b FOR VALUES WITH (MODULUS 2, REMAINDER 5);

--! after: CREATE TABLE events_new (LIKE events INCLUDING ALL)
ALTER TABLE events ATTACH PARTITION events_new FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');

--! after: CREATE TABLE events_new (LIKE events INCLUDING ALL, FOREIGN KEY (customer_id) REFERENCES customers (id))
ALTER TABLE events ATTACH PARTITION events_new FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');

--! after: CREATE TABLE s2 (LIKE measurements INCLUDING ALL)
ALTER TABLE measurements_2024 ATTACH PARTITION s2 FOR VALUES IN (9);

--! after: CREATE TABLE s2 (LIKE measurements INCLUDING ALL, CHECK (sensor = 9))
ALTER TABLE measurements_2024 ATTACH PARTITION s2 FOR VALUES IN (9);

--! after: CREATE TABLE s2 (LIKE measurements INCLUDING ALL, CHECK (sensor = 9), CHECK (at >= '2024-01-01' AND at < '2025-01-01'))
ALTER TABLE measurements_2024 ATTACH PARTITION s2 FOR VALUES IN (9);

--! after: CREATE TABLE s2 (LIKE measurements INCLUDING ALL, CHECK (sensor = 9), CHECK (at BETWEEN '2024-02-01' AND '2024-12-31'))
ALTER TABLE measurements_2024 ATTACH PARTITION s2 FOR VALUES IN (9);

--! after: CREATE TABLE m (LIKE measurements) PARTITION BY LIST (sensor)
--! after: CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1)
--! after: CREATE TABLE m2 PARTITION OF m DEFAULT
ALTER TABLE measurements ATTACH PARTITION m FOR VALUES FROM ('2035-01-01') TO ('2036-01-01');

--! after: CREATE TABLE m (LIKE measurements) PARTITION BY LIST (sensor)
--! after: CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1)
--! after: ALTER TABLE m1 ADD CHECK (at >= '2035-01-01' AND at < '2036-01-01')
--! after: CREATE TABLE m2 PARTITION OF m DEFAULT
ALTER TABLE measurements ATTACH PARTITION m FOR VALUES FROM ('2035-01-01') TO ('2036-01-01');

--! after: CREATE TABLE n (id int PRIMARY KEY, a text)
ALTER TABLE no_partitions ATTACH PARTITION n FOR VALUES FROM (1) TO (10);

--! after: CREATE TABLE n (id int PRIMARY KEY, a text, CHECK (id > 0 AND id <= 9))
ALTER TABLE no_partitions ATTACH PARTITION n FOR VALUES FROM (1) TO (10);

--! after: CREATE TABLE n (id int PRIMARY KEY, a text, CHECK (id >= 1 AND id < 10))
ALTER TABLE no_partitions ATTACH PARTITION n FOR VALUES FROM (1) TO (10);

--! after: CREATE TABLE n (id int PRIMARY KEY, a text, CHECK (id >= 5 AND id < 8))
ALTER TABLE no_partitions ATTACH PARTITION n FOR VALUES FROM (MINVALUE) TO (10);

--! after: CREATE TABLE n (id int PRIMARY KEY, a text)
ALTER TABLE no_partitions ATTACH PARTITION n FOR VALUES FROM (MINVALUE) TO (MAXVALUE);

--! after: CREATE TABLE n (id int PRIMARY KEY, a text)
ALTER TABLE no_partitions ATTACH PARTITION n DEFAULT;

--! after: CREATE TABLE r (a int NOT NULL, b int NOT NULL) PARTITION BY RANGE (a, b)
--! after: CREATE TABLE r1 (a int NOT NULL, b int NOT NULL, CHECK (a = 1 AND b >= 5 AND b < 10))
ALTER TABLE r ATTACH PARTITION r1 FOR VALUES FROM (1, 5) TO (1, 10);

--! after: CREATE TABLE r (a int NOT NULL, b int NOT NULL) PARTITION BY RANGE (a, b)
--! after: CREATE TABLE r1 (a int NOT NULL, b int NOT NULL, CHECK (a > 1 AND a < 3))
ALTER TABLE r ATTACH PARTITION r1 FOR VALUES FROM (1, 5) TO (3, 10);

--! after: CREATE TABLE r (a int NOT NULL, b int NOT NULL) PARTITION BY RANGE (a, b)
--! after: CREATE TABLE r1 (a int NOT NULL, b int NOT NULL, CHECK (a >= 1 AND a < 3))
ALTER TABLE r ATTACH PARTITION r1 FOR VALUES FROM (1, 5) TO (3, 10);

--! after: CREATE TABLE r (a int NOT NULL, b int NOT NULL) PARTITION BY RANGE (a, b)
--! after: CREATE TABLE r1 (a int NOT NULL, b int NOT NULL, CHECK (a >= 1 AND a < 3))
ALTER TABLE r ATTACH PARTITION r1 FOR VALUES FROM (1, MINVALUE) TO (3, MINVALUE);

--! after: CREATE TABLE l (v int) PARTITION BY LIST (v)
--! after: CREATE TABLE l1 (v int, CHECK (v IS NULL OR v = 1))
ALTER TABLE l ATTACH PARTITION l1 FOR VALUES IN (1, NULL);

--! after: CREATE TABLE l (v int) PARTITION BY LIST (v)
--! after: CREATE TABLE l1 (v int, CHECK (v = 1))
ALTER TABLE l ATTACH PARTITION l1 FOR VALUES IN (1);

--! after: CREATE TABLE l (v int) PARTITION BY LIST (v)
--! after: CREATE TABLE l1 (v int, CHECK (v IS NOT NULL AND v = 1))
ALTER TABLE l ATTACH PARTITION l1 FOR VALUES IN (1, 2);

--! after: CREATE TABLE l (v int) PARTITION BY LIST (v)
--! after: CREATE TABLE l1 (v int NOT NULL, CHECK (v IN (1, 2)))
ALTER TABLE l ATTACH PARTITION l1 FOR VALUES IN (2, 1);

--! after: CREATE TABLE l (v boolean) PARTITION BY LIST (v)
--! after: CREATE TABLE l1 (v boolean NOT NULL, CHECK (v))
ALTER TABLE l ATTACH PARTITION l1 FOR VALUES IN (true);

--! after: CREATE TABLE l (v mood) PARTITION BY LIST (v)
--! after: CREATE TABLE l1 (v mood NOT NULL, CHECK (v = 'ok'))
ALTER TABLE l ATTACH PARTITION l1 FOR VALUES IN ('ok', 'sad');

--! after: CREATE TABLE t (v timestamptz NOT NULL) PARTITION BY RANGE (v)
--! after: CREATE TABLE t1 (v timestamptz NOT NULL, CHECK (v >= '2024-01-01 00:00:00+00' AND v < '2024-02-01 00:00:00+00'))
ALTER TABLE t ATTACH PARTITION t1 FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2024-02-01 00:00:00+00');

--! after: CREATE TABLE t (v numeric NOT NULL) PARTITION BY RANGE (v)
--! after: CREATE TABLE t1 (v numeric NOT NULL, CHECK (v > 1.5 AND v < 2))
ALTER TABLE t ATTACH PARTITION t1 FOR VALUES FROM (1.50) TO (10);

--! after: CREATE TABLE t (v int NOT NULL) PARTITION BY RANGE (v)
--! after: CREATE TABLE t1 (v int NOT NULL, CHECK (v >= -10 AND v < -5))
ALTER TABLE t ATTACH PARTITION t1 FOR VALUES FROM (-10) TO (-5);

--! after: CREATE TABLE t (v text COLLATE "C" NOT NULL) PARTITION BY RANGE (v)
--! after: CREATE TABLE t1 (v text COLLATE "C" NOT NULL, CHECK (v >= 'a' AND v < 'm'))
ALTER TABLE t ATTACH PARTITION t1 FOR VALUES FROM ('a') TO ('n');

-- DETACH
ALTER TABLE measurements DETACH PARTITION measurements_2023;

ALTER TABLE measurements DETACH PARTITION measurements_2024;

ALTER TABLE measurements DETACH PARTITION measurements_other;

ALTER TABLE measurements_2024 DETACH PARTITION measurements_2024_s1;

ALTER TABLE measurements DETACH PARTITION measurements_2024_s1;

ALTER TABLE measurements DETACH PARTITION measurements_2025;

ALTER TABLE measurements DETACH PARTITION nothing;

ALTER TABLE orders DETACH PARTITION measurements_2023;

ALTER TABLE regions DETACH PARTITION regions_fr;

ALTER TABLE buckets DETACH PARTITION buckets_0;

ALTER TABLE events DETACH PARTITION events_rest;

ALTER TABLE events DETACH PARTITION events_2024_01;

ALTER TABLE measurements DETACH PARTITION measurements_2023 CONCURRENTLY;

ALTER TABLE buckets DETACH PARTITION buckets_0 CONCURRENTLY;

--! differs: the query that looks for referencing rows is not seen outside a transaction
ALTER TABLE regions DETACH PARTITION regions_fr CONCURRENTLY;

ALTER TABLE measurements_2024 DETACH PARTITION measurements_2024_s1 CONCURRENTLY;

ALTER TABLE buckets DETACH PARTITION buckets_0 FINALIZE;

ALTER TABLE orders DETACH PARTITION nothing CONCURRENTLY;

-- INHERIT and NO INHERIT
ALTER TABLE boats INHERIT vehicles;

ALTER TABLE boats INHERIT cars;

-- until 15 a child may compute what its parent holds
--! after: CREATE TABLE holds (a int, b int)
--! after: CREATE TABLE computes (a int, b int GENERATED ALWAYS AS (a * 3) STORED)
ALTER TABLE computes INHERIT holds;

--! after: CREATE TABLE holds (a int, b int)
--! after: CREATE TABLE computes (a int, b int GENERATED ALWAYS AS (a * 3) STORED)
ALTER TABLE holds INHERIT computes;

ALTER TABLE boats INHERIT orders;

ALTER TABLE boats INHERIT customer_names;

ALTER TABLE boats INHERIT measurements;

ALTER TABLE boats INHERIT nothing;

ALTER TABLE cars INHERIT vehicles;

ALTER TABLE vehicles INHERIT sports_cars;

ALTER TABLE vehicles INHERIT vehicles;

ALTER TABLE sports_cars INHERIT vehicles;

ALTER TABLE measurements_2023 INHERIT orders;

ALTER TABLE measurements INHERIT orders;

--! after: ALTER TABLE boats DROP CONSTRAINT vehicles_wheels_check
ALTER TABLE boats INHERIT vehicles;

--! after: ALTER TABLE boats ALTER COLUMN plate DROP NOT NULL
ALTER TABLE boats INHERIT vehicles;

ALTER TABLE cars NO INHERIT vehicles;

ALTER TABLE sports_cars NO INHERIT cars;

ALTER TABLE cars NO INHERIT orders;

ALTER TABLE measurements_2023 NO INHERIT measurements;

-- the bounds of a new partition
CREATE TABLE m PARTITION OF measurements FOR VALUES FROM ('2024-06-01') TO ('2025-01-01');

CREATE TABLE m PARTITION OF measurements FOR VALUES FROM ('2025-06-01') TO ('2025-01-01');

CREATE TABLE m PARTITION OF measurements DEFAULT;

CREATE TABLE m PARTITION OF measurements FOR VALUES IN ('2025-01-01');

CREATE TABLE r PARTITION OF regions FOR VALUES IN ('be');

CREATE TABLE r PARTITION OF regions FOR VALUES IN ('it');

CREATE TABLE b PARTITION OF buckets FOR VALUES WITH (MODULUS 4, REMAINDER 3);

--! after: ALTER TABLE measurements_other ADD CONSTRAINT late CHECK (at >= '2030-01-01')
CREATE TABLE m PARTITION OF measurements FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

-- an index of a partition of a partition
--! after: CREATE INDEX only_top ON ONLY measurements (value)
--! after: CREATE INDEX only_middle ON ONLY measurements_2024 (value)
--! after: CREATE INDEX leaf_1 ON measurements_2024_s1 (value)
ALTER INDEX only_middle ATTACH PARTITION leaf_1;

--! after: CREATE INDEX only_top ON ONLY measurements (value)
--! after: CREATE INDEX only_middle ON ONLY measurements_2024 (value)
--! after: ALTER INDEX only_top ATTACH PARTITION only_middle
--! after: CREATE INDEX leaf_1 ON measurements_2024_s1 (value)
ALTER INDEX only_middle ATTACH PARTITION leaf_1;

--! after: CREATE INDEX only_middle ON ONLY measurements_2024 (value)
--! after: CREATE INDEX leaf_1 ON measurements_2024_s1 (value)
--! after: CREATE INDEX leaf_2 ON measurements_2024_rest (value)
--! after: ALTER INDEX only_middle ATTACH PARTITION leaf_1
ALTER INDEX only_middle ATTACH PARTITION leaf_2;

-- 15.20 goes on to the index above; 14.23, 16.14, 17.10 and 18.4 do not yet
--! versions: 15-15
--! differs: 15.18 does not go on to the index above either
--! after: CREATE INDEX only_top ON ONLY measurements (value)
--! after: CREATE INDEX only_middle ON ONLY measurements_2024 (value)
--! after: CREATE INDEX leaf_1 ON measurements_2024_s1 (value)
--! after: CREATE INDEX leaf_2 ON measurements_2024_rest (value)
--! after: ALTER INDEX only_middle ATTACH PARTITION leaf_1
--! after: ALTER INDEX only_top ATTACH PARTITION only_middle
ALTER INDEX only_middle ATTACH PARTITION leaf_2;

--! after: CREATE INDEX only_top ON ONLY measurements (value)
--! after: CREATE INDEX m23 ON measurements_2023 (value)
--! after: ALTER INDEX only_top ATTACH PARTITION m23
ALTER INDEX only_top ATTACH PARTITION m23;

--! after: CREATE INDEX top_sum ON ONLY measurements ((sensor + id))
--! after: CREATE INDEX m23_sum ON measurements_2023 ((sensor + id))
ALTER INDEX top_sum ATTACH PARTITION m23_sum;

--! after: CREATE INDEX top_sum ON ONLY measurements ((sensor + id)) WHERE sensor > 1
--! after: CREATE INDEX m23_sum ON measurements_2023 ((sensor + id)) WHERE sensor > 1
ALTER INDEX top_sum ATTACH PARTITION m23_sum;

--! after: CREATE INDEX only_top ON ONLY measurements (value)
--! after: CREATE TABLE m (LIKE measurements) PARTITION BY LIST (sensor)
--! after: CREATE TABLE m_1 PARTITION OF m FOR VALUES IN (1)
--! after: CREATE INDEX m_only ON ONLY m (value)
ALTER TABLE measurements ATTACH PARTITION m FOR VALUES FROM ('2040-01-01') TO ('2041-01-01');

--! after: CREATE INDEX top ON buckets (abs(id))
--! after: CREATE TABLE b (LIKE buckets)
ALTER TABLE buckets DETACH PARTITION buckets_1;

--! after: CREATE TABLE p (a int) PARTITION BY RANGE (a)
--! after: CREATE TABLE p1 (a int)
--! after: CREATE INDEX ON p (abs(a))
ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (1) TO (2);

-- attaching what has foreign keys of its own
--! after: CREATE TABLE fkt (a int, FOREIGN KEY (a) REFERENCES products (id)) PARTITION BY LIST (a)
--! after: CREATE TABLE fk1 (a int, FOREIGN KEY (a) REFERENCES products (id), FOREIGN KEY (a) REFERENCES products (id) ON DELETE CASCADE)
ALTER TABLE fkt ATTACH PARTITION fk1 FOR VALUES IN (1);

--! after: CREATE TABLE fkt (a int, FOREIGN KEY (a) REFERENCES products (id) ON DELETE CASCADE) PARTITION BY LIST (a)
--! after: CREATE TABLE fk1 (a int, FOREIGN KEY (a) REFERENCES products (id)) PARTITION BY LIST (a)
--! after: CREATE TABLE fk1_1 (a int, FOREIGN KEY (a) REFERENCES products (id) ON DELETE CASCADE)
ALTER TABLE fkt ATTACH PARTITION fk1 FOR VALUES IN (1);

-- a partition that has foreign keys of its own: whether one says the same decides about locks and scans
--! after: CREATE TABLE rr (id int PRIMARY KEY)
--! after: CREATE TABLE pp (id int, r int REFERENCES rr) PARTITION BY RANGE (id)
--! after: CREATE TABLE cc (id int, r int)
--! after: ALTER TABLE cc ADD FOREIGN KEY (r) REFERENCES rr NOT VALID
ALTER TABLE pp ATTACH PARTITION cc FOR VALUES FROM (0) TO (10)

--! after: CREATE TABLE rr (id int PRIMARY KEY) PARTITION BY RANGE (id)
--! after: CREATE TABLE rr1 PARTITION OF rr FOR VALUES FROM (0) TO (5)
--! after: CREATE TABLE pp (id int, r int REFERENCES rr) PARTITION BY RANGE (id)
--! after: CREATE TABLE cc (id int, r int)
ALTER TABLE pp ATTACH PARTITION cc FOR VALUES FROM (0) TO (10)

--! after: CREATE TABLE rr (id int PRIMARY KEY) PARTITION BY RANGE (id)
--! after: CREATE TABLE rr1 PARTITION OF rr FOR VALUES FROM (0) TO (5)
--! after: CREATE TABLE pp (id int, r int REFERENCES rr) PARTITION BY RANGE (id)
--! after: CREATE TABLE cc (id int, r int REFERENCES rr)
ALTER TABLE pp ATTACH PARTITION cc FOR VALUES FROM (0) TO (10)

--! after: CREATE TABLE rr (id int PRIMARY KEY, k int UNIQUE)
--! after: CREATE TABLE pp (id int, r int REFERENCES rr, k int REFERENCES rr (k)) PARTITION BY RANGE (id)
--! after: CREATE TABLE cc (id int, r int REFERENCES rr, k int REFERENCES rr (k))
ALTER TABLE pp ATTACH PARTITION cc FOR VALUES FROM (0) TO (10)

--! after: CREATE TABLE rr (id int PRIMARY KEY)
--! after: CREATE TABLE pp (id int, r int, FOREIGN KEY (r) REFERENCES rr MATCH FULL) PARTITION BY RANGE (id)
--! after: CREATE TABLE cc (id int, r int REFERENCES rr)
ALTER TABLE pp ATTACH PARTITION cc FOR VALUES FROM (0) TO (10)

--! after: CREATE TABLE rr (id int PRIMARY KEY, k int UNIQUE)
--! after: CREATE TABLE pp (id int, r int REFERENCES rr) PARTITION BY RANGE (id)
--! after: CREATE TABLE cc (id int, r int REFERENCES rr (k))
ALTER TABLE pp ATTACH PARTITION cc FOR VALUES FROM (0) TO (10)

--! after: CREATE TABLE rr (id int PRIMARY KEY) PARTITION BY RANGE (id)
--! after: CREATE TABLE rr1 PARTITION OF rr FOR VALUES FROM (0) TO (5)
--! after: CREATE TABLE pp (id int, r int REFERENCES rr) PARTITION BY RANGE (id)
--! after: CREATE TABLE cc (id int, r int REFERENCES rr) PARTITION BY RANGE (id)
--! after: CREATE TABLE dd PARTITION OF cc FOR VALUES FROM (0) TO (5)
ALTER TABLE pp ATTACH PARTITION cc FOR VALUES FROM (0) TO (10)

--! after: CREATE TABLE rr (id int PRIMARY KEY)
--! after: CREATE TABLE pp (id int, r int REFERENCES rr) PARTITION BY RANGE (id)
--! after: CREATE TABLE cc (id int, r int)
--! after: ALTER TABLE cc ADD FOREIGN KEY (r) REFERENCES rr NOT VALID
--! after: ALTER TABLE cc VALIDATE CONSTRAINT cc_r_fkey
ALTER TABLE pp ATTACH PARTITION cc FOR VALUES FROM (0) TO (10)

--! after: CREATE TABLE rr (id int PRIMARY KEY)
--! after: CREATE TABLE pp (id int, r int REFERENCES rr) PARTITION BY RANGE (id)
--! after: CREATE TABLE qq PARTITION OF pp FOR VALUES FROM (0) TO (10)
--! after: ALTER TABLE pp DETACH PARTITION qq
ALTER TABLE pp ATTACH PARTITION qq FOR VALUES FROM (0) TO (10)

--! after: CREATE FOREIGN DATA WRAPPER fw
--! after: CREATE SERVER fs FOREIGN DATA WRAPPER fw
--! after: CREATE TABLE rr (id int PRIMARY KEY)
--! after: CREATE TABLE pp (id int, r int REFERENCES rr) PARTITION BY RANGE (id)
--! after: CREATE FOREIGN TABLE cc (id int, r int) SERVER fs
ALTER TABLE pp ATTACH PARTITION cc FOR VALUES FROM (0) TO (10)
