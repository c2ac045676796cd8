/* The phase rules, and what else a plan can be judged by without a database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/buf.h"
#include "plan/check.h"
#include "plan_fixture.h"

/* "CODE line:column message" a line; owned. */
static char *
errors_of(const struct zdm_plan *plan)
{
    struct zdm_plan_report report = ZDM_PLAN_REPORT_INIT;
    struct zdm_buf out = ZDM_BUF_INIT;
    int result = zdm_plan_check(plan, &report);

    assert_int_equal(result, report.errors.count ? -1 : 0);
    for (size_t i = 0; i < report.errors.count; i++) {
        const struct zdm_err *err = &report.errors.items[i];
        zdm_buf_addf(&out, "%s%s %d:%d %s", i ? "\n" : "",
            err->code == ZDM_ERR_REFUSED ? "REFUSED" : "PLAN", err->line, err->column,
            err->message);
        assert_true(err->code == ZDM_ERR_REFUSED || err->code == ZDM_ERR_PLAN);
        assert_string_equal(err->file, "plan.lua");
    }
    zdm_plan_report_release(&report);
    return zdm_buf_take(&out);
}

static void
expect(const struct zdm_plan *plan, const char *expected)
{
    char *errors = errors_of(plan);

    assert_string_equal(errors, expected);
    free(errors);
}

/* One step in expand, and the same one in contract behind a gate. "" is fine; else the beginning of
 * the first error. */
static const struct rule_case {
    const char *sql, *in_expand, *in_contract;
} rule_cases[] = {
    {"ALTER TABLE users ADD COLUMN a int", "", ""},
    {"ALTER TABLE users DROP COLUMN email",
        "REFUSED 11:5 DROP COLUMN users.email breaks running code that still uses it", ""},
    {"DROP TABLE users", "REFUSED 11:5 DROP TABLE users breaks", ""},
    {"ALTER TABLE users RENAME email TO mail", "REFUSED 11:5 RENAME COLUMN users.email breaks", ""},
    {"TRUNCATE users", "REFUSED 11:5 TRUNCATE users deletes every row", ""},
    {"ALTER TABLE users ALTER a SET NOT NULL", "REFUSED 11:5 SET NOT NULL on users.a scans",
        "REFUSED 21:5 SET NOT NULL on users.a scans"},
    {"CREATE INDEX i ON users (a)", "REFUSED 11:5 CREATE INDEX on users blocks",
        "REFUSED 21:5 CREATE INDEX on users blocks"},
    {"ALTER TABLE users ADD a int NOT NULL", "REFUSED 11:5 ADD COLUMN users.a NOT NULL",
        "REFUSED 21:5 ADD COLUMN users.a NOT NULL"},
    {"DO $$ BEGIN END $$", "REFUSED 11:5 zdm cannot see what DO does",
        "REFUSED 21:5 zdm cannot see what DO does"},
    {"CREATE TRIGGER t BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION f()", "", ""},
    {"UPDATE users SET a = 1 WHERE id = 1", "", ""},
    {"UPDATE users SET a = 1", "REFUSED 11:5 UPDATE of every row of users",
        "REFUSED 21:5 UPDATE of every row of users"},
    {"CREATE INDEX CONCURRENTLY i ON users (a)", "", ""},
    {"\n  ALTER TABLE users\n  ADD COLUMN", "PLAN 13:13 syntax error at end of input",
        "PLAN 23:13 syntax error at end of input"},
    {"SELECT 'ä'; SELEC", "PLAN 11:17 syntax error", "PLAN 21:17 syntax error"},
    {"SELECT 1;\n/* x */ DROP TABLE users", "REFUSED 12:9 DROP TABLE users", ""},
    {"-- nothing", "PLAN 11:5 step \"step\" has no statement",
        "PLAN 21:5 step \"step\" has no statement"},
    {"BEGIN; SELECT 1; COMMIT", "PLAN 11:5 BEGIN cannot stand in a step",
        "PLAN 21:5 BEGIN cannot stand in a step"},
    {"ALTER TABLE users ADD a int; CREATE INDEX CONCURRENTLY i ON users (a)",
        "PLAN 11:34 this CREATE INDEX cannot run inside a transaction, so it must be alone",
        "PLAN 21:34 this CREATE INDEX cannot run inside a transaction, so it must be alone"},
    {"CREATE INDEX CONCURRENTLY ON users (a)", "PLAN 11:5 CREATE INDEX CONCURRENTLY needs a name",
        "PLAN 21:5 CREATE INDEX CONCURRENTLY needs a name"},
    {"ALTER SUBSCRIPTION s ADD PUBLICATION p",
        "PLAN 11:5 step \"step\" needs a probe: this ALTER SUBSCRIPTION runs outside a transaction",
        "PLAN 21:5 step \"step\" needs a probe"},
    {"DROP INDEX CONCURRENTLY i, j", "PLAN 11:5 DROP INDEX CONCURRENTLY takes one index",
        "PLAN 21:5 DROP INDEX CONCURRENTLY takes one index"},
    {"COPY users FROM STDIN", "PLAN 11:5 COPY from or to the client",
        "PLAN 21:5 COPY from or to the client"},
};

