#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/layout.h"
#include "cli/preview.h"
#include "cli/render_fact.h"

static void
add_size(struct zdm_buf *out, const struct zdm_backfill_preview *p)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    char rows[32], heap[32], indexes[32], tables[32];

    if (p->by_leaf)
        zdm_buf_addf(&text, "%s, partition by partition", p->target.relation);
    else
        zdm_buf_addf(&text, "%s, along %s", p->target.relation, p->target.key);
    if (!p->by_leaf && p->target.index)
        zdm_buf_addf(&text, " (index %s)", p->target.index);
    else if (p->target.by_page)
        zdm_buf_add(&text, ", page by page: it has no key");
    zdm_add_fact_of(out, ZDM_DIM, "walks", &text);
    zdm_buf_addf(&text, "about %s row%s, %s, indexes %s", zdm_show_count(p->rows, rows),
        p->rows == 1 ? "" : "s", zdm_show_bytes(p->from.heap_bytes, heap),
        zdm_show_bytes(p->from.index_bytes, indexes));
    if (p->tables != 1)
        zdm_buf_addf(&text, ", in %s partitions", zdm_show_count(p->tables, tables));
    if (p->target.estimated_rows < 0 && p->from.heap_bytes > 0)
        zdm_buf_add(&text, "; never analysed, so this is a guess: ANALYZE it, or add --sample");
    zdm_add_fact_of(out, ZDM_DIM, "size", &text);
}

static void
add_cost(struct zdm_buf *out, const struct zdm_step_preview *preview)
{
    const struct zdm_backfill_preview *p = &preview->seen;
    const struct zdm_prediction *cost = &p->prediction;
    struct zdm_buf text = ZDM_BUF_INIT;
    char rows[32], wal[32], heap[32], indexes[32];

    zdm_buf_addf(&text, "changes about %s row%s%s: %s of WAL", zdm_show_count(cost->rows, rows),
        cost->rows == 1 ? "" : "s", p->matched_known ? "" : " (all of them)",
        zdm_show_bytes((double)cost->wal, wal));
    if (preview->spec.action != ZDM_BACKFILL_DELETE)
        zdm_buf_addf(&text, "; %s grows by %s, its indexes by %s",
            p->target.into ? p->target.into : "the table", zdm_show_bytes((double)cost->heap, heap),
            zdm_show_bytes((double)cost->indexes, indexes));
    zdm_add_fact_of(out, ZDM_DIM, "costs", &text);
}

static void
add_hot(struct zdm_buf *out, const struct zdm_step_preview *preview)
{
    const struct zdm_backfill_preview *p = &preview->seen;
    struct zdm_buf text = ZDM_BUF_INIT;
    char wal[32], heap[32];

    if (!zdm_backfill_updates(preview->spec.action))
        return;
    if (!p->not_hot) {
        if (p->prediction.hot_percent < 0)
            return;
        zdm_buf_addf(&text, "about %d %% of the updates, %s", p->prediction.hot_percent,
            p->from.stripes > 1 ? "in stripes" : "without stripes");
        if (p->target.scattered)
            zdm_buf_addf(&text, ": rows lie in random order of %s", p->target.key);
        if (p->stripes_percent >= 0)
            zdm_buf_addf(&text, "; with stripes = 8 it would be %d %%", p->stripes_percent);
        zdm_add_fact_of(out, ZDM_DIM, "HOT", &text);
        return;
    }
    zdm_buf_addf(&text, "no update: index %s holds a column that is set", p->not_hot);
    if (p->prediction.wal > p->without.wal)
        zdm_buf_addf(&text, "; made behind the backfill: %s of WAL, the table grows by %s",
            zdm_show_bytes((double)p->without.wal, wal),
            zdm_show_bytes((double)p->without.heap, heap));
    zdm_add_fact_of(out, ZDM_YELLOW, "HOT", &text);
}

