-- CREATE and ALTER of everything that is no column, constraint or index

-- tables
CREATE TABLE made (id int PRIMARY KEY, a text);

CREATE TABLE made (id serial PRIMARY KEY, a text UNIQUE, b int CHECK (b > 0));

CREATE TABLE made (id bigint GENERATED ALWAYS AS IDENTITY, a int DEFAULT 3, b int GENERATED ALWAYS AS (a * 2) STORED);

CREATE TABLE made (id int REFERENCES orders);

CREATE TABLE made (id int, FOREIGN KEY (id) REFERENCES orders ON DELETE CASCADE);

CREATE TABLE made (a bigint REFERENCES orders, b bigint REFERENCES customers, c int REFERENCES products);

CREATE TABLE made (id int PRIMARY KEY, parent int REFERENCES made);

CREATE TABLE made (parent int REFERENCES made, id int PRIMARY KEY);

CREATE TABLE made (code char(2), id int, FOREIGN KEY (code, id) REFERENCES regions);

CREATE TABLE made (number text REFERENCES orders (number));

CREATE TABLE made (x text REFERENCES orders (state));

CREATE TABLE made (x int REFERENCES orders (nothing));

CREATE TABLE made (x int REFERENCES nothing);

CREATE TABLE made (x text REFERENCES orders);

CREATE TABLE made (x int REFERENCES audit_log);

CREATE TABLE made (x int REFERENCES customer_names);

CREATE TABLE made (a int, a text);

CREATE TABLE made (a int PRIMARY KEY, b int PRIMARY KEY);

CREATE TABLE made (a int, PRIMARY KEY (b));

CREATE TABLE made (a int, CHECK (b > 0));

CREATE TABLE made (a nothing);

CREATE TABLE made (a mood, b positive, c address, d mood[]);

CREATE TABLE made (a "Sales Dept"."Stage");

CREATE TABLE orders (id int);

CREATE TABLE IF NOT EXISTS orders (id int REFERENCES customers);

CREATE TABLE IF NOT EXISTS made (id int REFERENCES customers);

CREATE TABLE customer_names (id int);

CREATE TABLE mood (id int);

CREATE TABLE nothing.made (id int);

CREATE TABLE archive.orders (id int PRIMARY KEY);

CREATE TEMP TABLE made (id int);

CREATE TEMP TABLE orders (id int PRIMARY KEY);

CREATE UNLOGGED TABLE made (id int PRIMARY KEY);

CREATE UNLOGGED TABLE made (k text REFERENCES cache);

CREATE TABLE made (k text REFERENCES cache);

CREATE TABLE made (id int DEFAULT nextval('free_sequence'));

CREATE TABLE made (id int DEFAULT volatile_one());

CREATE TABLE made (a int CONSTRAINT positive CHECK (a > 0), CONSTRAINT two CHECK (a < 10), UNIQUE (a), EXCLUDE USING btree (a WITH =));

CREATE TABLE made (LIKE orders);

CREATE TABLE made (LIKE orders INCLUDING ALL);

CREATE TABLE made (LIKE orders INCLUDING CONSTRAINTS INCLUDING DEFAULTS, extra int);

CREATE TABLE made (LIKE orders INCLUDING INDEXES);

CREATE TABLE made (LIKE customers INCLUDING IDENTITY);

CREATE TABLE made (LIKE generated INCLUDING GENERATED);

CREATE TABLE made (LIKE customer_names);

CREATE TABLE made (LIKE sales INCLUDING INDEXES);

CREATE TABLE made (LIKE nothing);

CREATE TABLE made (LIKE measurements INCLUDING ALL);

CREATE TABLE made () INHERITS (vehicles);

CREATE TABLE made (plate text NOT NULL, extra int) INHERITS (vehicles);

CREATE TABLE made (plate int) INHERITS (vehicles);

CREATE TABLE made () INHERITS (cars, trucks);

CREATE TABLE made () INHERITS (measurements);

CREATE TABLE made () INHERITS (measurements_2023);

CREATE TABLE made () INHERITS (nothing);

CREATE TABLE made () INHERITS (customer_names);

CREATE TABLE made PARTITION OF measurements FOR VALUES FROM ('2028-01-01') TO ('2029-01-01');

CREATE TABLE made PARTITION OF measurements FOR VALUES FROM ('2023-05-01') TO ('2023-06-01');

CREATE TABLE made PARTITION OF measurements FOR VALUES FROM ('2028-01-01') TO ('2029-01-01') PARTITION BY LIST (sensor);

CREATE TABLE made PARTITION OF measurements_2024 FOR VALUES IN (7);

CREATE TABLE made PARTITION OF measurements_2024 FOR VALUES IN (1, 7);

CREATE TABLE made PARTITION OF measurements DEFAULT;

CREATE TABLE made PARTITION OF regions FOR VALUES IN ('us');

