/*
 * Comments that accept findings, settings of rules, places, and the exit code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "check/check.h"

static struct zdm_source
source_of(const char *text)
{
    return (struct zdm_source){.path = zdm_strdup("m.sql"),
        .kind = ZDM_SOURCE_SQL,
        .wrap = ZDM_WRAP_NEVER,
        .text = zdm_strdup(text),
        .original = zdm_strdup(text)};
}

/* What a listener was told. */
struct heard {
    struct zdm_buf found;
    size_t places[8][3]; /* line, column and offset of each statement */
    size_t n, n_notes, n_reports, largest;
    struct zdm_check_summary summary;
};

/* "2 unsafe dml-unbatched (reason), note 1 unused-allow": what DROP TABLE and friends bring is
 * reduced to the rules that the cases are about. */
static void
hear(void *self, const struct zdm_check_report *report)
{
    struct heard *heard = self;
    struct zdm_buf *out = &heard->found;

    heard->n_reports++;
    heard->largest = report->n > heard->largest ? report->n : heard->largest;
    for (size_t i = 0; i < report->n; i++) {
        const struct zdm_checked *item = &report->items[i];
        if (heard->n < sizeof heard->places / sizeof *heard->places) {
            size_t *place = heard->places[heard->n];
            place[0] = item->line;
            place[1] = item->column;
            place[2] = item->st->offset;
        }
        heard->n++;
        for (size_t k = 0; k < item->st->n_findings; k++) {
            if (strcmp(item->st->findings[k].rule, "break-drop-table") != 0)
                continue;
            zdm_buf_addf(out, "%s%zu", out->len ? ", " : "", item->line);
            if (item->allowed[k])
                zdm_buf_addf(out, " (%s)", item->allowed[k]);
        }
    }
    for (size_t i = 0; i < report->n_notes; i++)
        zdm_buf_addf(
            out, "%s%s at %zu", out->len ? ", " : "", report->notes[i].rule, report->notes[i].line);
    heard->n_notes += report->n_notes;
}

static int
run_sources(struct zdm_sources *sources, const struct zdm_check_settings *settings,
    const struct zdm_check_plans *plans, struct heard *heard, struct zdm_err *err)
{
    const struct zdm_check_listener listener = {.self = heard, .found = hear};

    *heard = (struct heard){.found = ZDM_BUF_INIT};
    return zdm_check_run(
        sources, settings, NULL, plans, NULL, NULL, &listener, &heard->summary, err);
}

static void
run(const char *const *texts, size_t n, const struct zdm_check_settings *settings,
    struct heard *heard)
{
    struct zdm_sources sources = {.n = n};
    struct zdm_err err = ZDM_ERR_INIT;

    sources.items = zdm_alloc(n * sizeof *sources.items);
    for (size_t i = 0; i < n; i++)
        sources.items[i] = source_of(texts[i]);
    assert_int_equal(run_sources(&sources, settings, NULL, heard, &err), 0);
    zdm_sources_release(&sources);
}

