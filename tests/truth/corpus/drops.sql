-- DROP of everything: what goes along, what stands in the way, who is locked

DROP TABLE plain;

DROP TABLE plain CASCADE;

DROP TABLE audit_log;

DROP TABLE ruled;

DROP TABLE orders;

DROP TABLE orders CASCADE;

DROP TABLE customers;

DROP TABLE customers CASCADE;

DROP TABLE countries;

DROP TABLE countries CASCADE;

DROP TABLE shipments;

DROP TABLE returns;

DROP TABLE order_lines;

DROP TABLE returns, order_lines;

DROP TABLE order_lines, returns;

DROP TABLE products;

DROP TABLE products CASCADE;

DROP TABLE types_child;

DROP TABLE types_parent;

DROP TABLE types_parent, types_child;

DROP TABLE types_child, types_parent;

DROP TABLE serials;

DROP TABLE generated;

DROP TABLE sequence_users;

DROP TABLE cache;

DROP TABLE other_disk_table;

DROP TABLE keyless, nulls, excluded;

DROP TABLE secrets;

DROP TABLE published;

DROP TABLE "table";

DROP TABLE a_table_whose_name_is_as_long_as_postgresql_lets_a_name_be_63by;

DROP TABLE "Sales Dept"."Big Deals";

DROP TABLE "Sales Dept"."Big Deals" CASCADE;

DROP TABLE "Sales Dept".orders;

DROP TABLE archive.old_orders;

DROP TABLE archive.countries, countries CASCADE;

-- partitions and those that inherit
DROP TABLE measurements;

DROP TABLE measurements CASCADE;

DROP TABLE measurements_2023;

DROP TABLE measurements_2024;

DROP TABLE measurements_2024_s1;

DROP TABLE measurements_2024_rest;

DROP TABLE measurements_other;

DROP TABLE measurements_2023, measurements_other;

DROP TABLE measurements_2025;

DROP TABLE regions;

DROP TABLE regions CASCADE;

DROP TABLE regions_de;

DROP TABLE regions_de CASCADE;

DROP TABLE regions, events, region_managers;

DROP TABLE region_managers;

DROP TABLE events;

DROP TABLE events_2024_01;

DROP TABLE events_rest;

DROP TABLE buckets;

DROP TABLE buckets_0;

DROP TABLE no_partitions;

DROP TABLE vehicles;

DROP TABLE vehicles CASCADE;

DROP TABLE cars;

DROP TABLE sports_cars;

DROP TABLE sports_cars, cars;

DROP TABLE trucks, cars CASCADE;

-- what is not there, or is something else
DROP TABLE nothing;

DROP TABLE IF EXISTS nothing;

DROP TABLE IF EXISTS nothing, plain;

DROP TABLE IF EXISTS no_schema.nothing;

DROP TABLE no_schema.nothing;

DROP TABLE customer_names;

DROP TABLE IF EXISTS customer_names;

DROP TABLE sales;

DROP TABLE free_sequence;

DROP TABLE customers_name_idx;

DROP TABLE address;

DROP TABLE pg_class;

DROP TABLE plain, plain;

DROP VIEW orders;

DROP VIEW sales;

DROP MATERIALIZED VIEW customer_names;

DROP SEQUENCE orders;

DROP FOREIGN TABLE plain;

DROP VIEW nothing;

DROP VIEW IF EXISTS nothing;

-- views
DROP VIEW customer_names;

DROP VIEW customer_names CASCADE;

DROP VIEW vip_names;

DROP VIEW vip_names, customer_names;

DROP VIEW order_totals;

DROP VIEW order_totals CASCADE;

DROP VIEW updatable;

DROP VIEW one_number;

DROP VIEW "Sales Dept"."Deal View";

DROP MATERIALIZED VIEW sales;

DROP MATERIALIZED VIEW sales_plain;

DROP MATERIALIZED VIEW unpopulated CASCADE;

-- sequences
DROP SEQUENCE free_sequence;

DROP SEQUENCE used_sequence;

DROP SEQUENCE used_sequence CASCADE;

DROP SEQUENCE owned_sequence;

DROP SEQUENCE serials_id_seq;

DROP SEQUENCE serials_id_seq CASCADE;

DROP SEQUENCE orders_id_seq CASCADE;

DROP SEQUENCE generated_id_seq;

DROP SEQUENCE customers_id_seq CASCADE;

DROP SEQUENCE nothing;

-- types
DROP TYPE unused_enum;

DROP TYPE mood;

DROP TYPE mood CASCADE;

DROP TYPE unused_composite;

