/* The passes of a walk by pages: see pages.h. */
#include "batch/loop.h"

#include <stdlib.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "pg/retry.h"

extern const struct zdm_embedded zdm_batch_sql[];

/* Somebody may write a row right behind a pass that found none to do, and a trigger may add one once. */
#define VAIN_MOST 3

/* One row of a query on the worker's session. */
static int
ask(struct zdm_worker *w, const char *sql, struct zdm_result **r, struct zdm_err *err)
{
    while (zdm_conn_query(w->conn, sql, 0, NULL, r, err) < 0)
        if (zdm_worker_again(w, err) < 0)
            return -1;
    return 0;
}

void
zdm_pass_changed(struct zdm_worker *w, unsigned xid)
{
    w->pass.xids[w->pass.n++ % ZDM_PASS_XIDS] = xid;
}

/* Are rows that batches of this pass changed among those that need it? */
static int
taken_back(struct zdm_worker *w, bool *yes, struct zdm_err *err)
{
    size_t n = w->pass.n < ZDM_PASS_XIDS ? w->pass.n : ZDM_PASS_XIDS;
    struct zdm_buf xids = ZDM_BUF_INIT;
    struct zdm_result *r = NULL;
    int rc;

    *yes = false;
    if (n == 0)
        return 0;
    for (size_t i = 0; i < n; i++)
        zdm_buf_addf(&xids, "%s%u", i > 0 ? "," : "{", w->pass.xids[i]);
    zdm_buf_add(&xids, "}");
    while ((rc = ZDM_QUERY(w->conn, w->sql->sweep_ours, &r, err, xids.s)) < 0) {
        if (err->code == ZDM_ERR_FAILED && zdm_is_data_error(err->sqlstate)) {
            zdm_err_clear(err); /* the next pass tells which row it is */
            rc = 0;
            break;
        }
        if (zdm_worker_again(w, err) < 0)
            break;
    }
    *yes = rc == 0 && r && zdm_result_bool(r, 0, 0);
    zdm_result_free(r);
    zdm_buf_release(&xids);
    return rc;
}

/* There are rows to do at the end of a pass: would another one be in vain? */
static int
check_vain(struct zdm_worker *w, struct zdm_err *err)
{
    bool back;

    if (taken_back(w, &back, err) < 0)
        return -1;
    w->pass.vain = back || w->rows == w->pass.rows ? w->pass.vain + 1 : 0;
    if (w->pass.vain < VAIN_MOST)
        return 0;
    if (back) {
        zdm_fail(err, ZDM_ERR_FAILED, "a trigger takes the change of %s back", w->target->relation);
        zdm_err_detail(err,
            "at the end of %d passes where was true for rows that their own transactions wrote",
            VAIN_MOST);
    } else {
        zdm_fail(err, ZDM_ERR_FAILED, "%d passes over %s changed nothing", VAIN_MOST,
            w->target->relation);
        zdm_err_detail(err, "where is true for rows that stayed as they were, as if a trigger kept "
                            "the change away");
    }
    return zdm_err_hint(err,
        "look at the triggers of the table, or write where so that they make it false; then run "
        "plan \"%s\" again",
        w->job->spec->plan);
}

/* The cursor goes from the end of one pass, or from somewhere in it, to the start of the next. */
static int
move(struct zdm_worker *w, const char *pos, const char *bound, bool *moved, struct zdm_err *err)
{
    const struct zdm_backfill_spec *spec = w->job->spec;
    struct zdm_result *r = NULL;
    char *slice = zdm_strf("%lld", (long long)w->slice),
         *epoch = zdm_strf("%lld", (long long)w->job->epoch);
    int rc;

    while ((rc = ZDM_QUERY(w->conn, zdm_embedded_text(zdm_batch_sql, "sql/cursor_pass.sql"), &r,
                err, spec->plan, spec->step, slice, epoch, w->at.pos, pos, bound)) < 0)
        if (zdm_worker_again(w, err) < 0)
            break;
    if (rc == 0)
        *moved = zdm_result_rows(r) > 0;
    zdm_result_free(r);
    free(slice);
    free(epoch);
    return rc;
}

