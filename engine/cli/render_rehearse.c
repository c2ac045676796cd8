#include "cli/render_rehearse.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/layout.h"

enum { STEP = 25, TIME = 8, LOCK = 23, MEASURE = 8 }; /* columns */
enum { ROW_EXCLUSIVE = 3 };                           /* the strength of it */

const char *
zdm_show_us(int64_t us, char out[32])
{
    if (us >= 10000)
        return zdm_show_duration((us + 500) / 1000, out);
    snprintf(out, 32, "%.1f ms", (double)us / 1000);
    return out;
}

const struct zdm_rehearse_lock *
zdm_rehearse_strongest(const struct zdm_rehearse_step *step)
{
    const struct zdm_rehearse_lock *strongest = NULL;

    for (size_t i = 0; i < step->n_locks; i++)
        if (step->locks[i].strength > (strongest ? strongest->strength : 0) ||
            (strongest && step->locks[i].strength == strongest->strength &&
                step->locks[i].held_us > strongest->held_us))
            strongest = &step->locks[i];
    return strongest;
}

/* Has a relation that the plan locks like this another name by now? Then the lock is its. */
static bool
is_renamed(const struct zdm_rehearse_step *step, int strength)
{
    for (size_t i = 0; i < step->n_locks; i++)
        if (step->locks[i].predicted >= strength && !step->locks[i].strength)
            return true;
    return false;
}

/* A weak lock is taken by whatever reads or writes; what the plan shows are those that matter. Nobody waits
 * for a relation that the step itself makes. */
static bool
is_surprise(const struct zdm_rehearse_step *step, const struct zdm_rehearse_lock *lock)
{
    return lock->strength > lock->predicted && lock->strength > ROW_EXCLUSIVE && !lock->made &&
           !is_renamed(step, lock->strength);
}

/* A rewrite builds all indexes anew. Not all scans are announced, so that one which was not is none. */
static bool
is_surprising_work(const struct zdm_rehearse_step *step, const struct zdm_rehearse_work *work)
{
    if (!work->observed || work->predicted || work->made)
        return false;
    for (size_t i = 0; i < step->n_work; i++)
        if (work->kind == ZDM_WORK_BUILD && step->work[i].kind == ZDM_WORK_REWRITE &&
            step->work[i].observed)
            return false;
    return true;
}

/* Of steps of SQL: what hooks and commands do no plan shows. */
bool
zdm_rehearse_surprise(const struct zdm_rehearse_step *step, size_t n, struct zdm_buf *out)
{
    for (size_t i = 0; step->step->kind == ZDM_STEP_SQL && i < step->n_locks; i++) {
        const struct zdm_rehearse_lock *lock = &step->locks[i];
        if (!is_surprise(step, lock) || n-- > 0)
            continue;
        zdm_buf_addf(out, "%s on %s, where the plan shows %s",
            zdm_rehearse_lock_name(lock->strength), lock->relation,
            lock->predicted ? zdm_rehearse_lock_name(lock->predicted) : "no lock");
        return true;
    }
    for (size_t i = 0; step->step->kind == ZDM_STEP_SQL && i < step->n_work; i++) {
        const struct zdm_rehearse_work *work = &step->work[i];
        if (!is_surprising_work(step, work) || n-- > 0)
            continue;
        zdm_buf_addf(out, "a %s of %s, which the plan does not show",
            zdm_rehearse_work_name(work->kind), work->relation);
        return true;
    }
    return false;
}

static void
add_right(struct zdm_buf *out, const char *text, int columns)
{
    zdm_add_blanks(out, columns - zdm_width(text));
    zdm_buf_add(out, text);
}

static void
step_line(struct zdm_buf *out, const struct zdm_rehearse_step *step)
{
    const struct zdm_rehearse_lock *lock = zdm_rehearse_strongest(step);
    struct zdm_buf id = ZDM_BUF_INIT;
    char text[32];

    zdm_buf_add(out, step->faults ? ZDM_RED "! " ZDM_PLAIN : "  ");
    zdm_add_cut(&id, step->step->id, STEP);
    zdm_add_padded(out, id.s, STEP);
    zdm_buf_release(&id);
    if (!step->ran) {
        zdm_buf_add(out, "  did not run\n");
        return;
    }
    add_right(out, zdm_show_us(step->ms * 1000, text), TIME);
    zdm_buf_add(out, "  ");
    const char *name = lock ? zdm_rehearse_lock_name(lock->strength) : "-";
    zdm_add_padded(out, name, step->seen.count ? LOCK - 1 : 0);
    if (step->seen.count) {
        add_right(out, zdm_show_us(step->seen.longest_us, text), MEASURE + 1);
        add_right(out, zdm_show_us(zdm_latency_at(&step->seen, 990), text), MEASURE + 1);
    }
    zdm_buf_addc(out, '\n');
}

