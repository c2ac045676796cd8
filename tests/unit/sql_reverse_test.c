/* What takes SQL back, and what it throws away, by its text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sql/losses.h"
#include "sql/reverse.h"

/* "" for nothing to take back; "? why" for a text that does not tell. */
static const struct {
    const char *sql, *back;
} cases[] = {
    {"CREATE TABLE a.t (id int)", "DROP TABLE a.t;"},
    {"CREATE TABLE IF NOT EXISTS t (id int)", "? it may have been there before"},
    {"CREATE TEMP TABLE t (id int)", "? it is temporary"},
    {"CREATE TABLE t AS SELECT 1 AS x", "DROP TABLE t;"},
    {"CREATE MATERIALIZED VIEW m AS SELECT 1 AS x", "DROP MATERIALIZED VIEW m;"},
    {"CREATE TABLE t (id int); CREATE INDEX ON t (id); INSERT INTO t VALUES (1);"
     " COMMENT ON COLUMN t.id IS 'x'; COMMENT ON TABLE t IS 'y'; GRANT SELECT ON t TO PUBLIC;"
     " ALTER TABLE t ALTER id SET DEFAULT 1",
        "DROP TABLE t;"},
    {"CREATE TABLE t (id int); CREATE TABLE u (id int)", "DROP TABLE u;\nDROP TABLE t;"},
    {"CREATE INDEX i ON \"S\".t (x)", "DROP INDEX \"S\".i;"},
    {"CREATE INDEX CONCURRENTLY i ON t (x)", "DROP INDEX CONCURRENTLY i;"},
    {"CREATE INDEX ON t (x)", "? the server chooses its name: give it one"},
    {"CREATE INDEX IF NOT EXISTS i ON t (x)", "? it may have been there before"},
    {"CREATE VIEW v AS SELECT 1 AS x", "DROP VIEW v;"},
    {"CREATE OR REPLACE VIEW v AS SELECT 1 AS x", "? it may replace another one"},
    {"CREATE TYPE app.mood AS ENUM ('a')", "DROP TYPE app.mood;"},
    {"CREATE TYPE pair AS (a int, b int)", "DROP TYPE pair;"},
    {"CREATE DOMAIN d AS int", "DROP DOMAIN d;"},
    {"CREATE SEQUENCE s", "DROP SEQUENCE s;"},
    {"CREATE SCHEMA x", "DROP SCHEMA x;"},
    {"CREATE EXTENSION citext", "DROP EXTENSION citext;"},
    {"CREATE FUNCTION f(a int, OUT b text, VARIADIC c numeric(3)[]) LANGUAGE sql AS 'SELECT ''x'''",
        "DROP FUNCTION f(int, numeric(3)[]);"},
    {"CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "? it may replace another one"},
    {"CREATE PROCEDURE p(a int) LANGUAGE sql AS 'SELECT 1'", "DROP PROCEDURE p(int);"},
    {"CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "DROP TRIGGER g ON t;"},
    {"CREATE POLICY p ON t USING (true)", "DROP POLICY p ON t;"},
    {"CREATE STATISTICS s ON a, b FROM t", "DROP STATISTICS s;"},
    {"ALTER TABLE t ADD COLUMN a int, ADD \"B\" text",
        "ALTER TABLE t DROP COLUMN \"B\", DROP COLUMN a;"},
    {"ALTER TABLE t ADD COLUMN IF NOT EXISTS a int", "? it may have been there before"},
    {"ALTER TABLE IF EXISTS t ADD a int", "? whether the table was there is not in the text"},
    {"ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID", "ALTER TABLE t DROP CONSTRAINT c;"},
    {"ALTER TABLE t ADD CHECK (a > 0)", "? the server chooses its name: give it one"},
    {"ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i",
        "? dropping the constraint would drop its index, which was there before"},
    {"ALTER TABLE t VALIDATE CONSTRAINT c", ""},
    {"ALTER TABLE t ALTER a SET DEFAULT 1", "ALTER TABLE t ALTER COLUMN a DROP DEFAULT;"},
    {"ALTER TABLE t ATTACH PARTITION s.p DEFAULT", "ALTER TABLE t DETACH PARTITION s.p;"},
    {"ALTER TABLE t DETACH PARTITION p CONCURRENTLY", "ALTER TABLE t ATTACH PARTITION p DEFAULT;"},
    {"ALTER TABLE t ALTER a SET STATISTICS 5, ALTER \"B\" SET STORAGE PLAIN",
        "ALTER TABLE t ALTER COLUMN \"B\" SET STATISTICS -1, ALTER COLUMN a SET STATISTICS -1;"},
    {"COMMENT ON COLUMN s.t.\"A\" IS 'x'; COMMENT ON TABLE t IS NULL",
        "COMMENT ON TABLE t IS NULL;\nCOMMENT ON COLUMN s.t.\"A\" IS NULL;"},
    {"COMMENT ON INDEX i IS 'x'", "? the comment before is not in the text"},
    {"CREATE MATERIALIZED VIEW m AS SELECT 1 AS x; CREATE INDEX ON m (x)",
        "DROP MATERIALIZED VIEW m;"},
    {"ALTER TABLE t DETACH PARTITION p FINALIZE", "? what was before is not in the text"},
    {"ALTER TABLE t ADD CONSTRAINT t_pkey PRIMARY KEY (id)",
        "ALTER TABLE t DROP CONSTRAINT t_pkey;"},
    {"ALTER TABLE s.t RENAME TO u", "ALTER TABLE s.u RENAME TO t;"},
    {"ALTER TABLE t RENAME a TO \"B\"", "ALTER TABLE t RENAME COLUMN \"B\" TO a;"},
    {"ALTER TABLE t RENAME CONSTRAINT a TO b", "ALTER TABLE t RENAME CONSTRAINT b TO a;"},
    {"ALTER INDEX s.i RENAME TO j", "ALTER INDEX s.j RENAME TO i;"},
    {"ALTER SCHEMA a RENAME TO b", "ALTER SCHEMA b RENAME TO a;"},
    {"ALTER TYPE mood ADD VALUE 'b'", "? PostgreSQL cannot take a value out of an enum"},
    {"ALTER TYPE app.\"Mood\" RENAME VALUE 'it''s' TO 'b'",
        "ALTER TYPE app.\"Mood\" RENAME VALUE 'b' TO 'it''s';"},
    {"ALTER TYPE app.mood RENAME TO \"M\"", "ALTER TYPE app.\"M\" RENAME TO mood;"},
    {"ALTER DOMAIN d RENAME TO e", "ALTER DOMAIN e RENAME TO d;"},
    {"ALTER TRIGGER a ON s.t RENAME TO b", "ALTER TRIGGER b ON s.t RENAME TO a;"},
    {"ALTER POLICY a ON t RENAME TO b", "ALTER POLICY b ON t RENAME TO a;"},
    {"ALTER TABLE s.t ALTER a DROP NOT NULL",
        "ALTER TABLE s.t VALIDATE CONSTRAINT zdm_a_not_null;\n"
        "ALTER TABLE s.t ALTER COLUMN a SET NOT NULL;\n"
        "ALTER TABLE s.t DROP CONSTRAINT zdm_a_not_null;"},
    {"ALTER TABLE t ALTER a DROP NOT NULL, ADD b int",
        "? whether it was NOT NULL is asked only when it stands alone: write that in a step of its "
        "own"},
    {"VACUUM t", ""},
    {"UPDATE t SET a = 1", "? the rows before are not in the text"},
    {"DROP TABLE t",
        "? the table and its rows are gone: drop_table with retain keeps them for a while"},
    {"DROP TABLE a.zdm_aside_01234567_t", "? the table and its rows are gone"},
    {"ALTER TABLE t DROP c",
        "? the column and its values are gone: drop_column with retain keeps them for a while"},
    {"ALTER TABLE t DROP zdm_aside_01234567_c", "? the column and its values are gone"},
    {"ALTER TABLE t ALTER a SET NOT NULL, ADD b int",
        "ALTER TABLE t DROP COLUMN b, ALTER COLUMN a DROP NOT NULL;"},
    {"ALTER TABLE t RENAME TO u; ALTER TABLE u ALTER a DROP DEFAULT",
        "? it renames as well, so that what was before cannot be asked for by name: write that in "
        "a step of its own"},
    {"CREATE TABLE t (id int); DROP INDEX i", "? statement 2: what it drops is gone"},
    {"SELECT app.f()", "? zdm does not know the way back of this kind of statement"},
};

static void
the_way_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zdm_sql_reverse reverse;
        zdm_sql_reverse(cases[i].sql, &reverse);
        print_message("%s\n", cases[i].sql);
        switch (reverse.kind) {
        case ZDM_REVERSAL_SQL:
            assert_string_equal(cases[i].back, reverse.sql);
            break;
        case ZDM_REVERSAL_NOTHING:
            assert_string_equal(cases[i].back, "");
            break;
        case ZDM_REVERSAL_UNKNOWN:
            assert_memory_equal(cases[i].back, "? ", 2);
            assert_string_equal(cases[i].back + 2, reverse.why);
            break;
        }
        zdm_sql_reverse_release(&reverse);
    }
}

