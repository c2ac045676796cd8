/*
 * Hooks on a real server: what db, log and ctx give, and how errors come back.
 */
#include "../unit/lua_fixture.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/signals.h"
#include "pg/conn.h"

static struct zdm_conn *conn;
static struct zdm_buf logged = ZDM_BUF_INIT;

static void
log_line(void *self, const char *level, const char *message)
{
    zdm_buf_addf(self, "%s: %s\n", level, message);
}

static struct zdm_hook_context
context_of(bool transaction)
{
    return (struct zdm_hook_context){
        .plan = "p",
        .step = "h",
        .epoch = 7,
        .transaction = transaction,
        .log = log_line,
        .log_self = &logged,
    };
}

/* A plan whose first step is a hook with this body; line 2 is the body's first. */
static struct zdm_plan_file *
load_hook(const char *body)
{
    char *text =
        zdm_strf("return plan 'p' { api = 1, expand { hook 'h' { run = function(db, log, ctx)\n"
                 "%s\nend } } }",
            body);
    struct zdm_plan_file *file = load_plan(text);

    free(text);
    return file;
}

static int
call(struct zdm_plan_file *file, bool transaction, bool *answer, struct zdm_err *err)
{
    struct zdm_hook_context context = context_of(transaction);
    struct zdm_host host = zdm_plan_file_host(file);

    zdm_buf_clear(&logged);
    return host.call(
        host.self, zdm_plan_file_plan(file)->steps[0].u.hook.run, conn, &context, answer, err);
}

/* Runs a hook that must succeed, and compares what it logged. */
static void
assert_logs(const char *body, const char *expected)
{
    struct zdm_plan_file *file = load_hook(body);
    struct zdm_err err = ZDM_ERR_INIT;

    if (call(file, false, NULL, &err) < 0)
        fail_msg("%s\n%d: %s", body, err.line, err.message);
    assert_string_equal(logged.s, expected);
    zdm_plan_file_free(file);
}

/* Runs a hook that must fail: "SQLSTATE line:column message". */
static void
assert_fails(const char *body, bool transaction, const char *expected)
{
    struct zdm_plan_file *file = load_hook(body);
    struct zdm_err err = ZDM_ERR_INIT;

    if (call(file, transaction, NULL, &err) == 0)
        fail_msg("%s succeeded", body);
    char *actual = zdm_strf("%s %d:%d %s", err.sqlstate, err.line, err.column, err.message);
    if (strcmp(actual, expected) != 0)
        fail_msg("%s: %s, not %s", body, actual, expected);
    assert_int_equal(err.code, ZDM_ERR_FAILED);
    free(actual);
    zdm_err_release(&err);
    zdm_plan_file_free(file);
}

static void
test_values(void **state)
{
    (void)state;
    assert_logs(
        "local r = db:row [[SELECT 1::int2 AS a, 2147483648::int8 AS b, 1.50::numeric AS c,"
        " 0.1::float8 AS d, true AS e, NULL::int AS f, 'x' AS g, '2026-01-02'::date AS h]]\n"
        "log:info('%s %s %s', math.type(r.a), math.type(r.b), r.b)\n"
        "log:info('%s %s %s %s', type(r.c), r.c, math.type(r.d), r.d == 0.1)\n"
        "log:warn('%s %s %s %s %s', type(r.e), r.e, r.f == db.null, r.g, r.h)",
        "info: integer integer 2147483648\ninfo: string 1.50 float true\n"
        "warning: boolean true true x 2026-01-02\n");
    assert_logs(
        "local function show(...) return db:value('SELECT pg_catalog.concat_ws($1, $2::int8, "
        "$3::float8, $4::bool, coalesce($5::text, $6::text))', ...) end\n"
        "log:info(show('|', 9007199254740993, 0.1, true, nil, 'its'))\n"
        "log:info(show('|', -1, 1/0, false, db.null, ''))",
        "info: 9007199254740993|0.1|t|its\ninfo: -1|Infinity|f|\n");
    assert_logs("log:info(tostring(db:value 'SELECT 1 WHERE false'))\n"
                "log:info(tostring(db:row 'SELECT 1 WHERE false'))\n"
                "log:info('' .. #db:query 'SELECT g FROM generate_series(1, 3) g')\n"
                "log:info('' .. db:query('SELECT g FROM generate_series(1, 3) g')[3].g)\n"
                "log:info('100%')\nlog:info(db.null)",
        "info: nil\ninfo: nil\ninfo: 3\ninfo: 3\ninfo: 100%\ninfo: null\n");
    assert_logs("db:exec 'CREATE TEMP TABLE t (n int)'\n"
                "log:info('' .. db:exec('INSERT INTO t VALUES ($1), ($2)', 1, 2))\n"
                "log:info('' .. db:exec 'UPDATE t SET n = 3')\ndb:exec 'DROP TABLE t'",
        "info: 2\ninfo: 2\n");
    assert_logs("log:info(ctx.plan .. ctx.step .. ctx.epoch)", "info: ph7\n");
}