CREATE TABLE made PARTITION OF regions DEFAULT;

CREATE TABLE made PARTITION OF events FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');

CREATE TABLE made PARTITION OF buckets FOR VALUES WITH (MODULUS 4, REMAINDER 0);

CREATE TABLE made PARTITION OF no_partitions FOR VALUES FROM (1) TO (10);

CREATE TABLE made PARTITION OF no_partitions (a DEFAULT 'x') DEFAULT;

CREATE TABLE made PARTITION OF plain FOR VALUES IN (1);

CREATE TABLE made (id int, at date) PARTITION BY RANGE (at);

CREATE TABLE made (id int PRIMARY KEY, at date) PARTITION BY RANGE (at);

CREATE TABLE made (id int) PARTITION BY RANGE (nothing);

CREATE TABLE made (id int, code char(2), FOREIGN KEY (code, id) REFERENCES regions) PARTITION BY LIST (code);

CREATE TABLE made OF address;

CREATE TABLE made OF address (PRIMARY KEY (street));

CREATE TABLE made OF mood;

CREATE TABLE made OF nothing;

CREATE TABLE made AS SELECT * FROM orders;

CREATE TABLE made AS SELECT * FROM vip_names;

CREATE TABLE made AS SELECT id, total * 2 AS twice FROM orders WITH NO DATA;

CREATE TABLE made (x, y) AS SELECT id, state FROM orders;

CREATE TABLE made AS TABLE vehicles;

CREATE TABLE made AS SELECT * FROM nothing;

CREATE TABLE orders AS SELECT 1 AS n;

CREATE TABLE IF NOT EXISTS orders AS SELECT 1 AS n;

SELECT id, state INTO made FROM orders;

CREATE MATERIALIZED VIEW made AS SELECT state, count(*) FROM orders GROUP BY state;

CREATE MATERIALIZED VIEW made AS SELECT * FROM vip_names WITH NO DATA;

CREATE MATERIALIZED VIEW IF NOT EXISTS sales AS SELECT 1 AS n;

CREATE MATERIALIZED VIEW sales AS SELECT 1 AS n;

-- views
CREATE VIEW made AS SELECT * FROM orders;

CREATE VIEW made AS SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id;

CREATE VIEW made (x) AS SELECT 1;

CREATE VIEW made AS SELECT * FROM vip_names;

CREATE VIEW made AS SELECT * FROM measurements;

CREATE VIEW made AS SELECT * FROM nothing;

CREATE VIEW orders AS SELECT 1 AS n;

CREATE VIEW one_number AS SELECT 1 AS n;

CREATE OR REPLACE VIEW made AS SELECT 1 AS n;

CREATE OR REPLACE VIEW one_number AS SELECT 2 AS n;

CREATE OR REPLACE VIEW one_number AS SELECT 2 AS m;

CREATE OR REPLACE VIEW one_number AS SELECT 2 AS n, 3 AS m;

CREATE OR REPLACE VIEW customer_names AS SELECT id, name, email, born FROM customers;

CREATE OR REPLACE VIEW customer_names AS SELECT id, name FROM customers;

CREATE OR REPLACE VIEW customer_names AS SELECT id, email, name FROM customers;

CREATE OR REPLACE VIEW customer_names AS SELECT id, name::text, email FROM customers;

CREATE OR REPLACE VIEW orders AS SELECT 1 AS n;

CREATE TEMP VIEW made AS SELECT id FROM orders;

-- schemas
CREATE SCHEMA made;

CREATE SCHEMA archive;

CREATE SCHEMA IF NOT EXISTS archive;

CREATE SCHEMA pg_made;

CREATE SCHEMA AUTHORIZATION truth_owner;

CREATE SCHEMA made CREATE TABLE t (id bigint PRIMARY KEY, o bigint REFERENCES public.orders) CREATE VIEW v AS SELECT id FROM t;

-- sequences
CREATE SEQUENCE made;

CREATE SEQUENCE orders;

CREATE SEQUENCE IF NOT EXISTS free_sequence;

CREATE SEQUENCE made OWNED BY plain.id;

CREATE SEQUENCE made OWNED BY plain.nothing;

CREATE SEQUENCE made OWNED BY nothing.id;

CREATE TEMP SEQUENCE made;

ALTER SEQUENCE free_sequence RESTART;

ALTER SEQUENCE free_sequence RESTART WITH 100;

ALTER SEQUENCE free_sequence INCREMENT BY 5 CACHE 10;

ALTER SEQUENCE free_sequence AS int;

ALTER SEQUENCE serials_id_seq MAXVALUE 1000;

ALTER SEQUENCE generated_id_seq RESTART;

ALTER SEQUENCE generated_id_seq OWNED BY NONE;

ALTER SEQUENCE free_sequence OWNED BY plain.id;

ALTER SEQUENCE free_sequence OWNED BY plain.nothing;

ALTER SEQUENCE owned_sequence OWNED BY NONE;

