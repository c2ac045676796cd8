#include "cli/render_run.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/layout.h"
#include "cli/render_fact.h"
#include "cli/render_work.h"

#define BAR_MIN 12 /* columns, with the brackets */
#define BAR_MAX 32

int
zdm_progress_permille(const struct zdm_backfill_progress *p)
{
    if (p->total <= 0 || p->walked < 0)
        return -1;
    double share = (double)p->walked * 1000 / (double)p->total;
    return share >= 999 ? 999 : (int)share;
}

/* Whole seconds, rounded up: an estimate is no better. */
static const char *
show_eta(int64_t ms, char out[32])
{
    int64_t s = (ms + 999) / 1000;

    if (s >= 60)
        return zdm_show_duration(s * 1000, out);
    snprintf(out, 32, "%lld s", (long long)s);
    return out;
}

/* ", held 12 % of the time (replica lag 8 %, paused 4 %)" */
static void
add_held(struct zdm_buf *out, const struct zdm_backfill_progress *p)
{
    struct zdm_buf causes = ZDM_BUF_INIT;
    int64_t all = 0;

    for (size_t i = 0; i < p->n_held && p->run_ms > 0; i++) {
        int64_t percent = p->held[i].ms * 100 / p->run_ms;
        all += p->held[i].ms;
        if (percent > 0)
            zdm_buf_addf(&causes, "%s%s %lld %%", causes.len ? ", " : "", p->held[i].cause,
                (long long)percent);
    }
    if (causes.len)
        zdm_buf_addf(
            out, ", held %lld %% of the time (%s)", (long long)(all * 100 / p->run_ms), causes.s);
    zdm_buf_release(&causes);
}

void
zdm_add_progress_words(struct zdm_buf *out, const struct zdm_backfill_progress *p)
{
    int permille = zdm_progress_permille(p);
    char text[32];

    if (permille >= 0)
        zdm_buf_addf(out, "%d.%d %%, ", permille / 10, permille % 10);
    zdm_buf_add(out, zdm_show_count(p->walked, text));
    if (p->total > 0)
        zdm_buf_addf(out, " of about %s", zdm_show_count(p->total, text));
    zdm_buf_add(out, " rows");
    if (p->rows_per_s >= 1)
        zdm_buf_addf(out, ", %s rows/s", zdm_show_count((int64_t)p->rows_per_s, text));
    if (p->wal_per_s >= 1024)
        zdm_buf_addf(out, ", WAL %s/s", zdm_show_bytes(p->wal_per_s, text));
    if (p->hot_percent >= 0)
        zdm_buf_addf(out, ", %d %% HOT", p->hot_percent);
    if (p->eta_ms > 0)
        zdm_buf_addf(out, ", ETA %s", show_eta(p->eta_ms, text));
    if (p->eta_ms > 0 && p->eta_free_ms > 0 && p->eta_free_ms < p->eta_ms * 9 / 10)
        zdm_buf_addf(out, " (%s if nothing held it up)", show_eta(p->eta_free_ms, text));
    if (p->deferred > 0)
        zdm_buf_addf(out, ", %s locked and left for later", zdm_show_count(p->deferred, text));
    if (p->quarantined > 0)
        zdm_buf_addf(out, ", %s in quarantine", zdm_show_count(p->quarantined, text));
    if (p->stage == ZDM_STAGE_SWEEPING || p->stage == ZDM_STAGE_FINISHING)
        zdm_buf_addf(out, "; %s", zdm_stage_name(p->stage));
    add_held(out, p);
    if (p->waiting)
        zdm_buf_addf(out, "; waiting: %s", p->waiting);
}

/* Adds part behind two blanks when it fits the room and leaves `rest` of it. */
static void
add_part(struct zdm_buf *out, const char *part, int *room, int rest)
{
    int width = zdm_width(part) + 2;

    if (width + rest > *room)
        return;
    zdm_buf_addf(out, "  %s", part);
    *room -= width;
}

static void
add_bar(struct zdm_buf *out, int permille, int columns)
{
    int cells = columns - 2, full = permille * cells / 1000;

    zdm_buf_addc(out, '[');
    for (int i = 0; i < cells; i++)
        zdm_buf_addc(out, i < full ? '#' : '-');
    zdm_buf_addc(out, ']');
}

