-- CREATE INDEX: what it locks and builds, names, what cannot be indexed
CREATE INDEX ON plain (a);

CREATE INDEX plain_a_idx ON plain (a);

CREATE UNIQUE INDEX ON plain (id, a);

CREATE INDEX orders_customer_idx ON orders (total);

CREATE INDEX IF NOT EXISTS orders_customer_idx ON orders (total);

CREATE INDEX IF NOT EXISTS orders_total_idx ON orders (total);

CREATE INDEX orders ON orders (total);

CREATE INDEX ON orders (nothing);

CREATE INDEX ON orders (lower(number));

CREATE INDEX ON orders (lower(number), upper(number));

CREATE INDEX ON orders ((total * 2));

CREATE INDEX ON orders (number text_pattern_ops);

CREATE INDEX ON orders (number COLLATE "C");

CREATE INDEX ON orders (number) INCLUDE (total, state);

CREATE INDEX ON orders (number DESC NULLS LAST) WHERE state = 'new';

CREATE INDEX ON orders (random());

CREATE INDEX ON orders (stable_one());

CREATE INDEX ON orders (immutable_one());

CREATE INDEX ON orders ("Sales Dept".stable_one());

CREATE INDEX ON orders ("Sales Dept".volatile_one());

CREATE INDEX ON orders ((now() - placed_at));

CREATE INDEX ON orders (id) WHERE placed_at > now();

CREATE INDEX ON orders ((placed_at::date));

CREATE INDEX ON customers ((created_at::date));

CREATE INDEX ON customers (date_trunc('day', created_at));

CREATE INDEX ON orders (date_trunc('day', placed_at));

CREATE INDEX ON customers ((created_at::text));

CREATE INDEX ON types ((e::text));

CREATE INDEX ON types ((i4::text));

CREATE INDEX ON types ((t::date));

CREATE INDEX ON types ((jb ->> 'a'));

CREATE INDEX ON types ((CURRENT_DATE - dt));

CREATE INDEX ON types (coalesce(vc10, t));

CREATE INDEX ON types (overloaded(i4));

CREATE INDEX ON types (overloaded(t));

CREATE INDEX ON types (((SELECT 1)));

CREATE INDEX ON types (j);

CREATE INDEX ON types (x);

CREATE INDEX ON types USING gin (jb);

CREATE INDEX ON types USING gin (ia);

CREATE INDEX ON types USING gin (t);

CREATE INDEX ON types USING gist (i4);

CREATE INDEX ON types USING brin (ts);

CREATE INDEX ON types USING hash (t);

CREATE INDEX ON types USING hash (t, i4);

CREATE UNIQUE INDEX ON types USING gin (jb);

CREATE INDEX ON types USING nothing (t);

CREATE INDEX ON products USING gin (attributes);

CREATE INDEX ON nothing (a);

CREATE INDEX ON customer_names (id);

CREATE INDEX ON sales (n);

CREATE INDEX ON free_sequence (last_value);

CREATE INDEX ON orders_pkey (id);

CREATE INDEX ON ONLY plain (a);

CREATE INDEX ON vehicles (plate);

CREATE INDEX ON cars (plate);

CREATE INDEX ON "Sales Dept"."Big Deals" ("select", "Owner ""Quoted""");

CREATE INDEX ON a_table_whose_name_is_as_long_as_postgresql_lets_a_name_be_63by (a_column_whose_name_is_as_long_as_postgresql_lets_a_name_be_63b);

CREATE INDEX ON "table" ("user");

CREATE INDEX ON plain (a, a);

CREATE INDEX ON cache (value);

-- on partitioned tables: every partition, what is there already is taken
CREATE INDEX ON measurements (note);

CREATE INDEX measurements_value_idx ON measurements (value);

CREATE INDEX ON ONLY measurements (note);

CREATE INDEX ON measurements_2024 (note);

CREATE INDEX ON measurements_2023 (note);

--! after: CREATE INDEX ON measurements_2023 (note)
CREATE INDEX ON measurements (note);

--! after: CREATE INDEX ON measurements_2024 (note)
CREATE INDEX ON measurements (note);

--! after: CREATE INDEX ON measurements_2023 (note DESC)
CREATE INDEX ON measurements (note);

--! after: CREATE INDEX ON measurements_2023 (lower(note))
CREATE INDEX ON measurements (lower(note));

--! after: CREATE INDEX ON measurements_2023 (note) WHERE sensor > 1
CREATE INDEX ON measurements (note) WHERE sensor > 1;

--! after: CREATE INDEX ON measurements_2023 (note) WHERE sensor > 1
CREATE INDEX ON measurements (note) WHERE sensor > 2;

CREATE UNIQUE INDEX ON measurements (note);

CREATE UNIQUE INDEX ON measurements (at, note);

CREATE UNIQUE INDEX ON measurements (at, sensor, note);

CREATE INDEX ON regions (title);

CREATE INDEX ON buckets (payload);

-- a foreign partition is locked, and gets none
--! after: CREATE FOREIGN DATA WRAPPER w
--! after: CREATE SERVER s FOREIGN DATA WRAPPER w
--! after: CREATE TABLE near (a int) PARTITION BY RANGE (a)
--! after: CREATE FOREIGN TABLE far PARTITION OF near FOR VALUES FROM (1) TO (2) SERVER s
CREATE INDEX ON near (a);

CREATE INDEX ON no_partitions (a);

CREATE INDEX ON events (id);

CREATE UNIQUE INDEX ON events (id);

-- CONCURRENTLY
CREATE INDEX CONCURRENTLY plain_a_idx ON plain (a);

