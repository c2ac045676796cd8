/* Parameters in the texts of a load, and which answers may be compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "rehearse/query.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Those of users.id, and of app.t.name, which has none. */
static char *ids[] = {(char[]){"7"}, NULL, (char[]){"it's \\ 8"}};
static struct zdm_pool known[] = {
    {.name = (char[]){"users.id"}, .type = (char[]){"uuid"}, .values = ids, .n = COUNT(ids)},
    {.name = (char[]){"app.t.name"}, .type = (char[]){"text"}},
};
static const struct zdm_pools pools = {.items = known, .n = COUNT(known)};

static void
test_parameters(void **state)
{
    static const struct {
        const char *text, *sql;
        size_t n;
        bool uses_row, uses_n;
    } cases[] = {
        {"SELECT 1", "SELECT 1", 0, false, false},
        {"SELECT a FROM t WHERE id = :row", "SELECT a FROM t WHERE id = $1::integer", 1, true,
            false},
        {"SELECT :n, :row, :n", "SELECT $1::integer, $2::integer, $1::integer", 2, true, true},
        {"SELECT ':row' || \":n\" || x::name", "SELECT ':row' || \":n\" || x::name", 0, false,
            false},
        {"SELECT $$ :row $$, $a$ :n $a$, :n", "SELECT $$ :row $$, $a$ :n $a$, $1::integer", 1,
            false, true},
        {"SELECT 'it''s :n' -- :row\n, 1", "SELECT 'it''s :n' -- :row\n, 1", 0, false, false},
        {"SELECT /* :row */ a[1:n], :rows, :nn", "SELECT /* :row */ a[1:n], :rows, :nn", 0, false,
            false},
        {"SELECT 'open :row", "SELECT 'open :row", 0, false, false},
        {"SELECT x::row", "SELECT x::row", 0, false, false},
        {"SELECT :users.id, :row, :users.id", "SELECT $1::uuid, $2::integer, $1::uuid", 2, true,
            false},
        {"SELECT :app.t.name || :n", "SELECT $1::text || $2::integer", 2, true, true},
        {"SELECT x::users.id, a[1:users.id], a[:users.id], ':users.id'",
            "SELECT x::users.id, a[1:users.id], a[:users.id], ':users.id'", 0, false, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *statements[] = {cases[i].text};
        const struct zdm_compat_query from = {.statements = statements, .n = 1};
        struct zdm_query query;
        zdm_query_init(&query, &from, &pools);
        assert_string_equal(query.statements[0].sql, cases[i].sql);
        assert_int_equal(query.statements[0].n_params, cases[i].n);
        assert_int_equal(query.uses_row, cases[i].uses_row);
        assert_int_equal(query.uses_n, cases[i].uses_n);
        zdm_query_release(&query);
    }
}

static void
test_arguments(void **state)
{
    static const struct {
        int64_t row;
        const char *arguments, *given;
    } cases[] = {
        {1, "'7', 5, 1, NULL", ":users.id was 7, :row was 1, :app.t.name was NULL"},
        {2, "NULL, 5, 2, NULL", ":users.id was NULL, :row was 2, :app.t.name was NULL"},
        {6, "E'it\'\'s \\\\ 8', 5, 6, NULL",
            ":users.id was it's \\ 8, :row was 6, :app.t.name was NULL"},
    };
    const char *statements[] = {"SELECT :users.id, :n, :row, :app.t.name"};
    const struct zdm_compat_query from = {.statements = statements, .n = 1};
    struct zdm_query query;

    (void)state;
    zdm_query_init(&query, &from, &pools);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct zdm_buf arguments = ZDM_BUF_INIT;
        char *given = zdm_query_given(&query, cases[i].row);
        zdm_query_arguments(&query.statements[0], cases[i].row, 5, &arguments);
        assert_string_equal(arguments.s, cases[i].arguments);
        assert_string_equal(given, cases[i].given);
        zdm_buf_release(&arguments);
        free(given);
    }
    zdm_query_release(&query);
}

static void
test_steady(void **state)
{
    static const struct {
        const char *sql;
        bool steady;
    } cases[] = {
        {"SELECT id, name FROM users WHERE id = 1", true},
        {"  select\n count(*) from t", true},
        {"WITH x AS (SELECT 1) SELECT * FROM x", true},
        {"SELECT 'now() LIMIT random()'", true},
        {"SELECT current_user", false},
        {"SELECT a FROM t LIMIT 1", false},
        {"SELECT a FROM t FETCH FIRST ROW ONLY", false},
        {"SELECT now ()", false},
        {"SELECT a FROM t WHERE at < Current_Timestamp", false},
        {"SELECT array_agg(a) FROM t", false},
        {"SELECT row_number() OVER (PARTITION BY a) FROM t", false},
        {"SELECT DISTINCT ON (a) a, b FROM t", false},
        {"SELECT ctid FROM t", false},
        {"SELECT a FROM t FOR UPDATE", false},
        {"INSERT INTO t VALUES (1)", false},
        {"WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x", false},
        {"UPDATE t SET a = 1", false},
        {"", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (zdm_query_is_steady(cases[i].sql) != cases[i].steady)
            fail_msg("%s", cases[i].sql);
}

/* Of a transaction all statements count; a number that never comes twice makes no two alike. */
static void
test_transactions(void **state)
{
    const char *both[] = {"SELECT a FROM t WHERE id = :row", "SELECT b FROM t"};
    const char *written[] = {"SELECT a FROM t", "UPDATE t SET a = 1"};
    const char *numbered[] = {"SELECT a FROM t WHERE id = :n"};
    const struct {
        struct zdm_compat_query from;
        bool steady;
    } cases[] = {{{both, 2}, true}, {{written, 2}, false}, {{numbered, 1}, false}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct zdm_query query;
        zdm_query_init(&query, &cases[i].from, &pools);
        assert_int_equal(query.steady, cases[i].steady);
        assert_ptr_equal(query.shown, cases[i].from.statements[0]);
        zdm_query_release(&query);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_steady),
        cmocka_unit_test(test_transactions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