ALTER SEQUENCE nothing RESTART;

ALTER SEQUENCE IF EXISTS nothing RESTART;

ALTER SEQUENCE orders RESTART;

-- types
CREATE TYPE made AS ENUM ('a', 'b');

CREATE TYPE mood AS ENUM ('a');

CREATE TYPE orders AS ENUM ('a');

CREATE TYPE made AS (a int, b mood);

CREATE TYPE made AS (a int, b nothing);

CREATE TYPE address AS (a int);

CREATE TYPE made AS RANGE (subtype = int);

CREATE DOMAIN made AS int CHECK (VALUE > 0);

CREATE DOMAIN made AS nothing;

CREATE DOMAIN positive AS int;

ALTER TYPE mood ADD VALUE 'fine';

ALTER TYPE mood ADD VALUE 'fine' BEFORE 'ok';

ALTER TYPE mood ADD VALUE 'fine' AFTER 'happy';

ALTER TYPE mood ADD VALUE 'fine' BEFORE 'nothing';

ALTER TYPE mood ADD VALUE 'ok';

ALTER TYPE mood ADD VALUE IF NOT EXISTS 'ok';

ALTER TYPE address ADD VALUE 'ok';

ALTER TYPE nothing ADD VALUE 'ok';

ALTER TYPE "Sales Dept"."Stage" ADD VALUE 'Lost';

ALTER TYPE unused_composite ADD ATTRIBUTE c int;

ALTER TYPE unused_composite DROP ATTRIBUTE a;

ALTER TYPE unused_composite ALTER ATTRIBUTE a TYPE bigint;

ALTER TYPE unused_composite ADD ATTRIBUTE a int;

ALTER TYPE unused_composite DROP ATTRIBUTE nothing;

ALTER TYPE unused_composite DROP ATTRIBUTE IF EXISTS nothing;

ALTER TYPE address ADD ATTRIBUTE city text;

ALTER TYPE address ADD ATTRIBUTE city text CASCADE;

ALTER TYPE address DROP ATTRIBUTE zip CASCADE;

ALTER TYPE address ALTER ATTRIBUTE zip TYPE text;

ALTER TYPE address ALTER ATTRIBUTE zip TYPE text CASCADE;

ALTER DOMAIN positive ADD CHECK (VALUE < 1000000);

ALTER DOMAIN small_positive ADD CHECK (VALUE < 1000000);

ALTER DOMAIN small_positive ADD CONSTRAINT tiny CHECK (VALUE < 1000000) NOT VALID;

ALTER DOMAIN plain_text ADD CHECK (VALUE <> '');

ALTER DOMAIN short_name SET NOT NULL;

ALTER DOMAIN required SET NOT NULL;

ALTER DOMAIN required DROP NOT NULL;

ALTER DOMAIN loose VALIDATE CONSTRAINT loose_check;

ALTER DOMAIN loose VALIDATE CONSTRAINT nothing;

ALTER DOMAIN loose DROP CONSTRAINT loose_check;

ALTER DOMAIN loose DROP CONSTRAINT nothing;

ALTER DOMAIN loose DROP CONSTRAINT IF EXISTS nothing;

ALTER DOMAIN loose SET DEFAULT 3;

ALTER DOMAIN loose DROP DEFAULT;

ALTER DOMAIN unused_domain ADD CHECK (VALUE < 10);

ALTER DOMAIN positive ADD CONSTRAINT positive_check CHECK (VALUE < 10);

ALTER DOMAIN mood SET NOT NULL;

ALTER DOMAIN nothing SET NOT NULL;

-- functions
CREATE FUNCTION made(int) RETURNS int LANGUAGE sql AS 'SELECT $1';

CREATE FUNCTION made(nothing) RETURNS int LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION stable_one() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';

CREATE OR REPLACE FUNCTION stable_one() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 2; END';

CREATE OR REPLACE FUNCTION stable_one() RETURNS bigint LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 2; END';

CREATE OR REPLACE FUNCTION stable_one() RETURNS SETOF int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN NEXT 2; END';

CREATE OR REPLACE FUNCTION with_default(a int, b int DEFAULT 3) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a';

CREATE OR REPLACE FUNCTION with_default(x int, b int DEFAULT 3) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x';