static void
what_is_lost(void **state)
{
    struct zdm_sql_losses losses;

    (void)state;
    zdm_sql_losses_of(
        "ALTER TABLE \"S\".t DROP COLUMN \"A\", ADD b int, DROP c; DROP TABLE x.u, v;"
        " TRUNCATE w; DELETE FROM z WHERE true; DROP INDEX i; DROP SCHEMA e;"
        " DROP SCHEMA f CASCADE; DROP TYPE tt; DROP TYPE x.\"Ty\", ty CASCADE;"
        " DROP DOMAIN d CASCADE; DROP EXTENSION hstore; DROP EXTENSION hstore CASCADE;"
        " DROP COLLATION x.co CASCADE; DROP ACCESS METHOD am CASCADE;"
        " DROP VIEW vi CASCADE; TRUNCATE x.w, y CASCADE;"
        " WITH d AS (DELETE FROM x.gone RETURNING 1),"
        " e AS (UPDATE kept SET a = 1 RETURNING 1) SELECT FROM d, e;"
        " CREATE TABLE n AS WITH d AS (DELETE FROM moved RETURNING *) SELECT * FROM d;"
        " INSERT INTO kept WITH d AS (DELETE FROM old RETURNING *) SELECT * FROM d;"
        " COPY (DELETE FROM written RETURNING *) TO STDOUT;"
        " MERGE INTO x.m USING s ON s.id = m.id WHEN NOT MATCHED THEN DO NOTHING"
        " WHEN MATCHED THEN DELETE;"
        " MERGE INTO kept USING s ON s.id = kept.id WHEN MATCHED THEN DO NOTHING;"
        " CREATE FUNCTION fu() RETURNS void BEGIN ATOMIC DELETE FROM kept; END;"
        " CREATE RULE r AS ON INSERT TO kept DO ALSO DELETE FROM kept;"
        " DROP TABLE x.u, v CASCADE; DROP OWNED BY \"R\", CURRENT_USER;"
        " EXPLAIN DELETE FROM kept; EXPLAIN (ANALYZE off) DELETE FROM kept; EXPLAIN ANALYZE DELETE "
        "FROM z;"
        " EXPLAIN (COSTS, ANALYZE) WITH d AS (DELETE FROM x.gone RETURNING 1) SELECT FROM d;"
        /* Its own, and one that may be another's by then. */
        " CREATE TABLE own (a int); CREATE TABLE x.own (a int); DROP TABLE own, x.own;"
        " CREATE TABLE IF NOT EXISTS there (a int); DROP TABLE there;"
        " CREATE TABLE named (a int); ALTER TABLE aside RENAME TO other; DROP TABLE named",
        &losses);
    static const struct zdm_sql_loss expected[] = {
        {ZDM_LOSS_COLUMN, (char *)"S", (char *)"t", (char *)"A", NULL},
        {ZDM_LOSS_COLUMN, (char *)"S", (char *)"t", (char *)"c", NULL},
        {ZDM_LOSS_TABLE, (char *)"x", (char *)"u", NULL, NULL},
        {ZDM_LOSS_TABLE, NULL, (char *)"v", NULL, NULL},
        {ZDM_LOSS_ROWS, NULL, (char *)"w", NULL, NULL},
        {ZDM_LOSS_ROWS, NULL, (char *)"z", NULL, NULL},
        {ZDM_LOSS_SCHEMA, NULL, (char *)"f", NULL, NULL},
        {ZDM_LOSS_DEPENDENTS, (char *)"x", (char *)"Ty", NULL, "type"},
        {ZDM_LOSS_DEPENDENTS, NULL, (char *)"ty", NULL, "type"},
        {ZDM_LOSS_DEPENDENTS, NULL, (char *)"d", NULL, "domain"},
        {ZDM_LOSS_DEPENDENTS, NULL, (char *)"hstore", NULL, "extension"},
        {ZDM_LOSS_DEPENDENTS, (char *)"x", (char *)"co", NULL, "collation"},
        {ZDM_LOSS_DEPENDENTS, NULL, (char *)"am", NULL, "access method"},
        {ZDM_LOSS_CASCADE, NULL, (char *)"vi", NULL, "view"},
        {ZDM_LOSS_DEPENDENTS, (char *)"x", (char *)"w", NULL, "rows of table"},
        {ZDM_LOSS_DEPENDENTS, NULL, (char *)"y", NULL, "rows of table"},
        {ZDM_LOSS_ROWS, (char *)"x", (char *)"gone", NULL, NULL},
        {ZDM_LOSS_ROWS, NULL, (char *)"moved", NULL, NULL},
        {ZDM_LOSS_ROWS, NULL, (char *)"old", NULL, NULL},
        {ZDM_LOSS_ROWS, NULL, (char *)"written", NULL, NULL},
        {ZDM_LOSS_ROWS, (char *)"x", (char *)"m", NULL, NULL},
        {ZDM_LOSS_TABLE, (char *)"x", (char *)"u", NULL, NULL},
        {ZDM_LOSS_CASCADE, (char *)"x", (char *)"u", NULL, "table"},
        {ZDM_LOSS_TABLE, NULL, (char *)"v", NULL, NULL},
        {ZDM_LOSS_CASCADE, NULL, (char *)"v", NULL, "table"},
        {ZDM_LOSS_DEPENDENTS, NULL, (char *)"R", NULL, "what is owned by role"},
        {ZDM_LOSS_DEPENDENTS, NULL, (char *)"current_user", NULL, "what is owned by role"},
        {ZDM_LOSS_ROWS, NULL, (char *)"z", NULL, NULL},
        {ZDM_LOSS_ROWS, (char *)"x", (char *)"gone", NULL, NULL},
        {ZDM_LOSS_TABLE, NULL, (char *)"there", NULL, NULL},
        {ZDM_LOSS_TABLE, NULL, (char *)"named", NULL, NULL},
    };
    assert_int_equal(losses.count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < losses.count; i++) {
        const struct zdm_sql_loss *seen = &losses.items[i], *want = &expected[i];
        assert_int_equal(want->kind, seen->kind);
        assert_string_equal(want->name, seen->name);
        assert_string_equal(want->schema ? want->schema : "", seen->schema ? seen->schema : "");
        assert_string_equal(want->column ? want->column : "", seen->column ? seen->column : "");
        assert_string_equal(want->what ? want->what : "", seen->what ? seen->what : "");
    }
    zdm_sql_losses_release(&losses);
    zdm_sql_losses_of("no SQL", &losses);
    assert_int_equal(losses.count, 0);
    zdm_sql_losses_release(&losses);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_way_back),
        cmocka_unit_test(what_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