DROP TYPE address;

DROP TYPE address CASCADE;

DROP TYPE float_range CASCADE;

-- the functions that make its values are its own
--! after: CREATE TYPE lone_range AS RANGE (subtype = float8)
DROP TYPE lone_range;

DROP TYPE "Sales Dept"."Stage";

DROP TYPE nothing;

DROP TYPE IF EXISTS nothing;

DROP TYPE orders;

DROP TYPE mood[];

DROP TYPE int4;

DROP DOMAIN unused_domain;

DROP DOMAIN positive;

DROP DOMAIN positive CASCADE;

DROP DOMAIN small_positive;

DROP DOMAIN small_positive CASCADE;

DROP DOMAIN plain_text CASCADE;

DROP DOMAIN short_name CASCADE;

DROP DOMAIN loose CASCADE;

DROP DOMAIN mood;

DROP TYPE unused_domain;

DROP DOMAIN nothing;

DROP DOMAIN positive, small_positive CASCADE;

-- functions
DROP FUNCTION stable_one();

DROP FUNCTION stable_one;

DROP FUNCTION overloaded(int);

DROP FUNCTION overloaded;

DROP FUNCTION overloaded(bigint);

DROP FUNCTION with_default(int, int);

DROP FUNCTION set_note();

DROP FUNCTION set_note() CASCADE;

DROP FUNCTION reads_orders();

DROP FUNCTION nothing();

DROP FUNCTION IF EXISTS nothing();

DROP FUNCTION lower(text);

DROP FUNCTION "Sales Dept".stable_one();

DROP PROCEDURE do_nothing();

DROP PROCEDURE stable_one();

DROP FUNCTION do_nothing();

DROP ROUTINE do_nothing();

DROP AGGREGATE total_of(int);

DROP AGGREGATE stable_one(*);

DROP FUNCTION total_of(int);

--! after: CREATE INDEX plain_f_idx ON plain (overloaded(a))
DROP FUNCTION overloaded(int);

--! after: CREATE INDEX plain_f_idx ON plain (overloaded(a))
DROP FUNCTION overloaded(int) CASCADE;

--! after: CREATE VIEW uses_f AS SELECT stable_one() AS n
DROP FUNCTION stable_one() CASCADE;

--! after: ALTER TABLE plain ALTER a SET DEFAULT immutable_one()
DROP FUNCTION immutable_one() CASCADE;

--! after: ALTER TABLE plain ALTER a SET DEFAULT immutable_one()
DROP FUNCTION immutable_one();

--! after: ALTER TABLE plain ADD CONSTRAINT uses_f CHECK (overloaded(a) > 0)
DROP FUNCTION overloaded(int) CASCADE;

-- schemas
DROP SCHEMA empty_schema;

DROP SCHEMA empty_schema CASCADE;

DROP SCHEMA archive;

DROP SCHEMA archive CASCADE;

DROP SCHEMA "Sales Dept" CASCADE;

DROP SCHEMA nothing;

DROP SCHEMA IF EXISTS nothing;

DROP SCHEMA empty_schema, archive CASCADE;

DROP SCHEMA pg_catalog;

-- what hangs on a table
DROP TRIGGER orders_touch ON orders;

DROP TRIGGER orders_late ON orders;

DROP TRIGGER measurements_touch ON measurements;

DROP TRIGGER measurements_touch ON measurements_2023;

DROP TRIGGER nothing ON orders;

DROP TRIGGER IF EXISTS nothing ON orders;

DROP TRIGGER IF EXISTS nothing ON nothing;

DROP TRIGGER nothing ON nothing;

DROP RULE ruled_update ON ruled;

DROP RULE nothing ON ruled;

DROP RULE IF EXISTS nothing ON ruled;

DROP RULE "_RETURN" ON customer_names;

DROP POLICY secrets_own ON secrets;

DROP POLICY nothing ON secrets;

DROP POLICY IF EXISTS nothing ON secrets;

DROP STATISTICS orders_stat;

DROP STATISTICS orders_expression_stat CASCADE;

DROP STATISTICS nothing;

DROP STATISTICS IF EXISTS nothing;

DROP STATISTICS public.types_indexed_stat;

-- others
DROP PUBLICATION some_tables;

DROP EXTENSION IF EXISTS nothing;

DROP EXTENSION nothing;

DROP ROLE IF EXISTS nobody;

DROP OWNED BY truth_owner;

DROP COLLATION IF EXISTS nothing;

DROP CAST IF EXISTS (int AS text);

DROP OPERATOR IF EXISTS === (int, int);