CREATE OR REPLACE FUNCTION with_default(a int, b int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a';

CREATE OR REPLACE FUNCTION with_default(a int, b int DEFAULT 2, c int DEFAULT 3) RETURNS int LANGUAGE sql AS 'SELECT a';

CREATE OR REPLACE PROCEDURE stable_one() LANGUAGE plpgsql AS 'BEGIN END';

CREATE FUNCTION made() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM orders; END;

CREATE FUNCTION made() RETURNS SETOF orders LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN END';

CREATE PROCEDURE made() LANGUAGE plpgsql AS 'BEGIN END';

CREATE AGGREGATE made(int) (SFUNC = int4pl, STYPE = int);

ALTER FUNCTION stable_one() VOLATILE;

ALTER FUNCTION stable_one() SET search_path = archive;

ALTER FUNCTION nothing() STABLE;

--! after: ALTER FUNCTION volatile_one() IMMUTABLE
ALTER TABLE plain ADD COLUMN e int DEFAULT volatile_one();

-- triggers, rules, policies
CREATE TRIGGER made BEFORE INSERT ON plain FOR EACH ROW EXECUTE FUNCTION set_note();

CREATE TRIGGER made AFTER UPDATE OF a, b ON plain FOR EACH ROW WHEN (OLD.a IS DISTINCT FROM NEW.a) EXECUTE FUNCTION set_note();

CREATE TRIGGER made AFTER DELETE ON orders FOR EACH STATEMENT EXECUTE FUNCTION set_note();

CREATE TRIGGER orders_touch BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION set_note();

--! versions: 14-
CREATE OR REPLACE TRIGGER orders_touch BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION set_note();

CREATE TRIGGER made BEFORE INSERT ON measurements FOR EACH ROW EXECUTE FUNCTION set_note();

CREATE TRIGGER made AFTER INSERT ON measurements FOR EACH STATEMENT EXECUTE FUNCTION set_note();

CREATE TRIGGER made AFTER INSERT ON measurements REFERENCING NEW TABLE AS n FOR EACH ROW EXECUTE FUNCTION set_note();

CREATE TRIGGER made BEFORE INSERT ON measurements_2023 FOR EACH ROW EXECUTE FUNCTION set_note();

CREATE TRIGGER made BEFORE INSERT ON vehicles FOR EACH ROW EXECUTE FUNCTION set_note();

CREATE TRIGGER made INSTEAD OF INSERT ON customer_names FOR EACH ROW EXECUTE FUNCTION set_note();

CREATE TRIGGER made AFTER INSERT ON customer_names FOR EACH ROW EXECUTE FUNCTION set_note();

CREATE TRIGGER made AFTER INSERT ON customer_names FOR EACH STATEMENT EXECUTE FUNCTION set_note();

CREATE TRIGGER made INSTEAD OF INSERT ON plain FOR EACH ROW EXECUTE FUNCTION set_note();

CREATE TRIGGER made AFTER INSERT ON sales FOR EACH ROW EXECUTE FUNCTION set_note();

CREATE TRIGGER made AFTER INSERT ON nothing FOR EACH ROW EXECUTE FUNCTION set_note();

CREATE TRIGGER made AFTER INSERT ON plain FOR EACH ROW EXECUTE FUNCTION nothing();

CREATE TRIGGER made AFTER UPDATE OF nothing ON plain FOR EACH ROW EXECUTE FUNCTION set_note();

CREATE CONSTRAINT TRIGGER made AFTER INSERT ON plain FROM orders DEFERRABLE FOR EACH ROW EXECUTE FUNCTION set_note();

CREATE RULE made AS ON DELETE TO plain DO INSTEAD NOTHING;

CREATE RULE made AS ON INSERT TO plain DO ALSO INSERT INTO audit_log (message) VALUES ('x');

CREATE RULE made AS ON UPDATE TO customer_names DO INSTEAD UPDATE customers SET name = NEW.name WHERE id = OLD.id;

CREATE RULE ruled_update AS ON UPDATE TO ruled DO INSTEAD NOTHING;

CREATE OR REPLACE RULE ruled_update AS ON UPDATE TO ruled DO INSTEAD NOTHING;

CREATE RULE made AS ON DELETE TO nothing DO INSTEAD NOTHING;

CREATE POLICY made ON plain USING (a > 0);

CREATE POLICY made ON plain USING (id IN (SELECT id FROM orders));

CREATE POLICY secrets_own ON secrets USING (true);

CREATE POLICY made ON customer_names USING (true);

CREATE POLICY made ON measurements USING (id > 0);

CREATE POLICY made ON nothing USING (true);

ALTER POLICY secrets_own ON secrets USING (tenant > 5);

ALTER POLICY secrets_own ON secrets TO truth_app;

ALTER POLICY nothing ON secrets USING (true);

-- comments, rights, labels
COMMENT ON TABLE plain IS 'x';

COMMENT ON COLUMN plain.a IS 'x';

COMMENT ON COLUMN plain.nothing IS 'x';

COMMENT ON COLUMN address.street IS 'x';

COMMENT ON COLUMN customer_names.name IS 'x';

COMMENT ON CONSTRAINT orders_state_check ON orders IS 'x';

COMMENT ON CONSTRAINT nothing ON orders IS 'x';

COMMENT ON CONSTRAINT positive_check ON DOMAIN positive IS 'x';

COMMENT ON INDEX customers_name_idx IS 'x';

COMMENT ON TRIGGER orders_touch ON orders IS 'x';

COMMENT ON RULE ruled_update ON ruled IS 'x';

COMMENT ON POLICY secrets_own ON secrets IS 'x';

COMMENT ON VIEW customer_names IS 'x';

COMMENT ON VIEW orders IS 'x';

COMMENT ON TABLE customer_names IS 'x';

COMMENT ON TABLE nothing IS 'x';

COMMENT ON MATERIALIZED VIEW sales IS 'x';

COMMENT ON SEQUENCE free_sequence IS 'x';

COMMENT ON FUNCTION stable_one() IS 'x';

COMMENT ON FUNCTION nothing() IS 'x';

COMMENT ON TYPE mood IS 'x';

COMMENT ON TYPE nothing IS 'x';

COMMENT ON SCHEMA archive IS 'x';

COMMENT ON SCHEMA nothing IS 'x';

COMMENT ON STATISTICS orders_stat IS 'x';

COMMENT ON TABLE "Sales Dept"."Big Deals" IS 'x';

GRANT SELECT ON orders TO truth_app;

GRANT SELECT (id, state) ON orders TO truth_app;

GRANT SELECT (nothing) ON orders TO truth_app;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO truth_app;

GRANT ALL ON nothing TO truth_app;

GRANT USAGE ON SCHEMA archive TO truth_app;

GRANT USAGE ON SCHEMA nothing TO truth_app;

GRANT USAGE ON SEQUENCE free_sequence TO truth_app;

GRANT USAGE ON SEQUENCE orders TO truth_app;

GRANT EXECUTE ON FUNCTION stable_one() TO truth_app;

GRANT EXECUTE ON FUNCTION nothing() TO truth_app;

GRANT truth_app TO truth_owner;

REVOKE SELECT ON orders FROM truth_app;

ALTER DEFAULT PRIVILEGES IN SCHEMA archive GRANT SELECT ON TABLES TO truth_app;

ALTER DEFAULT PRIVILEGES IN SCHEMA nothing GRANT SELECT ON TABLES TO truth_app;

-- statistics
CREATE STATISTICS made ON a, b FROM plain;

CREATE STATISTICS made (mcv) ON state, weight FROM orders;

CREATE STATISTICS orders_stat ON state, weight FROM orders;

CREATE STATISTICS IF NOT EXISTS orders_stat ON state, weight FROM orders;

CREATE STATISTICS made ON a, nothing FROM plain;

CREATE STATISTICS made ON a, b FROM customer_names;

CREATE STATISTICS made ON a, b FROM nothing;

CREATE STATISTICS made ON id, sensor FROM measurements;

ALTER STATISTICS orders_stat SET STATISTICS 100;

ALTER STATISTICS nothing SET STATISTICS 100;

-- publications
CREATE PUBLICATION made;

CREATE PUBLICATION made FOR TABLE plain;

CREATE PUBLICATION made FOR TABLE vehicles;

CREATE PUBLICATION made FOR TABLE ONLY vehicles;

CREATE PUBLICATION made FOR TABLE measurements;

CREATE PUBLICATION made FOR TABLE plain, orders;

CREATE PUBLICATION made FOR ALL TABLES;

--! versions: 15-
CREATE PUBLICATION made FOR TABLES IN SCHEMA archive;

--! versions: 15-
CREATE PUBLICATION made FOR TABLES IN SCHEMA nothing;

--! versions: 15-
CREATE PUBLICATION made FOR TABLE plain (id, a) WHERE (a > 0);

CREATE PUBLICATION made FOR TABLE customer_names;

CREATE PUBLICATION made FOR TABLE cache;

CREATE PUBLICATION made FOR TABLE nothing;

ALTER PUBLICATION some_tables ADD TABLE plain;

ALTER PUBLICATION some_tables ADD TABLE published;

ALTER PUBLICATION some_tables DROP TABLE published;

ALTER PUBLICATION some_tables DROP TABLE plain;

ALTER PUBLICATION some_tables SET TABLE plain;

ALTER PUBLICATION some_tables SET TABLE published, orders;

ALTER PUBLICATION inserts_only SET (publish = 'insert, update');

CREATE SUBSCRIPTION made CONNECTION 'dbname=nothing' PUBLICATION p WITH (connect = false);

-- the rest
CREATE EXTENSION IF NOT EXISTS plpgsql;

CREATE EXTENSION plpgsql;

ALTER EXTENSION plpgsql ADD TABLE plain;

ALTER ROLE truth_app SET lock_timeout = '1s';

ALTER ROLE truth_app LOGIN;

ALTER ROLE truth_app IN DATABASE postgres SET work_mem = '1MB';

CREATE ROLE made;

ALTER SYSTEM SET work_mem = '4MB';

REASSIGN OWNED BY truth_app TO truth_owner;

CREATE COLLATION made FROM "C";

-- first a name, then the type
--! after: CREATE TYPE made
--! after: CREATE FUNCTION made_in(cstring) RETURNS made LANGUAGE internal IMMUTABLE STRICT AS 'int4in'
--! after: CREATE FUNCTION made_out(made) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out'
CREATE TYPE made (INPUT = made_in, OUTPUT = made_out, LIKE = int4);

--! after: CREATE TYPE made
CREATE TYPE made;

-- one name, two schemas
--! after: CREATE SCHEMA elsewhere
--! after: CREATE STATISTICS elsewhere.made ON a, b FROM plain
CREATE STATISTICS made ON a, b FROM plain;

--! after: CREATE MATERIALIZED VIEW hollow AS SELECT * FROM plain WITH NO DATA
CREATE MATERIALIZED VIEW made AS SELECT * FROM hollow WITH NO DATA;

--! after: CREATE MATERIALIZED VIEW hollow AS SELECT * FROM plain WITH NO DATA
CREATE MATERIALIZED VIEW made AS SELECT * FROM hollow;

CREATE TEXT SEARCH CONFIGURATION made (COPY = english);

CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);

