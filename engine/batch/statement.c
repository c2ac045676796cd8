#include "batch/statement.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "batch/needs.h"
#include "batch/order.h"
#include "batch/pages.h"
#include "batch/pages_sql.h"
#include "batch/statement_parts.h"
#include "batch/steps.h"

/* The author's text on lines of its own: it may end with a comment. */
static void
add_author(struct zdm_buf *b, const char *text, size_t *span)
{
    zdm_buf_add(b, "(\n");
    *span = b->len;
    zdm_buf_add(b, text);
    zdm_buf_add(b, "\n)");
}

/* UPDATE, DELETE, INSERT or SELECT, up to its WHERE. */
static void
add_action(struct zdm_buf *b, const struct zdm_backfill_spec *spec,
    const struct zdm_backfill_target *t, size_t *spans)
{
    switch (spec->action) {
    case ZDM_BACKFILL_SET:
        zdm_buf_add(b, "  UPDATE ");
        zdm_order_add_table(b, t);
        zdm_buf_add(b, " SET\n");
        for (size_t i = 0; i < spec->n_set; i++) {
            zdm_buf_addf(b, "%s = ", t->set[i]);
            add_author(b, spec->set[i].expr, &spans[i]);
            zdm_buf_add(b, i + 1 < spec->n_set ? ",\n" : "\n");
        }
        break;
    case ZDM_BACKFILL_DELETE:
        zdm_buf_add(b, "  DELETE FROM ");
        zdm_order_add_table(b, t);
        zdm_buf_add(b, "\n");
        break;
    case ZDM_BACKFILL_COPY:
        /* Of its own name it could be called excluded. */
        zdm_buf_addf(b, "  INSERT INTO %s AS zdm_into (", t->into);
        for (size_t i = 0; i < t->n_set; i++)
            zdm_buf_addf(b, "%s%s", i > 0 ? ", " : "", t->set[i]);
        zdm_buf_add(b, ") OVERRIDING SYSTEM VALUE\n  SELECT ");
        for (size_t i = 0; i < t->n_set; i++) {
            zdm_buf_add(b, i > 0 ? ",\n" : "");
            if (spec->n_set > 0)
                add_author(b, spec->set[i].expr, &spans[i]);
            else
                zdm_buf_addf(b, "%s.%s", zdm_backfill_target_row(t), t->set[i]);
        }
        zdm_buf_add(b, "\n  FROM ");
        zdm_order_add_table(b, t);
        zdm_buf_add(b, "\n");
        break;
    case ZDM_BACKFILL_MAP:
        zdm_map_add_select(b, t);
        break;
    }
}

/* Of a copy. */
static void
add_behind_where(
    struct zdm_buf *b, const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t)
{
    if (spec->action != ZDM_BACKFILL_COPY)
        return;
    /* Without the lock a row that is deleted meanwhile would come to life again in the copy. */
    zdm_buf_add(b, "\n  FOR SHARE");
    if (t->conflict)
        zdm_buf_addf(b, "\n  ON CONFLICT %s", t->conflict);
}

/* Is it false for a row in quarantine, on which it may fail? A key is behind the cursor then. */
static void
add_where(struct zdm_buf *b, const struct zdm_backfill_spec *spec,
    const struct zdm_backfill_target *t, size_t *span)
{
    bool listed = t->by_page && spec->max_quarantine > 0;

    if (listed) {
        zdm_buf_add(b, "CASE WHEN ");
        zdm_pages_add_listed(b, spec, t);
        zdm_buf_add(b, " THEN false ELSE ");
    }
    add_author(b, spec->where, span);
    zdm_buf_add(b, listed ? " END" : "");
}

/* What stands behind the range, and the count. */
static void
add_rest(struct zdm_buf *b, const struct zdm_backfill_spec *spec,
    const struct zdm_backfill_target *t, enum zdm_batch_kind kind, size_t *spans)
{
    bool map = spec->action == ZDM_BACKFILL_MAP;

    if (kind == ZDM_BATCH_REPAIR) {
        zdm_buf_add(b, " AND ");
        zdm_needs_add(b, spec, t, &spans[map ? 0 : spec->n_set]);
    } else if (spec->where) {
        zdm_buf_add(b, " AND ");
        add_where(b, spec, t, &spans[map ? 0 : spec->n_set]);
    }
    if (kind == ZDM_BATCH_STRIPE)
        zdm_batch_add_stripe(b, t);
    if (map) {
        zdm_map_add_rows(b, t);
        return;
    }
    add_behind_where(b, spec, t);
    zdm_batch_add_returning(b, spec, t);
}

