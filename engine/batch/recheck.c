#include "batch/recheck.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "base/signals.h"
#include "batch/needs.h"
#include "batch/order.h"

extern const struct zdm_embedded zdm_batch_sql[];

/* 8 MB: some tens of milliseconds each. */
enum { PAGES = 1024, TIMEOUT_MS = 60 * 1000 };

/* $1 and $2 are the pages: rows, those that need the backfill, and the keys of five of them. */
static char *
question(const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    size_t where;

    zdm_buf_add(&b, "SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE s.wrong),\n"
                    "  pg_catalog.array_to_string("
                    "(pg_catalog.array_agg(s.key) FILTER (WHERE s.wrong))[1:5], ', ')\n"
                    "FROM (SELECT ROW(");
    zdm_order_add_columns(&b, t, NULL, true);
    zdm_buf_add(&b, ")::pg_catalog.text AS key, ");
    zdm_needs_add(&b, spec, t, &where);
    zdm_buf_add(&b, " AS wrong FROM ");
    zdm_order_add_table(&b, t);
    zdm_buf_addf(&b,
        " WHERE %s.ctid OPERATOR(pg_catalog.>=) $1::pg_catalog.tid"
        " AND %s.ctid OPERATOR(pg_catalog.<) $2::pg_catalog.tid) AS s",
        zdm_backfill_target_row(t), zdm_backfill_target_row(t));
    return zdm_buf_take(&b);
}

static int
pages_of(
    struct zdm_conn *conn, const struct zdm_backfill_target *t, int64_t *pages, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *oid = zdm_strf("%u", t->oid);
    int rc = ZDM_QUERY(conn,
        "SELECT pg_catalog.pg_relation_size($1::pg_catalog.oid) OPERATOR(pg_catalog./)"
        " pg_catalog.current_setting('block_size')::pg_catalog.int8",
        &r, err, oid);

    free(oid);
    if (rc == 0)
        *pages = zdm_result_i64(r, 0, 0);
    zdm_result_free(r);
    return rc;
}

/* One table, or one partition. */
static int
read_table(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    struct zdm_backfill_target *t, struct zdm_recheck *out, struct zdm_err *err)
{
    int64_t pages = 0;

    if (t->by_page) {
        out->why_not = zdm_strf("%s has no key", t->relation);
        return 0;
    }
    if (zdm_needs_find(conn, spec, t, &out->why_not, err) < 0)
        return -1;
    if (!t->needs.known && !out->why_not)
        out->why_not = zdm_strdup("a function of the plan makes its values");
    if (out->why_not)
        return 0;
    if (pages_of(conn, t, &pages, err) < 0)
        return -1;
    char *sql = question(spec, t);
    int rc = 0;
    for (int64_t at = 0; rc == 0 && at < pages; at += PAGES) {
        char *from = zdm_strf("(%" PRId64 ",0)", at), *to = zdm_strf("(%" PRId64 ",0)", at + PAGES);
        const char *values[] = {from, to};
        struct zdm_result *r = NULL;
        rc = zdm_stop_requested()
                 ? zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted")
                 : zdm_conn_query_within(conn, TIMEOUT_MS,
                       &(struct zdm_statement_text){.sql = sql, .n = 2, .values = values}, &r, err);
        if (rc == 0) {
            out->rows += zdm_result_i64(r, 0, 0);
            out->wrong += zdm_result_i64(r, 0, 1);
            if (!out->examples && zdm_result_i64(r, 0, 1) > 0)
                out->examples = zdm_strdup(zdm_result_get(r, 0, 2));
        }
        zdm_result_free(r);
        free(from);
        free(to);
    }
    free(sql);
    return rc;
}

static int
read_leaves(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    const struct zdm_backfill_target *table, struct zdm_recheck *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *oid = zdm_strf("%u", table->oid);
    int rc = ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/leaves.sql"), &r, err, oid);

    free(oid);
    for (int i = 0; rc == 0 && !out->why_not && i < zdm_result_rows(r); i++) {
        struct zdm_backfill_target leaf;
        bool found;
        rc = zdm_backfill_target_find_leaf(
            conn, spec, table, zdm_result_get(r, i, 1), NULL, &found, &leaf, err);
        if (rc < 0 || !found)
            continue;
        rc = read_table(conn, spec, &leaf, out, err);
        zdm_backfill_target_release(&leaf);
    }
    zdm_result_free(r);
    return rc;
}

int
zdm_recheck(struct zdm_conn *conn, const struct zdm_backfill_spec *spec, struct zdm_recheck *out,
    struct zdm_err *err)
{
    struct zdm_recheck found = {.relation = NULL};
    struct zdm_backfill_target table;
    int rc = zdm_backfill_target_find(conn, spec, NULL, &table, err);

    if (rc == 0) {
        found.relation = zdm_strdup(table.relation);
        rc = table.partitioned ? read_leaves(conn, spec, &table, &found, err)
                               : read_table(conn, spec, &table, &found, err);
        zdm_backfill_target_release(&table);
    }
    /* No right, no such table any more, a row that the expression fails for: that is an answer, too. */
    if (rc < 0 && err->code == ZDM_ERR_FAILED && !zdm_conn_lost(conn)) {
        free(found.why_not);
        found.why_not = zdm_strdup(err->message);
        zdm_err_clear(err);
        rc = 0;
    }
    if (rc < 0)
        zdm_recheck_release(&found);
    else
        *out = found;
    return rc;
}

void
zdm_recheck_release(struct zdm_recheck *recheck)
{
    free(recheck->relation);
    free(recheck->why_not);
    free(recheck->examples);
    *recheck = (struct zdm_recheck){.relation = NULL};
}
