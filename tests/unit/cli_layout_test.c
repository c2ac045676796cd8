#include "cli_render.h"

#include "cli/again.h"
#include "cli/help.h"

static void
widths(void **state)
{
    (void)state;
    assert_int_equal(0, zdm_width(""));
    assert_int_equal(5, zdm_width("plain"));
    assert_int_equal(4, zdm_width("caf\xc3\xa9"));
    assert_int_equal(4, zdm_width("cafe\xcc\x81"));             /* combining accent */
    assert_int_equal(4, zdm_width("\xe6\xbc\xa2\xe5\xad\x97")); /* two wide characters */
    assert_int_equal(3, zdm_width(ZDM_BOLD "abc" ZDM_PLAIN));
    assert_int_equal(3, zdm_width("\xff\xc3x")); /* stray bytes */
    assert_int_equal(1, zdm_width("\xf0"));      /* cut off in the middle */
}

static void
wrapping(void **state)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    (void)state;
    zdm_add_wrapped(&text, "one two three four", 2, 10);
    check_text("one two\n  three\n  four", &text);
    zdm_add_wrapped(&text, "a-word-that-is-too-long fits nowhere", 0, 10);
    check_text("a-word-that-is-too-long\nfits\nnowhere", &text);
    zdm_add_wrapped(
        &text, "first paragraph\n\nsecond\n  kept   as it is, whatever its width", 1, 8);
    check_text("first\n paragraph\n\n second\n   kept   as it is, whatever its width", &text);
    zdm_add_wrapped(&text, "", 4, 10);
    check_text("", &text);
    zdm_add_wrapped(&text, "ends\n", 4, 10);
    check_text("ends", &text);
    zdm_add_wrapped(&text, "too narrow", 9, 4);
    check_text("too\n         narrow", &text);
}

static void
cutting(void **state)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    (void)state;
    zdm_add_cut(&text, "12345678", 8);
    check_text("12345678", &text);
    zdm_add_cut(&text, "123456789", 8);
    check_text("12345...", &text);
    zdm_add_cut(&text, "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2", 5);
    check_text("\xe6\xbc\xa2...", &text);
    zdm_add_cut(&text, "12345", 2);
    check_text("12", &text);
    zdm_add_cut(&text, "12345", 0);
    check_text("", &text);
}

static void
block(const char *expected, const char *sql)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_add_block(&text, sql, strlen(sql), 2, -1);
    check_text(expected, &text);
}

static void
blocks_keep_their_shape(void **state)
{
    (void)state;
    block("", "");
    block("", " \n\t\n");
    block("  SELECT 1\n", "SELECT 1");
    block("  SELECT 1\n", "\n    SELECT 1  \n  ");
    block("  CREATE TABLE t (\n    a int\n  )\n", "CREATE TABLE t (\n      a int\n    )");
    block("  a\n\n  b\n", "\n  a\n\n  b\n\n");
    block("  a\n  \tb\n  c\n", "\n\ta\n\t\tb\n\tc\n");
    block("  a\n  b\n", "a\r\nb\r\n");
}

static void
cut_out_blocks_keep_their_shape_too(void **state)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    const char *sql = "SELECT 1\n      FROM t\n     WHERE a";

    (void)state;
    zdm_add_block(&text, sql, strlen(sql), 0, 4);
    check_text("SELECT 1\n  FROM t\n WHERE a\n", &text);
    /* Behind other text on its line: that says nothing. */
    zdm_add_block(&text, sql, strlen(sql), 0, 20);
    check_text("SELECT 1\n FROM t\nWHERE a\n", &text);
    /* On a line of its own the first one counts as the others do. */
    sql = "\n  BEGIN\n    a;\n  END";
    zdm_add_block(&text, sql, strlen(sql), 0, 20);
    check_text("BEGIN\n  a;\nEND\n", &text);
}

static void
shell_words(void **state)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    (void)state;
    zdm_add_shell_word(&text, "plans/a-b_1.lua");
    check_text("plans/a-b_1.lua", &text);
    zdm_add_shell_word(&text, "old code is gone");
    check_text("\"old code is gone\"", &text);
    zdm_add_shell_word(&text, "costs $5 \"now\"");
    check_text("'costs $5 \"now\"'", &text);
    zdm_add_shell_word(&text, "it's `x`");
    check_text("'it'\\''s `x`'", &text);
    zdm_add_shell_word(&text, "");
    check_text("\"\"", &text);
}

static void
painted(const char *expected, const char *text, bool color)
{
    struct zdm_buf out = ZDM_BUF_INIT;

    zdm_paint(&out, text, color);
    assert_string_equal(expected, out.s);
    zdm_buf_release(&out);
}

static void
marks_become_colour_and_nothing_else_does(void **state)
{
    (void)state;
    painted("done", ZDM_GREEN "done" ZDM_PLAIN, false);
    painted("\033[32mdone\033[0m", ZDM_GREEN "done" ZDM_PLAIN, true);
    painted("\033[1ma\033[0m\nb", ZDM_BOLD "a\nb", true); /* a line's end ends it */
    painted("\033[1ma\033[0m", ZDM_BOLD "a", true);
    painted("?[31mred?[0m", "\033[31mred\033[0m", true); /* of a plan, or of a server */
    painted("a?b\tc", "a\rb\tc", false);
    painted("?31m",
        "\xc2\x9b"
        "31m",
        true); /* the one-byte form of the same */
    painted("caf\xc3\xa9 \xef\xbf\xbd", "caf\xc3\xa9 \xe9", true);
}

static void
help_fits_a_terminal(void **state)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    (void)state;
    zdm_help_overview(&text);
    check_columns(text.s, 80);
    for (size_t i = 0; i < zdm_n_commands; i++) {
        zdm_buf_clear(&text);
        zdm_help_command(&text, &zdm_commands[i]);
        check_columns(text.s, 80);
    }
    zdm_buf_release(&text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths),
        cmocka_unit_test(wrapping),
        cmocka_unit_test(cutting),
        cmocka_unit_test(blocks_keep_their_shape),
        cmocka_unit_test(cut_out_blocks_keep_their_shape_too),
        cmocka_unit_test(shell_words),
        cmocka_unit_test(marks_become_colour_and_nothing_else_does),
        cmocka_unit_test(help_fits_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
