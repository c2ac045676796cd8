#include "run/resolve.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "batch/cursor.h"
#include "plan/sweep.h"
#include "run/session.h"

enum { OWN_PATIENCE_MS = 3000 };

static int
no_such_step(const struct zdm_plan *plan, const char *id, struct zdm_err *err)
{
    const char **ids = zdm_alloc((plan->n_steps + 1) * sizeof *ids);

    for (size_t i = 0; i < plan->n_steps; i++)
        ids[i] = plan->steps[i].id;
    const char *near = zdm_nearest(id, ids, plan->n_steps);
    zdm_fail(err, ZDM_ERR_USAGE, "plan \"%s\" has no step \"%s\"", plan->name, id);
    if (near)
        zdm_err_hint(err, "did you mean \"%s\"?", near);
    else
        zdm_err_hint(err, "zdm status %s lists its steps", plan->file);
    free(ids);
    return -1;
}

static bool
is_done(const struct zdm_journal_rows *rows, const char *step)
{
    const struct zdm_journal_row *row = zdm_journal_find(rows, step, "");

    return row && strcmp(row->state, "done") == 0;
}

static int
may_be_done(const struct zdm_session *s, const struct zdm_step *step, struct zdm_err *err)
{
    const struct zdm_journal_row *row = zdm_journal_find(&s->rows, step->id, "");
    char at[32];

    if (row && strcmp(row->state, "done") == 0 && zdm_state_same(row, step)) {
        zdm_fail(err, ZDM_ERR_REFUSED, "step \"%s\" is done already, since %s, by %s", step->id,
            zdm_iso8601(row->at_ms, at), row->who);
        return zdm_err_hint(err, "--not-done takes that back");
    }
    for (const struct zdm_step *before = s->plan->steps; before < step; before++) {
        if (is_done(&s->rows, before->id))
            continue;
        zdm_fail(err, ZDM_ERR_REFUSED, "step \"%s\" stands before \"%s\" and is not done",
            before->id, step->id);
        return zdm_err_hint(err, "run the plan up to there first, or resolve that one too");
    }
    return 0;
}

/* The change must be one that makes no difference the second time. */
static int
may_walk_again(const struct zdm_step *step, struct zdm_err *err)
{
    struct zdm_sweep_outlook outlook;

    if (step->kind != ZDM_STEP_BACKFILL || step->u.backfill.erase)
        return 0;
    zdm_sweep_outlook(&step->u.backfill, &outlook);
    int rc = 0;
    if (outlook.why_not) {
        zdm_fail(err, ZDM_ERR_REFUSED,
            "backfill \"%s\" may not walk its table again: done twice its "
            "change may be another one",
            step->id);
        zdm_err_detail(err, "%s", outlook.why_not);
        zdm_err_hint(err, "add a backfill to the plan that mends the rows that need it");
        rc = -1;
    }
    zdm_sweep_outlook_release(&outlook);
    return rc;
}

static int
may_be_taken_back(const struct zdm_session *s, const struct zdm_step *step, struct zdm_err *err)
{
    const struct zdm_journal_row *row = zdm_journal_find(&s->rows, step->id, "");

    if (!row || strcmp(row->state, "undone") == 0) {
        zdm_fail(err, ZDM_ERR_REFUSED, "step \"%s\" %s", step->id,
            row ? "was taken back" : "never began");
        return zdm_err_hint(
            err, "there is nothing to take back: zdm run %s does it", s->plan->file);
    }
    if (strcmp(row->state, "started") == 0 && zdm_state_taken_back(row))
        return zdm_fail(
            err, ZDM_ERR_REFUSED, "step \"%s\" was taken back already, by %s", step->id, row->who);
    for (const struct zdm_step *after = step + 1; after < s->plan->steps + s->plan->n_steps;
         after++) {
        if (after->kind != ZDM_STEP_GATE || !is_done(&s->rows, after->id))
            continue;
        zdm_fail(err, ZDM_ERR_REFUSED,
            "gate \"%s\" was opened behind step \"%s\": what stands before it was part of what it "
            "judged",
            after->id, step->id);
        return zdm_err_hint(err, "mend it by hand, or in a new step behind the gate");
    }
    return may_walk_again(step, err);
}

