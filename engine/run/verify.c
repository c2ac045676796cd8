#include "run/verify.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "catalog/locked.h"
#include "run/state.h"
#include "run/verify_private.h"

extern const struct zdm_embedded zdm_run_sql[];

/* A step that was announced, and of which nobody knows what became of it. */
static int
look_at_started(struct zdm_verify *v, size_t i, struct zdm_err *err)
{
    const char *plan = v->plans[i].name;
    char *holder = NULL;
    char at[32];

    if (zdm_journal_holder(v->conn, plan, &holder, err) < 0)
        return -1;
    for (size_t k = 0; k < v->rows[i].count && !holder; k++) {
        const struct zdm_journal_row *row = &v->rows[i].items[k];
        if (row->item[0] || strcmp(row->state, "started") != 0 ||
            strcmp(row->kind, "backfill") == 0)
            continue;
        if (zdm_state_taken_back(row)) {
            zdm_verify_add(v, ZDM_VERIFY_JOURNAL, false, plan, row->step,
                "%s said at %s that it is not done: the next run does it", row->who,
                zdm_iso8601(row->at_ms, at));
            continue;
        }
        struct zdm_verify_item *item = zdm_verify_add(v, ZDM_VERIFY_JOURNAL, false, plan, row->step,
            "it was begun at %s by %s outside a transaction and not finished: what became of it is "
            "not known here",
            zdm_iso8601(row->at_ms, at), row->who);
        zdm_verify_hint(item, "zdm run %s settles it; a person who knows better: zdm resolve",
            zdm_verify_file(v, plan));
    }
    free(holder);
    return 0;
}

/* A backfill that the journal has as done, while a slice of it is open: rows were put back by hand. */
static int
look_at_cursors(struct zdm_verify *v, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (zdm_conn_exec(v->conn, zdm_embedded_text(zdm_run_sql, "sql/verify_cursors.sql"), &r, err) <
        0)
        return -1;
    for (int i = 0; i < zdm_result_rows(r); i++) {
        const char *plan = zdm_result_get(r, i, 0);
        struct zdm_verify_item *item =
            zdm_verify_add(v, ZDM_VERIFY_JOURNAL, true, plan, zdm_result_get(r, i, 1),
                "zdm.journal has the backfill as done, and zdm.cursor has %s of its slices open",
                zdm_result_get(r, i, 2));
        zdm_verify_hint(item, "somebody wrote to the schema zdm: restore it from a backup");
    }
    zdm_result_free(r);
    return 0;
}

static void
look_at_plan(struct zdm_verify *v, size_t i)
{
    const struct zdm_plan *plan = zdm_verify_plan(v, v->plans[i].name);
    struct zdm_err problem = ZDM_ERR_INIT;

    if (!plan || zdm_state_check(plan, &v->rows[i], &problem) == 0)
        return;
    struct zdm_verify_item *item =
        zdm_verify_add(v, ZDM_VERIFY_JOURNAL, true, plan->name, NULL, "%s%s%s", problem.message,
            problem.detail ? "\n" : "", problem.detail ? problem.detail : "");
    zdm_verify_hint(item, "%s", problem.hint);
    zdm_err_release(&problem);
}

static int
read_plans(struct zdm_verify *v, struct zdm_err *err)
{
    if (zdm_journal_plans(v->conn, &v->plans, &v->n_plans, err) < 0)
        return -1;
    v->rows = zdm_alloc((v->n_plans + 1) * sizeof *v->rows);
    v->asked = zdm_alloc((v->n_plans + 1) * sizeof *v->asked);
    for (size_t i = 0; i < v->n_plans; i++) {
        v->asked[i] = v->options->n_plans == 0 || zdm_verify_plan(v, v->plans[i].name);
        v->out->plans += v->asked[i];
        if (zdm_journal_read(v->conn, v->plans[i].name, &v->rows[i], err) < 0)
            return -1;
    }
    return 0;
}

