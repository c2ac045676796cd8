/* The SQL that looks ahead of the batches: where the table ends, how much lies ahead, where batches end. */
#include "batch/statement_parts.h"

#include <stdlib.h>

#include "base/mem.h"
#include "batch/order.h"

static char *
build_bound(const struct zdm_backfill_target *t)
{
    struct zdm_buf b = ZDM_BUF_INIT;

    /* Not max(): uuid and bytea have none before PostgreSQL 18. */
    zdm_buf_add(&b, "SELECT ");
    zdm_order_add_columns(&b, t, NULL, true);
    zdm_buf_add(&b, " FROM ");
    zdm_order_add_table(&b, t);
    zdm_buf_add(&b, " ORDER BY ");
    zdm_order_add_by(&b, t, true);
    zdm_buf_add(&b, " LIMIT 1");
    return zdm_buf_take(&b);
}

/* Every count/n-th key of a sample of the pages. */
static char *
build_cut(const struct zdm_backfill_target *t)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    int bound = 3;

    zdm_buf_add(&b, "WITH zdm_sample AS (\n  SELECT ");
    zdm_order_add_columns(&b, t, "k", false);
    zdm_buf_add(&b, ",\n    pg_catalog.row_number() OVER (ORDER BY ");
    zdm_order_add_by(&b, t, false);
    zdm_buf_add(&b, ") AS n, pg_catalog.count(*) OVER () AS total\n  FROM ");
    zdm_order_add_table(&b, t);
    zdm_buf_add(&b, " TABLESAMPLE SYSTEM ($1::pg_catalog.float4) WHERE ");
    zdm_order_add_first(&b, t, bound);
    zdm_buf_add(&b, ")\nSELECT ");
    for (size_t i = 0; i < t->n_keys; i++)
        zdm_buf_addf(&b, "%ss.k%zu::pg_catalog.text", i > 0 ? ", " : "", i + 1);
    zdm_buf_add(&b,
        " FROM zdm_sample AS s WHERE s.n OPERATOR(pg_catalog.<) s.total\n"
        "AND (s.n OPERATOR(pg_catalog.*) $2::pg_catalog.int8)\n"
        "  OPERATOR(pg_catalog./) s.total OPERATOR(pg_catalog.>)\n"
        "  (((s.n OPERATOR(pg_catalog.-) 1) OPERATOR(pg_catalog.*) $2::pg_catalog.int8)\n"
        "  OPERATOR(pg_catalog./) s.total)\n"
        "ORDER BY s.n");
    return zdm_buf_take(&b);
}

/* pass, relfilenode, pages: the file first, so that a rewrite between the two is noticed. */
static char *
build_pages(const struct zdm_backfill_target *t)
{
    return zdm_strf("SELECT '1', s.file::pg_catalog.text, s.pages::pg_catalog.text FROM (SELECT\n"
                    "  pg_catalog.pg_relation_filenode(%u::pg_catalog.oid) AS file,\n"
                    "  pg_catalog.pg_relation_size(%u::pg_catalog.oid) OPERATOR(pg_catalog./)\n"
                    "    pg_catalog.current_setting('block_size')::pg_catalog.int8 AS pages\n"
                    "  OFFSET 0) AS s WHERE s.pages OPERATOR(pg_catalog.>) 0",
        t->oid, t->oid);
}

static char *
build_ahead(const struct zdm_backfill_target *t, bool next)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    int bound = 1, after = 2;

    zdm_buf_add(&b, "EXPLAIN SELECT 1 FROM ");
    zdm_order_add_table(&b, t);
    zdm_buf_add(&b, " WHERE ");
    zdm_order_add_about(&b, t, next ? after : -1, bound);
    return zdm_buf_take(&b);
}

static char *
build_probe(const struct zdm_backfill_target *t, bool next)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    int bound = 3, after = bound + (int)t->n_keys;

    /* Each step jumps one batch along the index; it never reaches the bound, which ends the last
     * range itself. */
    char *ends = zdm_order_own_name(t, ZDM_ORDER_ENDS, NULL);
    zdm_buf_addf(&b, "WITH RECURSIVE %s AS (\n  SELECT s.*, 1 AS n FROM (", ends);
    zdm_order_add_step(&b, t, next ? after : -1, bound);
    zdm_buf_addf(&b,
        ") AS s\n  UNION ALL\n"
        "  SELECT s.*, %s.n OPERATOR(pg_catalog.+) 1 FROM %s\n"
        "  CROSS JOIN LATERAL (",
        ends, ends);
    zdm_order_add_step(&b, t, 0, bound);
    zdm_buf_addf(
        &b, ") AS s\n  WHERE %s.n OPERATOR(pg_catalog.<) $2::pg_catalog.int4)\nSELECT ", ends);
    for (size_t i = 0; i < t->n_keys; i++)
        zdm_buf_addf(&b, "%s%s.k%zu::pg_catalog.text", i > 0 ? ", " : "", ends, i + 1);
    zdm_buf_addf(&b, " FROM %s ORDER BY %s.n", ends, ends);
    free(ends);
    return zdm_buf_take(&b);
}

void
zdm_batch_build_ahead(const struct zdm_backfill_target *t, struct zdm_batch_sql *out)
{
    out->count = zdm_strf("SELECT pg_catalog.count(*) FROM (SELECT 1 FROM %s LIMIT "
                          "$1::pg_catalog.int8) AS s",
        t->relation);
    out->bound = t->by_page ? build_pages(t) : build_bound(t);
    if (t->by_page)
        return;
    out->cut = build_cut(t);
    out->ahead_first = build_ahead(t, false);
    out->ahead_next = build_ahead(t, true);
    out->probe_first = build_probe(t, false);
    out->probe_next = build_probe(t, true);
}
