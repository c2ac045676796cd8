/* What a backfill will cost, beside what was measured on PostgreSQL 15: 2 M rows of 207 bytes, a heap of
 * 409 MB, indexes of 43 and 95 MB; a text of about 27 bytes is filled in. */
#include "batch/room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MB (1024.0 * 1024.0)

static struct zdm_predict_from
reference(int64_t stripes)
{
    return (struct zdm_predict_from){
        .action = ZDM_BACKFILL_SET,
        .rows = 2e6,
        .matched = 1,
        .heap_bytes = 409 * MB,
        .index_bytes = 138 * MB,
        .n_indexes = 2,
        .fillfactor = 100,
        .written = 27,
        .added = 27,
        .hot = true,
        .stripes = stripes,
        .full_pages = true,
        .block = 8192,
    };
}

static void
check(const struct zdm_predict_from *from, double wal, double heap, double indexes, int hot)
{
    struct zdm_prediction p;

    zdm_predict(from, &p);
    print_message("WAL %.0f of %.0f, heap %.0f of %.0f, indexes %.0f of %.0f, HOT %d of %d\n",
        (double)p.wal / MB, wal, (double)p.heap / MB, heap, (double)p.indexes / MB, indexes,
        p.hot_percent, hot);
    assert_true((double)p.wal > wal * 0.85 * MB && (double)p.wal < wal * 1.15 * MB);
    assert_true((double)p.heap >= heap * 0.85 * MB && (double)p.heap <= heap * 1.15 * MB);
    assert_true(
        (double)p.indexes >= indexes * 0.85 * MB && (double)p.indexes <= indexes * 1.15 * MB);
    assert_in_range(p.hot_percent, hot > 5 ? hot - 5 : 0, hot + 5);
}

static void
fits_what_was_measured(void **state)
{
    (void)state;
    struct zdm_predict_from none = reference(1), eight = reference(8), sixteen = reference(16);

    check(&none, 1553, 472, 136, 0);
    check(&eight, 944, 122, 0, 74);
    check(&sixteen, 918, 94, 0, 80);
}

/* The fillfactor leaves room for the first stripe. Heaps of 481 and 909 MB. */
static void
knows_the_fillfactor(void **state)
{
    (void)state;
    struct zdm_predict_from f = reference(8);
    struct zdm_prediction p;

    f.fillfactor = 85;
    f.heap_bytes = 481 * MB;
    check(&f, 830, 58, 0, 90);
    f.stripes = 1;
    zdm_predict(&f, &p);
    assert_in_range(p.hot_percent, 11, 21);
    f.fillfactor = 45;
    f.heap_bytes = 909 * MB;
    check(&f, 615, 0, 0, 100);
}

/* Heaps and WAL of fillfactors 85 and 45 were measured: above. */
static void
room_is_advised_where_it_helps(void **state)
{
    (void)state;
    struct zdm_predict_from f = reference(8);
    struct zdm_prediction p;
    struct zdm_room room;

    zdm_predict(&f, &p);
    zdm_room_advise(&f, &p, &room);
    assert_int_equal(room.fillfactor, 0); /* 74 % as it is */
    f.stripes = 1;
    zdm_predict(&f, &p);
    zdm_room_advise(&f, &p, &room);
    assert_int_equal(room.fillfactor, 50);
    assert_true(room.with.hot_percent > 80 && room.with.wal < p.wal && room.with.heap < p.heap);
    assert_int_equal(room.saved, p.wal - room.with.wal);
    assert_true(room.rewrite > 900 * MB);
    /* Rows that double. */
    f.stripes = 8;
    f.added = f.written = 200;
    zdm_predict(&f, &p);
    zdm_room_advise(&f, &p, &room);
    assert_int_equal(room.fillfactor, 50);
    assert_in_range(room.with.hot_percent, 85, 100);

    struct zdm_predict_from other = f;
    other.hot = false;
    zdm_predict(&other, &p);
    zdm_room_advise(&other, &p, &room);
    assert_int_equal(room.fillfactor, 0);
    other = f;
    other.heap_bytes = 7 * MB;
    zdm_predict(&other, &p);
    zdm_room_advise(&other, &p, &room);
    assert_int_equal(room.fillfactor, 0);
    other = f;
    other.matched = 0.1;
    zdm_predict(&other, &p);
    zdm_room_advise(&other, &p, &room);
    assert_int_equal(room.fillfactor, 0);
    other = f;
    other.fillfactor = 50;
    zdm_predict(&other, &p);
    p.hot_percent = 10;
    zdm_room_advise(&other, &p, &room);
    assert_int_equal(room.fillfactor, 0);
}

