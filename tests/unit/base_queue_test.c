/* What one thread makes and another one takes: in order, never too far ahead, and with an end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/queue.h"

struct number {
    struct zdm_queue_item item;
    size_t n;
};

struct maker {
    pthread_t thread;
    struct zdm_queue *queue;
    size_t count, weight;
    atomic_size_t out, most; /* weight that is made and not done with, at once */
    size_t made;             /* when it has ended */
};

static void *
make(void *self)
{
    struct maker *maker = self;

    while (maker->made < maker->count && zdm_queue_wait(maker->queue, maker->weight)) {
        struct number *number = zdm_alloc(sizeof *number);
        number->item.weight = maker->weight;
        number->n = maker->made++;
        size_t out = atomic_fetch_add(&maker->out, maker->weight) + maker->weight;
        if (out > atomic_load(&maker->most))
            atomic_store(&maker->most, out);
        zdm_queue_put(maker->queue, &number->item);
    }
    zdm_queue_end(maker->queue);
    return NULL;
}

static void
start(struct maker *maker, size_t limit)
{
    maker->queue = zdm_queue_new(limit);
    assert_int_equal(pthread_create(&maker->thread, NULL, make, maker), 0);
}

/* False at the end. */
static bool
take(struct maker *maker, size_t expected)
{
    struct number *number = (struct number *)zdm_queue_take(maker->queue);

    if (!number)
        return false;
    size_t weight = number->item.weight;
    assert_int_equal(number->n, expected);
    free(number);
    atomic_fetch_sub(&maker->out, weight);
    zdm_queue_done(maker->queue, weight);
    return true;
}

static void
stop(struct maker *maker)
{
    assert_int_equal(pthread_join(maker->thread, NULL), 0);
    zdm_queue_free(maker->queue);
}

static void
test_all_in_order(void **state)
{
    static const struct {
        size_t weight, limit, most;
    } cases[] = {
        {1, 1000000, 10000},         /* all at once, if the maker is that fast */
        {7, 100, 98}, {51, 100, 51}, /* one at a time */
        {500, 100, 500},             /* heavier than the limit: one at a time, too */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct maker maker = {.count = 10000, .weight = cases[i].weight};
        size_t n = 0;
        start(&maker, cases[i].limit);
        while (take(&maker, n))
            n++;
        stop(&maker);
        assert_int_equal(n, maker.count);
        assert_true(maker.most <= cases[i].most);
    }
}

static void
test_nothing(void **state)
{
    struct maker maker = {.count = 0};

    (void)state;
    start(&maker, 1);
    assert_false(take(&maker, 0));
    assert_false(take(&maker, 0));
    stop(&maker);
}

/* A maker that waits for room comes to its end when nobody wants more; what it made can be taken. */
static void
test_close(void **state)
{
    struct maker maker = {.count = SIZE_MAX, .weight = 1};
    size_t n = 0;

    (void)state;
    start(&maker, 10);
    while (n < 100)
        assert_true(take(&maker, n++));
    zdm_queue_close(maker.queue);
    while (take(&maker, n))
        n++;
    stop(&maker);
    assert_int_equal(n, maker.made);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_in_order),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
