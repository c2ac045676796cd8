#include "run/rollback_together.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "plan/lock_policy.h"
#include "run/rollback_kept.h"
#include "run/rollback_rows.h"
#include "sql/renames.h"
#include "sql/syntax.h"

size_t
zdm_rollback_joined(const struct zdm_rollback_view *view, size_t at)
{
    size_t n = 1;

    while (view->steps[at + n - 1].with_next)
        n++;
    return n;
}

/* Where the undo of a step stands in the view; n_steps: it does not run. */
static size_t
position(const struct zdm_rollback_view *view, size_t index)
{
    for (size_t i = 0; i < view->n_steps; i++)
        if (view->steps[i].index == index && view->steps[i].action == ZDM_UNDO_RUN)
            return i;
    return view->n_steps;
}

/* The step whose triggers keep what this loss is of in step, when it is another one that goes, too; else n_steps. */
static size_t
position_of_sync(const struct zdm_plan *plan, const struct zdm_rollback_view *view,
    const struct zdm_step *step, const struct zdm_sql_loss *loss)
{
    const struct zdm_step *sync = zdm_kept_sync_of(plan, step, loss);

    return sync && sync > step ? position(view, (size_t)(sync - plan->steps)) : view->n_steps;
}

/* From each sync to the step that made its column. */
static void
join_all(const struct zdm_plan *plan, const struct zdm_plan_report *report,
    struct zdm_rollback_view *view, bool *disarms)
{
    for (size_t i = 0; i < view->n_steps; i++) {
        const struct zdm_sql_losses *losses = &report->undos[view->steps[i].index].losses;
        if (view->steps[i].action != ZDM_UNDO_RUN)
            continue;
        for (size_t k = 0; k < losses->count; k++) {
            size_t at =
                position_of_sync(plan, view, &plan->steps[view->steps[i].index], &losses->items[k]);
            if (at >= i)
                continue;
            disarms[at] = true;
            for (; at < i; at++)
                view->steps[at].with_next = true;
        }
    }
}

static bool
is_brief(const struct zdm_plan *plan, const struct zdm_plan_report *report, size_t index)
{
    struct zdm_lock_policy policy;

    if (plan->steps[index].kind != ZDM_STEP_SQL || report->undos[index].before)
        return false;
    zdm_lock_policy_of_sql(&plan->steps[index].locks, report->undo_statements,
        report->n_undo_statements, index, zdm_plan_undo_mode(report, index), &policy);
    bool brief = policy.class == ZDM_LOCKS_BRIEF;
    zdm_lock_policy_release(&policy);
    return brief;
}

/* DROP INDEX CONCURRENTLY: zdm's own, or the author's, of an sql step. */
static bool
drops_index(const struct zdm_plan *plan, const struct zdm_plan_report *report,
    const struct zdm_rollback_step *undone)
{
    if (undone->action != ZDM_UNDO_SETTLE || plan->steps[undone->index].kind != ZDM_STEP_SQL)
        return false;
    for (size_t i = 0; i < report->n_undo_statements; i++)
        if (report->undo_statements[i].step == undone->index)
            return strcmp(report->undo_statements[i].st.kind, "DROP INDEX") == 0;
    return false;
}

/* What each of these n says, but the last. */
static struct zdm_sql_renames
renames_of(const struct zdm_plan_report *report, const struct zdm_rollback_step *steps, size_t n)
{
    struct zdm_sql_renames renames = {.items = NULL};

    for (size_t i = 0; i + 1 < n; i++) {
        const char *text =
            steps[i].recalled ? steps[i].recalled : report->undos[steps[i].index].sql.text;
        if (steps[i].action == ZDM_UNDO_RUN && text)
            zdm_sql_renames_add(&renames, text);
    }
    return renames;
}

/* Does one of these n drop a column that has another name until one before it runs? The look comes before all of them,
 * and would not find it. */
