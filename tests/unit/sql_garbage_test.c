/* Whatever comes in: an answer or an error, never a crash. The tree is walked by recursion, so deep
 * nesting must end before it begins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "sql/classify.h"
#include "sql/syntax.h"
#include "sql/tree.h"

/* Everything that takes a text; 0 or -1 of the classifier. */
static int
feed(const char *text, struct zdm_err *err)
{
    struct zdm_err other = ZDM_ERR_INIT;
    struct zdm_parsed *parsed = NULL;
    char *schema, *name;
    int result = zdm_sql_classify(text, false, &parsed, err);

    assert_true(result == 0 || (err->code == ZDM_ERR_PLAN && err->message[0]));
    zdm_parsed_free(parsed);
    if (zdm_sql_split_name(text, &schema, &name, &other) == 0) {
        free(schema);
        free(name);
    }
    zdm_err_clear(&other);
    zdm_sql_check_expression(text, &other);
    zdm_err_clear(&other);
    zdm_sql_check_query(text, &other);
    zdm_err_clear(&other);
    zdm_sql_same_index(text, text);
    free(zdm_sql_normalise(text));
    return result;
}

static void
nothing(void **state)
{
    static const char *const texts[] = {"", " \n\t", ";", ";;;", "-- x", "/* x */", "-- x\n;"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct zdm_err err = ZDM_ERR_INIT;
        struct zdm_parsed *parsed;
        assert_int_equal(zdm_sql_classify(texts[i], true, &parsed, &err), 0);
        assert_int_equal(parsed->count, 0);
        zdm_parsed_free(parsed);
        feed(texts[i], &err);
    }
}

static void
syntax_errors(void **state)
{
    static const struct {
        const char *text;
        int position; /* in characters from 1 */
    } texts[] = {
        {"SELEC 1", 1},
        {"SELECT 'äöü'; SELEC 1", 15},
        {"SELECT 'open", 8},
        {"/* open", 1},
        {"DO $$ open", 4},
        {"ALTER TABLE t ADD COLUMN", 25},
        {"SELECT 'ok' \xff", 13},
        {"\xc3", 1},
        {"SELECT '\xed\xa0\x80'", 9}, /* a surrogate */
        {"SELECT U&'\\zzzz'", 11},
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct zdm_err err = ZDM_ERR_INIT;
        assert_int_equal(feed(texts[i].text, &err), -1);
        if (err.position != texts[i].position)
            fail_msg("%s: %d %s", texts[i].text, err.position, err.message);
        assert_string_equal(err.sqlstate, ""); /* no server said so */
        zdm_err_release(&err);
    }
}

static char *
repeated(const char *before, const char *what, size_t n, const char *after)
{
    struct zdm_buf buf = ZDM_BUF_INIT;

    zdm_buf_add(&buf, before);
    for (size_t i = 0; i < n; i++)
        zdm_buf_add(&buf, what);
    zdm_buf_add(&buf, after);
    return zdm_buf_take(&buf);
}

