#include "cli_render.h"

#include "cli/render_run.h"
#include "cli/render_work.h"

static const struct zdm_step backfill = {
    .id = "copy email", .phase = ZDM_PHASE_BACKFILL, .kind = ZDM_STEP_BACKFILL};
static const struct zdm_step expand = {
    .id = "add column", .phase = ZDM_PHASE_EXPAND, .kind = ZDM_STEP_SQL};

static struct zdm_backfill_progress
half_way(void)
{
    return (struct zdm_backfill_progress){
        .rows = 80000,
        .batches = 180,
        .total = 200000,
        .walked = 90000,
        .rows_per_s = 12345.6,
        .eta_ms = 9000,
        .eta_free_ms = -1,
        .hot_percent = -1,
    };
}

static void
live(const char *expected, const struct zdm_step *step,
    const struct zdm_backfill_progress *progress, int columns)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_render_live(&text, step, progress, columns);
    assert_true(zdm_width(text.s) < columns);
    check_text(expected, &text);
}

static void
live_lines_fit(void **state)
{
    struct zdm_backfill_progress p = half_way();

    (void)state;
    live("running   backfill  copy email  [#########-----------]  45%  12,345 rows/s  ETA 9 s  "
         "90,000 of 200,000",
        &backfill, &p, 110);
    live("running   backfill  copy email  [#########-----------]  45%  12,345 rows/s  ETA 9 s",
        &backfill, &p, 88);
    live("running   backfill  copy email  [####------]  45%  12,345 rows/s  ETA 9 s", &backfill, &p,
        80);
    live("copy email  45%  12,345 rows/s  ETA 9 s", &backfill, &p, 40);
    live("copy email  45%", &backfill, &p, 20);
    live("cop...  45%", &backfill, &p, 12);
    live("running   expand    add column ...", &expand, NULL, 80);
    live("add column ...", &expand, NULL, 20);

    p.waiting = "a lock on public.users";
    live("running   backfill  copy email  45%  waiting: a lock on public.users", &backfill, &p, 80);
    live("copy email  45%  waiting: a lock on ...", &backfill, &p, 40);
}

static void
no_width_overflows(void **state)
{
    struct zdm_backfill_progress p = half_way();
    const struct zdm_step named = {
        .id = "a step with a name that is as long as a name may be, which is one hundred bytes of "
              "text, hardly less",
        .phase = ZDM_PHASE_BACKFILL,
    };

    (void)state;
    for (int columns = 0; columns < 200; columns++) {
        for (int waiting = 0; waiting < 2; waiting++) {
            struct zdm_buf text = ZDM_BUF_INIT;
            p.waiting = waiting ? "blocked by us 2 >= 1 sessions, which is a long reason" : NULL;
            zdm_render_live(&text, &named, &p, columns);
            assert_true(text.len == 0 || zdm_width(text.s) < columns);
            zdm_buf_clear(&text);
            zdm_render_live(&text, &backfill, &p, columns);
            assert_true(text.len == 0 || zdm_width(text.s) < columns);
            zdm_buf_release(&text);
        }
    }
}

static void
shares_are_honest(void **state)
{
    struct zdm_backfill_progress p = half_way();

    (void)state;
    assert_int_equal(450, zdm_progress_permille(&p));
    p.walked = 250000; /* the total is an estimate: not at the end for that */
    assert_int_equal(999, zdm_progress_permille(&p));
    p.walked = INT64_MAX;
    assert_int_equal(999, zdm_progress_permille(&p));
    p.walked = 0;
    assert_int_equal(0, zdm_progress_permille(&p));
    p.total = -1;
    assert_int_equal(-1, zdm_progress_permille(&p));
    p.total = 0;
    assert_int_equal(-1, zdm_progress_permille(&p));
}

static void
words(void **state)
{
    struct zdm_backfill_progress p = half_way();
    struct zdm_buf text = ZDM_BUF_INIT;

    (void)state;
    zdm_add_progress_words(&text, &p);
    check_text("45.0 %, 90,000 of about 200,000 rows, 12,345 rows/s, ETA 9 s", &text);
    p = half_way();
    p.wal_per_s = 12.0 * 1024 * 1024;
    p.hot_percent = 93;
    p.eta_free_ms = 4000;
    p.run_ms = 1000;
    p.held[0] = (struct zdm_held_time){"replica lag", 500};
    p.held[1] = (struct zdm_held_time){"paused", 100};
    p.held[2] = (struct zdm_held_time){"load", 1}; /* not worth a word */
    p.n_held = 3;
    zdm_add_progress_words(&text, &p);
    check_text(
        "45.0 %, 90,000 of about 200,000 rows, 12,345 rows/s, WAL 12 MB/s, 93 % HOT, ETA 9 s "
        "(4 s if nothing held it up), held 60 % of the time (replica lag 50 %, paused 10 %)",
        &text);
    p = half_way();
    p.walked = 300000; /* an estimate that was too low */
    p.stage = ZDM_STAGE_FINISHING;
    p.rows_per_s = p.eta_ms = 0;
    zdm_add_progress_words(&text, &p);
    check_text("99.9 %, 300,000 of about 200,000 rows; finishing", &text);

    p = (struct zdm_backfill_progress){
        .total = -1, .eta_ms = -1, .hot_percent = -1, .waiting = "a pause"};
    zdm_add_progress_words(&text, &p);
    check_text("0 rows; waiting: a pause", &text);
}

