#include "cli_render.h"

#include <jansson.h>
#include <stdlib.h>

#include "cli/json.h"
#include "cli/render_plan.h"

/* A plan with a step of every kind, as the reader and the checks would hand it over. */
#define UP   "ALTER TABLE users\n      ADD COLUMN mail text"
#define LATE "CREATE INDEX CONCURRENTLY mail_idx ON users (mail)"
#define BOTH "ALTER TABLE a DROP COLUMN x; -- gone\nALTER TABLE b DROP COLUMN y;"

static struct zdm_assign assigns[] = {
    {.column = "mail", .expr = {.text = "email"}}, {.column = "n", .expr = {.text = "n + 1"}}};
static struct zdm_check checks[] = {
    {.kind = ZDM_CHECK_SOAK, .id = "soak", .soak_ms = 48 * 3600 * 1000},
    {.kind = ZDM_CHECK_APPROVAL, .id = "v2 is out"},
    {.kind = ZDM_CHECK_SQL,
        .id = "all copied",
        .sql = {.text = "\n  SELECT count(*) = 0\n  FROM t"}},
};
static const char *rules[] = {"break-drop-column"};
static const char *argv[] = {"deploy", "--to", "all hosts", NULL};
#define LOCKS                                                                                      \
    {                                                                                              \
        .budget_ms = 2000, .patience_ms = 600000, .tries = 100, .statement_ms = 5000,              \
        .old_ms = 10000, .wait_old_ms = 600000, .blocked_age_ms = 60000                            \
    }
static struct zdm_step steps[] = {
    {.id = "add column",
        .locks = LOCKS,
        .phase = ZDM_PHASE_EXPAND,
        .kind = ZDM_STEP_SQL,
        .why = "for the copy",
        .at = {"p.lua", 5, 0},
        .fingerprint = "aa",
        .u.sql = {.up = {.text = UP}, .undo = {.text = "ALTER TABLE users DROP COLUMN mail"}}},
    {.id = "index",
        .locks = LOCKS,
        .phase = ZDM_PHASE_EXPAND,
        .kind = ZDM_STEP_SQL,
        .fingerprint = "bb",
        .u.sql = {.up = {.text = LATE}}},
    {.id = "copy",
        .phase = ZDM_PHASE_BACKFILL,
        .kind = ZDM_STEP_BACKFILL,
        .fingerprint = "cc",
        .u.backfill = {.table = "users",
            .set = assigns,
            .n_set = 2,
            .where = {.text = "mail IS NULL"},
            .target_ms = 25,
            .verify = true,
            .batch_min = 50,
            .batch_max = 50000,
            .lock_timeout_ms = 50}},
    {.id = "old code is gone",
        .phase = ZDM_PHASE_GATE,
        .kind = ZDM_STEP_GATE,
        .fingerprint = "dd",
        .u.gate = {.checks = checks, .n_checks = 3}},
    {.id = "tell",
        .phase = ZDM_PHASE_CONTRACT,
        .kind = ZDM_STEP_COMMAND,
        .fingerprint = "ee",
        .u.command = {.argv = argv, .n_argv = 3, .idempotent = true, .timeout_ms = 60000}},
    {.id = "check rows",
        .locks = LOCKS,
        .phase = ZDM_PHASE_CONTRACT,
        .kind = ZDM_STEP_HOOK,
        .fingerprint = "ff",
        .u.hook = {.run = 1,
            .transaction = true,
            .source = "run:\nfunction(db)\n      return\n    end\n"
                      "probe:\nfunction() return run end\n"}},
    {.id = "drop",
        .locks = LOCKS,
        .phase = ZDM_PHASE_CONTRACT,
        .kind = ZDM_STEP_SQL,
        .fingerprint = "00",
        .u.sql = {.up = {.text = BOTH}, .allow = {rules, 1, "v2 does not read them"}}},
};
static const struct zdm_plan plan = {
    .name = "demo",
    .why = "one name for one thing",
    .ticket = "PROJ-1",
    .file = "p.lua",
    .locks = LOCKS,
    .fingerprint = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    .steps = steps,
    .n_steps = sizeof steps / sizeof *steps,
};

static struct zdm_lock lock_users[] = {
    {(char *)"users", ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF}};
static struct zdm_lock lock_index[] = {
    {(char *)"users", ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, ZDM_HELD_BUILD}};
