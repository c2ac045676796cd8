/* Keys so close together that those of a stripe are named one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "batch/dense.h"
#include "batch/request.h"

/* The stripe of a number as the batch statement has it: never negative. */
static int64_t
stripe_of(int64_t number, int64_t stripes)
{
    return ((number % stripes) + stripes) % stripes;
}

/* Counting from `first` on gives the numbers of the stripe behind `after`, and no others. */
static void
test_first(void **state)
{
    static const int64_t many[] = {1, 2, 3, 6, 8, 64};

    (void)state;
    for (size_t i = 0; i < sizeof many / sizeof *many; i++) {
        for (int64_t stripe = 0; stripe < many[i]; stripe++) {
            for (int64_t after = -70; after <= 70; after += 7) {
                char *from = zdm_strf("%lld", (long long)after);
                int64_t first = INT64_MIN, wanted = after + 1;
                while (stripe_of(wanted, many[i]) != stripe)
                    wanted++;
                assert_true(zdm_dense_first(from, "100", 100 - after, stripe, many[i], &first));
                assert_int_equal(first, wanted);
                free(from);
            }
        }
    }
}

static void
test_dense(void **state)
{
    int64_t first = 7;

    (void)state;
    assert_true(zdm_dense_first("1000", "2000", 1000, 3, 8, &first));
    assert_int_equal(first, 1003);
    assert_true(zdm_dense_first("1000", "2000", 800, 3, 8, &first));
    assert_false(zdm_dense_first("1000", "2000", 799, 3, 8, &first));
    assert_false(zdm_dense_first("1000", "2000", 0, 3, 8, &first)); /* how many is not known */
    assert_false(zdm_dense_first("2000", "2000", 100, 3, 8, &first));
    assert_false(zdm_dense_first("a", "2000", 2000, 3, 8, &first));
    assert_false(zdm_dense_first("1000", "1e9", 1000, 3, 8, &first));
}

static void
test_ends_of_int8(void **state)
{
    int64_t first = 0;

    (void)state;
    assert_true(zdm_dense_first("-9223372036854775808", "-9223372036854775708", 100, 0, 8, &first));
    assert_int_equal(first, INT64_MIN + 8);
    assert_true(zdm_dense_first("9223372036854775800", "9223372036854775807", 7, 7, 8, &first));
    assert_int_equal(first, INT64_MAX);
    /* There is no further number of that stripe. */
    assert_false(zdm_dense_first("9223372036854775800", "9223372036854775807", 7, 0, 8, &first));
    assert_false(
        zdm_dense_first("-9223372036854775808", "9223372036854775807", INT64_MAX, 0, 8, &first));
}

static char *columns[] = {(char *)"n"};
static const struct zdm_assignment set[] = {{"n", "n + 1"}};
static const struct zdm_backfill_spec spec = {
    .plan = "p", .step = "s", .table = "t", .set = set, .n_set = 1};

/* Which statement a batch has, and with which parameters. */
static void
assert_kind(const struct zdm_backfill_target *target, const struct zdm_batch *batch, bool named)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_batch_sql sql;
    struct zdm_request q;

    zdm_batch_sql_build(&spec, target, &sql);
    assert_int_equal(zdm_request_fill(&q, &sql, &spec, batch, &err), 0);
    assert_ptr_equal(q.text, named ? &sql.named : &sql.striped[1]);
    assert_int_equal(q.p.n, ZDM_BATCH_PARAMETERS + 2);
    assert_string_equal(q.p.values[ZDM_BATCH_PARAMETERS], batch->upto);
    assert_string_equal(q.p.values[ZDM_BATCH_PARAMETERS + 1], named ? "104" : "100");
    zdm_request_release(&q);
    zdm_batch_sql_release(&sql);
}

static void
test_statement(void **state)
{
    struct zdm_key key = {
        .name = (char *)"id", .type = (char *)"pg_catalog.int4", .operators = (char *)"pg_catalog"};
    struct zdm_backfill_target target = {.relation = (char *)"t",
        .keys = &key,
        .n_keys = 1,
        .set = columns,
        .n_set = 1,
        .stripe_by = ZDM_STRIPE_INTEGER};
    struct zdm_spot from = {.pos = (char *)"100", .stripe = 2, .stripes = 6}, to = from;
    struct zdm_batch batch = {
        .from = &from, .to = &to, .upto = "200", .striped = true, .keys = 100};

    (void)state;
    to.stripe = 3;
    assert_kind(&target, &batch, true);
    struct zdm_batch sparse = batch, first = batch;
    sparse.keys = 50;
    assert_kind(&target, &sparse, false);
    from.stripe = 0;
    assert_kind(&target, &first, false);
    from.stripe = 2;
    key.type = (char *)"public.positive"; /* a domain over one */
    assert_kind(&target, &batch, false);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first),
        cmocka_unit_test(test_dense),
        cmocka_unit_test(test_ends_of_int8),
        cmocka_unit_test(test_statement),
    };

    return cmocka_run_group_tests_name("batch_dense", tests, NULL, NULL);
}