static void
add_steps(struct zdm_buf *out, const struct zdm_rehearsal *found)
{
    zdm_buf_add(out, "\n" ZDM_BOLD "  ");
    zdm_add_padded(out, "step", STEP);
    add_right(out, "time", TIME);
    zdm_buf_add(out, "  ");
    zdm_add_padded(out, "strongest lock seen", LOCK - 1);
    add_right(out, "stall", MEASURE + 1);
    add_right(out, "p99", MEASURE + 1);
    zdm_buf_add(out, ZDM_PLAIN "\n");
    for (size_t i = 0; i < found->n_steps; i++)
        step_line(out, &found->steps[i]);
}

static void
add_rounds(struct zdm_buf *out, const struct zdm_rehearsal *found)
{
    char text[32];

    zdm_buf_add(out, "\n" ZDM_BOLD "  ");
    zdm_add_padded(out, "round", STEP);
    add_right(out, "time", TIME);
    zdm_buf_add(out, "  ");
    zdm_add_padded(out, "queries asked", LOCK - 1);
    add_right(out, "stall", MEASURE + 1);
    add_right(out, "p99", MEASURE + 1);
    zdm_buf_add(out, ZDM_PLAIN "\n");
    for (size_t i = 0; i < found->n_rounds; i++) {
        const struct zdm_rehearse_round *round = &found->rounds[i];
        struct zdm_buf name = ZDM_BUF_INIT;
        zdm_buf_add(&name, round->name);
        if (round->kills)
            zdm_buf_addf(&name, " (%d)", round->kills);
        zdm_buf_add(out, "  ");
        zdm_add_padded(out, name.s, STEP);
        zdm_buf_release(&name);
        add_right(out, zdm_show_us(round->ms * 1000, text), TIME);
        zdm_buf_add(out, "  ");
        zdm_add_padded(out, zdm_show_count(round->asked, text), round->seen.count ? LOCK - 1 : 0);
        if (round->seen.count) {
            add_right(out, zdm_show_us(round->seen.longest_us, text), MEASURE + 1);
            add_right(out, zdm_show_us(zdm_latency_at(&round->seen, 990), text), MEASURE + 1);
        }
        zdm_buf_addc(out, '\n');
    }
}

static void
add_paragraph(struct zdm_buf *out, const char *text, int indent)
{
    zdm_add_blanks(out, indent);
    zdm_add_wrapped(out, text, indent, ZDM_COLUMNS);
    zdm_buf_addc(out, '\n');
}

static void
add_surprises(struct zdm_buf *out, const struct zdm_rehearsal *found)
{
    bool any = false;

    for (size_t i = 0; i < found->n_steps; i++) {
        struct zdm_buf words = ZDM_BUF_INIT;
        for (size_t n = 0; zdm_rehearse_surprise(&found->steps[i], n, &words); n++) {
            struct zdm_buf line = ZDM_BUF_INIT;
            if (!any)
                zdm_buf_add(
                    out, "\n" ZDM_YELLOW "observed otherwise than the plan shows" ZDM_PLAIN "\n");
            any = true;
            zdm_buf_addf(&line, "\"%s\": %s", found->steps[i].step->id, words.s);
            add_paragraph(out, line.s, 2);
            zdm_buf_release(&line);
            zdm_buf_clear(&words);
        }
        zdm_buf_release(&words);
    }
}

/* The steps that old code is not known to stand; nothing of it when there is no old code. */
void
zdm_rehearse_unseen_words(struct zdm_buf *out, const struct zdm_rehearse_view *view)
{
    size_t n = 0;

    for (size_t i = 0; view->load->n[ZDM_COMPAT_OLD] && i < view->found->n_steps; i++)
        if (zdm_rehearse_unseen(&view->found->steps[i]))
            zdm_buf_addf(out, "%s\"%s\"", n++ ? ", " : "", view->found->steps[i].step->id);
    if (n > 0)
        zdm_buf_addf(out,
            ": run%s without clients of the old version, which end at the gate before",
            n == 1 ? "s" : "");
}

