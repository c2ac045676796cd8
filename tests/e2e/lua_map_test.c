/* The function of a map: SQL values as Lua sees them, what it may return, and its bounds. */
#include "../unit/lua_fixture.h"
#include "lua/mapper.h"
#include "pg/conn.h"

#define PLAN                                                                                       \
    "local calls = 0\n"                                                                            \
    "return plan \"t\" { api = 1, backfill \"b\" { table = \"t\", read = { \"v\", \"w\" },\n"      \
    "  write = { \"a\", '\"b c\"' },\n"                                                            \
    "  map = function(row)\n"

static struct zdm_conn *conn;
static const char *const read_names[] = {"v", "w"}, *const write_names[] = {"a", "b c"};
static const struct zdm_map_columns columns = {
    .read = read_names, .n_read = 2, .first = 1, .write = write_names, .n_write = 2};

struct map {
    struct zdm_plan_file *file;
    struct zdm_mapper mapper;
    struct zdm_mapped_value values[2];
    struct zdm_mapped out;
    struct zdm_err err;
};

static int
open_conn(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    if (zdm_conn_open(getenv("ZDM_DATABASE_URL"), "t", &conn, &err) < 0)
        fail_msg("%s", err.message);
    return 0;
}

static int
close_conn(void **state)
{
    (void)state;
    zdm_conn_close(conn);
    return 0;
}

/* A map whose function has that body, which begins in line 5. */
static struct map *
map_new(const char *body)
{
    struct map *m = zdm_alloc(sizeof *m);
    char *text = zdm_strf(PLAN "%s\nend } }\n", body);

    m->file = load_plan(text);
    m->out = (struct zdm_mapped){.values = m->values, .text = ZDM_BUF_INIT};
    struct zdm_host host = zdm_plan_file_host(m->file);
    if (host.mapper(host.self, "b", &m->mapper, &m->err) < 0)
        fail_msg("%s", m->err.message);
    free(text);
    return m;
}

static void
map_free(struct map *m)
{
    m->mapper.free(m->mapper.self);
    zdm_plan_file_free(m->file);
    zdm_buf_release(&m->out.text);
    zdm_err_release(&m->err);
    free(m);
}

/* Calls it on the row of "SELECT 1, v, w". */
static int
call(struct map *m, const char *row)
{
    struct zdm_result *r = NULL;
    char *sql = zdm_strf("SELECT 1, %s", row);

    zdm_err_clear(&m->err);
    if (zdm_conn_exec(conn, sql, &r, &m->err) < 0)
        fail_msg("%s: %s", sql, m->err.message);
    int rc = m->mapper.row(m->mapper.self, &columns, r, 0, &m->out, &m->err);
    zdm_result_free(r);
    free(sql);
    return rc;
}

/* "a=..., b=...", KEPT and NULL for what is not a text; owned. */
static char *
show(const struct map *m)
{
    struct zdm_buf b = ZDM_BUF_INIT;

    if (!m->out.changed)
        return zdm_strdup("unchanged");
    for (int i = 0; i < 2; i++) {
        const struct zdm_mapped_value *v = &m->values[i];
        zdm_buf_add(&b, i ? " b=" : "a=");
        if (v->kind == ZDM_MAPPED_TEXT)
            zdm_buf_addn(&b, m->out.text.s + v->start, v->len);
        else
            zdm_buf_add(&b, v->kind == ZDM_MAPPED_NULL ? "NULL" : "KEPT");
    }
    return zdm_buf_take(&b);
}

static void
expect(const char *body, const char *row, const char *expected)
{
    struct map *m = map_new(body);

    if (call(m, row) < 0)
        fail_msg("%s: %s", body, m->err.message);
    char *shown = show(m);
    assert_string_equal(shown, expected);
    free(shown);
    map_free(m);
}

static void
expect_error(const char *body, const char *row, const char *message, int line)
{
    struct map *m = map_new(body);

    assert_int_equal(call(m, row), -1);
    assert_int_equal(m->err.code, ZDM_ERR_FAILED);
    if (!strstr(m->err.message, message))
        fail_msg("\"%s\" does not say \"%s\"", m->err.message, message);
    assert_int_equal(m->err.line, line);
    /* The next row finds the function as it was. */
    assert_int_equal(call(m, "NULL, 'fine'"), 0);
    map_free(m);
}