/* " AND ..." or what begins a condition: the statement may do its work. */
static void
add_may(struct zdm_buf *b, const struct zdm_backfill_target *t)
{
    const char *own = zdm_backfill_target_own(t);

    zdm_buf_addf(b, "(SELECT %s_cas.sync FROM %s_cas) " EQ " 'off'", own, own);
}

/* The numbers of a stripe, from the parameter `first` on. The planner takes them for ten, and looks each of
 * them up in the index. */
static void
add_named(struct zdm_buf *b, const struct zdm_backfill_target *t, int first, int upto)
{
    zdm_buf_addf(b, "%s.%s", zdm_backfill_target_row(t), t->keys[0].name);
    zdm_order_add_operator(b, &t->keys[0], "=");
    zdm_buf_addf(b,
        "ANY (ARRAY(\n    SELECT zdm_named.n::%s FROM pg_catalog.generate_series(\n"
        "      $%d::pg_catalog.text::pg_catalog.int8, $%d::pg_catalog.text::pg_catalog.int8,\n"
        "      $10::pg_catalog.int8) AS zdm_named (n)))",
        t->keys[0].type, first, upto);
}

/* common: how many first columns both ends share; -1: there is no lower end. */
static struct zdm_batch_text
build_batch(const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t, int common,
    enum zdm_batch_kind kind)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    size_t *spans = zdm_alloc((spec->n_set + 1) * sizeof *spans);
    bool map = spec->action == ZDM_BACKFILL_MAP;
    int upto = ZDM_BATCH_PARAMETERS + 1;
    int after = upto + (t->by_page ? ZDM_PAGE_KEYS : (int)t->n_keys);

    zdm_batch_add_cas(&b, t, map ? ZDM_MAP_CAS : "pg_catalog.pg_current_wal_insert_lsn() AS wal",
        t->by_page ? upto : 0);
    add_action(&b, spec, t, spans);
    zdm_buf_add(&b, "  WHERE ");
    add_may(&b, t);
    zdm_buf_add(&b, " AND ");
    if (t->by_page)
        zdm_pages_add_range(&b, t, common < 0 ? 0 : after, upto + 2);
    else if (kind == ZDM_BATCH_NAMED)
        add_named(&b, t, after, upto);
    else if (common < 0)
        zdm_order_add_first(&b, t, upto);
    else
        zdm_order_add_next(&b, t, after, upto, (size_t)common);
    add_rest(&b, spec, t, kind, spans);
    if (map)
        return (struct zdm_batch_text){.text = zdm_buf_take(&b), .spans = spans};
    char *counted = zdm_batch_counted(spec, t);
    zdm_batch_add_move(&b, counted, t);
    free(counted);
    return (struct zdm_batch_text){.text = zdm_buf_take(&b), .spans = spans};
}

/* The change of one row, without a cursor: it is tried and taken back. */
static char *
build_once(const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    size_t *spans = zdm_alloc((spec->n_set + 1) * sizeof *spans);

    add_action(&b, spec, t, spans);
    zdm_buf_add(&b, "  WHERE ");
    zdm_order_add_at(&b, t, 1);
    zdm_buf_add(&b, " AND ");
    zdm_needs_add(&b, spec, t, &spans[spec->n_set]);
    add_behind_where(&b, spec, t);
    free(spans);
    return zdm_buf_take(&b);
}

static void
build_sweep(const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *target,
    struct zdm_batch_sql *out)
{
    if (!target->needs.known)
        return;
    out->repairs = zdm_alloc((out->n_keys + 1) * sizeof *out->repairs);
    out->look.found = zdm_alloc((out->n_keys + 1) * sizeof *out->look.found);
    for (size_t i = 0; i <= out->n_keys; i++) {
        out->repairs[i] = build_batch(spec, target, (int)i - 1, ZDM_BATCH_REPAIR);
        out->look.found[i] = zdm_batch_build_found(spec, target, (int)i - 1);
    }
    out->look.any = zdm_batch_build_any(spec, target);
    if (spec->action != ZDM_BACKFILL_MAP)
        out->look.once = build_once(spec, target);
    out->look.still = zdm_batch_build_still(spec, target);
}

/* Takes a row out of quarantine, with another condition; without an end. */
static void
add_taken_out(struct zdm_buf *b, const struct zdm_backfill_target *t, const char *condition)
{
    zdm_buf_addf(b,
        "  DELETE FROM zdm.quarantine AS q WHERE EXISTS (SELECT FROM %s_%s)\n"
        "    AND q.plan " EQ " $1 AND q.step " EQ " $2::pg_catalog.text\n"
        "    AND q.relation " EQ " $3::pg_catalog.text AND q.key " EQ " $4::pg_catalog.text\n",
        zdm_backfill_target_own(t), condition);
}

