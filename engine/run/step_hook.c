#include "base/failpoint.h"
#include "run/alone.h"
#include "run/session.h"

struct hook_log {
    struct zdm_session *s;
    const struct zdm_step *step;
};

static void
log_line(void *self, const char *level, const char *message)
{
    const struct hook_log *log = self;
    zdm_session_say(log->s, ZDM_EVENT_NOTE, level, log->step, "%s", message);
}

static int
call(struct zdm_session *s, const struct zdm_step *step, zdm_func func, bool *answer,
    struct zdm_err *err)
{
    const struct zdm_host *host = &s->options->host;
    struct hook_log log = {.s = s, .step = step};
    struct zdm_hook_context context = {
        .plan = s->plan->name,
        .step = step->id,
        .epoch = s->epoch,
        .transaction = step->u.hook.transaction,
        .log = log_line,
        .log_self = &log,
    };
    if (host->call(host->self, func, s->conn, &context, answer, err) < 0)
        return err->file ? -1 : zdm_err_at(err, step->at);
    return 0;
}

static int
run_hook(struct zdm_session *s, const struct zdm_step *step, void *self, struct zdm_err *err)
{
    (void)self;
    if (call(s, step, step->u.hook.run, NULL, err) < 0)
        return -1;
    ZDM_FAIL_HERE(HOOK_INSIDE);
    return 0;
}

static int
hook_settled(struct zdm_session *s, const struct zdm_step *step, const struct zdm_alone_look *look,
    bool *done, struct zdm_err *err)
{
    (void)look;
    *done = false;
    if (!step->u.hook.probe)
        return 0;
    return call(s, step, step->u.hook.probe, done, err) < 0 ? -1 : zdm_conn_profile(s->conn, err);
}

static int
hook_work(struct zdm_session *s, const struct zdm_step *step, struct zdm_work_watch *watch,
    struct zdm_err *err)
{
    (void)watch;
    return run_hook(s, step, NULL, err);
}

int
zdm_step_hook_undo(struct zdm_session *s, const struct zdm_step *step, struct zdm_err *err)
{
    if (call(s, step, step->u.hook.undo, NULL, err) < 0)
        return -1;
    ZDM_FAIL_HERE(HOOK_INSIDE);
    return 0;
}

int
zdm_step_hook_run(struct zdm_session *s, size_t index, struct zdm_err *err)
{
    const struct zdm_step *step = &s->plan->steps[index];
    if (!step->u.hook.transaction)
        return zdm_alone_run(
            s, step, &(struct zdm_alone){.settled = hook_settled, .work = hook_work}, err);
    return zdm_session_transact(s, step, run_hook, NULL,
        &(struct zdm_transaction_options){.state = "done", .short_locks = true}, err);
}
