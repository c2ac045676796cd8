#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "batch/sample_run.h"
#include "pg/retry.h"

#define CHUNK 1000
/* All queries of a backfill together; what is not tried by then is not. */
#define TIME_MOST_US 60000000
/* A table of that many pages at least is looked at in more places than a few. */
#define PAGES_LEAST 30

/* --- queries -------------------------------------------------------------------------------- */

static int
pick(struct zdm_sampler *s, struct zdm_err *err)
{
    const struct zdm_sample_request *r = s->shape.request;
    const struct zdm_backfill_target *t = &r->seen->target;
    double pages = r->seen->from.heap_bytes / r->seen->from.block;
    double percent = r->seen->rows > 0 ? 150.0 * (double)r->rows / (double)r->seen->rows : 100;
    struct zdm_result *rows = NULL;
    char share[32], most[32];

    if (pages > 0 && percent < 100 * PAGES_LEAST / pages)
        percent = 100 * PAGES_LEAST / pages;
    char *sql = zdm_sample_pick_sql(&s->shape);
    snprintf(most, sizeof most, "%lld", (long long)r->rows);
    int rc;
    do {
        if (percent > 100)
            percent = 100;
        zdm_result_free(rows);
        rows = NULL;
        snprintf(share, sizeof share, "%g", percent);
        rc = zdm_sampler_query(s, sql, 2, (const char *const[]){share, most}, &rows, err);
        percent *= 10; /* the estimate was wrong, or only few pages have rows */
    } while (rc == 0 && zdm_result_rows(rows) == 0 && percent <= 1000 && strcmp(share, "100") != 0);
    free(sql);
    if (rc < 0)
        return -1;
    size_t n = (size_t)zdm_result_rows(rows);
    s->rows = zdm_alloc((n + 1) * sizeof *s->rows);
    for (; s->n_rows < n; s->n_rows++) {
        int row = (int)s->n_rows;
        struct zdm_buf key = ZDM_BUF_INIT;
        for (size_t k = 0; k < t->n_keys; k++)
            zdm_buf_addf(&key, "%s%s = %s", k > 0 ? ", " : "", t->keys[k].name,
                zdm_result_get(rows, row, 3 + (int)k));
        if (t->n_keys == 0)
            zdm_buf_addf(&key, "ctid = %s%s%s", zdm_result_get(rows, row, 1),
                t->partitioned ? " of " : "", t->partitioned ? zdm_result_get(rows, row, 2) : "");
        s->rows[row] = (struct zdm_sample_row){
            .table = zdm_strdup(zdm_result_get(rows, row, 0)),
            .place = zdm_strdup(zdm_result_get(rows, row, 1)),
            .key = zdm_buf_take(&key),
        };
    }
    zdm_result_free(rows);
    return 0;
}

/* --- rows ----------------------------------------------------------------------------------- */

/* What is to be said of rows that can be evaluated. */
static void
look_at_set(struct zdm_sampler *s, const struct zdm_result *r, size_t from, size_t to)
{
    const struct zdm_sample_request *q = s->shape.request;

    for (int row = 0; row < zdm_result_rows(r); row++) {
        int at = ZDM_SAMPLE_ROW;
        for (size_t i = 0; i < q->spec->n_set; i++, at += ZDM_SET_COLUMNS) {
            const struct zdm_sample_column *c = &s->shape.columns[i];
            bool null = zdm_result_bool(r, row, at + ZDM_SET_NULL);
            struct zdm_sample_found found = {.column = c->quoted};
            s->written += (double)zdm_result_i64(r, row, at + ZDM_SET_SIZE);
            if (null && c->not_null) {
                found.kind = ZDM_SAMPLE_NULL;
                found.sqlstate = "23502";
            } else if (zdm_result_bool(r, row, at + ZDM_SET_LONG)) {
                zdm_sampler_too_long(s, c, zdm_sampler_key(s, r, row, from, to));
                continue;
            } else if (null && zdm_result_bool(r, row, at + ZDM_SET_FULL)) {
                found.kind = ZDM_SAMPLE_LOSES;
            } else {
                continue;
            }
            zdm_sampler_found(s, &found, zdm_sampler_key(s, r, row, from, to));
        }
        for (size_t i = 0; i < s->shape.n_checks; i++)
            if (zdm_result_bool(r, row, at + (int)i))
                zdm_sampler_found(s,
                    &(struct zdm_sample_found){.kind = ZDM_SAMPLE_CHECK,
                        .constraint = q->foreseen->checks[s->shape.checks[i]].name,
                        .sqlstate = "23514"},
                    zdm_sampler_key(s, r, row, from, to));
        if (s->shape.stays && zdm_result_bool(r, row, at + (int)s->shape.n_checks))
            zdm_sampler_found(s,
                &(struct zdm_sample_found){.kind = ZDM_SAMPLE_STAYS, .column = "where"},
                zdm_sampler_key(s, r, row, from, to));
    }
}

