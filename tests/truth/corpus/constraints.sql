-- CHECK: on a plain table, merged with a child's, on partitions, NOT VALID, refused
ALTER TABLE plain ADD CHECK (a > 0);

ALTER TABLE plain ADD CONSTRAINT plain_a_positive CHECK (a > 0) NOT VALID;

ALTER TABLE orders ADD CONSTRAINT orders_weight_check CHECK (weight IS NULL OR weight > 0);

ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total > 1);

ALTER TABLE plain ADD CHECK (nothing > 0);

ALTER TABLE plain ADD CHECK (a > 0 AND b <> '');

ALTER TABLE plain ADD CHECK (a > (SELECT 1));

ALTER TABLE vehicles ADD CONSTRAINT vehicles_plate_check CHECK (plate <> '');

ALTER TABLE vehicles ADD CONSTRAINT vehicles_plate_check CHECK (plate <> '') NO INHERIT;

ALTER TABLE ONLY vehicles ADD CONSTRAINT vehicles_plate_check CHECK (plate <> '');

ALTER TABLE ONLY sports_cars ADD CONSTRAINT sports_cars_speed CHECK (top_speed > 0);

ALTER TABLE vehicles ADD CONSTRAINT vehicles_plate_check CHECK (plate <> '') NOT VALID;

--! after: ALTER TABLE trucks ADD CONSTRAINT heavy CHECK (wheels > 3)
ALTER TABLE vehicles ADD CONSTRAINT heavy CHECK (wheels > 3) NOT VALID;

--! after: ALTER TABLE trucks ADD CONSTRAINT heavy CHECK (wheels > 3)
ALTER TABLE vehicles ADD CONSTRAINT heavy CHECK (wheels > 2);

ALTER TABLE measurements ADD CONSTRAINT measurements_value CHECK (value IS NULL OR value > 0);

ALTER TABLE measurements ADD CONSTRAINT measurements_value CHECK (value > 0) NO INHERIT;

ALTER TABLE ONLY measurements ADD CONSTRAINT measurements_value CHECK (value > 0);

ALTER TABLE measurements ADD CONSTRAINT measurements_value CHECK (sensor > 0) NOT VALID;

ALTER TABLE measurements_2024 ADD CHECK (sensor > 0);

ALTER TABLE measurements_2023 ADD CHECK (sensor > 0);

ALTER TABLE no_partitions ADD CHECK (a <> '');

ALTER TABLE "Sales Dept"."Big Deals" ADD CONSTRAINT "Owner given" CHECK ("Owner ""Quoted""" IS NOT NULL);

ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_lets_a_name_be_63by ADD CHECK (a_column_whose_name_is_as_long_as_postgresql_lets_a_name_be_63b > 0);

ALTER TABLE customer_names ADD CHECK (id > 0);

ALTER TABLE sales ADD CHECK (n > 0);

ALTER TABLE nothing ADD CHECK (a > 0);

ALTER TABLE IF EXISTS nothing ADD CHECK (a > 0);

ALTER TABLE keyless ADD CHECK (a > 0), ADD CHECK (b > 0);

ALTER TABLE published ADD CHECK (a <> '') NOT VALID, ADD COLUMN c int;

-- foreign keys: locks on both sides, partitions of either, what cannot be
ALTER TABLE plain ADD FOREIGN KEY (a) REFERENCES products;

ALTER TABLE plain ADD FOREIGN KEY (a) REFERENCES products (id) NOT VALID;

ALTER TABLE plain ADD CONSTRAINT plain_a_product FOREIGN KEY (a) REFERENCES products (id) ON DELETE CASCADE;

ALTER TABLE plain ADD FOREIGN KEY (a) REFERENCES customers (id);

ALTER TABLE plain ADD FOREIGN KEY (b) REFERENCES products (id);

ALTER TABLE plain ADD FOREIGN KEY (a) REFERENCES products (price);

ALTER TABLE plain ADD FOREIGN KEY (a) REFERENCES audit_log;

ALTER TABLE plain ADD FOREIGN KEY (a) REFERENCES audit_log (id);

ALTER TABLE plain ADD FOREIGN KEY (nothing) REFERENCES products;

ALTER TABLE plain ADD FOREIGN KEY (a) REFERENCES products (nothing);

ALTER TABLE plain ADD FOREIGN KEY (a) REFERENCES nothing;

ALTER TABLE plain ADD FOREIGN KEY (a, id) REFERENCES products (id);

