#include "run/alone.h"

#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "pg/retry.h"

static int
journal(struct zdm_session *s, const struct zdm_step *step, const char *state, const char *note,
    struct zdm_err *err)
{
    return zdm_session_transact(s, step, NULL, NULL,
        &(struct zdm_transaction_options){.state = state, .detail = note}, err);
}

/* *note: owned. */
static int
announce(struct zdm_session *s, const struct zdm_step *step, const struct zdm_alone *alone,
    char **note, struct zdm_err *err)
{
    if (alone->note && alone->note(s, step, note, err) < 0)
        return -1;
    return journal(s, step, s->undoing ? "undoing" : "started", *note, err);
}

struct zdm_alone_look
zdm_alone_look(
    const struct zdm_session *s, const struct zdm_step *step, struct zdm_work_watch *watch)
{
    const struct zdm_journal_row *row = zdm_journal_find(&s->rows, step->id, "");
    /* What was on its way back was begun, too. */
    bool announced =
        row &&
        (strcmp(row->state, "undoing") == 0 ||
            (!s->undoing && strcmp(row->state, "started") == 0 && !zdm_state_taken_back(row)));
    bool begun = announced && zdm_state_same(row, step);
    return (struct zdm_alone_look){
        .begun = begun,
        .announced = announced,
        .note = begun ? row->detail : NULL,
        .watch = watch,
    };
}

/* The work runs outside the fence, so a runner that was taken over while it slept looks once more. */
static int
still_ours(struct zdm_session *s, struct zdm_err *err)
{
    if (zdm_session_begin(s, 0, err) < 0) {
        zdm_conn_rollback(s->conn);
        return -1;
    }
    zdm_conn_rollback(s->conn);
    return 0;
}

static int
announce_and_work(struct zdm_session *s, const struct zdm_step *step, const struct zdm_alone *alone,
    struct zdm_work_watch *watch, char **note, struct zdm_err *err)
{
    struct zdm_alone_look look = zdm_alone_look(s, step, watch);
    bool done;

    *note = zdm_strdup(look.note);
    /* First the question: "started" in the journal turns whatever is there into our own work. */
    if (alone->settled(s, step, &look, &done, err) < 0)
        return -1;
    if (!done) {
        if ((look.begun ? still_ours(s, err) : announce(s, step, alone, note, err)) < 0)
            return -1;
        ZDM_FAIL_HERE(ALONE_STARTED);
        if (alone->work(s, step, watch, err) < 0)
            return -1;
        ZDM_FAIL_HERE(ALONE_AFTER);
    }
    /* The author's SQL may have taken another role, which need not see the journal. */
    return zdm_conn_profile(s->conn, err);
}

int
zdm_alone_run(struct zdm_session *s, const struct zdm_step *step, const struct zdm_alone *alone,
    struct zdm_err *err)
{
    struct zdm_work_watch watch;
    zdm_work_begin(
        &watch, s, step, step->kind == ZDM_STEP_COMMAND ? ZDM_WORK_PROGRAM : ZDM_WORK_ALONE);
    char *note = NULL;
    int rc = announce_and_work(s, step, alone, &watch, &note, err);
    zdm_work_end(&watch);
    if (rc < 0) {
        free(note);
        if (s->again)
            return -1;
        bool lost = zdm_conn_lost(s->conn) ||
                    (err->code == ZDM_ERR_FAILED &&
                        zdm_retry_class(err->sqlstate, false) == ZDM_RETRY_RECONNECT);
        if (!lost) {
            zdm_conn_rollback(s->conn);
            return -1;
        }
        if (zdm_session_recover(s, err) < 0)
            return -1;
        s->again = true;
        return zdm_fail(err, ZDM_ERR_FAILED, "step \"%s\" starts over after a reconnect", step->id);
    }
    rc = journal(s, step, s->undoing ? "undone" : "done", alone->keeps_note ? note : NULL, err);
    free(note);
    return rc;
}
