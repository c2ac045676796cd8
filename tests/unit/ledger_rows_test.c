/* Each family of rows: written, read back after a reopen, corrected, refused. */
#include "ledger_scratch.h"

#include "ledger/stmt.h"

static void
plans_are_kept_by_target_and_name(void **state)
{
    (void)state;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    struct zdm_ledger_plan *plans = NULL;
    size_t n = 9;
    ok(zdm_ledger_plan_list(ledger, &plans, &n, &err), &err);
    assert_null(plans);
    assert_int_equal(n, 0);

    int64_t a = 0, b = 0, again = 0;
    ok(zdm_ledger_plan_put(ledger, TARGET, "here", "a", "a.lua", "f1", "{\"v\":1}", &a, &err),
        &err);
    ok(zdm_ledger_plan_put(ledger, "other", "there", "a", NULL, "f1", NULL, &b, &err), &err);
    assert_int_not_equal(a, b);
    ok(zdm_ledger_plan_put(ledger, TARGET, "here 2", "a", NULL, "f2", NULL, &again, &err), &err);
    assert_int_equal(again, a);

    zdm_ledger_close(ledger);
    ledger = open_ledger(ZDM_LEDGER_INSPECT);
    ok(zdm_ledger_plan_list(ledger, &plans, &n, &err), &err);
    assert_int_equal(n, 2);
    zdm_ledger_plan_list_free(plans, n);

    ok(zdm_ledger_plan_find(ledger, TARGET, "a", &plans, &err), &err);
    assert_non_null(plans);
    assert_int_equal(plans->id, a);
    assert_string_equal(plans->target, TARGET);
    assert_string_equal(plans->where, "here 2");
    assert_string_equal(plans->name, "a");
    assert_string_equal(plans->file, "a.lua");
    assert_string_equal(plans->fingerprint, "f2");
    assert_string_equal(plans->canonical, "{\"v\":1}");
    assert_string_equal(plans->state, "new");
    assert_true(plans->first_ms > 0 && plans->first_ms <= plans->last_ms);
    zdm_ledger_plan_list_free(plans, 1);

    ok(zdm_ledger_plan_find(ledger, "other", "a", &plans, &err), &err);
    assert_int_equal(plans->id, b);
    assert_null(plans->file);
    assert_null(plans->canonical);
    zdm_ledger_plan_list_free(plans, 1);

    ok(zdm_ledger_plan_find(ledger, NULL, "a", &plans, &err), &err);
    assert_non_null(plans);
    zdm_ledger_plan_list_free(plans, 1);
    ok(zdm_ledger_plan_find(ledger, TARGET, "b", &plans, &err), &err);
    assert_null(plans);
    zdm_ledger_close(ledger);
}

static void
described_is(struct zdm_ledger *ledger, const char *target, const char *name, const char *expected)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *found = NULL;

    ok(zdm_ledger_described(ledger, target, name, &found, &err), &err);
    if (expected)
        assert_string_equal(found, expected);
    else
        assert_null(found);
    free(found);
}

static void
what_recipes_read_is_kept(void **state)
{
    (void)state;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    int64_t a = 0;

    ok(zdm_ledger_plan_put(ledger, TARGET, "here", "a", NULL, "f", NULL, &a, &err), &err);
    described_is(ledger, TARGET, "a", NULL);
    described_is(ledger, TARGET, "b", NULL);
    ok(zdm_ledger_described_put(ledger, a, "{}", &err), &err);
    described_is(ledger, TARGET, "a", "{}");
    ok(zdm_ledger_described_put(ledger, a, "{\"t\":null}", &err), &err);
    ok(zdm_ledger_described_put(ledger, a, "{}", &err), &err); /* a run in which no recipe asked */
    ok(zdm_ledger_plan_put(ledger, TARGET, "here", "a", NULL, "f", NULL, &a, &err), &err);
    described_is(ledger, TARGET, "a", "{\"t\":null}");
    described_is(ledger, "other", "a", NULL);
    zdm_ledger_close(ledger);
}