static const struct {
    const char *sql, *found;
} comments[] = {
    {"DROP TABLE a;", "1"},
    {"-- zdm: allow break-drop-table because nobody reads it\nDROP TABLE a;",
        "2 (nobody reads it)"},
    {"--zdm: allow break-drop-table because x\nDROP TABLE a;\nDROP TABLE b;", "2 (x), 3"},
    {"/* zdm: allow break-drop-table because x */ DROP TABLE a; DROP TABLE b;", "1 (x), 1"},
    {"/*\n * zdm: allow break-drop-table because x\n */\nDROP TABLE a;", "4 (x)"},
    {"DROP TABLE a; -- zdm: allow break-drop-table because x\nDROP TABLE b;", "1 (x), 2"},
    {"DROP TABLE a -- zdm: allow break-drop-table because x\n;\nDROP TABLE b;", "1 (x), 3"},
    {"DROP TABLE -- zdm: allow break-drop-table because x\na;", "1 (x)"},
    {"-- one\n-- zdm: allow break-drop-table because x\n-- two\nDROP TABLE a;", "4 (x)"},
    {"-- zdm: allow break-drop-table because x\n\nDROP TABLE a;", "3, unused-allow at 1"},
    {"-- zdm: allow break-drop-table because x\r\nDROP TABLE a;\r\n", "2 (x)"},
    {"-- zdm: allow break-drop-table, break-drop-column because x\nDROP TABLE a;",
        "2 (x), unused-allow at 1"},
    {"-- zdm: allow break-drop-column break-drop-table because x\nDROP TABLE a;",
        "2 (x), unused-allow at 1"},
    {"-- zdm: allow break-drop-table\nDROP TABLE a;", "2, allow-without-reason at 1"},
    {"-- zdm: allow break-drop-table because  \nDROP TABLE a;", "2, allow-without-reason at 1"},
    {"-- zdm: allow because x\nDROP TABLE a;", "2, bad-comment at 1"},
    {"-- zdm: alow break-drop-table because x\nDROP TABLE a;", "2, bad-comment at 1"},
    {"-- zdm:\nDROP TABLE a;", "2, bad-comment at 1"},
    {"-- zdm: allow break-drop-tabel because x\nDROP TABLE a;", "2, unknown-rule at 1"},
    {"DROP TABLE a;\n-- zdm: allow break-drop-table because x\n", "1, unused-allow at 2"},
    {"-- zdm: allow break-drop-table because x\n-- zdm: allow data-loss because y\nDROP TABLE a;",
        "3 (x), unknown-rule at 2"},
    {"-- zdm: allow-file break-drop-table because old\n\nDROP TABLE a;\nDROP TABLE b;",
        "3 (old), 4 (old)"},
    {"-- zdm: allow-file break-drop-table because old\nSELECT 1;", "unused-allow at 1"},
    {"SELECT 1;\n-- zdm: allow-file break-drop-table because old\nDROP TABLE a;",
        "3, bad-comment at 2"},
    {"SELECT '-- zdm: allow break-drop-table because x';\nDROP TABLE a;", "2"},
    {"SELECT '\n-- zdm: allow break-drop-table because x\n';\nDROP TABLE a;", "4"},
    {"SELECT $x$\n-- zdm: allow break-drop-table\n$x$;\nDROP TABLE a;", "4"},
    {"SELECT \"a\n-- zdm: allow break-drop-table\n\" FROM t;\nDROP TABLE a;", "4"},
    {"SELECT E'\\'\n-- zdm: allow break-drop-table\n';\nDROP TABLE a;", "4"},
    {"COPY t FROM stdin; -- zdm: allow break-drop-column because x\n1\n-- zdm: allow x\n\\.\n"
     "-- zdm: allow break-drop-table because y\nDROP TABLE a;",
        "6 (y), unused-allow at 1"},
    {"-- about zdm: not for it\nDROP TABLE a;", "2"},
    {"/* /* nested */ zdm: not the first word */\nDROP TABLE a;", "2"},
    {"-- zdm: allow break-drop-table because because is fine\nDROP TABLE a;",
        "2 (because is fine)"},
};

static void
test_comments(void **state)
{
    struct zdm_check_settings settings = {.fail_on = ZDM_FAIL_ON_ERROR};

    (void)state;
    for (size_t i = 0; i < sizeof comments / sizeof *comments; i++) {
        struct heard heard;
        run(&comments[i].sql, 1, &settings, &heard);
        if (strcmp(heard.found.s, comments[i].found) != 0)
            fail_msg("%s\nexpected: %s\ngot:      %s", comments[i].sql, comments[i].found,
                heard.found.s);
        zdm_buf_release(&heard.found);
    }
}

static size_t
newlines(const char *s)
{
    size_t n = 0;

    for (; *s; s++)
        n += *s == '\n';
    return n;
}

/* A large file is told of in portions. A comment between two of them belongs to the statement that it
 * stands beside, wherever the cut is. */
