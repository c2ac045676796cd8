/* Which backfills end with a sweep, and which sync does the rows behind them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "plan/sweep.h"
#include "plan_fixture.h"

/* set: "column = expression", NULL ends it; why_not: a part of what is said, NULL: there is a sweep. */
static const struct {
    const char *column[3], *expr[3], *where, *why_not;
} changes[] = {
    {{"n"}, {"lower(email)"}, NULL, NULL},
    {{"n"}, {"'eu'"}, "region IS NULL", NULL},
    {{"n"}, {"email || COALESCE(name, '')"}, "n IS NULL", NULL},
    {{"n"}, {"to_char(at, 'YYYY') || concat(a, b)"}, NULL, NULL},
    {{"n"}, {"extract(year FROM at AT TIME ZONE 'UTC')"}, NULL, NULL},
    {{"n"}, {"age(born, at)"}, NULL, NULL},
    {{"n"}, {"app.norm(email)"}, NULL, NULL}, /* the server is asked */
    {{"n"}, {"'know-how, yesterdays'"}, NULL, NULL},
    {{"n"}, {"n + 1"}, NULL, "n is made of n, which is set too"},
    {{"\"N\""}, {"t.\"N\" + 1"}, NULL, "\"N\" is made of N, which is set too"},
    {{"n"}, {"\"N\" + 1"}, NULL, NULL},
    {{"a", "b"}, {"b", "c"}, NULL, "a is made of b, which is set too"},
    {{"n"}, {"to_jsonb(t)"}, NULL, "n is made of the whole row"},
    {{"n"}, {"to_jsonb(t.*)"}, NULL, "n is made of the whole row"},
    {{"n"}, {"(SELECT max(m) FROM u WHERE u.id = t.u)"}, NULL, "n looks at other rows"},
    {{"n"}, {"now()"}, NULL, "n has now(), which is another value later on"},
    {{"n"}, {"pg_catalog.now()"}, NULL, "n has pg_catalog.now()"},
    {{"n"}, {"CURRENT_DATE"}, NULL, "n has CURRENT_DATE"},
    {{"n"}, {"age(born)"}, NULL, "n has age()"},
    {{"n"}, {"'today'::date"}, NULL, "n has 'today'"},
    {{"n"}, {"' Now '::timestamptz"}, NULL, "n has ' Now '"},
    {{"n"}, {"random()"}, NULL, "n has random()"},
    {{"n"}, {"gen_random_uuid()"}, NULL, "n has gen_random_uuid()"},
    {{"n"}, {"nextval('s')"}, NULL, "n has nextval()"},
    {{"n"}, {"current_setting('a.b')"}, NULL, "n has current_setting()"},
    {{"n"}, {"pg_column_size(a)"}, NULL, "n has pg_column_size()"},
    {{"n"}, {"xmin::text"}, NULL, "n has xmin"},
    {{"n"}, {"a"}, "at < now() - interval '1 day'", "where has now()"},
    {{"n"}, {"a"}, "EXISTS (SELECT FROM u WHERE u.t = t.id)", "where looks at other rows"},
    {{"n"}, {"a"}, "n IS DISTINCT FROM a", NULL},
};

static struct zdm_step *
add_change(struct zdm_plan *plan, const char *table)
{
    struct zdm_step *step = add_step(plan, ZDM_PHASE_BACKFILL, ZDM_STEP_BACKFILL, "fill");

    step->u.backfill = (struct zdm_step_backfill){.table = table, .verify = true};
    step->u.backfill.set = zdm_arena_alloc(plan->arena, 3 * sizeof *step->u.backfill.set);
    return step;
}

static void
set(struct zdm_step *step, const char *column, const char *expr)
{
    struct zdm_step_backfill *b = &step->u.backfill;

    b->set[b->n_set].column = column;
    b->set[b->n_set++].expr = text_at(expr, 11, 5);
}

static void
assert_outlook(const struct zdm_step *step, const char *why_not)
{
    struct zdm_sweep_outlook outlook;

    zdm_sweep_outlook(&step->u.backfill, &outlook);
    if (!why_not && outlook.why_not)
        fail_msg("no sweep: %s", outlook.why_not);
    if (why_not && (!outlook.why_not || !strstr(outlook.why_not, why_not)))
        fail_msg("\"%s\" does not say \"%s\"", outlook.why_not ? outlook.why_not : "", why_not);
    zdm_sweep_outlook_release(&outlook);
}

static void
test_changes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct zdm_plan *plan = zdm_plan_new();
        struct zdm_step *step = add_change(plan, "public.t");
        for (size_t k = 0; k < 3 && changes[i].column[k]; k++)
            set(step, changes[i].column[k], changes[i].expr[k]);
        if (changes[i].where)
            step->u.backfill.where = text_at(changes[i].where, 12, 5);
        assert_outlook(step, changes[i].why_not);
        zdm_plan_free(plan);
    }
}

