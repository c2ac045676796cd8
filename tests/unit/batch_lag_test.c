/* How far a replica is behind in time: what was written when, and what is replayed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "batch/lag.h"

#define S INT64_C(1000000)

static void
test_goes_on(void **state)
{
    struct zdm_lag_looks looks = {.count = 0};
    bool since_start;

    (void)state;
    for (int64_t i = 1; i <= 10; i++)
        zdm_lag_note(&looks, i * 100, i * S);
    assert_int_equal(zdm_lag_ms(&looks, 1000, 10 * S, &since_start), 0);
    assert_false(since_start);
    /* What was seen at 8 s is not replayed at 10 s. */
    assert_int_equal(zdm_lag_ms(&looks, 750, 10 * S, &since_start), 2000);
    assert_false(since_start);
    assert_int_equal(zdm_lag_ms(&looks, 50, 10 * S, &since_start), 9000);
    assert_true(since_start);
}

/* An idle primary: who has replayed all is not behind, however long ago; who has not is, more and more. */
static void
test_idle(void **state)
{
    struct zdm_lag_looks looks = {.count = 0};
    bool since_start;

    (void)state;
    zdm_lag_note(&looks, 100, 1 * S);
    zdm_lag_note(&looks, 200, 2 * S);
    for (int64_t i = 3; i <= 60; i++)
        zdm_lag_note(&looks, 200, i * S);
    assert_int_equal(looks.count, 2);
    assert_int_equal(zdm_lag_ms(&looks, 200, 60 * S, &since_start), 0);
    assert_int_equal(zdm_lag_ms(&looks, 150, 60 * S, &since_start), 58000);
    assert_false(since_start);
}

static void
test_hours(void **state)
{
    struct zdm_lag_looks looks = {.count = 0};
    bool since_start;
    int64_t now = 40000;

    (void)state;
    for (int64_t i = 1; i <= now; i++)
        zdm_lag_note(&looks, i, i * S);
    assert_true(looks.count <= ZDM_LAG_LOOKS);
    assert_int_equal(looks.items[0].wal, 1);
    /* Never too much, and about right at any distance. */
    for (int64_t behind = 1; behind < now; behind += behind / 3 + 1) {
        int64_t ms = zdm_lag_ms(&looks, now - behind, now * S, &since_start);
        assert_true(ms <= (behind - 1) * 1000);
        assert_true(ms >= behind * 1000 / 2 - 1000);
    }
}

static void
test_another_primary(void **state)
{
    struct zdm_lag_looks looks = {.count = 0};
    bool since_start;

    (void)state;
    zdm_lag_note(&looks, 1000, 1 * S);
    zdm_lag_note(&looks, 900, 2 * S);
    assert_int_equal(zdm_lag_ms(&looks, 900, 9 * S, &since_start), 0);
    assert_int_equal(zdm_lag_ms(&looks, 800, 9 * S, &since_start), 7000);
    assert_true(since_start);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goes_on),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_hours),
        cmocka_unit_test(test_another_primary),
    };

    return cmocka_run_group_tests_name("batch_lag", tests, NULL, NULL);
}