CREATE CAST (address AS mood) WITH INOUT;

CREATE CONVERSION made FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;

CREATE FOREIGN DATA WRAPPER made;

--! after: CREATE FOREIGN DATA WRAPPER w
--! after: CREATE SERVER s FOREIGN DATA WRAPPER w
CREATE FOREIGN TABLE made (id int) SERVER s;

--! after: CREATE FOREIGN DATA WRAPPER w
--! after: CREATE SERVER s FOREIGN DATA WRAPPER w
CREATE FOREIGN TABLE made PARTITION OF no_partitions FOR VALUES FROM (1) TO (2) SERVER s;

--! after: CREATE FOREIGN DATA WRAPPER w
--! after: CREATE SERVER s FOREIGN DATA WRAPPER w
CREATE USER MAPPING FOR truth_app SERVER s;

CREATE OPERATOR FAMILY made USING btree;

CREATE ACCESS METHOD made TYPE TABLE HANDLER heap_tableam_handler;

ALTER TABLE ALL IN TABLESPACE pg_default SET TABLESPACE pg_default;

ALTER TABLE ALL IN TABLESPACE other_disk SET TABLESPACE pg_default;

ALTER INDEX ALL IN TABLESPACE other_disk SET TABLESPACE pg_default;

-- whole rows of a table: who has a column of them
--! after: CREATE VIEW whole AS SELECT p FROM plain p
ALTER TABLE plain ALTER a TYPE bigint