static void
look_at_sync(struct zdm_sampler *s, const struct zdm_result *r, size_t from, size_t to)
{
    for (int row = 0; row < zdm_result_rows(r); row++)
        if (zdm_result_bool(r, row, ZDM_SAMPLE_ROW))
            zdm_sampler_found(s,
                &(struct zdm_sample_found){.kind = ZDM_SAMPLE_ROUND_TRIP, .column = s->sync_name},
                zdm_sampler_key(s, r, row, from, to));
}

/* Which expression is it, in the one row? That error takes the place of *err. */
static int
blame(struct zdm_sampler *s, size_t row, const char **column, struct zdm_err *err)
{
    const struct zdm_backfill_spec *spec = s->shape.request->spec;
    /* Of a map it is where: what its function does is no query. */
    int n = spec->action == ZDM_BACKFILL_MAP ? ZDM_ALL_SET : (int)spec->n_set;

    *column = s->sync_name;
    if (s->sync_name)
        return 0;
    *column = "CHECK";
    for (int i = ZDM_NONE_SET; i < n; i++) {
        struct zdm_err why = ZDM_ERR_INIT;
        if (i == ZDM_ALL_SET)
            continue;
        char *sql = zdm_sample_set_sql(&s->shape, i);
        int rc = zdm_sampler_rows(s, sql, row, row + 1, NULL, &why);
        free(sql);
        if (rc == 0)
            continue;
        *column = i < 0 ? "where" : s->shape.columns[i].quoted;
        bool data = zdm_is_data_error(why.sqlstate);
        zdm_err_move(err, &why);
        return data ? 0 : -1;
    }
    return 0;
}

static int
evaluate(struct zdm_sampler *s, const char *sql, size_t from, size_t to, struct zdm_err *err)
{
    struct zdm_err why = ZDM_ERR_INIT;
    struct zdm_result *r = NULL;
    int64_t start = zdm_monotonic_us();

    if (zdm_sampler_spent(s))
        return 0;
    if (zdm_sampler_rows(s, sql, from, to, &r, &why) == 0) {
        int rc = 0;
        if (s->sync_name) {
            look_at_sync(s, r, from, to);
        } else {
            s->spent_us += zdm_monotonic_us() - start;
            s->out->rows += (int64_t)(to - from);
            s->out->matched += zdm_result_rows(r);
            if (s->shape.request->mapper)
                rc = zdm_sample_map(s, r, from, to, err);
            else
                look_at_set(s, r, from, to);
        }
        zdm_result_free(r);
        return rc;
    }
    if (!zdm_is_data_error(why.sqlstate)) {
        zdm_err_move(err, &why);
        return -1;
    }
    if (to - from > 1) {
        size_t middle = from + (to - from) / 2;
        zdm_err_clear(&why);
        return evaluate(s, sql, from, middle, err) < 0 || evaluate(s, sql, middle, to, err) < 0 ? -1
                                                                                                : 0;
    }
    const char *column;
    if (blame(s, from, &column, &why) < 0) {
        zdm_err_move(err, &why);
        return -1;
    }
    zdm_sampler_fails(s, column, &why, s->rows[from].key);
    zdm_err_clear(&why);
    if (!s->sync_name) {
        s->out->rows++;
        s->out->matched += strcmp(column, "where") != 0;
    }
    return 0;
}

static int
evaluate_all(struct zdm_sampler *s, const char *sql, struct zdm_err *err)
{
    s->failed = 0;
    for (size_t i = 0; i < s->n_rows; i += CHUNK)
        if (evaluate(s, sql, i, i + CHUNK < s->n_rows ? i + CHUNK : s->n_rows, err) < 0)
            return -1;
    return 0;
}

bool
zdm_sample_loses_columns(const struct zdm_sample_request *r)
{
    bool gone = false, fresh = false;

    for (size_t i = 0; r->foreseen->known && i < r->seen->n_columns; i++)
        gone |= !zdm_foreseen_find(r->foreseen, r->seen->columns[i].name);
    for (size_t i = 0; i < r->foreseen->n_columns; i++)
        fresh |= !zdm_preview_find(r->seen, r->foreseen->columns[i].name);
    return gone && fresh;
}

