#include "batch/pages_sql.h"

#include <stdlib.h>

#include "batch/order.h"
#include "batch/pages.h"
#include "batch/statement_parts.h"

#define JOIN "OPERATOR(pg_catalog.||)"

size_t
zdm_pages_row_keys(const struct zdm_backfill_target *t)
{
    return t->by_page ? 1 : t->n_keys;
}

/* "128" is where page 128 begins, "128,7" its line 7. */
static void
add_tid(struct zdm_buf *b, int place)
{
    zdm_buf_addf(b,
        "('(' " JOIN " $%d::pg_catalog.text " JOIN
        " CASE WHEN pg_catalog.strpos($%d::pg_catalog.text, ',')\n"
        "      OPERATOR(pg_catalog.>) 0 THEN ')' ELSE ',0)' END)::pg_catalog.tid",
        place, place);
}

void
zdm_pages_add_range(struct zdm_buf *b, const struct zdm_backfill_target *t, int after, int upto)
{
    if (after > 0) {
        zdm_buf_addf(b, "%s.ctid OPERATOR(pg_catalog.>=) ", zdm_backfill_target_row(t));
        add_tid(b, after);
        zdm_buf_add(b, " AND ");
    }
    zdm_buf_addf(b, "%s.ctid OPERATOR(pg_catalog.<) ", zdm_backfill_target_row(t));
    add_tid(b, upto);
}

static void
add_filenode(struct zdm_buf *b, const struct zdm_backfill_target *t)
{
    zdm_buf_addf(b, "pg_catalog.pg_relation_filenode(%u::pg_catalog.oid)::pg_catalog.text", t->oid);
}

void
zdm_pages_add_file(struct zdm_buf *b, const struct zdm_backfill_target *t, int upto)
{
    zdm_buf_addf(b, "    AND $%d::pg_catalog.text IS NOT NULL\n    AND ", upto);
    add_filenode(b, t);
    zdm_buf_addf(b, " " EQ " $%d::pg_catalog.text\n", upto + 1);
}

void
zdm_pages_add_at(struct zdm_buf *b, const struct zdm_backfill_target *t, int place)
{
    const char *row = zdm_backfill_target_row(t);

    add_filenode(b, t);
    zdm_buf_addf(b,
        " " EQ " $%d::pg_catalog.text AND %s.ctid " EQ " $%d::pg_catalog.text::pg_catalog.tid\n"
        "    AND %s.xmin " EQ " $%d::pg_catalog.text::pg_catalog.xid",
        place, row, place + 1, row, place + 2);
}

static void
add_of_table(
    struct zdm_buf *b, const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t)
{
    zdm_buf_add(b, "zdm_q.plan " EQ " ");
    zdm_batch_add_literal(b, spec->plan);
    zdm_buf_add(b, " AND zdm_q.step " EQ " ");
    zdm_batch_add_literal(b, spec->step);
    zdm_buf_add(b, " AND zdm_q.relation " EQ " ");
    zdm_batch_add_literal(b, t->relation);
}

#define COLUMN(name) "(zdm_q.key_columns OPERATOR(pg_catalog.->>) '" name "')"

void
zdm_pages_add_listed(
    struct zdm_buf *b, const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t)
{
    const char *row = zdm_backfill_target_row(t);

    /* Depends on nothing outside: read once and hashed. */
    zdm_buf_addf(b,
        "ROW(%s.ctid, %s.xmin::pg_catalog.text) " EQ
        " ANY (SELECT " COLUMN("ctid") "::pg_catalog.tid, " COLUMN(
            "xmin") "\n"
                    "  FROM zdm.quarantine AS zdm_q WHERE " COLUMN("file") " " EQ " ",
        row, row);
    add_filenode(b, t);
    zdm_buf_add(b, " AND ");
    add_of_table(b, spec, t);
    zdm_buf_add(b, ")");
}

void
zdm_pages_add_place(struct zdm_buf *b, const struct zdm_backfill_target *t)
{
    const char *row = zdm_backfill_target_row(t);

    zdm_buf_add(b, "pg_catalog.concat('[\"', ");
    add_filenode(b, t);
    zdm_buf_addf(b,
        ", '\",\"', %s.ctid, '\",\"', %s.xmin, '\"]') AS key,\n"
        "    pg_catalog.json_build_object('ctid', %s.ctid, 'xmin', %s.xmin, 'file', ",
        row, row, row, row);
    add_filenode(b, t);
    zdm_buf_add(b, ") AS key_columns");
}

char *
zdm_pages_build_lines(const struct zdm_backfill_target *t)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    const char *row = zdm_backfill_target_row(t);

    zdm_buf_addf(&b,
        "SELECT pg_catalog.rtrim(pg_catalog.split_part(%s.ctid::pg_catalog.text, ',', 2), ')')\n"
        "FROM ",
        row);
    zdm_order_add_table(&b, t);
    zdm_buf_add(&b, " WHERE ");
    zdm_pages_add_range(&b, t, 1, 2);
    zdm_buf_addf(&b, "\nORDER BY %s.ctid LIMIT $3::pg_catalog.int8", row);
    return zdm_buf_take(&b);
}

/* The expression fails on rows in quarantine, maybe where itself does. */
static void
add_needs(
    struct zdm_buf *b, const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t)
{
    zdm_buf_add(b, "CASE WHEN ");
    zdm_pages_add_listed(b, spec, t);
    zdm_buf_addf(b, " THEN false ELSE (\n%s\n) END", spec->where);
}

