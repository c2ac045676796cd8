#include "run/alone.h"

#include <string.h>

#include "base/failpoint.h"
#include "pg/retry.h"

static int
journal(struct zdm_session *s, const struct zdm_step *step, const char *state, struct zdm_err *err)
{
    return zdm_session_transact(
        s, step, NULL, NULL, &(struct zdm_transaction_options){.state = state}, err);
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
    struct zdm_err *err)
{
    const struct zdm_journal_row *row = zdm_journal_find(&s->rows, step->id, "");
    bool begun = zdm_state_same(row, step) && strcmp(row->state, "started") == 0;
    bool done;
    /* First the question: "started" in the journal turns whatever is there into our own work. */
    if (alone->settled(s, step, begun, &done, err) < 0)
        return -1;
    if (done)
        return 0;
    if ((begun ? still_ours(s, err) : journal(s, step, "started", err)) < 0)
        return -1;
    ZDM_FAIL_HERE(ALONE_STARTED);
    struct zdm_work_watch watch;
    zdm_work_begin(
        &watch, s, step, step->kind == ZDM_STEP_COMMAND ? ZDM_WORK_PROGRAM : ZDM_WORK_ALONE);
    int rc = alone->work(s, step, &watch, err);
    zdm_work_end(&watch);
    if (rc < 0)
        return -1;
    ZDM_FAIL_HERE(ALONE_AFTER);
    /* The author's SQL may have taken another role, which need not see the journal. */
    return zdm_conn_profile(s->conn, err);
}

int
zdm_alone_run(struct zdm_session *s, const struct zdm_step *step, const struct zdm_alone *alone,
    struct zdm_err *err)
{
    if (announce_and_work(s, step, alone, err) < 0) {
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
    return journal(s, step, "done", err);
}
