/*
 * Objects with a catalog: what DROP takes along, RENAME and the rest meet and change. The truth tests
 * hold these against a server; here are the answers, the messages, and what rollbacks take back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sql/catalog.h"
#include "sql/types.h"
#include "sql_describe.h"

static const char *const setup =
    "CREATE TABLE parent (id int PRIMARY KEY, a int UNIQUE, b text);"
    "CREATE TABLE child (id int PRIMARY KEY, parent_id int REFERENCES parent);"
    "CREATE VIEW seen AS SELECT id, a FROM parent;"
    "CREATE VIEW seen_again AS SELECT id FROM seen;"
    "CREATE MATERIALIZED VIEW kept AS SELECT id FROM parent;"
    "CREATE TYPE mood AS ENUM ('sad', 'ok');"
    "CREATE DOMAIN positive AS int CHECK (VALUE > 0);"
    "CREATE TABLE typed (m mood, p positive);"
    "CREATE TABLE parts (id int, note text) PARTITION BY LIST (id);"
    "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);"
    "CREATE TABLE parts_rest PARTITION OF parts DEFAULT;"
    "CREATE TABLE base (x int);"
    "CREATE TABLE derived (y int) INHERITS (base);"
    "CREATE SEQUENCE numbers;"
    "CREATE FUNCTION f(n int) RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';"
    "CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END';"
    "CREATE TRIGGER touch BEFORE INSERT ON parts FOR EACH ROW EXECUTE FUNCTION t();"
    "CREATE POLICY own ON child USING (id > 0);"
    "CREATE SCHEMA other;"
    "CREATE TABLE other.things (id int);"
    "CREATE TABLE free (id int);";

static struct zdm_parsed *
classified(const char *sql, struct zdm_sql_context *context)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_parsed *parsed = NULL;

    if (zdm_sql_classify_in(sql, ZDM_WRAP_NEVER, context, &parsed, &err) < 0)
        fail_msg("%s: %s", sql, err.message);
    return parsed;
}

/* As if a server had all this, and nothing else. */
static struct zdm_sql_context *
database(void)
{
    static const char *const types[] = {"int4", "int8", "text", "bool", "trigger", "regclass"};
    struct zdm_catalog *catalog = zdm_catalog_new();

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!zdm_builtin_type(catalog, types[i]))
            zdm_catalog_add_type(catalog, "pg_catalog", types[i], ZDM_TYPE_BASE);
    zdm_catalog_add_schema(catalog, "public");
    zdm_catalog_append(catalog, &catalog->search_path, "public");
    catalog->search_path_known = true;
    catalog->server_version = 150000;
    catalog->complete = true;

    struct zdm_sql_context *context = zdm_sql_context_on(catalog, 0);
    struct zdm_parsed *parsed = classified(setup, context);
    for (size_t i = 0; i < parsed->count; i++)
        if (parsed->statements[i].fails_with)
            fail_msg("%s: %s", parsed->statements[i].sql, parsed->statements[i].fails_with);
    zdm_parsed_free(parsed);
    zdm_sql_context_settle(context);
    return context;
}