static int
begin(struct zdm_worker *w, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    struct zdm_page now = {.pass = 0}, pos, bound;
    char *pos_text = NULL, *bound_text = NULL;
    bool moved = false;
    int rc = -1;

    if (zdm_page_parse(w->at.pos ? w->at.pos : w->bound, &now, err) < 0)
        return -1;
    if (now.pass >= ZDM_PASSES_MOST) {
        zdm_fail(err, ZDM_ERR_FAILED, "after %d passes over %s there are still rows to do",
            ZDM_PASSES_MOST, w->target->relation);
        return zdm_err_hint(err, "they are written faster than they are done: have a sync trigger "
                                 "do it for new rows, or "
                                 "change the application first");
    }
    if (ask(w, w->sql->bound, &r, err) < 0)
        return -1;
    if (zdm_result_rows(r) == 0) { /* truncated meanwhile */
        pos = bound = (struct zdm_page){.pass = now.pass + 1, .file = 0, .page = 0};
    } else {
        char *text = NULL;
        if (zdm_position_of_row(r, 0, ZDM_PAGE_KEYS, &text, err) < 0 ||
            zdm_page_parse(text, &bound, err) < 0) {
            free(text);
            goto out;
        }
        free(text);
        bound.pass = now.pass + 1;
        pos = (struct zdm_page){.pass = bound.pass, .file = bound.file, .page = 0};
    }
    pos_text = zdm_page_text(&pos);
    bound_text = zdm_page_text(&bound);
    if (move(w, pos_text, bound_text, &moved, err) < 0)
        goto out;
    if (!moved) { /* an earlier try went through, or somebody else moved it */
        rc = zdm_worker_look(w, &moved, err);
        goto out;
    }
    free(w->bound);
    w->bound = zdm_strdup(bound_text);
    zdm_job_lock(w->job);
    /* Each pass goes through the whole table. Of partitions only what this run did is known apart. */
    w->job->passes++;
    int64_t again = w->job->by_leaf ? w->pass.keys : w->job->meter.walked;
    w->job->meter.walked -= again;
    w->job->meter.first -= again;
    if (w->job->single) {
        free(w->job->bound);
        w->job->bound = zdm_strdup(bound_text);
    }
    zdm_job_unlock(w->job);
    const struct zdm_spot start = {.pos = pos_text, .stripes = 1};
    zdm_worker_moved(w, &start, w->rows, w->batches, -1, 0);
    zdm_ranges_clear(&w->ranges);
    zdm_worker_unstuck(w);
    w->pass.n = 0;
    w->pass.keys = 0;
    w->pass.rows = w->rows;
    if (!w->job->by_leaf)
        zdm_job_stage(w->job, ZDM_STAGE_WALKING);
    rc = 0;
out:
    zdm_result_free(r);
    free(pos_text);
    free(bound_text);
    return rc;
}

int
zdm_pass_rewritten(struct zdm_worker *w, bool *again, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    struct zdm_page then, now = {.file = 0};
    char *text = NULL;
    int rc = -1;

    *again = false;
    if (!w->target->by_page)
        return 0;
    if (zdm_page_parse(w->bound, &then, err) < 0 || ask(w, w->sql->bound, &r, err) < 0)
        return -1;
    if (zdm_result_rows(r) > 0 && (zdm_position_of_row(r, 0, ZDM_PAGE_KEYS, &text, err) < 0 ||
                                      zdm_page_parse(text, &now, err) < 0))
        goto out;
    rc = 0;
    if (now.file == then.file)
        goto out;
    *again = true;
    zdm_job_note(w->job, "info", "note",
        "%s was rewritten (VACUUM FULL, CLUSTER, TRUNCATE): starting again from its first page",
        w->target->relation);
    rc = begin(w, err);
out:
    free(text);
    zdm_result_free(r);
    return rc;
}

static int
drop_stale(struct zdm_worker *w, struct zdm_err *err)
{
    int rc;

    pthread_mutex_lock(&w->job->set_aside);
    while ((rc = zdm_worker_drop_stale(w, err)) < 0)
        if (zdm_worker_again(w, err) < 0)
            break;
    w->job->recount = true;
    pthread_mutex_unlock(&w->job->set_aside);
    return rc;
}

int
zdm_pass_sweep(struct zdm_worker *w, bool *again, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    bool bad = false;

    *again = false;
    if (!w->target->by_page || !w->bound)
        return 0;
    if (!w->job->by_leaf) /* there others walk */
        zdm_job_stage(w->job, ZDM_STAGE_SWEEPING);
    /* Before the search, which finds what they stood for. */
    if (w->job->spec->max_quarantine > 0 && drop_stale(w, err) < 0)
        return -1;
    while (zdm_conn_query(w->conn, w->sql->sweep, 0, NULL, &r, err) < 0) {
        /* A row on which `where` fails, written behind us: the next pass tells which one it is. */
        if (err->code == ZDM_ERR_FAILED && zdm_is_data_error(err->sqlstate)) {
            zdm_err_clear(err);
            bad = true;
            break;
        }
        if (zdm_worker_again(w, err) < 0)
            return -1;
    }
    *again = bad || zdm_result_bool(r, 0, 0);
    zdm_result_free(r);
    if (!*again)
        return 0;
    return !bad && check_vain(w, err) < 0 ? -1 : begin(w, err);
}
