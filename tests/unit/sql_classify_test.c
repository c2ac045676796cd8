/* Classification: tables of statements, then what a table cannot say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "sql_describe.h"

static const struct example {
    const char *sql, *expected;
    bool in_transaction;
} examples[] = {
#define CASE(sql, expected)           {sql, expected, false},
#define IN_TRANSACTION(sql, expected) {sql, expected, true},
#include "sql_classify_cases.def"
#undef CASE
#undef IN_TRANSACTION
};

static struct zdm_parsed *
classified(const char *sql, enum zdm_wrap wrap, struct zdm_sql_context *context)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_parsed *parsed = NULL;

    if (zdm_sql_classify_in(sql, wrap, context, &parsed, &err) < 0)
        fail_msg("%s: %s", sql, err.message);
    return parsed;
}

static void
every_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        const struct example *e = &examples[i];
        struct zdm_parsed *parsed =
            classified(e->sql, e->in_transaction ? ZDM_WRAP_ALWAYS : ZDM_WRAP_NEVER, NULL);
        assert_true(parsed->count > 0);
        char *seen = describe(&parsed->statements[parsed->count - 1]);
        if (strcmp(seen, e->expected) != 0)
            fail_msg("%s\n  expected %s\n  seen     %s", e->sql, e->expected, seen);
        free(seen);
        zdm_parsed_free(parsed);
    }
}

/* Each finding must come from a rule of the table, and say something. */
static void
findings_are_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct zdm_parsed *parsed = classified(examples[i].sql, ZDM_WRAP_NEVER, NULL);
        for (size_t k = 0; k < parsed->count; k++)
            for (size_t f = 0; f < parsed->statements[k].n_findings; f++) {
                const struct zdm_finding *finding = &parsed->statements[k].findings[f];
                const struct zdm_rule *rule = zdm_sql_rule(finding->rule);
                assert_non_null(rule);
                assert_int_equal(rule->hazard, finding->hazard);
                assert_true(finding->message[0]);
                assert_null(strstr(finding->message, "{table}"));
                for (size_t s = 0; s < finding->n_safer; s++) /* what we advise must parse */
                    zdm_parsed_free(classified(finding->safer[s], ZDM_WRAP_NEVER, NULL));
            }
        zdm_parsed_free(parsed);
    }
}

static void
rule_ids_are_unique(void **state)
{
    size_t n;
    const struct zdm_rule *rules = zdm_sql_rules(&n);

    (void)state;
    assert_true(n > 50);
    for (size_t i = 0; i < n; i++)
        assert_ptr_equal(zdm_sql_rule(rules[i].id), &rules[i]);
    assert_null(zdm_sql_rule("no-such-rule"));
}

static void
templates_are_known(void **state)
{
    static const char *const texts[] = {"ALTER TABLE {{ .Schema }}.t ADD a int",
        "{% if x %} ALTER TABLE t ADD a int", "ALTER TABLE <%= s %>.t ADD a int",
        "ALTER TABLE #{s}.t ADD a int", "ALTER TABLE %(s)s.t ADD a int"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct zdm_parsed *parsed;
        zdm_sql_classify_script(texts[i], ZDM_WRAP_NEVER, NULL, &parsed);
        assert_int_equal(1, parsed->statements[0].n_findings);
        assert_string_equal("unparsed", parsed->statements[0].findings[0].rule);
        assert_non_null(parsed->statements[0].findings[0].hint);
        assert_non_null(strstr(parsed->statements[0].findings[0].hint, "template"));
        zdm_parsed_free(parsed);
    }
    struct zdm_parsed *parsed;
    zdm_sql_classify_script("ALTER TABLE t ADD COLUM a int", ZDM_WRAP_NEVER, NULL, &parsed);
    assert_null(parsed->statements[0].findings[0].hint);
    zdm_parsed_free(parsed);
}