static void
test_errors(void **state)
{
    (void)state;
    assert_fails("db:exec [[SELECT 1 +\n  nope FROM pg_class]]", false,
        "42703 3:3 column \"nope\" does not exist");
    assert_fails("local sql = 'SELECT ' .. 'nope'\ndb:exec(sql)", false,
        "42703 3:0 column \"nope\" does not exist");
    assert_fails("db:exec 'SELECT 1; SELECT 2'", false,
        "42601 2:0 cannot insert multiple commands into a prepared statement");
    assert_fails("error('no way')", false, " 2:0 no way");
    assert_fails("local x = nil + 1", false, " 2:0 attempt to perform arithmetic on a nil value");
    assert_fails("\n\ndb:exec('SELECT $1', {})", false,
        " 4:0 argument for $1 is a table: it must be a string, a number, a boolean, nil or "
        "db.null");
    assert_fails("db:exec('SELECT $1', 'a\\0b')", false, " 2:0 argument for $1 has a NUL byte");
    assert_fails("db:query 'SELECT 1 AS a, 2 AS a'", false,
        " 2:0 the result has two columns named \"a\": name one with AS");
    assert_fails("ctx.plan = 'x'", false, " 2:0 ctx cannot be changed");
    assert_fails(
        "return ctx.plam", false, " 2:0 ctx has no field \"plam\": it has plan, step and epoch");
    assert_fails("lgo:info('x')", false, " 2:0 unknown name \"lgo\"");
    assert_fails("log:info(tostrng(1))", false,
        " 2:0 unknown name \"tostrng\" (did you mean \"tostring\"?)");
    assert_fails("local x = sql 'a' 'SELECT 1'", false,
        " 2:0 sql describes a plan: a running hook cannot use it");
    assert_fails("db.exec('SELECT 1')", false,
        " 2:0 bad argument #1 to 'exec' (call it with a colon: db:exec(sql, ...))");
    assert_fails("local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end", false,
        " 2:0 hook wants more than 64 MB of memory");
    assert_fails("db:exec 'BEGIN'", true,
        " 2:0 a hook in a transaction cannot begin or end one: set transaction = false");
    assert_fails("db:try_exec ' /* x */ ROLLBACK'", true,
        " 2:0 a hook in a transaction cannot begin or end one: set transaction = false");
    assert_fails("db:exec 'BEGIN'", false, " 1:0 hook left a transaction open; it was rolled back");
    assert_false(zdm_conn_in_transaction(conn));
}

