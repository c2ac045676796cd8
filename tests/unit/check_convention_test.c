/*
 * What zdm check takes of the folder of each migration tool: tests/check/TOOL/migrations against
 * tests/check/TOOL/expected. ZDM_ACCEPT=1 writes what is found as the new expectation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "check/convention.h"
#include "check/report.h"

static const char *const wraps[] = {"statement by statement", "as one string", "in a transaction"};

static void
describe_piece(struct zdm_buf *out, const char *text, size_t start, enum zdm_wrap wrap)
{
    struct zdm_parsed *parsed;

    zdm_buf_addf(out, "    %s\n", wraps[wrap]);
    zdm_sql_classify_script(text, wrap, NULL, &parsed);
    for (size_t i = 0; i < parsed->count; i++) {
        const struct zdm_statement *st = &parsed->statements[i];
        zdm_buf_addf(
            out, "        %zu: %.*s\n", start + st->offset, (int)strcspn(st->sql, "\n"), st->sql);
    }
    zdm_parsed_free(parsed);
}

static void
describe(struct zdm_buf *out, const struct zdm_source *source)
{
    zdm_buf_addf(
        out, "%s%s%s\n", source->path, source->tool ? ": " : "", source->tool ? source->tool : "");
    if (source->kind == ZDM_SOURCE_PLAN) {
        zdm_buf_add(out, "    a plan\n");
        return;
    }
    assert_int_equal(strlen(source->text), strlen(source->original));
    if (source->trouble)
        zdm_buf_addf(out, "    trouble: %s\n", source->trouble);
    if (source->n_parts == 0)
        describe_piece(out, source->text, 0, source->wrap);
    for (size_t i = 0; i < source->n_parts; i++) {
        const struct zdm_source_part *part = &source->parts[i];
        char *text = zdm_strndup(source->text + part->start, part->end - part->start);
        describe_piece(out, text, part->start, part->wrap);
        free(text);
    }
}

static char *
read_file(const char *path)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    char chunk[4096];
    size_t n;
    FILE *file = fopen(path, "r");

    while (file && (n = fread(chunk, 1, sizeof chunk, file)) > 0)
        zdm_buf_addn(&text, chunk, n);
    if (file)
        fclose(file);
    return zdm_buf_take(&text);
}

static void
check_folder(const char *tool, const char *path)
{
    const char *paths[] = {path};
    struct zdm_source_options options = {.convention = NULL};
    struct zdm_sources sources = {.items = NULL};
    struct zdm_buf found = ZDM_BUF_INIT;
    struct zdm_err err = ZDM_ERR_INIT;
    char *folder = zdm_strf("%s/tests/check/%s", getenv("ZDM_SOURCE"), tool);

    assert_int_equal(chdir(folder), 0);
    if (zdm_sources_read(paths, 1, &options, &sources, &err) < 0)
        fail_msg("%s: %s", tool, err.message);
    for (size_t i = 0; i < sources.n; i++)
        describe(&found, &sources.items[i]);
    if (getenv("ZDM_ACCEPT")) {
        FILE *file = fopen("expected", "w");
        assert_non_null(file);
        fputs(found.s, file);
        fclose(file);
    }
    char *expected = read_file("expected");
    assert_string_equal(found.s, expected);
    free(expected);
    free(folder);
    zdm_buf_release(&found);
    zdm_sources_release(&sources);
}

static void
test_folders(void **state)
{
    static const char *const tools[] = {"golang-migrate", "dbmate", "goose", "sql-migrate",
        "flyway", "prisma", "drizzle", "drizzle-folders", "sqitch", "rails", "liquibase", "tern",
        "rambler", "play", "node-pg-migrate", "postgrator", "plain"};

    (void)state;
    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
        check_folder(tools[i], "migrations");
}

/* A file that is given by itself is read as its folder's tool would. */
static void
test_single_files(void **state)
{
    static const struct {
        const char *path, *tool;
        enum zdm_wrap wrap;
    } files[] = {
        {"golang-migrate/migrations/2_email.up.sql", "golang-migrate", ZDM_WRAP_SEVERAL},
        {"golang-migrate/migrations/2_email.down.sql", NULL, ZDM_WRAP_NEVER},
        {"flyway/migrations/V1__users.sql", "flyway", ZDM_WRAP_ALWAYS},
        {"flyway/migrations/V2__index.sql", "flyway", ZDM_WRAP_NEVER},
        {"prisma/migrations/20240101000000_init/migration.sql", "prisma", ZDM_WRAP_SEVERAL},
        {"drizzle/migrations/0000_zebra.sql", "drizzle", ZDM_WRAP_ALWAYS},
        {"drizzle-folders/migrations/20240101000000_one/migration.sql", "drizzle", ZDM_WRAP_ALWAYS},
        {"sqitch/migrations/deploy/users.sql", "sqitch", ZDM_WRAP_NEVER},
        {"rails/migrations/structure.sql", "rails", ZDM_WRAP_NEVER},
        {"goose/migrations/00002_index.sql", "goose", ZDM_WRAP_NEVER},
        {"dbmate/migrations/20240102000000_index.sql", "dbmate", ZDM_WRAP_SEVERAL},
        {"plain/migrations/2.sql", NULL, ZDM_WRAP_NEVER},
    };
    char *folder = zdm_strf("%s/tests/check", getenv("ZDM_SOURCE"));

    (void)state;
    assert_int_equal(chdir(folder), 0);
    free(folder);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct zdm_source_options options = {.convention = NULL};
        struct zdm_sources sources;
        struct zdm_err err = ZDM_ERR_INIT;
        assert_int_equal(zdm_sources_read(&files[i].path, 1, &options, &sources, &err), 0);
        assert_int_equal(sources.n, 1);
        if (files[i].tool)
            assert_string_equal(sources.items[0].tool, files[i].tool);
        else
            assert_null(sources.items[0].tool);
        assert_int_equal(sources.items[0].wrap, files[i].wrap);
        zdm_sources_release(&sources);
    }
}

