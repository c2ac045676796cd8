-- Reading.
SELECT * FROM plain

SELECT id, a FROM public.plain WHERE a > 1 ORDER BY id LIMIT 1

SELECT * FROM vehicles

SELECT * FROM ONLY vehicles

SELECT * FROM measurements WHERE at = '2023-05-05'

SELECT * FROM ONLY measurements

SELECT c.name, o.total FROM customers c JOIN orders o ON o.customer_id = c.id

SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders)

SELECT * FROM customer_names

-- A view over a view.
SELECT * FROM vip_names

SELECT * FROM order_totals

SELECT * FROM one_number

SELECT * FROM sales

SELECT * FROM unpopulated

SELECT last_value FROM free_sequence

SELECT * FROM "Sales Dept"."Big Deals"

SELECT * FROM "Sales Dept"."Deal View"

TABLE "table"

VALUES (1), (2)

SELECT 1

SELECT * FROM generate_series(1, 3)

SELECT relname FROM pg_class LIMIT 1

SELECT table_name FROM information_schema.tables LIMIT 1

SELECT count(*) FROM orders GROUP BY state HAVING count(*) > 0

SELECT id FROM customers UNION SELECT id FROM orders

SELECT (SELECT max(id) FROM orders), name FROM countries

SELECT * FROM ruled

SELECT * FROM secrets

SELECT 'plain'::regclass

SELECT pg_relation_size('plain')

-- WITH hides a table from where it is in scope, not inside itself.
WITH plain AS (SELECT * FROM plain) SELECT * FROM plain

WITH o AS (SELECT * FROM orders), c AS (SELECT * FROM customers, o) SELECT count(*) FROM c

WITH RECURSIVE plain AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM plain WHERE n < 3) SELECT * FROM plain

SELECT * FROM (WITH orders AS (SELECT 1) SELECT * FROM orders) x, orders

-- FOR UPDATE and the like.
SELECT * FROM customers FOR UPDATE

SELECT * FROM customers FOR KEY SHARE

SELECT * FROM customers c FOR SHARE OF c

SELECT * FROM customers c, orders o FOR NO KEY UPDATE OF o

SELECT * FROM vip_names FOR UPDATE

SELECT * FROM vehicles FOR SHARE

SELECT * FROM measurements FOR UPDATE SKIP LOCKED

-- What is not there, and what is no table.
SELECT * FROM nope

SELECT * FROM public.nope

SELECT * FROM no_schema.nope

SELECT * FROM customers_name_idx

SELECT * FROM address

SELECT nope FROM plain

SELECT plain.nope FROM plain

SELECT p.id, ctid, p FROM plain p WHERE p.a = 1

SELECT id FROM plain WHERE nope = 1

-- INSERT.
INSERT INTO plain VALUES (5, 5, 'x', 'y', now())

INSERT INTO plain (id) VALUES (5), (6)

INSERT INTO plain DEFAULT VALUES

INSERT INTO plain SELECT * FROM plain

INSERT INTO plain (id, b) SELECT id, email FROM customers

INSERT INTO customers (email) VALUES ('x')

INSERT INTO customers (id, email) OVERRIDING SYSTEM VALUE VALUES (100, 'x')

INSERT INTO customers (id, email) VALUES (100, 'x')

INSERT INTO customers (id, email) VALUES (DEFAULT, 'x')

INSERT INTO customers (email, country) VALUES ('x', 'de')

INSERT INTO orders (customer_id, number, total) VALUES (1, 'n', 1)

INSERT INTO orders (customer_id, number, total) VALUES (1, 'n', 1) ON CONFLICT DO NOTHING

INSERT INTO orders (customer_id, number, total) VALUES (1, 'one', 1) ON CONFLICT (number) DO UPDATE SET customer_id = 2

INSERT INTO order_lines VALUES (1, 2, 1, 1, 1)

INSERT INTO returns (order_id, line, reason) VALUES (1, 1, 'x')

INSERT INTO shipments VALUES (5, 1, 'A-1')

INSERT INTO generated (a, b) VALUES (1, 2)

INSERT INTO generated (a, ab) VALUES (1, 2)

INSERT INTO generated (a, ab) VALUES (1, DEFAULT)

INSERT INTO serials (a) VALUES (1)

INSERT INTO sequence_users (a) VALUES (1)

INSERT INTO vehicles (plate) VALUES ('x')

INSERT INTO measurements VALUES (9, '2023-05-05', 1)

INSERT INTO measurements_2023 VALUES (9, '2023-05-05', 1)

INSERT INTO regions VALUES ('de', 5, 'x')

INSERT INTO buckets VALUES (7, 'x')

INSERT INTO events VALUES (5, '2024-01-10', 1, 'de', 1)

