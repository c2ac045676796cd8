#include "cli_render.h"

#include "cli/render_error.h"

static struct zdm_err
error_at(int line, int column)
{
    struct zdm_err err = ZDM_ERR_INIT;

    zdm_fail(&err, ZDM_ERR_PLAN, "unknown field \"tabel\"");
    zdm_err_at(&err, (struct zdm_place){"plans/x.lua", line, column});
    return err;
}

/* Releases the error. */
static void
check(const char *expected, struct zdm_err err, const char *source)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_render_error(&text, &err, source);
    zdm_err_release(&err);
    check_text(expected, &text);
}

static void
every_part(void **state)
{
    struct zdm_err err = error_at(2, 3);

    (void)state;
    zdm_err_detail(&err, "a step has table, set, where and key, and a few more that are of no "
                         "interest here\n  - old\n  + new");
    zdm_err_hint(&err, "did you mean \"table\"?");
    check("plans/x.lua:2:3: error: unknown field \"tabel\"\n"
          "    2 | tabel = 1,\n"
          "      | ^\n"
          "  detail: a step has table, set, where and key, and a few more that are of no\n"
          "          interest here\n"
          "            - old\n"
          "            + new\n"
          "  hint: did you mean \"table\"?\n",
        err, "first\n  tabel = 1,\nlast\n");
}

static void
without_a_place(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    zdm_fail(&err, ZDM_ERR_FAILED, "relation \"users\" does not exist");
    memcpy(err.sqlstate, "42P01", 6);
    check("zdm: error: relation \"users\" does not exist (SQLSTATE 42P01)\n", err, NULL);
    check("plans/x.lua:7: error: unknown field \"tabel\"\n", error_at(7, 0), NULL);
    check("plans/x.lua: error: unknown field \"tabel\"\n", error_at(0, 0), "text");
}

static void
odd_lines(void **state)
{
    (void)state;
    /* The line alone is known: it is shown without a caret. */
    check("plans/x.lua:1: error: unknown field \"tabel\"\n"
          "    1 | tabel = 1\n",
        error_at(1, 0), "\ttabel = 1");
    /* Tabs between stay tabs, so that the caret moves as far. */
    check("plans/x.lua:1:4: error: unknown field \"tabel\"\n"
          "    1 | x\t tabel\n"
          "      |  \t ^\n",
        error_at(1, 4), "x\t tabel");
    /* Columns count characters; wide ones take two columns. */
    check("plans/x.lua:1:4: error: unknown field \"tabel\"\n"
          "    1 | \xe6\xbc\xa2\xc3\xa9 t\n"
          "      |     ^\n",
        error_at(1, 4), "\xe6\xbc\xa2\xc3\xa9 t");
    /* A place behind the end: the file changed meanwhile. */
    check("plans/x.lua:9:1: error: unknown field \"tabel\"\n", error_at(9, 1), "one\n");
    check("plans/x.lua:1:99: error: unknown field \"tabel\"\n"
          "    1 | ab\n"
          "      |   ^\n",
        error_at(1, 99), "ab\r\n");
    check("plans/x.lua:1:1: error: unknown field \"tabel\"\n", error_at(1, 1), "\n\n");
}

static void
long_lines_are_cut_around_the_caret(void **state)
{
    struct zdm_buf source = ZDM_BUF_INIT, text = ZDM_BUF_INIT;
    struct zdm_err err;

    (void)state;
    for (int i = 0; i < 300; i++)
        zdm_buf_addc(&source, i == 200 ? '!' : 'x');
    for (int column = 1; column <= 301; column += 20) {
        err = error_at(1, column);
        zdm_render_error(&text, &err, source.s);
        check_columns(text.s, 80);
        zdm_err_release(&err);
        zdm_buf_clear(&text);
    }
    err = error_at(1, 201);
    zdm_render_error(&text, &err, source.s);
    zdm_err_release(&err);

    struct zdm_buf plain = ZDM_BUF_INIT;
    zdm_paint(&plain, text.s, false);
    const char *line = strchr(plain.s, '\n') + 1, *mark = strchr(line, '!');
    const char *below = strchr(line, '\n') + 1;
    assert_non_null(mark);
    assert_int_equal(mark - line, strchr(below, '^') - below);
    zdm_buf_release(&plain);
    zdm_buf_release(&source);
    zdm_buf_release(&text);
}

static void
places_are_ordered(void **state)
{
    struct zdm_errlist list = ZDM_ERRLIST_INIT, more = ZDM_ERRLIST_INIT;
    const int lines[] = {4, 2, 9};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct zdm_err err = error_at(lines[i], 1);
        zdm_err_move(zdm_errlist_add(i < 2 ? &list : &more), &err);
    }
    zdm_fail(zdm_errlist_add(&more), ZDM_ERR_REFUSED, "no place");
    zdm_errlist_append(&list, &more);
    assert_int_equal(0, more.count);
    zdm_errlist_sort(&list);
    assert_int_equal(4, list.count);
    assert_string_equal("no place", list.items[0].message);
    assert_int_equal(2, list.items[1].line);
    assert_int_equal(4, list.items[2].line);
    assert_int_equal(9, list.items[3].line);
    assert_int_equal(2, zdm_errlist_exit_code(&list));
    zdm_errlist_release(&list);

    zdm_fail(zdm_errlist_add(&list), ZDM_ERR_REFUSED, "unsafe");
    assert_int_equal(4, zdm_errlist_exit_code(&list));
    zdm_errlist_release(&list);
    assert_int_equal(0, zdm_errlist_exit_code(&list));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part),
        cmocka_unit_test(without_a_place),
        cmocka_unit_test(odd_lines),
        cmocka_unit_test(long_lines_are_cut_around_the_caret),
        cmocka_unit_test(places_are_ordered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
