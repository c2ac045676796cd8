#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "cli/layout.h"
#include "cli/plan_facts.h"
#include "cli/render_fact.h"
#include "cli/render_plan.h"
#include "cli/render_undo.h"

static void
add_names(struct zdm_buf *out, const char *verb, char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        zdm_buf_addf(out, "%s%s %s", out->len ? ", " : "", i ? "and" : verb, names[i]);
}

static void
add_word(struct zdm_buf *out, bool yes, const char *word)
{
    if (yes)
        zdm_buf_addf(out, "%s%s", out->len ? ", " : "", word);
}

static const char *
verdict_style(enum zdm_verdict verdict)
{
    return verdict == ZDM_VERDICT_SAFE      ? ZDM_GREEN
           : verdict == ZDM_VERDICT_CAUTION ? ZDM_YELLOW
                                            : ZDM_RED;
}

static void
locks(struct zdm_buf *out, const struct zdm_statement *st)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    for (size_t i = 0; i < st->n_locks; i++)
        zdm_buf_addf(&text, "%s%s on %s, %s", i ? "; " : "", zdm_lock_mode_name(st->locks[i].mode),
            st->locks[i].relation, zdm_held_words(st->locks[i].held));
    if (st->n_locks == 0)
        zdm_buf_add(&text, st->verdict == ZDM_VERDICT_UNKNOWN ? "what it locks is not known"
                                                              : "locks no table that exists");
    zdm_add_fact_of(out, verdict_style(st->verdict), zdm_verdict_name(st->verdict), &text);
}

static void
work(struct zdm_buf *out, const struct zdm_statement *st)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    add_names(&text, "rewrites", st->rewrites, st->n_rewrites);
    add_names(&text, "scans", st->scans, st->n_scans);
    add_names(&text, "builds", st->builds, st->n_builds);
    if (text.len)
        zdm_add_fact(out, ZDM_DIM, "work", text.s);
    zdm_buf_clear(&text);
    add_word(&text, st->breaks_readers, "readers");
    add_word(&text, st->breaks_writers, "writers");
    add_word(&text, st->breaks_plans, "cached plans");
    if (text.len)
        zdm_add_fact(out, ZDM_YELLOW, "breaks", text.s);
    if (st->data_loss)
        zdm_add_fact(out, ZDM_YELLOW, "loses", "data");
    zdm_buf_clear(&text);
    if (st->fails_with) {
        zdm_buf_addf(&text, "with SQLSTATE %s", st->fails_with);
        zdm_add_fact(out, ZDM_RED, "fails", text.s);
    }
    zdm_buf_release(&text);
}

static void
estimate(struct zdm_buf *out, const struct zdm_workload *w)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    char size[32];

    if (!w->work)
        return;
    zdm_add_time_range(&text, w->least_ms, w->most_ms);
    zdm_buf_addf(&text, " (%s): %s", w->basis, w->work);
    zdm_add_fact_of(out, ZDM_DIM, "takes", &text);
    if (w->disk_bytes == 0)
        return;
    zdm_buf_addf(&text, "about %s more%s%s until it commits",
        zdm_show_bytes((double)w->disk_bytes, size), w->tablespace ? " in tablespace " : "",
        w->tablespace ? w->tablespace : "");
    if (w->wal_bytes)
        zdm_buf_addf(&text, ", and %s of WAL", zdm_show_bytes((double)w->wal_bytes, size));
    zdm_add_fact_of(out, ZDM_DIM, "disk", &text);
}

static void
add_probe(struct zdm_buf *text, const struct zdm_statement *st)
{
    switch (st->probe) {
    case ZDM_PROBE_INDEX_VALID:
        zdm_buf_addf(text, "the index %s tells whether it is done", st->probe_object);
        break;
    case ZDM_PROBE_INDEX_ABSENT:
        zdm_buf_addf(text, "it is done when the index %s is gone", st->probe_object);
        break;
    case ZDM_PROBE_REINDEX:
        zdm_buf_add(text, "what it left INVALID is dropped, and it runs again");
        break;
    case ZDM_PROBE_DETACHED:
        zdm_buf_addf(text, "it is done when %s is no partition of %s; half done it is finalized",
            st->probe_object, st->probe_table);
        break;
    case ZDM_PROBE_PRESENT:
    case ZDM_PROBE_ABSENT:
        zdm_buf_addf(text, "it is done when the %s %s is %s", st->probe_what, st->probe_object,
            st->probe == ZDM_PROBE_PRESENT ? "there" : "gone");
        break;
    case ZDM_PROBE_NONE: /* it needs one of its own */
    case ZDM_PROBE_REPEAT:
        zdm_buf_add(text, "it simply runs again, which is harmless");
        break;
    }
}

