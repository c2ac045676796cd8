#include "run/state.h"

#include <string.h>

#include "plan/canon.h"

const char *
zdm_action_name(enum zdm_action action)
{
    static const char *const names[] = {"skip", "run", "resume", "settle", "look", "refuse"};
    return names[action];
}

enum zdm_step_class
zdm_step_class(const struct zdm_plan *plan, const struct zdm_plan_report *report, size_t index)
{
    const struct zdm_step *step = &plan->steps[index];
    switch (step->kind) {
    case ZDM_STEP_SQL:
        return zdm_plan_run_mode(report, index) == ZDM_RUN_ALONE ? ZDM_CLASS_ALONE
                                                                 : ZDM_CLASS_TRANSACTION;
    case ZDM_STEP_BACKFILL:
        return ZDM_CLASS_BACKFILL;
    case ZDM_STEP_GATE:
        return ZDM_CLASS_GATE;
    case ZDM_STEP_HOOK:
        return step->u.hook.transaction ? ZDM_CLASS_TRANSACTION : ZDM_CLASS_ALONE;
    case ZDM_STEP_COMMAND:
        return ZDM_CLASS_ALONE;
    }
    zdm_die("a step without a kind");
}

#define ANY (-1)

/* The first row that fits decides. */
static const struct transition {
    int class;
    int seen;
    int same;
    enum zdm_action action;
} transitions[] = {
    /* Finished, and still what the plan says: nothing to do, ever again. */
    {ANY, ZDM_SEEN_DONE, true, ZDM_ACTION_SKIP},
    /* Finished, but the plan says something else now: only a person can know what is meant. */
    {ANY, ZDM_SEEN_DONE, false, ZDM_ACTION_REFUSE},
    /* On its way back, which may have ended anywhere: the probe knows for a statement of its own ... */
    {ZDM_CLASS_ALONE, ZDM_SEEN_UNDOING, ANY, ZDM_ACTION_SETTLE},
    /* ... and nobody for what is half taken back: the rollback has to end first. */
    {ANY, ZDM_SEEN_UNDOING, ANY, ZDM_ACTION_REFUSE},
    /* A gate leaves no trace until it opens. */
    {ZDM_CLASS_GATE, ANY, ANY, ZDM_ACTION_LOOK},
    /* A transaction's work and row commit together: no row, no work. */
    {ZDM_CLASS_TRANSACTION, ANY, ANY, ZDM_ACTION_RUN},
    {ZDM_CLASS_BACKFILL, ZDM_SEEN_NOTHING, ANY, ZDM_ACTION_RUN},
    /* Begun: the cursor knows how far. Another transform over the rest would mix two. */
    {ZDM_CLASS_BACKFILL, ZDM_SEEN_STARTED, true, ZDM_ACTION_RESUME},
    {ZDM_CLASS_BACKFILL, ZDM_SEEN_STARTED, false, ZDM_ACTION_REFUSE},
    {ZDM_CLASS_ALONE, ZDM_SEEN_NOTHING, ANY, ZDM_ACTION_RUN},
    /* Announced: it may have run, or still be running. The probe looks at the catalog, so a
     * corrected definition may follow a failed one. */
    {ZDM_CLASS_ALONE, ZDM_SEEN_STARTED, ANY, ZDM_ACTION_SETTLE},
};

/* The same for the way back. */
static const struct way_back {
    int class;
    int seen;
    enum zdm_undo_action action;
} ways_back[] = {
    {ANY, ZDM_SEEN_NOTHING, ZDM_UNDO_SKIP},
    {ZDM_UNDO_CLASS_NONE, ANY, ZDM_UNDO_REFUSE},
    /* Gates, and what goes away with something else. */
    {ZDM_UNDO_CLASS_NOTHING, ANY, ZDM_UNDO_FORGET},
    /* The undo and the row commit together, as the step and its row did. */
    {ZDM_UNDO_CLASS_TRANSACTION, ANY, ZDM_UNDO_RUN},
    /* Announced or not: what became of it is asked of the catalog. */
    {ZDM_UNDO_CLASS_ALONE, ANY, ZDM_UNDO_SETTLE},
};

const char *
zdm_undo_action_name(enum zdm_undo_action action)
{
    static const char *const names[] = {"skip", "forget", "run", "settle", "refuse"};
    return names[action];
}

enum zdm_undo_class
zdm_undo_class(const struct zdm_plan *plan, const struct zdm_plan_report *report, size_t index)
{
    const struct zdm_step *step = &plan->steps[index];
    switch (report->undos[index].source) {
    case ZDM_UNDO_NONE:
        return ZDM_UNDO_CLASS_NONE;
    case ZDM_UNDO_NOTHING:
        return ZDM_UNDO_CLASS_NOTHING;
    case ZDM_UNDO_AUTHOR:
    case ZDM_UNDO_DERIVED:
        break;
    }
    bool alone = step->kind == ZDM_STEP_HOOK ? !step->u.hook.transaction
                 : step->kind == ZDM_STEP_COMMAND || report->undos[index].back
                     ? true
                     : zdm_plan_undo_mode(report, index) == ZDM_RUN_ALONE;
    return alone ? ZDM_UNDO_CLASS_ALONE : ZDM_UNDO_CLASS_TRANSACTION;
}