static const struct advice {
    const char *sql, *safer[6];
} advice[] = {
    {"CREATE INDEX i ON t (a)", {"CREATE INDEX CONCURRENTLY i ON t (a)"}},
    {"create unique index on app.t (lower(\"A b\"))",
        {"create unique index CONCURRENTLY t_lower_idx on app.t (lower(\"A b\"))"}},
    {"DROP INDEX app.i", {"DROP INDEX CONCURRENTLY app.i"}},
    {"ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES s.r (b) ON DELETE CASCADE",
        {"ALTER TABLE t ADD CONSTRAINT t_a_fkey FOREIGN KEY (a) REFERENCES s.r (b) ON DELETE "
         "CASCADE NOT VALID",
            "ALTER TABLE t VALIDATE CONSTRAINT t_a_fkey"}},
    {"ALTER TABLE t ADD CONSTRAINT \"C\" CHECK (a > 0)",
        {"ALTER TABLE t ADD CONSTRAINT \"C\" CHECK (a > 0) NOT VALID",
            "ALTER TABLE t VALIDATE CONSTRAINT \"C\""}},
    {"ALTER TABLE \"T\" ALTER \"B c\" SET NOT NULL",
        {"ALTER TABLE \"T\" ADD CONSTRAINT \"T_B c_not_null\" CHECK (\"B c\" IS NOT NULL) NOT "
         "VALID",
            "ALTER TABLE \"T\" VALIDATE CONSTRAINT \"T_B c_not_null\"",
            "ALTER TABLE \"T\" ALTER COLUMN \"B c\" SET NOT NULL",
            "ALTER TABLE \"T\" DROP CONSTRAINT \"T_B c_not_null\""}},
    {"ALTER TABLE t ADD UNIQUE (a, b)",
        {"CREATE UNIQUE INDEX CONCURRENTLY t_a_b_key ON t (a, b)",
            "ALTER TABLE t ADD CONSTRAINT t_a_b_key UNIQUE USING INDEX t_a_b_key"}},
    {"ALTER TABLE t ADD CONSTRAINT u UNIQUE (a) INCLUDE (b) USING INDEX TABLESPACE \"S\" "
     "DEFERRABLE",
        {"CREATE UNIQUE INDEX CONCURRENTLY u ON t (a) INCLUDE (b) TABLESPACE \"S\"",
            "ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX u DEFERRABLE"}},
    {"ALTER TABLE t ADD UNIQUE (a) WITH (fillfactor = 70)", {NULL}},
    {"ALTER TABLE t ADD a int NOT NULL DEFAULT 5 UNIQUE DEFERRABLE INITIALLY DEFERRED",
        {"ALTER TABLE t ADD COLUMN a int NOT NULL DEFAULT 5",
            "CREATE UNIQUE INDEX CONCURRENTLY t_a_key ON t (a)",
            "ALTER TABLE t ADD CONSTRAINT t_a_key UNIQUE USING INDEX t_a_key DEFERRABLE INITIALLY "
            "DEFERRED"}},
    {"ALTER TABLE t ADD a int DEFAULT 5 REFERENCES r DEFERRABLE",
        {"ALTER TABLE t ADD COLUMN a int DEFAULT 5",
            "ALTER TABLE t ADD CONSTRAINT t_a_fkey FOREIGN KEY (a) REFERENCES r DEFERRABLE NOT "
            "VALID",
            "ALTER TABLE t VALIDATE CONSTRAINT t_a_fkey"}},
    {"ALTER TABLE t ADD a uuid DEFAULT gen_random_uuid()",
        {"ALTER TABLE t ADD COLUMN a uuid",
            "ALTER TABLE t ALTER COLUMN a SET DEFAULT gen_random_uuid()"}},
    {"ALTER TABLE app.t ADD a bigserial",
        {"ALTER TABLE app.t ADD COLUMN a bigint", "CREATE SEQUENCE app.t_a_seq OWNED BY app.t.a",
            "ALTER TABLE app.t ALTER COLUMN a SET DEFAULT nextval('app.t_a_seq')"}},
    {"ALTER TABLE t ADD a int DEFAULT 5 CHECK (a > 0)",
        {"ALTER TABLE t ADD COLUMN a int DEFAULT 5",
            "ALTER TABLE t ADD CONSTRAINT t_a_check CHECK (a > 0) NOT VALID",
            "ALTER TABLE t VALIDATE CONSTRAINT t_a_check"}},
    {"ALTER TABLE t RENAME TO s",
        {"ALTER TABLE t RENAME TO s", "CREATE VIEW t AS SELECT * FROM s"}},
    {"ALTER TABLE m DETACH PARTITION p", {"ALTER TABLE m DETACH PARTITION p CONCURRENTLY"}},
};