static void
runs_end_or_are_lost(void **state)
{
    (void)state;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    int64_t plan = put_plan(ledger, "a"), other = put_plan(ledger, "b");
    int64_t first, second, third, elsewhere;
    ok(zdm_ledger_run_begin(ledger, other, 1, "ann@laptop", &elsewhere, &err), &err);
    ok(zdm_ledger_run_begin(ledger, plan, 1, "ann@laptop", &first, &err), &err);
    ok(zdm_ledger_run_end(ledger, first, "waiting", &err), &err);
    ok(zdm_ledger_run_begin(ledger, plan, 2, "ann@laptop", &second, &err), &err);
    ok(zdm_ledger_run_begin(ledger, plan, 3, "bob@ci", &third, &err), &err);
    zdm_ledger_close(ledger);

    ledger = open_ledger(ZDM_LEDGER_WRITE);
    struct zdm_ledger_run *runs;
    size_t n;
    ok(zdm_ledger_run_list(ledger, plan, &runs, &n, &err), &err);
    assert_int_equal(n, 3);
    assert_int_equal(runs[0].id, first);
    assert_string_equal(runs[0].state, "waiting");
    assert_true(runs[0].ended_ms >= runs[0].started_ms);
    assert_int_equal(runs[1].id, second);
    assert_string_equal(runs[1].state, "lost");
    assert_int_equal(runs[2].epoch, 3);
    assert_string_equal(runs[2].who, "bob@ci");
    assert_string_equal(runs[2].state, "running");
    assert_int_equal(runs[2].ended_ms, 0);
    zdm_ledger_run_list_free(runs, n);

    /* It was not killed after all, only slow: it says so itself. */
    ok(zdm_ledger_run_end(ledger, second, "owned", &err), &err);
    ok(zdm_ledger_run_list(ledger, plan, &runs, &n, &err), &err);
    assert_string_equal(runs[1].state, "owned");
    zdm_ledger_run_list_free(runs, n);
    ok(zdm_ledger_run_list(ledger, other, &runs, &n, &err), &err);
    assert_string_equal(runs[0].state, "running");
    zdm_ledger_run_list_free(runs, n);

    struct zdm_ledger_plan *found;
    ok(zdm_ledger_plan_find(ledger, TARGET, "a", &found, &err), &err);
    assert_string_equal(found->state, "running");
    zdm_ledger_plan_list_free(found, 1);

    int64_t untouched = -7;
    refused(zdm_ledger_run_begin(ledger, 4711, 1, "ann@laptop", &untouched, &err), &err,
        ZDM_ERR_FAILED, "FOREIGN KEY", NULL);
    assert_int_equal(untouched, -7);
    /* and nothing is left open */
    ok(zdm_ledger_run_begin(ledger, plan, 4, "ann@laptop", &untouched, &err), &err);
    zdm_ledger_close(ledger);
}

static void
steps_mirror_the_journal(void **state)
{
    (void)state;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    int64_t plan = put_plan(ledger, "a");
    ok(zdm_ledger_step_put(ledger, plan, "late", "contract", "sql", "done", "f", 200, &err), &err);
    ok(zdm_ledger_step_put(ledger, plan, "copy", "backfill", "backfill", "started", "f", 100, &err),
        &err);
    ok(zdm_ledger_step_put(ledger, plan, "copy", NULL, NULL, "done", NULL, 150, &err), &err);
    zdm_ledger_close(ledger);

    ledger = open_ledger(ZDM_LEDGER_WRITE);
    struct zdm_ledger_step *steps;
    size_t n;
    ok(zdm_ledger_step_list(ledger, plan, &steps, &n, &err), &err);
    assert_int_equal(n, 2);
    assert_string_equal(steps[0].id, "copy");
    assert_string_equal(steps[0].phase, "backfill");
    assert_string_equal(steps[0].kind, "backfill");
    assert_string_equal(steps[0].state, "done");
    assert_null(steps[0].fingerprint);
    assert_int_equal(steps[0].at_ms, 150);
    assert_string_equal(steps[1].id, "late");
    assert_string_equal(steps[1].fingerprint, "f");
    zdm_ledger_step_list_free(steps, n);

    /* The journal is mirrored over and over: what is so already is not written. */
    int before = sqlite3_total_changes(ledger->db);
    ok(zdm_ledger_step_put(ledger, plan, "late", "contract", "sql", "done", "f", 200, &err), &err);
    ok(zdm_ledger_step_put(ledger, plan, "copy", NULL, NULL, "done", NULL, 150, &err), &err);
    assert_int_equal(sqlite3_total_changes(ledger->db), before);
    ok(zdm_ledger_step_put(ledger, plan, "copy", NULL, NULL, "started", NULL, 150, &err), &err);
    assert_int_equal(sqlite3_total_changes(ledger->db), before + 1);
    zdm_ledger_close(ledger);
}

