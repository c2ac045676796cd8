/* Which index leads a batch of a backfill that has not begun. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "batch/order.h"
#include "batch/range.h"
#include "batch/sample_run.h"

#define ROWS 500
/* As of the run itself: a smaller table may as well be read whole. */
#define SMALL_BYTES (1000.0 * 8192)

static const char *
text_of(const json_t *node, const char *key)
{
    const char *text = json_string_value(json_object_get(node, key));

    return text ? text : "";
}

/* The first index of the plan; *scans when a table is read from end to end. */
static const char *
find_index(const json_t *node, bool *scans)
{
    const char *index = json_string_value(json_object_get(node, "Index Name"));
    size_t i;
    json_t *child;

    *scans |= strcmp(text_of(node, "Node Type"), "Seq Scan") == 0;
    json_array_foreach(json_object_get(node, "Plans"), i, child)
    {
        const char *below = find_index(child, scans);
        index = index ? index : below;
    }
    return index;
}

static void
read_plan(struct zdm_sampler *s, const char *text)
{
    const struct zdm_backfill_preview *seen = s->shape.request->seen;
    json_t *plan = json_loads(text ? text : "", 0, NULL);
    bool scans = false;

    s->out->index =
        zdm_strdup(find_index(json_object_get(json_array_get(plan, 0), "Plan"), &scans));
    s->out->scans = scans && seen->tables == 1 && seen->from.heap_bytes >= SMALL_BYTES;
    json_decref(plan);
}

/* The rows of a range, behind 500 rows that the index begins with. */
static int
explain_range(
    struct zdm_sampler *s, const struct zdm_batch_sql *sql, const char *bound, struct zdm_err *err)
{
    const struct zdm_backfill_target *t = &s->shape.request->seen->target;
    struct zdm_ranges ranges = {.count = 0};
    struct zdm_position after = {.n = 0}, upto = {.n = 0};
    struct zdm_parameters p = {.n = 0};
    struct zdm_buf b = ZDM_BUF_INIT;
    struct zdm_result *r = NULL;
    const char *next;
    char *first = NULL;
    int rc = -1;

    if (zdm_ranges_next(&ranges, s->conn, sql, ROWS, NULL, bound, &next, err) < 0)
        goto out;
    first = zdm_strdup(next);
    if (!first || zdm_ranges_next(&ranges, s->conn, sql, ROWS, first, bound, &next, err) < 0)
        goto out;
    rc = 0;
    if (!next) /* one batch does it all */
        goto out;
    rc = -1;
    if (zdm_position_split(first, sql->n_keys, &after, err) < 0 ||
        zdm_position_split(next, sql->n_keys, &upto, err) < 0)
        goto out;
    zdm_buf_addf(&b, "EXPLAIN (FORMAT JSON, COSTS OFF) SELECT 1 FROM %s WHERE ", t->relation);
    zdm_order_add_next(&b, t, 1 + (int)t->n_keys, 1, 0);
    zdm_parameters_add_position(&p, &upto, 0);
    zdm_parameters_add_position(&p, &after, 0);
    rc = zdm_conn_query(s->conn, b.s, p.n, p.values, &r, err);
    if (rc == 0)
        read_plan(s, zdm_result_get(r, 0, 0));
out:
    zdm_result_free(r);
    zdm_buf_release(&b);
    zdm_position_release(&after);
    zdm_position_release(&upto);
    zdm_ranges_clear(&ranges);
    free(first);
    return rc;
}

int
zdm_sample_explain(struct zdm_sampler *s, struct zdm_err *err)
{
    const struct zdm_backfill_target *t = &s->shape.request->seen->target;
    struct zdm_backfill_spec spec = *s->shape.request->spec;
    struct zdm_batch_sql sql;
    struct zdm_result *r = NULL;
    char *bound = NULL;
    int rc;

    if (t->n_keys == 0)
        return 0;
    spec.n_set = 0; /* the range alone: columns may not be there yet */
    spec.action = ZDM_BACKFILL_DELETE;
    zdm_batch_sql_build(&spec, t, &sql);
    rc = zdm_conn_query(s->conn, sql.bound, 0, NULL, &r, err);
    if (rc == 0 && zdm_result_rows(r) > 0) {
        rc = zdm_position_of_row(r, 0, sql.n_keys, &bound, err);
        if (rc == 0)
            rc = explain_range(s, &sql, bound, err);
    }
    zdm_result_free(r);
    zdm_batch_sql_release(&sql);
    free(bound);
    return rc;
}