static const struct example {
    const char *sql, *expected;
} examples[] = {
#define AX(table)    "lock public." table " ACCESS EXCLUSIVE brief"
#define FAILS(state) "unsafe; fails " state "; rule fail-certain"
    {"DROP TABLE child",
        "unsafe; " AX("child") "; " AX("parent") "; breaks r w p; loss; rule break-drop-table"},
    {"DROP TABLE parent", FAILS("2BP01")},
    {"DROP TABLE parent, child", FAILS("2BP01")},
    {"DROP TABLE parent CASCADE",
        "unsafe; " AX("parent") "; " AX("child") "; " AX("seen") "; " AX("kept") "; " AX(
            "seen_again") "; breaks r w p; loss; rule break-drop-table; rule drop-cascade"},
    {"DROP TABLE free CASCADE",
        "unsafe; " AX("free") "; breaks r w p; loss; rule break-drop-table"},
    {"DROP TABLE parts_1",
        "unsafe; " AX("parts_1") "; " AX("parts") "; " AX(
            "parts_rest") "; breaks r w p; loss; rule break-drop-table; rule lock-drop-partition"},
    {"DROP TABLE parts", "unsafe; " AX("parts") "; " AX("parts_1") "; " AX(
                             "parts_rest") "; breaks r w p; loss; rule break-drop-table"},
    {"DROP TABLE base", FAILS("2BP01")},
    {"DROP TABLE derived", "unsafe; " AX("derived") "; breaks r w p; loss; rule break-drop-table"},
    {"DROP TABLE nothing", FAILS("42P01")},
    {"DROP TABLE nowhere.nothing", FAILS("3F000")},
    {"DROP TABLE IF EXISTS nothing", "safe"},
    {"DROP TABLE seen", FAILS("42809")},
    {"DROP VIEW seen", FAILS("2BP01")},
    {"DROP VIEW seen_again, seen",
        "unsafe; " AX("seen_again") "; " AX(
            "seen") "; breaks r w p; rule break-drop-view; rule break-drop-view"},
    {"DROP TYPE mood", FAILS("2BP01")},
    {"DROP TYPE mood CASCADE",
        "unsafe; " AX("typed") "; breaks r w; loss; rule break-drop-type; rule drop-cascade"},
    {"DROP FUNCTION f(int)", "unsafe; breaks r w; rule break-drop-function"},
    {"DROP FUNCTION f(text)", FAILS("42883")},
    {"DROP FUNCTION t() CASCADE",
        "unsafe; " AX("parts") "; " AX("parts_1") "; " AX(
            "parts_rest") "; breaks r w; rule break-drop-function; rule drop-cascade"},
    {"DROP TRIGGER touch ON parts_1", FAILS("2BP01")},
    {"DROP POLICY own ON child", "caution; " AX("child") "; rule policy-change"},
    {"DROP POLICY nothing ON child", FAILS("42704")},
    {"DROP SCHEMA other", FAILS("2BP01")},
    {"DROP SCHEMA other CASCADE",
        "unsafe; lock other.things ACCESS EXCLUSIVE brief; breaks r w; loss; rule "
        "break-drop-schema; rule drop-cascade"},
    /* What was dropped or taken back before */
    {"DROP TABLE child; DROP TABLE parent CASCADE; DROP VIEW seen", FAILS("42P01")},
    {"BEGIN; DROP TABLE child; ROLLBACK; DROP TABLE child",
        "unsafe; " AX("child") "; " AX("parent") "; breaks r w p; loss; rule break-drop-table"},
    {"DROP TABLE parent; DROP TABLE child",
        "unsafe; " AX("child") "; " AX("parent") "; breaks r w p; loss; rule break-drop-table"},
    {"DROP TABLE child; DROP VIEW seen_again; DROP VIEW seen; DROP MATERIALIZED VIEW kept; DROP "
     "TABLE parent",
        "unsafe; " AX("parent") "; breaks r w p; loss; rule break-drop-table"},

    /* What the catalog leaves out is there all the same. */
    {"GRANT SELECT ON pg_stat_activity TO PUBLIC", "safe"},
    {"REVOKE SELECT ON information_schema.tables FROM PUBLIC",
        "unsafe; breaks r w; rule grant-revoke"},
    {"VACUUM FULL pg_catalog.pg_description",
        "unsafe; lock pg_catalog.pg_description ACCESS EXCLUSIVE rewrite; rewrite "
        "pg_catalog.pg_description; tx forbidden; rule rewrite-vacuum-full"},
    {"ANALYZE pg_class", "safe; lock pg_catalog.pg_class SHARE UPDATE EXCLUSIVE scan"},
    {"COMMENT ON TABLE pg_class IS 'all'",
        "safe; lock pg_catalog.pg_class SHARE UPDATE EXCLUSIVE brief"},
    {"CREATE TABLE like_it (LIKE pg_class); ALTER TABLE like_it DROP COLUMN relname", "safe"},
    {"ALTER TABLE pg_class ADD COLUMN a int", FAILS("42501")},
    {"DROP TABLE pg_class", FAILS("42501")},
    {"GRANT SELECT ON public.pg_nothing TO PUBLIC", FAILS("42P01")},

    {"ALTER TABLE free RENAME TO parent", FAILS("42P07")},
    {"ALTER TABLE free RENAME TO mood", FAILS("42710")},
    {"ALTER TABLE free RENAME TO unbound; DROP TABLE free", FAILS("42P01")},
    {"ALTER TABLE parts RENAME note TO remark",
        "unsafe; " AX("parts") "; " AX("parts_1") "; " AX(
            "parts_rest") "; breaks r w p; rule break-rename-column"},
    {"ALTER TABLE parts_1 RENAME note TO remark", FAILS("42P16")},
    {"ALTER TABLE base RENAME x TO y", FAILS("42701")},
    {"ALTER TABLE free RENAME id TO number; ALTER TABLE free RENAME id TO n", FAILS("42703")},
    {"ALTER TABLE parent_pkey RENAME TO k", "caution; " AX("parent_pkey") "; rule rename-index"},
    {"ALTER INDEX parent_pkey RENAME TO k",
        "safe; lock public.parent_pkey SHARE UPDATE EXCLUSIVE brief"},
    {"ALTER SCHEMA other RENAME TO another; DROP TABLE other.things", FAILS("3F000")},
    {"ALTER SCHEMA other RENAME TO public", FAILS("42P06")},
    {"ALTER TYPE mood RENAME VALUE 'sad' TO 'ok'", FAILS("42710")},
    {"ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'; ALTER TYPE mood ADD VALUE 'x' BEFORE 'sad'",
        FAILS("22023")},
    {"ALTER TABLE child SET SCHEMA other; DROP TABLE child", FAILS("42P01")},
    {"ALTER TABLE free SET SCHEMA nothing", FAILS("3F000")},

    {"CREATE TABLE free (x int)", FAILS("42P07")},
    {"CREATE TABLE IF NOT EXISTS free (x int REFERENCES parent)", "safe"},
    {"CREATE TABLE mood (x int)", FAILS("42710")},
    {"CREATE TABLE n (x int) INHERITS (parts)", FAILS("42809")},
    {"CREATE TABLE n PARTITION OF parts FOR VALUES IN (2)",
        "unsafe; lock public.parts ACCESS EXCLUSIVE brief; lock public.parts_rest ACCESS EXCLUSIVE "
        "scan; scan public.parts_rest; rule lock-create-partition-of; rule "
        "scan-attach-default-partition"},
    {"CREATE TABLE n PARTITION OF parts FOR VALUES IN (1)", FAILS("42P17")},
    {"CREATE VIEW n AS SELECT * FROM free", "safe; lock public.free ACCESS SHARE statement"},
    {"CREATE OR REPLACE VIEW seen AS SELECT 1 AS id", FAILS("42P16")},
    {"CREATE OR REPLACE VIEW seen AS SELECT 1 AS id, 2 AS b", FAILS("42P16")},
    {"CREATE OR REPLACE FUNCTION f(m int) RETURNS int LANGUAGE sql AS 'SELECT 1'", FAILS("42P13")},
    {"CREATE OR REPLACE FUNCTION f(n int) RETURNS text LANGUAGE sql AS 'SELECT 1'", FAILS("42P13")},
    {"CREATE OR REPLACE FUNCTION f(n int) RETURNS int LANGUAGE sql AS 'SELECT 2'",
        "caution; rule replace-function"},
    {"CREATE FUNCTION g() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "caution; rule security-definer-search-path"},
    {"CREATE FUNCTION g() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = other AS "
     "'SELECT 1'",
        "safe"},
    {"CREATE SCHEMA s CREATE TABLE t (id int REFERENCES public.parent)",
        "caution; lock public.parent SHARE ROW EXCLUSIVE brief; rule lock-create-table-fk"},

    {"ALTER DOMAIN positive ADD CHECK (VALUE < 9)",
        "unsafe; lock public.typed SHARE scan; scan public.typed; rule scan-domain-constraint"},
    {"ALTER DOMAIN positive ADD CONSTRAINT c CHECK (VALUE < 9) NOT VALID", "safe"},
    {"ALTER DOMAIN positive ADD CONSTRAINT c CHECK (VALUE < 9) NOT VALID; ALTER DOMAIN positive "
     "VALIDATE CONSTRAINT c",
        "unsafe; lock public.typed SHARE scan; scan public.typed; rule scan-domain-constraint"},
    {"ALTER DOMAIN positive DROP CONSTRAINT nothing", FAILS("42704")},
    {"CREATE TRIGGER n BEFORE INSERT ON parts FOR EACH ROW EXECUTE FUNCTION t()",
        "caution; lock public.parts SHARE ROW EXCLUSIVE brief; lock public.parts_1 SHARE ROW "
        "EXCLUSIVE brief; lock public.parts_rest SHARE ROW EXCLUSIVE brief; rule create-trigger"},
    {"CREATE TRIGGER touch BEFORE INSERT ON parts FOR EACH ROW EXECUTE FUNCTION t()",
        FAILS("42710")},
    {"TRUNCATE parent", FAILS("0A000")},
    {"TRUNCATE parent, child",
        "unsafe; " AX("parent") "; " AX("child") "; loss; rule truncate; rule truncate"},
    {"TRUNCATE parent CASCADE",
        "unsafe; " AX("parent") "; " AX("child") "; loss; rule truncate; rule truncate-cascade"},
    {"LOCK TABLE seen_again IN SHARE MODE",
        "caution; lock public.seen_again SHARE statement; lock public.seen SHARE statement; lock "
        "public.parent SHARE statement; rule lock-table"},
    {"REFRESH MATERIALIZED VIEW CONCURRENTLY kept", FAILS("55000")},
    {"CREATE UNIQUE INDEX ON kept (id); REFRESH MATERIALIZED VIEW CONCURRENTLY kept",
        "safe; lock public.kept EXCLUSIVE statement; lock public.parent ACCESS SHARE statement; "
        "rule "
        "refresh-concurrently"},
    {"CREATE PUBLICATION p FOR TABLE base",
        "safe; lock public.base SHARE UPDATE EXCLUSIVE brief; lock public.derived SHARE UPDATE "
        "EXCLUSIVE brief"},
    {"CREATE STATISTICS s ON id, a FROM parent; DROP STATISTICS s",
        "safe; lock public.parent SHARE UPDATE EXCLUSIVE brief"},
    {"DROP STATISTICS nothing", FAILS("42704")},
    {"COMMENT ON COLUMN parent.nothing IS 'x'", FAILS("42703")},
    /* Behind what cannot be seen nothing is certain. */
    {"DO $$ BEGIN END $$; DROP TABLE nothing",
        "unsafe; lock nothing ACCESS EXCLUSIVE brief; breaks r w p; loss; rule break-drop-table"},
#undef AX
#undef FAILS
};

static void
statements(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct zdm_sql_context *context = database();
        struct zdm_parsed *parsed = classified(examples[i].sql, context);
        const struct zdm_statement *last = &parsed->statements[parsed->count - 1];
        char *seen = describe(last);
        if (strcmp(seen, examples[i].expected) != 0)
            fail_msg("%s\n  expected %s\n  seen     %s%s%s", examples[i].sql, examples[i].expected,
                seen, last->n_findings ? "\n  " : "",
                last->n_findings ? last->findings[last->n_findings - 1].message : "");
        free(seen);
        zdm_parsed_free(parsed);
        zdm_sql_context_free(context);
    }
}