static void
safer_forms_use_the_authors_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof advice / sizeof *advice; i++) {
        struct zdm_parsed *parsed = classified(advice[i].sql, ZDM_WRAP_NEVER, NULL);
        assert_true(parsed->statements[0].n_findings > 0);
        const struct zdm_finding *finding = &parsed->statements[0].findings[0];
        for (size_t k = 0; k < 6 && advice[i].safer[k]; k++) {
            assert_true(k < finding->n_safer);
            assert_string_equal(finding->safer[k], advice[i].safer[k]);
        }
        assert_true(finding->n_safer == 6 || !advice[i].safer[finding->n_safer]);
        zdm_parsed_free(parsed);
    }
}

static void
texts_and_offsets(void **state)
{
    const char *text = "-- first\n SELECT 'ä;' ; /* two */ ;\n\nSELECT 2 -- end\n;";
    struct zdm_parsed *parsed = classified(text, ZDM_WRAP_NEVER, NULL);

    (void)state;
    assert_int_equal(parsed->count, 2);
    assert_string_equal(parsed->statements[0].sql, "SELECT 'ä;'");
    assert_ptr_equal(text + parsed->statements[0].offset, strstr(text, "SELECT 'ä"));
    assert_string_equal(parsed->statements[1].sql, "SELECT 2");
    assert_ptr_equal(text + parsed->statements[1].offset, strstr(text, "SELECT 2"));
    zdm_parsed_free(parsed);
    parsed = classified(
        "SELECT U&'\\0041' /* a */ -- b\n /* c */; SELECT U&\"x\"\n", ZDM_WRAP_NEVER, NULL);
    assert_string_equal(parsed->statements[0].sql, "SELECT U&'\\0041'");
    assert_string_equal(parsed->statements[1].sql, "SELECT U&\"x\"");
    zdm_parsed_free(parsed);
}

static void
probes(void **state)
{
    struct zdm_parsed *parsed =
        classified("CREATE INDEX CONCURRENTLY \"I\" ON \"S\".t (a);"
                   "DROP INDEX CONCURRENTLY app.i;"
                   "REINDEX TABLE CONCURRENTLY t;"
                   "CREATE INDEX CONCURRENTLY ON t (a);"
                   "ALTER TABLE \"S\".m DETACH PARTITION \"P 1\" CONCURRENTLY",
            ZDM_WRAP_NEVER, NULL);
    const struct zdm_statement *st = parsed->statements;

    (void)state;
    assert_int_equal(st[0].probe, ZDM_PROBE_INDEX_VALID);
    assert_string_equal(st[0].probe_object, "I");
    assert_string_equal(st[0].probe_schema, "S");
    assert_string_equal(st[0].probe_table_schema, "S");
    assert_string_equal(st[0].probe_table, "t");
    assert_int_equal(st[1].probe, ZDM_PROBE_INDEX_ABSENT);
    assert_string_equal(st[1].probe_object, "i");
    assert_string_equal(st[1].probe_schema, "app");
    assert_int_equal(st[2].probe, ZDM_PROBE_REINDEX);
    assert_string_equal(st[2].probe_what, "table");
    assert_string_equal(st[2].probe_object, "t");
    assert_null(st[2].probe_schema);
    assert_int_equal(st[3].probe, ZDM_PROBE_NONE);
    assert_int_equal(st[4].probe, ZDM_PROBE_DETACHED);
    assert_string_equal(st[4].probe_table_schema, "S");
    assert_string_equal(st[4].probe_table, "m");
    assert_null(st[4].probe_schema);
    assert_string_equal(st[4].probe_object, "P 1");
    zdm_parsed_free(parsed);
}

