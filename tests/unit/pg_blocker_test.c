#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pg/locks.h"

static void
lines(void **state)
{
    const struct {
        struct zdm_blocker blocker;
        const char *expected;
    } cases[] = {
        {{.pid = 4242,
             .application = (char *)"web",
             .user = (char *)"shop",
             .state = (char *)"idle in transaction",
             .transaction_age_ms = 12000,
             .statement_age_ms = 5,
             .query = (char *)"\n  UPDATE users\tSET   x = 1\nWHERE id = 2"},
            "pid 4242 (app web, user shop, 12 s in transaction, idle): UPDATE users SET x = 1"},
        {{.pid = 7,
             .application = (char *)"",
             .user = (char *)"shop",
             .transaction_age_ms = -1,
             .statement_age_ms = -1,
             .query = (char *)"<insufficient privilege>"},
            "pid 7 (user shop): (query hidden: needs pg_read_all_stats)"},
        {{.pid = 7, .transaction_age_ms = -1, .statement_age_ms = -1}, "pid 7"},
        {{.pid = 8,
             .application = (char *)"autovacuum worker",
             .state = (char *)"active",
             .transaction_age_ms = 90000,
             .query = (char *)"autovacuum: VACUUM public.users"},
            "pid 8 (app autovacuum worker, 1 min 30 s in transaction, active): autovacuum: VACUUM "
            "public.users"},
        {{.pid = 0,
             .application = (char *)"order-17",
             .user = (char *)"shop",
             .state = (char *)"prepared",
             .transaction_age_ms = 3000},
            "prepared transaction \"order-17\" (user shop, 3.0 s prepared)"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *line = zdm_blocker_line(&cases[i].blocker);
        assert_string_equal(line, cases[i].expected);
        free(line);
    }
}

/* However long the query and the names are, and never half a character. */
static void
short_enough(void **state)
{
    char query[1000];

    (void)state;
    for (size_t i = 0; i + 2 < sizeof query; i += 2)
        memcpy(query + i, "\xc3\xa9", 2);
    query[998] = '\0';
    for (int pid = 1; pid <= 10; pid *= 10) { /* an even and an odd place of the cut */
        struct zdm_blocker b = {.pid = pid, .transaction_age_ms = -1, .query = query};
        char *line = zdm_blocker_line(&b);
        size_t n = strlen(line);
        assert_true(n <= 200 && n >= 198);
        assert_string_equal(line + n - 3, "...");
        assert_int_equal((unsigned char)line[n - 4], 0xa9);
        free(line);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines),
        cmocka_unit_test(short_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
