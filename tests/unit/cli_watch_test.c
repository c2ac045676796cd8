#include "cli_render.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/watch.h"

static struct zdm_check check = {.kind = ZDM_CHECK_APPROVAL, .id = "v2 is out"};
static struct zdm_step steps[] = {
    {.id = "add column", .phase = ZDM_PHASE_EXPAND, .kind = ZDM_STEP_SQL},
    {.id = "copy", .phase = ZDM_PHASE_BACKFILL, .kind = ZDM_STEP_BACKFILL},
    {.id = "wait",
        .phase = ZDM_PHASE_GATE,
        .kind = ZDM_STEP_GATE,
        .u.gate = {.checks = &check, .n_checks = 1}},
};
static const struct zdm_plan plan = {.name = "demo", .file = "p.lua", .steps = steps, .n_steps = 3};
static const struct zdm_args args = {.command = NULL};

struct screen {
    struct zdm_io io;
    struct zdm_watch watch;
    struct zdm_observer observer;
};

static void
begin(struct screen *screen, bool terminal, bool json)
{
    FILE *file = tmpfile();

    assert_non_null(file);
    setenv("COLUMNS", "40", 1);
    zdm_io_init(&screen->io, json, "never");
    screen->io.out = (struct zdm_stream){.file = file, .terminal = terminal};
    zdm_watch_init(&screen->watch, &screen->io, &args, &plan);
    screen->observer = zdm_watch_observer(&screen->watch);
}

static void
tell(struct screen *screen, struct zdm_event event)
{
    event.level = "info";
    screen->observer.see(screen->observer.self, &event);
}

/* Ends it and returns what was written; owned. */
static char *
end(struct screen *screen)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    int c;

    zdm_watch_clear_line(&screen->watch);
    zdm_watch_release(&screen->watch);
    assert_int_equal(0, screen->io.out.failed);
    rewind(screen->io.out.file);
    while ((c = fgetc(screen->io.out.file)) != EOF)
        zdm_buf_addc(&text, (char)c);
    fclose(screen->io.out.file);
    return zdm_buf_take(&text);
}

static void
play(struct screen *screen)
{
    struct zdm_backfill_progress p = {.total = 100, .walked = 50, .eta_ms = -1, .hot_percent = -1};

    tell(
        screen, (struct zdm_event){.kind = ZDM_EVENT_STEP_START, .step = &steps[0], .at_ms = 1000});
    tell(screen, (struct zdm_event){
                     .kind = ZDM_EVENT_STEP_DONE, .step = &steps[0], .rows = -1, .at_ms = 1000});
    tell(
        screen, (struct zdm_event){.kind = ZDM_EVENT_STEP_START, .step = &steps[1], .at_ms = 1000});
    tell(screen, (struct zdm_event){
                     .kind = ZDM_EVENT_PROGRESS, .step = &steps[1], .progress = &p, .at_ms = 1250});
    tell(screen,
        (struct zdm_event){
            .kind = ZDM_EVENT_RETRY, .step = &steps[1], .message = "deadlock", .at_ms = 2000});
    p.walked = 75;
    tell(
        screen, (struct zdm_event){
                    .kind = ZDM_EVENT_PROGRESS, .step = &steps[1], .progress = &p, .at_ms = 11000});
}

static void
on_a_terminal(void **state)
{
    struct screen screen;

    (void)state;
    begin(&screen, true, false);
    play(&screen);
    char *text = end(&screen);
    assert_string_equal("\radd column ...\033[K"
                        "\r\033[Kdone      expand    add column (0 ms)\n"
                        "\rcopy ...\033[K"
                        "\rcopy  [#####-----]  50%  50 of 100\033[K"
                        "\r\033[Kretry     backfill  copy: deadlock\n"
                        "\rcopy  [#####-----]  50%  50 of 100\033[K"
                        "\rcopy  [#######---]  75%  75 of 100\033[K"
                        "\r\033[K",
        text);
    free(text);
}

