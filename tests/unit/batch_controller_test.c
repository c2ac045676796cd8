/* The size of a batch: traces of durations in, rows out, made up and recorded. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "batch/controller.h"

static void
test_starts_within_its_limits(void **state)
{
    struct zdm_controller c;

    (void)state;
    zdm_controller_init(&c, 25, 50, 50000);
    assert_int_equal(c.rows, 500);
    zdm_controller_init(&c, 25, 1000, 50000);
    assert_int_equal(c.rows, 1000);
    zdm_controller_init(&c, 25, 1, 10);
    assert_int_equal(c.rows, 10);
    zdm_controller_init(&c, 25, 0, 0); /* nonsense still gives a batch */
    assert_int_equal(c.rows, 1);
    zdm_controller_init(&c, 25, 100, 10);
    assert_int_equal(c.rows, 100);
}

/* Steady rows: within 5 % of the target after a few batches, and it stays there. */
static void
test_converges(void **state)
{
    const double ms_per_row[] = {0.0006, 0.005, 0.05, 0.2, 0.45};

    (void)state;
    for (size_t i = 0; i < sizeof ms_per_row / sizeof *ms_per_row; i++) {
        struct zdm_controller c;
        zdm_controller_init(&c, 25, 50, 50000);
        for (int batch = 0; batch < 20; batch++)
            zdm_controller_feed(&c, c.rows, (double)c.rows * ms_per_row[i]);
        double want = fmin(25 / ms_per_row[i], 50000);
        assert_true(fabs((double)c.rows - want) <= want * 0.05 + 1);
    }
}

static void
test_doubles_or_halves_at_most(void **state)
{
    struct zdm_controller c;

    (void)state;
    zdm_controller_init(&c, 25, 50, 50000);
    zdm_controller_feed(&c, 500, 0.1);
    assert_int_equal(c.rows, 1000);
    zdm_controller_feed(&c, 1000, 0.2);
    assert_int_equal(c.rows, 2000);

    zdm_controller_init(&c, 25, 50, 50000);
    zdm_controller_feed(&c, 100, 49); /* under twice the target, but far too dear a row */
    assert_int_equal(c.rows, 250);
}

static void
test_panics_at_twice_the_target(void **state)
{
    struct zdm_controller c;

    (void)state;
    zdm_controller_init(&c, 25, 10, 50000);
    for (int i = 0; i < 20; i++)
        zdm_controller_feed(&c, c.rows, (double)c.rows * 0.005);
    assert_in_range(c.rows, 4900, 5100);
    zdm_controller_feed(&c, c.rows, 100); /* four times too long */
    assert_in_range(c.rows, 1200, 1300);
    zdm_controller_feed(&c, c.rows, 60000); /* the floor is a tenth a batch */
    assert_in_range(c.rows, 120, 130);
    /* What was learned before the panic is forgotten: the next batch speaks for itself. */
    zdm_controller_feed(&c, 120, 25);
    assert_in_range(c.rows, 118, 125);
}

static void
test_clamps_and_nonsense(void **state)
{
    struct zdm_controller c;

    (void)state;
    zdm_controller_init(&c, 25, 50, 600);
    zdm_controller_feed(&c, 500, 0);
    assert_int_equal(c.rows, 600);
    zdm_controller_feed(&c, 600, -5);
    assert_int_equal(c.rows, 600);
    zdm_controller_feed(&c, 600, (double)NAN);
    assert_int_equal(c.rows, 600);
    zdm_controller_feed(&c, 0, 1000); /* no row walked: says nothing */
    zdm_controller_feed(&c, -3, 1000);
    assert_int_equal(c.rows, 600);
    zdm_controller_feed(&c, 600, (double)INFINITY);
    assert_int_equal(c.rows, 60);
    zdm_controller_feed(&c, 60, 1e9);
    assert_int_equal(c.rows, 50);
}