static void
begins(const char *sql, const char *errors, const char *expected)
{
    if (!expected[0] ? errors[0] : strncmp(errors, expected, strlen(expected)) != 0)
        fail_msg("%s\n  expected %s\n  seen     %s", sql, expected, errors);
}

static void
phases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rule_cases / sizeof *rule_cases; i++) {
        const struct rule_case *c = &rule_cases[i];
        struct zdm_plan *plan = zdm_plan_new();
        add_sql(plan, ZDM_PHASE_EXPAND, "step", c->sql);
        char *errors = errors_of(plan);
        begins(c->sql, errors, c->in_expand);
        free(errors);
        zdm_plan_free(plan);

        plan = zdm_plan_new();
        add_gate(plan, "gate", NULL);
        add_sql(plan, ZDM_PHASE_CONTRACT, "step", c->sql);
        errors = errors_of(plan);
        begins(c->sql, errors, c->in_contract);
        free(errors);
        zdm_plan_free(plan);
    }
}

static void
an_error_helps(void **state)
{
    struct zdm_plan *plan = zdm_plan_new();
    struct zdm_plan_report report = ZDM_PLAN_REPORT_INIT;

    (void)state;
    add_sql(plan, ZDM_PHASE_EXPAND, "drop old", "ALTER TABLE users DROP email");
    add_sql(plan, ZDM_PHASE_EXPAND, "index", "CREATE INDEX i ON users (email)");
    assert_int_equal(zdm_plan_check(plan, &report), -1);
    assert_int_equal(report.errors.count, 2);
    assert_string_equal(
        report.errors.items[0].detail, "step \"drop old\" in expand, rule break-drop-column");
    assert_non_null(strstr(report.errors.items[0].hint, "move it to contract {} behind a gate"));
    assert_non_null(strstr(report.errors.items[0].hint, "allow = { \"break-drop-column\" }"));
    assert_non_null(
        strstr(report.errors.items[1].hint, "CREATE INDEX CONCURRENTLY i ON users (email);"));
    zdm_plan_report_release(&report);
    zdm_plan_free(plan);
}

static void
contract_needs_a_gate(void **state)
{
    struct zdm_plan *plan = zdm_plan_new();

    (void)state;
    add_sql(plan, ZDM_PHASE_EXPAND, "a", "SELECT 1");
    add_sql(plan, ZDM_PHASE_CONTRACT, "b", "SELECT 1");
    add_sql(plan, ZDM_PHASE_CONTRACT, "c", "SELECT 1");
    add_gate(plan, "too late", NULL);
    expect(plan, "PLAN 20:0 contract step \"b\" has no gate before it");
    zdm_plan_free(plan);
}

