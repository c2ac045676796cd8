#include "batch/statement.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

/* The author's expressions need the role's search_path, which may have an = of its own. */
#define EQ "OPERATOR(pg_catalog.=)"

/* "public.users.id", with the index's collation where it has to be said. The whole qualification
 * keeps it apart from columns of the author's own sub-selects. */
static void
add_key(struct zdm_buf *b, const struct zdm_backfill_target *t)
{
    zdm_buf_addf(b, "%s.%s", t->relation, t->key);
    if (t->key_collation)
        zdm_buf_addf(b, " COLLATE %s", t->key_collation);
}

static void
add_compare(struct zdm_buf *b, const struct zdm_backfill_target *t, const char *op, int param)
{
    add_key(b, t);
    zdm_buf_addf(b, " %s $%d::pg_catalog.text::%s", op, param, t->key_type);
}

static char *
build_bound(const struct zdm_backfill_target *t)
{
    struct zdm_buf b = ZDM_BUF_INIT;

    /* Not max(): uuid and bytea have none before PostgreSQL 18. */
    zdm_buf_addf(
        &b, "SELECT %s.%s::pg_catalog.text FROM %s ORDER BY ", t->relation, t->key, t->relation);
    add_key(&b, t);
    zdm_buf_add(&b, " DESC LIMIT 1");
    return zdm_buf_take(&b);
}

static char *
build_ahead(const struct zdm_backfill_target *t, bool next)
{
    struct zdm_buf b = ZDM_BUF_INIT;

    zdm_buf_addf(&b, "EXPLAIN SELECT 1 FROM %s WHERE ", t->relation);
    add_compare(&b, t, "<=", 1);
    if (next) {
        zdm_buf_add(&b, " AND ");
        add_compare(&b, t, ">", 2);
    }
    return zdm_buf_take(&b);
}

/* The key that ends a batch behind `after` (SQL, or NULL for the first), below the bound. */
static void
add_probe_step(struct zdm_buf *b, const struct zdm_backfill_target *t, const char *after)
{
    zdm_buf_addf(b, "(SELECT %s.%s FROM %s WHERE ", t->relation, t->key, t->relation);
    add_compare(b, t, "<", 3);
    if (after) {
        zdm_buf_add(b, " AND ");
        add_key(b, t);
        zdm_buf_addf(b, " > %s", after);
    }
    zdm_buf_add(b, " ORDER BY ");
    add_key(b, t);
    zdm_buf_add(b, " OFFSET $1::pg_catalog.int8 - 1 LIMIT 1)");
}

static char *
build_probe(const struct zdm_backfill_target *t, bool next)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    char *after = next ? zdm_strf("$4::pg_catalog.text::%s", t->key_type) : NULL;

    /* Each step jumps one batch along the index; it never reaches the bound, which ends the last
     * range itself. */
    zdm_buf_add(&b, "WITH RECURSIVE zdm_ends (k, n) AS (\n  SELECT ");
    add_probe_step(&b, t, after);
    zdm_buf_add(&b, ", 1\n  UNION ALL\n  SELECT ");
    add_probe_step(&b, t, "zdm_ends.k");
    zdm_buf_add(&b, ", zdm_ends.n + 1 FROM zdm_ends\n"
                    "  WHERE zdm_ends.k IS NOT NULL AND zdm_ends.n < $2::pg_catalog.int4)\n"
                    "SELECT zdm_ends.k::pg_catalog.text FROM zdm_ends WHERE zdm_ends.k IS NOT NULL "
                    "ORDER BY zdm_ends.n");
    free(after);
    return zdm_buf_take(&b);
}

/* The author's text on lines of its own: it may end with a comment. */
static void
add_author(struct zdm_buf *b, const char *text, bool next, struct zdm_batch_span *span)
{
    zdm_buf_add(b, "(\n");
    *(next ? &span->next : &span->first) = b->len;
    span->length = strlen(text);
    zdm_buf_add(b, text);
    zdm_buf_add(b, "\n)");
}

static char *
build_batch(const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t, bool next,
    struct zdm_batch_span *spans)
{
    struct zdm_buf b = ZDM_BUF_INIT;

