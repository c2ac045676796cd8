#include "cli_render.h"

#include <jansson.h>

#include "cli/again.h"
#include "cli/render_log.h"
#include "cli/render_status.h"

static struct zdm_check checks[] = {
    {.kind = ZDM_CHECK_SOAK, .id = "soak", .soak_ms = 48 * 3600 * 1000},
    {.kind = ZDM_CHECK_APPROVAL, .id = "v2 is out"},
};
static struct zdm_check_result results[] = {
    {.check = &checks[0], .seen = (char *)"46 h of 48 h", .ready_in_ms = 7200000},
    {.check = &checks[1], .seen = (char *)"not approved", .ready_in_ms = -1},
};
static struct zdm_step steps[] = {
    {.id = "add column", .phase = ZDM_PHASE_EXPAND, .kind = ZDM_STEP_SQL},
    {.id = "copy email", .phase = ZDM_PHASE_BACKFILL, .kind = ZDM_STEP_BACKFILL},
    {.id = "old code is gone",
        .phase = ZDM_PHASE_GATE,
        .kind = ZDM_STEP_GATE,
        .u.gate = {.checks = checks, .n_checks = 2}},
    {.id = "drop column users.email, which nobody reads any more",
        .phase = ZDM_PHASE_CONTRACT,
        .kind = ZDM_STEP_SQL},
};
static const struct zdm_plan plan = {
    .name = "demo", .file = "my plans/p.lua", .steps = steps, .n_steps = 4};

static const struct zdm_args *
arguments(void)
{
    static const char *db[] = {"postgresql://ann:secret@db/shop"}, *ledger[] = {"l.db"};
    static struct zdm_args args;

    args.values[ZDM_OPT_DB] = db;
    args.n_values[ZDM_OPT_DB] = 1;
    args.values[ZDM_OPT_LEDGER] = ledger;
    args.n_values[ZDM_OPT_LEDGER] = 1;
    return &args;
}

#define AT 1795244618000 /* 2026-11-21 07:03:38 UTC */

static void
a_closed_gate(void **state)
{
    struct zdm_step_status seen[] = {
        {.state = ZDM_STATE_DONE,
            .at_ms = AT,
            .who = (char *)"ann@laptop",
            .detail =
                (char *)"{\"elapsed_ms\":12000,\"spent\":{\"kind\":\"scan\",\"bytes\":3006477107,"
                        "\"least_ms\":8000,\"most_ms\":20000}}"},
        {.state = ZDM_STATE_RUNNING,
            .at_ms = AT,
            .cursor = {.exists = true,
                .rows = 90000,
                .batches = 181,
                .total = 200000,
                .at.pos = (char *)"90000",
                .bound = (char *)"200000",
                .state = "open"}},
        {.state = ZDM_STATE_WAITING, .gate = {.checks = results, .n_checks = 2}},
        {.state = ZDM_STATE_CHANGED, .at_ms = AT, .who = (char *)"ann@laptop"},
    };
    struct zdm_plan_status status = {.where = (char *)"ann@db:5432/shop",
        .state = (char *)"waiting",
        .steps = seen,
        .n_done = 1};
    struct zdm_buf text = ZDM_BUF_INIT;

    (void)state;
    zdm_control_init(&status.control);
    zdm_render_status(&text, arguments(), &plan, &status);
    check_text("demo: waiting, 1 of 4 steps done\n"
               "on ann@db:5432/shop\n"
               "\n"
               "  done     expand    add column                  2026-11-21 07:03:38Z ann@laptop\n"
               "                     12 s for 2.8 GB of table; 8.0 s to 20 s were estimated\n"
               "  running  backfill  copy email                  2026-11-21 07:03:38Z\n"
               "                     90,000 rows of about 200,000 (45.0 %) in 181 batches; at\n"
               "                     key 90000 of 200000\n"
               "  waiting  gate      old code is gone\n"
               "                     closed  soak: 46 h of 48 h\n"
               "                     closed  approval \"v2 is out\": not approved\n"
               "  changed  contract  drop column users.email, which nobody reads any more\n"
               "                     2026-11-21 07:03:38Z ann@laptop\n"
               "\n"
               "next:\n"
               "  zdm approve \"my plans/p.lua\" \"old code is gone\" --db ... --ledger l.db "
               "--note \"...\"\n"
               "  zdm run \"my plans/p.lua\" --db ... --ledger l.db   # in 2 h\n",
        &text);

    json_t *json = zdm_json_status(&plan, &status);
    json_t *list = json_object_get(json, "steps");
    assert_int_equal(4, json_array_size(list));
    assert_string_equal(
        "2026-11-21T07:03:38Z", json_string_value(json_object_get(json_array_get(list, 0), "at")));
    assert_int_equal(90000, json_integer_value(json_object_get(
                                json_object_get(json_array_get(list, 1), "backfill"), "rows")));
    assert_true(json_is_null(json_object_get(json_array_get(list, 0), "gate")));
    assert_true(json_is_null(json_object_get(json, "problem")));
    json_decref(json);
}

static void
two_approvals_are_named(void **state)
{
    const struct zdm_check second = {.kind = ZDM_CHECK_APPROVAL, .id = "it's safe"};
    struct zdm_check_result both[] = {results[1], {.check = &second, .ready_in_ms = -1}};
    const struct zdm_gate_result gate = {.checks = both, .n_checks = 2};
    const struct zdm_args none = {.command = NULL};
    struct zdm_buf text = ZDM_BUF_INIT;

    (void)state;
    zdm_add_next_steps(&text, &none, &plan, &steps[2], &gate, 2);
    check_text(
        "  zdm approve \"my plans/p.lua\" \"old code is gone\" \"v2 is out\" --note \"...\"\n"
        "  zdm approve \"my plans/p.lua\" \"old code is gone\" \"it's safe\" --note \"...\"\n"
        "  zdm run \"my plans/p.lua\"\n",
        &text);
}

