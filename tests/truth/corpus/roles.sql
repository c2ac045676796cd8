-- Roles, tablespaces, access methods, collations, subscriptions: what is not there, and what a role
-- may not do that is neither owner nor superuser.

SET ROLE nobody_at_all;

SET ROLE truth_app;

GRANT SELECT ON orders TO nobody_at_all;

GRANT truth_team TO nobody_at_all;

GRANT nobody_at_all TO truth_owner;

REVOKE SELECT ON orders FROM nobody_at_all;

CREATE POLICY p ON orders TO nobody_at_all USING (true);

CREATE POLICY p ON orders TO truth_app, PUBLIC USING (true);

CREATE SCHEMA more AUTHORIZATION nobody_at_all;

ALTER SCHEMA truth_open OWNER TO nobody_at_all;

ALTER DEFAULT PRIVILEGES FOR ROLE nobody_at_all GRANT SELECT ON TABLES TO PUBLIC;

ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO truth_app;

REASSIGN OWNED BY nobody_at_all TO truth_app;

DROP OWNED BY nobody_at_all;

DROP ROLE nobody_at_all;

DROP ROLE IF EXISTS nobody_at_all;

CREATE ROLE truth_app;

CREATE ROLE truth_new IN ROLE nobody_at_all;

CREATE ROLE truth_new IN ROLE truth_app;

ALTER ROLE nobody_at_all CREATEDB;

ALTER ROLE nobody_at_all SET lock_timeout = '1s';

ALTER ROLE nobody_at_all RENAME TO somebody;

ALTER ROLE truth_boss RENAME TO truth_app;

ALTER ROLE truth_app RENAME TO truth_other;

CREATE TABLE t (id int) TABLESPACE nothing;

CREATE TABLE t (id int PRIMARY KEY USING INDEX TABLESPACE nothing);

CREATE TABLE t (id int) TABLESPACE other_disk;

CREATE TABLE t (id int) TABLESPACE pg_default;

CREATE TABLE t (id int) PARTITION BY RANGE (id) TABLESPACE other_disk;

CREATE TABLE t (id int) USING nothing;

CREATE TABLE t (id int) USING btree;

CREATE TABLE t (id int) USING heap;

CREATE TABLE IF NOT EXISTS plain (id int) USING nothing;

CREATE TABLE t USING nothing AS SELECT 1 AS a;

CREATE MATERIALIZED VIEW m TABLESPACE nothing AS SELECT 1 AS a;

CREATE INDEX ON plain (a) TABLESPACE nothing;

CREATE INDEX ON plain USING nothing (a);

CREATE INDEX ON plain USING gist (a);

ALTER INDEX customers_name_idx SET TABLESPACE nothing;

ALTER TABLE ALL IN TABLESPACE nothing SET TABLESPACE other_disk;

ALTER TABLE IF EXISTS nothing OWNER TO nobody_at_all;

ALTER TABLE IF EXISTS nothing SET TABLESPACE nothing;

DROP ACCESS METHOD nothing;

DROP TABLESPACE nothing;

DROP SUBSCRIPTION nothing;

ALTER SUBSCRIPTION nothing DISABLE;

ALTER TABLE plain ADD COLUMN e text COLLATE nothing;

ALTER TABLE plain ADD COLUMN e text COLLATE "POSIX";

ALTER TABLE plain ADD COLUMN e text COLLATE nothing.c;

ALTER TABLE plain ADD COLUMN e text COLLATE truth_open.own_collation;

ALTER TABLE plain ADD COLUMN e text COLLATE own_collation;

ALTER TABLE collated ALTER COLUMN b TYPE text COLLATE truth_open.own_collation;

ALTER TABLE collated ALTER COLUMN a TYPE text COLLATE nothing;

CREATE INDEX ON collated (a COLLATE nothing);

CREATE INDEX ON collated (b COLLATE truth_open.own_collation);

CREATE INDEX ON collated ((lower(b) COLLATE nothing));

CREATE TABLE t (a text COLLATE nothing);

CREATE VIEW v AS SELECT a COLLATE nothing AS b FROM collated;

CREATE COLLATION truth_open.own_collation (LOCALE = 'C');

CREATE COLLATION IF NOT EXISTS truth_open.own_collation (LOCALE = 'C');

CREATE COLLATION more (LOCALE = 'C');

DROP COLLATION nothing;

DROP COLLATION IF EXISTS nothing;

--! settings: SET search_path = truth_open, public
ALTER TABLE collated ALTER COLUMN b TYPE text COLLATE own_collation;

--! settings: SET search_path = truth_open, public
ALTER TABLE collated ALTER COLUMN a TYPE text COLLATE own_collation;

--! settings: SET search_path = truth_open, public
CREATE INDEX ON collated (b COLLATE own_collation);

--! after: CREATE COLLATION fresh_one (LOCALE = 'C')
ALTER TABLE plain ADD COLUMN e text COLLATE fresh_one;

--! after: DROP COLLATION IF EXISTS nothing
ALTER TABLE plain ADD COLUMN e text COLLATE nothing;

--! after: ALTER COLLATION truth_open.own_collation RENAME TO renamed
ALTER TABLE plain ADD COLUMN e text COLLATE truth_open.renamed;

