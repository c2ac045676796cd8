/* The SQL that asks which rows need the backfill, or whether any does. */
#include "batch/statement_parts.h"

#include <inttypes.h>

#include "batch/needs.h"
#include "batch/order.h"

/* The rows of a range that need it. */
char *
zdm_batch_build_found(
    const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t, int common)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    size_t where;
    int upto = 1, after = upto + (int)t->n_keys;

    zdm_buf_add(&b, "SELECT ");
    zdm_order_add_columns(&b, t, NULL, true);
    zdm_buf_add(&b, ", pg_catalog.count(*) OVER () FROM ");
    zdm_order_add_table(&b, t);
    zdm_buf_add(&b, " WHERE ");
    if (common < 0)
        zdm_order_add_first(&b, t, upto);
    else
        zdm_order_add_next(&b, t, after, upto, (size_t)common);
    zdm_buf_add(&b, " AND ");
    zdm_needs_add(&b, spec, t, &where);
    zdm_buf_add(&b, " ORDER BY ");
    zdm_order_add_by(&b, t, false);
    zdm_buf_add(&b, " LIMIT 5");
    return zdm_buf_take(&b);
}

/* To read the table as it lies on disk takes half as long as to read it along its key, and rows may move
 * as they like: all of them are seen at one moment. But the snapshot of that moment keeps dead rows from
 * being removed, so it has to be over within seconds. That is why it counts: what looks for one row only is
 * planned without parallel workers, which several workers may have. */
#define WHOLE_MOST ((int64_t)1 << 30)

char *
zdm_batch_build_any(const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    int64_t most = spec->sweep.whole_most > 0 ? spec->sweep.whole_most : WHOLE_MOST;
    size_t where;

    zdm_buf_addf(&b,
        "SELECT CASE WHEN pg_catalog.pg_relation_size(%u::pg_catalog.oid)\n"
        "    OPERATOR(pg_catalog.<=) %" PRId64 "::pg_catalog.int8\n"
        "  AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS zdm_i\n"
        "    WHERE zdm_i.inhparent " EQ " %u::pg_catalog.oid)\n"
        "  THEN (SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 0 FROM ",
        t->oid, most, t->oid);
    zdm_order_add_table(&b, t);
    zdm_buf_add(&b, " WHERE ");
    zdm_needs_add(&b, spec, t, &where);
    zdm_buf_add(&b, ") END");
    return zdm_buf_take(&b);
}

char *
zdm_batch_build_still(const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    size_t where;

    zdm_buf_add(&b, "SELECT EXISTS (SELECT FROM ");
    zdm_order_add_table(&b, t);
    zdm_buf_add(&b, " WHERE ");
    zdm_order_add_at(&b, t, 1);
    zdm_buf_add(&b, " AND ");
    zdm_needs_add(&b, spec, t, &where);
    zdm_buf_add(&b, ")");
    return zdm_buf_take(&b);
}