/* CASCADE names what it takes along. */
static void
cascade_tells(void **state)
{
    struct zdm_sql_context *context = database();
    struct zdm_parsed *parsed = classified("DROP TABLE parent CASCADE", context);
    const struct zdm_statement *st = &parsed->statements[0];

    (void)state;
    assert_int_equal(st->n_findings, 2);
    assert_string_equal(st->findings[1].message,
        "CASCADE also drops foreign key child_parent_id_fkey of public.child, view public.seen, "
        "materialized view public.kept, view public.seen_again");
    assert_int_equal(st->evidence, ZDM_EVIDENCE_CATALOG);
    zdm_parsed_free(parsed);
    zdm_sql_context_free(context);
}

/* Many drops and renames in one text: each must find what the ones before left. */
static void
many(void **state)
{
    struct zdm_sql_context *context = database();
    struct zdm_buf text = ZDM_BUF_INIT;

    (void)state;
    for (int i = 0; i < 500; i++)
        zdm_buf_addf(&text,
            "CREATE TABLE m%d (id int PRIMARY KEY, o int REFERENCES parent);"
            "ALTER TABLE m%d RENAME TO n%d; CREATE VIEW v%d AS SELECT id FROM n%d;"
            "DROP VIEW v%d; DROP TABLE n%d;",
            i, i, i, i, i, i, i);
    struct zdm_parsed *parsed = classified(text.s, context);
    for (size_t i = 0; i < parsed->count; i++)
        assert_null(parsed->statements[i].fails_with);
    zdm_parsed_free(parsed);
    zdm_buf_release(&text);
    zdm_sql_context_free(context);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statements),
        cmocka_unit_test(cascade_tells),
        cmocka_unit_test(many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