/* zdm_cas of a row in quarantine. By pages the row itself is locked before it is taken out: one that is
 * updated at that moment is another one then, which nobody would do. */
static void
add_retry_cas(struct zdm_buf *b, const struct zdm_backfill_target *t)
{
    const char *own = zdm_backfill_target_own(t);

    if (!t->by_page) {
        zdm_buf_addf(b, "%s_cas AS (\n", own);
        add_taken_out(b, t, "fence");
        zdm_buf_add(b, "  RETURNING pg_catalog.set_config('zdm.sync', 'off', true) AS sync),\n");
        return;
    }
    zdm_buf_addf(b, "%s_place AS MATERIALIZED (\n  SELECT 1 FROM ", own);
    zdm_order_add_table(b, t);
    zdm_buf_addf(b, " WHERE EXISTS (SELECT FROM %s_fence) AND ", own);
    zdm_pages_add_at(b, t, ZDM_RETRY_PARAMETERS + 1);
    zdm_buf_addf(b, "\n  FOR UPDATE),\n%s_gone AS (\n", own);
    add_taken_out(b, t, "place");
    zdm_buf_addf(b,
        "),\n%s_cas AS MATERIALIZED (\n"
        "  SELECT pg_catalog.set_config('zdm.sync', 'off', true) AS sync FROM %s_place),\n",
        own, own);
}

/* Is there a row at that place, or with that key, for which `where` is true? Of a copy that leaves a row out
 * that is there already nothing is said. */
static void
add_meant(
    struct zdm_buf *b, const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t)
{
    struct zdm_buf meant = ZDM_BUF_INIT;

    if (spec->action == ZDM_BACKFILL_COPY && spec->on_conflict == ZDM_CONFLICT_NOTHING)
        return;
    zdm_buf_addf(&meant, "EXISTS (SELECT FROM %s_%s) AND EXISTS (SELECT FROM ",
        zdm_backfill_target_own(t), t->by_page ? "place" : "cas");
    zdm_order_add_table(&meant, t);
    zdm_buf_add(&meant, " WHERE ");
    if (t->by_page)
        zdm_pages_add_at(&meant, t, ZDM_RETRY_PARAMETERS + 1);
    else
        zdm_order_add_at(&meant, t, ZDM_RETRY_PARAMETERS + 1);
    if (spec->where)
        zdm_buf_addf(&meant, " AND (\n%s\n)", spec->where);
    zdm_buf_add(&meant, ")");
    zdm_batch_add_suppressed(b, t, meant.s);
    zdm_buf_release(&meant);
}

static struct zdm_batch_text
build_retry(const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    size_t *spans = zdm_alloc((spec->n_set + 1) * sizeof *spans);
    bool map = spec->action == ZDM_BACKFILL_MAP;
    const char *own = zdm_backfill_target_own(t);

    zdm_buf_addf(&b,
        "WITH %s_fence AS MATERIALIZED (\n"
        "  SELECT p.epoch FROM zdm.plan AS p WHERE p.name " EQ " $1::pg_catalog.text\n"
        "    AND p.epoch " EQ " $5::pg_catalog.int8\n",
        own);
    zdm_batch_add_attached(&b, t);
    zdm_buf_add(&b, "  FOR SHARE),\n");
    add_retry_cas(&b, t);
    zdm_buf_addf(&b, "%s_rows AS (\n", own);
    add_action(&b, spec, t, spans);
    zdm_buf_add(&b, "  WHERE ");
    add_may(&b, t);
    zdm_buf_add(&b, " AND ");
    if (t->by_page)
        zdm_pages_add_at(&b, t, ZDM_RETRY_PARAMETERS + 1);
    else
        zdm_order_add_at(&b, t, ZDM_RETRY_PARAMETERS + 1);
    if (spec->where) {
        zdm_buf_add(&b, " AND ");
        add_author(&b, spec->where, &spans[map ? 0 : spec->n_set]);
    }
    if (map) {
        zdm_map_add_lock(&b, t);
        zdm_buf_add(&b, ")\n");
    } else {
        add_behind_where(&b, spec, t);
        zdm_batch_add_returning(&b, spec, t);
    }
    zdm_buf_addf(&b,
        "SELECT (SELECT pg_catalog.count(*) FROM %s_fence),\n"
        "  (SELECT pg_catalog.count(*) FROM %s_%s),\n  ",
        own, own, t->by_page ? "place" : "cas");
    if (map) {
        zdm_buf_addf(
            &b, "%s_rows.* FROM (SELECT) AS %s_one LEFT JOIN %s_rows ON true", own, own, own);
    } else {
        char *counted = zdm_batch_counted(spec, t);
        zdm_buf_addf(&b, "(SELECT pg_catalog.count(*) FROM %s_rows), %s", own, counted);
        add_meant(&b, spec, t);
        free(counted);
    }
    return (struct zdm_batch_text){.text = zdm_buf_take(&b), .spans = spans};
}

