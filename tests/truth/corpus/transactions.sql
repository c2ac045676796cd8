-- Settings lock nothing, and lead names elsewhere only behind themselves.
SET lock_timeout = '2s'

SET LOCAL statement_timeout = 5000

SET search_path = archive, public

RESET search_path

RESET ALL

SET TIME ZONE 'UTC'

SET ROLE truth_owner

SET SESSION AUTHORIZATION DEFAULT

SHOW search_path

SET TRANSACTION READ ONLY

SET CONSTRAINTS ALL DEFERRED

SET CONSTRAINTS shipments_order_fk IMMEDIATE

LISTEN changes

NOTIFY changes, 'now'

UNLISTEN *

DISCARD PLANS

DISCARD SEQUENCES

DISCARD TEMP

DISCARD ALL

CHECKPOINT

DEALLOCATE ALL

SAVEPOINT here

-- The search path decides which of two tables a name means.
--! settings: SET search_path = "Sales Dept", public
SELECT * FROM orders

--! settings: SET search_path = "Sales Dept", public
UPDATE orders SET state = 'x'

--! settings: SET search_path = "Sales Dept", public
SELECT total FROM orders

--! settings: SET search_path = "Sales Dept", public
ALTER TABLE orders ADD COLUMN total int

--! settings: SET search_path = "Sales Dept", public
SELECT * FROM customers

--! settings: SET search_path = archive
SELECT * FROM customers

--! settings: SET search_path = archive
DELETE FROM countries

--! settings: SET search_path = no_such_schema, archive
DELETE FROM countries

--! settings: SET search_path = ''
SELECT * FROM customers

--! settings: SET search_path = ''
SELECT * FROM public.customers

--! settings: SET search_path = "$user", public
SELECT * FROM customers

-- What was committed before is there.
--! after: CREATE TABLE made_before (a int, b text DEFAULT 'x')
SELECT b FROM made_before

--! after: CREATE TABLE made_before (a int)
SELECT b FROM made_before

--! after: CREATE TABLE made_before (a int)
--! after: ALTER TABLE made_before RENAME TO made_after
SELECT a FROM made_before

--! after: CREATE TABLE made_before (a int)
--! after: ALTER TABLE made_before RENAME COLUMN a TO b
UPDATE made_before SET b = 1

--! after: CREATE TABLE made_before (a int REFERENCES empty_table)
INSERT INTO made_before VALUES (NULL)

--! after: CREATE VIEW made_view AS SELECT id, total FROM orders
SELECT * FROM made_view

--! after: CREATE VIEW made_view AS SELECT id, total FROM orders
UPDATE made_view SET total = 1

--! after: CREATE TABLE made_before (a serial, b int)
INSERT INTO made_before (b) VALUES (1)

--! after: CREATE TABLE made_before (a int GENERATED ALWAYS AS IDENTITY, b int)
INSERT INTO made_before (a) VALUES (1)

--! after: CREATE TABLE made_parent (a int) PARTITION BY LIST (a)
--! after: CREATE TABLE made_one PARTITION OF made_parent FOR VALUES IN (1)
DELETE FROM made_parent

--! after: CREATE TABLE made_child () INHERITS (vehicles)
UPDATE vehicles SET wheels = 4

--! after: DROP TABLE audit_log CASCADE
INSERT INTO audit_log VALUES (1)

--! after: ALTER TABLE plain DROP COLUMN b
SELECT b FROM plain

--! after: ALTER TABLE plain DROP COLUMN b
INSERT INTO plain VALUES (1, 2, 'c', now())

--! after: ALTER TYPE mood ADD VALUE 'new'
SELECT 'new'::mood

--! after: CREATE MATERIALIZED VIEW made_matview AS SELECT 1 AS one WITH NO DATA
SELECT * FROM made_matview

--! after: CREATE MATERIALIZED VIEW made_matview AS SELECT 1 AS one
SELECT * FROM made_matview

--! after: SELECT id, a INTO made_into FROM plain
SELECT a FROM made_into

--! after: ALTER TABLE cars NO INHERIT vehicles
DELETE FROM vehicles

--! after: ALTER TABLE order_lines DROP CONSTRAINT order_lines_product_fk
UPDATE order_lines SET product_id = 2

--! after: ALTER TABLE plain SET SCHEMA archive
SELECT * FROM archive.plain

--! after: ALTER TABLE plain SET SCHEMA archive
SELECT * FROM plain

--! after: DROP INDEX customers_name_idx
SELECT * FROM customers_name_idx

--! after: ALTER TABLE published REPLICA IDENTITY FULL
UPDATE published SET a = 'x'

--! after: ALTER TABLE published REPLICA IDENTITY NOTHING
UPDATE published SET a = 'x'

--! after: CREATE PUBLICATION everything FOR ALL TABLES
UPDATE keyless SET a = 1

--! after: CREATE RULE plain_rule AS ON DELETE TO plain DO ALSO INSERT INTO audit_log (id) VALUES (1)
DELETE FROM plain
