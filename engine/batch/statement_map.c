#include "batch/order.h"
#include "batch/pages_sql.h"
#include "batch/statement_parts.h"

#include <stdlib.h>

/* What the server keeps of the rows of a batch, in bytes; compressed values are several times as long
 * when they come here. */
#define STORED_MOST "8388608"

void
zdm_map_add_select(struct zdm_buf *b, const struct zdm_backfill_target *t)
{
    const char *row = zdm_backfill_target_row(t);

    zdm_buf_add(b, "  SELECT ");
    if (t->by_page)
        zdm_buf_addf(b, "%s.ctid::pg_catalog.text AS k1", row);
    for (size_t i = 0; i < t->n_keys; i++)
        zdm_buf_addf(
            b, "%s%s.%s::pg_catalog.text AS k%zu", i > 0 ? ", " : "", row, t->keys[i].name, i + 1);
    for (size_t i = 0; i < t->n_read; i++)
        zdm_buf_addf(b, ", %s.%s AS r%zu", row, t->read[i].name, i + 1);
    zdm_buf_add(b, "\n  FROM ");
    zdm_order_add_table(b, t);
    zdm_buf_add(b, "\n");
}

/* The rows, unless they are too many bytes; a single one is never. */
static void
add_guard(struct zdm_buf *b, const struct zdm_backfill_target *t)
{
    const char *own = zdm_backfill_target_own(t);
    bool wide = false;

    for (size_t i = 0; i < t->n_read; i++)
        wide = wide || t->read[i].wide;
    if (!wide)
        return;
    zdm_buf_add(b,
        "\nWHERE (SELECT CASE WHEN s.rows OPERATOR(pg_catalog.<=) 1"
        " OR s.bytes OPERATOR(pg_catalog.<=) " STORED_MOST " THEN true\n"
        "    ELSE pg_catalog.concat('" ZDM_ROWS_TOO_WIDE "', s.bytes)::pg_catalog.bool END\n"
        "  FROM (SELECT pg_catalog.count(*) AS rows, COALESCE(pg_catalog.sum(0");
    for (size_t i = 0; i < t->n_read; i++)
        if (t->read[i].wide)
            zdm_buf_addf(b,
                "\n    OPERATOR(pg_catalog.+) COALESCE(pg_catalog.pg_column_size(%s_rows.r%zu), "
                "0)",
                own, i + 1);
    zdm_buf_addf(b, "), 0) AS bytes FROM %s_rows) AS s)", own);
}

void
zdm_map_add_lock(struct zdm_buf *b, const struct zdm_backfill_target *t)
{
    /* As an UPDATE of these columns would lock them: stronger would keep foreign keys waiting, weaker
     * would have to be raised later, behind whoever got in between. */
    zdm_buf_addf(b, "\n  FOR %s", t->strong_lock ? "UPDATE" : "NO KEY UPDATE");
}

void
zdm_map_add_rows(struct zdm_buf *b, const struct zdm_backfill_target *t)
{
    const char *own = zdm_backfill_target_own(t);

    zdm_map_add_lock(b, t);
    zdm_buf_addf(b, ")\nSELECT %s_rows.* FROM %s_rows", own, own);
    add_guard(b, t);
}

/* Arrays of text, from parameter `first` on: the keys, the values, and which values a row keeps ("010": the second), NULL where it
 * keeps none. The sub-selects hide from the planner how many there are, and it takes them for few: rows
 * are then looked up one by one in the key's index, whatever it believes about the table. */
static void
add_arrays(struct zdm_buf *b, const struct zdm_backfill_target *t, const char *new, size_t first)
{
    size_t n_keys = zdm_pages_row_keys(t), n = n_keys + t->n_set + 1;

    zdm_buf_add(b, "  FROM ROWS FROM (");
    for (size_t i = 0; i < n; i++)
        zdm_buf_addf(b, "%spg_catalog.unnest((SELECT $%zu::pg_catalog.text[]))",
            i > 0 ? ",\n    " : "", first + i);
    zdm_buf_addf(b, ") AS %s (", new);
    for (size_t i = 0; i < n_keys; i++)
        zdm_buf_addf(b, "%s_k%zu, ", new, i + 1);
    for (size_t i = 0; i < t->n_set; i++)
        zdm_buf_addf(b, "%s_v%zu, ", new, i + 1);
    zdm_buf_addf(b, "%s_kept)\n", new);
}

/* The change of the rows in the arrays, up to what else its WHERE says. */
static void
add_update(struct zdm_buf *b, const struct zdm_backfill_spec *spec,
    const struct zdm_backfill_target *t, size_t first)
{
    /* By pages `where` is asked beside it. */
    char *new = zdm_order_own_name(t, "zdm_new", spec->where);

    zdm_buf_add(b, "  UPDATE ");
    zdm_order_add_table(b, t);
    zdm_buf_add(b, " SET\n");
    for (size_t i = 0; i < t->n_set; i++)
        zdm_buf_addf(b,
            "%s = CASE WHEN pg_catalog.substr(%s.%s_kept, %zu, 1) " EQ " '1' THEN %s.%s\n"
            "    ELSE %s.%s_v%zu::%s END%s\n",
            t->set[i], new, new, i + 1, zdm_backfill_target_row(t), t->set[i], new, new, i + 1,
            t->set_types[i], i + 1 < t->n_set ? "," : "");
    add_arrays(b, t, new, first);
    zdm_buf_add(b, "  WHERE ");
    if (t->by_page) /* the rows are locked: they stay where they are */
        zdm_buf_addf(
            b, "%s.ctid " EQ " %s.%s_k1::pg_catalog.tid", zdm_backfill_target_row(t), new, new);
    else
        zdm_order_add_equal(b, t, new);
    free(new);
}

char *
zdm_map_build_write(const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    const char *own = zdm_backfill_target_own(t);
    char *counted = zdm_batch_counted(spec, t);

    zdm_batch_add_cas(&b, t, "pg_catalog.current_setting('zdm.wal')::pg_catalog.pg_lsn AS wal", 0);
    add_update(&b, spec, t, ZDM_BATCH_PARAMETERS + 1);
    zdm_buf_addf(&b, " AND (SELECT %s_cas.sync FROM %s_cas) " EQ " 'off'", own, own);
    zdm_batch_add_returning(&b, spec, t);
    zdm_batch_add_move(&b, counted, t);
    free(counted);
    return zdm_buf_take(&b);
}

char *
zdm_map_build_once(const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    const char *own = zdm_backfill_target_own(t);
    char *counted = zdm_batch_counted(spec, t);

    zdm_buf_addf(&b, "WITH %s_rows AS (\n", own);
    add_update(&b, spec, t, 1);
    zdm_batch_add_returning(&b, spec, t);
    zdm_buf_addf(&b, "SELECT (SELECT pg_catalog.count(*) FROM %s_rows), %s", own, counted);
    zdm_batch_add_suppressed(
        &b, t, "pg_catalog.cardinality($1::pg_catalog.text[]) OPERATOR(pg_catalog.>) 0");
    free(counted);
    return zdm_buf_take(&b);
}
