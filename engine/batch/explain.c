/* What the server makes of the batch statements, asked before the first one runs. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "batch/loop.h"
#include "batch/pages_sql.h"
#include "pg/retry.h"

#define EXPLAIN "EXPLAIN "
/* Pages of a table that may as well be read whole: 8 MB take a few milliseconds. */
#define SMALL_PAGES 1000

/* With n parameters that are NULL: names, types and rights. */
static int
explain(struct zdm_worker *w, const struct zdm_batch_text *batch, size_t n, struct zdm_err *err)
{
    const char **values = zdm_alloc((n + 1) * sizeof *values);
    char *sql = zdm_strf(EXPLAIN "%s", batch->text);
    int rc;

    while ((rc = zdm_conn_query(w->conn, sql, n, values, NULL, err)) < 0) {
        zdm_worker_blame(w, batch, (int)strlen(EXPLAIN), err);
        if (zdm_worker_again(w, err) < 0)
            break;
    }
    free(sql);
    free(values);
    return rc;
}

static int
check(struct zdm_worker *w, const struct zdm_batch_text *texts, size_t which, struct zdm_err *err)
{
    size_t n_keys = w->sql->n_keys;
    size_t n = ZDM_BATCH_PARAMETERS + n_keys + (which > 0 ? n_keys - (which - 1) : 0);

    return explain(w, &texts[which], n, err);
}

int
zdm_worker_check(struct zdm_worker *w, struct zdm_err *err)
{
    for (size_t i = 0; i <= w->sql->n_keys; i++)
        if ((w->sql->batches[i].text && check(w, w->sql->batches, i, err) < 0) ||
            (w->sql->striped && check(w, w->sql->striped, i, err) < 0))
            return -1;
    if (w->sql->named.text && explain(w, &w->sql->named, ZDM_BATCH_PARAMETERS + 2, err) < 0)
        return -1;
    if (w->sql->write.text)
        return explain(w, &w->sql->write,
            ZDM_BATCH_PARAMETERS + zdm_pages_row_keys(w->target) + w->target->n_set + 1, err);
    return 0;
}

/* EXPLAIN with n parameters that are NULL; *why_not when the server has an objection. */
static int
try_explain(struct zdm_worker *w, const char *text, size_t n, char **why_not, struct zdm_err *err)
{
    struct zdm_parameters p = {.n = 0};
    char *sql = zdm_strf(EXPLAIN "%s", text);
    int rc;

    while (p.n < n)
        zdm_parameters_add(&p, NULL);
    while ((rc = zdm_conn_query(w->conn, sql, p.n, p.values, NULL, err)) < 0) {
        if (err->code == ZDM_ERR_FAILED &&
            zdm_retry_class(err->sqlstate, zdm_conn_lost(w->conn)) == ZDM_RETRY_NEVER) {
            *why_not = zdm_strdup(err->message);
            zdm_err_clear(err);
            rc = 0;
            break;
        }
        if (zdm_worker_again(w, err) < 0)
            break;
    }
    free(sql);
    return rc;
}

int
zdm_worker_check_sweep(struct zdm_worker *w, char **why_not, struct zdm_err *err)
{
    const struct zdm_batch_sql *sql = w->sql;

    if (!sql->look.found)
        return 0;
    if (try_explain(w, sql->look.found[0], sql->n_keys, why_not, err) < 0)
        return -1;
    return *why_not ? 0
                    : try_explain(w, sql->repairs[0].text, ZDM_BATCH_PARAMETERS + sql->n_keys,
                          why_not, err);
}

static const char *
text_of(const json_t *node, const char *key)
{
    const char *text = json_string_value(json_object_get(node, key));

    return text ? text : "";
}

/* Is a table of the walk itself, not of a sub-select of the author's, read from end to end? */
static bool
scans(const json_t *node)
{
    size_t i;
    json_t *child;

    if (strcmp(text_of(node, "Node Type"), "Seq Scan") == 0)
        return true;
    json_array_foreach(json_object_get(node, "Plans"), i, child)
    {
        const char *place = text_of(child, "Parent Relationship");
        if ((strcmp(place, "Outer") == 0 || strcmp(place, "Inner") == 0 ||
                strcmp(place, "Member") == 0) &&
            scans(child))
            return true;
    }
    return false;
}

