-- What a role may do by what it was granted: truth_clerk has the rights of truth_team. Then what GRANT,
-- REVOKE, policies and a new owner leave behind in the catalog.

--! settings: SET ROLE truth_clerk
SELECT * FROM truth_open.of_boss;

--! settings: SET ROLE truth_clerk
SELECT * FROM truth_look.granted;

--! settings: SET ROLE truth_clerk
SELECT count(*) FROM truth_look.by_column;

--! settings: SET ROLE truth_clerk
SELECT a FROM truth_look.by_column;

--! settings: SET ROLE truth_clerk
SELECT * FROM truth_look.for_all;

--! settings: SET ROLE truth_clerk
SELECT * FROM truth_look.boss_granted_view;

--! settings: SET ROLE truth_clerk
SELECT nothing FROM truth_open.of_boss;

--! settings: SET ROLE truth_clerk
WITH of_boss AS (SELECT 1 AS a) SELECT * FROM of_boss;

--! settings: SET ROLE truth_clerk
SELECT 1 WHERE EXISTS (SELECT FROM truth_open.of_boss);

--! settings: SET ROLE truth_clerk
SELECT 1 WHERE false AND EXISTS (SELECT FROM truth_open.of_boss);

--! settings: SET ROLE truth_clerk
INSERT INTO truth_open.of_boss VALUES (1, 'a');

--! settings: SET ROLE truth_clerk
INSERT INTO truth_open.of_boss (nothing) VALUES (1);

--! settings: SET ROLE truth_clerk
INSERT INTO truth_look.granted VALUES (1, 'a');

--! settings: SET ROLE truth_clerk
INSERT INTO truth_look.for_all SELECT * FROM truth_look.granted;

--! settings: SET ROLE truth_clerk
INSERT INTO truth_open.of_clerk SELECT id, a, a FROM truth_open.of_boss;

--! settings: SET ROLE truth_clerk
UPDATE truth_open.of_boss SET a = 'b';

--! settings: SET ROLE truth_clerk
UPDATE truth_look.granted SET a = 'b';

--! settings: SET ROLE truth_clerk
UPDATE truth_look.by_column SET b = 'b';

--! settings: SET ROLE truth_clerk
DELETE FROM truth_open.of_boss;

--! settings: SET ROLE truth_clerk
DELETE FROM truth_look.granted;

--! settings: SET ROLE truth_clerk
TRUNCATE truth_open.of_boss;

--! settings: SET ROLE truth_clerk
TRUNCATE truth_look.for_all;

--! settings: SET ROLE truth_clerk
TRUNCATE truth_open.boss_view;

--! settings: SET ROLE truth_clerk
CREATE TABLE truth_open.t AS SELECT * FROM truth_open.of_boss;

--! settings: SET ROLE truth_clerk
CREATE VIEW truth_open.v AS SELECT * FROM truth_open.of_boss;

--! settings: SET ROLE truth_clerk
CREATE TRIGGER t BEFORE INSERT ON truth_open.of_boss FOR EACH ROW EXECUTE FUNCTION set_note();

--! settings: SET ROLE truth_clerk
CREATE TRIGGER t BEFORE INSERT ON truth_look.for_all FOR EACH ROW EXECUTE FUNCTION set_note();

--! settings: SET ROLE truth_clerk
CREATE TRIGGER t BEFORE TRUNCATE ON truth_open.of_boss FOR EACH ROW EXECUTE FUNCTION set_note();

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_open.of_clerk ADD CONSTRAINT k FOREIGN KEY (id) REFERENCES truth_open.of_boss;

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_open.of_clerk ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES truth_open.of_boss (id);

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_open.of_clerk ADD CONSTRAINT k FOREIGN KEY (id) REFERENCES truth_open.of_boss (a);

--! settings: SET ROLE truth_clerk
ALTER TABLE truth_open.of_clerk ADD CONSTRAINT k FOREIGN KEY (id) REFERENCES truth_look.for_all;

--! settings: SET ROLE truth_clerk
CREATE TABLE truth_open.t (id int REFERENCES truth_open.of_boss);

--! settings: SET ROLE truth_clerk
CREATE TABLE truth_open.t (id int REFERENCES truth_look.for_all);

