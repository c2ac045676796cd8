-- storage parameters, persistence, tablespaces, access methods
ALTER TABLE orders SET (fillfactor = 70);

ALTER TABLE orders SET (autovacuum_enabled = off, toast.autovacuum_enabled = off);

ALTER TABLE orders RESET (fillfactor);

ALTER TABLE orders SET (user_catalog_table = true);

ALTER TABLE orders SET (nothing = 1);

ALTER TABLE orders SET (parallel_workers = 2, user_catalog_table = true);

ALTER TABLE sales SET (fillfactor = 70);

ALTER VIEW customer_names SET (security_barrier = true);

ALTER VIEW customer_names RESET (security_barrier);

ALTER TABLE customer_names SET (security_barrier = true);

ALTER VIEW orders SET (security_barrier = true);

ALTER TABLE vehicles SET (fillfactor = 70);

ALTER TABLE cache SET LOGGED;

ALTER TABLE cache SET UNLOGGED;

ALTER TABLE plain SET UNLOGGED;

ALTER TABLE plain SET LOGGED;

ALTER TABLE orders SET UNLOGGED;

ALTER TABLE order_lines SET UNLOGGED;

ALTER TABLE shipments SET UNLOGGED;

ALTER TABLE published SET UNLOGGED;

ALTER TABLE serials SET UNLOGGED;

ALTER TABLE vehicles SET UNLOGGED;

ALTER TABLE empty_table SET UNLOGGED;

ALTER TABLE plain SET TABLESPACE other_disk;

ALTER TABLE orders SET TABLESPACE other_disk;

ALTER TABLE plain SET TABLESPACE pg_default;

ALTER TABLE other_disk_table SET TABLESPACE other_disk;

ALTER TABLE other_disk_table SET TABLESPACE pg_default;

ALTER TABLE measurements SET TABLESPACE other_disk;

ALTER TABLE plain SET TABLESPACE pg_global;

ALTER MATERIALIZED VIEW sales SET TABLESPACE other_disk;

ALTER TABLE plain SET WITHOUT OIDS;

ALTER TABLE clustered CLUSTER ON clustered_pkey;

ALTER TABLE clustered CLUSTER ON orders_pkey;

ALTER TABLE clustered SET WITHOUT CLUSTER;

ALTER TABLE orders CLUSTER ON orders_state_idx;

ALTER TABLE products CLUSTER ON products_tags_idx;

ALTER TABLE measurements CLUSTER ON measurements_pkey;

-- replica identity
ALTER TABLE published REPLICA IDENTITY FULL;

ALTER TABLE published REPLICA IDENTITY NOTHING;

ALTER TABLE published REPLICA IDENTITY USING INDEX published_pkey;

ALTER TABLE identified REPLICA IDENTITY DEFAULT;

ALTER TABLE keyless REPLICA IDENTITY USING INDEX keyless_a_idx;

ALTER TABLE keyless REPLICA IDENTITY USING INDEX keyless_b_idx;

ALTER TABLE nulls REPLICA IDENTITY USING INDEX nulls_partial_idx;

ALTER TABLE nulls REPLICA IDENTITY USING INDEX nulls_plain_idx;

ALTER TABLE nulls REPLICA IDENTITY USING INDEX nothing;

ALTER TABLE measurements REPLICA IDENTITY FULL;

-- triggers, rules, row security
ALTER TABLE orders DISABLE TRIGGER orders_touch;

ALTER TABLE orders ENABLE TRIGGER orders_touch;

ALTER TABLE orders ENABLE ALWAYS TRIGGER orders_touch;

ALTER TABLE orders ENABLE REPLICA TRIGGER orders_touch;

ALTER TABLE orders DISABLE TRIGGER nothing;

ALTER TABLE orders DISABLE TRIGGER ALL;

ALTER TABLE orders DISABLE TRIGGER USER;

ALTER TABLE measurements DISABLE TRIGGER measurements_touch;

ALTER TABLE measurements DISABLE TRIGGER ALL;

ALTER TABLE events DISABLE TRIGGER ALL;

ALTER TABLE events DISABLE TRIGGER USER;

ALTER TABLE regions ENABLE TRIGGER ALL;

ALTER TABLE ONLY measurements DISABLE TRIGGER measurements_touch;

ALTER TABLE vehicles DISABLE TRIGGER ALL;

ALTER TABLE ruled DISABLE RULE ruled_update;

ALTER TABLE orders DISABLE RULE nothing;

ALTER TABLE orders ENABLE ROW LEVEL SECURITY;

ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;

ALTER TABLE secrets DISABLE ROW LEVEL SECURITY;

ALTER TABLE secrets FORCE ROW LEVEL SECURITY;

ALTER TABLE measurements ENABLE ROW LEVEL SECURITY;

ALTER VIEW customer_names ENABLE ROW LEVEL SECURITY;

-- owners and kinds
ALTER TABLE orders OWNER TO truth_owner;

ALTER TABLE serials OWNER TO truth_owner;

