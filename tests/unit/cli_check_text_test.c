/*
 * What people and line readers get of a report: text, gcc, github.
 */
#include "cli_check_fixture.h"

#include <stdio.h>

#include "cli/check_rows.h"
#include "cli/render_source.h"

static void
test_text(void **state)
{
    (void)state;
    struct zdm_buf out = ZDM_BUF_INIT;
    struct sample s;

    sample_init(&s);
    sample_render(&s, "text", &out);
    check_columns(out.s, 80);
    check_text("db/1 users.sql:1: warning[unused-allow]: nothing here needs it\n"
               "  hint      take the comment out\n"
               "\n"
               "db/1 users.sql:4:15: error[scan-set-not-null]: SET NOT NULL on users.\"E <Mail>\"\n"
               "  scans the whole table | 100%\n"
               "    2 | ALTER TABLE users\n"
               "    3 |   ADD COLUMN a int,\n"
               "    4 |         ALTER COLUMN \"E <Mail>\" SET NOT NULL;\n"
               "      |                      ^~~~~~~~~~\n"
               "  locks     ACCESS EXCLUSIVE on users while it scans; ROW SHARE on orders\n"
               "            briefly\n"
               "  work      scans users\n"
               "  breaks    code that writes, prepared statements (once)\n"
               "  hint      prove it first\n"
               "            with a CHECK\n"
               "  safer\n"
               "    ALTER TABLE users ADD CONSTRAINT c\n"
               "      CHECK (\"E <Mail>\" IS NOT NULL) NOT VALID;\n"
               "    ALTER TABLE users VALIDATE CONSTRAINT c;\n"
               "\n"
               "db/1 users.sql:5:1: allowed[break-drop-table]: nobody reads it | since v2\n"
               "\n"
               "db/1 users.sql:5:17: warning[index-create-blocking]: CREATE INDEX on users\n"
               "  blocks writes\n"
               "    5 | DROP TABLE old; CREATE INDEX i ON users (a);\n"
               "      |                 ^~~~~~\n"
               "\n"
               "db/1 users.sql:5:17: info[trace-differs]: the trace locks old too\n"
               "\n"
               "db/2:a,b%.sql:1:1: error[uninspectable]: zdm cannot see what \\gexec does\n"
               "    1 | \\gexec & more\n"
               "      | ^\n"
               "\n"
               "plans/u.lua: error[invalid-plan]: no such thing\n"
               "\n"
               "plans/u.lua:7:12: info[dml-unbatched]: UPDATE of every row of users\n"
               "    7 | UPDATE users SET a = 1\n"
               "      | ^~~~~~\n"
               "  step      fill a\n"
               "\n"
               "5 statements in 3 files: 3 errors, 2 warnings, 1 remark, 1 allowed, 1 not\n"
               "understood\n"
               "evidence: assumed, from the text alone, on the safe side; --db DSN asks the\n"
               "catalog of a database\n"
               "zdm explain RULE says more: dml-unbatched, index-create-blocking,\n"
               "scan-set-not-null, uninspectable\n",
        &out);
}

static void
test_nothing_found(void **state)
{
    (void)state;
    struct zdm_buf out = ZDM_BUF_INIT;
    struct sample s;

    sample_init(&s);
    s.n_reports = 0;
    s.summary = (struct zdm_check_summary){.files = 1, .statements = 2, .safe = 2};
    sample_render(&s, "text", &out);
    check_text("2 statements in 1 file: nothing to complain about\n"
               "evidence: assumed, from the text alone, on the safe side; --db DSN asks the\n"
               "catalog of a database\n",
        &out);
    s.evidence = "catalog of shop on db1, PostgreSQL 15.8";
    sample_render(&s, "text", &out);
    check_text("2 statements in 1 file: nothing to complain about\n"
               "evidence: catalog of shop on db1, PostgreSQL 15.8\n",
        &out);
}

