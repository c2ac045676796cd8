/*
 * The declare environment: what a plan can and cannot do, and that it does the same everywhere.
 */
#include "lua_fixture.h"

#include <sys/stat.h>

#include "base/text.h"

/* Plans whose one step's `why` is what the expression gives, as a string. */
static char *
value_of(const char *before, const char *expression)
{
    char *text = zdm_strf("%s\nreturn plan \"t\" { api = 1, expand { sql \"s\" \"SELECT 1\" "
                          "{ why = \"=\" .. tostring(%s) } } }",
        before, expression);
    struct zdm_plan_file *file = load_plan(text);
    char *value = zdm_strdup(zdm_plan_file_plan(file)->steps[0].why + 1);

    zdm_plan_file_free(file);
    free(text);
    return value;
}

static const struct {
    const char *before, *expression, *value;
} values[] = {
    /* pairs: numbers, then strings, each in order */
    {"local s = '' for k, v in pairs { c = 1, a = false, [3] = 1, [-1] = 1, [2.5] = 1, b = 1 } do "
     "s = s .. tostring(k) .. tostring(v) end",
        "s", "-112.5131afalseb1c1"},
    {"local t = { a = 1, b = 2, c = 3 } for k in pairs(t) do t.c = nil end", "t.a + t.b", "3"},
    {"local k = next { y = 1, x = 2 }", "k", "x"},
    {"local t = { y = 1, x = 2, [9] = 3 } local s, k = '' repeat k = next(t, k) s = s .. "
     "tostring(k) "
     "until k == nil",
        "s", "9xynil"},
    {"", "next {}", "nil"},
    {"local t = { {2,'a'}, {1,'b'}, {2,'c'}, {1,'d'}, {2,'e'} } "
     "table.sort(t, function(x, y) return x[1] < y[1] end) local s = '' "
     "for _, x in ipairs(t) do s = s .. x[2] end",
        "s", "bdace"},
    {"local t = {} for i = 1, 100 do t[i] = i * 37 % 101 end table.sort(t) local ok = true "
     "for i = 1, 100 do ok = ok and t[i] == i end",
        "ok", "true"},
    {"local t = { 1, 2, 3 } table.sort(t, function() return true end)", "#t", "3"},
    {"", "{}", "table"},
    {"", "string.format('%s %5.2f %q %d %%p', {}, 1.5, 'x', 3)", "table  1.50 \"x\" 3 %p"},
    {"", "('%d'):format(3)", "3"},
    {"", "('hello'):find('l+')", "3"},
    {"", "('a.b'):find('.', 1, true)", "2"},
    {"", "('key = value'):match('^(%w+)%s*=%s*(%w+)$')", "key"},
    {"", "(('x'):rep(1000)):gsub('x', 'y'):sub(1, 3)", "yyy"},
    {"local n = 0 for w in ('one two three'):gmatch('%a+') do n = n + #w end", "n", "11"},
    {"", "math.type(3) .. math.maxinteger", "integer9223372036854775807"},
    {"", "1 / 2", "0.5"},
    {"", "utf8.char(228) .. utf8.len('\xC3\xA4')",
        "\xC3\xA4"
        "1"},
    {"", "select('#', 1, nil)", "2"},
    {"x = 5 _G.y = 6", "x + y + _ENV.x", "16"},
    {"", "sql", "function"},
    /* strings compare by bytes whatever the locale is */
    {"", "('B' < 'a') and ('z' < '\xC3\xA4')", "true"},
};

static void
test_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char *value = value_of(values[i].before, values[i].expression);
        if (strcmp(value, values[i].value) != 0)
            fail_msg("%s: %s, not %s", values[i].expression, value, values[i].value);
        free(value);
    }
}