static void
add_room(struct zdm_buf *out, const struct zdm_step_preview *preview)
{
    const struct zdm_backfill_preview *p = &preview->seen;
    const struct zdm_room *room = &p->room;
    struct zdm_buf text = ZDM_BUF_INIT;
    char wal[32], heap[32], rewrite[32];

    if (room->fillfactor == 0)
        return;
    zdm_buf_addf(&text,
        "fillfactor = %d would let about %d %% be HOT: %s of WAL, the table grows by %s. It holds "
        "for "
        "pages filled from then on; a rewrite, for those that are there (VACUUM FULL, which locks "
        "everybody out, or pg_repack), writes %s itself: ",
        room->fillfactor, room->with.hot_percent, zdm_show_bytes((double)room->with.wal, wal),
        zdm_show_bytes((double)room->with.heap, heap),
        zdm_show_bytes((double)room->rewrite, rewrite));
    zdm_buf_add(
        &text, room->rewrite < room->saved
                   ? "worth it when that can be done before"
                   : "not for this backfill alone, only for a table that is updated all the time");
    zdm_add_fact_of(out, ZDM_DIM, "room", &text);
}

static void
add_time(struct zdm_buf *out, const struct zdm_step_preview *preview)
{
    const struct zdm_backfill_preview *p = &preview->seen;
    struct zdm_buf text = ZDM_BUF_INIT;
    char duration[32], rate[32];
    double rows_per_s = zdm_predict_pace(&p->from);

    int64_t s = (p->prediction.ms + 999) / 1000; /* no better than that is it known */
    if (s < 60)
        snprintf(duration, sizeof duration, "%lld s", (long long)s);
    else
        zdm_show_duration(s * 1000, duration);
    zdm_buf_addf(&text, "about %s when nothing holds it up (%s rows/s %s%s)", duration,
        zdm_show_count((int64_t)rows_per_s, rate),
        preview->rate_from       ? "as in the last run on "
        : p->from.rows_per_s > 0 ? "by the sample"
                                 : "assumed",
        preview->rate_from ? preview->rate_from : "");
    zdm_add_fact_of(out, ZDM_DIM, "takes", &text);
}

void
zdm_render_preview(struct zdm_buf *out, const struct zdm_step_preview *preview)
{
    const struct zdm_backfill_preview *p = &preview->seen;
    struct zdm_buf text = ZDM_BUF_INIT;

    for (size_t i = 0; i < preview->n_stops; i++) {
        const struct zdm_require *stop = preview->stops[i];
        zdm_buf_clear(&text);
        zdm_buf_addf(&text, "as things stand it would stop: %s%s%s", stop->message,
            stop->hint ? "; " : "", stop->hint ? stop->hint : "");
        zdm_add_fact(out, ZDM_YELLOW, "problem", text.s);
    }
    zdm_buf_clear(&text);
    if (!preview->looked) {
        zdm_buf_release(&text);
        return;
    }
    if (p->later) {
        zdm_add_fact(out, ZDM_DIM, "costs",
            "not known: an earlier step makes the table, so there are no rows yet");
        return;
    }
    if (p->problem.code != ZDM_OK) {
        bool locked = strcmp(p->problem.sqlstate, "55P03") == 0;
        zdm_buf_addf(&text, "%s: %s",
            locked ? "it cannot be looked at now" : "as things stand it would fail",
            p->problem.message);
        if (p->problem.hint)
            zdm_buf_addf(&text, "; %s", p->problem.hint);
        zdm_add_fact_of(out, ZDM_YELLOW, "problem", &text);
        return;
    }
    add_size(out, p);
    zdm_render_sample(out, preview);
    add_cost(out, preview);
    add_hot(out, preview);
    add_room(out, preview);
    add_time(out, preview);
    for (size_t i = 0; i < p->n_added; i++)
        zdm_buf_addf(&text, "%s%s", i > 0 ? ", " : "", p->added[i]);
    if (p->n_added > 0) {
        zdm_buf_add(&text, ", by an earlier step: how wide its values are is a guess");
        zdm_add_fact(out, ZDM_DIM, "adds", text.s);
    }
    zdm_buf_release(&text);
}