static void
allowing(void **state)
{
    struct zdm_plan *plan = zdm_plan_new();
    struct zdm_step *step;

    (void)state;
    step = add_sql(plan, ZDM_PHASE_EXPAND, "fine", "CREATE INDEX i ON users (a)");
    allow(plan, &step->u.sql.allow, "index-create-blocking", "users has ten rows");
    step = add_sql(plan, ZDM_PHASE_EXPAND, "no reason", "CREATE INDEX j ON users (a)");
    allow(plan, &step->u.sql.allow, "index-create-blocking", " ");
    step = add_sql(plan, ZDM_PHASE_EXPAND, "misspelt", "CREATE INDEX k ON users (b)");
    allow(plan, &step->u.sql.allow, "index-create-bloking", "x");
    step = add_sql(plan, ZDM_PHASE_EXPAND, "unused", "SELECT 1");
    allow(plan, &step->u.sql.allow, "break-drop-table", "x");
    step = add_sql(plan, ZDM_PHASE_EXPAND, "unseen", "CALL p()");
    allow(plan, &step->u.sql.allow, "uninspectable", "p only writes to a log");
    step = add_backfill(plan, "backfill", "users", "a", "b", NULL);
    allow(plan, &step->u.backfill.allow, "dml-unbatched", "x");
    step = add_sql(plan, ZDM_PHASE_EXPAND, "only a catalog shows it",
        "ALTER TABLE t ATTACH PARTITION p FOR VALUES IN (1)");
    allow(plan, &step->u.sql.allow, "scan-attach-default-partition", "the default one is small");
    expect(plan, "PLAN 20:0 step \"no reason\" allows a rule without a reason\n"
                 "REFUSED 31:5 CREATE INDEX on users blocks all writes to it while the index is "
                 "built\n"
                 "PLAN 30:0 there is no rule \"index-create-bloking\" to allow\n"
                 "PLAN 40:0 nothing in step \"unused\" triggers rule \"break-drop-table\"\n"
                 "PLAN 60:0 nothing in step \"backfill\" triggers rule \"dml-unbatched\"");

    struct zdm_plan_report report = ZDM_PLAN_REPORT_INIT;
    assert_int_equal(zdm_plan_check(plan, &report), -1);
    assert_string_equal(report.errors.items[2].hint, "did you mean \"index-create-blocking\"?");
    assert_string_equal(
        report.errors.items[2].detail, "the step triggers \"index-create-blocking\"");
    zdm_plan_report_release(&report);
    zdm_plan_free(plan);
}