INSERT INTO region_managers VALUES (5, 'de', 1)

INSERT INTO updatable VALUES (9, 9)

INSERT INTO domain_users (id, req) VALUES (5, 'x')

INSERT INTO "Sales Dept"."Big Deals" ("Id", "Amount", customer) VALUES (5, 1, 1)

INSERT INTO archive.old_orders VALUES (5, 1, 'x')

INSERT INTO plain (nope) VALUES (1)

INSERT INTO plain (id, id) VALUES (1, 2)

INSERT INTO plain VALUES (1, 2, 'a', 'b', now(), 6)

INSERT INTO plain (id) VALUES (1, 2)

INSERT INTO nope VALUES (1)

INSERT INTO sales VALUES ('a', 1)

INSERT INTO free_sequence VALUES (1)

INSERT INTO customers_name_idx VALUES (1)

WITH moved AS (DELETE FROM plain RETURNING *) INSERT INTO audit_log (id) SELECT id FROM moved

-- UPDATE.
UPDATE plain SET a = 1

UPDATE plain SET a = 1 WHERE id = 1

UPDATE plain SET a = o.id FROM orders o WHERE o.id = plain.id

UPDATE plain SET a = (SELECT max(id) FROM orders)

UPDATE plain p SET a = p.id WHERE p.b = 'a'

UPDATE orders SET weight = 2 WHERE id = 1

UPDATE orders SET customer_id = 2 WHERE id = 1

UPDATE orders SET number = 'three' WHERE id = 1

UPDATE order_lines SET product_id = 2 WHERE order_id = 1

UPDATE customers SET name = 'x'

UPDATE customers SET country = 'fr'

UPDATE products SET sku = 'C-3' WHERE id = 1

UPDATE countries SET name = name || '!'

UPDATE vehicles SET wheels = 4

UPDATE ONLY vehicles SET wheels = 4

UPDATE measurements SET value = 1

UPDATE measurements SET note = 'x' WHERE at = '2023-05-05'

UPDATE regions SET title = 'x'

UPDATE ruled SET a = 1

UPDATE updatable SET a = 1

UPDATE customer_names SET name = 'x' WHERE id = 1

UPDATE vip_names SET name = 'x'

UPDATE generated SET ab = 1

UPDATE generated SET ab = DEFAULT, a = 3

UPDATE customers SET id = 5

UPDATE plain SET nope = 1

UPDATE plain SET a = 1, a = 2

UPDATE plain SET a = 1 WHERE nope = 2

UPDATE nope SET a = 1

UPDATE sales SET n = 1

UPDATE published SET a = 'x'

UPDATE published_full SET a = 'x'

UPDATE identified SET v = 'x'

--! after: ALTER TABLE published DROP CONSTRAINT published_pkey
UPDATE published SET a = 'x'

--! after: ALTER TABLE identified REPLICA IDENTITY NOTHING
DELETE FROM identified

-- DELETE.
DELETE FROM plain

DELETE FROM plain WHERE id = 1

DELETE FROM plain WHERE true

DELETE FROM plain USING orders o WHERE o.id = plain.id

DELETE FROM order_lines WHERE order_id = 1

DELETE FROM returns

DELETE FROM region_managers

DELETE FROM measurements

DELETE FROM vehicles WHERE id = 1

DELETE FROM ONLY vehicles

DELETE FROM events

DELETE FROM updatable

DELETE FROM products WHERE id = 100

DELETE FROM plain WHERE nope = 1

DELETE FROM nope

-- MERGE.
--! versions: 15-
MERGE INTO plain p USING audit_log a ON p.id = a.id WHEN MATCHED THEN UPDATE SET a = 1 WHEN NOT MATCHED THEN INSERT (id) VALUES (1)

--! versions: 15-
MERGE INTO orders o USING plain p ON p.id = o.id WHEN MATCHED THEN UPDATE SET customer_id = 2

--! versions: 15-
MERGE INTO vehicles v USING plain p ON p.id = v.id WHEN MATCHED THEN DELETE

--! versions: 15-
MERGE INTO nope v USING plain p ON p.id = v.id WHEN MATCHED THEN DELETE

-- COPY.
COPY plain TO '/dev/null'

COPY plain (id, a) TO '/dev/null' WITH (FORMAT csv)

COPY vehicles TO '/dev/null'

COPY (SELECT * FROM vip_names) TO '/dev/null'

COPY measurements TO '/dev/null'

COPY customer_names TO '/dev/null'

COPY sales TO '/dev/null'

COPY free_sequence TO '/dev/null'

COPY plain FROM '/dev/null'

COPY orders FROM '/dev/null'

COPY measurements FROM '/dev/null'