char *
zdm_pages_build_sweep(
    const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t, bool ours)
{
    struct zdm_buf b = ZDM_BUF_INIT;

    zdm_buf_add(&b, "SELECT EXISTS (SELECT FROM ");
    zdm_order_add_table(&b, t);
    zdm_buf_add(&b, " WHERE ");
    if (ours)
        zdm_buf_addf(
            &b, "%s.xmin " EQ " ANY ($1::pg_catalog.xid[]) AND ", zdm_backfill_target_row(t));
    if (spec->max_quarantine > 0)
        add_needs(&b, spec, t);
    else
        zdm_buf_addf(&b, "(\n%s\n)", spec->where);
    zdm_buf_add(&b, ")");
    return zdm_buf_take(&b);
}

char *
zdm_pages_build_unlisted(
    const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t, bool where)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    const char *row = zdm_backfill_target_row(t);

    zdm_buf_add(&b, "SELECT ");
    add_filenode(&b, t);
    zdm_buf_addf(&b, ", %s.ctid::pg_catalog.text, %s.xmin::pg_catalog.text\nFROM ", row, row);
    zdm_order_add_table(&b, t);
    zdm_buf_add(&b, " WHERE ");
    zdm_pages_add_range(&b, t, 1, 2);
    zdm_buf_add(&b, "\n  AND ");
    if (where) {
        add_needs(&b, spec, t);
    } else {
        zdm_buf_add(&b, "NOT ");
        zdm_pages_add_listed(&b, spec, t);
    }
    zdm_buf_add(&b, "\nLIMIT $3::pg_catalog.int8");
    return zdm_buf_take(&b);
}

char *
zdm_pages_build_stale(
    const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t, bool clean)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    const char *row = zdm_backfill_target_row(t);
    const char *own = zdm_backfill_target_own(t);
    char *q = zdm_order_own_name(t, "q", spec->where);

    zdm_buf_addf(&b,
        "WITH %s_fence AS MATERIALIZED (\n"
        "  SELECT p.epoch FROM zdm.plan AS p WHERE p.name " EQ " $1::pg_catalog.text\n"
        "    AND p.epoch " EQ " $4::pg_catalog.int8 FOR SHARE),\n"
        "%s_gone AS (\n"
        "  DELETE FROM zdm.quarantine AS %s WHERE EXISTS (SELECT FROM %s_fence) AND %s.plan " EQ
        " $1\n"
        "    AND %s.step " EQ " $2::pg_catalog.text AND %s.relation " EQ " $3::pg_catalog.text\n"
        "    AND NOT EXISTS (SELECT FROM ",
        own, own, q, own, q, q, q);
    zdm_order_add_table(&b, t);
    /* OFFSET: row by row, never a join with the whole table. */
    zdm_buf_addf(&b,
        " WHERE %s.ctid " EQ "\n"
        "      (%s.key_columns OPERATOR(pg_catalog.->>) 'ctid')::pg_catalog.tid AND %s.xmin " EQ
        "\n      (%s.key_columns OPERATOR(pg_catalog.->>) 'xmin')::pg_catalog.xid AND ",
        row, q, row, q);
    add_filenode(&b, t);
    zdm_buf_addf(
        &b, " " EQ "\n      (%s.key_columns OPERATOR(pg_catalog.->>) 'file') OFFSET 0)\n", q);
    if (clean) {
        zdm_buf_add(&b, "    AND NOT EXISTS (SELECT FROM ");
        zdm_order_add_table(&b, t);
        zdm_buf_add(&b, " WHERE ");
        add_needs(&b, spec, t);
        zdm_buf_add(&b, ")\n");
    }
    zdm_buf_addf(&b,
        "  RETURNING 1)\n"
        "SELECT (SELECT pg_catalog.count(*) FROM %s_fence),\n"
        "  (SELECT pg_catalog.count(*) FROM %s_gone)",
        own, own);
    free(q);
    return zdm_buf_take(&b);
}

char *
zdm_pages_build_list(const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    int behind = ZDM_RETRY_PARAMETERS + 1 + ZDM_PAGE_KEYS;

    zdm_buf_addf(&b,
        "WITH zdm_fence AS MATERIALIZED (\n"
        "  SELECT p.epoch FROM zdm.plan AS p WHERE p.name " EQ " $1::pg_catalog.text\n"
        "    AND p.epoch " EQ " $5::pg_catalog.int8 FOR SHARE),\n"
        "zdm_in AS (\n"
        "  INSERT INTO zdm.quarantine AS q (plan, step, relation, identity, sqlstate, message,\n"
        "    key, key_columns, row_values)\n"
        "  SELECT $1, $2::pg_catalog.text, $3::pg_catalog.text, $%d::pg_catalog.text,\n"
        "    $%d::pg_catalog.text, $%d::pg_catalog.text, ",
        behind, behind + 1, behind + 2);
    zdm_pages_add_place(&b, t);
    zdm_buf_add(&b, ",\n    ");
    if (spec->quarantine_values)
        zdm_buf_addf(&b, "pg_catalog.row_to_json(%s.*)", zdm_backfill_target_row(t));
    else
        zdm_buf_add(&b, "NULL::pg_catalog.json");
    zdm_buf_add(&b, "\n  FROM ");
    zdm_order_add_table(&b, t);
    zdm_buf_add(
        &b, " WHERE EXISTS (SELECT FROM zdm_fence) AND $4::pg_catalog.text IS NOT NULL AND ");
    zdm_pages_add_at(&b, t, ZDM_RETRY_PARAMETERS + 1);
    zdm_buf_add(&b, "\n  ON CONFLICT (plan, step, relation, key) DO NOTHING)\n"
                    "SELECT pg_catalog.count(*) FROM zdm_fence");
    return zdm_buf_take(&b);
}
