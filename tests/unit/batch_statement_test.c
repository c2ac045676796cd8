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
static struct zdm_key keys[] = {{.name = (char *)"id", .type = (char *)"pg_catalog.int8"}};
static const struct zdm_backfill_target target = {
    .relation = (char *)"s.\"T\"",
    .keys = keys,
    .n_keys = 1,
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
        const struct zdm_batch_text *batch = &sql.batches[next];
        const char *text = batch->text;
        assert_true(zdm_batch_sql_locate(&sql, batch, position_of(text, "'é'"), &which, &inside));
        assert_int_equal(which, 0);
        assert_int_equal(inside, 1);
        assert_true(zdm_batch_sql_locate(&sql, batch, position_of(text, "x --"), &which, &inside));
        assert_int_equal(which, 0);
        assert_int_equal(inside, 8); /* characters, not bytes */
        assert_true(zdm_batch_sql_locate(&sql, batch, position_of(text, "y)\n"), &which, &inside));
        assert_int_equal(which, 1);
        assert_int_equal(inside, 7);
        assert_true(zdm_batch_sql_locate(&sql, batch, position_of(text, "z > 0"), &which, &inside));
        assert_int_equal(which, -1);
        assert_int_equal(inside, 1);
        /* Behind the last character: "syntax error at end of input". */
        assert_true(
            zdm_batch_sql_locate(&sql, batch, position_of(text, "z > 0") + 5, &which, &inside));
        assert_int_equal(inside, 6);

        assert_false(zdm_batch_sql_locate(&sql, batch, 0, &which, &inside));
        assert_false(zdm_batch_sql_locate(&sql, batch, -8, &which, &inside));
        assert_false(zdm_batch_sql_locate(&sql, batch, 1, &which, &inside));
        assert_false(
            zdm_batch_sql_locate(&sql, batch, position_of(text, "zdm_rows AS"), &which, &inside));
        assert_false(zdm_batch_sql_locate(&sql, batch, 1000000, &which, &inside));
    }
    zdm_batch_sql_release(&sql);
}

static void
test_shapes(void **state)
{
    struct zdm_batch_sql sql;

    (void)state;
    zdm_batch_sql_build(&spec, &target, &sql);
    const char *first = sql.batches[0].text, *next = sql.batches[1].text;
    assert_null(strstr(first, "$14"));
    assert_null(sql.striped);
    assert_non_null(strstr(next, "c.pos OPERATOR(pg_catalog.=) $7::pg_catalog.text"));
    assert_non_null(strstr(next, "s.\"T\".id > $14::pg_catalog.text::pg_catalog.int8"
                                 " AND s.\"T\".id <= $13::pg_catalog.text::pg_catalog.int8"));
    assert_non_null(strstr(next, "-- comment\n)"));
    assert_null(strstr(next, "COLLATE"));
    assert_null(strstr(sql.probe_first, "$4"));
    zdm_batch_sql_release(&sql);

    struct zdm_backfill_target collated = target;
    struct zdm_backfill_spec every = spec;
    struct zdm_key c = keys[0];
    c.collation = (char *)"pg_catalog.\"C\"";
    c.operators = (char *)"app";
    collated.keys = &c;
    every.where = NULL;
    zdm_batch_sql_build(&every, &collated, &sql);
    assert_non_null(strstr(sql.bound, "ORDER BY s.\"T\".id COLLATE pg_catalog.\"C\" DESC"));
    assert_non_null(
        strstr(sql.batches[1].text, "s.\"T\".id COLLATE pg_catalog.\"C\" OPERATOR(app.>) $14"));
    assert_int_equal(sql.n_spans, 2);
    zdm_batch_sql_release(&sql);
}

/* a up, b down: every arm is a range of the index, and the whole conditions stand behind them. */
static void
test_several_columns(void **state)
{
    static struct zdm_key two[] = {
        {.name = (char *)"a", .type = (char *)"int8"},
        {.name = (char *)"b", .type = (char *)"text", .descending = true, .nulls_first = true},
    };
    struct zdm_backfill_target t = {
        .relation = (char *)"t", .keys = two, .n_keys = 2, .set = columns, .n_set = 2};
    struct zdm_batch_sql sql;

    (void)state;
    zdm_batch_sql_build(&spec, &t, &sql);
    assert_non_null(strstr(sql.bound, "SELECT t.a::pg_catalog.text, t.b::pg_catalog.text FROM t "
                                      "ORDER BY t.a DESC NULLS FIRST, t.b ASC NULLS LAST"));
    assert_non_null(strstr(sql.batches[1].text,
        "(t.a = $15::pg_catalog.text::int8 AND t.b < $16::pg_catalog.text::text"
        " OR t.a > $15::pg_catalog.text::int8 AND t.a < $13::pg_catalog.text::int8"
        " OR t.a = $13::pg_catalog.text::int8 AND t.b >= $14::pg_catalog.text::text)"
        " AND (t.a > $15::pg_catalog.text::int8"
        " OR t.a = $15::pg_catalog.text::int8 AND t.b < $16::pg_catalog.text::text)"
        " AND (t.a < $13::pg_catalog.text::int8"
        " OR t.a = $13::pg_catalog.text::int8 AND t.b >= $14::pg_catalog.text::text)"));
    assert_non_null(strstr(sql.batches[2].text, "AND t.a = $13::pg_catalog.text::int8"
                                                " AND t.b < $15::pg_catalog.text::text"
                                                " AND t.b >= $14::pg_catalog.text::text AND (\n"));

    size_t common;
    struct zdm_position x = {.n = 2, .keys = {(char *)"1", (char *)"x"}};
    struct zdm_position y = {.n = 2, .keys = {(char *)"1", (char *)"y"}};
    struct zdm_position z = {.n = 2, .keys = {(char *)"2", (char *)"x"}};
    assert_ptr_equal(zdm_batch_sql_pick(&sql, ZDM_BATCH_WHOLE, NULL, &x, &common), &sql.batches[0]);
    assert_ptr_equal(zdm_batch_sql_pick(&sql, ZDM_BATCH_WHOLE, &x, &z, &common), &sql.batches[1]);
    assert_ptr_equal(zdm_batch_sql_pick(&sql, ZDM_BATCH_WHOLE, &x, &y, &common), &sql.batches[2]);
    assert_ptr_equal(zdm_batch_sql_pick(&sql, ZDM_BATCH_WHOLE, &x, &x, &common), &sql.batches[2]);
    assert_int_equal(common, 1);
    zdm_batch_sql_release(&sql);

    t.stripe_by = ZDM_STRIPE_HASH;
    zdm_batch_sql_build(&spec, &t, &sql);
    assert_ptr_equal(zdm_batch_sql_pick(&sql, ZDM_BATCH_STRIPE, &x, &z, &common), &sql.striped[1]);
    assert_non_null(strstr(sql.striped[2].text, "hash_record_extended(ROW(t.a, t.b), 0)"));
    assert_null(strstr(sql.batches[2].text, "hash"));
    zdm_batch_sql_release(&sql);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_locate),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_several_columns),
    };

    return cmocka_run_group_tests_name("batch_statement", tests, NULL, NULL);
}