static char *
detail_of(const struct zdm_resolve_options *options, const char *was, int64_t rows)
{
    json_t *resolved =
        json_pack("{s:s,s:b,s:s}", "because", options->because, "done", options->done, "was", was);
    json_t *detail = resolved ? json_pack("{s:o}", "resolved", resolved) : NULL;

    if (!detail)
        return NULL;
    if (rows >= 0)
        json_object_set_new(detail, "rows", json_integer(rows));
    char *text = json_dumps(detail, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(detail);
    return text;
}

/* How far a backfill is, its cursors know better than any person. */
static int
is_through(const struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_cursors *cursors, const struct zdm_cursor *sum, struct zdm_err *err)
{
    if (cursors->count == 0 || zdm_cursor_through(sum))
        return 0;
    zdm_fail(err, ZDM_ERR_REFUSED,
        "backfill \"%s\" is under way: %lld rows are done, and not all of its slices", step->id,
        (long long)sum->rows);
    return zdm_err_hint(
        err, "zdm run %s does the rest; a `where` leaves out what was done by hand", s->plan->file);
}

/* The slices go with the row of the step: done as they are, or away, so that a walk begins anew. */
static int
settle_cursors(struct zdm_session *s, const struct zdm_step *step, bool done, int64_t *rows,
    struct zdm_err *err)
{
    struct zdm_cursors cursors = {.count = 0};
    struct zdm_cursor sum = {.exists = false};

    *rows = -1;
    if (step->kind != ZDM_STEP_BACKFILL)
        return 0;
    if (zdm_cursors_read(s->conn, s->plan->name, step->id, &cursors, err) < 0)
        return -1;
    zdm_cursors_sum(&cursors, &sum);
    *rows = done ? sum.rows : -1;
    int rc = done ? is_through(s, step, &cursors, &sum, err) : 0;
    zdm_cursor_release(&sum);
    zdm_cursors_release(&cursors);
    if (rc < 0)
        return -1;
    if (ZDM_QUERY(s->conn,
            done ? "UPDATE zdm.cursor SET state = 'done' WHERE plan OPERATOR(pg_catalog.=) $1"
                   " AND step OPERATOR(pg_catalog.=) $2"
                 : "DELETE FROM zdm.cursor WHERE plan OPERATOR(pg_catalog.=) $1"
                   " AND step OPERATOR(pg_catalog.=) $2",
            NULL, err, s->plan->name, step->id) == 0)
        return 0;
    if (strcmp(err->sqlstate, "42501") == 0)
        zdm_err_hint(
            err, "ask the owner of the schema zdm to run: GRANT DELETE ON zdm.cursor TO ...");
    return -1;
}

static int
write_row(struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_resolve_options *options, const char *was, struct zdm_err *err)
{
    int64_t rows;

    if (zdm_session_begin(s, s->plan->locks.budget_ms, err) < 0 ||
        zdm_journal_barrier(s->conn, err) < 0 ||
        settle_cursors(s, step, options->done, &rows, err) < 0)
        return -1;
    char *detail = detail_of(options, was, rows);
    if (!detail)
        return zdm_fail(err, ZDM_ERR_USAGE, "the reason is not valid UTF-8");
    int rc = zdm_session_journal(s, step, options->done ? "done" : "started", detail, err);
    free(detail);
    return rc < 0 ? -1 : zdm_conn_commit(s->conn, err);
}

/* The journal has it already: what fails here is only the local record. */
static int
record(struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_resolve_options *options, const char *was, struct zdm_err *err)
{
    const struct zdm_plan *plan = s->plan;
    char *message = zdm_strf("%s by %s: %s (the journal had: %s)",
        options->done ? "done" : "not done", options->who, options->because, was);
    char *detail = detail_of(options, was, -1);
    int rc = -1;

    if (zdm_ledger_plan_put(s->ledger, s->target, zdm_conn_where(s->conn), plan->name, plan->file,
            plan->fingerprint, plan->canonical, &s->ledger_plan, err) == 0 &&
        zdm_ledger_event_add(s->ledger, s->ledger_plan, 0, step->id, "warning", "resolved", message,
            detail, err) == 0 &&
        (options->done || zdm_ledger_step_forget(s->ledger, s->ledger_plan, step->id, err) == 0))
        rc = zdm_session_refresh(s, err);
    free(message);
    free(detail);
    if (rc == 0)
        rc = zdm_session_healthy(s, err);
    if (rc < 0)
        zdm_err_wrap(err, "the journal has it, but the ledger has not");
    return rc;
}

/* Before anything is written: what makes no sense leaves no trace. */
static int
may_be(struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_resolve_options *options, struct zdm_err *err)
{
    const struct zdm_journal_row *row = zdm_journal_find(&s->rows, step->id, "");

    if (row && strcmp(row->state, "undoing") == 0) {
        zdm_fail(err, ZDM_ERR_REFUSED, "step \"%s\" is on its way back", step->id);
        return zdm_err_hint(err, "zdm rollback %s settles it", s->plan->file);
    }
    return options->done ? may_be_done(s, step, err) : may_be_taken_back(s, step, err);
}

static int
look_before(struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_resolve_options *options, struct zdm_err *err)
{
    bool exists;

    if (zdm_journal_exists(s->conn, &exists, err) < 0 ||
        (exists && zdm_journal_read(s->conn, s->plan->name, &s->rows, err) < 0))
        return -1;
    return may_be(s, step, options, err);
}

static int
resolve(struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_resolve_options *options, const char **was, struct zdm_err *err)
{
    const struct zdm_plan *plan = s->plan;

    if (zdm_session_own(s, OWN_PATIENCE_MS, err) < 0 || look_before(s, step, options, err) < 0 ||
        zdm_journal_install_for(s->conn, NULL, &s->published, err) < 0 ||
        zdm_journal_target(s->conn, s->target, err) < 0 ||
        zdm_journal_take_over(s->conn, plan->name, plan->fingerprint, options->who, NULL,
            plan->locks.patience_ms, &s->epoch, err) < 0 ||
        zdm_session_refresh(s, err) < 0)
        return -1;
    const struct zdm_journal_row *row = zdm_journal_find(&s->rows, step->id, "");
    *was = !row                                 ? "nothing"
           : strcmp(row->state, "done") == 0    ? "done"
           : strcmp(row->state, "started") == 0 ? "started"
                                                : "undone";
    /* Once more: a dead run's transaction may have ended meanwhile. */
    if (may_be(s, step, options, err) < 0 || write_row(s, step, options, *was, err) < 0)
        return -1;
    return record(s, step, options, *was, err);
}

int
zdm_resolve(const struct zdm_plan *plan, const struct zdm_resolve_options *options,
    const char **was, char **published, struct zdm_err *err)
{
    const struct zdm_run_options run = {.conninfo = options->conninfo, .who = options->who};
    struct zdm_session s = {.plan = plan, .options = &run};
    const struct zdm_step *step = zdm_plan_step(plan, options->step);

    if (!step)
        return no_such_step(plan, options->step, err);
    if (step->kind == ZDM_STEP_GATE) {
        zdm_fail(err, ZDM_ERR_REFUSED, "\"%s\" is a gate: its checks open it", step->id);
        return zdm_err_hint(
            err, "zdm approve %s \"%s\" gives an approval that it asks for", plan->file, step->id);
    }
    char *application = zdm_strf("zdm/%s", plan->name);
    int rc = zdm_ledger_open(options->ledger_path, ZDM_LEDGER_WRITE, &s.ledger, err);
    if (rc == 0)
        rc = zdm_conn_open(options->conninfo, application, &s.conn, err);
    if (rc == 0)
        rc = resolve(&s, step, options, was, err);
    if (s.conn)
        zdm_conn_rollback(s.conn);
    free(application);
    zdm_err_release(&s.ledger_err);
    zdm_journal_rows_release(&s.rows);
    zdm_conn_close(s.conn);
    zdm_ledger_close(s.ledger);
    *published = s.published;
    return rc;
}