static void
test_disturbed_halves_once_and_recovers(void **state)
{
    struct zdm_controller c;

    (void)state;
    zdm_controller_init(&c, 25, 50, 50000);
    for (int i = 0; i < 10; i++)
        zdm_controller_feed(&c, c.rows, (double)c.rows * 0.025);
    int64_t before = c.rows;
    double estimate = c.ms_per_row;
    zdm_controller_disturbed(&c);
    assert_int_equal(c.rows, before / 2);
    assert_true(fabs(c.ms_per_row - estimate) < 1e-12);
    zdm_controller_feed(&c, c.rows, (double)c.rows * 0.025);
    assert_in_range(c.rows, before - 10, before + 10);
    for (int i = 0; i < 20; i++)
        zdm_controller_disturbed(&c);
    assert_int_equal(c.rows, 50);
}

/* What the controller was told in real runs: a server of zdm sandbox (PostgreSQL 15, 2 processors), alone and
 * beside five clients. Recorded with
 *
 *     CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, n int NOT NULL DEFAULT 0, mail text);
 *     INSERT INTO users (id, email) SELECT g, 'somebody' || g || '@example.org' FROM generate_series(1, 250000) g;
 *     CREATE INDEX ON users ((id % 2500)) WHERE id % 4 = 0;
 *     VACUUM ANALYZE users;
 *
 *     backfill "mail" { table = "users", set = { mail = "email" }, where = "mail IS DISTINCT FROM email", stripes = 1 }
 *
 *     gdb -batch -ex 'dprintf zdm_controller_feed,"%ld:%ld ",rows,(long)(ms*1000)' \
 *         -ex 'dprintf zdm_controller_disturbed,"- "' -ex run --args build/debug/zdm run plan.lua
 *
 * and, beside it, pgbench -n -c 4 -T 60 and pgbench -n -c 1 -T 60 with
 *
 *     \set id random(1, 250000)                         \set id random(1, 2500)
 *     BEGIN;                                            BEGIN;
 *     UPDATE users SET n = n + 1 WHERE id = :id;        UPDATE users SET n = n + 1
 *     SELECT count(*) FROM users                          WHERE id % 2500 = :id AND id % 4 = 0;
 *       WHERE id BETWEEN :id AND :id + 50;              \sleep 150 ms
 *     END;                                              END;
 *
 * Rows and microseconds of each batch; a - stands for one that ran into a lock. */
static const char alone[] =
    "500:2618 1000:4708 2000:10279 4000:13515 5457:18344 5457:18724 5457:20592 "
    "5457:19227 5457:18996 5457:20760 5457:21661 5457:23525 5457:27012 5457:23261 "
    "5457:23884 5457:25801 5457:28534 5457:27849 5457:30925 5457:27834 4930:28117 "
    "4930:26487 4930:26006 4930:27024 4930:22818 4872:20441 4872:20949 4872:22333 "
    "4872:22648 4872:23098 4872:23987 4872:24068 4872:25160 4872:24518 4872:28424 "
    "4872:23999 4872:22595 4872:25602 4872:24827 4872:25174 4872:28112 4715:23446 "
    "4715:23616 4715:28310 4715:29528 4715:28775 4715:25321 4715:24250 4715:23994 "
    "4715:23719 4715:24848";

static const char beside_clients[] =
    "500:3183 1000:4678 2000:9986 4000:21465 4000:21671 4000:24213 4000:26055 - "
    "2112:12168 4224:22537 4224:25425 4224:25246 4224:25671 4224:33394 4224:40016 "
    "4224:35515 - 1622:12953 3209:21175 3209:20669 3209:23438 3209:19820 3209:18972 "
    "3209:37792 3209:25620 3209:26821 3209:27103 3209:27934 3209:16577 3209:23801 "
    "3209:39136 3209:34787 3209:39338 3209:25375 2610:21242 2733:21714 - 1422:14246 "
    "2730:23521 2779:26931 2716:21311 2842:25069 2839:18687 3072:17299 3385:29292 "
    "3219:26335 3168:29766 2996:30293 2817:28528 2702:26391 2658:18342 2889:22820 "
    "2966:29340 2819:17861 3083:19022 3321:19439 3559:22167 3684:16783 4087:17914 - - "
    "1116:10960 2232:19129 3389:19328 3636:19193 3909:20033 4156:26586 4078:31496 "
    "3783:27857 3658:21361 3825:21430 3996:24543 4018:18847 4338:26810 4246:33286 "
    "3862:21906 4010:16989";