    zdm_buf_add(&b,
        "WITH zdm_cas AS MATERIALIZED (\n"
        "  SELECT pg_catalog.set_config('zdm.sync', 'off', true) AS sync FROM zdm.cursor AS c\n"
        "  WHERE c.plan " EQ " $1::pg_catalog.text AND c.step " EQ " $2::pg_catalog.text\n"
        "    AND c.slice " EQ " $3::pg_catalog.int8 AND c.epoch " EQ " $4::pg_catalog.int8\n");
    zdm_buf_addf(&b, "    AND c.pos %s AND c.stripe " EQ " 0 AND c.state " EQ " 'open'\n",
        next ? EQ " $6::pg_catalog.text" : "IS NULL");
    zdm_buf_addf(&b,
        "  FOR NO KEY UPDATE),\n"
        "zdm_rows AS (\n"
        "  UPDATE %s SET\n",
        t->relation);
    for (size_t i = 0; i < spec->n_set; i++) {
        zdm_buf_addf(&b, "%s = ", t->set[i]);
        add_author(&b, spec->set[i].expr, next, &spans[i]);
        zdm_buf_add(&b, i + 1 < spec->n_set ? ",\n" : "\n");
    }
    zdm_buf_add(&b, "  WHERE (SELECT zdm_cas.sync FROM zdm_cas) " EQ " 'off' AND ");
    if (next) {
        add_compare(&b, t, ">", 6);
        zdm_buf_add(&b, " AND ");
    }
    add_compare(&b, t, "<=", 5);
    if (spec->where) {
        zdm_buf_add(&b, " AND ");
        add_author(&b, spec->where, next, &spans[spec->n_set]);
    }
    zdm_buf_add(&b,
        "\n  RETURNING 1)\n"
        "UPDATE zdm.cursor AS c SET pos = $5::pg_catalog.text,\n"
        "  batches = c.batches OPERATOR(pg_catalog.+) 1,\n"
        "  rows = c.rows OPERATOR(pg_catalog.+) (SELECT pg_catalog.count(*) FROM zdm_rows),\n"
        "  at = pg_catalog.clock_timestamp()\n"
        "WHERE (SELECT zdm_cas.sync FROM zdm_cas) " EQ " 'off' AND c.plan " EQ
        " $1::pg_catalog.text\n"
        "  AND c.step " EQ " $2::pg_catalog.text AND c.slice " EQ " $3::pg_catalog.int8\n"
        "RETURNING c.rows, c.batches");
    return zdm_buf_take(&b);
}

void
zdm_batch_sql_build(const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *target,
    struct zdm_batch_sql *out)
{
    *out = (struct zdm_batch_sql){
        .n_set = spec->n_set,
        .n_spans = spec->n_set + (spec->where ? 1 : 0),
    };
    out->spans = zdm_alloc((out->n_spans + 1) * sizeof *out->spans);
    out->bound = build_bound(target);
    out->count = zdm_strf("SELECT pg_catalog.count(*) FROM (SELECT 1 FROM %s LIMIT "
                          "$1::pg_catalog.int8) AS s",
        target->relation);
    out->ahead_first = build_ahead(target, false);
    out->ahead_next = build_ahead(target, true);
    out->probe_first = build_probe(target, false);
    out->probe_next = build_probe(target, true);
    out->batch_first = build_batch(spec, target, false, out->spans);
    out->batch_next = build_batch(spec, target, true, out->spans);
}

void
zdm_batch_sql_release(struct zdm_batch_sql *sql)
{
    free(sql->bound);
    free(sql->count);
    free(sql->ahead_first);
    free(sql->ahead_next);
    free(sql->probe_first);
    free(sql->probe_next);
    free(sql->batch_first);
    free(sql->batch_next);
    free(sql->spans);
    *sql = (struct zdm_batch_sql){.bound = NULL};
}

static bool
starts_character(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

bool
zdm_batch_sql_locate(
    const struct zdm_batch_sql *sql, bool next, int position, int *set_index, int *inside)
{
    const char *text = next ? sql->batch_next : sql->batch_first;

    for (size_t i = 0; i < sql->n_spans; i++) {
        size_t start = next ? sql->spans[i].next : sql->spans[i].first;
        size_t end = start + sql->spans[i].length;
        int before = 0, within = 0;
        for (size_t at = 0; at < end; at++)
            *(at < start ? &before : &within) += starts_character(text[at]);
        /* One behind the end counts: that is where "at end of input" points. */
        if (position <= before || position > before + within + 1)
            continue;
        *set_index = i < sql->n_set ? (int)i : -1;
        *inside = position - before;
        return true;
    }
    return false;
}