static void
add_measures(struct zdm_buf *out, const struct zdm_backfill_progress *p, int *room)
{
    char part[128], count[32], total[32], duration[32];

    if (p->waiting) {
        struct zdm_buf wait = ZDM_BUF_INIT;
        zdm_buf_addf(&wait, "waiting: %s", p->waiting);
        if (*room >= 12) {
            zdm_buf_add(out, "  " ZDM_YELLOW);
            zdm_add_cut(out, wait.s, *room - 2);
            zdm_buf_add(out, ZDM_PLAIN);
            *room = 0;
        }
        zdm_buf_release(&wait);
        return;
    }
    if (p->deferred > 0) {
        snprintf(part, sizeof part, "%s left for later", zdm_show_count(p->deferred, count));
        add_part(out, part, room, 0);
    }
    if (p->quarantined > 0) {
        snprintf(part, sizeof part, "%s in quarantine", zdm_show_count(p->quarantined, count));
        add_part(out, part, room, 0);
    }
    if (p->stage == ZDM_STAGE_SWEEPING || p->stage == ZDM_STAGE_FINISHING) {
        add_part(out, zdm_stage_name(p->stage), room, 0);
    } else if (p->rows_per_s >= 1) {
        snprintf(part, sizeof part, "%s rows/s", zdm_show_count((int64_t)p->rows_per_s, count));
        add_part(out, part, room, 0);
    }
    if (p->eta_ms > 0) {
        snprintf(part, sizeof part, "ETA %s", show_eta(p->eta_ms, duration));
        add_part(out, part, room, 0);
    }
    if (p->total > 0)
        snprintf(part, sizeof part, "%s of %s", zdm_show_count(p->walked, count),
            zdm_show_count(p->total, total));
    else
        snprintf(part, sizeof part, "%s rows", zdm_show_count(p->walked, count));
    add_part(out, part, room, zdm_progress_permille(p) >= 0 ? BAR_MIN + 2 : 0);
}

void
zdm_render_live(struct zdm_buf *out, const struct zdm_step *step,
    const struct zdm_backfill_progress *p, int columns)
{
    struct zdm_buf measures = ZDM_BUF_INIT;
    int permille = p ? zdm_progress_permille(p) : -1, room = columns - 1;
    char percent[16] = "";

    if (room < 1)
        return;
    if (permille >= 0 && room > 8)
        snprintf(percent, sizeof percent, "  %d%%", permille / 10);
    else if (!p && room > 8)
        snprintf(percent, sizeof percent, " ...");
    room -= zdm_width(percent);
    if (room >= 60) { /* as in the lines above it */
        zdm_add_padded(out, "running", 10);
        zdm_add_padded(out, zdm_phase_name(step->phase), 10);
        room -= 20;
    }
    int name = zdm_width(step->id), most = room >= 40 ? room / 2 : room;
    zdm_add_cut(out, step->id, most);
    room -= name < most ? name : most;
    if (p)
        add_measures(&measures, p, &room);
    /* Few widths: it must not jitter as the numbers beside it get longer. */
    for (int cells = BAR_MAX; *percent && permille >= 0 && cells >= BAR_MIN; cells -= 10) {
        if (room < cells + 2)
            continue;
        zdm_buf_add(out, "  ");
        add_bar(out, permille, cells);
        break;
    }
    zdm_buf_addf(out, "%s%s", percent, measures.s);
    zdm_buf_release(&measures);
}

/* Word and style of each kind of event; those without a word are no line. */
static const struct {
    const char *word, *style;
} words[] = {
    [ZDM_EVENT_RUN_START] = {"run", ZDM_BOLD},
    [ZDM_EVENT_STEP_SKIP] = {"skip", ZDM_DIM},
    [ZDM_EVENT_STEP_START] = {"start", ZDM_DIM},
    [ZDM_EVENT_STEP_DONE] = {"done", ZDM_GREEN},
    [ZDM_EVENT_UNDO_START] = {"undo", ZDM_DIM},
    [ZDM_EVENT_STEP_UNDONE] = {"undone", ZDM_GREEN},
    [ZDM_EVENT_PROGRESS] = {"progress", ZDM_DIM},
    [ZDM_EVENT_LOCK_WAIT] = {"waiting", ZDM_YELLOW},
    [ZDM_EVENT_UNBLOCK] = {"unblock", ZDM_YELLOW},
    [ZDM_EVENT_RETRY] = {"retry", ZDM_YELLOW},
    [ZDM_EVENT_RECONNECT] = {"reconnect", ZDM_YELLOW},
    [ZDM_EVENT_GATE_OPEN] = {"open", ZDM_GREEN},
    [ZDM_EVENT_GATE_CLOSED] = {"closed", ZDM_YELLOW},
    [ZDM_EVENT_APPROVED] = {"approved", ZDM_GREEN},
    [ZDM_EVENT_DRIFT] = {"drift", ZDM_YELLOW},
    [ZDM_EVENT_RECONCILED] = {"reconcile", ZDM_YELLOW},
    [ZDM_EVENT_PAUSED] = {"paused", ZDM_YELLOW},
    [ZDM_EVENT_RESUMED] = {"resumed", ZDM_GREEN},
    [ZDM_EVENT_TUNED] = {"tuned", ZDM_CYAN},
    [ZDM_EVENT_CANCELLED] = {"cancelled", ZDM_YELLOW},
    [ZDM_EVENT_NOTE] = {"note", ZDM_CYAN},
    [ZDM_EVENT_UNTIL] = {NULL, NULL},
    [ZDM_EVENT_ERROR] = {NULL, NULL},
    [ZDM_EVENT_RUN_END] = {NULL, NULL},
};