static void
run_mode(struct zdm_buf *out, const struct zdm_statement *st, bool own_probe)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_buf_add(&text, "alone, outside a transaction; after an interruption ");
    if (own_probe)
        zdm_buf_add(&text, "its probe tells whether it is done");
    else
        add_probe(&text, st);
    zdm_add_fact_of(out, ZDM_DIM, "runs", &text);
}

/* What is found in a plan that passed its checks is no error of it: it was allowed, or it stands
 * where it may. */
static void
findings(struct zdm_buf *out, const struct zdm_statement *st, const struct zdm_allow *allow)
{
    for (size_t i = 0; i < st->n_findings; i++) {
        const struct zdm_finding *f = &st->findings[i];
        bool accepted = zdm_allows(allow, f->rule), info = f->severity == ZDM_SEVERITY_INFO;
        struct zdm_buf text = ZDM_BUF_INIT;
        zdm_buf_addf(&text, "%s (%s)", f->message, f->rule);
        zdm_add_fact_of(out, info ? ZDM_CYAN : ZDM_YELLOW,
            accepted ? "allowed"
            : info   ? "info"
                     : "warning",
            &text);
        if (accepted)
            continue;
        if (f->hint)
            zdm_add_fact(out, ZDM_DIM, "hint", f->hint);
        for (size_t j = 0; j < f->n_safer; j++) {
            struct zdm_sql_text safer = {.text = f->safer[j]};
            zdm_add_sql_fact(out, j ? "then" : "safer", &safer);
        }
    }
}

/* The end of the text of a statement: behind its semicolon and a comment on the same line. */
static size_t
statement_end(const char *text, const struct zdm_statement *st)
{
    size_t all = strlen(text), end = st->offset + strlen(st->sql);

    if (end > all)
        return all;
    size_t blank = strspn(text + end, " \t\r\n");
    if (text[end + blank] == ';')
        end += blank + 1;
    blank = strspn(text + end, " \t");
    if (strncmp(text + end + blank, "--", 2) == 0)
        end += blank + strcspn(text + end + blank, "\n");
    return end;
}

void
zdm_render_sql_step(struct zdm_buf *out, const struct zdm_step *step,
    const struct zdm_plan_report *report, size_t index)
{
    const struct zdm_step_sql *s = &step->u.sql;
    const char *text = s->up.text;
    size_t shown = 0, n = 0;

    for (size_t i = 0; i < report->n_statements; i++) {
        const struct zdm_statement *st = &report->statements[i].st;
        if (report->statements[i].step != index)
            continue;
        size_t end = statement_end(text, st);
        if (n++ > 0)
            zdm_buf_addc(out, '\n');
        if (end > shown)
            zdm_add_block(out, text + shown, end - shown, ZDM_SQL_COLUMN,
                shown ? -1 : zdm_columns_before(&s->up));
        shown = end > shown ? end : shown;
        locks(out, st);
        work(out, st);
        estimate(out, &st->workload);
        if (zdm_plan_run_mode(report, index) == ZDM_RUN_ALONE)
            run_mode(out, st, s->probe.text);
        findings(out, st, &s->allow);
    }
    zdm_add_block(out, text + shown, strlen(text + shown), ZDM_SQL_COLUMN, -1);
    zdm_add_because(out, &s->allow);
    for (size_t i = 0; i < s->n_requires; i++)
        zdm_add_fact(out, ZDM_DIM, "stops if", s->requires[i].message);
    zdm_add_sql_fact(out, "probe", &s->probe);
    zdm_add_undo_fact(out, &report->undos[index]);
    if (zdm_plan_run_mode(report, index) != ZDM_RUN_ALONE) /* DETACH CONCURRENTLY leaves a proof */
        zdm_add_undo_work_fact(out, report, index);
}
