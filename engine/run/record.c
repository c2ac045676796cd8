#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/text.h"
#include "batch/quarantine.h"
#include "gate/gate.h"
#include "run/session.h"
#include "run/spent.h"

/* Keeps the first error: the ones after it are its consequences. */
static void
ledger_failed(struct zdm_session *s, struct zdm_err *err)
{
    if (s->ledger_err.code == ZDM_OK)
        zdm_err_move(&s->ledger_err, err);
    else
        zdm_err_clear(err);
}

static char *
done_json(const struct zdm_event *event)
{
    long long elapsed = event->elapsed_ms, rows = event->rows, bad = event->quarantined;
    if (event->spent)
        return zdm_spent_json(event->spent);
    return rows < 0  ? zdm_strf("{\"elapsed_ms\":%lld}", elapsed)
           : bad > 0 ? zdm_strf("{\"elapsed_ms\":%lld,\"rows\":%lld,\"quarantined\":%lld}", elapsed,
                           rows, bad)
                     : zdm_strf("{\"elapsed_ms\":%lld,\"rows\":%lld}", elapsed, rows);
}

static char *
done_words(const struct zdm_event *event)
{
    char elapsed[32], rows[32], bad[32];
    zdm_show_duration(event->elapsed_ms, elapsed);
    if (event->spent && zdm_spent_is_long(event->spent))
        return zdm_spent_words(event->spent);
    if (event->rows < 0)
        return zdm_strdup(elapsed);
    zdm_show_count(event->rows, rows);
    return event->quarantined > 0 ? zdm_strf("%s rows in %s, %s in quarantine", rows, elapsed,
                                        zdm_show_count(event->quarantined, bad))
                                  : zdm_strf("%s rows in %s", rows, elapsed);
}

static void
keep(struct zdm_session *s, const struct zdm_event *event)
{
    if (event->kind == ZDM_EVENT_PROGRESS || s->ledger_plan == 0)
        return;
    bool ends = event->kind == ZDM_EVENT_STEP_DONE || event->kind == ZDM_EVENT_STEP_UNDONE;
    char *detail = event->gate   ? zdm_gate_result_json(event->gate, false)
                   : event->lock ? zdm_lock_report_json(event->lock)
                   : ends        ? done_json(event)
                                 : NULL;
    char *message = event->message ? zdm_strdup(event->message)
                    : ends         ? done_words(event)
                                   : zdm_strdup("");
    struct zdm_err err = ZDM_ERR_INIT;
    ZDM_FAIL_HERE(LEDGER_BEFORE);
    if (zdm_ledger_event_add(s->ledger, s->ledger_plan, s->ledger_run,
            event->step ? event->step->id : NULL, event->level, zdm_event_name(event->kind),
            message, detail, &err) < 0)
        ledger_failed(s, &err);
    ZDM_FAIL_HERE(LEDGER_AFTER);
    free(detail);
    free(message);
}

void
zdm_session_tell(struct zdm_session *s, const struct zdm_event *event)
{
    struct zdm_event told = *event;
    if (!told.level)
        told.level = "info";
    told.at_ms = zdm_now_ms();
    keep(s, &told);
    if (told.kind == ZDM_EVENT_PROGRESS && s->options->observer.describe)
        zdm_session_live(s, s->options->observer.describe(&told));
    else if (told.kind == ZDM_EVENT_STEP_DONE)
        zdm_session_live(s, NULL);
    if (s->options->observer.see)
        s->options->observer.see(s->options->observer.self, &told);
}

void
zdm_session_say(struct zdm_session *s, enum zdm_event_kind kind, const char *level,
    const struct zdm_step *step, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *message = zdm_vstrf(fmt, ap);
    va_end(ap);
    zdm_session_tell(s, &(struct zdm_event){
                            .kind = kind,
                            .level = level,
                            .step = step,
                            .message = message,
                            .rows = -1,
                        });
    free(message);
}

int
zdm_session_healthy(struct zdm_session *s, struct zdm_err *err)
{
    if (s->ledger_err.code == ZDM_OK)
        return 0;
    zdm_err_move(err, &s->ledger_err);
    zdm_err_wrap(err, "stopped before the next step");
    return -1;
}

/* Rows at the front that were there when the journal was read before. They stand in order of time,
 * so that what is new or changed stands behind them: a plan of many steps would otherwise be
 * written to the ledger as a whole after each of them. */
static size_t
known_rows(const struct zdm_journal_row *before, size_t n_before, const struct zdm_journal_row *now,
    size_t n_now)
{
    size_t n = 0;
    for (; n < n_before && n < n_now; n++) {
        const struct zdm_journal_row *a = &before[n], *b = &now[n];
        if (a->at_ms != b->at_ms || strcmp(a->step, b->step) != 0 ||
            strcmp(a->item, b->item) != 0 || strcmp(a->state, b->state) != 0 ||
            strcmp(a->fingerprint ? a->fingerprint : "", b->fingerprint ? b->fingerprint : "") != 0)
            break;
    }
    return n;
}

/* What was taken back is forgotten, with what a backfill had done. */
static void
mirror_undone(struct zdm_session *s, size_t first)
{
    struct zdm_err err = ZDM_ERR_INIT;
    for (size_t i = first; i < s->rows.n_undone; i++) {
        const char *step = s->rows.undone[i].step;
        if (!zdm_journal_find(&s->rows, step, "") &&
            zdm_ledger_step_forget(s->ledger, s->ledger_plan, step, &err) < 0)
            ledger_failed(s, &err);
    }
}

static void
mirror(struct zdm_session *s, size_t first)
{
    struct zdm_err err = ZDM_ERR_INIT;
    for (size_t i = first; i < s->rows.count; i++) {
        const struct zdm_journal_row *row = &s->rows.items[i];
        int failed;
        if (row->item[0] != '\0') {
            char *note = zdm_gate_note(row->detail);
            failed = zdm_ledger_approval_put(s->ledger, s->ledger_plan, row->step, row->item,
                row->who, note ? note : "", row->at_ms, &err);
            free(note);
        } else {
            const struct zdm_step *step = zdm_plan_step(s->plan, row->step);
            failed = zdm_ledger_step_put(s->ledger, s->ledger_plan, row->step,
                step ? zdm_phase_name(step->phase) : "", row->kind, row->state, row->fingerprint,
                row->at_ms, &err);
        }
        if (failed < 0)
            ledger_failed(s, &err);
    }
}

int
zdm_session_refresh(struct zdm_session *s, struct zdm_err *err)
{
    struct zdm_journal_rows rows = {0};
    int64_t quarantined;
    if (zdm_quarantine_count(s->conn, s->plan->name, NULL, &quarantined, err) < 0 ||
        zdm_journal_read(s->conn, s->plan->name, &rows, err) < 0)
        return -1;
    s->quarantined = quarantined;
    size_t known = 0, known_undone = 0;
    if (s->mirrored) {
        known = known_rows(s->rows.items, s->rows.count, rows.items, rows.count);
        known_undone = known_rows(s->rows.undone, s->rows.n_undone, rows.undone, rows.n_undone);
    }
    zdm_journal_rows_release(&s->rows);
    s->rows = rows;
    if (s->ledger_plan) {
        mirror_undone(s, known_undone);
        mirror(s, known);
        s->mirrored = true;
    }
    return 0;
}