static void
test_values_to_lua(void **state)
{
    const char *type = "return { a = (math.type(row.v) or type(row.v)) .. ':' .. tostring(row.v) }";

    (void)state;
    expect(type, "9223372036854775807::int8, 0", "a=integer:9223372036854775807 b=KEPT");
    expect(type, "(-9223372036854775808)::int8, 0", "a=integer:-9223372036854775808 b=KEPT");
    expect(type, "7::int2, 0", "a=integer:7 b=KEPT");
    expect(type, "0.1::float8, 0", "a=float:0.1 b=KEPT");
    expect(type, "true, 0", "a=boolean:true b=KEPT");
    expect(type, "NULL::int8, 0", "a=nil:nil b=KEPT");
    expect(type, "'', 0", "a=string: b=KEPT");
    expect(type, "12345678901234567890.50::numeric, 0", "a=string:12345678901234567890.50 b=KEPT");
    expect(type, "'{\"k\": [1, null]}'::jsonb, 0", "a=string:{\"k\": [1, null]} b=KEPT");
    expect(type, "ARRAY['x\"y', NULL], 0", "a=string:{\"x\\\"y\",NULL} b=KEPT");
    expect(type, "'2026-01-02 03:04:05'::timestamp, 0", "a=string:2026-01-02 03:04:05 b=KEPT");
    expect(type, "'\\x00ff'::bytea, 0", "a=string:\\x00ff b=KEPT");
    expect("return { a = utf8.len(row.v), ['b c'] = row.v }", "'\xC3\xA9\xF0\x9F\x98\x80', 0",
        "a=2 b=\xC3\xA9\xF0\x9F\x98\x80");
    expect("return { a = row.v == nil and row.w }", "NULL, 5", "a=5 b=KEPT");
    expect(
        "local n = 0 for _ in pairs(row) do n = n + 1 end return { a = n }", "1, 2", "a=2 b=KEPT");
}

static void
test_values_from_lua(void **state)
{
    (void)state;
    expect("return { a = row.v + 1, ['b c'] = row.w / 2 }", "9007199254740993, 5",
        "a=9007199254740994 b=2.5");
    expect("return { a = 0.1, ['b c'] = 1e300 }", "1, 1",
        "a=0.10000000000000001 b=1.0000000000000001e+300");
    expect("return { a = 0/0, ['b c'] = -1/0 }", "1, 1", "a=NaN b=-Infinity");
    expect("return { a = 3.0, ['b c'] = true }", "1, 1", "a=3 b=true");
    expect("return { a = '', ['b c'] = null }", "1, 1", "a= b=NULL");
    expect("return { a = false }", "1, 1", "a=false b=KEPT");
    expect("return {}", "1, 1", "unchanged");
    expect("return nil", "1, 1", "unchanged");
    expect("", "1, 1", "unchanged");
    expect("return { a = pcall(error, 'x') }", "1, 1", "a=false b=KEPT");
    expect("return { a = [[it's \\ \"]] .. '\\n' }", "1, 1", "a=it's \\ \"\n b=KEPT");
}

static void
test_errors(void **state)
{
    (void)state;
    /* A NULL row.v passes, so that the state can be seen to go on. */
#define GUARD "if row.v == nil then return end\n"
    expect_error(GUARD "return row.v.x.y", "1, 1", "attempt to index", 6);
    expect_error(GUARD "error('odd: ' .. row.w)", "1, 'w'", "odd: w", 6);
    expect_error(GUARD "return 7", "1, 1", "must return a table of columns, or nil", 4);
    expect_error(GUARD "return { x = 1 }", "1, 1", "map returned \"x\", which is not in write", 4);
    expect_error(GUARD "return { ['b d'] = 1 }", "1, 1", "(did you mean \"b c\"?)", 4);
    expect_error(GUARD "return { 'one' }", "1, 1", "a number for a key", 4);
    expect_error(GUARD "return { a = {} }", "1, 1", "map returned a table for \"a\"", 4);
    expect_error(GUARD "return { a = row }", "1, 1", "map returned a table for \"a\"", 4);
    expect_error(GUARD "return { a = 'x\\0y' }", "1, 1", "a text with a NUL byte for \"a\"", 4);
    expect_error(GUARD "return { a = os.time() }", "1, 1", "os", 6);
    expect_error(GUARD "return { a = db }", "1, 1", "db", 6);
    expect_error(GUARD "return { a = sql 'x' }", "1, 1", "a running hook cannot use it", 6);
}

static void
test_bounds(void **state)
{
    (void)state;
    expect_error(GUARD "while true do end", "1, 1", "over 2 million instructions on one row", 6);
    /* Not to be caught. */
    expect_error(GUARD "pcall(function() while true do end end)\nreturn { a = 1 }", "1, 1",
        "over 2 million instructions on one row", 6);
    expect_error(GUARD "return { a = #string.rep('x', 100000000) }", "1, 1", "more than 64 MB", 6);
    /* Each row anew. */
    struct map *m = map_new("for _ = 1, 100000 do end\ncalls = calls + 1\nreturn { a = calls }");
    for (int i = 0; i < 50; i++)
        assert_int_equal(call(m, "1, 1"), 0);
    char *shown = show(m);
    assert_string_equal(shown, "a=50 b=KEPT");
    free(shown);
    map_free(m);
}

/* Each worker's state is its own. */
static void
test_apart(void **state)
{
    struct map *m = map_new("calls = calls + 1\nreturn { a = calls }");
    struct zdm_host host = zdm_plan_file_host(m->file);
    struct zdm_mapper first = m->mapper, second;

    (void)state;
    assert_int_equal(host.mapper(host.self, "b", &second, &m->err), 0);
    assert_int_equal(call(m, "1, 1"), 0);
    m->mapper = second;
    assert_int_equal(call(m, "1, 1"), 0);
    char *shown = show(m);
    assert_string_equal(shown, "a=1 b=KEPT");
    free(shown);
    first.free(first.self);
    map_free(m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_to_lua),
        cmocka_unit_test(test_values_from_lua),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_apart),
    };

    return cmocka_run_group_tests_name("lua_map", tests, open_conn, close_conn);
}