DROP TEXT SEARCH CONFIGURATION IF EXISTS nothing;

DROP EVENT TRIGGER IF EXISTS nothing;

DROP SERVER IF EXISTS nothing;

DROP LANGUAGE IF EXISTS nothing;

DROP ACCESS METHOD IF EXISTS nothing;

DROP CONVERSION IF EXISTS nothing;

DROP SUBSCRIPTION IF EXISTS nothing;

DROP DATABASE IF EXISTS nothing;

DROP TABLESPACE IF EXISTS nothing;

-- after other statements
--! after: DROP VIEW customer_names CASCADE
DROP TABLE domain_users;

--! after: CREATE VIEW plain_view AS SELECT a FROM plain
DROP TABLE plain;

--! after: CREATE VIEW plain_view AS SELECT a FROM plain
DROP TABLE plain CASCADE;

--! after: CREATE TABLE child (plain_id int REFERENCES products)
DROP TABLE child;

--! after: CREATE TABLE of_rows (p plain)
DROP TABLE plain;

--! after: CREATE TABLE of_rows (p plain)
DROP TABLE plain CASCADE;

--! after: CREATE POLICY looks_elsewhere ON closed_off USING (id IN (SELECT id FROM plain))
DROP TABLE plain;

--! after: CREATE POLICY looks_elsewhere ON closed_off USING (id IN (SELECT id FROM plain))
DROP TABLE plain CASCADE;

--! after: CREATE RULE writes_elsewhere AS ON INSERT TO closed_off DO ALSO INSERT INTO plain (id) VALUES (1)
DROP TABLE plain CASCADE;

--! after: CREATE TABLE made (id serial, n int GENERATED ALWAYS AS IDENTITY)
DROP TABLE made;

--! after: ALTER SEQUENCE free_sequence OWNED BY plain.a
DROP TABLE plain;

--! after: ALTER SEQUENCE owned_sequence OWNED BY plain.a
DROP TABLE sequence_users;

--! after: ALTER SEQUENCE owned_sequence OWNED BY NONE
DROP TABLE sequence_users;

--! after: CREATE TABLE made PARTITION OF measurements FOR VALUES FROM ('2028-01-01') TO ('2029-01-01')
DROP TABLE made;

--! after: CREATE TABLE made (id int PRIMARY KEY)
--! after: CREATE TABLE other (id int REFERENCES made)
DROP TABLE made;

--! after: CREATE TABLE made (id int PRIMARY KEY)
--! after: CREATE TABLE other (id int REFERENCES made)
DROP TABLE other;

--! after: CREATE TABLE made () INHERITS (vehicles)
DROP TABLE vehicles;

--! after: CREATE TYPE made AS (a mood)
DROP TYPE mood;

--! after: CREATE DOMAIN made AS positive
DROP DOMAIN positive;

--! after: CREATE TABLE made (p positive)
ALTER DOMAIN loose ADD CHECK (VALUE < 1000000);

--! after: CREATE FUNCTION takes_mood(mood) RETURNS int LANGUAGE sql AS 'SELECT 1'
DROP TYPE unused_enum;

--! after: DROP VIEW vip_names
DROP VIEW customer_names;

--! after: DROP TABLE returns
DROP TABLE order_lines;

--! after: ALTER TABLE order_lines DROP CONSTRAINT order_lines_order_id_fkey
DROP TABLE order_lines CASCADE;

--! after: CREATE TRIGGER made BEFORE INSERT ON plain FOR EACH ROW EXECUTE FUNCTION set_note()
DROP FUNCTION set_note() CASCADE;

--! after: CREATE OR REPLACE VIEW one_number AS SELECT a AS n FROM plain
DROP TABLE plain;

--! after: CREATE MATERIALIZED VIEW made AS SELECT a FROM plain
DROP TABLE plain CASCADE;

--! after: ALTER TABLE plain RENAME TO simple
--! after: CREATE VIEW made AS SELECT a FROM simple
DROP TABLE simple;

--! after: CREATE SCHEMA made CREATE TABLE t (id int PRIMARY KEY) CREATE TABLE s (id int REFERENCES t)
DROP SCHEMA made CASCADE;

--! after: CREATE SCHEMA made
--! after: ALTER TABLE plain SET SCHEMA made
DROP SCHEMA made;

-- An exclusion constraint goes with what it compares, not with what stands in WHERE or in an expression.
--! after: CREATE TABLE booked (room int, during tsrange, off boolean, EXCLUDE USING gist (during WITH &&) WHERE (NOT off))
ALTER TABLE booked DROP COLUMN off