static char *scans[] = {(char *)"users"}, *builds[] = {(char *)"mail_idx"};
static char *safer[] = {(char *)"ALTER TABLE a RENAME COLUMN x TO x_old"};
static struct zdm_finding found[] = {
    {.rule = "break-drop-column",
        .severity = ZDM_SEVERITY_ERROR,
        .message = (char *)"DROP COLUMN a.x breaks running code that still uses it",
        .hint = (char *)"not shown: it is allowed"},
    {.rule = "lose-column",
        .severity = ZDM_SEVERITY_ERROR,
        .message = (char *)"DROP COLUMN a.x loses its data",
        .hint = (char *)"keep a copy of x",
        .safer = safer,
        .n_safer = 1},
};
static struct zdm_plan_statement statements[] = {
    {.step = 0,
        .at = {"p.lua", 6, 11},
        .st = {.kind = "ALTER TABLE",
            .sql = (char *)UP,
            .parsed = true,
            .verdict = ZDM_VERDICT_SAFE,
            .locks = lock_users,
            .n_locks = 1}},
    {.step = 1,
        .st = {.kind = "CREATE INDEX",
            .sql = (char *)LATE,
            .verdict = ZDM_VERDICT_SAFE,
            .transaction = ZDM_TX_FORBIDDEN,
            .probe = ZDM_PROBE_INDEX_VALID,
            .probe_object = (char *)"mail_idx",
            .locks = lock_index,
            .n_locks = 1,
            .scans = scans,
            .n_scans = 1,
            .builds = builds,
            .n_builds = 1,
            .workload = {.work = "reads 1.2 GB of users for an index",
                .basis = "assumed speeds",
                .least_ms = 400,
                .most_ms = 4000,
                .disk_bytes = 100 << 20,
                .wal_bytes = 100 << 20,
                .tablespace = "fast"}}},
    {.step = 6,
        .st = {.kind = "ALTER TABLE",
            .sql = (char *)"ALTER TABLE a DROP COLUMN x",
            .verdict = ZDM_VERDICT_UNSAFE,
            .breaks_readers = true,
            .breaks_writers = true,
            .data_loss = true,
            .findings = found,
            .n_findings = 2}},
    {.step = 6,
        .st = {.kind = "ALTER TABLE",
            .sql = (char *)"ALTER TABLE b DROP COLUMN y",
            .offset = sizeof "ALTER TABLE a DROP COLUMN x; -- gone",
            .verdict = ZDM_VERDICT_UNKNOWN}},
};
static struct zdm_plan_undo undos[] = {
    {.source = ZDM_UNDO_AUTHOR, .sql = {.text = "ALTER TABLE users DROP COLUMN mail"}},
    {.source = ZDM_UNDO_DERIVED, .sql = {.text = "DROP INDEX CONCURRENTLY mail_idx;"}},
    {.source = ZDM_UNDO_NOTHING, .why = "what it fills goes with the undo of \"add column\""},
    {.source = ZDM_UNDO_NOTHING, .why = "a gate leaves nothing in the database"},
    {.source = ZDM_UNDO_NONE, .why = "zdm cannot take back what a command did"},
    {.source = ZDM_UNDO_NONE, .why = "the hook has no undo function"},
    {.source = ZDM_UNDO_NONE, .why = "statement 1: the column and its values are gone"},
};
static const struct zdm_plan_report report = {
    .statements = statements,
    .n_statements = sizeof statements / sizeof *statements,
    .undos = undos,
    .n_undos = sizeof undos / sizeof *undos,
};

static void
step(size_t index, const char *expected)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_render_step(&text, &plan, &report, NULL, index);
    check_columns(text.s, 80);
    check_text(expected, &text);
}