/* Several tables, each in a transaction of its own: the statements to write instead. */
static void
one_by_one(void **state)
{
    static const struct {
        const char *sql, *hint; /* NULL: it is fine */
    } cases[] = {
        {"VACUUM FULL a, b", "VACUUM FULL a; VACUUM FULL b"},
        {"VACUUM (FULL, ANALYZE)", "VACUUM FULL ..."},
        {"VACUUM FULL a", NULL},
        {"VACUUM a, b", NULL},
        {"REINDEX SCHEMA s", "REINDEX TABLE ...\nor say REINDEX SCHEMA CONCURRENTLY"},
        {"REINDEX SYSTEM d", "REINDEX TABLE ..."},
        {"REINDEX DATABASE CONCURRENTLY d", NULL},
        {"REINDEX TABLE a", NULL},
        {"CLUSTER", "CLUSTER ... USING ..."},
        {"CLUSTER a USING i", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zdm_parsed *parsed;
        struct zdm_err err = ZDM_ERR_INIT;
        assert_int_equal(zdm_sql_classify(cases[i].sql, false, &parsed, &err), 0);
        int rc = zdm_plan_refuse_several(&parsed->statements[0], &err);
        if ((rc < 0) != (cases[i].hint != NULL) || (rc < 0 && !strstr(err.hint, cases[i].hint)))
            fail_msg("%s: %s", cases[i].sql, rc < 0 ? err.hint : "not refused");
        zdm_parsed_free(parsed);
        zdm_err_release(&err);
    }
}

/* A reason cannot make run what cannot run. */
static void
not_to_be_allowed(void **state)
{
    struct zdm_plan *plan = zdm_plan_new();
    struct zdm_step *step =
        add_sql(plan, ZDM_PHASE_EXPAND, "two", "SELECT 1; CREATE INDEX CONCURRENTLY i ON t (a)");

    (void)state;
    allow(plan, &step->u.sql.allow, "tx-concurrently-in-transaction", "x");
    expect(plan, "PLAN 11:15 this CREATE INDEX cannot run inside a transaction, so it must be "
                 "alone in its step");
    zdm_plan_free(plan);
}

static void
other_texts(void **state)
{
    struct zdm_plan *plan = zdm_plan_new();
    struct zdm_step *step = add_sql(plan, ZDM_PHASE_EXPAND, "a", "SELECT 1");

    (void)state;
    step->u.sql.undo = text_at("DROP TABEL t", 12, 9);
    step->u.sql.probe = text_at("UPDATE t SET a = 1", 13, 9);
    step->u.sql.requires = zdm_arena_alloc(plan->arena, 2 * sizeof *step->u.sql.requires);
    step->u.sql.requires[0].sql = text_at("SELECT true", 14, 9);
    step->u.sql.requires[1].sql = text_at("SELECT\n  FROM FROM t", 15, 9);
    step->u.sql.n_requires = 2;
    step = add_sql(plan, ZDM_PHASE_EXPAND, "b", "SELECT 1");
    step->u.sql.undo = text_at("SELECT 1; COMMIT", 22, 9);
    step = add_sql(plan, ZDM_PHASE_EXPAND, "c", "SELECT 1");
    step->u.sql.undo = text_at("DROP INDEX CONCURRENTLY i; DROP TABLE t", 32, 9);
    step = add_sql(plan, ZDM_PHASE_EXPAND, "d", "SELECT 1");
    step->u.sql.undo = text_at("DROP TABLE t", 42, 9); /* undo may break: it goes back */
    step = add_sql(plan, ZDM_PHASE_EXPAND, "e", "ALTER SUBSCRIPTION s ADD PUBLICATION p");
    step->u.sql.probe = text_at("SELECT true", 53, 9);
    add_gate(plan, "g", "SELECT 1; SELECT 2");
    expect(plan, "PLAN 12:14 undo: syntax error at or near \"TABEL\"\n"
                 "PLAN 13:9 probe: only a query can stand here\n"
                 "PLAN 16:8 condition: syntax error at or near \"FROM\"\n"
                 "PLAN 22:19 COMMIT cannot stand in a step\n"
                 "PLAN 32:9 this DROP INDEX cannot run inside a transaction, so it must be the "
                 "only undo\n"
                 "PLAN 61:5 condition: one query is expected here, not several statements");
    zdm_plan_free(plan);
}

static void
backfills(void **state)
{
    struct zdm_plan *plan = zdm_plan_new();
    struct zdm_step *step;

    (void)state;
    add_backfill(plan, "good", "app.\"Users\"", "\"E mail\"", "lower(email)", "email IS NULL");
    add_backfill(plan, "expr", "users", "a", "b, c = 1", NULL);
    add_backfill(plan, "where", "users", "a", "b", "c IS");
    add_backfill(plan, "table", "users; DROP TABLE x", "a", "b", NULL);
    add_backfill(plan, "column", "users", "user", "b", NULL);
    step = add_backfill(plan, "key", "users", "ID", "id + 1", NULL);
    static const char *key[] = {"id"};
    step->u.backfill.key = key;
    step->u.backfill.n_key = 1;
    step = add_backfill(plan, "gone", "users", "a", "1", NULL);
    step->u.backfill.n_set = 0;
    step->u.backfill.erase = step->u.backfill.where_becomes_false = true;
    step = add_backfill(plan, "twice", "users", "a", "1", NULL);
    struct zdm_assign *two = zdm_arena_alloc(plan->arena, 2 * sizeof *two);
    two[0] = two[1] = step->u.backfill.set[0];
    two[1].column = "A";
    step->u.backfill.set = two;
    step->u.backfill.n_set = 2;
    expect(plan, "PLAN 21:6 a: not a single expression\n"
                 "PLAN 32:9 where: syntax error at end of input\n"
                 "PLAN 40:0 step \"table\": \"users; DROP TABLE x\" is not a name or schema.name\n"
                 "PLAN 51:5 step \"column\": \"user\" is not a name\n"
                 "PLAN 61:5 backfill \"key\" sets its own key ID\n"
                 "PLAN 70:0 where_becomes_false of backfill \"gone\" is for set and map\n"
                 "PLAN 81:5 backfill \"twice\" sets column A twice");
    zdm_plan_free(plan);
}

static void
what_a_plan_made_is_new(void **state)
{
    struct zdm_plan *plan = zdm_plan_new();

    (void)state;
    add_sql(plan, ZDM_PHASE_EXPAND, "table", "CREATE TABLE t (id int)");
    add_sql(plan, ZDM_PHASE_EXPAND, "index", "CREATE INDEX i ON t (id)");
    add_backfill(plan, "rows", "users", "a", "b", NULL);
    add_sql(plan, ZDM_PHASE_EXPAND, "late", "CREATE INDEX j ON t (id)");
    expect(plan, "REFUSED 41:5 CREATE INDEX on t blocks all writes to it while the index is built");
    zdm_plan_free(plan);

    /* The safe way to NOT NULL, over several steps and a gate. */
    plan = zdm_plan_new();
    add_sql(plan, ZDM_PHASE_EXPAND, "check",
        "ALTER TABLE users ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID");
    add_backfill(plan, "rows", "users", "a", "b", NULL);
    add_sql(plan, ZDM_PHASE_EXPAND, "validate", "ALTER TABLE users VALIDATE CONSTRAINT c");
    add_gate(plan, "gate", "SELECT true");
    add_sql(plan, ZDM_PHASE_CONTRACT, "not null", "ALTER TABLE users ALTER a SET NOT NULL");
    add_sql(plan, ZDM_PHASE_CONTRACT, "tidy", "ALTER TABLE users DROP CONSTRAINT c");
    expect(plan, "");
    zdm_plan_free(plan);
}

static void
the_report(void **state)
{
    struct zdm_plan *plan = zdm_plan_new();
    struct zdm_plan_report report = ZDM_PLAN_REPORT_INIT;

    (void)state;
    add_sql(plan, ZDM_PHASE_EXPAND, "a", "SELECT 1;\n  SELECT 2");
    add_gate(plan, "g", NULL);
    add_sql(plan, ZDM_PHASE_CONTRACT, "b", "CREATE INDEX CONCURRENTLY i ON t (a)");
    assert_int_equal(zdm_plan_check(plan, &report), 0);
    assert_int_equal(report.n_statements, 3);
    assert_int_equal(report.statements[1].step, 0);
    assert_int_equal(report.statements[1].at.line, 12);
    assert_int_equal(report.statements[1].at.column, 3);
    assert_string_equal(report.statements[1].st.sql, "SELECT 2");
    assert_int_equal(report.statements[2].step, 2);
    assert_int_equal(zdm_plan_run_mode(&report, 0), ZDM_RUN_TRANSACTION);
    assert_int_equal(zdm_plan_run_mode(&report, 1), ZDM_RUN_TRANSACTION);
    assert_int_equal(zdm_plan_run_mode(&report, 2), ZDM_RUN_ALONE);
    zdm_plan_report_release(&report);
    zdm_plan_free(plan);
}

/* Each statement of a long text has the place that its offset alone gives. */
static void
places(void **state)
{
    struct zdm_plan *plan = zdm_plan_new();
    struct zdm_plan_report report = ZDM_PLAN_REPORT_INIT;

    (void)state;
    struct zdm_step *step = add_sql(plan, ZDM_PHASE_EXPAND, "a",
        "SELECT 1; SELECT 'ä', 2; SELECT 3;\n\n SELECT 4; SELECT\n5; SELECT 'ö\n\n', 6; /* x\n */"
        "SELECT 7");
    assert_int_equal(zdm_plan_check(plan, &report), 0);
    assert_int_equal(report.n_statements, 7);
    for (size_t i = 0; i < report.n_statements; i++) {
        struct zdm_place at = zdm_sql_place(&step->u.sql.up, report.statements[i].st.offset);
        assert_int_equal(report.statements[i].at.line, at.line);
        assert_int_equal(report.statements[i].at.column, at.column);
    }
    zdm_plan_report_release(&report);
    zdm_plan_free(plan);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phases),
        cmocka_unit_test(an_error_helps),
        cmocka_unit_test(contract_needs_a_gate),
        cmocka_unit_test(allowing),
        cmocka_unit_test(one_by_one),
        cmocka_unit_test(not_to_be_allowed),
        cmocka_unit_test(other_texts),
        cmocka_unit_test(backfills),
        cmocka_unit_test(what_a_plan_made_is_new),
        cmocka_unit_test(the_report),
        cmocka_unit_test(places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