ALTER TABLE plain ADD FOREIGN KEY (a) REFERENCES order_lines;

ALTER TABLE keyless ADD FOREIGN KEY (b, a) REFERENCES order_lines (order_id, line);

ALTER TABLE keyless ADD FOREIGN KEY (a, b) REFERENCES order_lines (line, order_id) NOT VALID;

ALTER TABLE plain ADD FOREIGN KEY (a) REFERENCES customer_names;

ALTER TABLE plain ADD FOREIGN KEY (a) REFERENCES sales;

ALTER TABLE plain ADD FOREIGN KEY (b) REFERENCES cache;

--! after: DELETE FROM cache
ALTER TABLE cache ADD FOREIGN KEY (key) REFERENCES products (sku);

--! after: DELETE FROM plain
ALTER TABLE plain ADD FOREIGN KEY (c) REFERENCES products (sku);

--! after: DELETE FROM plain
ALTER TABLE plain ADD FOREIGN KEY (b) REFERENCES products (sku);

ALTER TABLE empty_table ADD FOREIGN KEY (a) REFERENCES empty_table;

ALTER TABLE order_lines ADD FOREIGN KEY (quantity) REFERENCES products;

ALTER TABLE order_lines ADD CONSTRAINT order_lines_product_fk FOREIGN KEY (quantity) REFERENCES products;

ALTER TABLE types_child ADD FOREIGN KEY (n82) REFERENCES types_parent (i4);

ALTER TABLE types ADD FOREIGN KEY (i4) REFERENCES types_parent (n82);

ALTER TABLE types ADD FOREIGN KEY (i2) REFERENCES types_parent (i4) NOT VALID;

ALTER TABLE types ADD FOREIGN KEY (t) REFERENCES types_parent (vc10) NOT VALID;

ALTER TABLE types ADD FOREIGN KEY (ch5) REFERENCES types_parent (vc10) NOT VALID;

ALTER TABLE types ADD FOREIGN KEY (vc) REFERENCES countries (code) NOT VALID;

ALTER TABLE types ADD FOREIGN KEY (domc) REFERENCES types_parent (i4) NOT VALID;

ALTER TABLE types ADD FOREIGN KEY (d) REFERENCES types_parent (i4) NOT VALID;

ALTER TABLE types ADD FOREIGN KEY (b) REFERENCES types_parent (i4) NOT VALID;

ALTER TABLE types ADD FOREIGN KEY (u) REFERENCES products (uuid) NOT VALID;

ALTER TABLE measurements ADD FOREIGN KEY (sensor) REFERENCES products;

ALTER TABLE measurements ADD FOREIGN KEY (sensor) REFERENCES products NOT VALID;

ALTER TABLE ONLY measurements ADD FOREIGN KEY (sensor) REFERENCES products;

ALTER TABLE measurements_2024 ADD FOREIGN KEY (sensor) REFERENCES products;

ALTER TABLE measurements_2023 ADD FOREIGN KEY (sensor) REFERENCES products;

--! after: ALTER TABLE measurements_2023 ADD FOREIGN KEY (sensor) REFERENCES products
ALTER TABLE measurements ADD FOREIGN KEY (sensor) REFERENCES products;

ALTER TABLE no_partitions ADD FOREIGN KEY (id) REFERENCES products;

--! after: DELETE FROM plain
ALTER TABLE plain ADD FOREIGN KEY (b, a) REFERENCES regions (code, id);

ALTER TABLE empty_table ADD FOREIGN KEY (b, a) REFERENCES regions (code, id);

ALTER TABLE empty_table ADD FOREIGN KEY (b, a) REFERENCES regions NOT VALID;

ALTER TABLE empty_table ADD FOREIGN KEY (b, a) REFERENCES regions_de;

ALTER TABLE events ADD FOREIGN KEY (region_id) REFERENCES products (id);

ALTER TABLE vehicles ADD FOREIGN KEY (wheels) REFERENCES products (id) NOT VALID;

ALTER TABLE cars ADD FOREIGN KEY (id) REFERENCES vehicles NOT VALID;

ALTER TABLE empty_table ADD FOREIGN KEY (a) REFERENCES cars (id);

ALTER TABLE "Sales Dept".orders ADD FOREIGN KEY (customer_id) REFERENCES customers;

ALTER TABLE archive.countries ADD FOREIGN KEY (code) REFERENCES public.countries;

