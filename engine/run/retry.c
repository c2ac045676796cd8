#include "run/retry.h"

#include <string.h>

#include "batch/quarantine.h"
#include "run/session.h"

static int
check_step(const struct zdm_plan *plan, const char *id, struct zdm_err *err)
{
    const struct zdm_step *step = id ? zdm_plan_step(plan, id) : NULL;
    if (!id || (step && step->kind == ZDM_STEP_BACKFILL))
        return 0;
    zdm_fail(err, ZDM_ERR_USAGE, "plan \"%s\" has no backfill \"%s\"", plan->name, id);
    return zdm_err_hint(err, "zdm plan %s lists its steps", plan->file);
}

static int
retry_step(struct zdm_session *s, const struct zdm_step *step, const char *key,
    struct zdm_retried *out, struct zdm_err *err)
{
    int rc = zdm_step_backfill_retry(s, step, key, out, err);
    if (out->done + out->unneeded + out->failed > 0)
        zdm_session_say(s, ZDM_EVENT_NOTE, out->failed > 0 ? "warning" : "info", step,
            "quarantine: %lld changed, %lld needed nothing any more, %lld failed again",
            (long long)out->done, (long long)out->unneeded, (long long)out->failed);
    return rc;
}

/* Rows that cannot be found any more are in the way of no others: the first such error is told in the end. */
static int
retry(struct zdm_session *s, const struct zdm_retry_options *options, struct zdm_retried *out,
    struct zdm_err *err)
{
    struct zdm_err first = ZDM_ERR_INIT;
    int rc = 0;

    for (size_t i = 0; i < s->plan->n_steps && rc == 0; i++) {
        const struct zdm_step *step = &s->plan->steps[i];
        if (step->kind != ZDM_STEP_BACKFILL ||
            (options->step && strcmp(options->step, step->id) != 0))
            continue;
        rc = retry_step(s, step, options->key, &out[i], err);
        if (rc == 0 || err->code != ZDM_ERR_MISMATCH)
            continue;
        if (first.code == ZDM_OK)
            zdm_err_move(&first, err);
        zdm_err_clear(err);
        rc = 0;
    }
    if (rc == 0 && first.code != ZDM_OK) {
        zdm_err_move(err, &first);
        return -1;
    }
    zdm_err_release(&first);
    return rc;
}

static int
open_ledger(struct zdm_session *s, struct zdm_err *err)
{
    const struct zdm_plan *plan = s->plan;
    return zdm_ledger_plan_put(s->ledger, s->target, zdm_conn_where(s->conn), plan->name,
        plan->file, plan->fingerprint, plan->canonical, &s->ledger_plan, err);
}

static int
no_such_key(const struct zdm_retry_options *options, const struct zdm_plan *plan,
    const struct zdm_retried *out, struct zdm_err *err)
{
    int64_t tried = 0;
    for (size_t i = 0; i < plan->n_steps; i++)
        tried += out[i].done + out[i].unneeded + out[i].failed;
    if (!options->key || tried > 0)
        return 0;
    zdm_fail(err, ZDM_ERR_USAGE, "no row with the key %s is in quarantine", options->key);
    return zdm_err_hint(
        err, "zdm quarantine list %s shows the keys as they are written", plan->file);
}

static int
count(struct zdm_session *s, int64_t *left, struct zdm_err *err)
{
    while (zdm_quarantine_count(s->conn, s->plan->name, NULL, left, err) < 0)
        if (zdm_session_again(s, err) < 0)
            return -1;
    return 0;
}

int
zdm_retry(const struct zdm_plan *plan, const struct zdm_plan_report *report,
    const struct zdm_retry_options *options, struct zdm_retried *out, int64_t *left,
    struct zdm_err *err)
{
    const struct zdm_run_options as_run = {
        .conninfo = options->conninfo,
        .ledger_path = options->ledger_path,
        .who = options->who,
        .host = options->host,
        .observer = options->observer,
    };
    struct zdm_session s = {.plan = plan, .report = report, .options = &as_run};
    int rc = -1;
    if (check_step(plan, options->step, err) < 0 ||
        zdm_ledger_open(options->ledger_path, ZDM_LEDGER_WRITE, &s.ledger, err) < 0)
        return -1;
    if (zdm_session_open(&s, true, err) == 0 && open_ledger(&s, err) == 0 &&
        retry(&s, options, out, err) == 0 && no_such_key(options, plan, out, err) == 0 &&
        count(&s, left, err) == 0)
        rc = zdm_session_healthy(&s, err);
    zdm_err_release(&s.ledger_err);
    zdm_err_release(&s.loss);
    zdm_journal_rows_release(&s.rows);
    zdm_conn_close(s.conn);
    zdm_ledger_close(s.ledger);
    return rc;
}