static void
forgetting_a_step_takes_what_hangs_on_it(void **state)
{
    (void)state;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    int64_t plans[2] = {put_plan(ledger, "a"), put_plan(ledger, "b")};
    const char *const ids[] = {"gone", "stays"};
    for (int p = 0; p < 2; p++)
        for (int i = 0; i < 2; i++) {
            ok(zdm_ledger_step_put(ledger, plans[p], ids[i], "gate", "gate", "done", "f", 1, &err),
                &err);
            ok(zdm_ledger_approval_put(ledger, plans[p], ids[i], "x", "ann", "why", 1, &err), &err);
            ok(zdm_ledger_progress_put(ledger, plans[p], ids[i], 0, "1", "9", 1, 1, &err), &err);
        }
    ok(zdm_ledger_step_forget(ledger, plans[0], "gone", &err), &err);
    ok(zdm_ledger_step_forget(ledger, plans[0], "never was", &err), &err);

    for (int p = 0; p < 2; p++) {
        struct zdm_ledger_step *steps;
        struct zdm_ledger_approval *approvals;
        struct zdm_ledger_progress *slices;
        size_t n, expected = p == 0 ? 1 : 2;
        ok(zdm_ledger_step_list(ledger, plans[p], &steps, &n, &err), &err);
        assert_int_equal(n, expected);
        assert_string_equal(steps[n - 1].id, "stays");
        zdm_ledger_step_list_free(steps, n);
        ok(zdm_ledger_approval_list(ledger, plans[p], &approvals, &n, &err), &err);
        assert_int_equal(n, expected);
        assert_string_equal(approvals[n - 1].gate, "stays");
        zdm_ledger_approval_list_free(approvals, n);
        ok(zdm_ledger_progress_list(ledger, plans[p], &slices, &n, &err), &err);
        assert_int_equal(n, expected);
        assert_string_equal(slices[n - 1].step, "stays");
        zdm_ledger_progress_list_free(slices, n);
    }
    zdm_ledger_close(ledger);
}

static void
approvals_say_who_and_why(void **state)
{
    (void)state;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    int64_t plan = put_plan(ledger, "a");
    const char *note = "v2 is out; 100 % \xe2\x9c\x93 'quoted' \"twice\"\nsecond line";
    ok(zdm_ledger_approval_put(ledger, plan, "gate", "app v2", "ann@laptop", note, 42, &err), &err);
    int before = sqlite3_total_changes(ledger->db);
    ok(zdm_ledger_approval_put(ledger, plan, "gate", "app v2", "ann@laptop", note, 42, &err), &err);
    assert_int_equal(sqlite3_total_changes(ledger->db), before);
    zdm_ledger_close(ledger);

    ledger = open_ledger(ZDM_LEDGER_INSPECT);
    struct zdm_ledger_approval *approvals;
    size_t n;
    ok(zdm_ledger_approval_list(ledger, plan, &approvals, &n, &err), &err);
    assert_int_equal(n, 1);
    assert_string_equal(approvals->gate, "gate");
    assert_string_equal(approvals->item, "app v2");
    assert_string_equal(approvals->who, "ann@laptop");
    assert_string_equal(approvals->note, note);
    assert_int_equal(approvals->at_ms, 42);
    zdm_ledger_approval_list_free(approvals, n);
    zdm_ledger_close(ledger);
}

static void
progress_is_the_last_one_of_each_slice(void **state)
{
    (void)state;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    int64_t plan = put_plan(ledger, "a");
    ok(zdm_ledger_progress_put(ledger, plan, "copy", 1, "5", "9", 10, 1, &err), &err);
    ok(zdm_ledger_progress_put(ledger, plan, "copy", 0, NULL, NULL, 0, 0, &err), &err);
    ok(zdm_ledger_progress_put(ledger, plan, "copy", 1, "9", "9", INT64_MAX, 2, &err), &err);

    struct zdm_ledger_progress *slices;
    size_t n;
    ok(zdm_ledger_progress_list(ledger, plan, &slices, &n, &err), &err);
    assert_int_equal(n, 2);
    assert_int_equal(slices[0].slice, 0);
    assert_null(slices[0].pos);
    assert_null(slices[0].bound);
    assert_string_equal(slices[1].step, "copy");
    assert_string_equal(slices[1].pos, "9");
    assert_string_equal(slices[1].bound, "9");
    assert_int_equal(slices[1].rows, INT64_MAX);
    assert_int_equal(slices[1].batches, 2);
    assert_true(slices[1].at_ms > 0);
    zdm_ledger_progress_list_free(slices, n);
    zdm_ledger_close(ledger);
}

