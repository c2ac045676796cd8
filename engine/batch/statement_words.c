/* What stands in the conditions of batches and of what is set aside alike. */
#include <string.h>

#include "base/buf.h"
#include "batch/order.h"
#include "batch/statement_parts.h"

/* The rows of stripe $6 of $10, spread evenly: each lies beside rows of all the others. Not of keys'
 * texts, which may depend on settings. */
void
zdm_batch_add_stripe(struct zdm_buf *b, const struct zdm_backfill_target *t)
{
    struct zdm_buf number = ZDM_BUF_INIT;

    if (t->stripe_by == ZDM_STRIPE_INTEGER) {
        zdm_buf_addf(
            &number, "%s.%s::pg_catalog.int8", zdm_backfill_target_row(t), t->keys[0].name);
    } else {
        zdm_buf_add(&number, "pg_catalog.hash_record_extended(ROW(");
        zdm_order_add_columns(&number, t, NULL, false);
        zdm_buf_add(&number, "), 0)");
    }
    /* The stripes are a constant to the planner, which leaves one of the two: each batch asks that of all
     * rows of its range. The remainder of a negative number is negative. */
#define STRIPES "$10::pg_catalog.int8"
    zdm_buf_addf(b,
        "\n  AND CASE WHEN " STRIPES " OPERATOR(pg_catalog.&) (" STRIPES
        " OPERATOR(pg_catalog.-) 1) " EQ " 0\n"
        "    THEN %s OPERATOR(pg_catalog.&) (" STRIPES " OPERATOR(pg_catalog.-) 1)\n"
        "    ELSE ((%s OPERATOR(pg_catalog.%%) " STRIPES ") OPERATOR(pg_catalog.+) " STRIPES ")\n"
        "      OPERATOR(pg_catalog.%%) " STRIPES " END " EQ " $6::pg_catalog.int8",
        number.s, number.s);
    zdm_buf_release(&number);
}

/* An SQL literal, whatever standard_conforming_strings is. */
void
zdm_batch_add_literal(struct zdm_buf *b, const char *text)
{
    zdm_buf_add(b, strchr(text, '\\') ? "E'" : "'");
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            zdm_buf_addc(b, *text);
        zdm_buf_addc(b, *text);
    }
    zdm_buf_addc(b, '\'');
}

/* Is what has the partition's name that partition, and is it one still? */
void
zdm_batch_add_attached(struct zdm_buf *b, const struct zdm_backfill_target *t)
{
    if (t->root == 0)
        return;
    zdm_buf_add(b, "    AND pg_catalog.to_regclass(");
    zdm_batch_add_literal(b, t->relation);
    zdm_buf_addf(b,
        ")::pg_catalog.oid " EQ " %u::pg_catalog.oid\n"
        "    AND EXISTS (SELECT FROM pg_catalog.pg_partition_ancestors(%u::pg_catalog.oid) AS a\n"
        "      WHERE a.relid::pg_catalog.oid " EQ " %u::pg_catalog.oid)\n",
        t->oid, t->oid, t->root);
}