CREATE INDEX CONCURRENTLY ON plain (a);

CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_customer_idx ON orders (total);

CREATE INDEX CONCURRENTLY orders_customer_idx ON orders (total);

CREATE INDEX CONCURRENTLY m ON measurements (note);

CREATE INDEX CONCURRENTLY m ON measurements_2023 (note);

CREATE INDEX CONCURRENTLY l ON leftover (a);

DROP INDEX CONCURRENTLY orders_customer_idx;

DROP INDEX CONCURRENTLY orders_pkey;

DROP INDEX CONCURRENTLY measurements_sensor_idx;

DROP INDEX CONCURRENTLY nothing;

DROP INDEX CONCURRENTLY IF EXISTS nothing;

DROP INDEX CONCURRENTLY orders_customer_idx, orders_state_idx;

REINDEX INDEX CONCURRENTLY orders_customer_idx;

REINDEX TABLE CONCURRENTLY orders;

REINDEX TABLE CONCURRENTLY measurements;

REINDEX TABLE CONCURRENTLY excluded;

-- DROP INDEX
DROP INDEX orders_customer_idx;

DROP INDEX orders_customer_idx, orders_state_idx;

DROP INDEX orders_customer_idx, customers_name_idx;

DROP INDEX orders_pkey;

DROP INDEX orders_number_key CASCADE;

DROP INDEX nothing;

DROP INDEX IF EXISTS nothing;

DROP INDEX IF EXISTS nothing, orders_customer_idx;

DROP INDEX orders;

DROP INDEX measurements_sensor_idx;

DROP INDEX measurements_2023_sensor_idx;

DROP INDEX measurements_pkey;

DROP INDEX buckets_only_idx;

DROP INDEX "Sales Dept"."By Amount";

DROP INDEX identified_code_idx;

DROP INDEX clustered_a_idx;

DROP INDEX sales_state_idx;

DROP INDEX leftover_b_idx;

--! after: ALTER TABLE plain ADD FOREIGN KEY (a) REFERENCES nulls (bare) NOT VALID
DROP INDEX nulls_bare_idx;

--! after: ALTER TABLE plain ADD FOREIGN KEY (a) REFERENCES nulls (bare) NOT VALID
DROP INDEX nulls_bare_idx CASCADE;

-- REINDEX
REINDEX INDEX orders_customer_idx;

REINDEX INDEX orders_pkey;

REINDEX TABLE orders;

REINDEX TABLE audit_log;

REINDEX TABLE sales;

REINDEX TABLE customer_names;

REINDEX INDEX orders;

REINDEX TABLE orders_pkey;

REINDEX TABLE nothing;

REINDEX INDEX nothing;

REINDEX TABLE measurements;

REINDEX TABLE measurements_2023;

REINDEX INDEX measurements_sensor_idx;

REINDEX INDEX measurements_2023_sensor_idx;

REINDEX TABLE leftover;

REINDEX SCHEMA "Sales Dept";

REINDEX SCHEMA nothing;

REINDEX DATABASE nothing;

REINDEX TABLE "Sales Dept"."Big Deals";

-- ALTER INDEX
ALTER INDEX orders_customer_idx SET (fillfactor = 70);

ALTER INDEX orders_customer_idx SET (nothing = 70);

ALTER INDEX orders_customer_idx SET (deduplicate_items = off);

ALTER INDEX products_tags_idx SET (fastupdate = off);

ALTER INDEX orders_customer_idx SET (fastupdate = off);

ALTER INDEX orders_customer_idx RESET (fillfactor);

ALTER INDEX measurements_sensor_idx SET (fillfactor = 70);

ALTER INDEX orders_customer_idx SET TABLESPACE pg_default;

ALTER INDEX orders_customer_idx SET TABLESPACE other_disk;

ALTER INDEX other_disk_table_a_idx SET TABLESPACE other_disk;

ALTER INDEX measurements_sensor_idx SET TABLESPACE other_disk;

ALTER INDEX customers_email_key ALTER COLUMN 1 SET STATISTICS 100;

ALTER INDEX orders SET (fillfactor = 70);

ALTER INDEX nothing SET (fillfactor = 70);

ALTER INDEX IF EXISTS nothing SET (fillfactor = 70);

ALTER TABLE orders_customer_idx SET (fillfactor = 70);

--! after: CREATE INDEX b0 ON buckets_0 (payload)
ALTER INDEX buckets_only_idx ATTACH PARTITION b0;

--! after: CREATE INDEX b0 ON buckets_0 (payload)
--! after: CREATE INDEX b1 ON buckets_1 (payload)
--! after: ALTER INDEX buckets_only_idx ATTACH PARTITION b0
ALTER INDEX buckets_only_idx ATTACH PARTITION b1;

--! after: CREATE INDEX b0 ON buckets_0 (id)
ALTER INDEX buckets_only_idx ATTACH PARTITION b0;

--! after: CREATE INDEX b0 ON buckets_0 (payload)
--! after: CREATE INDEX b2 ON buckets_0 (payload)
--! after: ALTER INDEX buckets_only_idx ATTACH PARTITION b0
ALTER INDEX buckets_only_idx ATTACH PARTITION b2;

ALTER INDEX buckets_only_idx ATTACH PARTITION orders_customer_idx;

ALTER INDEX buckets_only_idx ATTACH PARTITION orders;

ALTER INDEX measurements_sensor_idx ATTACH PARTITION measurements_2023_sensor_idx;

ALTER INDEX orders_customer_idx ATTACH PARTITION orders_state_idx;