--! after: DELETE FROM plain
ALTER TABLE plain ADD FOREIGN KEY (a) REFERENCES nulls (bare);

ALTER TABLE plain ADD FOREIGN KEY (a) REFERENCES leftover (b);

ALTER TABLE plain ADD FOREIGN KEY (a) REFERENCES products, ADD COLUMN e int;

ALTER TABLE plain ADD FOREIGN KEY (a) REFERENCES products, ADD FOREIGN KEY (id) REFERENCES products;

-- keys and exclusion constraints
ALTER TABLE keyless ADD UNIQUE (a);

ALTER TABLE keyless ADD UNIQUE (b, c);

ALTER TABLE keyless ADD UNIQUE (a) INCLUDE (c);

ALTER TABLE keyless ADD CONSTRAINT keyless_a_idx UNIQUE (a);

ALTER TABLE keyless ADD UNIQUE (nothing);

ALTER TABLE keyless ADD PRIMARY KEY (a);

ALTER TABLE keyless ADD PRIMARY KEY (b);

ALTER TABLE keyless ADD CONSTRAINT "My Key" PRIMARY KEY (a, b);

ALTER TABLE orders ADD PRIMARY KEY (number);

ALTER TABLE orders ADD CONSTRAINT orders_total_check UNIQUE (id);

--! after: ALTER TABLE nulls DROP CONSTRAINT nulls_pkey
ALTER TABLE nulls ADD PRIMARY KEY (proven);

--! after: ALTER TABLE nulls DROP CONSTRAINT nulls_pkey
ALTER TABLE nulls ADD PRIMARY KEY (not_proven);

--! after: ALTER TABLE nulls DROP CONSTRAINT nulls_pkey
ALTER TABLE nulls ADD PRIMARY KEY USING INDEX nulls_proven_idx;

--! after: ALTER TABLE nulls DROP CONSTRAINT nulls_pkey
ALTER TABLE nulls ADD PRIMARY KEY USING INDEX nulls_bare_idx;

--! after: ALTER TABLE nulls DROP CONSTRAINT nulls_pkey
ALTER TABLE nulls ADD CONSTRAINT nulls_key PRIMARY KEY USING INDEX nulls_already_idx;

ALTER TABLE nulls ADD PRIMARY KEY USING INDEX nulls_already_idx;

ALTER TABLE nulls ADD CONSTRAINT u UNIQUE USING INDEX nulls_bare_idx;

ALTER TABLE nulls ADD CONSTRAINT u UNIQUE USING INDEX nulls_partial_idx;

ALTER TABLE nulls ADD CONSTRAINT u UNIQUE USING INDEX nulls_expression_idx;

ALTER TABLE nulls ADD CONSTRAINT u UNIQUE USING INDEX nulls_desc_idx;

ALTER TABLE nulls ADD CONSTRAINT u UNIQUE USING INDEX nulls_plain_idx;

ALTER TABLE nulls ADD CONSTRAINT u UNIQUE USING INDEX nulls_pkey;

ALTER TABLE nulls ADD CONSTRAINT u UNIQUE USING INDEX keyless_a_idx;

ALTER TABLE nulls ADD CONSTRAINT u UNIQUE USING INDEX nothing;

ALTER TABLE nulls ADD UNIQUE USING INDEX nulls_bare_idx DEFERRABLE INITIALLY DEFERRED;

-- with a trigger in each partition
ALTER TABLE measurements ADD UNIQUE (id, at, sensor) DEFERRABLE;

ALTER TABLE nulls ADD CONSTRAINT plain UNIQUE USING INDEX nulls_bare_idx;

ALTER TABLE leftover ADD UNIQUE USING INDEX leftover_b_idx;

ALTER TABLE measurements ADD UNIQUE (sensor, at);

ALTER TABLE measurements ADD UNIQUE (sensor);

ALTER TABLE measurements ADD PRIMARY KEY (at, sensor);

ALTER TABLE ONLY measurements ADD UNIQUE (sensor, at);

ALTER TABLE measurements_2024 ADD UNIQUE (sensor, at);

ALTER TABLE measurements_2023 ADD UNIQUE (id);

--! after: ALTER TABLE measurements_2023 ADD UNIQUE (sensor, at)
ALTER TABLE measurements ADD UNIQUE (sensor, at);

ALTER TABLE buckets ADD PRIMARY KEY (id);

ALTER TABLE buckets ADD CONSTRAINT buckets_payload UNIQUE (payload, id);

