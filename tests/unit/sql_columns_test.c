/* Which columns an expression reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/buf.h"
#include "sql/syntax.h"

static const struct {
    const char *text, *columns;
} examples[] = {
    {"1", ""},
    {"a", "a"},
    {"b || a || B", "a b"},
    {"users.a || \"A b\" -- c", "A b a"},
    {"lower(a) || now()::text", "a"},
    {"(SELECT v FROM t WHERE k = users.a) || c", "c"},
    {"CASE WHEN a IS NULL THEN b[c] ELSE (d).e END", "a b c d"},
    {"users.*::text", ""},
    {"users::text", "users"},
};

static void
columns(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct zdm_err err = ZDM_ERR_INIT;
        struct zdm_buf seen = ZDM_BUF_INIT;
        char **names;
        size_t n;
        assert_int_equal(zdm_sql_expression_columns(examples[i].text, &names, &n, &err), 0);
        for (size_t k = 0; k < n; k++) {
            zdm_buf_addf(&seen, "%s%s", k ? " " : "", names[k]);
            free(names[k]);
        }
        free(names);
        assert_string_equal(seen.s ? seen.s : "", examples[i].columns);
        zdm_buf_release(&seen);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
