#include "batch/preview.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "batch/needs.h"

extern const struct zdm_embedded zdm_batch_sql[];

/* Of a value of varying length when neither the column nor what it is made of was analysed. */
#define STRIPES    8
#define SOME_WIDTH 32

const struct zdm_foreseen_column *
zdm_foreseen_find(const struct zdm_foreseen *foreseen, const char *name)
{
    for (size_t i = 0; i < foreseen->n_columns; i++)
        if (strcmp(foreseen->columns[i].name, name) == 0)
            return &foreseen->columns[i];
    return NULL;
}

const struct zdm_preview_column *
zdm_preview_find(const struct zdm_backfill_preview *preview, const char *name)
{
    for (size_t i = 0; i < preview->n_columns; i++)
        if (strcmp(preview->columns[i].name, name) == 0)
            return &preview->columns[i];
    return NULL;
}

int
zdm_preview_columns(struct zdm_conn *conn, const char *relation, struct zdm_preview_column **out,
    size_t *n, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/preview_columns.sql"), &r, err,
            relation) < 0)
        return -1;
    *n = (size_t)zdm_result_rows(r);
    *out = zdm_alloc((*n + 1) * sizeof **out);
    for (size_t i = 0; i < *n; i++) {
        int row = (int)i;
        (*out)[i] = (struct zdm_preview_column){
            .name = zdm_strdup(zdm_result_get(r, row, 0)),
            .quoted = zdm_strdup(zdm_result_get(r, row, 1)),
            .type = zdm_strdup(zdm_result_get(r, row, 2)),
            .bare = zdm_strdup(zdm_result_get(r, row, 3)),
            .limited = zdm_result_bool(r, row, 4),
            .not_null = zdm_result_bool(r, row, 5),
            .may_read = zdm_result_bool(r, row, 6),
            .length = zdm_result_i64(r, row, 7),
            .width = zdm_result_i64(r, row, 8),
        };
    }
    zdm_result_free(r);
    return 0;
}

void
zdm_preview_columns_free(struct zdm_preview_column *columns, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(columns[i].name);
        free(columns[i].quoted);
        free(columns[i].type);
        free(columns[i].bare);
    }
    free(columns);
}

/* The planner's estimate of the rows that a query returns; -1 when it cannot be planned, which is no
 * failure: the transaction goes on. */
static int
planned_rows(struct zdm_conn *conn, const char *relation, const char *where, double *rows,
    struct zdm_err *err)
{
    struct zdm_err why = ZDM_ERR_INIT;
    struct zdm_result *r = NULL;
    char *sql = zdm_strf("EXPLAIN (FORMAT JSON) SELECT 1 FROM %s%s%s%s", relation,
        where ? " WHERE (\n" : "", where ? where : "", where ? "\n)" : "");

    *rows = -1;
    int rc = zdm_conn_exec(conn, "SAVEPOINT zdm_plan", NULL, err);
    if (rc == 0 && zdm_conn_exec(conn, sql, &r, &why) == 0) {
        json_t *plan = json_loads(zdm_result_get(r, 0, 0), 0, NULL);
        const json_t *node = json_object_get(json_array_get(plan, 0), "Plan");
        *rows = json_number_value(json_object_get(node, "Plan Rows"));
        json_decref(plan);
    }
    if (rc == 0)
        rc = zdm_conn_exec(conn, "ROLLBACK TO SAVEPOINT zdm_plan", NULL, err);
    zdm_err_clear(&why);
    zdm_result_free(r);
    free(sql);
    return rc;
}

/* Bytes of a value of the column; of one that is there already, as it is now. */
static double
width_of(const struct zdm_backfill_preview *p, const struct zdm_foreseen_set *set)
{
    const struct zdm_preview_column *column = zdm_preview_find(p, set->column);
    double widest = -1;

    if (column && column->length > 0)
        return (double)column->length;
    for (size_t i = 0; i < set->n_sources; i++) {
        const struct zdm_preview_column *source = zdm_preview_find(p, set->sources[i]);
        if (source && (double)source->width > widest)
            widest = (double)source->width;
    }
    if (widest < 0 && column && column->width > 0)
        return (double)column->width;
    return widest < 0 ? SOME_WIDTH : widest;
}

int
zdm_preview_size(
    struct zdm_conn *conn, const char *relation, double *heap, double *indexes, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (ZDM_QUERY(
            conn, zdm_embedded_text(zdm_batch_sql, "sql/preview_table.sql"), &r, err, relation) < 0)
        return -1;
    *heap = (double)zdm_result_i64(r, 0, 0);
    *indexes = (double)zdm_result_i64(r, 0, 1);
    zdm_result_free(r);
    return 0;
}