static bool
comes_back(const struct zdm_plan_report *report, const struct zdm_rollback_step *steps, size_t n)
{
    struct zdm_sql_renames renames = renames_of(report, steps, n);
    bool any = false;

    for (size_t i = 0; i < n; i++) {
        const struct zdm_sql_losses *losses = &report->undos[steps[i].index].losses;
        for (size_t k = 0; steps[i].action == ZDM_UNDO_RUN && k < losses->count; k++) {
            const struct zdm_sql_loss *loss = &losses->items[k];
            any |= loss->column &&
                   zdm_sql_renames_give(&renames, loss->schema, loss->name, loss->column);
        }
    }
    zdm_sql_renames_release(&renames);
    return any;
}

/* Can these n be one transaction, the indexes apart? */
static bool
fits(const struct zdm_plan *plan, const struct zdm_plan_report *report,
    const struct zdm_rollback_step *steps, const bool *disarms, size_t n)
{
    bool triggers_alone = true;

    for (size_t i = 0; i < n; i++) {
        const struct zdm_rollback_step *undone = &steps[i];
        if (drops_index(plan, report, undone)) {
            if (!triggers_alone)
                return false;
        } else if (undone->action == ZDM_UNDO_RUN) {
            if (i + 1 < n && !is_brief(plan, report, undone->index))
                return false;
            triggers_alone &= disarms[i];
        } else if (undone->action != ZDM_UNDO_FORGET) {
            return false;
        }
    }
    return report->undos[steps[n - 1].index].before == NULL && !comes_back(report, steps, n);
}

/* The indexes first; ahead of one the gates that would be ahead of it: behind an open gate nothing may be undone that
 * stands before it. */
static void
move_indexes(const struct zdm_plan *plan, const struct zdm_plan_report *report,
    struct zdm_rollback_step *steps, size_t n)
{
    size_t front = 0, end = 0;

    for (size_t i = 0; i < n; i++)
        if (drops_index(plan, report, &steps[i]))
            end = i + 1;
    for (size_t i = 0; i < end; i++) {
        struct zdm_rollback_step undone = steps[i];
        if (plan->steps[undone.index].kind != ZDM_STEP_GATE && !drops_index(plan, report, &undone))
            continue;
        undone.with_next = false;
        memmove(&steps[front + 1], &steps[front], (i - front) * sizeof *steps);
        steps[front++] = undone;
    }
}

/* A sync that goes while the column stays. */
static void
tell_alone(const struct zdm_plan *plan, const struct zdm_plan_report *report, size_t first,
    struct zdm_rollback_view *view)
{
    for (size_t i = 0; i < first; i++) {
        const struct zdm_sql_losses *losses = &report->undos[i].losses;
        for (size_t k = 0; k < losses->count; k++) {
            const struct zdm_sql_loss *loss = &losses->items[k];
            size_t at = position_of_sync(plan, view, &plan->steps[i], loss);
            if (at == view->n_steps || view->steps[at].lacks)
                continue;
            char *name = zdm_sql_quote_qualified(loss->schema, loss->name);
            char *column = loss->column ? zdm_sql_quote_ident(loss->column) : NULL;
            view->steps[at].lacks = zdm_strf(
                "%s %s%s%s stays, and nothing keeps it in step from then on: what is written to it "
                "alone is nowhere else, and what is written elsewhere is not in it",
                column ? "column" : "table", name, column ? "." : "", column ? column : "");
            free(column);
            free(name);
        }
    }
}

void
zdm_rollback_join(const struct zdm_plan *plan, const struct zdm_plan_report *report, size_t first,
    struct zdm_rollback_view *view)
{
    bool *disarms = zdm_alloc((view->n_steps + 1) * sizeof *disarms);