static void
test_portions(void **state)
{
#define ALLOW "zdm: allow break-drop-table because x"
    static const struct {
        const char *before, *behind;
        bool allowed;
    } forms[] = {
        {"", ";\n", false},
        {"", "; -- " ALLOW "\n", true},
        {"-- " ALLOW "\n", ";\n", true},
        {"/* " ALLOW " */ ", ";\n\n", true},
        {"", "; /* " ALLOW " */\n", true},
    };
    struct zdm_check_settings settings = {.fail_on = ZDM_FAIL_ON_ERROR};
    struct zdm_buf text = ZDM_BUF_INIT, expected = ZDM_BUF_INIT;
    struct heard heard;
    size_t line = 1;

    (void)state;
    for (int i = 0; i < 5000; i++) {
        size_t form = (size_t)i * 7 / 3 % (sizeof forms / sizeof *forms);
        zdm_buf_addf(&text, "%sDROP TABLE t%d%s", forms[form].before, i, forms[form].behind);
        line += newlines(forms[form].before);
        zdm_buf_addf(&expected, "%s%zu%s", i ? ", " : "", line, forms[form].allowed ? " (x)" : "");
        line += newlines(forms[form].behind);
    }
    zdm_buf_add(&text, "-- " ALLOW "\n");
    zdm_buf_addf(&expected, ", unused-allow at %zu", line);
    run((const char *const[]){text.s}, 1, &settings, &heard);
    assert_string_equal(heard.found.s, expected.s);
    assert_int_equal(heard.n, 5000);
    assert_int_equal(heard.summary.statements, 5000);
    assert_int_equal(heard.summary.files, 1);
    assert_true(heard.largest < 1000);
    zdm_buf_release(&heard.found);
    zdm_buf_release(&expected);
    zdm_buf_release(&text);
#undef ALLOW
}

/* What is allowed for a file and nowhere needed is told at its end. */
static void
test_unused_in_portions(void **state)
{
    struct zdm_check_settings settings = {.fail_on = ZDM_FAIL_ON_ERROR};
    struct zdm_buf text = ZDM_BUF_INIT;
    struct heard heard;

    (void)state;
    zdm_buf_add(&text, "-- zdm: allow-file break-drop-table because old\n\n");
    for (int i = 0; i < 2000; i++)
        zdm_buf_addf(&text, "SELECT %d;\n", i);
    run((const char *const[]){text.s}, 1, &settings, &heard);
    assert_true(heard.n_reports > 2);
    assert_string_equal(heard.found.s, "unused-allow at 1");
    zdm_buf_release(&heard.found);

    zdm_buf_add(&text, "DROP TABLE a;");
    run((const char *const[]){text.s}, 1, &settings, &heard);
    assert_string_equal(heard.found.s, "2003 (old)");
    zdm_buf_release(&heard.found);
    zdm_buf_release(&text);
}

static int
code_of(const char *text, const struct zdm_check_settings *settings)
{
    struct heard heard;

    run(&text, 1, settings, &heard);
    zdm_buf_release(&heard.found);
    return heard.summary.exit_code;
}

static void
test_exit_codes(void **state)
{
    struct zdm_check_settings strict = {.fail_on = ZDM_FAIL_ON_WARNING},
                              usual = {.fail_on = ZDM_FAIL_ON_ERROR},
                              none = {.fail_on = ZDM_FAIL_ON_NONE},
                              brave = {.fail_on = ZDM_FAIL_ON_ERROR, .allow_unknown = true};
    const char *unused = "-- zdm: allow break-drop-table because x\nSELECT 1;";

    (void)state;
    assert_int_equal(code_of("", &usual), 0);
    assert_int_equal(code_of("SELECT 1;", &usual), 0);
    assert_int_equal(code_of("DROP TABLE a;", &usual), 4);
    assert_int_equal(code_of("DROP TABLE a;", &none), 0);
    assert_int_equal(code_of("-- zdm: allow break-drop-table because x\nDROP TABLE a;", &usual), 0);
    assert_int_equal(code_of("-- zdm: allow break-drop-table\nDROP TABLE a;", &none), 0);
    assert_int_equal(code_of(unused, &usual), 0);
    assert_int_equal(code_of(unused, &strict), 4);
    /* What cannot be judged is never 0 by itself. */
    const char *const unknown[] = {"DO $$ BEGIN END $$;", "CREATE TABEL x ();", "\\i other.sql",
        "garbage", "ALTER TABLE t ADD COLUMN a int GENERATED ALWAYS AS (1) SOMEWHERE;"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        assert_int_equal(code_of(unknown[i], &usual), 2);
        assert_int_equal(code_of(unknown[i], &none), 2);
        assert_int_equal(code_of(unknown[i], &brave), 0);
    }
    assert_int_equal(code_of("DROP TABLE a; DO $$ BEGIN END $$;", &usual), 2);
    assert_int_equal(code_of("DROP TABLE a; DO $$ BEGIN END $$;", &brave), 4);
}