static void
test_one_assumed_among_others(void **state)
{
    (void)state;
    struct zdm_buf out = ZDM_BUF_INIT;
    struct sample s;

    sample_init(&s);
    s.evidence = "catalog";
    s.statements[2].evidence = ZDM_EVIDENCE_CATALOG;
    sample_render(&s, "text", &out);
    assert_non_null(
        strstr(out.s, "evidence  " ZDM_PLAIN "assumed: the catalog does not settle all"));
    zdm_buf_clear(&out);
    s.reports[0].items = &s.items[2];
    s.reports[0].n = s.n_reports = 1;
    sample_render(&s, "text", &out);
    assert_null(strstr(out.s, "does not settle"));
    zdm_buf_release(&out);
}

/* One line with the byte range [from, to) of it underlined. */
static void
excerpt(struct zdm_buf *out, const char *text, size_t from, size_t to)
{
    zdm_render_excerpt(out, &(struct zdm_excerpt){.text = text,
                                .begin = from,
                                .from = from,
                                .to = to,
                                .begin_line = 1,
                                .from_line = 1,
                                .underline = ZDM_RED,
                                .columns = 40});
}

static void
test_excerpts(void **state)
{
    (void)state;
    static const struct {
        const char *text, *mark;
        const char *expected;
    } cases[] = {
        /* 32 columns beside the gutter */
        {"12345678901234567890123456789012", "1234",
            "    1 | 12345678901234567890123456789012\n"
            "      | ^~~~\n"},
        {"123456789012345678901234567890123", "1234",
            "    1 | 12345678901234567890123456789...\n"
            "      | ^~~~\n"},
        {"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddHEREeeeeeeeeeeffffffffffgggggggggg", "HERE",
            "    1 | ...ddddddddddHEREeeeeeeeeeeff...\n"
            "      |              ^~~~\n"},
        {"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddHERE", "HERE",
            "    1 | ...bbbbbccccccccccddddddddddHERE\n"
            "      |                             ^~~~\n"},
        {"\tx \ty", "y",
            "    1 |         x       y\n"
            "      |                 ^\n"},
        {"\xe5\xae\xa2\xe6\x88\xb7 x", "x",
            "    1 | \xe5\xae\xa2\xe6\x88\xb7 x\n"
            "      |      ^\n"},
        {"a\x1b[31mb\x01\xff x", "x",
            "    1 | a?[31mb?\xef\xbf\xbd x\n"
            "      |           ^\n"},
        {"a\xe2\x80\xae\xc2\x9b x", "x",
            "    1 | a?? x\n"
            "      |     ^\n"},
        {"e\xcc\x81 x\r\nnext", "x",
            "    1 | e\xcc\x81 x\n"
            "      |   ^\n"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zdm_buf out = ZDM_BUF_INIT;
        size_t from = offset_of(cases[i].text, cases[i].mark);
        excerpt(&out, cases[i].text, from, from + strlen(cases[i].mark));
        check_columns(out.s, 40);
        check_text(cases[i].expected, &out);
    }
}

static void
test_places(void **state)
{
    (void)state;
    static const char text[] = "ALTER TABLE a.\"b c\".d\n  ADD x.y int";
    struct zdm_buf out = ZDM_BUF_INIT;
    struct sample s;

    /* Names with dots and quotes are underlined as one; a finding out of range is the statement's. */
    sample_init(&s);
    s.statements[4].sql = TEXT(text);
    for (size_t i = 0; i < 3; i++) {
        static const char *const parts[] = {"a.", "x.y", NULL};
        static const char *const places[] = {
            "7:24-7:33", "8:7-8:10", "7:12-7:17"}; /* the statement begins at 7:12 */
        struct zdm_check_place at;
        char place[64];
        s.findings[4].offset = parts[i] ? offset_of(text, parts[i]) : 4000;
        zdm_check_place(&s.items[4], &s.findings[4], &at);
        snprintf(
            place, sizeof place, "%zu:%zu-%zu:%zu", at.line, at.column, at.end_line, at.end_column);
        assert_string_equal(place, places[i]);
    }
    zdm_buf_release(&out);
}

static void
test_no_mark_gets_through(void **state)
{
    (void)state;
    struct zdm_buf out = ZDM_BUF_INIT, painted = ZDM_BUF_INIT;
    struct sample s;

    sample_init(&s);
    s.sources[0].path = TEXT("a\x03z.sql");
    s.findings[0].message = TEXT("\x05green \x1b[32m");
    s.findings[0].hint = TEXT("\x04yellow");
    s.safer[0] = TEXT("SELECT '\x06'");
    s.allowed[0] = "\x02";
    s.notes[0].message = "\x01";
    s.differences[0] = "\x03";
    sample_render(&s, "text", &out);
    zdm_paint(&painted, out.s, false);
    assert_non_null(strstr(painted.s, "a?z.sql:"));
    assert_non_null(strstr(painted.s, "?green ?[32m"));
    assert_non_null(strstr(painted.s, "?yellow"));
    assert_non_null(strstr(painted.s, "SELECT '?';"));
    assert_non_null(strstr(painted.s, "allowed[break-drop-table]: ?\n"));
    assert_null(strchr(painted.s, '\x1b'));
    zdm_buf_release(&out);
    zdm_buf_release(&painted);
}

static void
test_gcc(void **state)
{
    (void)state;
    struct zdm_buf out = ZDM_BUF_INIT;
    struct sample s;

    sample_init(&s);
    sample_render(&s, "gcc", &out);
    check_text("db/1 users.sql:1:1: warning: nothing here needs it [unused-allow]\n"
               "db/1 users.sql:1:1: note: take the comment out\n"
               "db/1 users.sql:4:15: error: SET NOT NULL on users.\"E <Mail>\" scans the whole "
               "table | 100% [scan-set-not-null]\n"
               "db/1 users.sql:4:15: note: prove it first with a CHECK\n"
               "db/1 users.sql:5:17: warning: CREATE INDEX on users blocks writes "
               "[index-create-blocking]\n"
               "db/1 users.sql:5:17: note: the trace locks old too [trace-differs]\n"
               "db/2:a,b%.sql:1:1: error: zdm cannot see what \\gexec does [uninspectable]\n"
               "plans/u.lua:1:1: error: no such thing [invalid-plan]\n"
               "plans/u.lua:7:12: note: UPDATE of every row of users [dml-unbatched]\n",
        &out);
}

static void
test_github(void **state)
{
    (void)state;
    struct zdm_buf out = ZDM_BUF_INIT;
    struct sample s;

    sample_init(&s);
    s.sources[2].path = TEXT("./plans/u.lua");
    sample_render(&s, "github", &out);
    check_text(
        "::warning file=db/1 users.sql,line=1,title=unused-allow::nothing here needs it%0Atake the "
        "comment out\n"
        "::error file=db/1 users.sql,line=4,col=15,endColumn=25,title=scan-set-not-null::SET NOT "
        "NULL on users.\"E <Mail>\" scans the whole table | 100%25%0Aprove it first%0Awith a "
        "CHECK%0A%0AALTER TABLE users ADD CONSTRAINT c%0A  CHECK (\"E <Mail>\" IS NOT NULL) NOT "
        "VALID;%0AALTER TABLE users VALIDATE CONSTRAINT c;%0A\n"
        "::warning file=db/1 "
        "users.sql,line=5,col=17,endColumn=23,title=index-create-blocking::CREATE INDEX on users "
        "blocks writes\n"
        "::notice file=db/1 users.sql,line=5,col=17,endColumn=23,title=trace-differs::the trace "
        "locks old too\n"
        "::error file=db/2%3Aa%2Cb%25.sql,line=1,col=1,endColumn=2,title=uninspectable::zdm cannot "
        "see what \\gexec does\n"
        "::error file=plans/u.lua,title=invalid-plan::no such thing\n"
        "::notice file=plans/u.lua,line=7,col=12,endColumn=18,title=dml-unbatched::UPDATE of every "
        "row of users\n",
        &out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_nothing_found),
        cmocka_unit_test(test_one_assumed_among_others),
        cmocka_unit_test(test_excerpts),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_no_mark_gets_through),
        cmocka_unit_test(test_gcc),
        cmocka_unit_test(test_github),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
