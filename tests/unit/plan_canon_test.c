/* Plans as data: names, places, canonical JSON, differences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "plan/canon.h"
#include "plan_fixture.h"

static void
a_new_plan(void **state)
{
    struct zdm_plan *plan = zdm_plan_new();

    (void)state;
    assert_int_equal(plan->n_steps, 0);
    assert_int_equal(plan->locks.budget_ms, 2000);
    assert_int_equal(plan->locks.patience_ms, 600000);
    add_sql(plan, ZDM_PHASE_EXPAND, "a", "SELECT 1");
    add_gate(plan, "b", NULL);
    assert_ptr_equal(zdm_plan_step(plan, "b"), &plan->steps[1]);
    assert_null(zdm_plan_step(plan, "c"));
    zdm_plan_free(plan);
    zdm_plan_free(NULL);
    assert_string_equal(zdm_phase_name(ZDM_PHASE_CONTRACT), "contract");
    assert_string_equal(zdm_step_kind_name(ZDM_STEP_COMMAND), "command");
    assert_string_equal(zdm_check_kind_name(ZDM_CHECK_SQL), "sql");
}

static void
places(void **state)
{
    struct zdm_sql_text sql = text_at("ä b\n  c", 7, 12);
    struct zdm_place place;

    (void)state;
    place = zdm_sql_place(&sql, 0);
    assert_int_equal(place.line, 7);
    assert_int_equal(place.column, 12);
    place = zdm_sql_place(&sql, strlen("ä "));
    assert_int_equal(place.line, 7);
    assert_int_equal(place.column, 14);
    place = zdm_sql_place(&sql, strlen("ä b\n  "));
    assert_int_equal(place.line, 8);
    assert_int_equal(place.column, 3);
    assert_string_equal(place.file, "plan.lua");
    place = zdm_sql_place(&sql, 1000); /* its end */
    assert_int_equal(place.line, 8);
    sql.exact = false;
    place = zdm_sql_place(&sql, 3);
    assert_int_equal(place.line, 7);
    assert_int_equal(place.column, 0);
}

static struct zdm_plan *
rich_plan(void)
{
    static const char *argv[] = {"deploy", "--now", NULL};
    struct zdm_plan *plan = zdm_plan_new();
    struct zdm_step *step;

    plan->name = "rename";
    step = add_sql(plan, ZDM_PHASE_EXPAND, "add \"x\"", "ALTER TABLE t\nADD c int");
    step->u.sql.undo = text_at("ALTER TABLE t DROP c", 1, 1);
    allow(plan, &step->u.sql.allow, "b", "why");
    allow(plan, &step->u.sql.allow, "a", "why");
    step = add_backfill(plan, "copy", "t", "größe", "1", "c IS NULL");
    step->why = "because";
    step = add_gate(plan, "g", "SELECT true");
    step = add_step(plan, ZDM_PHASE_CONTRACT, ZDM_STEP_HOOK, "h");
    step->u.hook = (struct zdm_step_hook){.run = 4, .transaction = true, .source = "run()"};
    step = add_step(plan, ZDM_PHASE_CONTRACT, ZDM_STEP_COMMAND, "c");
    step->u.command = (struct zdm_step_command){.argv = argv, .n_argv = 2, .timeout_ms = 5};
    return plan;
}

static void
canonical_json(void **state)
{
    struct zdm_plan *plan = rich_plan();

    (void)state;
    zdm_plan_canonicalise(plan);
    assert_string_equal(plan->steps[0].definition,
        "{\"allow\":[\"a\",\"b\"],\"id\":\"add \\\"x\\\"\",\"kind\":\"sql\",\"phase\":\"expand\","
        "\"sql\":\"ALTER TABLE t\\nADD c int\",\"undo\":\"ALTER TABLE t DROP c\"}");
    assert_string_equal(plan->steps[1].definition,
        "{\"id\":\"copy\",\"kind\":\"backfill\",\"phase\":\"backfill\",\"set\":{\"größe\":\"1\"},"
        "\"table\":\"t\",\"where\":\"c IS NULL\"}");
    assert_string_equal(plan->steps[2].definition,
        "{\"checks\":[{\"id\":\"condition\",\"kind\":\"sql\",\"sql\":\"SELECT true\"}],"
        "\"id\":\"g\",\"kind\":\"gate\",\"phase\":\"gate\"}");
    assert_string_equal(plan->steps[3].definition,
        "{\"id\":\"h\",\"kind\":\"hook\",\"phase\":\"contract\",\"probe\":false,\"run\":true,"
        "\"source\":\"run()\",\"transaction\":true,\"undo\":false}");
    assert_string_equal(plan->steps[4].definition,
        "{\"argv\":[\"deploy\",\"--now\"],\"id\":\"c\",\"idempotent\":false,\"kind\":\"command\","
        "\"phase\":\"contract\",\"timeout_ms\":5}");
    assert_int_equal(strlen(plan->fingerprint), 64);
    assert_non_null(strstr(plan->canonical, plan->steps[0].definition));
    assert_non_null(strstr(plan->canonical,
        "\"pace\":{\"batch_max\":50000,\"batch_min\":50,\"lock_timeout_ms\":50,"
        "\"max_lag_ms\":5000,\"pause_ms\":0,\"target_ms\":25}"));
    assert_non_null(strstr(plan->canonical, "\"name\":\"rename\""));
    assert_null(strstr(plan->canonical, "plan.lua"));
    zdm_plan_free(plan);
}

