#include "base/text.h"
#include "cli/layout.h"
#include "cli/preview.h"
#include "cli/render_fact.h"

static void
add_what(struct zdm_buf *out, const struct zdm_sample_finding *f)
{
    const char *column = f->column ? f->column : "";

    switch (f->kind) {
    case ZDM_SAMPLE_FAILS:
        zdm_buf_addf(out, "%s fails (%s): %s", column, f->sqlstate, f->message);
        break;
    case ZDM_SAMPLE_TOO_LONG:
        zdm_buf_addf(out, "%s does not fit %s (%s)", column, f->message, f->sqlstate);
        break;
    case ZDM_SAMPLE_NULL:
        zdm_buf_addf(out, "%s is NULL, and is or becomes NOT NULL (%s)", column, f->sqlstate);
        break;
    case ZDM_SAMPLE_CHECK:
        zdm_buf_addf(out, "violates CHECK %s (%s)", f->constraint ? f->constraint : "constraint",
            f->sqlstate);
        break;
    case ZDM_SAMPLE_LOSES:
        zdm_buf_addf(out, "%s becomes NULL, although nothing that it is made of is NULL", column);
        break;
    case ZDM_SAMPLE_ROUND_TRIP:
        zdm_buf_addf(out, "sync %s does not lead back to the value that was there", column);
        break;
    case ZDM_SAMPLE_STAYS:
        zdm_buf_add(out, "where is still true behind the change, so that their batch would fail");
        break;
    }
}

static void
add_finding(struct zdm_buf *out, const struct zdm_sample_finding *f, bool stopped)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    char rows[32];
    bool error = zdm_sample_is_error(f->kind);

    if (f->rows > 0)
        zdm_buf_addf(&text, "%s%s row%s: ", stopped ? "at least " : "",
            zdm_show_count(f->rows, rows), f->rows == 1 ? "" : "s");
    else
        zdm_buf_add(&text, "every row: ");
    add_what(&text, f);
    for (size_t i = 0; i < f->n_keys; i++)
        zdm_buf_addf(&text, "; %s", f->keys[i]);
    if ((int64_t)f->n_keys < f->rows)
        zdm_buf_add(&text, "; ...");
    zdm_add_fact_of(out, error ? ZDM_RED : ZDM_YELLOW, error ? "error" : "warning", &text);
}

void
zdm_render_sample(struct zdm_buf *out, const struct zdm_step_preview *preview)
{
    const struct zdm_backfill_sample *s = &preview->sample;
    struct zdm_buf text = ZDM_BUF_INIT;
    char rows[32], matched[32];

    if (!preview->sampled)
        return;
    zdm_buf_addf(&text, "%s row%s tried", zdm_show_count(s->rows, rows), s->rows == 1 ? "" : "s");
    if (preview->spec.where)
        zdm_buf_addf(&text, ", where matches %s", zdm_show_count(s->matched, matched));
    if (s->stopped)
        zdm_buf_add(&text, ", the others not: enough of them fail, or it took too long");
    if (s->index)
        zdm_buf_addf(&text, "; a batch reads by index %s", s->index);
    zdm_add_fact_of(out, ZDM_DIM, "sample", &text);
    if (s->where_alone)
        zdm_add_fact(out, ZDM_DIM, "", "map: its function was not tried");
    if (s->unable.code != ZDM_OK) {
        zdm_buf_addf(&text, "not all of it could be tried: %s", s->unable.message);
        zdm_add_fact_of(out, ZDM_YELLOW, "unknown", &text);
    }
    if (s->scans)
        zdm_add_fact(out, ZDM_RED, "error", "each batch would read the whole table: ANALYZE it");
    for (size_t i = 0; i < s->n_findings; i++)
        add_finding(out, &s->findings[i], s->stopped);
}