static void
every_kind_of_step(void **state)
{
    (void)state;
    step(0, "     why      for the copy\n"
            "       ALTER TABLE users\n"
            "       ADD COLUMN mail text\n"
            "     safe     ACCESS EXCLUSIVE on users, briefly\n"
            "     undo     ALTER TABLE users DROP COLUMN mail\n"
            "     waits    50 ms to 2.0 s a try; cancelled when it works for 5.0 s\n");
    step(1, "       CREATE INDEX CONCURRENTLY mail_idx ON users (mail)\n"
            "     safe     SHARE UPDATE EXCLUSIVE on users, while it builds\n"
            "     work     scans users, builds mail_idx\n"
            "     takes    up to 4.0 s (assumed speeds): reads 1.2 GB of users for an index\n"
            "     disk     about 100 MB more in tablespace fast until it commits, and 100 MB\n"
            "              of WAL\n"
            "     runs     alone, outside a transaction; after an interruption the index\n"
            "              mail_idx tells whether it is done\n"
            "     undo     DROP INDEX CONCURRENTLY mail_idx;\n"
            "              (derived by zdm)\n"
            "     waits    as long as it takes, without a timeout\n");
    step(2, "     table    users, along its primary key or a unique one\n"
            "     sets     mail = email\n"
            "              n = n + 1\n"
            "     where    mail IS NULL\n"
            "     batches  of about 25 ms, 50 to 50,000 rows; a row lock is waited for 50 ms\n"
            "     behind   nobody does rows that are written behind the cursor: no sync, no\n"
            "              final sweep: n is made of n, which is set too\n"
            "     keys     a row whose key somebody changes meanwhile may be changed twice,\n"
            "              or not at all (n is made of n, which is set too):\n"
            "              where_becomes_false rules that out\n"
            "     undo     nothing to take back: what it fills goes with the undo of \"add\n"
            "              column\"\n");
    step(3, "     needs    2 d since the last step before it\n"
            "     needs    approval \"v2 is out\"\n"
            "     needs    \"all copied\" to be true:\n"
            "                SELECT count(*) = 0\n"
            "                FROM t\n");
    step(4, "     runs     deploy --to \"all hosts\"\n"
            "     timeout  1 min\n"
            "     again    may simply run again after an interruption\n"
            "     undo     none: zdm cannot take back what a command did\n");
    step(5, "     run\n"
            "       function(db)\n"
            "         return\n"
            "       end\n"
            "     probe\n"
            "       function() return run end\n"
            "     runs     Lua, in one transaction with its journal row\n"
            "     undo     none: the hook has no undo function\n"
            "     waits    50 ms to 2.0 s a try; then works as long as it takes\n");
    step(6, "       ALTER TABLE a DROP COLUMN x; -- gone\n"
            "     unsafe   locks no table that exists\n"
            "     breaks   readers, writers\n"
            "     loses    data\n"
            "     allowed  DROP COLUMN a.x breaks running code that still uses it\n"
            "              (break-drop-column)\n"
            "     warning  DROP COLUMN a.x loses its data (lose-column)\n"
            "     hint     keep a copy of x\n"
            "     safer    ALTER TABLE a RENAME COLUMN x TO x_old\n"
            "\n"
            "       ALTER TABLE b DROP COLUMN y;\n"
            "     unknown  what it locks is not known\n"
            "     because  v2 does not read them (break-drop-column)\n"
            "     undo     none: statement 1: the column and its values are gone\n"
            "     waits    50 ms to 2.0 s a try; then works as long as it takes\n");
}

static void
the_whole(void **state)
{
    struct zdm_buf text = ZDM_BUF_INIT, plain = ZDM_BUF_INIT;
    struct zdm_step_status seen[sizeof steps / sizeof *steps] = {
        {.state = ZDM_STATE_DONE, .who = (char *)"ann@laptop"}, {.state = ZDM_STATE_READY},
        {.state = ZDM_STATE_PENDING}, {.state = ZDM_STATE_PENDING}, {.state = ZDM_STATE_PENDING},
        {.state = ZDM_STATE_PENDING}, {.state = ZDM_STATE_PENDING}};
    const struct zdm_plan_status status = {
        .where = (char *)"ann@db:5432/shop",
        .state = (char *)"stopped",
        .steps = seen,
        .n_done = 1,
    };

    (void)state;
    zdm_render_plan(&text, &plan, &report, &status, NULL);
    check_columns(text.s, 80);
    zdm_paint(&plain, text.s, false);
    zdm_buf_release(&text);
    const char *head =
        "demo\n"
        "  one name for one thing\n"
        "\n"
        "ticket       PROJ-1\n"
        "file         p.lua\n"
        "fingerprint  0123456789ab\n"
        "locks        a try for a strong lock waits 2.0 s at most; 100 tries, 10 min;\n"
        "             none while a transaction older than 10 s is in the way\n"
        "target       ann@db:5432/shop\n"
        "state        stopped, 1 of 7 steps done\n"
        "evidence     the target's catalog; assumed in part for 2 steps\n"
        "\n"
        "expand\n"
        "\n"
        "  1. add column                                                        "
        "done, sql\n"
        "     why      for the copy\n";
    assert_memory_equal(head, plain.s, strlen(head));
    assert_non_null(strstr(plain.s, "\n\ncontract\n\n  5. tell "));
    const char *tail =
        "\n7 steps: 2 expand, 1 backfill, 1 gate, 3 contract; strongest lock ACCESS\n"
        "EXCLUSIVE on users, briefly\n"
        "up to 4.0 s of work when nothing holds it up, without 4 steps whose time is not\n"
        "known; up to 100 MB of new files at a time in tablespace fast, where SQL cannot\n"
        "tell what is free\n";
    assert_string_equal(tail, plain.s + plain.len - strlen(tail));
    zdm_buf_release(&plain);
}

