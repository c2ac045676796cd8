/* The SQL that sets a bad row aside, notes that it failed again, and knows it (pure text). */
#include "batch/order.h"
#include "batch/pages.h"
#include "batch/pages_sql.h"
#include "batch/quarantine.h"

/* As in a batch: the author's search_path may have an = of its own. */
#define EQ "OPERATOR(pg_catalog.=)"

/* Locks the cursor's row if it stands where we think. */
static void
add_cas(struct zdm_buf *b, const struct zdm_backfill_target *t)
{
    zdm_buf_add(b,
        "WITH zdm_cas AS MATERIALIZED (\n"
        "  SELECT 1 FROM zdm.cursor AS c\n"
        "  WHERE c.plan " EQ " $1::pg_catalog.text AND c.step " EQ " $2::pg_catalog.text\n"
        "    AND c.slice " EQ " $3::pg_catalog.int8 AND c.epoch " EQ " $4::pg_catalog.int8\n"
        "    AND c.batches " EQ " $5::pg_catalog.int8 AND c.stripe " EQ " $6::pg_catalog.int8\n"
        "    AND (c.pos " EQ " $7::pg_catalog.text OR c.pos IS NULL AND"
        " $7::pg_catalog.text IS NULL)\n"
        "    AND c.state " EQ " 'open'\n");
    if (t->by_page)
        zdm_pages_add_file(b, t, ZDM_SET_ASIDE_PARAMETERS + 1);
    zdm_batch_add_attached(b, t);
    zdm_buf_add(b, "  FOR NO KEY UPDATE),\n");
}

static void
add_values(struct zdm_buf *b, const struct zdm_backfill_target *t, bool values)
{
    if (values)
        zdm_buf_addf(b, "pg_catalog.row_to_json(%s.*)", zdm_backfill_target_row(t));
    else
        zdm_buf_add(b, "NULL::pg_catalog.json");
}

/* By pages: the one that is not there already. */
static void
add_rows_by_page(struct zdm_buf *b, const struct zdm_backfill_spec *spec,
    const struct zdm_backfill_target *t, int common)
{
    int upto = ZDM_SET_ASIDE_PARAMETERS + 1, after = upto + ZDM_PAGE_KEYS;

    zdm_buf_add(b, "zdm_bad AS MATERIALIZED (\n  SELECT true AS is_last, ");
    zdm_pages_add_place(b, t);
    zdm_buf_add(b, ",\n    ");
    add_values(b, t, spec->quarantine_values);
    zdm_buf_add(b, " AS row_values\n  FROM ");
    zdm_order_add_table(b, t);
    zdm_buf_add(b, " WHERE EXISTS (SELECT FROM zdm_cas)\n    AND ");
    zdm_pages_add_range(b, t, common < 0 ? 0 : after, upto + 2);
    zdm_buf_add(b, "\n    AND NOT ");
    zdm_pages_add_listed(b, spec, t);
    zdm_buf_add(b, " LIMIT 2),\n");
}

/* Rows of the batch, two at most: there should be one, which is its last. */
static void
add_rows(
    struct zdm_buf *b, const struct zdm_backfill_target *t, int common, bool striped, bool values)
{
    int upto = ZDM_SET_ASIDE_PARAMETERS + 1, after = upto + (int)t->n_keys;

    zdm_buf_add(b, "zdm_bad AS MATERIALIZED (\n  SELECT ");
    zdm_order_add_at(b, t, upto);
    zdm_buf_add(b, " AS is_last, $15::pg_catalog.text AS key,\n"
                   "    (SELECT pg_catalog.row_to_json(zdm_key.*) FROM (SELECT ");
    zdm_order_add_columns(b, t, NULL, false);
    zdm_buf_add(b, ") AS zdm_key) AS key_columns,\n    ");
    add_values(b, t, values);
    zdm_buf_add(b, " AS row_values\n  FROM ");
    zdm_order_add_table(b, t);
    zdm_buf_add(b, " WHERE EXISTS (SELECT FROM zdm_cas)\n    AND ");
    if (common < 0)
        zdm_order_add_first(b, t, upto);
    else
        zdm_order_add_next(b, t, after, upto, (size_t)common);
    if (striped)
        zdm_batch_add_stripe(b, t);
    zdm_buf_add(b, " LIMIT 2),\n");
}

/* Without a row (of this stripe; or it was deleted) the batch is done as well. With another row than the
 * last one, which somebody inserted meanwhile, nothing is done: nobody knows which of them is bad. One
 * that is there already, since somebody let the backfill begin again, needs no room. */
static void
add_verdict(struct zdm_buf *b)
{
    zdm_buf_add(b,
        "zdm_found AS MATERIALIZED (\n"
        "  SELECT s.n, s.one, s.n " EQ " 0 OR s.one AND ($18::pg_catalog.bool OR EXISTS (\n"
        "    SELECT FROM zdm.quarantine AS q WHERE q.plan " EQ " $1 AND q.step " EQ " $2\n"
        "    AND q.relation " EQ " $16::pg_catalog.text\n"
        "    AND q.key " EQ " $15::pg_catalog.text)) AS go_on\n"
        "  FROM (SELECT pg_catalog.count(*) AS n, pg_catalog.count(*) " EQ " 1\n"
        "    AND pg_catalog.bool_and(zdm_bad.is_last) AS one FROM zdm_bad) AS s),\n");
}