--! after: ALTER COLLATION truth_open.own_collation SET SCHEMA public
ALTER TABLE plain ADD COLUMN e text COLLATE own_collation;

-- as truth_clerk, who has the rights of truth_team and none of truth_boss
--! settings: SET ROLE truth_clerk
ALTER TABLE truth_open.of_clerk ADD COLUMN c int;

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_open.of_owner ADD COLUMN c int;

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_open.of_boss ADD COLUMN c int;

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_open.of_boss DROP COLUMN nothing;

--! settings: SET ROLE truth_clerk
ALTER TABLE IF EXISTS truth_open.of_boss DROP COLUMN a;

--! settings: SET ROLE truth_clerk
ALTER TABLE orders ADD COLUMN c int;

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_closed.hidden ADD COLUMN c int;

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_closed.nothing ADD COLUMN c int;

--! settings: SET ROLE truth_clerk
ALTER TABLE IF EXISTS truth_closed.hidden ADD COLUMN c int;

--! settings: SET ROLE truth_clerk
ALTER INDEX truth_open.of_boss_a_idx RENAME TO x;

--! settings: SET ROLE truth_clerk
ALTER INDEX truth_open.of_boss_a_idx SET (fillfactor = 70);

--! settings: SET ROLE truth_clerk
CREATE INDEX ON truth_open.of_boss (a);

--! settings: SET ROLE truth_clerk
CREATE INDEX ON truth_open.of_clerk (a);

--! settings: SET ROLE truth_clerk
CREATE INDEX ON truth_look.of_clerk (a);

--! settings: SET ROLE truth_clerk
CREATE INDEX ON truth_look.of_boss (a);

--! settings: SET ROLE truth_clerk
CREATE INDEX CONCURRENTLY ON truth_open.of_boss (a);

--! settings: SET ROLE truth_clerk
DROP TABLE truth_open.of_clerk;

--! settings: SET ROLE truth_clerk
DROP TABLE truth_look.of_boss;

--! settings: SET ROLE truth_clerk
DROP TABLE IF EXISTS truth_look.of_boss;

--! settings: SET ROLE truth_clerk
DROP TABLE orders;

--! settings: SET ROLE truth_clerk
DROP VIEW truth_open.boss_view;

--! settings: SET ROLE truth_clerk
DROP INDEX truth_open.of_boss_a_idx;

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_open.of_boss RENAME TO b;

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_open.of_boss RENAME COLUMN a TO b;

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_open.of_clerk RENAME TO c;

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_look.of_clerk RENAME TO c;

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_look.of_clerk RENAME COLUMN a TO b;

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_open.of_clerk SET SCHEMA truth_look;

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_look.of_clerk SET SCHEMA truth_open;

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_open.of_boss SET SCHEMA truth_look;

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_open.of_clerk OWNER TO truth_team;

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_open.of_clerk OWNER TO truth_boss;

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_open.of_clerk OWNER TO nobody_at_all;

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_open.of_boss OWNER TO truth_clerk;

--! settings: SET ROLE truth_clerk
CREATE TABLE truth_look.t (id int);

--! settings: SET ROLE truth_clerk
CREATE TABLE truth_open.t (id int);

--! settings: SET ROLE truth_clerk
CREATE TABLE truth_closed.t (id int);

--! settings: SET ROLE truth_clerk
CREATE TABLE truth_open.t () INHERITS (truth_open.of_boss);

--! settings: SET ROLE truth_clerk
CREATE TABLE truth_open.t PARTITION OF truth_open.parted FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');

--! settings: SET ROLE truth_clerk
CREATE TEMP TABLE t (id int);

--! settings: SET ROLE truth_clerk
CREATE VIEW truth_look.v AS SELECT 1 AS a;

--! settings: SET ROLE truth_clerk
CREATE SEQUENCE truth_look.s;

--! settings: SET ROLE truth_clerk
CREATE TYPE truth_look.e AS ENUM ('a');

--! settings: SET ROLE truth_clerk
CREATE DOMAIN truth_look.d AS int;

--! settings: SET ROLE truth_clerk
CREATE FUNCTION truth_look.f() RETURNS int LANGUAGE sql AS 'SELECT 1';

--! settings: SET ROLE truth_clerk
CREATE SCHEMA more;

--! settings: SET ROLE truth_clerk
CREATE POLICY p ON truth_open.of_boss USING (true);

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_open.of_boss ENABLE ROW LEVEL SECURITY;

--! settings: SET ROLE truth_clerk
CREATE RULE r AS ON INSERT TO truth_open.of_boss DO INSTEAD NOTHING;

--! settings: SET ROLE truth_clerk
CREATE STATISTICS truth_open.st ON id, a FROM truth_open.of_boss;

--! settings: SET ROLE truth_clerk
COMMENT ON TABLE truth_open.of_boss IS 'x';

--! settings: SET ROLE truth_clerk
COMMENT ON COLUMN truth_open.of_boss.a IS 'x';

--! settings: SET ROLE truth_clerk
COMMENT ON COLUMN truth_open.of_clerk.a IS 'x';

--! settings: SET ROLE truth_clerk
SET ROLE truth_team;

-- roles by their older words
--! after: CREATE GROUP testers
GRANT SELECT ON plain TO GROUP testers;