--! settings: SET ROLE truth_clerk
COPY truth_open.of_boss TO '/tmp/x';

--! settings: SET ROLE truth_clerk
GRANT SELECT ON truth_open.of_boss TO truth_app;

--! settings: SET ROLE truth_clerk
GRANT SELECT ON truth_open.of_boss TO nobody_at_all;

--! settings: SET ROLE truth_clerk
GRANT SELECT ON truth_look.granted TO truth_app;

--! settings: SET ROLE truth_clerk
GRANT SELECT ON truth_look.optional TO truth_app;

--! settings: SET ROLE truth_clerk
REVOKE SELECT ON truth_open.of_boss FROM truth_app;

--! settings: SET ROLE truth_clerk
GRANT SELECT ON truth_open.of_clerk TO truth_app;

--! settings: SET ROLE truth_clerk
MERGE INTO truth_open.of_clerk t USING truth_open.of_boss s ON s.id = t.id WHEN MATCHED THEN DO NOTHING;

--! settings: SET ROLE truth_boss
UPDATE truth_look.granted SET a = 'b';

--! settings: SET ROLE truth_boss
--! after: REVOKE UPDATE ON truth_look.granted FROM truth_boss
UPDATE truth_look.granted SET a = 'b';

--! settings: SET ROLE truth_clerk
SELECT 1 WHERE NOT EXISTS (SELECT FROM truth_look.granted);

--! settings: SET ROLE truth_boss
GRANT SELECT ON truth_look.of_boss TO truth_app;

--! settings: SET ROLE truth_boss
REVOKE SELECT ON truth_look.granted FROM truth_team;

GRANT SELECT, INSERT ON plain TO truth_app, PUBLIC;

GRANT ALL ON plain TO truth_app WITH GRANT OPTION;

GRANT ALL PRIVILEGES ON SEQUENCE orders_id_seq TO truth_app;

GRANT USAGE ON SEQUENCE orders_id_seq TO truth_app;

GRANT SELECT (a), UPDATE (a, b) ON plain TO truth_app;

GRANT ALL (a) ON plain TO truth_app;

GRANT SELECT ON ALL TABLES IN SCHEMA truth_look TO truth_app;

GRANT SELECT ON plain TO CURRENT_USER;

REVOKE SELECT ON truth_look.granted FROM truth_team;

REVOKE ALL ON truth_look.granted FROM truth_team;

REVOKE ALL ON truth_look.granted FROM truth_boss;

REVOKE SELECT ON truth_look.by_column FROM truth_team;

REVOKE SELECT (a) ON truth_look.by_column FROM truth_team;

REVOKE GRANT OPTION FOR SELECT ON truth_look.optional FROM truth_team;

REVOKE SELECT ON truth_look.optional FROM truth_team;

REVOKE ALL ON ALL TABLES IN SCHEMA truth_look FROM PUBLIC;

REVOKE SELECT ON plain FROM truth_app;

--! after: GRANT SELECT ON plain TO truth_app
REVOKE ALL ON plain FROM truth_app;

ALTER TABLE truth_look.granted OWNER TO truth_app;

ALTER TABLE truth_look.granted OWNER TO truth_team;

CREATE POLICY p ON truth_look.granted FOR SELECT TO truth_team, truth_app USING (true);

CREATE POLICY p ON truth_look.granted AS RESTRICTIVE FOR UPDATE USING (true);

--! after: CREATE POLICY p ON truth_look.granted USING (true)
ALTER POLICY p ON truth_look.granted TO truth_team;

ALTER TABLE truth_look.granted ENABLE ROW LEVEL SECURITY;

ALTER TABLE truth_look.granted FORCE ROW LEVEL SECURITY;

CREATE TABLE truth_look.t (id serial PRIMARY KEY, a text);

--! after: DROP VIEW truth_look.boss_granted_view
CREATE VIEW truth_look.boss_granted_view AS SELECT 1 AS a;

CREATE OR REPLACE VIEW truth_look.boss_granted_view AS SELECT a FROM truth_look.of_boss;

-- the columns that every table has
GRANT SELECT (a, tableoid) ON plain TO PUBLIC;

GRANT SELECT ON pg_stat_activity TO truth_app;

REVOKE SELECT ON information_schema.tables FROM PUBLIC;
