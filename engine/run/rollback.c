#include "run/rollback.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/signals.h"
#include "run/alone.h"
#include "run/judge.h"
#include "run/pieces.h"
#include "run/rollback_loss.h"
#include "run/rollback_together.h"
#include "run/session.h"

struct undoing {
    struct zdm_session *s;
    const struct zdm_rollback_options *options;
    const struct zdm_rollback_view *view;
    struct zdm_rollback_view
        first; /* once there was a second look; what it found may be accepted, and nothing later */
    const struct zdm_rollback_step *now; /* n steps that are taken back, in one transaction */
    size_t n;
    unsigned tries; /* to take them back, so far */
    bool again;     /* pieces.h */
    char *untold;   /* of them: rollback_loss.h. Owned */
};

/* The undo of the step that is taken back now. */
static const struct zdm_plan_undo *
undo_of(const struct zdm_session *s, const struct zdm_step *step)
{
    return &s->report->undos[step - s->plan->steps];
}

/* again: as in pieces.h. */
static int
do_undo(struct zdm_session *s, const struct zdm_step *step, const char *recalled, bool *again,
    struct zdm_err *err)
{
    const struct zdm_plan_undo *undo = undo_of(s, step);

    if (recalled) {
        if (zdm_conn_exec(s->conn, recalled, NULL, err) == 0)
            return 0;
        return zdm_blame_sql(step, &(struct zdm_sql_text){.text = recalled, .at = step->at}, err);
    }
    if (step->kind == ZDM_STEP_HOOK)
        return undo->source == ZDM_UNDO_AUTHOR ? zdm_step_hook_undo(s, step, err) : 0;
    if (!undo->sql.text)
        return 0;
    char *text = NULL;
    bool none;
    if (zdm_pieces_now(s, step, true, &text, &none, err) < 0)
        return -1;
    int rc = none ? 0 : zdm_conn_exec(s->conn, text, NULL, err);
    free(text);
    if (rc == 0)
        return zdm_step_sql_more(s, undo->behind, err);
    zdm_pieces_look_again(undo->pieces, again, err);
    return zdm_blame_sql(step, &undo->sql, err);
}

/* What the step left in the zdm schema goes in the transaction that marks it undone. */
static int
forget(struct zdm_session *s, const struct zdm_step *step, void *self, struct zdm_err *err)
{
    (void)self;
    const struct zdm_step_back *back = undo_of(s, step)->back;
    const char *kind = zdm_step_kind_name(step->kind);

    if (back && zdm_journal_forget(
                    s->conn, s->plan->name, back->id, kind, s->options->who, s->epoch, err) < 0)
        return -1;
    return zdm_journal_forget(
        s->conn, s->plan->name, step->id, kind, s->options->who, s->epoch, err);
}

/* NULL: nothing is. */
static const struct zdm_rollback_view *
accepted(const struct undoing *u)
{
    if (!u->options->accept_data_loss)
        return NULL;
    return u->first.steps ? &u->first : u->view;
}

/* The row of the last step is the transaction's own. */
static int
undo_and_forget(struct zdm_session *s, const struct zdm_step *last, void *self, struct zdm_err *err)
{
    struct undoing *u = self;

    if (zdm_rollback_lock_mirrors(
            s->conn, s->plan, s->report, u->now, u->n, u->tries++ % 2 == 1, err) < 0 ||
        zdm_rollback_look_again(s, u->now, u->n, u->view, accepted(u), &u->untold, err) < 0)
        return -1;
    for (size_t i = 0; i < u->n; i++) {
        const struct zdm_step *step = &s->plan->steps[u->now[i].index];
        if (u->now[i].action == ZDM_UNDO_RUN &&
            do_undo(s, step, u->now[i].recalled, &u->again, err) < 0)
            return -1;
        /* The author's SQL may have taken another role. */
        if (zdm_conn_exec(s->conn, "RESET SESSION AUTHORIZATION; RESET ROLE", NULL, err) < 0 ||
            forget(s, step, self, err) < 0 ||
            (step != last && zdm_session_journal(s, step, "undone", NULL, err) < 0))
            return -1;
        if (step != last)
            ZDM_FAIL_HERE(UNDO_BETWEEN);
    }
    return 0;
}

/* One of them, or all that go together. */
static int
transact(struct undoing *u, struct zdm_err *err)
{
    size_t *along = zdm_alloc(u->n * sizeof *along);
    struct zdm_transaction_options options = {
        .state = "undone",
        .short_locks = true,
        .along = along,
    };

    for (size_t i = 0; i + 1 < u->n; i++)
        if (u->now[i].action == ZDM_UNDO_RUN)
            along[options.n_along++] = u->now[i].index;
    int rc = zdm_session_transact(
        u->s, &u->s->plan->steps[u->now[u->n - 1].index], undo_and_forget, u, &options, err);
    free(along);
    return rc;
}

