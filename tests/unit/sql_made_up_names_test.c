/* Names that the server makes up by counting, with names that come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sql_catalog_fixture.h"

static const struct example {
    const char *sql;
    const char *last; /* the constraint of t that was added last */
} examples[] = {
    {"ALTER TABLE t ADD CHECK (a > 0)", "t_a_check"},
    {"ALTER TABLE t ADD CHECK (a > 0), ADD CHECK (a > 1), ADD CHECK (a > 2)", "t_a_check2"},
    {"ALTER TABLE t ADD CHECK (a > 0), ADD CHECK (a > 1), ADD CHECK (a > 2);"
     "ALTER TABLE t DROP CONSTRAINT t_a_check1; ALTER TABLE t ADD CHECK (a > 3)",
        "t_a_check1"},
    {"ALTER TABLE t ADD CHECK (a > 0), ADD CHECK (a > 1);"
     "ALTER TABLE t RENAME CONSTRAINT t_a_check TO other; ALTER TABLE t ADD CHECK (a > 3)",
        "t_a_check"},
    {"BEGIN; ALTER TABLE t ADD CHECK (a > 0); SAVEPOINT s; ALTER TABLE t ADD CHECK (a > 1);"
     "ALTER TABLE t ADD CHECK (a > 2); ROLLBACK TO s; ALTER TABLE t ADD CHECK (a > 3)",
        "t_a_check1"},
    {"ALTER TABLE t ADD CHECK (a > 0); CREATE INDEX t_a_check1 ON t (a);"
     "ALTER TABLE t ADD CHECK (a > 1); DROP INDEX t_a_check1; ALTER TABLE t ADD CHECK (a > 2)",
        "t_a_check1"},
    {"ALTER TABLE t ADD CHECK (a > 0); ALTER TABLE t RENAME TO u; CREATE TABLE t (a int);"
     "ALTER TABLE t ADD CHECK (a > 0)",
        "t_a_check"},
    {"ALTER TABLE t ADD CONSTRAINT t_a_check007 CHECK (a > 7), ADD CHECK (a > 0),"
     "ADD CHECK (a > 1); ALTER TABLE t DROP CONSTRAINT t_a_check007, ADD CHECK (a > 2)",
        "t_a_check2"},
};

static void
test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct zdm_catalog *catalog = fixture_catalog();
        struct zdm_sql_context *context = zdm_sql_context_on(catalog, 15);
        struct zdm_parsed *parsed = NULL;
        fixture_column(catalog, fixture_table(catalog, "public", "t", 10), "a", "int4", -1);
        zdm_sql_classify_script(examples[i].sql, ZDM_WRAP_NEVER, context, &parsed);
        const struct zdm_relation *t = zdm_catalog_relation(catalog, "public", "t");
        const char *last = t->constraints.items[t->constraints.n - 1]->name;
        if (strcmp(last, examples[i].last) != 0)
            fail_msg("%s: %s, not %s", examples[i].sql, last, examples[i].last);
        zdm_parsed_free(parsed);
        zdm_sql_context_free(context);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