--! after: CREATE VIEW whole AS SELECT p FROM plain p
ALTER TABLE plain DROP COLUMN a

--! after: CREATE VIEW whole AS SELECT p FROM plain p
DROP TABLE plain

--! after: CREATE VIEW whole AS SELECT p FROM plain p
DROP TYPE plain

--! after: CREATE VIEW whole AS SELECT row_to_json(p) FROM plain p
DROP TABLE plain

--! after: CREATE VIEW whole AS SELECT plain FROM plain
ALTER TABLE plain ADD COLUMN z int DEFAULT random()

--! after: CREATE MATERIALIZED VIEW whole AS SELECT p FROM plain p
ALTER TABLE plain ALTER a TYPE bigint

--! after: CREATE MATERIALIZED VIEW whole AS SELECT p FROM plain p
ALTER TABLE plain ADD COLUMN z int DEFAULT 1

--! after: CREATE TABLE whole AS SELECT p FROM plain p
ALTER TABLE plain ALTER a TYPE bigint

--! after: CREATE TABLE whole AS SELECT p FROM plain p
ALTER TABLE plain ADD COLUMN z float8 DEFAULT random()

--! after: CREATE TABLE whole AS SELECT plain FROM plain
ALTER TABLE plain ADD COLUMN z float8 DEFAULT random()

--! after: CREATE TABLE whole AS SELECT p AS q FROM plain p, orders
DROP TABLE plain

CREATE VIEW whole AS SELECT p FROM plain p

CREATE MATERIALIZED VIEW whole AS SELECT p, p.a FROM plain p

CREATE TABLE whole AS SELECT p, p.a FROM plain p

--! after: CREATE VIEW whole AS SELECT p FROM plain p
ALTER TABLE plain RENAME COLUMN a TO z

--! after: CREATE VIEW whole AS SELECT p.* FROM plain p
ALTER TABLE plain DROP COLUMN a

--! after: CREATE VIEW whole AS SELECT count(p) FROM plain p
ALTER TABLE plain DROP COLUMN a

CREATE VIEW whole AS SELECT 1 FROM plain p

CREATE VIEW whole AS SELECT p.a, p FROM plain p

CREATE VIEW whole AS SELECT p.a FROM plain p

CREATE MATERIALIZED VIEW whole AS SELECT p FROM plain p

CREATE VIEW whole AS SELECT p, 1 AS one FROM plain p