void
zdm_render_checks(struct zdm_buf *out, const struct zdm_gate_result *gate, int indent)
{
    for (size_t i = 0; i < gate->n_checks; i++) {
        const struct zdm_check_result *c = &gate->checks[i];
        struct zdm_buf text = ZDM_BUF_INIT;
        char age[32];
        const char *kind = zdm_check_kind_name(c->check->kind);
        zdm_buf_add(&text, kind ? kind : c->check->id);
        if (kind && strcmp(c->check->id, kind) != 0)
            zdm_buf_addf(&text, " \"%s\"", c->check->id);
        if (c->seen)
            zdm_buf_addf(&text, ": %s", c->seen);
        if (!c->open && c->age_ms >= 1000)
            zdm_buf_addf(&text, " (closed for %s)", zdm_show_duration(c->age_ms, age));
        zdm_add_blanks(out, indent);
        zdm_buf_add(
            out, c->open ? ZDM_GREEN "open  " ZDM_PLAIN "  " : ZDM_YELLOW "closed" ZDM_PLAIN "  ");
        zdm_add_wrapped(out, text.s, indent + 8, ZDM_COLUMNS);
        zdm_buf_addc(out, '\n');
        zdm_buf_release(&text);
    }
}

/* What whoever is to open it has to know. */
static void
add_why(struct zdm_buf *out, const char *why, int indent)
{
    zdm_add_blanks(out, indent);
    zdm_buf_add(out, "why     ");
    zdm_add_wrapped(out, why, indent + 8, ZDM_COLUMNS);
    zdm_buf_addc(out, '\n');
}

void
zdm_render_event(struct zdm_buf *out, const struct zdm_event *event)
{
    const char *word = words[event->kind].word, *close = "";
    char text[32];

    if (!word)
        return;
    zdm_buf_add(out, words[event->kind].style);
    zdm_add_padded(out, word, 10);
    zdm_buf_add(out, ZDM_PLAIN);
    if (event->step) {
        zdm_add_padded(out, zdm_phase_name(event->step->phase), 10);
        zdm_buf_add(out, event->step->id);
    }
    switch (event->kind) {
    case ZDM_EVENT_STEP_DONE:
        zdm_buf_addf(out, " (%s", zdm_show_duration(event->elapsed_ms, text));
        if (event->spent && zdm_spent_is_long(event->spent)) {
            zdm_buf_add(out, ", estimated ");
            zdm_add_time_range(out, event->spent->least_ms, event->spent->most_ms);
        }
        if (event->rows >= 0)
            zdm_buf_addf(out, ", %s rows", zdm_show_count(event->rows, text));
        if (event->quarantined > 0)
            zdm_buf_addf(out, ", %s in quarantine", zdm_show_count(event->quarantined, text));
        zdm_buf_addc(out, ')');
        break;
    case ZDM_EVENT_STEP_UNDONE:
        zdm_buf_addf(out, " (%s)", zdm_show_duration(event->elapsed_ms, text));
        break;
    case ZDM_EVENT_PROGRESS:
        zdm_buf_add(out, ": ");
        if (event->work)
            zdm_add_work_words(out, event->work);
        else
            zdm_add_progress_words(out, event->progress);
        break;
    case ZDM_EVENT_STEP_SKIP:
    case ZDM_EVENT_STEP_START:
        close = event->message && event->step ? ")" : "";
        if (event->message)
            zdm_buf_addf(out, "%s%s", event->step ? " (" : "", event->message);
        break;
    default:
        if (event->message)
            zdm_buf_addf(out, "%s%s", event->step ? ": " : "", event->message);
        break;
    }
    zdm_buf_addf(out, "%s\n", close);
    if (event->kind == ZDM_EVENT_GATE_CLOSED && event->step->why)
        add_why(out, event->step->why, 20);
    if (event->gate)
        zdm_render_checks(out, event->gate, 20);
}
