/* The SQL of a backfill as text, and the way back from the server's position. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "batch/statement.h"

static char *columns[] = {(char *)"a", (char *)"\"B b\""};
static const struct zdm_backfill_target target = {
    .relation = (char *)"s.\"T\"",
    .key = (char *)"id",
    .key_type = (char *)"pg_catalog.int8",
    .set = columns,
    .n_set = 2,
};
static const struct zdm_assignment set[] = {{"a", "'é' || x -- comment"}, {"\"B b\"", "lower(y)"}};
static const struct zdm_backfill_spec spec = {
    .plan = "p", .step = "s", .table = "s.\"T\"", .set = set, .n_set = 2, .where = "z > 0"};

/* 1-based character of `what` in `text`. */
static int
position_of(const char *text, const char *what)
{
    const char *at = strstr(text, what);
    int n = 0;

    assert_non_null(at);
    for (const char *p = text; p <= at; p++)
        n += ((unsigned char)*p & 0xC0) != 0x80;
    return n;
}

static void
test_locate(void **state)
{
    struct zdm_batch_sql sql;
    int which = 99, inside = 0;

    (void)state;
    zdm_batch_sql_build(&spec, &target, &sql);
    for (int next = 0; next < 2; next++) {
        const char *text = next ? sql.batch_next : sql.batch_first;
        assert_true(zdm_batch_sql_locate(&sql, next, position_of(text, "'é'"), &which, &inside));
        assert_int_equal(which, 0);
        assert_int_equal(inside, 1);
        assert_true(zdm_batch_sql_locate(&sql, next, position_of(text, "x --"), &which, &inside));
        assert_int_equal(which, 0);
        assert_int_equal(inside, 8); /* characters, not bytes */
        assert_true(zdm_batch_sql_locate(&sql, next, position_of(text, "y)\n"), &which, &inside));
        assert_int_equal(which, 1);
        assert_int_equal(inside, 7);
        assert_true(zdm_batch_sql_locate(&sql, next, position_of(text, "z > 0"), &which, &inside));
        assert_int_equal(which, -1);
        assert_int_equal(inside, 1);
        /* Behind the last character: "syntax error at end of input". */
        assert_true(
            zdm_batch_sql_locate(&sql, next, position_of(text, "z > 0") + 5, &which, &inside));
        assert_int_equal(inside, 6);

        assert_false(zdm_batch_sql_locate(&sql, next, 0, &which, &inside));
        assert_false(zdm_batch_sql_locate(&sql, next, -8, &which, &inside));
        assert_false(zdm_batch_sql_locate(&sql, next, 1, &which, &inside));
        assert_false(
            zdm_batch_sql_locate(&sql, next, position_of(text, "zdm_rows AS"), &which, &inside));
        assert_false(zdm_batch_sql_locate(&sql, next, 1000000, &which, &inside));
    }
    zdm_batch_sql_release(&sql);
}

static void
test_shapes(void **state)
{
    struct zdm_batch_sql sql;

    (void)state;
    zdm_batch_sql_build(&spec, &target, &sql);
    assert_non_null(strstr(sql.batch_first, "c.pos IS NULL"));
    assert_null(strstr(sql.batch_first, "$6"));
    assert_non_null(strstr(sql.batch_next, "s.\"T\".id > $6::pg_catalog.text::pg_catalog.int8"));
    assert_non_null(strstr(sql.batch_next, "s.\"T\".id <= $5::pg_catalog.text::pg_catalog.int8"));
    assert_non_null(strstr(sql.batch_next, "-- comment\n)"));
    assert_null(strstr(sql.batch_next, "COLLATE"));
    assert_null(strstr(sql.probe_first, "$4"));
    zdm_batch_sql_release(&sql);

    struct zdm_backfill_target collated = target;
    struct zdm_backfill_spec every = spec;
    collated.key_collation = (char *)"pg_catalog.\"C\"";
    every.where = NULL;
    zdm_batch_sql_build(&every, &collated, &sql);
    assert_non_null(strstr(sql.bound, "ORDER BY s.\"T\".id COLLATE pg_catalog.\"C\" DESC"));
    assert_non_null(strstr(sql.batch_next, "s.\"T\".id COLLATE pg_catalog.\"C\" > $6"));
    assert_int_equal(sql.n_spans, 2);
    zdm_batch_sql_release(&sql);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_locate),
        cmocka_unit_test(test_shapes),
    };

    return cmocka_run_group_tests_name("batch_statement", tests, NULL, NULL);
}