static void
test_rule_settings(void **state)
{
    struct zdm_check_settings settings = {.fail_on = ZDM_FAIL_ON_ERROR};
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    assert_int_equal(zdm_check_settings_rule(&settings, "break-drop-table", "warning", &err), 0);
    assert_int_equal(code_of("DROP TABLE a;", &settings), 0);
    assert_int_equal(zdm_check_settings_rule(&settings, "break-drop-table", "error", &err), 0);
    assert_int_equal(code_of("DROP TABLE a;", &settings), 4);
    assert_int_equal(zdm_check_settings_rule(&settings, "unused-allow", "error", &err), 0);
    assert_int_equal(code_of("-- zdm: allow break-drop-table because x\nSELECT 1;", &settings), 4);
    assert_int_equal(zdm_check_settings_rule(&settings, "unused-allow", "off", &err), 0);
    assert_int_equal(code_of("-- zdm: allow break-drop-table because x\nSELECT 1;", &settings), 0);
    assert_int_equal(zdm_check_settings_rule(&settings, "style", "info", &err), 0);

    assert_int_equal(zdm_check_settings_rule(&settings, "break-drop-tabel", "off", &err), -1);
    assert_string_equal(err.hint, "did you mean \"break-drop-table\"?");
    assert_int_equal(zdm_check_settings_rule(&settings, "break-drop-table", "eror", &err), -1);
    assert_non_null(strstr(err.message, "eror"));
    assert_int_equal(zdm_check_settings_rule(&settings, "invalid-plan", "off", &err), -1);
    size_t n;
    const struct zdm_rule *rules = zdm_sql_rules(&n);
    for (size_t i = 0; i < n; i++)
        if (rules[i].hazard == ZDM_HAZARD_UNKNOWN && rules[i].severity == ZDM_SEVERITY_ERROR)
            assert_int_equal(zdm_check_settings_rule(&settings, rules[i].id, "off", &err), -1);
    zdm_err_release(&err);
    zdm_check_settings_release(&settings);
}

/* The code of several files is that of the one that counts most. */
static void
test_exit_code_of_several(void **state)
{
    const char *const unknown_first[] = {"garbage", "DROP TABLE a;", "SELECT 1;"};
    const char *const unknown_last[] = {"SELECT 1;", "DROP TABLE a;", "garbage"};
    const char *const refused[] = {"SELECT 1;", "DROP TABLE a;", "SELECT 1;"};
    struct zdm_check_settings settings = {.fail_on = ZDM_FAIL_ON_ERROR};
    struct heard heard;

    (void)state;
    run(unknown_first, 3, &settings, &heard);
    assert_int_equal(heard.summary.exit_code, 2);
    zdm_buf_release(&heard.found);
    run(unknown_last, 3, &settings, &heard);
    assert_int_equal(heard.summary.exit_code, 2);
    zdm_buf_release(&heard.found);
    run(refused, 3, &settings, &heard);
    assert_int_equal(heard.summary.exit_code, 4);
    zdm_buf_release(&heard.found);
}

static void
test_places(void **state)
{
    const char *text = "-- ä\n\n  SELECT 1; SELECT 'ä'; SELECT 2;\n\tSELECT 3;";
    struct zdm_check_settings settings = {.fail_on = ZDM_FAIL_ON_ERROR};
    struct heard heard;
    static const size_t places[][2] = {{3, 3}, {3, 13}, {3, 25}, {4, 2}};

    (void)state;
    run(&text, 1, &settings, &heard);
    assert_int_equal(heard.n, 4);
    for (size_t i = 0; i < heard.n; i++) {
        size_t line, column;
        assert_int_equal(heard.places[i][0], places[i][0]);
        assert_int_equal(heard.places[i][1], places[i][1]);
        zdm_text_position(text, heard.places[i][2], &line, &column);
        assert_int_equal(line, places[i][0]);
        assert_int_equal(column, places[i][1]);
    }
    assert_int_equal(heard.summary.files, 1);
    assert_int_equal(heard.summary.statements, 4);
    zdm_buf_release(&heard.found);
}

