/*
 * step.c - one step of the plan, run by a child: again after a kill, on behind a gate that is opened.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "pg/journal.h"
#include "rehearse/private.h"

enum {
    CLOSED_TRIES =
        5, /* of a gate that the database keeps closed, with a round of the clients between */
    OWNED_TRIES = 600, /* a session whose client was killed ends when its statement does */
    OWNED_WAIT_MS = 100,
};
enum { EXIT_USAGE = 2, EXIT_CLOSED = 3, EXIT_OWNED = 5 };

struct tries {
    int closed, owned;
};

static char *
take(char **text)
{
    char *taken = *text;

    *text = NULL;
    return taken;
}

static const struct zdm_step *
step_of(const struct zdm_round *round, const char *id, size_t otherwise)
{
    const struct zdm_step *step = id ? zdm_plan_step(round->options->plan, id) : NULL;

    return step ? step : &round->options->plan->steps[otherwise];
}

/* 1: open, look no further; 0: run again. */
static int
at_closed_gate(struct zdm_round *round, size_t index, struct zdm_child *child, struct tries *tries,
    struct zdm_err *err)
{
    const struct zdm_step *gate =
        step_of(round, json_string_value(json_object_get(child->gate, "step")), index);
    char *closed = zdm_rehearse_in_the_way(gate, child->gate);

    if (!closed) {
        if (zdm_rehearse_open(round, gate, err) < 0)
            return -1;
        return gate == &round->options->plan->steps[index];
    }
    if (++tries->closed < CLOSED_TRIES) {
        free(closed);
        return zdm_round_ask_all(round, err);
    }
    round->failed = true;
    zdm_round_trouble(round, ZDM_TROUBLE_GATE, gate, closed,
        zdm_strdup("only the database can open it, and it did not"));
    return 1;
}

/* What became of one child: 1: the step is through, or failed for good; 0: run again. */
static int
settle(struct zdm_round *round, size_t index, struct zdm_child *child, struct tries *tries,
    struct zdm_err *err)
{
    if (child->status == 0)
        return 1;
    if (child->was_killed)
        return 0;
    if (child->status == EXIT_CLOSED && child->gate)
        return at_closed_gate(round, index, child, tries, err);
    if (child->status == EXIT_OWNED && round->killed > 0 && ++tries->owned < OWNED_TRIES)
        return zdm_sleep_ms(OWNED_WAIT_MS) < 0 ? zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted")
                                               : 0;
    if (child->status == EXIT_USAGE)
        return zdm_child_fail(round, child, err);
    round->failed = true;
    zdm_round_trouble(round, ZDM_TROUBLE_RUN, step_of(round, child->step, index),
        take(&child->message), take(&child->detail));
    return 1;
}

static int
run_step(struct zdm_round *round, size_t index, struct zdm_err *err)
{
    const struct zdm_step *step = &round->options->plan->steps[index];
    const char *more[] = {"--until", step->id, NULL};
    struct tries tries = {0, 0};
    int rc;

    if (step->kind == ZDM_STEP_GATE && zdm_rehearse_is_outside(step)) {
        rc = zdm_rehearse_open(round, step, err);
        if (rc <= 0)
            return rc;
    }
    do {
        struct zdm_child child;
        if (zdm_child_run(round, "run", more, &child, err) < 0)
            return -1;
        rc = settle(round, index, &child, &tries, err);
        zdm_child_release(&child);
    } while (rc == 0);
    return rc < 0 ? -1 : 0;
}

/* When each of the steps that one child ran began, by the journal. A step that shares a transaction with its
 * row has the time when that began; any other one that when it ended. */
static int
read_times(struct zdm_round *round, size_t first, size_t last, struct zdm_err *err)
{
    struct zdm_journal_rows rows;
    int64_t ended_us = round->steps[first].begin_us;

    if (zdm_journal_read(round->conn, round->options->plan->name, &rows, err) < 0)
        return -1;
    int64_t now_us = zdm_monotonic_us();
    for (size_t i = first; i <= last; i++) {
        struct zdm_rehearse_step *step = &round->steps[i];
        const struct zdm_journal_row *row = zdm_journal_find(&rows, step->step->id, "");
        if (!row)
            break;
        int64_t at_us = now_us - row->age_ms * 1000;
        bool shares = step->step->kind != ZDM_STEP_BACKFILL &&
                      step->step->kind != ZDM_STEP_COMMAND && !round->out->steps[i].alone;
        step->begin_us = i > first && shares && at_us > ended_us ? at_us : ended_us;
        step->ran = true;
        ended_us = at_us > ended_us ? at_us : ended_us;
    }
    zdm_journal_rows_release(&rows);
    return 0;
}

int
zdm_round_steps(struct zdm_round *round, size_t first, size_t last, struct zdm_err *err)
{
    struct zdm_rehearse_step *step = &round->steps[last];
    int64_t child_ms = round->child_ms;

    if (round->watcher && zdm_watcher_begin(round->watcher, err) < 0)
        return -1;
    round->steps[first].begin_us = zdm_monotonic_us();
    if (run_step(round, last, err) < 0 || (first < last && read_times(round, first, last, err) < 0))
        return -1;
    if (first == last) {
        step->ran = true;
        for (int side = 0; side < ZDM_COMPAT_SIDES; side++)
            step->with[side] = round->clients[side] != NULL;
        step->ms = round->child_ms - child_ms;
        if (step->step->kind == ZDM_STEP_GATE && !step->opened)
            step->opened = zdm_rehearse_opened_words(step->step);
    }
    if (round->watcher && zdm_watcher_take(round->watcher, step, err) < 0)
        return -1;
    /* So that what it broke for good is found before the next one begins. */
    return zdm_round_ask_all(round, err);
}
