/* Gates that need no server: what the journal says is enough. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gate/gate.h"

#define HOUR 3600000LL

static struct zdm_check checks[] = {
    {.kind = ZDM_CHECK_SOAK, .id = "soak", .soak_ms = 48 * HOUR},
    {.kind = ZDM_CHECK_APPROVAL, .id = "app v2 is everywhere"},
};

static struct zdm_step steps[] = {
    {.id = "add", .kind = ZDM_STEP_SQL},
    {.id = "copy", .kind = ZDM_STEP_BACKFILL},
    {.id = "old code is gone",
        .kind = ZDM_STEP_GATE,
        .phase = ZDM_PHASE_GATE,
        .u.gate = {.checks = checks, .n_checks = 2}},
};

static struct zdm_plan plan = {.name = "p", .file = "plans/x.lua", .steps = steps, .n_steps = 3};

static struct zdm_journal_row
row(const char *step, const char *item, const char *state, int64_t age_ms)
{
    return (struct zdm_journal_row){
        .step = (char *)step,
        .item = (char *)item,
        .state = (char *)state,
        .kind = (char *)"sql",
        .who = (char *)"ann@laptop",
        .at_ms = 1700000000000,
        .age_ms = age_ms,
    };
}

/* Looks at the gate with these journal rows. */
static struct zdm_gate_result
look(const struct zdm_journal_row *rows, size_t n)
{
    struct zdm_journal_rows all = {.items = (struct zdm_journal_row *)rows, .count = n};
    struct zdm_gate_result result;
    struct zdm_err err = ZDM_ERR_INIT;

    assert_int_equal(zdm_gate_look(
                         &(struct zdm_gate_question){
                             .plan = &plan, .index = 2, .rows = &all, .how = ZDM_GATE_ASK},
                         &result, &err),
        0);
    assert_int_equal(result.n_checks, 2);
    return result;
}

static void
test_soak_counts_from_the_last_step(void **state)
{
    const struct zdm_journal_row rows[] = {
        row("copy", "", "done", 72 * 60000LL), row("add", "", "done", 100 * HOUR)};
    struct zdm_gate_result r = look(rows, 2);

    (void)state;
    assert_false(r.open);
    assert_false(r.checks[0].open);
    assert_string_equal(r.checks[0].seen, "1 h 12 min of 2 d");
    assert_int_equal(r.checks[0].ready_in_ms, 48 * HOUR - 72 * 60000LL);
    assert_string_equal(r.checks[0].todo, "wait 46 h 48 min");
    zdm_gate_result_release(&r);
}

static void
test_soak_opens_on_the_millisecond(void **state)
{
    struct zdm_journal_row rows[] = {
        row("add", "", "done", 100 * HOUR), row("copy", "", "done", 48 * HOUR - 1)};

    (void)state;
    struct zdm_gate_result r = look(rows, 2);
    assert_false(r.checks[0].open);
    assert_int_equal(r.checks[0].ready_in_ms, 1);
    zdm_gate_result_release(&r);

    rows[1].age_ms++;
    r = look(rows, 2);
    assert_true(r.checks[0].open);
    assert_int_equal(r.checks[0].ready_in_ms, -1);
    assert_null(r.checks[0].todo);
    assert_false(r.open); /* the approval is missing */
    zdm_gate_result_release(&r);
}

static void
test_soak_before_its_time(void **state)
{
    const struct zdm_journal_row begun[] = {
        row("add", "", "done", 100 * HOUR), row("copy", "", "started", 100 * HOUR)};
    const struct zdm_journal_row future[] = {
        row("add", "", "done", 100 * HOUR), row("copy", "", "done", -5 * HOUR)};

    (void)state;
    struct zdm_gate_result r = look(begun, 2);
    assert_false(r.checks[0].open);
    assert_int_equal(r.checks[0].ready_in_ms, -1);
    assert_string_equal(r.checks[0].todo, "it begins when step \"copy\" is done");
    zdm_gate_result_release(&r);

    r = look(future, 2); /* the server's clock was set back */
    assert_int_equal(r.checks[0].ready_in_ms, 48 * HOUR);
    zdm_gate_result_release(&r);
}