/* What a plan does is all that counts: not where it stands, nor why. */
static void
fingerprints(void **state)
{
    struct zdm_plan *a = rich_plan(), *b = rich_plan();

    (void)state;
    zdm_plan_canonicalise(a);
    b->why = "another reason";
    b->ticket = "X-1";
    b->file = "elsewhere.lua";
    b->steps[1].why = NULL;
    b->steps[0].at.line = 99;
    b->steps[0].u.sql.up.at.line = 99;
    b->steps[0].u.sql.allow.because = "another";
    b->steps[3].u.hook.run = 17;
    zdm_plan_canonicalise(b);
    assert_string_equal(a->canonical, b->canonical);
    assert_string_equal(a->fingerprint, b->fingerprint);
    b->steps[1].u.backfill.pause_ms = 1;
    b->steps[1].u.backfill.synchronous_commit = "off";
    zdm_plan_canonicalise(b);
    assert_string_not_equal(a->fingerprint, b->fingerprint);
    assert_string_equal(a->steps[0].fingerprint, b->steps[0].fingerprint);
    /* How fast is the plan's matter, not what the step does. */
    assert_string_equal(a->steps[1].fingerprint, b->steps[1].fingerprint);
    b->steps[1].u.backfill.where.text = "c IS NOT NULL";
    zdm_plan_canonicalise(b);
    assert_string_not_equal(a->steps[1].fingerprint, b->steps[1].fingerprint);
    zdm_plan_free(a);
    zdm_plan_free(b);
}

/* An argument of a command may be any bytes. */
static void
bytes_that_are_no_text(void **state)
{
    static const char *one[] = {"\xff\xfe", NULL}, *two[] = {"\xff\xfd", NULL};
    struct zdm_plan *plan = zdm_plan_new();

    (void)state;
    plan->name = "p";
    add_step(plan, ZDM_PHASE_EXPAND, ZDM_STEP_COMMAND, "c")->u.command =
        (struct zdm_step_command){.argv = one, .n_argv = 1};
    add_step(plan, ZDM_PHASE_EXPAND, ZDM_STEP_COMMAND, "c")->u.command =
        (struct zdm_step_command){.argv = two, .n_argv = 1};
    zdm_plan_canonicalise(plan);
    assert_non_null(strstr(plan->steps[0].definition, "\"argv\":[{\"bytes\":\"fffe\"}]"));
    assert_string_not_equal(plan->steps[0].fingerprint, plan->steps[1].fingerprint);
    zdm_plan_free(plan);
}

static const struct change {
    const char *was, *is, *shown;
} changes[] = {
    {"{\"a\":1}", "{\"a\":1}", ""},
    {"{\"a\":1,\"b\":2}", "{\"b\":3,\"c\":4}", "  - a: 1\n  - b: 2\n  + b: 3\n  + c: 4\n"},
    {"{\"sql\":\"ALTER x\"}", "{\"sql\":\"ALTER y\"}",
        "  - sql: \"ALTER x\"\n  + sql: \"ALTER y\"\n"},
    {"{\"sql\":\"one\\ntwo\\nthree\"}", "{\"sql\":\"one\\n2\\nthree\\nfour\"}",
        "    sql:\n        one\n  -     two\n  +     2\n        three\n  +     four\n"},
    {"{\"set\":{\"a\":\"x\",\"b\":\"y\"}}", "{\"set\":{\"a\":\"x\",\"b\":\"z\"}}",
        "  - set.b: \"y\"\n  + set.b: \"z\"\n"},
    {"{\"argv\":[\"a\"]}", "{\"argv\":[\"a\",\"b\"]}",
        "  - argv: [\"a\"]\n  + argv: [\"a\", \"b\"]\n"},
    {"{\"a\":\"ä\"}", "{}", "  - a: \"ä\"\n"},
    {"not json", "{}", "  - not json\n  + {}\n"},
    {"", "", ""},
};

static void
differences(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char *shown = zdm_definition_diff(changes[i].was, changes[i].is);
        assert_string_equal(shown, changes[i].shown);
        free(shown);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_plan),
        cmocka_unit_test(places),
        cmocka_unit_test(canonical_json),
        cmocka_unit_test(fingerprints),
        cmocka_unit_test(bytes_that_are_no_text),
        cmocka_unit_test(differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