void
zdm_batch_sql_build(const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *target,
    struct zdm_batch_sql *out)
{
    *out = (struct zdm_batch_sql){
        .n_set = spec->action == ZDM_BACKFILL_MAP ? 0 : spec->n_set,
        .n_keys = target->by_page ? ZDM_PAGE_KEYS : target->n_keys,
    };
    out->n_spans = out->n_set + (spec->where ? 1 : 0);
    out->authors = zdm_alloc((out->n_set + 1) * sizeof *out->authors);
    for (size_t i = 0; i < out->n_set; i++)
        out->authors[i] = spec->set[i].expr;
    out->authors[out->n_set] = spec->where;
    if (spec->action == ZDM_BACKFILL_MAP)
        out->write.text = zdm_map_build_write(spec, target);
    out->by_page = target->by_page;
    out->retry = build_retry(spec, target);
    if (spec->action == ZDM_BACKFILL_MAP)
        out->once = zdm_map_build_once(spec, target);
    zdm_batch_build_ahead(target, out);
    out->batches = zdm_alloc((out->n_keys + 1) * sizeof *out->batches);
    if (target->by_page) {
        out->sweep = zdm_pages_build_sweep(spec, target, false);
        out->sweep_ours = zdm_pages_build_sweep(spec, target, true);
        out->lines = zdm_pages_build_lines(target);
        out->rows_a_page = target->pages > 0 && target->estimated_rows > target->pages
                               ? (double)target->estimated_rows / (double)target->pages
                               : 50;
        /* Both ends are of one pass and one file. */
        out->batches[0] = build_batch(spec, target, -1, ZDM_BATCH_WHOLE);
        out->batches[ZDM_PAGE_KEYS] = build_batch(spec, target, ZDM_PAGE_KEYS - 1, ZDM_BATCH_WHOLE);
        return;
    }
    for (size_t i = 0; i <= out->n_keys; i++)
        out->batches[i] = build_batch(spec, target, (int)i - 1, ZDM_BATCH_WHOLE);
    build_sweep(spec, target, out);
    if (target->stripe_by == ZDM_STRIPE_NONE)
        return;
    out->striped = zdm_alloc((out->n_keys + 1) * sizeof *out->striped);
    for (size_t i = 0; i <= out->n_keys; i++)
        out->striped[i] = build_batch(spec, target, (int)i - 1, ZDM_BATCH_STRIPE);
    if (target->stripe_by == ZDM_STRIPE_INTEGER && target->n_keys == 1 &&
        zdm_step_by_type(target->keys[0].type) == ZDM_STEP_INTEGER)
        out->named = build_batch(spec, target, 0, ZDM_BATCH_NAMED);
}

static void
release_texts(struct zdm_batch_text *texts, size_t n)
{
    for (size_t i = 0; texts && i < n; i++) {
        free(texts[i].text);
        free(texts[i].spans);
    }
    free(texts);
}

void
zdm_batch_sql_release(struct zdm_batch_sql *sql)
{
    free(sql->bound);
    free(sql->count);
    free(sql->cut);
    free(sql->ahead_first);
    free(sql->ahead_next);
    free(sql->probe_first);
    free(sql->probe_next);
    free(sql->sweep);
    free(sql->sweep_ours);
    free(sql->lines);
    release_texts(sql->batches, sql->n_keys + 1);
    release_texts(sql->striped, sql->n_keys + 1);
    release_texts(sql->repairs, sql->n_keys + 1);
    for (size_t i = 0; sql->look.found && i <= sql->n_keys; i++)
        free(sql->look.found[i]);
    free(sql->look.found);
    free(sql->look.any);
    free(sql->look.once);
    free(sql->look.still);
    free(sql->once);
    free(sql->named.text);
    free(sql->named.spans);
    free(sql->retry.text);
    free(sql->retry.spans);
    free(sql->write.text);
    free(sql->authors);
    *sql = (struct zdm_batch_sql){.bound = NULL};
}