/* What an earlier file made is known, but no longer new: somebody may use it by then. */
static void
test_files_in_order(void **state)
{
    const char *const apart[] = {
        "CREATE TABLE t (id bigint PRIMARY KEY);", "CREATE INDEX i ON t (id);"};
    const char *const together[] = {
        "CREATE TABLE t (id bigint PRIMARY KEY); CREATE INDEX i ON t (id);"};
    struct zdm_check_settings settings = {.fail_on = ZDM_FAIL_ON_ERROR};
    struct heard heard;

    (void)state;
    run(together, 1, &settings, &heard);
    assert_int_equal(heard.summary.errors, 0);
    assert_int_equal(heard.n_reports, 1);
    zdm_buf_release(&heard.found);
    run(apart, 2, &settings, &heard);
    assert_true(heard.summary.errors > 0);
    assert_int_equal(heard.n_reports, 2);
    assert_int_equal(heard.summary.files, 2);
    zdm_buf_release(&heard.found);
}

/* A file that is only read for what it makes is not reported. */
static void
test_context(void **state)
{
    struct zdm_source items[] = {
        source_of("DROP TABLE a; -- zdm: allow x\n"), source_of("SELECT 1;")};
    struct zdm_sources sources = {.items = items, .n = 2};
    struct zdm_check_settings settings = {.fail_on = ZDM_FAIL_ON_WARNING};
    struct heard heard;
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    items[0].context = true;
    assert_int_equal(run_sources(&sources, &settings, NULL, &heard, &err), 0);
    assert_int_equal(heard.n_reports, 1);
    assert_int_equal(heard.n, 1);
    assert_int_equal(heard.n_notes, 0);
    assert_int_equal(heard.summary.files, 1);
    assert_int_equal(heard.summary.exit_code, 0);
    zdm_buf_release(&heard.found);
    for (size_t i = 0; i < 2; i++)
        zdm_source_release(&items[i]);
}

static int
target_is_gone(void *self, const struct zdm_source *source, struct zdm_sql_context *context,
    struct zdm_check_report *report, struct zdm_err *err)
{
    (void)self, (void)source, (void)context, (void)report;
    return zdm_fail(err, ZDM_ERR_FAILED, "the target is gone");
}

/* What was judged before the work broke off has been told, and is in the sums. */
static void
test_breaks_off(void **state)
{
    struct zdm_source items[] = {
        source_of("DROP TABLE a;"), source_of("-- a plan"), source_of("DROP TABLE b;")};
    struct zdm_sources sources = {.items = items, .n = 3};
    struct zdm_check_settings settings = {.fail_on = ZDM_FAIL_ON_ERROR};
    const struct zdm_check_plans plans = {.check = target_is_gone};
    struct heard heard;
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    items[1].kind = ZDM_SOURCE_PLAN;
    assert_int_equal(run_sources(&sources, &settings, &plans, &heard, &err), -1);
    assert_string_equal(err.message, "the target is gone");
    assert_string_equal(err.file, "m.sql");
    assert_int_equal(heard.n_reports, 1);
    assert_string_equal(heard.found.s, "1");
    assert_int_equal(heard.summary.files, 1);
    assert_int_equal(heard.summary.statements, 1);
    assert_int_equal(heard.summary.exit_code, 4);
    zdm_buf_release(&heard.found);
    zdm_err_release(&err);
    for (size_t i = 0; i < 3; i++)
        zdm_source_release(&items[i]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comments),
        cmocka_unit_test(test_portions),
        cmocka_unit_test(test_unused_in_portions),
        cmocka_unit_test(test_exit_codes),
        cmocka_unit_test(test_exit_code_of_several),
        cmocka_unit_test(test_rule_settings),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_files_in_order),
        cmocka_unit_test(test_context),
        cmocka_unit_test(test_breaks_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