static int
measure(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    const struct zdm_foreseen *foreseen, struct zdm_backfill_preview *p, struct zdm_err *err)
{
    struct zdm_predict_from *from = &p->from;
    struct zdm_result *r = NULL;
    double rows, matched;

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/preview_table.sql"), &r, err,
            p->target.relation) < 0)
        return -1;
    from->heap_bytes = (double)zdm_result_i64(r, 0, 0);
    from->index_bytes = (double)zdm_result_i64(r, 0, 1);
    from->n_indexes = (double)zdm_result_i64(r, 0, 2);
    from->fillfactor = (int)zdm_result_i64(r, 0, 3);
    p->tables = zdm_result_i64(r, 0, 4);
    from->full_pages = zdm_result_bool(r, 0, 5);
    from->block = (double)zdm_result_i64(r, 0, 6);
    zdm_result_free(r);

    if (planned_rows(conn, p->target.relation, NULL, &rows, err) < 0)
        return -1;
    /* The planner takes an empty table for one of ten pages. */
    from->rows = from->heap_bytes <= 0 ? 0 : rows >= 0 ? rows : (double)p->target.estimated_rows;
    if (from->rows < 0)
        from->rows = 0;
    p->rows = (int64_t)from->rows;
    from->matched = 1;
    p->matched_known = !spec->where;
    if (spec->where) {
        if (planned_rows(conn, p->target.relation, spec->where, &matched, err) < 0)
            return -1;
        p->matched_known = matched >= 0 && from->rows > 0;
        if (p->matched_known)
            from->matched = matched < from->rows ? matched / from->rows : 1;
    }
    for (size_t i = 0; zdm_backfill_updates(spec->action) && i < spec->n_set; i++) {
        const struct zdm_preview_column *now = zdm_preview_find(p, foreseen->set[i].column);
        double width = width_of(p, &foreseen->set[i]);
        from->written += width;
        from->added += now && now->width >= 0 ? width - (double)now->width : width;
    }
    return 0;
}

/* What indexes cost is asked of the table into which rows are copied. */
static int
measure_into(struct zdm_conn *conn, struct zdm_backfill_preview *p, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/preview_table.sql"), &r, err,
            p->target.into) < 0)
        return -1;
    /* It may have no rows yet by which to know how wide the entries are. */
    double heap = (double)zdm_result_i64(r, 0, 0);
    p->from.n_indexes = (double)zdm_result_i64(r, 0, 2);
    p->from.index_bytes = heap > 0 && zdm_result_i64(r, 0, 1) > 0
                              ? (double)zdm_result_i64(r, 0, 1) / heap * p->from.heap_bytes
                              : p->from.n_indexes * SOME_WIDTH * p->from.rows;
    zdm_result_free(r);
    return 0;
}

/* Is it only added by an earlier step? */
static bool
is_added(
    const struct zdm_backfill_preview *p, const struct zdm_foreseen *foreseen, const char *name)
{
    return !zdm_preview_find(p, name) && zdm_foreseen_find(foreseen, name);
}

/* The spec with those assignments alone whose columns exist; set and read are owned by the caller. */
static struct zdm_backfill_spec
existing(const struct zdm_backfill_spec *spec, const struct zdm_foreseen *foreseen,
    struct zdm_backfill_preview *p, struct zdm_assignment *set, const char **read)
{
    struct zdm_backfill_spec some = *spec;

    some.read = read;
    some.n_read = 0;
    for (size_t i = 0; i < spec->n_read; i++) /* of a map, each column is made of all of them */
        if (!is_added(p, foreseen, foreseen->set[0].sources[i]))
            read[some.n_read++] = spec->read[i];

    some.set = set;
    some.n_set = 0;
    p->added = zdm_alloc((spec->n_set + 1) * sizeof *p->added);
    for (size_t i = 0; i < spec->n_set; i++) {
        const char *name = foreseen->set[i].column;
        if (is_added(p, foreseen, name))
            p->added[p->n_added++] = zdm_strdup(spec->set[i].column);
        else
            set[some.n_set++] = spec->set[i];
    }
    return some;
}

static void
find_index(const struct zdm_backfill_spec *spec, const struct zdm_foreseen *foreseen,
    struct zdm_backfill_preview *p)
{
    p->not_hot = p->target.not_hot;
    for (size_t i = 0; !p->not_hot && i < spec->n_set; i++) {
        const struct zdm_foreseen_column *column =
            zdm_foreseen_find(foreseen, foreseen->set[i].column);
        p->not_hot = column ? column->index : NULL;
    }
}

/* Partitions that a run would fail at. With a key of the whole there is another way. */
static int
look_at_leaves(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    struct zdm_backfill_preview *p, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char root[24];
    bool keyed = p->target.n_keys > 0;

    p->by_leaf = p->target.partitioned && !p->target.only_named;
    if (!p->target.partitioned || keyed)
        return 0;
    if (!p->by_leaf)
        return zdm_backfill_target_walks(spec, &p->target, err);
    snprintf(root, sizeof root, "%u", p->target.oid);
    int rc = ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/leaves.sql"), &r, err, root);
    for (int i = 0; rc == 0 && i < zdm_result_rows(r); i++) {
        struct zdm_backfill_target leaf = {.estimated_rows = -1};
        bool found;
        rc = zdm_backfill_target_find_leaf(
            conn, spec, &p->target, zdm_result_get(r, i, 1), NULL, &found, &leaf, err);
        if (rc == 0 && found)
            zdm_backfill_target_release(&leaf);
    }
    zdm_result_free(r);
    return rc;
}

