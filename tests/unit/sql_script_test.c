/* Scripts that need not be right: every text gives statements, each with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "sql_describe.h"

/* A statement a line: "offset [!]text", ! when it could not be parsed; then its rules. */
static char *
outline(const char *text, enum zdm_wrap wrap)
{
    struct zdm_buf out = ZDM_BUF_INIT;
    struct zdm_parsed *parsed;

    zdm_sql_classify_script(text, wrap, NULL, &parsed);
    for (size_t i = 0; i < parsed->count; i++) {
        const struct zdm_statement *st = &parsed->statements[i];
        zdm_buf_addf(&out, "%zu %s%s", st->offset, st->parsed ? "" : "!", st->sql);
        if (!st->parsed)
            assert_int_equal(st->verdict, ZDM_VERDICT_UNKNOWN);
        for (size_t k = 0; k < st->n_findings; k++)
            zdm_buf_addf(&out, " [%zu %s]", st->findings[k].offset, st->findings[k].rule);
        zdm_buf_addc(&out, '\n');
    }
    zdm_parsed_free(parsed);
    return zdm_buf_take(&out);
}

static const struct {
    const char *text, *expected;
} scripts[] = {
    {"", ""},
    {"\xEF\xBB\xBF-- nothing\n;;", ""},
    {"\xEF\xBB\xBFSHOW a", "3 SHOW a\n"},
    {"SHOW a;\r\nSHOW b\r\n;\r\n", "0 SHOW a\n9 SHOW b\n"},
    /* An error stays where it is. */
    {"SHOW a; SELEC 1; SHOW b", "0 SHOW a\n8 !SELEC 1 [8 unparsed]\n17 SHOW b\n"},
    {"SHOW a; SHOW 'x' oops; SHOW b", "0 SHOW a\n8 !SHOW 'x' oops [13 unparsed]\n23 SHOW b\n"},
    {"SELECT (1; SHOW b; SHOW c", "0 !SELECT (1 [9 unparsed]\n11 SHOW b\n19 SHOW c\n"},
    {"SHOW a; SELECT '\xff'; SHOW b", "0 SHOW a\n8 !SELECT '?' [16 unparsed]\n20 SHOW b\n"},
    {"SHOW a; -- \xff\nSHOW b", "0 SHOW a\n13 SHOW b\n"},
    {"SHOW a; SELECT 'open; SHOW b", "0 SHOW a\n8 !SELECT 'open; SHOW b [15 unparsed]\n"},
    {"SHOW a; /* open; SHOW b", "0 SHOW a\n8 !/* open; SHOW b [8 unparsed]\n"},
    {"SHOW a; DO $x$ open; SHOW b", "0 SHOW a\n8 !DO $x$ open; SHOW b [11 unparsed]\n"},
    /* Semicolons that end nothing. */
    {"SELECT ';', ';' AS \";\", $$;$$, $a$;$$;$a$, E'\\';' /* ; /* ; */ ; */ -- ;\n; SHOW a",
        "0 SELECT ';', ';' AS \";\", $$;$$, $a$;$$;$a$, E'\\';'\n75 SHOW a\n"},
    {"SELECT E'a'\n'\\'; '; SHOW a", "0 SELECT E'a'\n'\\'; '\n20 SHOW a\n"},
    {"SELECT a$b, c FROM t$; SHOW a", "0 SELECT a$b, c FROM t$\n23 SHOW a\n"},
    {"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; "
     "END; SHOW a",
        "0 CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT "
        "2; END\n94 SHOW a\n"},
    {"BEGIN; SHOW a; END; SHOW b", "0 BEGIN\n7 SHOW a\n15 END\n20 SHOW b\n"},
    /* Commands of psql. */
    {"\\set ON_ERROR_STOP on\n\\echo hi; there\nSHOW a;\n\\timing\nSHOW b;",
        "38 SHOW a\n54 SHOW b\n"},
    {"SHOW a;\n\\i other.sql\nSHOW b;",
        "0 SHOW a\n8 !\\i other.sql [8 uninspectable]\n21 SHOW b\n"},
    {"SHOW a \\gset x_\nSHOW b \\g\nSHOW c", "0 SHOW a\n16 SHOW b\n26 SHOW c\n"},
    {"SELECT 'SHOW a' \\gexec\nSHOW b",
        "0 SELECT 'SHOW a'\n16 !\\gexec [16 uninspectable]\n23 SHOW b\n"},
    {"SELECT 1,\n\\echo now\n2; SHOW a", "0 SELECT 1,\n\\echo now\n2\n23 SHOW a\n"},
    {"SHOW a\\; SHOW b;", "0 SHOW a\n9 SHOW b\n"},
    {"\\x \\\\ SHOW a; SHOW b", "6 SHOW a\n14 SHOW b\n"},
    {"\\copy t from 'f'\n\\! rm x\n\\connect other\n\\if :x\n",
        "0 !\\copy t from 'f' [0 uninspectable]\n17 !\\! rm x [17 uninspectable]\n25 !\\connect "
        "other [25 uninspectable]\n40 !\\if :x [40 uninspectable]\n"},
    {"\\o out.txt\n\\o | sh\n\\set AUTOCOMMIT off\n",
        "11 !\\o | sh [11 uninspectable]\n19 !\\set AUTOCOMMIT off [19 uninspectable]\n"},
    {"SHOW :name; SHOW b", "0 !SHOW :name [5 unparsed]\n12 SHOW b\n"},
    {"SHOW ${name}; SHOW b", "0 !SHOW ${name} [5 unparsed]\n14 SHOW b\n"},
    {"SHOW a_${name}.b; SHOW b", "0 !SHOW a_${name}.b [7 unparsed]\n18 SHOW b\n"},
    {"SELECT :'name', 'x'::text; SHOW b", "0 !SELECT :'name', 'x'::text [7 unparsed]\n27 SHOW b\n"},
    {"SELECT a[1:n]; SHOW b", "0 SELECT a[1:n]\n15 SHOW b\n"},
    /* Rows behind COPY. */
    {"COPY t FROM stdin;\n1;\t'\n\\x\n\\.\nSHOW a", "0 COPY t FROM stdin\n30 SHOW a\n"},
    {"COPY t (a) FROM STDIN WITH (FORMAT csv);\r\n1\r\n\\.\r\nSHOW a",
        "0 COPY t (a) FROM STDIN WITH (FORMAT csv)\n49 SHOW a\n"},
    {"COPY t FROM stdin;\nSHOW a;\nSHOW b",
        "0 COPY t FROM stdin [0 copy-stdin]\n19 SHOW a\n27 SHOW b\n"},
};