--! after: CREATE TABLE booked (room int, during tsrange, off boolean, EXCLUDE USING gist (during WITH &&) WHERE (NOT off))
ALTER TABLE booked DROP COLUMN during

--! after: CREATE TABLE booked (room int, during tsrange, off boolean, EXCLUDE USING gist (during WITH &&) WHERE (NOT off))
ALTER TABLE booked DROP COLUMN off CASCADE

--! after: CREATE TABLE booked (a int, b int, EXCLUDE USING gist (int4range(a, b) WITH &&))
ALTER TABLE booked DROP COLUMN b

-- functions that the text made go with the types of their arguments and results
--! after: CREATE TYPE made AS (a text); CREATE FUNCTION takes(made[]) RETURNS int LANGUAGE sql AS 'SELECT 1'
DROP TYPE made;

--! after: CREATE TYPE made AS (a text)
--! after: CREATE FUNCTION takes(made[]) RETURNS int LANGUAGE sql AS 'SELECT 1'
--! after: DROP TYPE made CASCADE
--! after: CREATE TYPE made AS (a text, b int)
--! after: CREATE FUNCTION takes(made[], b boolean DEFAULT false) RETURNS int LANGUAGE sql AS 'SELECT 1'
DROP FUNCTION takes;

--! after: CREATE TYPE made AS ENUM ('a')
--! after: CREATE FUNCTION gives() RETURNS made LANGUAGE sql AS 'SELECT NULL::made'
DROP TYPE made;

--! after: CREATE TYPE made AS ENUM ('a')
--! after: CREATE FUNCTION gives() RETURNS SETOF made LANGUAGE sql AS 'SELECT NULL::made'
--! after: DROP TYPE made CASCADE
DROP FUNCTION gives();

--! after: CREATE TABLE made (id int)
--! after: CREATE FUNCTION gives() RETURNS SETOF made LANGUAGE plpgsql AS 'BEGIN END'
DROP TABLE made;

--! after: CREATE TABLE made (id int)
--! after: CREATE FUNCTION gives() RETURNS SETOF made LANGUAGE plpgsql AS 'BEGIN END'
--! after: DROP TABLE made CASCADE
--! after: CREATE FUNCTION gives(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN END'
DROP FUNCTION gives;

--! after: CREATE FUNCTION takes(plain) RETURNS int LANGUAGE plpgsql AS 'BEGIN END'
DROP TABLE plain;

--! after: CREATE VIEW seen AS SELECT 1 AS a
--! after: CREATE FUNCTION takes(seen[]) RETURNS int LANGUAGE plpgsql AS 'BEGIN END'
DROP VIEW seen;

--! after: CREATE DOMAIN made AS int CHECK (VALUE > 0)
--! after: CREATE FUNCTION takes(made) RETURNS int LANGUAGE sql AS 'SELECT 1'
DROP DOMAIN made;

--! after: CREATE FUNCTION gives(OUT a mood, OUT b int) LANGUAGE sql AS 'SELECT NULL::mood, 1'
DROP TYPE mood;

--! after: CREATE TYPE made AS ENUM ('a')
--! after: CREATE FUNCTION gives(OUT a made, OUT b int) LANGUAGE sql AS 'SELECT NULL::made, 1'
DROP TYPE made;

--! after: CREATE TYPE made AS ENUM ('a')
--! after: CREATE FUNCTION gives() RETURNS TABLE (a made, b int) LANGUAGE sql AS 'SELECT NULL::made, 1'
DROP TYPE made;

--! after: CREATE TYPE made AS ENUM ('a')
--! after: CREATE PROCEDURE takes(a made) LANGUAGE plpgsql AS 'BEGIN END'
DROP TYPE made;

--! after: CREATE TYPE made AS ENUM ('a')
--! after: CREATE FUNCTION takes(VARIADIC made[]) RETURNS int LANGUAGE plpgsql AS 'BEGIN END'
DROP TYPE made CASCADE;

--! after: CREATE SCHEMA made_in; CREATE TYPE made_in.made AS ENUM ('a'); CREATE FUNCTION takes(made_in.made) RETURNS int LANGUAGE plpgsql AS 'BEGIN END'
DROP SCHEMA made_in;

--! after: CREATE SCHEMA made_in
--! after: CREATE TYPE made_in.made AS ENUM ('a')
--! after: CREATE FUNCTION takes(made_in.made) RETURNS int LANGUAGE plpgsql AS 'BEGIN END'
--! after: DROP SCHEMA made_in CASCADE
DROP FUNCTION takes;