static void
test_soak_with_nothing_before_it(void **state)
{
    struct zdm_plan first = {.name = "p", .file = "x.lua", .steps = &steps[2], .n_steps = 1};
    struct zdm_journal_rows none = {.count = 0};
    struct zdm_gate_result r;
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    assert_int_equal(zdm_gate_look(
                         &(struct zdm_gate_question){
                             .plan = &first, .index = 0, .rows = &none, .how = ZDM_GATE_ASK},
                         &r, &err),
        0);
    assert_true(r.checks[0].open);
    zdm_gate_result_release(&r);
}

static void
test_approval(void **state)
{
    struct zdm_journal_row rows[] = {
        row("add", "", "done", 100 * HOUR),
        row("copy", "", "done", 50 * HOUR),
        row("old code is gone", "something else", "approved", HOUR),
        row("old code is gone", "app v2 is everywhere", "approved", HOUR),
    };

    (void)state;
    struct zdm_gate_result r = look(rows, 3);
    assert_false(r.open);
    assert_string_equal(r.checks[1].seen, "not approved");
    assert_string_equal(r.checks[1].todo, "run: zdm approve plans/x.lua \"old code is gone\" \"app "
                                          "v2 is everywhere\" --note \"why\"");
    assert_int_equal(r.checks[1].ready_in_ms, -1);
    zdm_gate_result_release(&r);

    rows[3].detail = (char *)"{\"note\": \"seen in the logs\"}";
    r = look(rows, 4);
    assert_true(r.open);
    assert_string_equal(
        r.checks[1].seen, "approved by ann@laptop at 2023-11-14T22:13:20Z: seen in the logs");
    zdm_gate_result_release(&r);

    rows[3].detail = (char *)"not json";
    rows[3].who = NULL;
    r = look(rows, 4);
    assert_string_equal(r.checks[1].seen, "approved by somebody at 2023-11-14T22:13:20Z");
    zdm_gate_result_release(&r);
}

/* The command must survive being pasted into a shell, whatever the names are. */
static void
test_approval_words(void **state)
{
    struct zdm_check nasty[] = {{.kind = ZDM_CHECK_APPROVAL, .id = "it's $(rm) `x` \"q\" !"}};
    struct zdm_step step[] = {
        {.id = "", .kind = ZDM_STEP_GATE, .u.gate = {.checks = nasty, .n_checks = 1}}};
    struct zdm_plan odd = {.name = "p", .file = "my plans/x.lua", .steps = step, .n_steps = 1};
    struct zdm_journal_rows none = {.count = 0};
    struct zdm_gate_result r;
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    assert_int_equal(zdm_gate_look(
                         &(struct zdm_gate_question){
                             .plan = &odd, .index = 0, .rows = &none, .how = ZDM_GATE_ASK},
                         &r, &err),
        0);
    assert_string_equal(r.checks[0].todo,
        "run: zdm approve \"my plans/x.lua\" \"\" 'it'\\''s $(rm) `x` \"q\" !' --note \"why\"");
    zdm_gate_result_release(&r);
}

static void
test_json(void **state)
{
    struct zdm_check check = {.kind = ZDM_CHECK_SQL, .id = "quote \" and \\ and é\n"};
    struct zdm_check_result one[] = {
        {.check = &checks[0], .open = true, .seen = (char *)"2 d of 2 d"},
        {.check = &check, .open = false, .seen = (char *)"bad \xff byte"},
    };
    struct zdm_gate_result r = {.checks = one, .n_checks = 2}, none = {.open = true};
    char *json = zdm_gate_result_json(&r, false);

    (void)state;
    assert_string_equal(json,
        "[{\"check\":\"soak\",\"kind\":\"soak\",\"open\":true,\"seen\":\"2 d of 2 d\"},"
        "{\"check\":\"quote \\\" and \\\\ and é\\n\",\"kind\":\"sql\",\"open\":false,"
        "\"seen\":\"(not UTF-8)\"}]");
    free(json);
    json = zdm_gate_result_json(&none, false);
    assert_string_equal(json, "[]");
    free(json);
}