static json_t *
at(json_t *value, const char *path)
{
    for (; *path && value; path += *path == '.') {
        size_t n = strcspn(path, ".");
        char key[32];
        snprintf(key, sizeof key, "%.*s", (int)n, path);
        value = key[0] >= '0' && key[0] <= '9' ? json_array_get(value, (size_t)(key[0] - '0'))
                                               : json_object_get(value, key);
        path += n;
    }
    assert_non_null(value);
    return value;
}

static void
as_json(void **state)
{
    struct zdm_errlist errors = ZDM_ERRLIST_INIT;
    json_t *json = zdm_json_plan("p.lua", &plan, &report, NULL, NULL, &errors);

    (void)state;
    assert_string_equal("demo", json_string_value(at(json, "plan")));
    assert_true(json_is_null(at(json, "target")));
    assert_int_equal(7, json_array_size(at(json, "steps")));
    assert_string_equal("expand", json_string_value(at(json, "steps.0.phase")));
    assert_int_equal(5, json_integer_value(at(json, "steps.0.line")));
    assert_true(json_is_null(at(json, "steps.0.state")));
    assert_string_equal(
        "ACCESS EXCLUSIVE", json_string_value(at(json, "steps.0.statements.0.locks.0.mode")));
    assert_string_equal("brief", json_string_value(at(json, "steps.0.statements.0.locks.0.held")));
    assert_string_equal("alone", json_string_value(at(json, "steps.1.mode")));
    assert_string_equal("n + 1", json_string_value(at(json, "steps.2.backfill.set.n")));
    assert_true(json_is_null(at(json, "steps.2.backfill.key")));
    assert_string_equal("approval", json_string_value(at(json, "steps.3.gate.checks.1.kind")));
    assert_string_equal("all hosts", json_string_value(at(json, "steps.4.command.argv.2")));
    assert_true(json_is_true(at(json, "steps.5.hook.transaction")));
    assert_int_equal(2, json_array_size(at(json, "steps.6.statements")));
    assert_string_equal("writers", json_string_value(at(json, "steps.6.statements.0.breaks.1")));
    assert_string_equal(
        "error", json_string_value(at(json, "steps.6.statements.0.findings.0.severity")));
    assert_string_equal("unknown", json_string_value(at(json, "steps.6.statements.1.verdict")));
    assert_int_equal(1, json_integer_value(at(json, "summary.unsafe")));
    assert_int_equal(3, json_integer_value(at(json, "summary.phases.contract")));
    assert_string_equal("ACCESS EXCLUSIVE", json_string_value(at(json, "summary.strongest_lock")));
    json_decref(json);
}

static void
errors_as_json(void **state)
{
    struct zdm_errlist errors = ZDM_ERRLIST_INIT;
    struct zdm_err *err = zdm_errlist_add(&errors);

    (void)state;
    zdm_fail(err, ZDM_ERR_REFUSED, "DROP TABLE caf\xe9 loses data"); /* Latin-1 */
    zdm_err_at(err, (struct zdm_place){"p.lua", 3, 0});
    json_t *json = zdm_json_plan("p.lua", NULL, NULL, NULL, NULL, &errors);
    assert_true(json_is_null(at(json, "plan")));
    assert_string_equal("p.lua", json_string_value(at(json, "file")));
    assert_string_equal("refused", json_string_value(at(json, "errors.0.code")));
    assert_int_equal(3, json_integer_value(at(json, "errors.0.line")));
    assert_true(json_is_null(at(json, "errors.0.column")));
    assert_string_equal(
        "DROP TABLE caf\xef\xbf\xbd loses data", json_string_value(at(json, "errors.0.message")));
    assert_true(json_is_null(at(json, "summary")));
    json_decref(json);
    zdm_errlist_release(&errors);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_step),
        cmocka_unit_test(the_whole),
        cmocka_unit_test(as_json),
        cmocka_unit_test(errors_as_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
