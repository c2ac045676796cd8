/* When an answer differs from before, and when that says nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "rehearse/answer.h"

static enum zdm_answer_verdict
see(struct zdm_answers *answers, size_t query, int64_t row, const char *shape, uint64_t content)
{
    const struct zdm_answer answer = {.shape = (char *)(uintptr_t)shape, .content = content};

    return zdm_answers_see(answers, query, row, &answer, NULL);
}

static void
test_columns_always_count(void **state)
{
    const bool steady[] = {false};
    struct zdm_answers *answers = zdm_answers_new(1, 10, steady);
    char *was = NULL;

    (void)state;
    assert_int_equal(see(answers, 0, 1, "id 20", 1), ZDM_ANSWER_SAME);
    zdm_answers_learnt(answers);
    assert_int_equal(see(answers, 0, 1, "id 20", 2), ZDM_ANSWER_SAME);
    struct zdm_answer other = {.shape = (char[]){"id 20, more 25"}};
    assert_int_equal(zdm_answers_see(answers, 0, 1, &other, &was), ZDM_ANSWER_SHAPE);
    assert_string_equal(was, "id 20");
    free(was);
    assert_int_equal(see(answers, 0, 1, "id 20", 3), ZDM_ANSWER_SAME);
    zdm_answers_free(answers);
}

static void
test_values_by_row(void **state)
{
    const bool steady[] = {true, true};
    struct zdm_answers *answers = zdm_answers_new(2, 10, steady);

    (void)state;
    see(answers, 0, 1, "a 25", 100);
    see(answers, 0, 2, "a 25", 200);
    see(answers, 0, 1, "a 25", 100);
    see(answers, 1, 1, "a 25", 100);
    see(answers, 1, 1, "a 25", 101); /* differs without a plan */
    zdm_answers_learnt(answers);
    assert_int_equal(zdm_answers_compared(answers), 1);
    assert_int_equal(see(answers, 0, 1, "a 25", 100), ZDM_ANSWER_SAME);
    assert_int_equal(see(answers, 0, 1, "a 25", 999), ZDM_ANSWER_VALUES);
    assert_int_equal(see(answers, 0, 3, "a 25", 999), ZDM_ANSWER_SAME);  /* never asked before */
    assert_int_equal(see(answers, 0, 11, "a 25", 999), ZDM_ANSWER_SAME); /* beyond the rows */
    assert_int_equal(see(answers, 1, 1, "a 25", 999), ZDM_ANSWER_SAME);
    zdm_answers_let(answers, 0); /* a client writes to it from now on */
    assert_int_equal(see(answers, 0, 2, "a 25", 999), ZDM_ANSWER_SAME);
    assert_int_equal(zdm_answers_compared(answers), 0);
    zdm_answers_free(answers);
}

static void
test_sums_of_floats_are_let_be(void **state)
{
    const bool steady[] = {true};
    struct zdm_answers *answers = zdm_answers_new(1, 1, steady);
    const struct zdm_answer rounded = {.shape = (char[]){"sum 701"}, .content = 1, .rounded = true};

    (void)state;
    assert_int_equal(zdm_answers_see(answers, 0, 0, &rounded, NULL), ZDM_ANSWER_SAME);
    zdm_answers_learnt(answers);
    assert_int_equal(see(answers, 0, 0, "sum 701", 2), ZDM_ANSWER_SAME);
    zdm_answers_free(answers);
}

/* The sum of rows is the content, so that their order does not count; all else does. */
static void
test_rows(void **state)
{
    const char *ab[] = {"a", "b"}, *ba[] = {"b", "a"}, *joined[] = {"ab", ""},
               *null[] = {"ab", NULL};
    uint64_t hashes[] = {zdm_answer_row(ab, 2), zdm_answer_row(ba, 2), zdm_answer_row(joined, 2),
        zdm_answer_row(null, 2), zdm_answer_row(ab, 1), zdm_answer_row(ab, 0)};

    (void)state;
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
        for (size_t j = 0; j < i; j++)
            assert_true(hashes[i] != hashes[j]);
    assert_true(zdm_answer_row(ab, 2) == hashes[0]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_always_count),
        cmocka_unit_test(test_values_by_row),
        cmocka_unit_test(test_sums_of_floats_are_let_be),
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