/* Of everything that may not run in a transaction. */
static void
every_probe(void **state)
{
    static const struct {
        const char *sql;
        enum zdm_probe_kind probe;
        const char *what, *object;
    } cases[] = {
        {"CREATE DATABASE d", ZDM_PROBE_PRESENT, "database", "d"},
        {"DROP DATABASE \"D\"", ZDM_PROBE_ABSENT, "database", "D"},
        {"CREATE TABLESPACE s LOCATION '/s'", ZDM_PROBE_PRESENT, "tablespace", "s"},
        {"DROP TABLESPACE s", ZDM_PROBE_ABSENT, "tablespace", "s"},
        {"CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p", ZDM_PROBE_PRESENT, "subscription",
            "s"},
        {"DROP SUBSCRIPTION s", ZDM_PROBE_ABSENT, "subscription", "s"},
        {"ALTER SUBSCRIPTION s REFRESH PUBLICATION", ZDM_PROBE_REPEAT, NULL, NULL},
        {"ALTER SUBSCRIPTION s SET PUBLICATION p", ZDM_PROBE_REPEAT, NULL, NULL},
        {"ALTER SUBSCRIPTION s ADD PUBLICATION p", ZDM_PROBE_NONE, NULL, NULL},
        {"ALTER SUBSCRIPTION s DROP PUBLICATION p", ZDM_PROBE_NONE, NULL, NULL},
        {"ALTER DATABASE d SET TABLESPACE s", ZDM_PROBE_REPEAT, NULL, NULL},
        {"ALTER SYSTEM SET work_mem = '8MB'", ZDM_PROBE_REPEAT, NULL, NULL},
        {"VACUUM FULL t", ZDM_PROBE_REPEAT, NULL, NULL},
        {"CLUSTER", ZDM_PROBE_REPEAT, NULL, NULL},
        {"REINDEX SCHEMA s", ZDM_PROBE_REPEAT, "schema", "s"},
        {"REINDEX SCHEMA CONCURRENTLY s", ZDM_PROBE_REINDEX, "schema", "s"},
        {"REINDEX DATABASE CONCURRENTLY d", ZDM_PROBE_REINDEX, "database", "d"},
        {"REINDEX (CONCURRENTLY) INDEX s.i", ZDM_PROBE_REINDEX, "index", "i"},
        {"REINDEX SYSTEM d", ZDM_PROBE_REPEAT, "database", "d"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zdm_parsed *parsed = classified(cases[i].sql, ZDM_WRAP_NEVER, NULL);
        const struct zdm_statement *st = parsed->statements;
        assert_int_equal(st->transaction, ZDM_TX_FORBIDDEN);
        assert_int_equal(st->probe, cases[i].probe);
        if (cases[i].what) {
            assert_string_equal(st->probe_what, cases[i].what);
            assert_string_equal(st->probe_object, cases[i].object);
        }
        zdm_parsed_free(parsed);
    }
}

static void
wrapping(void **state)
{
    const char *one = "VACUUM t", *two = "VACUUM t; VACUUM u";
    struct zdm_parsed *parsed = classified(one, ZDM_WRAP_SEVERAL, NULL);

    (void)state;
    assert_null(parsed->statements[0].fails_with);
    zdm_parsed_free(parsed);
    parsed = classified(two, ZDM_WRAP_SEVERAL, NULL);
    assert_string_equal(parsed->statements[1].fails_with, "25001");
    zdm_parsed_free(parsed);
    parsed = classified(two, ZDM_WRAP_NEVER, NULL);
    assert_null(parsed->statements[1].fails_with);
    zdm_parsed_free(parsed);
}

static void
context_spans_texts(void **state)
{
    struct zdm_sql_context *context = zdm_sql_context_new();
    struct zdm_parsed *parsed = classified("CREATE TABLE app.t (id int)", ZDM_WRAP_NEVER, context);

    (void)state;
    zdm_parsed_free(parsed);
    parsed = classified("CREATE INDEX i ON app.t (id)", ZDM_WRAP_NEVER, context);
    assert_int_equal(parsed->statements[0].verdict, ZDM_VERDICT_SAFE);
    zdm_parsed_free(parsed);
    /* Another schema's t is another table. */
    parsed = classified("CREATE INDEX i ON t (id)", ZDM_WRAP_NEVER, context);
    assert_int_equal(parsed->statements[0].verdict, ZDM_VERDICT_UNSAFE);
    zdm_parsed_free(parsed);
    zdm_sql_context_settle(context);
    parsed = classified("CREATE INDEX i ON app.t (id)", ZDM_WRAP_NEVER, context);
    assert_int_equal(parsed->statements[0].verdict, ZDM_VERDICT_UNSAFE);
    zdm_parsed_free(parsed);
    zdm_sql_context_free(context);
}

/* A temporary table and a SET end with the text: behind it, the same name is another table. */
static void
names_of_one_text(void **state)
{
    static const char *const before[] = {"CREATE TEMP TABLE t (id int)",
        "CREATE TABLE pg_temp.t (id int)", "SELECT 1 AS id INTO TEMP t",
        "CREATE TEMP TABLE t AS SELECT 1", "SET search_path = app; CREATE TABLE t (id int)"};

    (void)state;
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        struct zdm_sql_context *context = zdm_sql_context_new();
        struct zdm_parsed *parsed = classified(before[i], ZDM_WRAP_SEVERAL, context);
        zdm_parsed_free(parsed);
        parsed = classified("DROP TABLE t; DROP TABLE pg_temp.t", ZDM_WRAP_SEVERAL, context);
        assert_int_equal(parsed->statements[0].verdict, ZDM_VERDICT_UNSAFE);
        assert_int_equal(parsed->statements[1].verdict, ZDM_VERDICT_UNSAFE);
        zdm_parsed_free(parsed);
        zdm_sql_context_free(context);
    }
}