static void
without_a_terminal(void **state)
{
    struct screen screen;

    (void)state;
    begin(&screen, false, false);
    play(&screen);
    char *text = end(&screen);
    assert_string_equal("start     expand    add column\n"
                        "done      expand    add column (0 ms)\n"
                        "start     backfill  copy\n"
                        "retry     backfill  copy: deadlock\n"
                        "progress  backfill  copy: 75.0 %, 75 of about 100 rows\n",
        text);
    free(text);
}

static void
what_a_run_leaves(void **state)
{
    struct screen screen;
    struct zdm_check_result seen = {.check = &check, .ready_in_ms = -1};
    const struct zdm_gate_result gate = {.checks = &seen, .n_checks = 1};

    (void)state;
    begin(&screen, false, false);
    tell(&screen, (struct zdm_event){.kind = ZDM_EVENT_STEP_SKIP, .step = &steps[0]});
    tell(&screen, (struct zdm_event){.kind = ZDM_EVENT_STEP_DONE, .step = &steps[1], .rows = 7});
    tell(&screen,
        (struct zdm_event){.kind = ZDM_EVENT_GATE_CLOSED, .step = &steps[2], .gate = &gate});
    tell(&screen, (struct zdm_event){.kind = ZDM_EVENT_RUN_END, .elapsed_ms = 42});
    assert_int_equal(1, screen.watch.n_skipped);
    assert_int_equal(1, screen.watch.n_done);
    assert_int_equal(42, screen.watch.elapsed_ms);
    assert_false(screen.watch.until);
    assert_string_equal("wait", screen.watch.closed);
    assert_string_equal(
        "  zdm approve p.lua wait --note \"...\"\n  zdm run p.lua\n", screen.watch.next_steps.s);
    free(end(&screen));
}

static void
as_json_lines(void **state)
{
    static const char *const kinds[] = {
        "step-start", "step-done", "step-start", "progress", "retry", "progress"};
    struct screen screen;
    size_t n = 0;

    (void)state;
    begin(&screen, true, true);
    play(&screen);
    tell(&screen, (struct zdm_event){.kind = ZDM_EVENT_RUN_END, .message = "done"});
    char *text = end(&screen);
    for (char *line = text; *line;) {
        char *newline = strchr(line, '\n');
        assert_non_null(newline);
        *newline = '\0';
        json_t *object = json_loads(line, 0, NULL);
        assert_non_null(object);
        assert_true(n < 6);
        assert_string_equal(kinds[n], json_string_value(json_object_get(object, "event")));
        assert_string_equal("demo", json_string_value(json_object_get(object, "plan")));
        if (n == 1) {
            assert_int_equal(0, json_integer_value(json_object_get(object, "elapsed_ms")));
            assert_true(json_is_null(json_object_get(object, "rows")));
        }
        if (n == 3) {
            json_t *progress = json_object_get(object, "progress");
            assert_int_equal(50, json_integer_value(json_object_get(progress, "walked")));
            assert_true(json_is_null(json_object_get(progress, "eta_ms")));
        }
        json_decref(object);
        line = newline + 1;
        n++;
    }
    assert_int_equal(6, n); /* the command itself writes the last line */
    free(text);
}

static void
a_closed_output_is_noticed(void **state)
{
    struct screen screen;

    (void)state;
    begin(&screen, false, false);
    fclose(screen.io.out.file);
    screen.io.out.file = fopen("/dev/full", "w");
    assert_non_null(screen.io.out.file);
    play(&screen);
    assert_int_not_equal(0, screen.io.out.failed);
    zdm_watch_release(&screen.watch);
    fclose(screen.io.out.file);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_a_terminal),
        cmocka_unit_test(without_a_terminal),
        cmocka_unit_test(what_a_run_leaves),
        cmocka_unit_test(as_json_lines),
        cmocka_unit_test(a_closed_output_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
