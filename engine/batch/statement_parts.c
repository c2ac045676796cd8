/* What the statements of a batch are put together from (statement_parts.h). */
#include "base/buf.h"
#include "base/mem.h"
#include "batch/pages_sql.h"
#include "batch/statement_parts.h"

bool
zdm_batch_checks_where(const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t)
{
    return (t->by_page && zdm_backfill_updates(spec->action)) || spec->where_becomes_false;
}

/* Where a row may be met again: is `where` false for it by now? */
void
zdm_batch_add_returning(
    struct zdm_buf *b, const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t)
{
    if (zdm_batch_checks_where(spec, t))
        zdm_buf_addf(b, "\n  RETURNING CASE WHEN (\n%s\n) THEN 1 END AS still)\n", spec->where);
    else
        zdm_buf_add(b, "\n  RETURNING 1)\n");
}

void
zdm_batch_add_cas(
    struct zdm_buf *b, const struct zdm_backfill_target *t, const char *columns, int file)
{
    const char *own = zdm_backfill_target_own(t);

    zdm_buf_addf(b,
        "WITH %s_cas AS MATERIALIZED (\n"
        "  SELECT pg_catalog.set_config('zdm.sync', 'off', true) AS sync,\n"
        "    %s FROM zdm.cursor AS c\n"
        "  WHERE c.plan " EQ " $1::pg_catalog.text AND c.step " EQ " $2::pg_catalog.text\n"
        "    AND c.slice " EQ " $3::pg_catalog.int8 AND c.epoch " EQ " $4::pg_catalog.int8\n",
        own, columns);
    zdm_buf_add(b,
        "    AND c.batches " EQ " $5::pg_catalog.int8 AND c.stripe " EQ " $6::pg_catalog.int8\n"
        "    AND (c.pos " EQ " $7::pg_catalog.text OR c.pos IS NULL AND"
        " $7::pg_catalog.text IS NULL)\n"
        "    AND c.state " EQ " 'open'\n");
    if (file > 0)
        zdm_pages_add_file(b, t, file);
    zdm_batch_add_attached(b, t);
    zdm_buf_addf(b,
        "  FOR NO KEY UPDATE),\n"
        "%s_rows AS (\n",
        own);
}

void
zdm_batch_add_move(struct zdm_buf *b, const char *batches, const struct zdm_backfill_target *t)
{
    const char *own = zdm_backfill_target_own(t);

    zdm_buf_addf(b,
        "UPDATE zdm.cursor AS c SET pos = $8::pg_catalog.text,\n"
        "  stripe = $9::pg_catalog.int4, stripes = $10::pg_catalog.int4,\n"
        "  range_end = $11::pg_catalog.text, stripe_pos = $12::pg_catalog.text,\n"
        "  batches = c.batches OPERATOR(pg_catalog.+) %s,\n",
        batches);
    zdm_buf_addf(b,
        "  rows = c.rows OPERATOR(pg_catalog.+) (SELECT pg_catalog.count(*) FROM %s_rows),\n"
        "  at = pg_catalog.clock_timestamp()\n"
        "WHERE (SELECT %s_cas.sync FROM %s_cas) " EQ " 'off' AND c.plan " EQ
        " $1::pg_catalog.text\n"
        "  AND c.step " EQ " $2::pg_catalog.text AND c.slice " EQ " $3::pg_catalog.int8\n"
        "RETURNING c.rows, c.batches,\n"
        "  pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(),\n"
        "    (SELECT %s_cas.wal FROM %s_cas))::pg_catalog.int8",
        own, own, own, own, own);
    if (t->by_page)
        zdm_buf_add(b, ", pg_catalog.pg_current_xact_id()::pg_catalog.xid");
}

char *
zdm_batch_counted(const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t)
{
    const char *own = zdm_backfill_target_own(t);

    if (!zdm_batch_checks_where(spec, t))
        return zdm_strdup("1");
    /* No other way to fail in the statement itself: nothing of this batch is done. */
    return zdm_strf("(SELECT CASE WHEN pg_catalog.count(%s_rows.still) " EQ " 0 THEN 1\n"
                    "    ELSE pg_catalog.concat('" ZDM_WHERE_STAYS
                    "', pg_catalog.count(%s_rows.still))"
                    "::pg_catalog.int8 END FROM %s_rows)",
        own, own, own);
}

/* Another column, which fails when a row that is meant was not changed. */
void
zdm_batch_add_suppressed(struct zdm_buf *b, const struct zdm_backfill_target *t, const char *meant)
{
    const char *own = zdm_backfill_target_own(t);

    zdm_buf_addf(b,
        ",\n  CASE WHEN (SELECT pg_catalog.count(*) FROM %s_rows) " EQ " 0 AND %s\n"
        "    THEN pg_catalog.concat('" ZDM_SUPPRESSED "', (SELECT pg_catalog.count(*)"
        " FROM %s_rows))::pg_catalog.int8 END",
        own, meant, own);
}
