#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#include "base/mem.h"
#include "base/signals.h"

int64_t
zdm_now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
zdm_monotonic_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

double
zdm_random_double(void)
{
    uint64_t bits;

    if (getrandom(&bits, sizeof bits, 0) != (ssize_t)sizeof bits)
        zdm_die("no random numbers from the kernel");
    return (double)(bits >> 11) / 9007199254740992.0; /* 53 bits over 2^53 */
}

int
zdm_sleep_ms(int64_t ms)
{
    int64_t until = zdm_monotonic_us() + ms * 1000;

    for (;;) {
        if (zdm_stop_requested())
            return -1;
        int64_t left = (until - zdm_monotonic_us() + 999) / 1000;
        if (left <= 0)
            return 0;
        struct pollfd p = {.fd = zdm_stop_fd(), .events = POLLIN};
        poll(&p, 1, left > 60000 ? 60000 : (int)left); /* EINTR: the loop looks again */
    }
}

const char *
zdm_iso8601(int64_t ms, char out[32])
{
    time_t s = (time_t)(ms / 1000);
    struct tm tm;

    gmtime_r(&s, &tm);
    strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return out;
}

int64_t
zdm_backoff_next(struct zdm_backoff *backoff)
{
    unsigned shift = backoff->attempt < 30 ? backoff->attempt : 30;
    int64_t full = backoff->base_ms << shift;

    backoff->attempt++;
    if (full > backoff->max_ms)
        full = backoff->max_ms;
    return full / 2 + (int64_t)(zdm_random_double() * (double)(full - full / 2));
}
