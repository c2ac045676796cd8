/*
 * Places in the text of a plan.
 */
#include "lua_fixture.h"

#include "lua/source.h"

static struct zdm_source *
read_text(const char *text)
{
    struct zdm_source *source = NULL;
    struct zdm_err err = ZDM_ERR_INIT;
    char path[32];

    write_plan(text, strlen(text), path);
    assert_int_equal(zdm_source_read(path, &source, &err), 0);
    unlink(path);
    return source;
}

static void
assert_text_at(const char *plan, const char *text, const char *key, int from, int line, int column)
{
    struct zdm_source *source = read_text(plan);
    struct zdm_place at = {.line = 0};

    assert_int_equal(zdm_source_find_text(source, text, key, from, &at), line > 0);
    assert_int_equal(at.line, line);
    if (line > 0)
        assert_int_equal(at.column, column);
    zdm_source_free(source);
}

static void
test_find_text(void **state)
{
    (void)state;
    assert_text_at("x = 'SQL'", "SQL", NULL, 1, 1, 6);
    assert_text_at("x = [[SQL]]", "SQL", NULL, 1, 1, 7);
    assert_text_at("x = [==[\nS]]QL]==]", "S]]QL", NULL, 1, 2, 1);
    assert_text_at("x = [==[\r\nA\r\nB]==]", "A\nB", NULL, 1, 2, 1);
    assert_text_at("\xC3\xA4 = 'SQL'", "SQL", NULL, 1, 1, 6); /* columns are characters */
    assert_text_at("-- 'SQL'\n--[[ 'SQL'\n]] x = 'SQL'", "SQL", NULL, 1, 3, 9);
    assert_text_at("#! 'SQL'\nx = 'SQL'", "SQL", NULL, 1, 2, 6);
    assert_text_at("x = 'a\\'b' y = 'SQL'", "SQL", NULL, 1, 1, 17);
    assert_text_at("x = 'a\\z\n  b' y = 'SQL'", "SQL", NULL, 1, 2, 11);
    assert_text_at("x = 'S\\81L'", "SQL", NULL, 1, 0, 0); /* not verbatim */
    assert_text_at("x = 'SQL", "SQL", NULL, 1, 0, 0);
    assert_text_at("x = [[SQL", "SQL", NULL, 1, 0, 0);
    assert_text_at("", "SQL", NULL, 1, 0, 0);
    /* on or below the line; else above it */
    assert_text_at("a = 'SQL'\nb = 'SQL'\nc = 'SQL'", "SQL", NULL, 2, 2, 6);
    assert_text_at("a = 'SQL'\nb = 'SQL'\nc = 1", "SQL", NULL, 3, 2, 6);
    assert_text_at("a = 'SQ'\nb = 'SQL'\nc = 'SQLS'\nd = 'SQL'", "SQL", NULL, 3, 4, 6);
    assert_text_at("a = 'SQ'\nb = 'SQL'\nc = 'SQLS'", "SQL", NULL, 3, 2, 6);
    assert_text_at("a = 'SQ'\nb = 'SQL'\nc = 'SQL'\nd = 'SQLS'", "SQL", NULL, 4, 3, 6);
    /* behind its key */
    assert_text_at("up = 'b'\nx = 'b'\nup = 'b'", "b", "up", 2, 3, 7);
    assert_text_at("t { from = 'b', up = 'b' }", "b", "up", 1, 1, 23);
    assert_text_at("t { from = 'b', ['up'] = 'b' }", "b", "up", 1, 1, 27);
    assert_text_at("t { from = 'b' }", "b", "up", 1, 1, 13);
}

static void
test_locate(void **state)
{
    struct zdm_source *source = read_text("x = [[\nab\n\xC3\xA4\xC3\xB6 cd]]");
    const char *text = "ab\n\xC3\xA4\xC3\xB6 cd";
    struct zdm_place at;

    (void)state;
    assert_true(zdm_source_locate(source, text, NULL, 1, 2, &at));
    assert_int_equal(at.line, 2);
    assert_int_equal(at.column, 2);
    assert_true(zdm_source_locate(source, text, NULL, 1, 7, &at));
    assert_int_equal(at.line, 3);
    assert_int_equal(at.column, 4);
    assert_true(zdm_source_locate(source, text, NULL, 1, 1000, &at)); /* no further than its end */
    assert_int_equal(at.line, 3);
    zdm_source_free(source);
}

static void
test_find_name(void **state)
{
    struct zdm_source *source =
        read_text("-- why\nf { x == why, 'why', [\"why\"] = 1 }\ng { why = 2, [[why]] }");
    struct zdm_place at;

    (void)state;
    assert_true(zdm_source_find_name(source, "why", true, 1, &at));
    assert_int_equal(at.line, 2);
    assert_int_equal(at.column, 24);
    assert_true(zdm_source_find_name(source, "why", false, 1, &at));
    assert_int_equal(at.column, 10);
    assert_true(zdm_source_find_name(source, "why", true, 3, &at));
    assert_int_equal(at.line, 3);
    assert_int_equal(at.column, 5);
    assert_false(zdm_source_find_name(source, "why", true, 4, &at));
    assert_false(zdm_source_find_name(source, "x", true, 1, &at));
    zdm_source_free(source);
}

static void
assert_function(const char *plan, int first, int last, const char *expected)
{
    struct zdm_source *source = read_text(plan);
    char *text = zdm_source_function(source, first, last);

    assert_string_equal(text, expected);
    free(text);
    zdm_source_free(source);
}

static void
test_function(void **state)
{
    (void)state;
    assert_function(
        "x = { run = function(db) return 1 end, why = 'x' }", 1, 1, "function(db) return 1 end\n");
    assert_function("local a = 1 f(function()  \n  if a then for i = 1, 2 do end end\t\n"
                    "  repeat local b = 'end' until b -- end\nend)",
        1, 4,
        "function()\n  if a then for i = 1, 2 do end end\n  repeat local b = 'end' until b -- "
        "end\nend\n");
    /* Two functions on one line cannot be told apart: the line stands for both. */
    assert_function("x = { function() end, function() end } ", 1, 1,
        "x = { function() end, function() end }\n");
    assert_function("x = 1\nfunction f() end", 2, 2, "function f() end\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find_text),
        cmocka_unit_test(test_locate),
        cmocka_unit_test(test_find_name),
        cmocka_unit_test(test_function),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