/* What was learned of one table says nothing of another one with its name. */
static void
names_change(void **state)
{
    static const char *const between[] = {
        "SET search_path = other", "SET ROLE other", "RESET ALL", "DISCARD ALL"};

    (void)state;
    for (size_t i = 0; i < sizeof between / sizeof *between; i++) {
        char *text = zdm_strf("ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL);%s;"
                              "ALTER TABLE t ALTER COLUMN a SET NOT NULL;"
                              "ALTER TABLE t DROP CONSTRAINT c",
            between[i]);
        struct zdm_parsed *parsed = classified(text, ZDM_WRAP_NEVER, NULL);
        assert_int_equal(parsed->count, 4);
        assert_int_equal(parsed->statements[2].n_scans, 1);
        assert_int_equal(parsed->statements[3].n_findings, 1);
        zdm_parsed_free(parsed);
        free(text);
    }
}

static void
strongest(void **state)
{
    struct zdm_parsed *parsed =
        classified("SELECT 1; UPDATE t SET a = 1 FROM u WHERE t.id = u.id", ZDM_WRAP_NEVER, NULL);

    (void)state;
    assert_int_equal(zdm_statement_strongest(&parsed->statements[0]), ZDM_LOCK_NONE);
    assert_int_equal(zdm_statement_strongest(&parsed->statements[1]), ZDM_LOCK_ROW_EXCLUSIVE);
    zdm_parsed_free(parsed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form),
        cmocka_unit_test(findings_are_whole),
        cmocka_unit_test(rule_ids_are_unique),
        cmocka_unit_test(templates_are_known),
        cmocka_unit_test(safer_forms_use_the_authors_names),
        cmocka_unit_test(texts_and_offsets),
        cmocka_unit_test(probes),
        cmocka_unit_test(every_probe),
        cmocka_unit_test(wrapping),
        cmocka_unit_test(context_spans_texts),
        cmocka_unit_test(names_of_one_text),
        cmocka_unit_test(names_change),
        cmocka_unit_test(strongest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