ALTER TABLE events ADD UNIQUE (id, at);

ALTER TABLE no_partitions ADD UNIQUE (a, id);

ALTER TABLE vehicles ADD UNIQUE (plate);

ALTER TABLE cars ADD PRIMARY KEY (doors);

ALTER TABLE cars ADD PRIMARY KEY (id);

ALTER TABLE boats ADD PRIMARY KEY (id);

ALTER TABLE plain ADD EXCLUDE (a WITH =);

ALTER TABLE plain ADD EXCLUDE USING gist (a WITH =);

ALTER TABLE plain ADD CONSTRAINT no_two EXCLUDE USING btree (a WITH =) WHERE (a > 0);

-- ! exclusion constraints of partitioned tables came with 17
ALTER TABLE regions ADD EXCLUDE USING btree (id WITH =);

ALTER TABLE customer_names ADD PRIMARY KEY (id);

ALTER TABLE types ADD UNIQUE (j);

ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_lets_a_name_be_63by ADD UNIQUE (a_column_whose_name_is_as_long_as_postgresql_lets_a_name_be_63b);

ALTER TABLE "Sales Dept"."Big Deals" ADD UNIQUE ("Amount", "select");

-- DROP CONSTRAINT: the other side of a foreign key, what depends, what is inherited
ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey;

ALTER TABLE order_lines DROP CONSTRAINT order_lines_product_fk;

ALTER TABLE customers DROP CONSTRAINT customers_referred_by_fkey;

ALTER TABLE orders DROP CONSTRAINT orders_total_check;

ALTER TABLE orders DROP CONSTRAINT orders_number_key;

ALTER TABLE orders DROP CONSTRAINT orders_pkey;

ALTER TABLE orders DROP CONSTRAINT orders_pkey CASCADE;

ALTER TABLE products DROP CONSTRAINT products_sku_key CASCADE;

ALTER TABLE customers DROP CONSTRAINT customers_pkey CASCADE;

ALTER TABLE audit_log DROP CONSTRAINT nothing;

ALTER TABLE audit_log DROP CONSTRAINT IF EXISTS nothing;

ALTER TABLE events DROP CONSTRAINT events_customer_id_fkey;

ALTER TABLE events_rest DROP CONSTRAINT events_customer_id_fkey;

ALTER TABLE events DROP CONSTRAINT events_region_code_region_id_fkey;

ALTER TABLE region_managers DROP CONSTRAINT region_managers_region_fk;

ALTER TABLE regions DROP CONSTRAINT regions_pkey;

ALTER TABLE regions DROP CONSTRAINT regions_pkey CASCADE;

ALTER TABLE measurements DROP CONSTRAINT measurements_pkey;

ALTER TABLE measurements_2023 DROP CONSTRAINT measurements_2023_pkey;

ALTER TABLE vehicles DROP CONSTRAINT vehicles_wheels_check;

ALTER TABLE ONLY vehicles DROP CONSTRAINT vehicles_wheels_check;

ALTER TABLE cars DROP CONSTRAINT vehicles_wheels_check;

ALTER TABLE vehicles DROP CONSTRAINT vehicles_pkey;

ALTER TABLE published DROP CONSTRAINT published_pkey;

ALTER TABLE "Sales Dept"."Big Deals" DROP CONSTRAINT "Amount > 0";

ALTER TABLE shipments DROP CONSTRAINT shipments_order_fk, DROP CONSTRAINT shipments_product_sku_fkey;

--! after: CREATE VIEW grouped AS SELECT id, number, total FROM orders GROUP BY id
ALTER TABLE orders DROP CONSTRAINT orders_pkey;

ALTER TABLE nulls DROP CONSTRAINT nulls_proven;

ALTER TABLE excluded DROP CONSTRAINT excluded_during_excl;

ALTER TABLE customer_names DROP CONSTRAINT x;

-- VALIDATE and ALTER CONSTRAINT
ALTER TABLE order_lines VALIDATE CONSTRAINT order_lines_product_fk;

ALTER TABLE returns VALIDATE CONSTRAINT returns_reason_check;

ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;

ALTER TABLE orders VALIDATE CONSTRAINT orders_pkey;

ALTER TABLE orders VALIDATE CONSTRAINT nothing;

--! after: ALTER TABLE measurements ADD CONSTRAINT s CHECK (sensor > 0) NOT VALID
ALTER TABLE measurements VALIDATE CONSTRAINT s;