static void
add_unseen(struct zdm_buf *out, const struct zdm_rehearse_view *view)
{
    struct zdm_buf words = ZDM_BUF_INIT;

    zdm_rehearse_unseen_words(&words, view);
    if (words.len) {
        zdm_buf_add(out, "\n" ZDM_YELLOW "not seen by the old version" ZDM_PLAIN "\n");
        add_paragraph(out, words.s, 2);
    }
    zdm_buf_release(&words);
}

static void
add_opened(struct zdm_buf *out, const struct zdm_rehearsal *found)
{
    for (size_t i = 0; i < found->n_steps; i++) {
        if (!found->steps[i].opened)
            continue;
        struct zdm_buf line = ZDM_BUF_INIT;
        zdm_buf_addf(&line, "gate \"%s\": opened without %s", found->steps[i].step->id,
            found->steps[i].opened);
        zdm_buf_addc(out, '\n');
        add_paragraph(out, line.s, 0);
        zdm_buf_release(&line);
    }
}

void
zdm_rehearse_trouble_words(struct zdm_buf *out, const struct zdm_rehearse_trouble *trouble)
{
    char count[32];

    zdm_buf_add(out, zdm_rehearse_trouble_name(trouble->kind));
    if (*trouble->sqlstate)
        zdm_buf_addf(out, " %s", trouble->sqlstate);
    if (trouble->step)
        zdm_buf_addf(out, " at step \"%s\"", trouble->step->id);
    if (trouble->sql)
        zdm_buf_addf(out, ", query %zu of the %s version", trouble->query + 1,
            trouble->side == ZDM_COMPAT_OLD ? "old" : "new");
    zdm_buf_addf(out, " (first in round \"%s\"", trouble->round);
    if (trouble->count > 1)
        zdm_buf_addf(out, ", %s times", zdm_show_count(trouble->count, count));
    zdm_buf_addc(out, ')');
}

static void
add_troubles(struct zdm_buf *out, const struct zdm_rehearsal *found)
{
    for (size_t i = 0; i < found->n_troubles; i++) {
        const struct zdm_rehearse_trouble *trouble = &found->troubles[i];
        struct zdm_buf words = ZDM_BUF_INIT;
        zdm_rehearse_trouble_words(&words, trouble);
        zdm_buf_add(out, "\n" ZDM_RED "broke" ZDM_PLAIN ": ");
        zdm_add_wrapped(out, words.s, 7, ZDM_COLUMNS);
        zdm_buf_addc(out, '\n');
        zdm_buf_release(&words);
        if (trouble->message)
            add_paragraph(out, trouble->message, 2);
        if (trouble->sql)
            zdm_add_block(out, trouble->sql, strlen(trouble->sql), 4, -1);
        if (trouble->detail)
            zdm_add_block(out, trouble->detail, strlen(trouble->detail), 4, 0);
    }
}

void
zdm_render_rehearsal(struct zdm_buf *out, const struct zdm_rehearse_view *view)
{
    const struct zdm_rehearsal *found = view->found;
    size_t old = view->load->n[ZDM_COMPAT_OLD], new = view->load->n[ZDM_COMPAT_NEW];
    char rows[32];

    add_steps(out, found);
    add_rounds(out, found);
    add_surprises(out, found);
    add_unseen(out, view);
    add_opened(out, found);
    add_troubles(out, found);
    if (old + new == 0)
        zdm_buf_add(out,
            "\n" ZDM_YELLOW "no clients" ZDM_PLAIN ": the plan has no compat { old = { ... } }, so "
            "nothing is said\nof the application\n");
    zdm_buf_addf(out, "\n%s" ZDM_PLAIN ": %s, ",
        found->n_troubles ? ZDM_RED "rehearsed: it breaks" : ZDM_GREEN "rehearsed: ok",
        view->plan->name);
    zdm_buf_addf(out, "PostgreSQL %d, %s rows, %zu old and %zu new quer%s\n", found->server / 10000,
        zdm_show_count(found->rows, rows), old, new, old + new == 1 ? "y" : "ies");
    if (old)
        zdm_buf_addf(out, "values of %zu of the old queries were compared, columns of all\n",
            found->n_compared);
    zdm_buf_addf(out, "again:\n  %s\n", view->again);
}