/* The node that changes rows: the CTE zdm_rows. */
static const json_t *
find_rows(const json_t *node, const char *cte)
{
    size_t i;
    json_t *child;
    const json_t *found;

    if (strcmp(text_of(node, "Subplan Name"), cte) == 0)
        return node;
    json_array_foreach(
        json_object_get(node, "Plans"), i, child) if ((found = find_rows(child, cte))) return found;
    return NULL;
}

static bool
plan_scans(const struct zdm_backfill_target *t, const char *text)
{
    char *cte = zdm_strf("CTE %s_rows", zdm_backfill_target_own(t));
    json_t *plan = json_loads(text ? text : "", 0, NULL);
    const json_t *rows = find_rows(json_object_get(json_array_get(plan, 0), "Plan"), cte);
    bool yes = rows && scans(rows);

    json_decref(plan);
    free(cte);
    return yes;
}

static int
refuse_scan(const struct zdm_backfill_target *t, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_FAILED, "each batch would read the whole of %s", t->relation);
    zdm_err_detail(err, "PostgreSQL plans a sequential scan for a range of %s, not index %s",
        t->key, t->index);
    return zdm_err_hint(err,
        "ANALYZE %s; see that enable_indexscan and enable_bitmapscan are not off for this role or "
        "database",
        t->relation);
}

int
zdm_worker_check_scan(
    struct zdm_worker *w, const char *start, const char *bound, struct zdm_err *err)
{
    struct zdm_ranges ranges = {.count = 0};
    struct zdm_request q = {.p.n = 0};
    struct zdm_result *r = NULL;
    const char *next;
    char *after = NULL, *upto = NULL, *sql = NULL;
    int rc = -1;

    if (w->target->pages < SMALL_PAGES || !bound)
        return 0;
    /* Two ranges ahead there are keys on both sides. */
    for (int i = 0; i < 2; i++) {
        const char *from = upto ? upto : start;
        while (zdm_ranges_next(
                   &ranges, w->conn, w->sql, w->controller.rows, from, bound, &next, err) < 0)
            if (zdm_worker_again(w, err) < 0)
                goto out;
        if (!next)
            break;
        free(after);
        after = upto;
        upto = zdm_strdup(next);
    }
    if (!after) {
        rc = 0;
        goto out;
    }
    const struct zdm_spot from = {.pos = after, .stripes = 1};
    const struct zdm_batch batch = {
        .epoch = w->job->epoch, .from = &from, .to = &from, .upto = upto};
    if (zdm_request_fill(&q, w->sql, w->job->spec, &batch, err) < 0)
        goto out;
    sql = zdm_strf("EXPLAIN (FORMAT JSON, COSTS OFF) %s", q.text->text);
    while (zdm_conn_query(w->conn, sql, q.p.n, q.p.values, &r, err) < 0)
        if (zdm_worker_again(w, err) < 0)
            goto out;
    rc = plan_scans(w->target, zdm_result_get(r, 0, 0)) ? refuse_scan(w->target, err) : 0;
out:
    zdm_result_free(r);
    zdm_request_release(&q);
    zdm_ranges_clear(&ranges);
    free(after);
    free(upto);
    free(sql);
    return rc;
}

void
zdm_worker_blame(
    struct zdm_worker *w, const struct zdm_batch_text *batch, int prefix, struct zdm_err *err)
{
    int set_index, position;

    if (!zdm_batch_sql_locate(w->sql, batch, err->position - prefix, &set_index, &position))
        return;
    if (set_index < 0)
        zdm_err_wrap(err, "where");
    else
        zdm_err_wrap(err, "%s %s", w->job->spec->action == ZDM_BACKFILL_COPY ? "columns" : "set",
            w->job->spec->set[set_index].column);
    w->fault = (struct zdm_backfill_fault){.set_index = set_index, .position = position};
}