enum zdm_undo_action
zdm_next_undo(enum zdm_undo_class class, enum zdm_seen seen)
{
    for (size_t i = 0; i < sizeof(ways_back) / sizeof(ways_back[0]); i++) {
        const struct way_back *w = &ways_back[i];
        if ((w->class == ANY || w->class == (int)class) && (w->seen == ANY || w->seen == (int)seen))
            return w->action;
    }
    zdm_die("no way back for a step");
}

enum zdm_seen
zdm_state_seen(const struct zdm_journal_row *row)
{
    return !row                                 ? ZDM_SEEN_NOTHING
           : strcmp(row->state, "done") == 0    ? ZDM_SEEN_DONE
           : strcmp(row->state, "undoing") == 0 ? ZDM_SEEN_UNDOING
                                                : ZDM_SEEN_STARTED;
}

bool
zdm_state_same(const struct zdm_journal_row *row, const struct zdm_step *step)
{
    if (!row || !row->fingerprint)
        return false;
    return strcmp(row->fingerprint, step->fingerprint) == 0 ||
           (row->definition && zdm_definition_does_same(row->definition, step->definition));
}

bool
zdm_state_taken_back(const struct zdm_journal_row *row)
{
    return row && strcmp(row->state, "started") == 0 && row->detail &&
           strstr(row->detail, "\"resolved\": {") != NULL;
}

enum zdm_action
zdm_next_action(enum zdm_step_class class, enum zdm_seen seen, bool same)
{
    for (size_t i = 0; i < sizeof(transitions) / sizeof(transitions[0]); i++) {
        const struct transition *t = &transitions[i];
        if ((t->class == ANY || t->class == (int)class) &&
            (t->seen == ANY || t->seen == (int)seen) && (t->same == ANY || t->same == (int)same))
            return t->action;
    }
    zdm_die("no transition for a step");
}

static int
changed(const struct zdm_plan *plan, const struct zdm_step *step, const struct zdm_journal_row *row,
    struct zdm_err *err)
{
    bool done = strcmp(row->state, "done") == 0;
    zdm_fail(err, ZDM_ERR_MISMATCH, "step \"%s\" was %s and has changed since", step->id,
        done ? "finished" : "begun");
    char *diff = zdm_definition_diff(row->definition ? row->definition : "{}", step->definition);
    zdm_err_detail(err, "what ran (-), what the plan says now (+):\n%s", diff);
    free(diff);
    zdm_err_hint(err,
        done ? "put the step back as it was, and add a new step for what has to change"
             : "put the step of plan \"%s\" back as it was; its rows were partly updated with the "
               "old definition",
        plan->name);
    return zdm_err_at(err, step->at);
}

static bool
is_step_row(const struct zdm_journal_row *row)
{
    return row->item[0] == '\0';
}

static int
check_vanished(
    const struct zdm_plan *plan, const struct zdm_journal_rows *rows, struct zdm_err *err)
{
    for (size_t i = 0; i < rows->count; i++) {
        const struct zdm_journal_row *row = &rows->items[i];
        if (!is_step_row(row) || zdm_plan_step(plan, row->step))
            continue;
        zdm_fail(err, ZDM_ERR_MISMATCH, "step \"%s\" was %s by this plan and is not in it any more",
            row->step, strcmp(row->state, "done") == 0 ? "finished" : "begun");
        zdm_err_hint(err,
            "put the step back into %s (a renamed step is a new one), or give the changed plan "
            "another name",
            plan->file);
        return zdm_err_at(err, (struct zdm_place){.file = plan->file});
    }
    return 0;
}

/* What stands before an opened gate was part of what the gate judged. */
static int
check_order(const struct zdm_plan *plan, const struct zdm_journal_rows *rows, struct zdm_err *err)
{
    const struct zdm_step *missing = NULL;
    for (size_t i = 0; i < plan->n_steps; i++) {
        const struct zdm_step *step = &plan->steps[i];
        const struct zdm_journal_row *row = zdm_journal_find(rows, step->id, "");
        bool done = row && strcmp(row->state, "done") == 0;
        if (!done && !missing)
            missing = step;
        if (done && missing && step->kind == ZDM_STEP_GATE) {
            zdm_fail(err, ZDM_ERR_MISMATCH,
                "step \"%s\" stands before gate \"%s\", which was already opened without it",
                missing->id, step->id);
            zdm_err_hint(err, "move the step behind the gate");
            return zdm_err_at(err, missing->at);
        }
    }
    return 0;
}

int
zdm_state_check(
    const struct zdm_plan *plan, const struct zdm_journal_rows *rows, struct zdm_err *err)
{
    if (check_vanished(plan, rows, err) < 0)
        return -1;
    for (size_t i = 0; i < plan->n_steps; i++) {
        const struct zdm_step *step = &plan->steps[i];
        const struct zdm_journal_row *row = zdm_journal_find(rows, step->id, "");
        if (!row || zdm_state_same(row, step))
            continue;
        if (strcmp(row->state, "done") == 0 || step->kind == ZDM_STEP_BACKFILL ||
            strcmp(row->kind, "backfill") == 0)
            return changed(plan, step, row, err);
    }
    return check_order(plan, rows, err);
}