static void
test_caught(void **state)
{
    (void)state;
    assert_logs("local n, e = db:try_exec 'SELECT 1 / 0'\n"
                "log:info('%s %s %s %s', n, e.code, e, type(e))",
        "info: nil 22012 division by zero table\n");
    assert_logs("local ok, e = pcall(db.exec, db, 'SELECT 1 / 0')\nlog:info('%s %s', ok, e.code)",
        "info: false 22012\n");
    assert_logs("local ok, e = pcall(error, 'x')\nlog:info('%s %s', ok, e)", "info: false x\n");
    /* Raised again it is still the server's error, with its place. */
    assert_fails(
        "local n, e = db:try_exec 'SELECT 1 / 0'\n\nerror(e)", false, "22012 2:0 division by zero");
    assert_fails("local n, e = db:try_exec 'SELECT 1 / 0'\ne.message = nil e.code = {} error(e)",
        false, " 2:0 error without a message");
}

static void
test_answers(void **state)
{
    static const struct {
        const char *body;
        int answer;
    } cases[] = {{"return true", 1}, {"return false", 0}, {"return db:value 'SELECT true'", 1},
        {"return nil", -1}, {"return 1", -1}, {"", -1}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zdm_plan_file *file = load_hook(cases[i].body);
        struct zdm_err err = ZDM_ERR_INIT;
        bool answer = !cases[i].answer;
        int result = call(file, false, &answer, &err);
        assert_int_equal(result, cases[i].answer < 0 ? -1 : 0);
        if (result == 0)
            assert_int_equal(answer, cases[i].answer);
        else
            assert_string_equal(err.message, "probe of a hook must return true or false");
        zdm_err_release(&err);
        zdm_plan_file_free(file);
    }
}

/* db and log that a hook keeps are dead when it is over. */
static void
test_kept(void **state)
{
    struct zdm_plan_file *file = load_plan(
        "local kept, kept_log\nreturn plan 'p' { api = 1, expand { hook 'h' { run = "
        "function(db, log)\nif kept then return pcall(kept.exec, kept, 'SELECT 1') == false and "
        "pcall(kept_log.info, kept_log, 'x') == false end\n"
        "kept, kept_log = db, log\nreturn false end } } }");
    struct zdm_err err = ZDM_ERR_INIT;
    bool answer = true;

    (void)state;
    assert_int_equal(call(file, false, &answer, &err), 0);
    assert_false(answer);
    assert_int_equal(call(file, false, &answer, &err), 0);
    assert_true(answer);
    zdm_plan_file_free(file);
}

/* A hook that swallows an error in a transaction finds it aborted, as on every server. */
static void
test_aborted(void **state)
{
    struct zdm_plan_file *file = load_hook("db:try_exec 'SELECT 1 / 0'\ndb:exec 'SELECT 1'");
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    assert_int_equal(zdm_conn_exec(conn, "BEGIN", NULL, &err), 0);
    assert_int_equal(call(file, true, NULL, &err), -1);
    assert_string_equal(err.sqlstate, "25P02");
    assert_int_equal(err.line, 3);
    zdm_conn_rollback(conn);
    zdm_err_release(&err);
    zdm_plan_file_free(file);
}

/* ^C reaches a hook that computes, and one that catches everything. In a child: a stop is for ever. */
static void
interrupted(const char *body)
{
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct zdm_plan_file *file = load_hook(body);
        struct zdm_err err = ZDM_ERR_INIT;
        zdm_signals_install();
        raise(SIGINT);
        int result = call(file, false, NULL, &err);
        _exit(result == -1 && err.code == ZDM_ERR_INTERRUPTED ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void
test_interrupted(void **state)
{
    (void)state;
    interrupted("while true do end");
    interrupted("while true do pcall(function() while true do end end) end");
    interrupted("while true do db:try_exec 'SELECT 1' end");
    interrupted("while true do ('x'):find('y') end");
}

static int
setup(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *conninfo = zdm_target_conninfo(NULL);

    (void)state;
    if (zdm_conn_open(conninfo, "zdm/test", &conn, &err) < 0)
        fail_msg("%s", err.message);
    free(conninfo);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    zdm_conn_close(conn);
    zdm_buf_release(&logged);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_caught),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_aborted),
        cmocka_unit_test(test_interrupted),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