    join_all(plan, report, view, disarms);
    for (size_t i = 0, n; i < view->n_steps; i += n) {
        n = zdm_rollback_joined(view, i);
        if (n == 1)
            continue;
        if (fits(plan, report, &view->steps[i], &disarms[i], n))
            move_indexes(plan, report, &view->steps[i], n);
        else
            for (size_t k = i; k < i + n; k++)
                view->steps[k].with_next = false;
    }
    free(disarms);
    tell_alone(plan, report, first, view);
}

static int
lock_table(struct zdm_conn *conn, const char *written, struct zdm_err *err)
{
    struct zdm_loss_table table = {.name = NULL};
    int rc = zdm_loss_table_find(conn, written, &table, err);

    if (rc == 0 && table.name)
        rc = zdm_loss_table_lock(conn, &table, true, err);
    free(table.name);
    return rc;
}

/* Of the triggers that the text drops, as SQL writes them. */
static void
add_mirrors(const char *text, char ***tables, size_t *n_tables)
{
    struct zdm_sql_triggers triggers;

    zdm_sql_triggers_of(text, &triggers);
    for (size_t i = 0; i < triggers.count; i++) {
        if (!triggers.items[i].dropped)
            continue;
        *tables = zdm_grow(*tables, *n_tables, sizeof **tables);
        (*tables)[(*n_tables)++] =
            zdm_sql_quote_qualified(triggers.items[i].schema, triggers.items[i].table);
    }
    zdm_sql_triggers_release(&triggers);
}

int
zdm_rollback_lock_mirrors(struct zdm_conn *conn, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, const struct zdm_rollback_step *first, size_t n,
    bool backwards, struct zdm_err *err)
{
    char **tables = NULL;
    size_t n_tables = 0;
    int rc = 0;

    for (size_t i = 0; i + 1 < n; i++)
        if (first[i].action == ZDM_UNDO_RUN && plan->steps[first[i].index].kind == ZDM_STEP_SQL)
            add_mirrors(report->undos[first[i].index].sql.text, &tables, &n_tables);
    for (size_t i = 0; rc == 0 && i < n_tables; i++)
        rc = lock_table(conn, tables[backwards ? n_tables - 1 - i : i], err);
    for (size_t i = 0; i < n_tables; i++)
        free(tables[i]);
    free(tables);
    return rc;
}

const struct zdm_step *
zdm_rollback_goes_with(
    const struct zdm_plan *plan, const struct zdm_plan_report *report, size_t index)
{
    for (size_t i = 0; i < index; i++)
        for (size_t k = 0; k < report->undos[i].losses.count; k++)
            if (zdm_kept_sync_of(plan, &plan->steps[i], &report->undos[i].losses.items[k]) ==
                &plan->steps[index])
                return &plan->steps[i];
    return NULL;
}

static void
add_step(struct zdm_buf *list, const struct zdm_step *step)
{
    zdm_buf_addf(list, "%s\"%s\"", list->len > 0 ? ", " : "", step->id);
}

char *
zdm_rollback_so_far(const struct zdm_session *s, size_t index)
{
    struct zdm_buf out = ZDM_BUF_INIT, still = ZDM_BUF_INIT, early = ZDM_BUF_INIT;

    for (size_t i = 0; i < s->plan->n_steps; i++) {
        const struct zdm_step *step = &s->plan->steps[i];
        if (i > index && zdm_journal_find(&s->rows, step->id, ""))
            add_step(&still, step);
        else if (i < index && zdm_journal_find_undone(&s->rows, step->id))
            add_step(&early, step);
    }
    zdm_buf_addf(&out, "the steps behind \"%s\" are taken back", s->plan->steps[index].id);
    if (still.len > 0)
        zdm_buf_addf(&out, " but for %s", still.s);
    if (early.len > 0)
        zdm_buf_addf(&out, ", and before it %s", early.s);
    zdm_buf_addf(&out, "%s it and %s before are as they were",
        still.len + early.len > 0 ? ";" : ",", early.len > 0 ? "the others" : "those");
    zdm_buf_release(&still);
    zdm_buf_release(&early);
    return zdm_buf_take(&out);
}