#define EVENTS_MOST 100

struct trace {
    struct {
        int64_t rows; /* 0: it ran into a lock */
        double ms;
    } batches[EVENTS_MOST];
    size_t n;
};

static void
parse(const char *text, struct trace *t)
{
    for (t->n = 0; *text; t->n++) {
        char *end;
        assert_true(t->n < EVENTS_MOST);
        t->batches[t->n].rows = 0;
        t->batches[t->n].ms = 0;
        if (*text == '-') {
            text++;
        } else {
            t->batches[t->n].rows = strtoll(text, &end, 10);
            assert_int_equal(*end, ':');
            t->batches[t->n].ms = (double)strtoll(end + 1, &end, 10) / 1000;
            assert_true(t->batches[t->n].rows > 0 && t->batches[t->n].ms > 0);
            text = end;
        }
        text += *text == ' ';
    }
}

/* The batches that were recorded are of sizes that it asks for when it is told the same. A look ahead cuts
 * several batches, so a size is still met a while after another one is asked for. */
static void
follow(const struct trace *t)
{
    struct zdm_controller c;
    int64_t asked[EVENTS_MOST];

    zdm_controller_init(&c, 25, 50, 50000);
    for (size_t i = 0; i < t->n; i++) {
        bool known = t->batches[i].rows == 0;
        asked[i] = c.rows;
        /* What was recorded is without fractions of a microsecond. */
        for (size_t k = 0; k <= i; k++)
            known = known || llabs(asked[k] - t->batches[i].rows) <= 1;
        assert_true(known);
        if (t->batches[i].rows == 0)
            zdm_controller_disturbed(&c);
        else
            zdm_controller_feed(&c, t->batches[i].rows, t->batches[i].ms);
    }
}

/* As long as batches of its own sizes take, at what a row cost then: how many are within a quarter of 25 ms,
 * and how many take over 50 ms, which is what a client may notice. After the first three. */
static void
walk(const struct trace *t, int64_t *near_percent, int64_t *too_long)
{
    struct zdm_controller c;
    int64_t near = 0, of = 0;

    *too_long = 0;
    zdm_controller_init(&c, 25, 50, 50000);
    for (size_t i = 0; i < t->n; i++) {
        if (t->batches[i].rows == 0) {
            zdm_controller_disturbed(&c);
            continue;
        }
        double ms = (double)c.rows * t->batches[i].ms / (double)t->batches[i].rows;
        zdm_controller_feed(&c, c.rows, ms);
        if (i < 3)
            continue;
        of++;
        near += fabs(ms - 25) <= 25.0 / 4;
        *too_long += ms > 50;
    }
    *near_percent = near * 100 / of;
}

static void
test_recorded_alone(void **state)
{
    struct trace t;
    int64_t near, too_long;

    (void)state;
    parse(alone, &t);
    follow(&t);
    walk(&t, &near, &too_long);
    assert_in_range(near, 90, 100);
    assert_int_equal(too_long, 0);
}

static void
test_recorded_beside_clients(void **state)
{
    struct trace t;
    int64_t near, too_long;

    (void)state;
    parse(beside_clients, &t);
    follow(&t);
    walk(&t, &near, &too_long);
    assert_in_range(near, 70, 100);
    assert_int_equal(too_long, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_starts_within_its_limits),
        cmocka_unit_test(test_converges),
        cmocka_unit_test(test_doubles_or_halves_at_most),
        cmocka_unit_test(test_panics_at_twice_the_target),
        cmocka_unit_test(test_clamps_and_nonsense),
        cmocka_unit_test(test_disturbed_halves_once_and_recovers),
        cmocka_unit_test(test_recorded_alone),
        cmocka_unit_test(test_recorded_beside_clients),
    };

    return cmocka_run_group_tests_name("batch_controller", tests, NULL, NULL);
}