static void
add_changes(struct zdm_buf *b)
{
    zdm_buf_add(b,
        "zdm_in AS (\n"
        "  INSERT INTO zdm.quarantine AS q (plan, step, relation, key, identity, key_columns,\n"
        "    sqlstate, message, row_values)\n"
        "  SELECT $1, $2, $16, zdm_bad.key, $17::pg_catalog.text,\n"
        "    zdm_bad.key_columns, $13::pg_catalog.text, $14::pg_catalog.text, zdm_bad.row_values\n"
        "  FROM zdm_bad CROSS JOIN zdm_found WHERE zdm_found.one AND zdm_found.go_on\n"
        "  ON CONFLICT (plan, step, relation, key) DO UPDATE SET identity = excluded.identity,\n"
        "    key_columns = excluded.key_columns, sqlstate = excluded.sqlstate,\n"
        "    message = excluded.message, row_values = excluded.row_values,\n"
        "    tries = q.tries OPERATOR(pg_catalog.+) 1, at = excluded.at\n"
        "  RETURNING q.tries " EQ " 1 AS fresh),\n");
    zdm_buf_add(b,
        "zdm_moved AS (\n"
        "  UPDATE zdm.cursor AS c SET pos = $8::pg_catalog.text,\n"
        "    stripe = $9::pg_catalog.int4, stripes = $10::pg_catalog.int4,\n"
        "    range_end = $11::pg_catalog.text, stripe_pos = $12::pg_catalog.text,\n"
        "    batches = c.batches OPERATOR(pg_catalog.+) 1, at = pg_catalog.clock_timestamp()\n"
        "  FROM zdm_found\n"
        "  WHERE EXISTS (SELECT FROM zdm_cas) AND zdm_found.go_on\n"
        "    AND c.plan " EQ " $1 AND c.step " EQ " $2 AND c.slice " EQ " $3::pg_catalog.int8\n"
        "  RETURNING c.rows, c.batches)\n"
        "SELECT zdm_moved.rows, zdm_moved.batches,\n"
        "  (SELECT pg_catalog.count(*) FROM zdm_in WHERE zdm_in.fresh), zdm_found.one\n"
        "FROM zdm_cas CROSS JOIN zdm_found LEFT JOIN zdm_moved ON true");
}

char *
zdm_set_aside_sql(const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *target,
    int common, bool striped)
{
    struct zdm_buf b = ZDM_BUF_INIT;

    add_cas(&b, target);
    if (target->by_page)
        add_rows_by_page(&b, spec, target, common);
    else
        add_rows(&b, target, common, striped, spec->quarantine_values);
    add_verdict(&b);
    add_changes(&b);
    return zdm_buf_take(&b);
}

char *
zdm_failed_again_sql(const struct zdm_backfill_target *target, bool values)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    int key = ZDM_RETRY_PARAMETERS + 1,
        behind = key + (target->by_page ? ZDM_PAGE_KEYS : (int)target->n_keys);

    zdm_buf_add(&b, "WITH zdm_fence AS MATERIALIZED (\n"
                    "  SELECT p.epoch FROM zdm.plan AS p WHERE p.name " EQ " $1::pg_catalog.text\n"
                    "    AND p.epoch " EQ " $5::pg_catalog.int8 FOR SHARE),\n"
                    "zdm_noted AS (\n"
                    "  UPDATE zdm.quarantine AS q SET row_values = (SELECT ");
    add_values(&b, target, values);
    zdm_buf_add(&b, " FROM ");
    zdm_order_add_table(&b, target);
    zdm_buf_add(&b, " WHERE ");
    if (target->by_page)
        zdm_pages_add_at(&b, target, key);
    else
        zdm_order_add_at(&b, target, key);
    /* Once, whatever becomes of the reply. */
    zdm_buf_addf(&b,
        "),\n    tries = q.tries OPERATOR(pg_catalog.+) 1, at = pg_catalog.clock_timestamp(),\n"
        "    sqlstate = $%d::pg_catalog.text, message = $%d::pg_catalog.text\n"
        "  WHERE EXISTS (SELECT FROM zdm_fence) AND q.plan " EQ " $1\n"
        "    AND q.step " EQ " $2::pg_catalog.text AND q.relation " EQ " $3::pg_catalog.text\n"
        "    AND q.key " EQ " $4::pg_catalog.text AND q.tries " EQ " $%d::pg_catalog.int4)\n"
        "SELECT pg_catalog.count(*) FROM zdm_fence",
        behind + 1, behind + 2, behind);
    return zdm_buf_take(&b);
}

void
zdm_quarantine_add_keys(struct zdm_buf *b, const struct zdm_backfill_spec *spec,
    const struct zdm_backfill_target *target)
{
    /* = ANY of rows that depend on nothing outside: read once and hashed. */
    zdm_buf_add(b, "ROW(");
    zdm_order_add_columns(b, target, NULL, true);
    zdm_buf_add(b, ") " EQ " ANY (SELECT ");
    for (size_t i = 0; i < target->n_keys; i++) {
        zdm_buf_add(b, i > 0 ? ", zdm_q.key::pg_catalog.json" : "zdm_q.key");
        if (target->n_keys > 1)
            zdm_buf_addf(b, "%s OPERATOR(pg_catalog.->>) %zu", i > 0 ? "" : "::pg_catalog.json", i);
    }
    zdm_buf_add(b, "\n  FROM zdm.quarantine AS zdm_q WHERE zdm_q.plan " EQ " ");
    zdm_batch_add_literal(b, spec->plan);
    zdm_buf_add(b, " AND zdm_q.step " EQ " ");
    zdm_batch_add_literal(b, spec->step);
    zdm_buf_add(b, " AND zdm_q.relation " EQ " ");
    zdm_batch_add_literal(b, target->relation);
    zdm_buf_add(b, ")");
}
