/* Backoff, randomness, and waiting that a signal ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <poll.h>

#include "base/clock.h"
#include "base/signals.h"

static void
test_backoff(void **state)
{
    static const int64_t full[] = {100, 200, 400, 800, 1000, 1000};
    int64_t least = INT64_MAX, most = 0;

    (void)state;
    for (int round = 0; round < 200; round++) {
        struct zdm_backoff backoff = {.base_ms = 100, .max_ms = 1000};
        for (size_t i = 0; i < sizeof full / sizeof *full; i++) {
            int64_t wait = zdm_backoff_next(&backoff);
            assert_true(wait >= full[i] / 2 && wait <= full[i]);
            assert_int_equal(backoff.attempt, i + 1);
            if (i == 0) {
                least = wait < least ? wait : least;
                most = wait > most ? wait : most;
            }
        }
    }
    assert_true(most > least); /* 200 equal draws out of 51 do not happen */
}

static void
test_backoff_does_not_overflow(void **state)
{
    struct zdm_backoff backoff = {.base_ms = 1000, .max_ms = 60000, .attempt = 100000};

    (void)state;
    int64_t wait = zdm_backoff_next(&backoff);
    assert_true(wait >= 30000 && wait <= 60000);
}

static void
test_random(void **state)
{
    double sum = 0;

    (void)state;
    for (int i = 0; i < 10000; i++) {
        double x = zdm_random_double();
        assert_true(x >= 0 && x < 1);
        sum += x;
    }
    /* The mean of 10,000 draws strays by 0.003; 0.03 is ten times that. */
    assert_true(sum > 4700 && sum < 5300);
}

static void
test_iso8601(void **state)
{
    char out[32];

    (void)state;
    assert_string_equal(zdm_iso8601(0, out), "1970-01-01T00:00:00Z");
    assert_string_equal(zdm_iso8601(1709210096789, out), "2024-02-29T12:34:56Z");
}

/* Last: a stop cannot be taken back. */
static void
test_a_signal_ends_the_wait(void **state)
{
    (void)state;
    assert_int_equal(zdm_stop_fd(), -1);
    assert_int_equal(zdm_sleep_ms(1), 0);
    zdm_signals_install();
    assert_false(zdm_stop_requested());
    assert_int_equal(zdm_sleep_ms(1), 0);
    raise(SIGTERM);
    assert_true(zdm_stop_requested());
    struct pollfd p = {.fd = zdm_stop_fd(), .events = POLLIN};
    assert_int_equal(poll(&p, 1, 0), 1);
    assert_int_equal(zdm_sleep_ms(24LL * 3600 * 1000), -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backoff),
        cmocka_unit_test(test_backoff_does_not_overflow),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_iso8601),
        cmocka_unit_test(test_a_signal_ends_the_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