/* Along a uuid, 1 M rows in 177 MB: tests/bench/random_keys.sh. */
static void
a_random_key_does_what_stripes_do(void **state)
{
    (void)state;
    struct zdm_predict_from f = reference(1);
    struct zdm_prediction p;

    f.rows = 1e6;
    f.heap_bytes = 177 * MB;
    f.index_bytes = 84 * MB;
    f.added = f.written = 22;
    f.scattered = true;
    zdm_predict(&f, &p);
    assert_in_range(p.hot_percent, 77, 87);
    f.hot = false;
    zdm_predict(&f, &p);
    assert_int_equal(p.hot_percent, 0);
}

static void
an_index_rules_hot_out(void **state)
{
    (void)state;
    struct zdm_predict_from f = reference(8);

    f.hot = false;
    check(&f, 1553, 472, 136, 0);
}

/* 1 M rows in 159 MB, of which 60 MB of indexes: measured 62 MB. */
static void
vacuum_makes_room(void **state)
{
    (void)state;
    struct zdm_predict_from f = reference(1);
    struct zdm_prediction p;

    f.rows = 1e6;
    f.heap_bytes = 159 * MB;
    f.index_bytes = 60 * MB;
    f.added = f.written = 21;
    f.vacuum = true;
    zdm_predict(&f, &p);
    assert_in_range(p.heap, 50 * MB, 70 * MB);
    f.vacuum = false;
    zdm_predict(&f, &p);
    assert_in_range(p.heap, 170 * MB, 190 * MB);
}

static void
pages_as_a_whole_only_when_the_server_writes_them(void **state)
{
    (void)state;
    struct zdm_predict_from f = reference(1);
    struct zdm_prediction with, without;

    zdm_predict(&f, &with);
    f.full_pages = false;
    zdm_predict(&f, &without);
    assert_true(with.wal - without.wal == (int64_t)(547 * MB));
}

static void
few_rows_cost_little(void **state)
{
    (void)state;
    struct zdm_predict_from f = reference(1);
    struct zdm_prediction p;

    f.matched = 0.001;
    zdm_predict(&f, &p);
    assert_int_equal(p.rows, 2000);
    assert_true((double)p.wal < 30 * MB);
    assert_int_equal(p.indexes, 0);
}

static void
a_ceiling_of_wal_makes_it_longer(void **state)
{
    (void)state;
    struct zdm_predict_from f = reference(8);
    struct zdm_prediction p;

    zdm_predict(&f, &p);
    assert_int_equal(p.ms, 20000);
    f.wal_rate = 1 * MB;
    zdm_predict(&f, &p);
    assert_in_range(p.ms, 800000, 1100000);
    f.rows_per_s = 1;
    zdm_predict(&f, &p);
    assert_int_equal(p.ms, 2000000000);
}

static void
other_actions(void **state)
{
    (void)state;
    struct zdm_predict_from f = reference(8);
    struct zdm_prediction p;

    f.action = ZDM_BACKFILL_DELETE;
    f.added = f.written = 0;
    zdm_predict(&f, &p);
    assert_int_equal(p.heap, 0);
    assert_int_equal(p.indexes, 0);
    assert_int_equal(p.hot_percent, -1);
    f.action = ZDM_BACKFILL_COPY;
    zdm_predict(&f, &p);
    assert_true(p.heap == (int64_t)(409 * MB));
    assert_true(p.indexes == (int64_t)(138 * MB));
    assert_int_equal(p.hot_percent, -1);
}

static void
an_empty_table_costs_nothing(void **state)
{
    (void)state;
    struct zdm_predict_from f = reference(8);
    struct zdm_prediction p;

    f.rows = f.heap_bytes = f.index_bytes = 0;
    zdm_predict(&f, &p);
    assert_int_equal(p.rows, 0);
    assert_int_equal(p.wal, 0);
    assert_int_equal(p.heap, 0);
    assert_int_equal(p.ms, 0);
    assert_int_equal(p.hot_percent, -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fits_what_was_measured),
        cmocka_unit_test(knows_the_fillfactor),
        cmocka_unit_test(room_is_advised_where_it_helps),
        cmocka_unit_test(a_random_key_does_what_stripes_do),
        cmocka_unit_test(an_index_rules_hot_out),
        cmocka_unit_test(vacuum_makes_room),
        cmocka_unit_test(pages_as_a_whole_only_when_the_server_writes_them),
        cmocka_unit_test(few_rows_cost_little),
        cmocka_unit_test(a_ceiling_of_wal_makes_it_longer),
        cmocka_unit_test(other_actions),
        cmocka_unit_test(an_empty_table_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