--! after: CREATE VIEW feelings AS SELECT feeling FROM domain_users
DROP TYPE mood

--! after: CREATE VIEW feelings AS SELECT feeling FROM domain_users
ALTER TYPE mood ADD VALUE 'new'

--! after: CREATE VIEW whole AS SELECT p FROM plain p
DROP TABLE plain CASCADE

--! after: CREATE VIEW whole AS SELECT p FROM plain p
--! after: CREATE OR REPLACE VIEW whole AS SELECT p, 1 AS n FROM plain p
ALTER TABLE plain ADD z int DEFAULT 1

--! after: CREATE VIEW whole AS SELECT p FROM plain p
CREATE OR REPLACE VIEW whole AS SELECT p, 1 AS n FROM plain p

--! after: CREATE VIEW whole AS SELECT p FROM plain p
DROP VIEW whole

--! after: CREATE VIEW whole AS SELECT array_agg(p) AS all_of_it FROM plain p
DROP TABLE plain

--! after: CREATE VIEW feelings AS SELECT e.home, e.many FROM domain_users AS e
DROP TYPE address

--! after: CREATE VIEW feelings AS SELECT e.home, e.many FROM domain_users AS e
DROP DOMAIN positive CASCADE

-- statements over everything, of which these were judged wrongly
CREATE STATISTICS s ON state FROM orders

--! versions: 15-
MERGE INTO orders o USING returns r ON r.order_id = o.id WHEN MATCHED THEN UPDATE SET state = 'sent' WHEN NOT MATCHED THEN DO NOTHING

--! versions: 15-
MERGE INTO measurements m USING plain p ON p.id = m.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (p.id, '2024-01-01', 1, 1, 'x')

--! versions: 15-
MERGE INTO customer_names c USING plain p ON p.id = c.id WHEN MATCHED THEN DELETE

--! versions: 15-
MERGE INTO ruled r USING plain p ON p.id = r.id WHEN MATCHED THEN DELETE

CREATE TRIGGER t BEFORE TRUNCATE ON orders FOR EACH ROW EXECUTE FUNCTION set_note()

CREATE VIEW v AS SELECT o.*, c.email FROM orders o JOIN customers c ON c.id = o.customer_id

--! after: CREATE VIEW v AS SELECT o.*, c.email FROM orders o JOIN customers c ON c.id = o.customer_id
ALTER TABLE customers DROP COLUMN note

CREATE VIEW v AS SELECT b.*, a.id AS other FROM plain a JOIN plain b ON a.id = b.id

CREATE VIEW v AS SELECT public.plain.*, o.id AS other FROM plain, orders o

-- What a function of a trigger returns; rules ON SELECT.
CREATE EVENT TRIGGER made ON ddl_command_end EXECUTE FUNCTION set_note()

CREATE EVENT TRIGGER made ON ddl_command_end EXECUTE FUNCTION nothing()

CREATE TRIGGER made BEFORE INSERT ON plain FOR EACH ROW EXECUTE FUNCTION stable_one()

--! versions: 16-
CREATE RULE "_RETURN" AS ON SELECT TO plain DO INSTEAD SELECT * FROM plain

CREATE RULE "_RETURN" AS ON SELECT TO one_number DO INSTEAD SELECT 2 AS n

CREATE RULE made AS ON SELECT TO one_number DO ALSO SELECT 2 AS n

CREATE VIEW made (a, b) AS SELECT id FROM plain

CREATE VIEW made AS SELECT a, count(*) FROM plain GROUP BY a WITH CHECK OPTION

CREATE FUNCTION made(a int, OUT b text) LANGUAGE sql AS $$ SELECT 'x' $$

-- Views over two tables: of each only the columns that are meant.
CREATE VIEW made AS SELECT c.id, o.total FROM customers c JOIN orders o ON o.customer_id = c.id

CREATE VIEW made AS SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders WHERE customer_id = c.id AND id > 5)

CREATE VIEW made AS SELECT a.id FROM customers a JOIN countries b USING (name)

CREATE VIEW made AS SELECT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.* IS NOT NULL

--! after: CREATE VIEW made AS SELECT c.id, o.total FROM customers c JOIN orders o ON o.customer_id = c.id
ALTER TABLE orders DROP COLUMN comment

--! after: CREATE VIEW made AS WITH w AS (SELECT id, total FROM orders) SELECT * FROM w
ALTER TABLE orders DROP COLUMN comment

--! after: CREATE VIEW made AS SELECT id FROM customers JOIN countries USING (name)
ALTER TABLE countries DROP COLUMN name

-- Partitions are sent with their table.
--! after: CREATE PUBLICATION whole FOR TABLE measurements
ALTER TABLE measurements ATTACH PARTITION measurements_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')

--! after: CREATE PUBLICATION whole FOR TABLE measurements
CREATE TABLE measurements_2030 PARTITION OF measurements FOR VALUES FROM ('2031-01-01') TO ('2032-01-01')