static struct zdm_journal_row
approved(const char *item, const char *who)
{
    struct zdm_journal_row r = row("g", item, "approved", HOUR);

    r.kind = (char *)"approval";
    r.who = (char *)who;
    return r;
}

/* Approvals of a gate whose plan ann ran, and the same run by `runner`. */
static void
expect_approvals(const struct zdm_check *check, const struct zdm_journal_row *rows, size_t n,
    const char *runner, bool open, const char *seen)
{
    struct zdm_check one = *check;
    struct zdm_step gate = {
        .id = "g", .kind = ZDM_STEP_GATE, .u.gate = {.checks = &one, .n_checks = 1}};
    struct zdm_plan p = {.name = "p", .file = "x.lua", .steps = &gate, .n_steps = 1};
    struct zdm_journal_rows all = {.items = (struct zdm_journal_row *)rows, .count = n};
    struct zdm_gate_result r;
    struct zdm_err err = ZDM_ERR_INIT;

    assert_int_equal(zdm_gate_look(
                         &(struct zdm_gate_question){
                             .plan = &p, .rows = &all, .runner = runner, .how = ZDM_GATE_ASK},
                         &r, &err),
        0);
    assert_string_equal(r.checks[0].seen, seen);
    assert_int_equal(r.open, open);
    zdm_gate_result_release(&r);
}

#define AT " at 2023-11-14T22:13:20Z"

static void
test_several_approvals(void **state)
{
    const struct zdm_check_option options[] = {
        {"approvals", "2"}, {"by", "bob, carol@desk, ann"}, {"not_runner", "true"}};
    const struct zdm_check all = {
        .kind = ZDM_CHECK_APPROVAL, .id = "a", .options = options, .n_options = 3};
    const struct zdm_check two = {
        .kind = ZDM_CHECK_APPROVAL, .id = "a", .options = options, .n_options = 1};
    const struct zdm_check named = {
        .kind = ZDM_CHECK_APPROVAL, .id = "a", .options = &options[1], .n_options = 1};
    struct zdm_journal_row rows[] = {
        row("add", "", "done", HOUR),
        approved("a", "bob@laptop"),
        approved("a\nbob@desk", "bob@desk"),
        approved("a\ncarol@home", "carol@home"),
        approved("ab", "dan@desk"),
    };

    (void)state;
    expect_approvals(&two, rows, 1, NULL, false, "0 of 2 approvals; missing: anybody");
    expect_approvals(
        &two, rows, 3, NULL, false, "1 of 2 approvals: bob@laptop" AT "; missing: anybody");
    expect_approvals(&two, rows, 4, NULL, true, "approved by bob@laptop" AT "; carol@home" AT);
    /* carol is asked on one host only. */
    expect_approvals(&all, rows, 5, NULL, false,
        "1 of 2 approvals: bob@laptop" AT "; carol@home" AT
        " (does not count: is not asked); missing: carol@desk");
    rows[3].who = (char *)"carol@desk";
    expect_approvals(&all, rows, 5, "dan@ci", true, "approved by bob@laptop" AT "; carol@desk" AT);
    /* Who runs it now does not count either. */
    expect_approvals(&all, rows, 5, "bob@ci", false,
        "1 of 2 approvals: bob@laptop" AT " (does not count: runs the plan); bob@desk" AT
        " (does not count: runs the plan); carol@desk" AT "; missing: nobody who is named is left");
    rows[1].who = (char *)"ann@laptop"; /* ran "add" */
    expect_approvals(&named, rows, 2, NULL, true, "approved by ann@laptop" AT);
    expect_approvals(
        &named, rows + 4, 1, NULL, false, "0 of 1 approvals; missing: bob, carol@desk, ann");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_soak_counts_from_the_last_step),
        cmocka_unit_test(test_soak_opens_on_the_millisecond),
        cmocka_unit_test(test_soak_before_its_time),
        cmocka_unit_test(test_soak_with_nothing_before_it),
        cmocka_unit_test(test_approval),
        cmocka_unit_test(test_approval_words),
        cmocka_unit_test(test_several_approvals),
        cmocka_unit_test(test_json),
    };

    return cmocka_run_group_tests_name("gate_check", tests, NULL, NULL);
}