/* Each of these tries to get out; none may be taken, or even end in something else than an error. */
static const char *const escapes[] = {
    "local m = getmetatable('')",
    "_G.getmetatable('')",
    "local f = ('x').dump",
    "setmetatable({}, { __gc = function() end })",
    "rawget(_G, 'os')",
    "_ENV.io.open('/etc/passwd')",
    "local _ENV = {} os.exit()",
    "_G = nil error()",
    "string.format = nil; string.rep = nil; table.concat = nil; error('x')",
    "_ENV = nil; os.exit()",
    "sql('a').call = 5",
    "local t = sql 'a' 'b'; t()()()",
    "coroutine.wrap(function() end)()",
    "collectgarbage('collect')",
    "error(setmetatable({}, {}))",
    "error(nil)",
    "error()",
    "(function(...) return ... end)(table.unpack({}, 1, 1e8))",
    "local s = ('x'):rep(1e6); for i = 1, 1e6 do s:find(('x'):rep(1e5) .. 'y', 1, true) end",
    "local t = {} for i = 1, 1e9 do t = { t } end",
    "local s = 'x' while true do s = s .. s end",
    "local function f() return f() end f()",
    "('x'):rep(1e5):gsub('.-b', '')",
    "('x'):rep(300):find('.*.*.*.*x.*y')",
    "('x'):gsub('x', function() while true do end end)",
    "local t = {} table.sort({ 3, 2, 1 }, function() while true do end end)",
    "for _ in pairs({}) do end goto l ::l:: goto l",
    "table.concat({}, 'x', 1, math.maxinteger)",
    "utf8.char(-1)",
    "string.rep('x', -1)()",
    "local a <close> = 5",
    "next({}, 'x')",
    "require 'native'",
    "package.loaded.x = 1",
};

static void
test_escapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
        char *text =
            zdm_strf("%s\nreturn plan 'p' { api = 1, expand { sql 's' 'SELECT 1' } }", escapes[i]);
        char *errors = plan_errors(text);
        if (strncmp(errors, "1:", 2) != 0)
            fail_msg("%s: %s", escapes[i], errors);
        free(errors);
        free(text);
    }
}