static int
try_syncs(struct zdm_sampler *s, struct zdm_err *err)
{
    const struct zdm_sample_request *q = s->shape.request;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < q->n_syncs; i++) {
        char *sql = zdm_sample_sync_sql(&s->shape, &q->syncs[i]);
        if (!sql)
            continue;
        s->sync_name = zdm_strf("%s <-> %s", q->syncs[i].from, q->syncs[i].to);
        rc = evaluate_all(s, sql, err);
        free(s->sync_name);
        s->sync_name = NULL;
        free(sql);
    }
    return rc;
}

static int
sample(struct zdm_sampler *s, struct zdm_err *err)
{
    const struct zdm_sample_request *q = s->shape.request;
    bool sound = true;

    if (zdm_sample_loses_columns(q))
        return zdm_fail(err, ZDM_ERR_FAILED,
            "an earlier step drops or renames columns of %s, which has the old ones yet",
            q->seen->target.relation);
    /* A row is fetched by its place, whatever the planner thinks of a thousand of them. */
    if (zdm_sample_explain(s, err) < 0 ||
        zdm_conn_exec(s->conn, "SET LOCAL enable_seqscan = off; SAVEPOINT zdm_sample", NULL, err) <
            0 ||
        zdm_sample_make_shape(s, err) < 0 || pick(s, err) < 0)
        return -1;
    if (s->n_rows == 0)
        return 0;
    for (size_t i = 0; !q->mapper && i < q->spec->n_set; i++)
        if (zdm_sample_check_type(s, i, &sound, err) < 0)
            return -1;
    if (!sound)
        return 0;
    char *sql =
        q->mapper ? zdm_sample_map_sql(&s->shape) : zdm_sample_set_sql(&s->shape, ZDM_ALL_SET);
    int rc = evaluate_all(s, sql, err);
    free(sql);
    return rc < 0 ? -1 : try_syncs(s, err);
}

int
zdm_backfill_sample(struct zdm_conn *conn, const struct zdm_sample_request *asked,
    struct zdm_backfill_sample *out, struct zdm_err *err)
{
    struct zdm_backfill_spec spec = *asked->spec;
    struct zdm_sample_request request = *asked;
    struct zdm_backfill_sample result = {
        .written = -1, .where_alone = spec.action == ZDM_BACKFILL_MAP && !asked->mapper};
    request.spec = &spec;
    if (spec.action == ZDM_BACKFILL_MAP)
        request.n_syncs = 0;
    if (result.where_alone)
        spec.n_set = 0;
    struct zdm_sampler s = {
        .conn = conn,
        .shape = {.request = &request},
        .out = &result,
        .until_us = zdm_monotonic_us() + TIME_MOST_US,
    };
    struct zdm_err why = ZDM_ERR_INIT;
    int rc = sample(&s, &why);

    if (rc < 0 && (zdm_conn_lost(conn) || why.code == ZDM_ERR_INTERRUPTED)) {
        zdm_err_move(err, &why);
        zdm_backfill_sample_release(&result);
    } else {
        zdm_err_move(&result.unable, &why);
        rc = 0;
        if (result.matched > 0) {
            result.us_a_row = (double)s.spent_us / (double)result.matched;
            if (spec.n_set > 0)
                result.written = s.written / (double)result.matched;
        }
        *out = result;
    }
    for (size_t i = 0; i < s.n_rows; i++) {
        free(s.rows[i].table);
        free(s.rows[i].place);
        free(s.rows[i].key);
    }
    free(s.rows);
    zdm_sample_release_shape(&s.shape);
    return rc;
}

void
zdm_backfill_sample_refine(
    const struct zdm_backfill_sample *sample, struct zdm_backfill_preview *preview)
{
    struct zdm_predict_from *from = &preview->from;

    if (sample->rows == 0)
        return;
    from->matched = (double)sample->matched / (double)sample->rows;
    preview->matched_known = true;
    if (sample->written >= 0) {
        from->added += sample->written - from->written;
        from->written = sample->written;
    }
    if (from->rows_per_s <= 0 && !sample->where_alone)
        from->rows_per_s = 1 / (1.0 / zdm_predict_pace(from) + sample->us_a_row / 1e6);
    zdm_backfill_preview_predict(preview);
}
