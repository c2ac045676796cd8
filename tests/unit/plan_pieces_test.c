/* Statements that are only for what is there, by a model of the catalog. The server's own answer: e2e/recipes_parted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "plan/pieces.h"
#include "sql/classify.h"
#include "sql_catalog_fixture.h"

#define TEXT "A;\nB;\nC"

/* B is for `of`, a list that ends with NULL, when `change` was done; is it left out? */
static bool
lacks(const char *change, const char **of)
{
    static const char setup[] =
        "CREATE TABLE whole (a int, b int) PARTITION BY RANGE (a);"
        "CREATE TABLE part PARTITION OF whole FOR VALUES FROM (0) TO (9) PARTITION BY RANGE (b);"
        "CREATE TABLE leaf PARTITION OF part FOR VALUES FROM (0) TO (9);"
        "CREATE TABLE \"An other\" (a int, b int);"
        "CREATE INDEX of_leaf ON leaf (a);"
        "CREATE INDEX of_whole ON whole (b)";
    struct zdm_sql_context *context = zdm_sql_context_on(fixture_catalog(), 0);
    struct zdm_sql_piece piece = {.at = 3, .length = 3, .of = of};
    const struct zdm_sql_pieces pieces = {&piece, 1};
    const char *texts[] = {setup, change};

    for (size_t i = 0; i < 2; i++) {
        struct zdm_parsed *parsed;
        zdm_sql_classify_script(texts[i], ZDM_WRAP_SEVERAL, context, &parsed);
        for (size_t k = 0; k < parsed->count; k++)
            if (parsed->statements[k].fails_with)
                fail_msg("%s: %s", parsed->statements[k].sql, parsed->statements[k].fails_with);
        zdm_parsed_free(parsed);
    }
    while (of[piece.n_of])
        piece.n_of++;
    char *left = zdm_pieces_known(TEXT, &pieces, zdm_sql_context_catalog(context));
    bool whole = strcmp(left, TEXT) == 0;
    if (!whole)
        assert_string_equal(left, "A;\n  \nC");
    assert_false(zdm_pieces_none(left));
    free(left);
    zdm_sql_context_free(context);
    return !whole;
}

#define OF(...) ((const char *[]){__VA_ARGS__, NULL})

static void
test_partitions(void **state)
{
    (void)state;
    const char **leaf = OF("public.whole", "public.part", "public.leaf");

    assert_false(lacks("", leaf));
    assert_true(lacks("DROP TABLE leaf", leaf));
    assert_true(lacks("DROP TABLE part", leaf));
    assert_true(lacks("ALTER TABLE whole DETACH PARTITION part", leaf));
    assert_true(lacks("ALTER TABLE part DETACH PARTITION leaf", leaf));
    assert_true(lacks("ALTER TABLE leaf RENAME TO other", leaf));
    assert_true(lacks("ALTER TABLE part DETACH PARTITION leaf;"
                      "ALTER TABLE whole ATTACH PARTITION leaf FOR VALUES FROM (10) TO (19)",
        leaf));
    assert_true(lacks("", OF("public.whole", "public.\"An other\"")));
}

static void
test_indexes(void **state)
{
    (void)state;
    const char **of_leaf = OF("public.whole", "public.part", "public.leaf", "public.of_leaf");

    assert_false(lacks("", of_leaf));
    assert_true(lacks("DROP INDEX of_leaf", of_leaf));
    assert_true(lacks("DROP INDEX of_leaf; CREATE INDEX of_leaf ON \"An other\" (a)", of_leaf));
}

static void
test_alone(void **state)
{
    (void)state;
    assert_false(lacks("", OF("public.\"An other\"")));
    assert_true(lacks("DROP TABLE \"An other\"", OF("public.\"An other\"")));
    assert_true(lacks("", OF("nowhere.at_all")));
    assert_false(lacks("", OF("", "public.\"An other\"")));
    assert_false(lacks("", OF("", "public.of_leaf")));
    assert_true(lacks("", OF("", "public.leaf")));
    assert_true(lacks("", OF("", "public.leaf_b_idx"))); /* a part of of_whole */
    assert_false(lacks("ALTER TABLE part DETACH PARTITION leaf", OF("", "public.leaf")));
}

/* Nobody described it: then nothing is known to be gone. */
static void
test_unknown(void **state)
{
    (void)state;
    struct zdm_catalog *catalog = zdm_catalog_new();
    struct zdm_sql_piece piece = {.at = 0, .length = 1, .of = OF("t"), .n_of = 1};
    char *left = zdm_pieces_known("A", &(struct zdm_sql_pieces){&piece, 1}, catalog);

    assert_string_equal(left, "A");
    free(left);
    zdm_catalog_free(catalog);

    left = zdm_pieces_left("A\n;\n", &(struct zdm_sql_pieces){&piece, 1}, &(bool){true});
    assert_string_equal(left, " \n;\n");
    assert_true(zdm_pieces_none(left));
    free(left);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_partitions),
        cmocka_unit_test(test_indexes),
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