static void
test_bytes(void **state)
{
    static const struct {
        const char *text;
        size_t n;
        const char *errors;
    } bad[] = {
        {"return 1\0", 9, "1:9: plan is not a text: it has a NUL byte | save the plan as UTF-8\n"},
        {"-- x\n-- \xE4\n", 9,
            "2:4: plan is not a text: byte 0xE4 is not UTF-8 | save the plan as UTF-8\n"},
        {"\x1BLua\x54", 5,
            "1:1: plan is not a text: it is compiled Lua | save the plan as UTF-8\n"},
        {"\xFF\xFEr\0", 4,
            "1:1: plan is not a text: byte 0xFF is not UTF-8 | save the plan as UTF-8\n"},
        {"return plan", 11,
            "0: plan returned a function: end it with return plan ... | return plan \"name\" { api "
            "= 1, "
            "... }\n"},
        {"return '", 8, "1: unfinished string near <eof>\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct zdm_errlist errors = ZDM_ERRLIST_INIT;
        assert_null(load_bytes(bad[i].text, bad[i].n, &errors));
        char *shown = show_errors(&errors);
        assert_string_equal(shown, bad[i].errors);
        assert_int_equal(errors.items[0].code, ZDM_ERR_PLAN);
        free(shown);
        zdm_errlist_release(&errors);
    }
}

static void
assert_unreadable(const char *path, const char *message, bool hint)
{
    struct zdm_errlist errors = ZDM_ERRLIST_INIT;
    struct zdm_plan_file *file = NULL;

    assert_int_equal(zdm_plan_file_load(path, NULL, &file, &errors), -1);
    assert_int_equal(errors.count, 1);
    assert_int_equal(errors.items[0].code, ZDM_ERR_USAGE);
    assert_string_equal(errors.items[0].message, message);
    assert_int_equal(errors.items[0].hint != NULL, hint);
    zdm_errlist_release(&errors);
}

static void
test_unreadable(void **state)
{
    char path[32];

    (void)state;
    assert_unreadable("/nonexistent/x.lua",
        "cannot read plan \"/nonexistent/x.lua\": No such file or directory", true);
    assert_unreadable("/", "plan \"/\" is a folder", true);
    assert_unreadable("/dev/zero", "plan \"/dev/zero\" is not a regular file", true);

    write_plan("", 0, path);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    char *message = zdm_strf("plan \"%s\" is not a regular file", path);
    assert_unreadable(path, message, true);
    unlink(path);
    free(message);

    char *big = zdm_alloc(1024 * 1024 + 1);
    memset(big, ' ', 1024 * 1024 + 1);
    write_plan(big, 1024 * 1024 + 1, path);
    message = zdm_strf("plan \"%s\" is too big", path);
    assert_unreadable(path, message, false);
    unlink(path);
    free(message);
    free(big);
}

#define BODY                                                                                       \
    "plan 'p' { api = 1, why = 'b', expand { sql 's' 'SELECT 1', hook 'h' { run = function(db)\n"  \
    "db:exec('SELECT 1')\nend } }, backfill 'c' { table = 't', set = { b = '1', a = '2', c = '3' " \
    "} } }"

static char *
fingerprint(const char *text)
{
    struct zdm_plan_file *file = load_plan(text);
    char *copy = zdm_strdup(zdm_plan_file_plan(file)->fingerprint);

    zdm_plan_file_free(file);
    return copy;
}

static void
test_fingerprint(void **state)
{
    /* What changes nothing. */
    static const char *const same[] = {
        "return " BODY,
        "\xEF\xBB\xBF-- a comment\n\n\nlocal x = 1 return " BODY,
        "#!/usr/bin/env zdm\nreturn " BODY,
        "local t = {} for i = 1, 50 do t['k' .. i] = {} end\r\nreturn " BODY,
    };
    char *first = fingerprint(same[0]);

    (void)state;
    for (size_t i = 1; i < sizeof same / sizeof *same; i++) {
        char *other = fingerprint(same[i]);
        assert_string_equal(other, first);
        free(other);
    }
    for (int i = 0; i < 50; i++) {
        char *again = fingerprint(same[0]);
        assert_string_equal(again, first);
        free(again);
    }
    free(first);
}

/* Each of these differs from the first. */
static void
test_fingerprint_differs(void **state)
{
    static const char *const plans[] = {
        "return plan 'p' { api = 1, expand { sql 's' 'SELECT 1' } }",
        "return plan 'p' { api = 1, expand { sql 's' 'SELECT 2' } }",
        "return plan 'p' { api = 1, expand { sql 't' 'SELECT 1' } }",
        "return plan 'p' { api = 1, expand { sql 's' 'SELECT 1' { undo = 'SELECT 2' } } }",
        "return plan 'p' { api = 1, expand { hook 'h' { run = function() return 1 end } } }",
        "return plan 'p' { api = 1, expand { hook 'h' { run = function() return 2 end } } }",
        "return plan 'p' { api = 1, backfill 'h' { table = 't', set = { a = '1' } } }",
        "return plan 'p' { api = 1, backfill 'h' { table = 't', set = { a = '1' }, target = '26ms' "
        "} }",
    };
    enum { N = sizeof plans / sizeof *plans };
    char *prints[N];

    (void)state;
    for (size_t i = 0; i < N; i++) {
        prints[i] = fingerprint(plans[i]);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(prints[i], prints[j]);
    }
    for (size_t i = 0; i < N; i++)
        free(prints[i]);
}

/* Defaults are as in plan.h, whoever fills them in. */
static void
test_reader(void **state)
{
    struct zdm_plan_file *file = load_plan(
        "local text = [[SELECT 2]]\n"
        "return plan 'p.1' { api = 1, why = 'w', ticket = 'T-1', lock_budget = '1s', lock_patience "
        "= '1m',\n"
        "expand {\n"
        "  sql 'one' [[\nSELECT 1]] { undo = 'SELECT \\'x\\'', why = 'because', allow = { 'r' }, "
        "because = 'b' },\n"
        "  sql 'two' (text), sql 'three' ('SELECT ' .. 3),\n"
        "  command 'c' { argv = { 'a', '' }, probe = { 'b' }, idempotent = true, timeout = '1m' "
        "},\n"
        "  hook 'h' { transaction = false, run = function() end, probe = function() return true "
        "end },\n"
        "},\n"
        "backfill 'b' { table = 'a.\"T\"', set = { b = \"'x'\", a = [[ c ]] }, where = 'b IS "
        "NULL', key = 'id' },\n"
        "gate 'g' { why = 'w', soak '1.5h', approval 'yes, please', sql 'q' 'SELECT true' },\n"
        "contract { drop_column { table = 't', column = 'x', id = 'bye' } } }\n");
    const struct zdm_plan *plan = zdm_plan_file_plan(file);

    (void)state;
    assert_string_equal(plan->name, "p.1");
    assert_string_equal(plan->why, "w");
    assert_string_equal(plan->ticket, "T-1");
    assert_int_equal(plan->api, 1);
    assert_int_equal(plan->locks.budget_ms, 1000);
    assert_int_equal(plan->locks.patience_ms, 60000);
    assert_int_equal(plan->n_steps, 8);

    const struct zdm_step *one = &plan->steps[0];
    assert_string_equal(one->id, "one");
    assert_string_equal(one->why, "because");
    assert_int_equal(one->at.line, 4);
    assert_string_equal(one->u.sql.up.text, "SELECT 1");
    assert_true(one->u.sql.up.exact);
    assert_int_equal(one->u.sql.up.at.line, 5);
    assert_int_equal(one->u.sql.up.at.column, 1);
    assert_string_equal(one->u.sql.undo.text, "SELECT 'x'");
    assert_false(one->u.sql.undo.exact); /* written with escapes */
    assert_int_equal(one->u.sql.allow.n_rules, 1);
    assert_string_equal(one->u.sql.allow.because, "b");

    assert_true(plan->steps[1].u.sql.up.exact); /* the text of a local */
    assert_int_equal(plan->steps[1].u.sql.up.at.line, 1);
    assert_int_equal(plan->steps[1].u.sql.up.at.column, 16);
    assert_false(plan->steps[2].u.sql.up.exact); /* put together */
    assert_int_equal(plan->steps[2].u.sql.up.at.line, 6);

    const struct zdm_step_command *command = &plan->steps[3].u.command;
    assert_int_equal(command->n_argv, 2);
    assert_string_equal(command->argv[1], "");
    assert_null(command->argv[2]);
    assert_string_equal(command->probe[0], "b");
    assert_true(command->idempotent);
    assert_int_equal(command->timeout_ms, 60000);

    const struct zdm_step_hook *hook = &plan->steps[4].u.hook;
    assert_false(hook->transaction);
    assert_true(hook->run > 0 && hook->probe > 0 && hook->run != hook->probe);
    assert_int_equal(hook->undo, 0);

    const struct zdm_step_backfill *backfill = &plan->steps[5].u.backfill;
    assert_int_equal(plan->steps[5].phase, ZDM_PHASE_BACKFILL);
    assert_string_equal(backfill->table, "a.\"T\"");
    assert_int_equal(backfill->n_set, 2);
    assert_string_equal(backfill->set[0].column, "a");
    assert_string_equal(backfill->set[0].expr.text, " c ");
    assert_string_equal(backfill->set[1].expr.text, "'x'");
    assert_true(backfill->where.exact);
    assert_int_equal(backfill->n_key, 1);
    assert_string_equal(backfill->key[0], "id");
    assert_int_equal(backfill->target_ms, 25);
    assert_int_equal(backfill->batch_min, 50);
    assert_int_equal(backfill->batch_max, 50000);
    assert_int_equal(backfill->lock_timeout_ms, 50);
    assert_int_equal(backfill->pause_ms, 0);

    const struct zdm_step_gate *gate = &plan->steps[6].u.gate;
    assert_int_equal(gate->n_checks, 3);
    assert_int_equal(gate->checks[0].kind, ZDM_CHECK_SOAK);
    assert_int_equal(gate->checks[0].soak_ms, 5400000);
    assert_string_equal(gate->checks[0].id, "soak");
    assert_string_equal(gate->checks[1].id, "yes, please");
    assert_string_equal(gate->checks[2].id, "q");
    assert_string_equal(gate->checks[2].sql.text, "SELECT true");

    assert_string_equal(plan->steps[7].id, "bye");
    assert_int_equal(plan->steps[7].phase, ZDM_PHASE_CONTRACT);
    zdm_plan_file_free(file);
}

/* Long names give ids and names of PostgreSQL that stay within their limits, and apart. */
static void
test_long_names(void **state)
{
    char a[64], b[64];

    (void)state;
    memset(a, 'a', 63);
    memset(b, 'a', 63);
    a[63] = b[63] = '\0';
    b[62] = 'b';
    char *text = zdm_strf("return plan 'p' { api = 1, expand {"
                          "sync { table = '%s', from = '%s', to = '%s' },"
                          "sync { table = '%s', from = '%s', to = '%s' } } }",
        a, a, b, b, a, b);
    struct zdm_plan_file *file = load_plan(text);
    const struct zdm_plan *plan = zdm_plan_file_plan(file);
    char triggers[2][64];
    for (int i = 0; i < 2; i++) {
        assert_true(strlen(plan->steps[i].id) <= 100);
        const char *drop = plan->steps[i].u.sql.undo.text;
        assert_int_equal(sscanf(drop, "DROP TRIGGER %63s", triggers[i]), 1);
    }
    assert_string_not_equal(plan->steps[0].id, plan->steps[1].id);
    assert_string_not_equal(triggers[0], triggers[1]);
    zdm_plan_file_free(file);
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_fingerprint),
        cmocka_unit_test(test_fingerprint_differs),
        cmocka_unit_test(test_reader),
        cmocka_unit_test(test_long_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