/* No name may turn into an option. */
static void
words_with_a_dash(void **state)
{
    const struct zdm_args none = {.command = NULL};
    struct zdm_buf text = ZDM_BUF_INIT;

    (void)state;
    zdm_add_again(&text, &none, "approve", "--note \"...\"", 2, (const char *[]){"p.lua", "-gate"});
    check_text("zdm approve --note \"...\" -- p.lua -gate", &text);
    zdm_add_again(&text, &none, "run", NULL, 1, (const char *[]){"-p.lua"});
    check_text("zdm run -- -p.lua", &text);
}

static void
nothing_to_do(void **state)
{
    struct zdm_step_status seen[4] = {{.state = ZDM_STATE_DONE}};
    struct zdm_plan_status status = {
        .where = (char *)"shop", .state = (char *)"done", .steps = seen, .n_done = 4};
    struct zdm_buf text = ZDM_BUF_INIT;

    (void)state;
    zdm_control_init(&status.control);
    zdm_render_status(&text, arguments(), &plan, &status);
    assert_null(strstr(text.s, "next:"));
    zdm_buf_clear(&text);

    /* While somebody runs it there is nothing to type. */
    status.state = (char *)"running";
    status.holder = (char *)"pid 42, user ann";
    zdm_render_status(&text, arguments(), &plan, &status);
    assert_null(strstr(text.s, "next:"));
    assert_non_null(strstr(text.s, "run by pid 42, user ann\n"));
    zdm_buf_release(&text);
}

static void
known_plans(void **state)
{
    const struct zdm_known_plan plans[] = {
        {.name = (char *)"rename_email", .state = "done", .done = 6, .steps = 6, .at_ms = AT},
        {.name = (char *)"split",
            .state = "running",
            .done = 1,
            .steps = 12,
            .at_ms = AT,
            .holder = (char *)"pid 42",
            .step = (char *)"copy",
            .phase = (char *)"backfill",
            .kind = (char *)"backfill"},
        {.name = (char *)"old", .done = 1, .at_ms = AT},
        {.name = (char *)"later",
            .state = "waiting",
            .steps = 1,
            .at_ms = AT,
            .waits = (char *)"split, old"},
    };
    struct zdm_buf text = ZDM_BUF_INIT;

    (void)state;
    zdm_render_known_plans(&text, "shop", plans, 4);
    check_text("on shop\n"
               "\n"
               "  rename_email  done         6 of 6 steps done  since 2026-11-21 07:03:38Z\n"
               "  split         running      1 of 12 steps done  since 2026-11-21 07:03:38Z\n"
               "    in backfill \"copy\"\n"
               "    run by pid 42\n"
               "  old           not known    1 step  done  since 2026-11-21 07:03:38Z\n"
               "  later         waiting      0 of 1 steps done  since 2026-11-21 07:03:38Z\n"
               "    until split, old are done\n",
        &text);
    zdm_render_known_plans(&text, "shop", NULL, 0);
    check_text("on shop\n\n  no plan was run here\n", &text);
}

static void
log_lines(void **state)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    struct zdm_ledger_event event = {.at_ms = AT,
        .level = (char *)"info",
        .kind = (char *)"step-done",
        .step = (char *)"add column",
        .message = (char *)""};
    const struct zdm_ledger_plan where = {.name = (char *)"demo", .where = (char *)"shop"};

    (void)state;
    zdm_render_log_event(&text, &event);
    check_text("2026-11-21 07:03:38Z  info     step-done    add column\n", &text);
    event.level = (char *)"warning";
    event.kind = (char *)"lock-wait";
    event.message = (char *)"two\nlines";
    zdm_render_log_event(&text, &event);
    check_text("2026-11-21 07:03:38Z  warning  lock-wait    add column: two\n"
               "                                            lines\n",
        &text);
    event.step = NULL;
    event.kind = (char *)"gate-closed";
    event.message = NULL;
    event.detail =
        (char *)"[{\"check\":\"soak\",\"kind\":\"soak\",\"open\":true,\"seen\":\"48 h\"},"
                "{\"check\":\"v2\",\"kind\":\"approval\",\"open\":false,\"seen\":\"no\"},"
                "{\"other\":1}]";
    zdm_render_log_event(&text, &event);
    check_text("2026-11-21 07:03:38Z  warning  gate-closed\n"
               "                                            open    soak: 48 h\n"
               "                                            closed  approval \"v2\": no\n",
        &text);
    event.detail = (char *)"not JSON";
    zdm_render_log_event(&text, &event);
    check_text("2026-11-21 07:03:38Z  warning  gate-closed\n", &text);

    json_t *json = zdm_json_log_event(&where, &event);
    assert_string_equal("not JSON", json_string_value(json_object_get(json, "detail")));
    assert_string_equal("shop", json_string_value(json_object_get(json, "target")));
    assert_true(json_is_null(json_object_get(json, "run")));
    json_decref(json);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_closed_gate),
        cmocka_unit_test(two_approvals_are_named),
        cmocka_unit_test(words_with_a_dash),
        cmocka_unit_test(nothing_to_do),
        cmocka_unit_test(known_plans),
        cmocka_unit_test(log_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