static void
every_script(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        char *seen = outline(scripts[i].text, ZDM_WRAP_NEVER);
        if (strcmp(seen, scripts[i].expected) != 0)
            fail_msg("%s\nexpected\n%sseen\n%s", scripts[i].text, scripts[i].expected, seen);
        free(seen);
    }
}

/* What parses as a whole gives the same as it does there, whatever the wrap. */
static void
same_as_a_whole(void **state)
{
    static const char *const texts[] = {
#define CASE(sql, expected)           sql,
#define IN_TRANSACTION(sql, expected) sql,
#include "sql_classify_cases.def"
#undef CASE
#undef IN_TRANSACTION
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct zdm_err err = ZDM_ERR_INIT;
        struct zdm_parsed *whole, *parts;
        if (strstr(texts[i], "SAVEPOINT")) /* fails without BEGIN; a plan refuses it anyhow */
            continue;
        assert_int_equal(zdm_sql_classify_in(texts[i], ZDM_WRAP_NEVER, NULL, &whole, &err), 0);
        zdm_sql_classify_script(texts[i], ZDM_WRAP_NEVER, NULL, &parts);
        if (whole->count != parts->count)
            fail_msg("%s", texts[i]);
        for (size_t k = 0; k < whole->count; k++) {
            assert_string_equal(whole->statements[k].sql, parts->statements[k].sql);
            assert_string_equal(whole->statements[k].kind, parts->statements[k].kind);
            assert_int_equal(whole->statements[k].offset, parts->statements[k].offset);
            assert_int_equal(whole->statements[k].n_locks, parts->statements[k].n_locks);
        }
        zdm_parsed_free(whole);
        zdm_parsed_free(parts);
    }
}

static char *
repeated(const char *what, size_t n)
{
    struct zdm_buf buf = ZDM_BUF_INIT;

    for (size_t i = 0; i < n; i++)
        zdm_buf_add(&buf, what);
    return zdm_buf_take(&buf);
}

/* Far more than one batch; with an error in each, and in brackets that nobody closes. */
static void
many(void **state)
{
    static const struct {
        const char *text;
        size_t each;
    } texts[] = {{"ALTER TABLE t ADD COLUMN a int;\n", 1}, {"SHOW a; SELEC;\n", 2},
        {"SELECT (1;\n", 1}, {"COPY t FROM stdin;\n", 1}, {"\\i x\n", 1}, {"SELECT $$;\n", 0},
        {"ALTER TABLE t INHERIT t; DROP TABLE t;\n", 2},
        {"BEGIN; SAVEPOINT s; CREATE TABLE t (a int); ROLLBACK TO s; COMMIT;\n", 5}};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *text = repeated(texts[i].text, 6000);
        struct zdm_parsed *parsed;
        zdm_sql_classify_script(text, ZDM_WRAP_NEVER, NULL, &parsed);
        if (texts[i].each)
            assert_int_equal(parsed->count, 6000 * texts[i].each);
        zdm_parsed_free(parsed);
        free(text);
    }
}

static void
too_long(void **state)
{
    char *values = repeated("0123456789abcdef", 2 << 20);
    char *text = zdm_strf("SELECT '%s'; SHOW a", values);
    struct zdm_parsed *parsed;

    (void)state;
    zdm_sql_classify_script(text, ZDM_WRAP_NEVER, NULL, &parsed);
    assert_int_equal(parsed->count, 2);
    assert_false(parsed->statements[0].parsed);
    assert_true(parsed->statements[1].parsed);
    zdm_parsed_free(parsed);
    free(text);
    free(values);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_script),
        cmocka_unit_test(same_as_a_whole),
        cmocka_unit_test(many),
        cmocka_unit_test(too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