static void
deep_nesting(void **state)
{
    static const struct {
        const char *before, *what, *after;
    } shapes[] = {
        {"SELECT ", "(", ""},
        {"SELECT ", "NOT ", "true"},
        {"SELECT 1", "+1", ""},
        {"SELECT 1", "::int", ""},
        {"SELECT 1", " UNION SELECT 1", ""},
        {"SELECT 1", " UNION SELECT 1, 2", ""},
        {"SELECT 1 FROM t", " JOIN t ON true AND true", ""},
        {"SELECT ", "CASE WHEN 1 = 1 AND ", ""},
        {"SELECT ", "f(1, ", ""},
        {"SELECT ", "a[", ""},
        {"SELECT ", "- ", "1"},
        {"SELECT 1 ", "IS NULL ", ""},
        {"SELECT (", "1)+1+1+1+1+1+1+(", "1)"},
        {"SELECT ", "(SELECT ", "1"},
        {"", "EXPLAIN ", "SELECT 1"},
        {"CREATE VIEW v AS SELECT '", "a'||'", "'"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        char *text = repeated(shapes[i].before, shapes[i].what, 20000, shapes[i].after);
        struct zdm_err err = ZDM_ERR_INIT;
        assert_int_equal(feed(text, &err), -1);
        zdm_err_release(&err);
        free(text);
    }
    /* Closed again, so that only the nesting is wrong. */
    char *text = repeated("SELECT ", "(1+1+1+1+1+1+1+1+1+", 400, "1");
    char *closed = repeated(text, ")+1+1+1+1+1+1+1+1", 400, "");
    struct zdm_err err = ZDM_ERR_INIT;
    assert_int_equal(feed(closed, &err), -1);
    assert_string_equal(err.message, "the statement is nested too deeply");
    zdm_err_release(&err);
    free(closed);
    free(text);
}

/* Long, not deep: must pass. */
static void
large_texts(void **state)
{
    static const struct {
        const char *before, *what, *after;
    } shapes[] = {
        {"INSERT INTO t VALUES (1, 'a', NULL)", ", (2, 'b', lower('x'))", ""},
        {"SELECT 1 FROM t WHERE a = 1", " OR (a = 2 AND b = 3)", ""},
        {"SELECT 1 WHERE a IN (1", ", 2", ")"},
        {"", "SELECT 1;\n", ""},
        {"CREATE TABLE t (id int", ", c varchar(20) NOT NULL DEFAULT 'x' CHECK (c <> '')", ")"},
        {"SELECT CASE a WHEN 0 THEN 'z'", " WHEN 1 THEN 'x'", " END"},
        {"SELECT '", "0123456789abcdef", "'"},
        {"-- ", "0123456789abcdef", "\nSELECT 1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        char *text = repeated(shapes[i].before, shapes[i].what, 1500, shapes[i].after);
        struct zdm_err err = ZDM_ERR_INIT;
        if (feed(text, &err) < 0)
            fail_msg("%s...: %s", shapes[i].before, err.message);
        free(text);
    }
    char *text = repeated("SELECT '", "0123456789abcdef", 65536, "'"); /* a megabyte */
    struct zdm_err err = ZDM_ERR_INIT;
    assert_int_equal(feed(text, &err), 0);
    free(text);
}

/* Pieces of SQL in every order, and bytes: a fixed sequence of pseudo-random texts. */
static void
noise(void **state)
{
    static const char *const pieces[] = {"ALTER TABLE ", "t ", "ADD ", "COLUMN ", "\"a b\" ",
        "int ", "NOT NULL ", "DEFAULT ", "now() ", "CHECK ", "(", ")", ", ", "; ", "DROP ",
        "CONSTRAINT ", "c ", "CREATE ", "INDEX ", "CONCURRENTLY ", "ON ", "UNIQUE ", "REFERENCES ",
        "SELECT ", "* ", "FROM ", "WHERE ", "= ", "1 ", "'x' ", "$$", "/* ", "*/ ", "-- ", "\n",
        "UPDATE ", "SET ", "a ", "DELETE ", "WITH ", "AS ", "TYPE ", "text ", "USING ", "VALIDATE ",
        "RENAME ", "TO ", "PARTITION ", "OF ", "FOR VALUES ", "IN ", "ä", "\xff", "'", "\""};
    uint64_t seed = 42;
    size_t parsed = 0;

    (void)state;
    for (size_t i = 0; i < 2000; i++) {
        struct zdm_buf buf = ZDM_BUF_INIT;
        struct zdm_err err = ZDM_ERR_INIT;
        for (size_t k = 0; k < 3 + i % 12; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            zdm_buf_add(&buf, pieces[(seed >> 33) % (sizeof pieces / sizeof *pieces)]);
        }
        parsed += feed(buf.s, &err) == 0;
        zdm_err_release(&err);
        zdm_buf_release(&buf);
    }
    assert_true(parsed > 0);
}

/* A true statement cut at every byte, and with every byte replaced. */
static void
mutations(void **state)
{
    static const char sql[] = "ALTER TABLE app.\"Größe\" ADD COLUMN c varchar(20) NOT NULL DEFAULT "
                              "lower('x') CHECK (c <> 'y') REFERENCES r (id), DROP CONSTRAINT k; "
                              "CREATE UNIQUE INDEX CONCURRENTLY i ON t (lower(a) DESC) WHERE b > 0";
    char text[sizeof sql];
    static const char bytes[] = "(),;'\"$\\%x0 \xc3\n";

    (void)state;
    for (size_t i = 0; i + 1 < sizeof sql; i++) {
        struct zdm_err err = ZDM_ERR_INIT;
        memcpy(text, sql, sizeof sql);
        text[i] = '\0';
        feed(text, &err);
        zdm_err_clear(&err);
        for (size_t k = 0; bytes[k]; k++) {
            memcpy(text, sql, sizeof sql);
            text[i] = bytes[k];
            feed(text, &err);
            zdm_err_clear(&err);
        }
    }
}

/* A quote that nobody closes is near the whole rest of the text: a message quotes its beginning. */
static void
long_rests(void **state)
{
    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        struct zdm_err err = ZDM_ERR_INIT;
        struct zdm_tree tree;
        struct zdm_buf text = ZDM_BUF_INIT;
        zdm_buf_addf(&text, "SELECT '%.*s", (int)shift, "xxx");
        for (int i = 0; i < 30000; i++)
            zdm_buf_add(&text, "\xe2\x82\xac");
        assert_int_equal(zdm_tree_parse(text.s, &tree, &err), -1);
        assert_in_range(strlen(err.message), 100, 200);
        assert_int_equal(err.message[zdm_invalid_utf8(err.message)], '\0');
        assert_non_null(strstr(err.message, "...\""));
        zdm_err_release(&err);
        zdm_buf_release(&text);
    }
}

/* Of every length around the one where it is cut. */
static void
rests_of_any_length(void **state)
{
    (void)state;
    for (int n = 0; n < 300; n++) {
        struct zdm_err err = ZDM_ERR_INIT;
        struct zdm_tree tree;
        char *text = zdm_strf("SELECT '%0*d", n + 1, 0);
        assert_int_equal(zdm_tree_parse(text, &tree, &err), -1);
        assert_true(strlen(err.message) < 200);
        assert_int_equal(err.message[strlen(err.message) - 1], '"');
        zdm_err_release(&err);
        free(text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing),
        cmocka_unit_test(syntax_errors),
        cmocka_unit_test(deep_nesting),
        cmocka_unit_test(large_texts),
        cmocka_unit_test(noise),
        cmocka_unit_test(mutations),
        cmocka_unit_test(long_rests),
        cmocka_unit_test(rests_of_any_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