static void
test_natural_order(void **state)
{
    static const char *const names[] = {"", "0", "00", "1", "01", "1a", "2", "9", "10", "10b", "A",
        "a", "a1", "a2", "a10", "a10.1", "a10.2", "a10.10", "b"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
            int order = zdm_natural_compare(names[i], names[k]);
            int other = zdm_natural_compare(names[k], names[i]);
            assert_int_equal((order > 0) - (order < 0), (other < 0) - (other > 0));
            assert_int_equal(order == 0, i == k);
            if ((strcmp(names[i], "1") == 0 && strcmp(names[k], "01") == 0) ||
                (strcmp(names[i], "01") == 0 && strcmp(names[k], "1") == 0) ||
                (strcmp(names[i], "0") == 0 && strcmp(names[k], "00") == 0) ||
                (strcmp(names[i], "00") == 0 && strcmp(names[k], "0") == 0))
                continue;
            assert_int_equal(order < 0, i < k);
        }
}

static void
test_convention_names(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;
    const struct zdm_convention *found;

    (void)state;
    for (size_t i = 0; i < zdm_n_conventions; i++) {
        assert_int_equal(zdm_convention_find(zdm_conventions[i].name, &found, &err), 0);
        assert_ptr_equal(found, &zdm_conventions[i]);
    }
    assert_int_equal(zdm_convention_find("flywya", &found, &err), -1);
    assert_string_equal(err.hint, "did you mean flyway?");
    assert_int_equal(zdm_convention_find("visual basic", &found, &err), -1);
    assert_non_null(strstr(err.hint, "golang-migrate"));
    zdm_err_release(&err);
}

static void
add_cell(struct zdm_buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '*' || *text == '_')
            zdm_buf_addc(out, '\\');
        zdm_buf_addc(out, *text);
    }
    zdm_buf_add(out, " |");
}

/* docs/reference/check.md has a row for each convention and each note. */
static void
test_reference(void **state)
{
    char *path = zdm_strf("%s/docs/reference/check.md", getenv("ZDM_SOURCE")),
         *page = read_file(path);
    struct zdm_buf row = ZDM_BUF_INIT;
    size_t n;
    const struct zdm_note_rule *notes = zdm_note_rules(&n);

    (void)state;
    for (size_t i = 0; i < zdm_n_conventions; i++) {
        zdm_buf_clear(&row);
        zdm_buf_addf(&row, "| `%s` | ", zdm_conventions[i].name);
        add_cell(&row, zdm_conventions[i].takes);
        zdm_buf_addc(&row, ' ');
        add_cell(&row, zdm_conventions[i].sends);
        if (!strstr(page, row.s))
            fail_msg("%s lacks the row\n%s", path, row.s);
    }
    for (size_t i = 0; i < n; i++) {
        zdm_buf_clear(&row);
        zdm_buf_addf(&row, "| `%s` | %s | %s |", notes[i].id, zdm_severity_name(notes[i].severity),
            notes[i].means);
        if (!strstr(page, row.s))
            fail_msg("%s lacks the row\n%s", path, row.s);
    }
    zdm_buf_release(&row);
    free(page);
    free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folders),
        cmocka_unit_test(test_single_files),
        cmocka_unit_test(test_natural_order),
        cmocka_unit_test(test_convention_names),
        cmocka_unit_test(test_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