--! after: CREATE PUBLICATION whole FOR TABLE measurements
ALTER TABLE measurements DETACH PARTITION measurements_2023

--! after: CREATE PUBLICATION whole FOR TABLE regions
ALTER TABLE regions_de SET UNLOGGED

ALTER TABLE audit_log SET UNLOGGED

--! versions: 15-
CREATE PUBLICATION made FOR TABLE plain (id, nothing)

-- a CHECK that a parent has too is merged with it when it says the same
CREATE TABLE e (wheels int CONSTRAINT vehicles_wheels_check CHECK (wheels > 0)) INHERITS (vehicles);

CREATE TABLE e (wheels int CONSTRAINT vehicles_wheels_check CHECK (wheels > 1)) INHERITS (vehicles);

CREATE TABLE e (CONSTRAINT vehicles_wheels_check CHECK (wheels > 0) NO INHERIT) INHERITS (vehicles);

CREATE TABLE e (LIKE vehicles INCLUDING CONSTRAINTS) INHERITS (vehicles);

CREATE TABLE e (LIKE vehicles INCLUDING ALL) INHERITS (vehicles);

CREATE TABLE e (LIKE boats INCLUDING CONSTRAINTS) INHERITS (vehicles);

CREATE TABLE e (LIKE plain) INHERITS (vehicles);

CREATE TABLE e (LIKE plain, a int);

CREATE TABLE measurements_2030 PARTITION OF measurements (CONSTRAINT e CHECK (value > 0)) FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');

ALTER TABLE cars ADD CONSTRAINT vehicles_wheels_check CHECK (wheels > 0);

ALTER TABLE cars ADD CONSTRAINT vehicles_wheels_check CHECK (wheels > 2);

ALTER TABLE cars ADD CONSTRAINT vehicles_wheels_check CHECK (wheels > 0) NO INHERIT;

--! after: ALTER TABLE vehicles ADD CONSTRAINT vehicles_id CHECK (id > 0) NOT VALID
ALTER TABLE cars ADD CONSTRAINT vehicles_id CHECK (id > 0);

--! after: ALTER TABLE vehicles ADD CONSTRAINT vehicles_id CHECK (id > 0) NOT VALID
ALTER TABLE cars ADD CONSTRAINT vehicles_id CHECK (id > 0) NOT VALID;

--! after: ALTER TABLE regions ADD CONSTRAINT regions_id CHECK (id > 0)
ALTER TABLE regions_de ADD CONSTRAINT regions_id CHECK (id > 0);

-- what a column is computed of may stand behind it
CREATE TABLE e (b int GENERATED ALWAYS AS (a * 2) STORED, a int);

CREATE TABLE e (b int GENERATED ALWAYS AS (a * 2) STORED, c int);

CREATE TABLE e (b int GENERATED ALWAYS AS (b * 2) STORED, c int);

CREATE TABLE e (b int GENERATED ALWAYS AS (c * 2) STORED, c int GENERATED ALWAYS AS (a + 1) STORED, a int);

CREATE TABLE e (wide int GENERATED ALWAYS AS (load + extra) STORED, extra int) INHERITS (trucks);

-- a name that a temporary table had is free again
--! after: CREATE TEMP TABLE e (a int); DROP TABLE e
CREATE TEMP TABLE e (a int);

--! after: BEGIN; CREATE TEMP TABLE e (a int) ON COMMIT DROP; COMMIT
CREATE TEMP TABLE e (b text);

-- functions in SQL: what their text names is looked up
CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'INSERT INTO plain (id) VALUES (1)';

CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM customers c JOIN orders o ON o.customer_id = c.id';

CREATE FUNCTION f(x int) RETURNS void LANGUAGE sql AS $$ UPDATE plain SET a = x; DELETE FROM cache $$;

CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC INSERT INTO plain (id) VALUES (1); END;

CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'INSERT INTO nowhere VALUES (1)';

CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS 'BEGIN INSERT INTO nowhere VALUES (1); END';

CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'ALTER TABLE plain ADD COLUMN e int';

CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'CREATE TABLE e (id int); INSERT INTO e VALUES (1)';

CREATE PROCEDURE f(x int) LANGUAGE sql AS 'INSERT INTO plain (id) VALUES (x)';

-- the function behind a name without arguments
--! after: CREATE FUNCTION one_of(a text) RETURNS int LANGUAGE sql AS 'SELECT 1'
--! after: CREATE OR REPLACE FUNCTION one_of(a text) RETURNS int LANGUAGE sql AS 'SELECT 2'
DROP FUNCTION one_of;

-- in the order of the server, not of the text
CREATE SCHEMA s2 CREATE UNIQUE INDEX abc_a_idx ON abc (a) CREATE VIEW abc_view AS SELECT a FROM abc CREATE TABLE abc (a int);