static void
test_others(void **state)
{
    struct zdm_plan *plan = zdm_plan_new();
    struct zdm_step *step = add_change(plan, "t");

    (void)state;
    step->u.backfill.erase = true;
    step->u.backfill.where = text_at("state = 'old'", 12, 5);
    assert_outlook(step, NULL);
    step->u.backfill.where = text_at("at < now()", 12, 5);
    assert_outlook(step, "where has now()");

    /* What is copied may be anything: its key is looked for. */
    step->u.backfill.erase = false;
    step->u.backfill.into = "u";
    step->u.backfill.where.text = NULL;
    set(step, "at", "now()");
    assert_outlook(step, NULL);
    step->u.backfill.verify = false;
    assert_outlook(step, "verify is false");
    zdm_plan_free(plan);

    /* Where the change makes where false, values may be made of anything, by a function too. */
    plan = zdm_plan_new();
    step = add_change(plan, "t");
    set(step, "n", "n + random()::int");
    step->u.backfill.where = text_at("n = 0", 12, 5);
    assert_outlook(step, "n is made of n");
    step->u.backfill.where_becomes_false = true;
    assert_outlook(step, NULL);
    step->u.backfill.where = text_at("at < now()", 12, 5);
    assert_outlook(step, "where has now()");
    zdm_plan_free(plan);
}

static void
assert_twice(struct zdm_step *step, const char *why)
{
    char *twice = zdm_backfill_twice(&step->u.backfill);

    if (!twice != !why || (why && strcmp(twice, why) != 0))
        fail_msg("\"%s\", not \"%s\"", twice ? twice : "NULL", why ? why : "NULL");
    free(twice);
}

/* What becomes of a row that is met twice. */
static void
test_twice(void **state)
{
    struct zdm_plan *plan = zdm_plan_new();
    struct zdm_step *step = add_change(plan, "t");
    const char *names[] = {"a", "\"B\"", "b"};

    (void)state;
    set(step, "n", "a * 2");
    assert_twice(step, NULL);
    set(step, "m", "coalesce(N, 0) + a");
    assert_twice(step, "m is made of n, which is set too");
    step->u.backfill.where_becomes_false = true;
    assert_twice(step, NULL);
    step->u.backfill = (struct zdm_step_backfill){
        .table = "t", .map = 1, .read = names, .n_read = 2, .write = names + 2, .n_write = 1};
    assert_twice(step, NULL);
    step->u.backfill.write = names + 1;
    assert_twice(step, "the function reads \"B\", which it writes");
    zdm_plan_free(plan);
}

/* What the server is asked about. */
static void
test_questions(void **state)
{
    struct zdm_plan *plan = zdm_plan_new();
    struct zdm_step *step = add_change(plan, "t");
    struct zdm_sweep_outlook outlook;

    (void)state;
    set(step, "n", "\"App\".norm(lower(a), b <+> c)");
    step->u.backfill.where = text_at("lower(d) = 'x'", 12, 5);
    zdm_sweep_outlook(&step->u.backfill, &outlook);
    assert_null(outlook.why_not);
    assert_int_equal(outlook.n_calls, 2);
    assert_string_equal(outlook.calls[0], "lower");
    assert_string_equal(outlook.calls[1], "\"App\".norm");
    assert_int_equal(outlook.n_operators, 2);
    assert_string_equal(outlook.operators[0], "=");
    assert_string_equal(outlook.operators[1], "<+>");
    assert_int_equal(outlook.n_inputs, 3);
    zdm_sweep_outlook_release(&outlook);
    zdm_plan_free(plan);
}

#define SYNC(table)                                                                                \
    "CREATE TRIGGER zzz_zdm_sync_1 BEFORE UPDATE ON " table                                        \
    " FOR EACH ROW EXECUTE FUNCTION zdm.sync_1('Old', 'New', '')"

static void
test_sync(void **state)
{
    static const struct {
        const char *before, *table, *column;
        bool does;
    } cases[] = {
        {SYNC("users"), "users", "\"New\"", true},
        {SYNC("public.users"), "users", "\"New\"", true},
        {SYNC("public.users"), "Public.Users", "\"New\"", true},
        {SYNC("app.users"), "public.users", "\"New\"", false},
        {SYNC("users"), "members", "\"New\"", false},
        {SYNC("users"), "users", "\"Old\"", false},
        {SYNC("users"), "users", "new", false},
        {SYNC("users") "; DROP TRIGGER zzz_zdm_sync_1 ON users", "users", "\"New\"", true},
        {"CREATE TRIGGER mine BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION f('Old', 'New', "
         "'')",
            "users", "\"New\"", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zdm_plan *plan = zdm_plan_new();
        add_sql(plan, ZDM_PHASE_EXPAND, "first", "SELECT 1");
        add_sql(plan, ZDM_PHASE_EXPAND, "sync", cases[i].before);
        struct zdm_step *step = add_change(plan, cases[i].table);
        set(step, cases[i].column, "1");
        const struct zdm_step *found = zdm_plan_sync_of(plan, 2);
        if ((found != NULL) != cases[i].does)
            fail_msg("case %zu", i);
        assert_true(!found || found == &plan->steps[1]);
        zdm_plan_free(plan);
    }
}

/* A sync that has ended by then does nothing. */
static void
test_sync_ended(void **state)
{
    struct zdm_plan *plan = zdm_plan_new();

    (void)state;
    add_sql(plan, ZDM_PHASE_EXPAND, "sync", SYNC("users"));
    add_sql(plan, ZDM_PHASE_EXPAND, "unsync", "DROP TRIGGER zzz_zdm_sync_1 ON users");
    set(add_change(plan, "users"), "\"New\"", "1");
    assert_null(zdm_plan_sync_of(plan, 2));
    zdm_plan_free(plan);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_questions),
        cmocka_unit_test(test_twice),
        cmocka_unit_test(test_sync),
        cmocka_unit_test(test_sync_ended),
    };

    return cmocka_run_group_tests_name("plan_sweep", tests, NULL, NULL);
}
