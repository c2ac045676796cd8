/*
 * Every plan of tests/plans/bad ends with the errors that it must give, as comments "--> ...".
 * ZDM_ACCEPT=1 writes them anew.
 */
#include "lua_fixture.h"

#include <glob.h>

#define MARK "--> "

static char *
read_file(const char *path)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    char line[4096];
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    while (fgets(line, sizeof line, f))
        zdm_buf_add(&text, line);
    fclose(f);
    return zdm_buf_take(&text);
}

/* The lines behind the mark, without it. The first of them ends the plan's own text: *code bytes. */
static char *
expected_errors(const char *text, size_t *code)
{
    struct zdm_buf expected = ZDM_BUF_INIT;
    const char *mark = strncmp(text, MARK, 4) == 0 ? text : strstr(text, "\n" MARK);

    *code = strlen(text);
    if (!mark)
        return zdm_buf_take(&expected);
    mark += *mark == '\n';
    *code = (size_t)(mark - text);
    for (; strncmp(mark, MARK, 4) == 0; mark += strcspn(mark, "\n") + 1)
        zdm_buf_addf(&expected, "%.*s\n", (int)strcspn(mark + 4, "\n"), mark + 4);
    assert_string_equal(mark, ""); /* nothing stands behind them */
    return zdm_buf_take(&expected);
}

static void
accept(const char *path, const char *text, size_t code, const char *actual)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fprintf(f, "%.*s", (int)code, text);
    for (; *actual; actual += strcspn(actual, "\n") + 1)
        fprintf(f, MARK "%.*s\n", (int)strcspn(actual, "\n"), actual);
    fclose(f);
}

static bool
same(const char *path)
{
    struct zdm_errlist errors = ZDM_ERRLIST_INIT;
    struct zdm_plan_file *file = NULL;
    size_t code;
    char *text = read_file(path);
    char *expected = expected_errors(text, &code);

    int result = zdm_plan_file_load(path, NULL, &file, &errors);
    zdm_plan_file_free(file);
    for (size_t i = 0; i < errors.count; i++) {
        assert_int_equal(errors.items[i].code, ZDM_ERR_PLAN);
        assert_string_equal(errors.items[i].file, path);
    }
    char *actual = show_errors(&errors);
    bool equal = strcmp(actual, expected) == 0;
    if (result == 0)
        print_error("%s was taken\n", path);
    if (!equal && getenv("ZDM_ACCEPT"))
        accept(path, text, code, actual);
    else if (!equal)
        print_error("%s gives\n%sinstead of\n%s", path, actual, expected);
    free(actual);
    free(expected);
    free(text);
    zdm_errlist_release(&errors);
    return equal || getenv("ZDM_ACCEPT");
}

static void
test_bad_plans(void **state)
{
    const char *checkout = getenv("ZDM_SOURCE");
    char *pattern = zdm_strf("%s/tests/plans/bad/*.lua", checkout ? checkout : ".");
    glob_t found;
    size_t wrong = 0;

    (void)state;
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        wrong += !same(found.gl_pathv[i]);
    globfree(&found);
    free(pattern);
    assert_int_equal(wrong, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bad_plans)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