COPY customer_names FROM '/dev/null'

COPY sales FROM '/dev/null'

COPY nope FROM '/dev/null'

-- Only planned.
EXPLAIN SELECT * FROM vip_names

EXPLAIN UPDATE orders SET customer_id = 2

EXPLAIN DELETE FROM vehicles

EXPLAIN INSERT INTO orders (customer_id, number, total) VALUES (1, 'n', 1)

EXPLAIN (ANALYZE) SELECT * FROM orders

EXPLAIN ANALYZE UPDATE orders SET customer_id = 2 WHERE id = 1

EXPLAIN SELECT * FROM nope

PREPARE p AS SELECT * FROM vip_names

PREPARE p2 AS UPDATE vehicles SET wheels = 2

DECLARE c CURSOR FOR SELECT * FROM vip_names

-- Functions.
SELECT nextval('free_sequence')

SELECT nextval('public.used_sequence')

SELECT setval('free_sequence', 5)

SELECT nextval('nope')

SELECT now(), lower('A'), coalesce(1, 2), random(), gen_random_uuid()

SELECT stable_one(), immutable_one()

SELECT overloaded(1)

SELECT with_default(1)

SELECT pg_advisory_xact_lock(1)

SELECT set_config('search_path', 'archive', true)

SELECT pg_notify('a', 'b')

-- ON CONFLICT needs a unique index of just these columns, whole or with its condition.
INSERT INTO plain VALUES (1) ON CONFLICT (id) DO NOTHING

INSERT INTO plain VALUES (1) ON CONFLICT (nothing) DO NOTHING

INSERT INTO plain VALUES (1) ON CONFLICT DO NOTHING

INSERT INTO plain VALUES (1) ON CONFLICT DO UPDATE SET a = 1

INSERT INTO nulls (id, bare, proven) VALUES (9, 9, 9) ON CONFLICT (proven, bare) DO NOTHING

--! after: CREATE TABLE arbiters (a int, b int, c int UNIQUE DEFERRABLE, EXCLUDE USING btree (b WITH =))
--! after: CREATE UNIQUE INDEX arbiters_a_idx ON arbiters (a) WHERE b > 0
INSERT INTO arbiters VALUES (1, 1) ON CONFLICT (a) DO NOTHING

--! after: CREATE TABLE arbiters (a int, b int, c int UNIQUE DEFERRABLE, EXCLUDE USING btree (b WITH =))
--! after: CREATE UNIQUE INDEX arbiters_a_idx ON arbiters (a) WHERE b > 0
INSERT INTO arbiters VALUES (1, 1) ON CONFLICT (a) WHERE b > 0 DO NOTHING

--! after: CREATE TABLE arbiters (a int, b int, c int UNIQUE DEFERRABLE, EXCLUDE USING btree (b WITH =))
INSERT INTO arbiters VALUES (1, 1) ON CONFLICT (c) DO NOTHING

--! after: CREATE TABLE arbiters (a int, b int, c int UNIQUE DEFERRABLE, EXCLUDE USING btree (b WITH =))
INSERT INTO arbiters SELECT 1, 1 WHERE false ON CONFLICT (c) DO NOTHING

--! after: CREATE TABLE arbiters (a int, b int, c int UNIQUE DEFERRABLE, EXCLUDE USING btree (b WITH =))
INSERT INTO arbiters VALUES (1, 1) ON CONFLICT DO NOTHING

--! after: CREATE TABLE arbiters (a int, b int, EXCLUDE USING btree (b WITH =))
INSERT INTO arbiters VALUES (1, 1) ON CONFLICT ON CONSTRAINT arbiters_b_excl DO UPDATE SET a = 1

INSERT INTO orders (id) VALUES (1) ON CONFLICT ON CONSTRAINT orders_total_check DO NOTHING

INSERT INTO orders (id) VALUES (1) ON CONFLICT ON CONSTRAINT nothing DO NOTHING

-- A table that is not in FROM, a function that is nowhere, a cursor that cannot be.
SELECT q.a FROM plain p

SELECT plain.a FROM plain p

UPDATE plain p SET a = q.a

SELECT nothing(1, 2)

SELECT stable_one(1, 2)

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a) FROM plain

SELECT extract(year FROM d), position('a' in b), trim(b), text(a), nullif(a, 1) FROM plain

CALL nothing()

CALL stable_one()

DECLARE c CURSOR WITH HOLD FOR SELECT * FROM plain FOR UPDATE

COPY generated (ab) TO '/nowhere/file'

COPY plain (nothing) TO '/nowhere/file'

COPY plain (a, a) TO '/nowhere/file'

CREATE TABLE made AS VALUES (1, 'a', now()), (2, 'b', now())
