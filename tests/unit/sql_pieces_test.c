/* A script whose results are handed on piece by piece, or that a thread parses ahead, says the same as one
 * that is held as a whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "sql/acl.h"
#include "sql/ahead.h"
#include "sql_catalog_fixture.h"

struct told {
    struct zdm_buf text;
    size_t pieces, largest;
};

static void
tell(void *self, struct zdm_parsed *parsed)
{
    struct told *told = self;

    for (size_t i = 0; i < parsed->count; i++) {
        const struct zdm_statement *st = &parsed->statements[i];
        char *line = describe(st);
        zdm_buf_addf(&told->text, "%zu %s: %s", st->offset, st->sql, line);
        for (size_t k = 0; k < st->n_findings; k++)
            zdm_buf_addf(&told->text, " [%zu %s]", st->findings[k].offset, st->findings[k].message);
        zdm_buf_addc(&told->text, '\n');
        free(line);
    }
    told->pieces++;
    if (parsed->count > told->largest)
        told->largest = parsed->count;
    zdm_parsed_free(parsed);
}

/* takes catalog */
static void
run(const char *text, enum zdm_wrap wrap, struct zdm_catalog *catalog, size_t at_once,
    struct told *told)
{
    const struct zdm_script_listener listener = {told, at_once, tell};
    struct zdm_sql_context *context = zdm_sql_context_on(catalog, 15);

    *told = (struct told){.text = ZDM_BUF_INIT};
    zdm_sql_classify_pieces(text, wrap, context, &listener);
    zdm_sql_context_free(context);
}

struct texts {
    const struct zdm_sql_text *items;
    size_t n, at;
};

static bool
next_text(void *self, struct zdm_sql_text *out)
{
    struct texts *texts = self;

    if (texts->at == texts->n)
        return false;
    *out = texts->items[texts->at++];
    return true;
}

/* The text alone, and as a part of another one, both parsed by the thread. */
static void
compare_ahead(const char *text, enum zdm_wrap wrap, const char *whole)
{
    char *longer = zdm_strf("DROP TABLE x;\n%s\n; DROP TABLE y", text);
    size_t n = strlen(text), from = strlen("DROP TABLE x;\n");
    const struct zdm_sql_text items[] = {{text, 0, n, wrap}, {longer, from, from + n, wrap}};
    struct texts texts = {items, 2, 0};
    struct zdm_ahead *ahead = zdm_ahead_start(&(struct zdm_sql_texts){&texts, next_text});

    assert_non_null(ahead);
    for (size_t i = 0; i < 2; i++) {
        struct told told = {.text = ZDM_BUF_INIT};
        const struct zdm_script_listener listener = {&told, 1, tell};
        struct zdm_sql_context *context = zdm_sql_context_on(zdm_catalog_new(), 15);
        zdm_sql_classify_text(&items[i], ahead, context, &listener);
        zdm_sql_context_free(context);
        assert_string_equal(told.text.s ? told.text.s : "", whole ? whole : "");
        zdm_buf_release(&told.text);
    }
    zdm_ahead_stop(ahead);
    free(longer);
}

static void
compare(const char *text)
{
    for (enum zdm_wrap wrap = ZDM_WRAP_NEVER; wrap <= ZDM_WRAP_ALWAYS; wrap++) {
        struct told whole, pieces;
        run(text, wrap, zdm_catalog_new(), SIZE_MAX, &whole);
        run(text, wrap, zdm_catalog_new(), 1, &pieces);
        assert_string_equal(pieces.text.s, whole.text.s);
        assert_int_equal(whole.pieces, 1);
        assert_true(pieces.largest <= 1);
        compare_ahead(text, wrap, whole.text.s);
        zdm_buf_release(&whole.text);
        zdm_buf_release(&pieces.text);
    }
}

static const char *const scripts[] = {
    "",
    "SELECT 1",
    "ALTER TABLE t ADD a int; ALTER TABLE t ADD b int; ALTER TABLE t ADD c int",
    "BEGIN; ALTER TABLE t ADD a int; UPDATE t SET a = 1; ALTER TABLE u ADD a int; COMMIT; SELECT 1",
    "BEGIN; ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE "
    "CONSTRAINT c; SAVEPOINT s; DROP TABLE t; ROLLBACK TO s; ROLLBACK",
    "SET lock_timeout = '1s'; SET search_path = a, b; DROP TABLE t; RESET ALL; DROP TABLE t",
    "ALTER TYPE mood ADD VALUE 'x'; BEGIN; ALTER TYPE mood ADD VALUE 'y'; SELECT 'y'::mood; END",
    "UPDATE t SET a = 1; UPDATE t SET b = 1; ANALYZE u; UPDATE t SET c = 1",
    "CREATE TEMP TABLE t (a int) ON COMMIT DROP; ALTER TABLE t ADD b int; BEGIN; \\i x\nSELECT (1; "
    "COMMIT",
};