static void
look_for_plans(struct zdm_verify *v)
{
    for (size_t i = 0; i < v->options->n_plans; i++) {
        const struct zdm_plan *plan = v->options->plans[i];
        size_t k = 0;
        while (k < v->n_plans && strcmp(v->plans[k].name, plan->name) != 0)
            k++;
        if (k == v->n_plans)
            zdm_verify_add(v, ZDM_VERIFY_JOURNAL, false, plan->name, NULL, "it was never run here");
    }
}

static int
verify_all(struct zdm_verify *v, struct zdm_err *err)
{
    if (zdm_journal_target(v->conn, v->out->target, err) < 0 || read_plans(v, err) < 0 ||
        zdm_verify_ledger(v, err) < 0)
        return -1;
    look_for_plans(v);
    for (size_t i = 0; i < v->n_plans; i++) {
        if (!v->asked[i])
            continue;
        look_at_plan(v, i);
        if (look_at_started(v, i, err) < 0)
            return -1;
    }
    if (look_at_cursors(v, err) < 0 || zdm_verify_catalog(v, err) < 0)
        return -1;
    return zdm_verify_schema(v, err);
}

static int
look_only(struct zdm_verify *v, struct zdm_err *err)
{
    bool exists = false;

    if (zdm_conn_exec(v->conn,
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL lock_timeout = '5s'", NULL,
            err) < 0 ||
        zdm_journal_exists(v->conn, &exists, err) < 0)
        return -1;
    return exists ? verify_all(v, err) : 0;
}

/* What is accepted is what was looked at: in one transaction, and no run writes its end meanwhile. The lock
 * comes before the transaction's snapshot. */
static int
verify_and_accept(struct zdm_verify *v, struct zdm_err *err)
{
    if (zdm_journal_install_for(v->conn, NULL, &v->out->published, err) < 0 ||
        zdm_conn_exec(v->conn,
            "BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL lock_timeout = '5s';"
            " LOCK TABLE zdm.snapshot IN SHARE ROW EXCLUSIVE MODE",
            NULL, err) < 0 ||
        verify_all(v, err) < 0 || zdm_verify_accept(v, err) < 0)
        return -1;
    return zdm_conn_commit(v->conn, err);
}

static void
release(struct zdm_verify *v)
{
    for (size_t i = 0; v->rows && i < v->n_plans; i++)
        zdm_journal_rows_release(&v->rows[i]);
    free(v->rows);
    free(v->asked);
    zdm_journal_plans_free(v->plans, v->n_plans);
}

int
zdm_verify(
    const struct zdm_verify_options *options, struct zdm_verification *out, struct zdm_err *err)
{
    struct zdm_verification found = {.where = NULL};
    struct zdm_verify v = {.options = options, .out = &found};
    bool accepts = options->accept_all || options->n_accept > 0;
    int rc;

    if (zdm_conn_open(options->conninfo, "zdm/verify", &v.conn, err) < 0)
        return -1;
    found.where = zdm_strdup(zdm_conn_where(v.conn));
    rc = accepts ? verify_and_accept(&v, err) : look_only(&v, err);
    zdm_conn_rollback(v.conn);
    if (rc < 0 && strcmp(err->sqlstate, "55P03") == 0)
        zdm_catalog_blame_locks(v.conn, err);
    if (rc == 0 && options->rows)
        rc = zdm_verify_rows(&v, err);
    zdm_conn_close(v.conn);
    release(&v);
    if (rc < 0)
        zdm_verification_release(&found);
    else
        *out = found;
    return rc;
}

void
zdm_verification_release(struct zdm_verification *verification)
{
    for (size_t i = 0; i < verification->count; i++) {
        struct zdm_verify_item *item = &verification->items[i];
        free(item->plan);
        free(item->step);
        free(item->change);
        free(item->kind);
        free(item->name);
        free(item->was);
        free(item->is);
        free(item->message);
        free(item->hint);
        free(item->state);
    }
    free(verification->items);
    free(verification->where);
    free(verification->published);
    free(verification->snapshot_plan);
    free(verification->snapshot_who);
    *verification = (struct zdm_verification){.where = NULL};
}