--! after: ALTER TABLE measurements ADD CONSTRAINT s CHECK (sensor > 0) NOT VALID
ALTER TABLE ONLY measurements VALIDATE CONSTRAINT s;

--! after: ALTER TABLE measurements ADD CONSTRAINT s CHECK (sensor > 0) NOT VALID
ALTER TABLE measurements_2023 VALIDATE CONSTRAINT s;

--! after: ALTER TABLE vehicles ADD CONSTRAINT p CHECK (plate <> '') NOT VALID
--! after: ALTER TABLE cars VALIDATE CONSTRAINT p
ALTER TABLE vehicles VALIDATE CONSTRAINT p;

--! after: ALTER TABLE empty_table ADD CONSTRAINT r FOREIGN KEY (b, a) REFERENCES regions NOT VALID
ALTER TABLE empty_table VALIDATE CONSTRAINT r;

ALTER TABLE nulls VALIDATE CONSTRAINT nulls_unvalidated, ALTER COLUMN unvalidated SET NOT NULL;

ALTER TABLE returns VALIDATE CONSTRAINT returns_reason_check, ADD COLUMN e int;

ALTER TABLE plain ADD CONSTRAINT p CHECK (a > 0) NOT VALID, VALIDATE CONSTRAINT p;

ALTER TABLE shipments ALTER CONSTRAINT shipments_order_fk NOT DEFERRABLE;

ALTER TABLE shipments ALTER CONSTRAINT shipments_product_sku_fkey DEFERRABLE;

ALTER TABLE orders ALTER CONSTRAINT orders_total_check DEFERRABLE;

ALTER TABLE orders ALTER CONSTRAINT nothing DEFERRABLE;

ALTER TABLE events ALTER CONSTRAINT events_customer_id_fkey DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE region_managers ALTER CONSTRAINT region_managers_region_fk DEFERRABLE;

-- several sub-commands: the server's order is not the text's
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 1), DROP CONSTRAINT orders_total_check;

ALTER TABLE orders DROP CONSTRAINT orders_number_key, ADD CONSTRAINT orders_number_key UNIQUE (number, id);

ALTER TABLE nulls DROP CONSTRAINT nulls_pkey, ADD PRIMARY KEY USING INDEX nulls_already_idx;

ALTER TABLE plain ADD CONSTRAINT plain_pk PRIMARY KEY (id), ADD FOREIGN KEY (a) REFERENCES plain (id);

ALTER TABLE plain ADD UNIQUE (id), ADD CHECK (a > 0), ADD FOREIGN KEY (a) REFERENCES products NOT VALID;

-- a partition that says PRIMARY KEY only: its parent has no key
--! after: ALTER TABLE buckets ALTER COLUMN id DROP NOT NULL
ALTER TABLE buckets ADD PRIMARY KEY (id);

--! after: CREATE TABLE pk (i int) PARTITION BY RANGE (i)
--! after: CREATE TABLE pk_1 PARTITION OF pk FOR VALUES FROM (1) TO (10)
--! after: ALTER TABLE pk_1 ADD PRIMARY KEY (i)
ALTER TABLE pk ADD PRIMARY KEY (i);

--! after: CREATE TABLE pk (i int NOT NULL) PARTITION BY RANGE (i)
--! after: CREATE TABLE pk_1 PARTITION OF pk FOR VALUES FROM (1) TO (10)
ALTER TABLE pk ADD PRIMARY KEY (i);

--! after: CREATE TABLE pk (i int) PARTITION BY RANGE (i)
--! after: CREATE TABLE pk_1 PARTITION OF pk FOR VALUES FROM (1) TO (10)
ALTER TABLE ONLY pk ADD PRIMARY KEY (i);

--! after: CREATE TABLE pk (i int) PARTITION BY RANGE (i)
--! after: CREATE TABLE pk_1 PARTITION OF pk FOR VALUES FROM (1) TO (10)
--! after: ALTER TABLE pk_1 ALTER COLUMN i SET NOT NULL
ALTER TABLE ONLY pk ADD PRIMARY KEY (i);

--! after: CREATE TABLE pk (i int) PARTITION BY RANGE (i)
--! after: CREATE TABLE pk_1 PARTITION OF pk FOR VALUES FROM (1) TO (10)
--! after: ALTER TABLE pk_1 ALTER COLUMN i SET NOT NULL
ALTER TABLE pk ADD PRIMARY KEY (i);