/* What would otherwise be held while the undo works. The row of the step stays as it is. */
static int
prepare(struct zdm_session *s, const struct zdm_step *step, void *self, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    (void)self;
    if (zdm_conn_query(s->conn, undo_of(s, step)->before, 0, NULL, &r, err) < 0)
        return -1;
    const char *sql = zdm_result_rows(r) > 0 ? zdm_result_get(r, 0, 0) : NULL;
    int rc = sql ? zdm_conn_exec(s->conn, sql, NULL, err) : 0;
    zdm_result_free(r);
    return rc;
}

static int
prepare_undo(struct zdm_session *s, const struct zdm_step *step, struct zdm_err *err)
{
    const struct zdm_journal_row *row = zdm_journal_find(&s->rows, step->id, "");

    if (!undo_of(s, step)->before || !row)
        return 0;
    char *state = zdm_strdup(row->state), *detail = zdm_strdup(row->detail);
    int rc = zdm_session_transact(s, step, prepare, NULL,
        &(struct zdm_transaction_options){.state = state, .detail = detail, .short_locks = true},
        err);
    free(state);
    free(detail);
    return rc;
}

/* --- a hook without a transaction, a command --- */

static int
program_settled(struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_alone_look *look, bool *done, struct zdm_err *err)
{
    (void)s;
    (void)step;
    (void)look;
    (void)err;
    *done = false;
    return 0;
}

static int
program_work(struct zdm_session *s, const struct zdm_step *step, struct zdm_work_watch *watch,
    struct zdm_err *err)
{
    return step->kind == ZDM_STEP_COMMAND ? zdm_step_command_undo(s, step, watch, err)
                                          : do_undo(s, step, NULL, &(bool){false}, err);
}

/* --- the way back --- */

static int
take_back(struct undoing *u, struct zdm_err *err)
{
    struct zdm_session *s = u->s;
    const struct zdm_step *step = &s->plan->steps[u->now->index];
    const struct zdm_transaction_options options = {.state = "undone"};

    if (u->n > 1)
        return transact(u, err);
    switch (u->now->action) {
    case ZDM_UNDO_FORGET:
        return zdm_session_transact(s, step, forget, NULL, &options, err);
    case ZDM_UNDO_RUN:
        if (prepare_undo(s, step, err) < 0)
            return -1;
        return transact(u, err);
    case ZDM_UNDO_SETTLE:
        if (undo_of(s, step)->back) {
            return zdm_step_backfill_undo(s, step, err) < 0
                       ? -1
                       : zdm_session_transact(s, step, forget, NULL, &options, err);
        }
        if (step->kind != ZDM_STEP_HOOK && step->kind != ZDM_STEP_COMMAND)
            return zdm_step_alone_run(s, u->now->index, err);
        return zdm_alone_run(
            s, step, &(struct zdm_alone){.settled = program_settled, .work = program_work}, err);
    case ZDM_UNDO_SKIP:
    case ZDM_UNDO_REFUSE:
        break;
    }
    zdm_die("a step that is not to be taken back");
}

static int
tell_start(struct zdm_session *s, const struct zdm_rollback_step *undone, struct zdm_err *err)
{
    struct zdm_lock_policy policy;

    zdm_judge_step(s, undone->index);
    if (zdm_judge_refuse(s, undone->index, false, err) < 0)
        return -1;
    zdm_judged_policy(s, undone->index, &policy);
    zdm_session_tell(s, &(struct zdm_event){
                            .kind = ZDM_EVENT_UNDO_START,
                            .step = &s->plan->steps[undone->index],
                            .rows = -1,
                            .locking = undone->action == ZDM_UNDO_FORGET ? NULL : &policy,
                        });
    zdm_lock_policy_release(&policy);
    return 0;
}

static void
tell_end(struct undoing *u, const struct zdm_rollback_step *undone, int64_t start_us)
{
    struct zdm_session *s = u->s;
    const struct zdm_step *step = &s->plan->steps[undone->index];

    zdm_judge_done(s, undone->index);
    if (undone->lacks)
        zdm_session_say(s, ZDM_EVENT_NOTE, "warning", step, "%s", undone->lacks);
    if (u->untold && undone == &u->now[u->n - 1])
        zdm_session_say(s, ZDM_EVENT_NOTE, "warning", step, "%s", u->untold);
    for (size_t i = 0; i < u->view->n_losses; i++)
        if (u->view->losses[i].index == undone->index)
            zdm_session_say(s, ZDM_EVENT_NOTE, "warning", step, "lost, as was accepted: %s",
                u->view->losses[i].words);
    zdm_session_tell(s, &(struct zdm_event){
                            .kind = ZDM_EVENT_STEP_UNDONE,
                            .step = step,
                            .elapsed_ms = (zdm_monotonic_us() - start_us) / 1000,
                            .rows = -1,
                        });
}

static int
tell_and_take_back(struct undoing *u, struct zdm_err *err)
{
    int64_t start_us = zdm_monotonic_us();

    for (size_t i = 0; i < u->n; i++)
        if (tell_start(u->s, &u->now[i], err) < 0)
            return -1;
    if (take_back(u, err) < 0)
        return -1;
    for (size_t i = 0; i < u->n; i++)
        tell_end(u, &u->now[i], start_us);
    return 0;
}