ALTER TABLE measurements OWNER TO truth_owner;

ALTER VIEW customer_names OWNER TO truth_owner;

ALTER SEQUENCE free_sequence OWNER TO truth_owner;

ALTER MATERIALIZED VIEW sales OWNER TO truth_owner;

ALTER INDEX orders_customer_idx OWNER TO truth_owner;

ALTER TABLE nothing OWNER TO truth_owner;

ALTER TABLE orders NOT OF;

ALTER TABLE typed_table NOT OF;

ALTER TABLE customer_names ADD COLUMN e int;

ALTER TABLE sales ADD COLUMN e int;

ALTER TABLE free_sequence ADD COLUMN e int;

ALTER TABLE orders_pkey ADD COLUMN e int;

ALTER FOREIGN TABLE orders ADD COLUMN e int;

ALTER TABLE pg_catalog.pg_class ADD COLUMN e int;

ALTER TABLE pg_class ADD COLUMN e int;

--! after: CREATE TABLE parted (a int NOT NULL) PARTITION BY RANGE (a)
--! after: CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (1)
--! after: CREATE UNIQUE INDEX parted_a_idx ON ONLY parted (a)
ALTER TABLE ONLY parted REPLICA IDENTITY USING INDEX parted_a_idx;

ALTER TABLE address ADD COLUMN e int;

-- strongest lock of all, in one statement
ALTER TABLE orders SET (fillfactor = 70), ADD COLUMN e int;

ALTER TABLE measurements ALTER COLUMN note SET STATISTICS 100, ADD COLUMN e int;

ALTER TABLE orders CLUSTER ON orders_pkey, SET (fillfactor = 50);

ALTER TABLE orders DISABLE TRIGGER USER, SET (fillfactor = 50);

-- of partitioned tables
ALTER TABLE measurements SET UNLOGGED;

ALTER TABLE measurements SET LOGGED;

ALTER TABLE measurements SET (fillfactor = 70);

ALTER TABLE measurements SET (autovacuum_enabled = off);

--! versions: 15-
ALTER TABLE measurements SET ACCESS METHOD heap;

--! versions: 15-
ALTER TABLE plain SET ACCESS METHOD heap;

--! versions: 15-
ALTER TABLE plain SET ACCESS METHOD nothing;

ALTER TABLE measurements SET TABLESPACE nothing;

ALTER TABLE plain SET TABLESPACE nothing;

ALTER TABLE measurements OWNER TO nobody_at_all;

--! versions: 15-
ALTER SEQUENCE free_sequence SET UNLOGGED;

ALTER TABLE free_sequence SET (fillfactor = 70);

ALTER TABLE published SET TABLESPACE other_disk, SET (fillfactor = 70);

-- OF a type: the same columns in the same order
ALTER TABLE plain OF address

--! after: CREATE TABLE like_address (street text, zip varchar(10))
ALTER TABLE like_address OF address

--! after: CREATE TABLE like_address (street text, zip varchar(11))
ALTER TABLE like_address OF address

--! after: CREATE TABLE like_address (street text, zip varchar(10), more int)
ALTER TABLE like_address OF address

--! after: CREATE TABLE like_address (zip varchar(10), street text)
ALTER TABLE like_address OF address

--! after: CREATE TABLE like_address (street text)
ALTER TABLE like_address OF address

--! after: CREATE TABLE like_address (street text COLLATE "C", zip varchar(10))
ALTER TABLE like_address OF address

--! after: CREATE TABLE like_address (street text NOT NULL DEFAULT 'a', zip varchar(10))
ALTER TABLE like_address OF address

ALTER TABLE cars OF address

--! after: CREATE TYPE car AS (id int, plate text, wheels int, doors int)
ALTER TABLE cars OF car

ALTER TABLE plain OF plain

ALTER TABLE plain OF nowhere

ALTER TABLE plain OF mood

ALTER TABLE plain OF plain_text

ALTER TABLE typed_table OF address

--! after: CREATE TYPE address2 AS (street text, zip varchar(10))
ALTER TABLE typed_table OF address2

ALTER TABLE typed_table OF unused_composite

--! after: CREATE TABLE like_address (street text, gone int, zip varchar(10))
--! after: ALTER TABLE like_address DROP COLUMN gone
ALTER TABLE like_address OF address

--! after: CREATE VIEW like_address AS SELECT 'a'::text AS street
ALTER TABLE like_address OF address

--! after: CREATE TYPE bucket AS (id int, payload text)
ALTER TABLE buckets OF bucket

--! after: CREATE TYPE bucket AS (id int, payload text)
ALTER TABLE buckets_0 OF bucket

ALTER TABLE address OF address

--! after: CREATE TYPE ctype AS (street text COLLATE "C", zip varchar(10))
--! after: CREATE TABLE like_address (street text COLLATE "C", zip varchar(10))
ALTER TABLE like_address OF ctype

--! after: CREATE TABLE like_address AS SELECT street, zip FROM typed_table
ALTER TABLE like_address OF address
