/* What differs behind a run that was killed, and what says nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "rehearse/content.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A table t with a column a, and b, which a sequence numbers. */
struct content {
    struct zdm_content content;
    struct zdm_content_table table;
    struct zdm_content_column columns[2];
};

struct made {
    int64_t rows;
    const char *whole, *a, *b;
};

static char *
view(const char *text)
{
    return (char *)(uintptr_t)text;
}

static const struct zdm_content *
make(struct content *c, const struct made *from)
{
    c->columns[0] = (struct zdm_content_column){.name = view("a"), .sum = view(from->a)};
    c->columns[1] =
        (struct zdm_content_column){.name = view("b"), .sum = view(from->b), .numbered = true};
    c->table = (struct zdm_content_table){.name = view("t"),
        .rows = from->rows,
        .sum = view(from->whole),
        .columns = c->columns,
        .n_columns = 2};
    c->content = (struct zdm_content){.tables = &c->table, .n = 1};
    return &c->content;
}

static void
test_what_counts(void **state)
{
    static const struct {
        struct made was, again, is;
        const char *diff;
    } cases[] = {
        {{3, "1", "2", "3"}, {3, "1", "2", "3"}, {3, "1", "2", "3"}, NULL},
        {{3, "1", "2", "3"}, {3, "1", "2", "3"}, {4, "9", "2", "3"}, "t has 4 rows, not 3"},
        {{3, "1", "2", "3"}, {4, "1", "2", "3"}, {5, "9", "2", "3"}, NULL}, /* by itself, too */
        {{3, "1", "2", "3"}, {3, "1", "2", "3"}, {3, "9", "8", "3"}, "t: other values of a"},
        {{3, "1", "2", "3"}, {3, "9", "7", "3"}, {3, "9", "8", "3"}, NULL}, /* now() */
        {{3, "1", "2", "3"}, {3, "1", "2", "3"}, {3, "9", "2", "8"}, NULL}, /* a gap */
        {{3, "1", "2", "3"}, {3, "1", "2", "3"}, {3, "9", "8", "8"}, "t: other values of a"},
        {{3, "1", "2", "3"}, {3, "1", "2", "3"}, {3, "9", "2", "3"},
            "t: the same values of each column, in other rows"},
        {{3, "1", "2", "3"}, {3, "8", "2", "3"}, {3, "9", "2", "3"}, NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct content was, again, is;
        make(&was, &cases[i].was);
        make(&again, &cases[i].again);
        make(&is, &cases[i].is);
        char *diff = zdm_content_diff(&was.content, &again.content, &is.content);
        if (!cases[i].diff)
            assert_null(diff);
        else
            assert_string_equal(diff, cases[i].diff);
        free(diff);
        assert_int_equal(zdm_content_differs(&was.content, &is.content), i > 0);
    }
}

/* Which tables there are is for the schemas to tell. */
static void
test_other_tables(void **state)
{
    const struct made made = {1, "1", "1", "1"}, other = {2, "2", "2", "2"};
    const struct zdm_content none = {.n = 0};
    struct content one, two;

    (void)state;
    make(&one, &made);
    make(&two, &other);
    assert_false(zdm_content_differs(&one.content, &none));
    assert_false(zdm_content_differs(&none, &one.content));
    assert_null(zdm_content_diff(&one.content, &one.content, &none));
    assert_null(zdm_content_diff(&one.content, &none, &two.content));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_counts),
        cmocka_unit_test(test_other_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