static void
work(void **state)
{
    char phase[] = "building index: scanning table", relation[] = "t_v", unit[] = "blocks";
    char snapshots[] = "waiting for old snapshots", who[] = "pid 7 (app web)";
    struct zdm_work_progress w = {.phase = phase,
        .relation = relation,
        .unit = unit,
        .done = 1200,
        .total = 2666,
        .lockers_done = -1,
        .lockers_total = -1,
        .elapsed_ms = 20000};
    struct zdm_buf text = ZDM_BUF_INIT;

    (void)state;
    zdm_add_work_words(&text, &w);
    check_text("building index: scanning table (t_v), 45.0 %, 1,200 of 2,666 blocks, 20 s", &text);
    w = (struct zdm_work_progress){.phase = snapshots,
        .done = -1,
        .total = -1,
        .lockers_done = 0,
        .lockers_total = 2,
        .waiting = who,
        .elapsed_ms = 90000};
    zdm_add_work_words(&text, &w);
    check_text("waiting for old snapshots, 0 of 2 transactions have ended, 1 min 30 s; waiting for "
               "pid 7 (app web)",
        &text);
    w = (struct zdm_work_progress){
        .done = -1, .total = -1, .lockers_done = -1, .lockers_total = -1, .elapsed_ms = 10000};
    zdm_add_work_words(&text, &w);
    check_text("running, 10 s", &text);
    zdm_render_live_work(&text, &expand, &w, 30);
    check_text("add column: running, 10 s", &text);
}

static void
event(const char *expected, struct zdm_event e)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_render_event(&text, &e);
    check_text(expected, &text);
}

static void
events(void **state)
{
    struct zdm_backfill_progress p = half_way();

    (void)state;
    event("run       demo on shop, epoch 3\n",
        (struct zdm_event){.kind = ZDM_EVENT_RUN_START, .message = "demo on shop, epoch 3"});
    event("start     expand    add column\n",
        (struct zdm_event){.kind = ZDM_EVENT_STEP_START, .step = &expand});
    event("start     backfill  copy email (resumed)\n",
        (struct zdm_event){.kind = ZDM_EVENT_STEP_START, .step = &backfill, .message = "resumed"});
    event("done      expand    add column (12 ms)\n",
        (struct zdm_event){
            .kind = ZDM_EVENT_STEP_DONE, .step = &expand, .elapsed_ms = 12, .rows = -1});
    event("done      backfill  copy email (18 s, 200,000 rows)\n",
        (struct zdm_event){
            .kind = ZDM_EVENT_STEP_DONE, .step = &backfill, .elapsed_ms = 18000, .rows = 200000});
    event("progress  backfill  copy email: 45.0 %, 90,000 of about 200,000 rows, 12,345 rows/s, "
          "ETA 9 s\n",
        (struct zdm_event){.kind = ZDM_EVENT_PROGRESS, .step = &backfill, .progress = &p});
    event("waiting   expand    add column: pid 4242 holds users\n",
        (struct zdm_event){
            .kind = ZDM_EVENT_LOCK_WAIT, .step = &expand, .message = "pid 4242 holds users"});
    event("reconnect the connection is lost\n",
        (struct zdm_event){.kind = ZDM_EVENT_RECONNECT, .message = "the connection is lost"});
    event("", (struct zdm_event){.kind = ZDM_EVENT_ERROR, .message = "said elsewhere"});
    event("", (struct zdm_event){.kind = ZDM_EVENT_RUN_END, .message = "done"});
}

static void
gates(void **state)
{
    const struct zdm_check soak = {.kind = ZDM_CHECK_SOAK, .id = "soak"};
    const struct zdm_check approval = {.kind = ZDM_CHECK_APPROVAL, .id = "v2 is out"};
    struct zdm_check_result checks[] = {
        {.check = &soak, .open = true, .seen = (char *)"48 h of 48 h"},
        {.check = &approval, .open = false, .seen = NULL},
    };
    const struct zdm_gate_result gate = {.checks = checks, .n_checks = 2};
    const struct zdm_step step = {.id = "old code is gone", .phase = ZDM_PHASE_GATE};

    (void)state;
    event("closed    gate      old code is gone\n"
          "                    open    soak: 48 h of 48 h\n"
          "                    closed  approval \"v2 is out\"\n",
        (struct zdm_event){.kind = ZDM_EVENT_GATE_CLOSED, .step = &step, .gate = &gate});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live_lines_fit),
        cmocka_unit_test(no_width_overflows),
        cmocka_unit_test(shares_are_honest),
        cmocka_unit_test(words),
        cmocka_unit_test(work),
        cmocka_unit_test(events),
        cmocka_unit_test(gates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