static void
events_are_in_order_and_only_added(void **state)
{
    (void)state;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    int64_t plan = put_plan(ledger, "a"), other = put_plan(ledger, "b"), run;
    ok(zdm_ledger_run_begin(ledger, plan, 1, "ann@laptop", &run, &err), &err);
    add_event(ledger, plan, "first");
    add_event(ledger, other, "of another plan");
    ok(zdm_ledger_event_add(
           ledger, plan, run, "copy", "warning", "lock-wait", NULL, "{\"pid\":4242}", &err),
        &err);
    zdm_ledger_close(ledger);

    char *huge = zdm_alloc(1 << 20);
    memset(huge, 'x', (1 << 20) - 1);
    ledger = open_ledger(ZDM_LEDGER_WRITE);
    add_event(ledger, plan, huge);
    struct zdm_ledger_event *events;
    size_t n;
    ok(zdm_ledger_event_list(ledger, plan, &events, &n, &err), &err);
    assert_int_equal(n, 3);
    assert_string_equal(events[0].message, "first");
    assert_null(events[0].step);
    assert_null(events[0].detail);
    assert_int_equal(events[0].run, 0);
    assert_int_equal(events[1].run, run);
    assert_string_equal(events[1].step, "copy");
    assert_string_equal(events[1].level, "warning");
    assert_string_equal(events[1].kind, "lock-wait");
    assert_string_equal(events[1].message, "");
    assert_string_equal(events[1].detail, "{\"pid\":4242}");
    assert_string_equal(events[2].message, huge);
    assert_true(events[0].seq + 1 < events[1].seq && events[1].seq < events[2].seq);
    assert_true(events[0].at_ms > 0);
    zdm_ledger_event_list_free(events, n);
    free(huge);

    refused(zdm_ledger_event_add(ledger, plan, 4711, NULL, "info", "note", "", NULL, &err), &err,
        ZDM_ERR_FAILED, "FOREIGN KEY", NULL);
    refused(zdm_ledger_event_add(ledger, plan, 0, NULL, NULL, "note", "", NULL, &err), &err,
        ZDM_ERR_FAILED, "event.level", NULL);
    assert_int_equal(count_events(ledger, plan), 3);
    zdm_ledger_close(ledger);
}

static void
samples_are_a_ring_a_step(void **state)
{
    (void)state;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    int64_t plan = put_plan(ledger, "a");
    ok(zdm_ledger_exec(ledger, "PRAGMA synchronous = OFF", &err), &err); /* 1003 syncs less */
    ok(zdm_ledger_sample_add(ledger, plan, "other", 7, 7, 0.5, &err), &err);
    for (int i = 1; i <= 1003; i++)
        ok(zdm_ledger_sample_add(ledger, plan, "copy", i, 100, 25.25, &err), &err);

    struct zdm_ledger_sample *samples;
    size_t n;
    ok(zdm_ledger_sample_list(ledger, plan, "copy", &samples, &n, &err), &err);
    assert_int_equal(n, 1000);
    assert_int_equal(samples[0].rows, 4);
    assert_int_equal(samples[999].rows, 1003);
    assert_int_equal(samples[999].batch_rows, 100);
    assert_true(samples[999].batch_ms == 25.25);
    assert_true(samples[0].at_ms > 0);
    zdm_ledger_sample_list_free(samples);
    ok(zdm_ledger_sample_list(ledger, plan, "other", &samples, &n, &err), &err);
    assert_int_equal(n, 1);
    zdm_ledger_sample_list_free(samples);
    ok(zdm_ledger_sample_list(ledger, plan, "none", &samples, &n, &err), &err);
    assert_int_equal(n, 0);
    assert_null(samples);
    zdm_ledger_close(ledger);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(plans_are_kept_by_target_and_name),
        scratch_test(what_recipes_read_is_kept),
        scratch_test(runs_end_or_are_lost),
        scratch_test(steps_mirror_the_journal),
        scratch_test(forgetting_a_step_takes_what_hangs_on_it),
        scratch_test(approvals_say_who_and_why),
        scratch_test(progress_is_the_last_one_of_each_slice),
        scratch_test(events_are_in_order_and_only_added),
        scratch_test(samples_are_a_ring_a_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