/* What a failed undo leaves is a database between two steps, which fits the journal. */
static int
failed(const struct undoing *u, struct zdm_err *err)
{
    const struct zdm_plan *plan = u->s->plan;
    const struct zdm_step *first = &plan->steps[u->now->index];

    if (err->code != ZDM_ERR_FAILED)
        return -1;
    if (u->n == 1)
        zdm_err_wrap(err, "step \"%s\" could not be taken back", first->id);
    else
        zdm_err_wrap(err, "steps \"%s\" to \"%s\" could not be taken back together", first->id,
            plan->steps[u->now[u->n - 1].index].id);
    if (!err->hint) {
        char *so_far = zdm_rollback_so_far(u->s, u->now->index);
        zdm_err_hint(err,
            "%s; correct the undo in %s, or what is in its way, and roll back again, or go "
            "forward: "
            "zdm run %s",
            so_far, plan->file, plan->file);
        free(so_far);
    }
    return err->file ? -1 : zdm_err_at(err, first->at);
}

static int
look(struct undoing *u, struct zdm_rollback_view *view, struct zdm_err *err)
{
    struct zdm_session *s = u->s;

    if (!u->first.steps)
        u->first = *view;
    else
        zdm_rollback_view_release(view);
    *view = (struct zdm_rollback_view){.where = NULL};
    if (zdm_state_check(s->plan, &s->rows, err) < 0 ||
        zdm_rollback_view(s->conn, s->plan, s->report, &s->rows, u->options->to, view, err) < 0)
        return -1;
    return zdm_rollback_may(view, s->plan, u->options->accept_data_loss, err);
}

/* Until there is a session that holds long enough. */
static int
look_once_more(struct undoing *u, struct zdm_rollback_view *view, struct zdm_err *err)
{
    while (look(u, view, err) < 0)
        if (zdm_session_again(u->s, err) < 0)
            return -1;
    return 0;
}

static int
forget_look(struct zdm_session *s, const struct zdm_step *gate, struct zdm_err *err)
{
    if (zdm_session_begin(s, 0, err) == 0 && forget(s, gate, NULL, err) == 0 &&
        zdm_conn_commit(s->conn, err) == 0)
        return 0;
    zdm_conn_rollback(s->conn);
    return -1;
}

/* What a gate saw that never opened: "closed for 3 d" would go on counting when the plan runs again. */
static int
forget_looks(struct undoing *u, struct zdm_err *err)
{
    const struct zdm_plan *plan = u->s->plan;
    const struct zdm_step *last = u->options->to ? zdm_plan_step(plan, u->options->to) : NULL;

    for (size_t i = last ? (size_t)(last - plan->steps) + 1 : 0; i < plan->n_steps; i++) {
        if (plan->steps[i].kind != ZDM_STEP_GATE)
            continue;
        while (forget_look(u->s, &plan->steps[i], err) < 0)
            if (zdm_session_again(u->s, err) < 0)
                return -1;
    }
    return 0;
}

static int
undo_steps(struct zdm_session *s, void *self, struct zdm_err *err)
{
    struct zdm_rollback_view view = {.where = NULL};
    struct undoing u = {.s = s, .options = self, .view = &view};
    struct zdm_backoff losses = {.base_ms = 50, .max_ms = 5000};
    int rc = look_once_more(&u, &view, err);

    for (size_t i = 0; rc == 0 && i < view.n_steps; i += u.n) {
        u.now = &view.steps[i];
        u.n = zdm_rollback_joined(&view, i);
        free(u.untold);
        u.untold = NULL;
        u.tries = 0;
        u.again = false;
        if (zdm_session_healthy(s, err) < 0)
            rc = -1;
        else if (zdm_stop_requested())
            rc = zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted");
        else if (zdm_session_go_on(s, err) < 0)
            rc = -1;
        else if (tell_and_take_back(&u, err) == 0)
            losses.attempt = 0;
        else if (!s->again)
            rc = failed(&u, err);
        else if ((rc = zdm_session_start_over(s, &s->plan->steps[u.now->index], &losses, err)) ==
                     0 &&
                 (rc = look_once_more(&u, &view, err)) == 0)
            i = u.n = 0; /* begin where the journal is now */
    }
    free(u.untold);
    zdm_rollback_view_release(&view);
    zdm_rollback_view_release(&u.first);
    if (rc == 0)
        rc = forget_looks(&u, err);
    return rc == 0 ? zdm_session_healthy(s, err) : -1;
}

int
zdm_rollback(const struct zdm_plan *plan, const struct zdm_plan_report *report,
    const struct zdm_run_options *options, const struct zdm_rollback_options *rollback,
    struct zdm_err *err)
{
    struct zdm_session s = {.plan = plan, .report = report, .options = options, .undoing = true};

    return zdm_session_do(&s, true, undo_steps, (void *)rollback, err);
}