static int
read_columns(struct zdm_conn *conn, struct zdm_backfill_preview *p, struct zdm_err *err)
{
    return zdm_preview_columns(conn, p->target.relation, &p->columns, &p->n_columns, err);
}

static int
look(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    const struct zdm_foreseen *foreseen, struct zdm_backfill_preview *p, struct zdm_err *err)
{
    struct zdm_assignment *set = zdm_alloc((spec->n_set + 1) * sizeof *set);
    const char **read = zdm_alloc((spec->n_read + 1) * sizeof *read);
    struct zdm_backfill_spec some = *spec;
    int rc = -1;

    /* First for its name alone: which columns it has is to be known before. */
    if (zdm_backfill_updates(spec->action)) {
        some.n_set = some.n_read = 0;
        if (zdm_backfill_target_find(conn, &some, NULL, &p->target, err) < 0 ||
            read_columns(conn, p, err) < 0)
            goto out;
        zdm_backfill_target_release(&p->target);
        some = existing(spec, foreseen, p, set, read);
    }
    if (zdm_backfill_target_find(conn, &some, NULL, &p->target, err) < 0 ||
        look_at_leaves(conn, &some, p, err) < 0)
        goto out;
    if (!zdm_backfill_updates(spec->action) && read_columns(conn, p, err) < 0)
        goto out;
    /* Of a copy partition by partition each has a key of its own. */
    if (!spec->into_later && !(p->by_leaf && spec->action == ZDM_BACKFILL_COPY) &&
        zdm_needs_find(conn, &some, &p->target, &p->no_sweep, err) < 0)
        goto out;
    if (measure(conn, spec, foreseen, p, err) < 0 ||
        (p->target.into && measure_into(conn, p, err) < 0))
        goto out;
    if (spec->into_later) { /* its key is all that is sure */
        p->from.n_indexes = 1;
        p->from.index_bytes = SOME_WIDTH * p->from.rows;
    }
    if (zdm_backfill_updates(spec->action))
        find_index(spec, foreseen, p);
    rc = 0;
out:
    free(set);
    free(read);
    return rc;
}

void
zdm_backfill_preview_predict(struct zdm_backfill_preview *p)
{
    p->from.hot = true;
    zdm_predict(&p->from, &p->without);
    p->from.hot = !p->not_hot;
    zdm_predict(&p->from, &p->prediction);

    struct zdm_predict_from striped = p->from;
    struct zdm_prediction then;
    p->stripes_percent = -1;
    p->room = (struct zdm_room){.fillfactor = 0};
    if (p->from.hot && p->from.stripes <= 1 && p->target.stripe_by != ZDM_STRIPE_NONE) {
        striped.stripes = STRIPES;
        zdm_predict(&striped, &then);
        p->stripes_percent = then.hot_percent;
        zdm_room_advise(&striped, &then, &p->room);
    } else {
        zdm_room_advise(&p->from, &p->prediction, &p->room);
    }
}

int
zdm_backfill_preview(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    const struct zdm_foreseen *foreseen, double rows_per_s, struct zdm_backfill_preview *out,
    struct zdm_err *err)
{
    struct zdm_backfill_preview p = {.target = {.estimated_rows = -1}};
    struct zdm_err why = ZDM_ERR_INIT;

    if (foreseen->fresh) {
        *out = (struct zdm_backfill_preview){.later = true, .target = {.estimated_rows = -1}};
        return 0;
    }
    if (look(conn, spec, foreseen, &p, &why) < 0) {
        zdm_backfill_preview_release(&p);
        if (zdm_conn_lost(conn) || why.code == ZDM_ERR_INTERRUPTED) {
            zdm_err_move(err, &why);
            return -1;
        }
        zdm_err_move(&p.problem, &why);
        *out = p;
        return 0;
    }
    p.from.action = spec->action;
    p.from.stripes = p.target.stripe_by == ZDM_STRIPE_NONE && !p.not_hot ? 1 : spec->stripes;
    p.from.scattered = p.target.scattered;
    p.from.rows_per_s = rows_per_s;
    p.from.vacuum = spec->limits.vacuum;
    p.from.wal_rate = (double)spec->limits.wal_rate;
    zdm_backfill_preview_predict(&p);
    *out = p;
    return 0;
}

void
zdm_backfill_preview_release(struct zdm_backfill_preview *p)
{
    zdm_backfill_target_release(&p->target);
    zdm_err_clear(&p->problem);
    for (size_t i = 0; i < p->n_added; i++)
        free(p->added[i]);
    free(p->added);
    free(p->no_sweep);
    zdm_preview_columns_free(p->columns, p->n_columns);
    *p = (struct zdm_backfill_preview){.target = {.estimated_rows = -1}};
}