static void
test_scripts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        compare(scripts[i]);
}

/* The statements of a corpus file, one behind the other: its blank lines part them. */
static char *
script_of(const char *path)
{
    struct zdm_buf script = ZDM_BUF_INIT;
    char line[4096];
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        zdm_buf_add(&script, strcmp(line, "\n") == 0 ? ";\n" : line);
    fclose(file);
    return zdm_buf_take(&script);
}

static void
test_corpus(void **state)
{
    char *pattern = zdm_strf("%s/tests/truth/corpus/*.sql", getenv("ZDM_SOURCE"));
    glob_t found;

    (void)state;
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char *script = script_of(found.gl_pathv[i]);
        compare(script);
        free(script);
    }
    globfree(&found);
    free(pattern);
}

/* A table of the server on which something was granted. */
static struct zdm_catalog *
granted_catalog(void)
{
    struct zdm_catalog *catalog = fixture_catalog();
    struct zdm_relation *table = fixture_table(catalog, "public", "t", 10);

    fixture_column(catalog, table, "a", "int4", -1);
    table->oid = 1000;
    table->owner = "postgres";
    table->acl_known = true;
    table->acl = zdm_acl_with(catalog, zdm_acl_of(catalog, table), "app", ZDM_RIGHT_SELECT, 0);
    catalog->user = "postgres";
    catalog->roles_known = catalog->defaults_known = true;
    return catalog;
}

/* What the end says of a statement stands with it, so that it and all behind it are held. */
static void
test_held(void **state)
{
    static const struct {
        const char *sql;
        size_t largest;
        bool lost;
    } cases[] = {
        {"SELECT 1; SELECT 2; DROP TABLE t; CREATE TABLE t (a int); SELECT 3", 3, true},
        {"SELECT 1; DROP TABLE t; CREATE TABLE t (a int); GRANT SELECT ON t TO app; SELECT 2", 4,
            false},
        {"SELECT 1; BEGIN; DROP TABLE t; ROLLBACK; SELECT 2; SELECT 3", 2, false},
        {"SELECT 1; SELECT 2; SELECT 3", 1, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct told whole, pieces;
        run(cases[i].sql, ZDM_WRAP_NEVER, granted_catalog(), SIZE_MAX, &whole);
        run(cases[i].sql, ZDM_WRAP_NEVER, granted_catalog(), 1, &pieces);
        assert_string_equal(pieces.text.s, whole.text.s);
        assert_int_equal(strstr(whole.text.s, "rule grants-lost") != NULL, cases[i].lost);
        assert_int_equal(pieces.largest, cases[i].largest);
        zdm_buf_release(&whole.text);
        zdm_buf_release(&pieces.text);
    }
}

/* Whoever breaks off need not take what was parsed, however much there is. */
static void
test_stop(void **state)
{
    struct zdm_buf script = ZDM_BUF_INIT;

    (void)state;
    for (int i = 0; i < 20000; i++)
        zdm_buf_addf(&script, "UPDATE t SET a = %d;\n", i);
    for (size_t n = 0; n < 3; n++) {
        const struct zdm_sql_text items[] = {
            {"DROP TABLE x", 0, 12, ZDM_WRAP_NEVER}, {script.s, 0, script.len, ZDM_WRAP_NEVER}};
        struct texts texts = {items, n, 0};
        struct told told = {.text = ZDM_BUF_INIT};
        const struct zdm_script_listener listener = {&told, 1, tell};
        struct zdm_ahead *ahead = zdm_ahead_start(&(struct zdm_sql_texts){&texts, next_text});
        assert_non_null(ahead);
        if (n)
            zdm_sql_classify_text(&items[0], ahead, NULL, &listener);
        zdm_ahead_stop(ahead);
        zdm_buf_release(&told.text);
    }
    zdm_buf_release(&script);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_corpus),
        cmocka_unit_test(test_held),
        cmocka_unit_test(test_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
