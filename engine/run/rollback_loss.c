/* Which data a rollback would lose, asked of the target. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/text.h"
#include "run/rollback_kept.h"
#include "run/rollback_loss.h"
#include "run/rollback_rows.h"
#include "run/rollback_together.h"
#include "sql/syntax.h"

extern const struct zdm_embedded zdm_run_sql[];

struct look {
    struct zdm_conn *conn;
    const struct zdm_plan *plan;
    const struct zdm_plan_report *report;
    bool locked;
    const struct zdm_rollback_view *accepted;   /* locked: NULL, nothing is */
    const struct zdm_rollback_step *taken_back; /* locked: n_taken_back, before this look */
    const struct zdm_rollback_step *ahead;      /* n_ahead, whose undos are still to run */
    size_t n_taken_back, n_ahead;
    struct zdm_rollback_view *view; /* takes what is lost */
    char *untold;                   /* locked: what could not be told, and is believed; owned */
};

/* of: of the undo's text; NULL: not from there. Takes words. */
static void
add(struct zdm_rollback_view *view, size_t index, const struct zdm_sql_loss *of, char *words)
{
    view->losses = zdm_grow(view->losses, view->n_losses, sizeof *view->losses);
    view->losses[view->n_losses++] =
        (struct zdm_rollback_loss){.index = index, .words = words, .of = of};
}

/* Whoever accepted it did so before the rollback began. */
static bool
is_accepted(const struct look *look, const struct zdm_sql_loss *loss)
{
    for (size_t i = 0; look->accepted && i < look->accepted->n_losses; i++)
        if (look->accepted->losses[i].of == loss)
            return true;
    return false;
}

/* Has this rollback made the triggers anew that keep the column, or table, in step? Then they were not there ever since
 * it looked. */
static bool
came_back(const struct look *look, const struct zdm_step *step, const struct zdm_sql_loss *loss)
{
    for (size_t i = 0; i < look->n_taken_back; i++)
        if (look->taken_back[i].action == ZDM_UNDO_RUN &&
            zdm_kept_ended_by(
                look->plan, step, loss, &look->plan->steps[look->taken_back[i].index]))
            return true;
    return false;
}

/* "the values of column t.c, about 1,200 rows" */
static char *
words_of(const struct zdm_sql_loss *loss, const char *table, int64_t rows)
{
    char *column = loss->column ? zdm_sql_quote_ident(loss->column) : NULL;
    char *what = column ? zdm_strf("the values of column %s.%s", table, column)
                 : loss->kind == ZDM_LOSS_TABLE ? zdm_strf("table %s", table)
                                                : zdm_strf("rows of table %s", table);
    char count[32];
    char *words = rows < 0 ? zdm_strf("%s, how many rows is not known", what)
                           : zdm_strf("%s, about %s row%s", what, zdm_show_count(rows, count),
                                 rows == 1 ? "" : "s");

    free(column);
    free(what);
    return words;
}

static void
add_renamed(struct zdm_rollback_view *view, size_t index, const struct zdm_sql_loss *loss,
    const char *table)
{
    char *words = words_of(loss, table, -1);

    add(view, index, loss, zdm_strf("%s: it has another name now, or is gone", words));
    free(words);
}

/* "type t and what depends on it": which ones, and what they hold, is not looked for; NULL: known by name. */
static char *
words_of_unnamed(const struct zdm_sql_loss *loss, const char *written)
{
    return loss->kind == ZDM_LOSS_SCHEMA ? zdm_strf("schema %s with everything in it", written)
           : loss->kind == ZDM_LOSS_DEPENDENTS || loss->kind == ZDM_LOSS_CASCADE
               ? zdm_strf("%s %s and what depends on it", loss->what, written)
               : NULL;
}

/* What the undos that run before this one rename, of those that are still to run. */
static struct zdm_sql_renames
renames_before(const struct look *look, const struct zdm_rollback_step *undone)
{
    struct zdm_sql_renames renames = {.items = NULL};

    for (size_t i = 0; i < look->n_ahead; i++) {
        const struct zdm_rollback_step *step = &look->ahead[i];
        const char *text =
            step->recalled ? step->recalled : look->report->undos[step->index].sql.text;
        if (step->index > undone->index && step->action == ZDM_UNDO_RUN && text)
            zdm_sql_renames_add(&renames, text);
    }
    return renames;
}

/* One of them gives the column this name again: the look under the locks of the undo finds it there. */
static bool
comes_back(const struct zdm_sql_renames *later, const struct zdm_sql_loss *loss)
{
    return loss->column && zdm_sql_renames_give(later, loss->schema, loss->name, loss->column);
}

/* What could not be told under the lock, and is believed. */
static void
tell_believed(struct look *look, const struct zdm_sql_loss *loss, const struct zdm_kept *kept,
    const char *words, const char *table, const char *why)
{
    char *column = loss->column ? zdm_sql_quote_ident(loss->column) : NULL;

    if (!look->untold)
        look->untold =
            kept->elsewhere
                ? zdm_strf("whether anybody wrote to %s%s%s%s alone%s could not be told: %s",
                      column ? "column " : "table ", table, column ? "." : "", column ? column : "",
                      kept->armed ? ", past its triggers," : "", why)
                : zdm_strf("%s: whether there are any could not be told again: %s", words, why);
    free(column);
}

/* Of a column or table that is there: what it holds, and is nowhere else. */
static int
look_inside(struct look *look, const struct zdm_rollback_step *undone,
    const struct zdm_sql_loss *loss, const char *table, int64_t rows, struct zdm_err *err)
{
    const struct zdm_step *step = &look->plan->steps[undone->index];
    struct zdm_sql_renames later = renames_before(look, undone);
    struct zdm_kept kept = {.elsewhere = NULL};
    char *column = loss->column ? zdm_sql_quote_ident(loss->column) : NULL, *why = NULL;
    char *words = words_of(loss, table, rows);
    enum zdm_loss_answer answer = ZDM_LOSS_NO;
    int rc = zdm_kept_find(look->conn, look->plan, step, &later, loss, table, &kept, err);

    if (rc == 0) {
        char *condition =
            zdm_strf("%s%s AND %s%s", column ? column : "true", column ? " IS NOT NULL" : "",
                kept.elsewhere ? "NOT " : "", kept.elsewhere ? kept.elsewhere : "true");
        rc = zdm_loss_any_row(look->conn, look->locked, table, kept.rows ? kept.rows : table,
            condition, &answer, &why, err);
        free(condition);
    }
    if (rc == 0 && answer == ZDM_LOSS_YES)
        add(look->view, undone->index, loss,
            kept.elsewhere ? zdm_strf("%s: some are not %s", words, kept.where)
                           : zdm_strdup(words));
    else if (rc == 0 && answer == ZDM_LOSS_CANNOT_TELL && look->locked &&
             (look->accepted || (kept.elsewhere && kept.armed && !came_back(look, step, loss)))) {
        tell_believed(look, loss, &kept, words, table, why);
    } else if (rc == 0 && answer == ZDM_LOSS_CANNOT_TELL &&
               (look->locked || !(kept.elsewhere && kept.believed)))
        add(look->view, undone->index, loss,
            zdm_strf("%s: whether there are any%s%s could not be told: %s", words,
                kept.elsewhere ? " that are not " : "", kept.elsewhere ? kept.where : "", why));
    else if (rc == 0 && answer == ZDM_LOSS_NO_COLUMN && !undone->begun && !comes_back(&later, loss))
        add_renamed(look->view, undone->index, loss, table);
    zdm_kept_release(&kept);
    zdm_sql_renames_release(&later);
    free(why);
    free(words);
    free(column);
    return rc;
}

/* Views and constraints of other tables, as the catalog knows them. */
static int
look_cascade(struct look *look, const struct zdm_rollback_step *undone,
    const struct zdm_sql_loss *loss, struct zdm_err *err)
{
    char *written = zdm_sql_quote_qualified(loss->schema, loss->name);
    struct zdm_result *r = NULL;
    int rc = ZDM_QUERY(
        look->conn, zdm_embedded_text(zdm_run_sql, "sql/loss_cascade.sql"), &r, err, written);
    const char *list = rc == 0 ? zdm_result_get(r, 0, 0) : NULL;

    if (list)
        add(look->view, undone->index, loss,
            zdm_strf("what goes with %s %s by CASCADE: %s", loss->what, written, list));
    zdm_result_free(r);
    free(written);
    return rc;
}

/* What the undo itself throws away. What a step made and is not there has another name by now, as long
 * as nobody began to take the step back: the undo of a later step gives the old one back. */
static int
look_undo(struct look *look, const struct zdm_rollback_step *undone,
    const struct zdm_sql_loss *loss, struct zdm_err *err)
{
    size_t index = undone->index;
    char *written = zdm_sql_quote_qualified(loss->schema, loss->name);
    char *unnamed = words_of_unnamed(loss, written);
    struct zdm_loss_table table = {.name = NULL};
    int rc = 0;

    if (unnamed)
        add(look->view, index, loss, unnamed);
    else
        rc = zdm_loss_table_find(look->conn, written, &table, err);
    if (rc == 0 && table.name) {
        if (look->locked)
            rc = zdm_loss_table_lock(look->conn, &table, loss->kind != ZDM_LOSS_ROWS, err);
        if (rc == 0)
            rc = look_inside(look, undone, loss, table.name, table.rows, err);
    } else if (rc == 0 && !unnamed && !undone->begun) {
        add_renamed(look->view, index, loss, written);
    }
    free(table.name);
    free(written);
    return rc;
}

/* What the step threw away, and no undo brings back. */
static int
look_done(struct look *look, const struct zdm_step *step, size_t index,
    const struct zdm_sql_loss *loss, struct zdm_err *err)
{
    char *written = zdm_sql_quote_qualified(loss->schema, loss->name);
    char *unnamed = words_of_unnamed(loss, written);
    struct zdm_loss_table table = {.name = NULL, .rows = -1};
    int rc = 0;

    if (loss->kind == ZDM_LOSS_SCHEMA) {
        add(look->view, index, NULL,
            zdm_strf("what was in schema %s, dropped by \"%s\"", written, step->id));
    } else if (unnamed) {
        add(look->view, index, NULL, zdm_strf("%s, gone since \"%s\"", unnamed, step->id));
    } else {
        rc = zdm_loss_table_find(look->conn, written, &table, err);
        if (rc == 0) {
            char *words = words_of(loss, table.name ? table.name : written,
                loss->kind == ZDM_LOSS_COLUMN ? table.rows : -1);
            add(look->view, index, NULL, zdm_strf("%s, gone since \"%s\"", words, step->id));
            free(words);
        }
    }
    free(unnamed);
    free(table.name);
    free(written);
    return rc;
}

static int
look_undos(struct look *look, const struct zdm_plan_report *report,
    const struct zdm_rollback_step *undone, struct zdm_err *err)
{
    const struct zdm_sql_losses *losses = &report->undos[undone->index].losses;
    const struct zdm_step *step = &look->plan->steps[undone->index];
    int rc = 0;

    if (step->kind == ZDM_STEP_SQL && step->u.sql.keeps)
        return 0;
    for (size_t i = 0; rc == 0 && i < losses->count; i++) {
        const struct zdm_sql_loss *loss = &losses->items[i];
        if (is_accepted(look, loss))
            continue;
        rc = loss->kind == ZDM_LOSS_CASCADE ? look_cascade(look, undone, loss, err)
                                            : look_undo(look, undone, loss, err);
    }
    return rc;
}

static int
look_step(struct look *look, const struct zdm_plan_report *report,
    const struct zdm_rollback_step *undone, struct zdm_err *err)
{
    const struct zdm_step *step = &look->plan->steps[undone->index];
    struct zdm_sql_losses done = {.items = NULL};
    int rc = look_undos(look, report, undone, err);

    if (rc == 0 && step->kind == ZDM_STEP_HOOK && undone->action != ZDM_UNDO_FORGET)
        add(look->view, undone->index, NULL,
            zdm_strf("what the undo function of \"%s\" loses is not known", step->id));
    if (step->kind == ZDM_STEP_SQL && !step->u.sql.keeps)
        zdm_sql_losses_of(step->u.sql.up.text, &done);
    for (size_t i = 0; rc == 0 && i < done.count; i++)
        rc = look_done(look, step, undone->index, &done.items[i], err);
    zdm_sql_losses_release(&done);
    if (rc == 0 && step->kind == ZDM_STEP_BACKFILL && step->u.backfill.erase)
        add(look->view, undone->index, NULL,
            zdm_strf("rows of table %s, deleted by \"%s\"", step->u.backfill.table, step->id));
    return rc;
}

int
zdm_rollback_losses(struct zdm_conn *conn, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, struct zdm_rollback_view *view, struct zdm_err *err)
{
    struct look look = {
        .conn = conn,
        .plan = plan,
        .report = report,
        .ahead = view->steps,
        .n_ahead = view->n_steps,
        .view = view,
    };

    for (size_t i = 0; i < view->n_steps; i++)
        if (view->steps[i].action != ZDM_UNDO_REFUSE &&
            look_step(&look, report, &view->steps[i], err) < 0)
            return -1;
    return 0;
}

static int
refuse(const struct zdm_session *s, const struct look *look, const struct zdm_rollback_step *first,
    struct zdm_err *err)
{
    const struct zdm_rollback_view *found = look->view;
    const struct zdm_step *step = &look->plan->steps[found->losses[0].index];
    struct zdm_buf list = ZDM_BUF_INIT;
    char *so_far = zdm_rollback_so_far(s, first->index);

    for (size_t i = 0; i < found->n_losses; i++)
        zdm_buf_addf(&list, "%s%s", i ? "\n" : "", found->losses[i].words);
    zdm_fail(err, ZDM_ERR_REFUSED,
        "taking back step \"%s\" would lose data that was not there before", step->id);
    zdm_err_detail(err, "what will not be there afterwards:\n%s", list.s);
    zdm_err_hint(err,
        "%s; keep everybody from writing there, save it, and roll back again, or go on without it: "
        "%s--accept-data-loss; zdm run %s goes forward again",
        so_far,
        look->accepted ? "what is accepted is what is there when a rollback begins, so once more "
                         "with "
                       : "",
        look->plan->file);
    free(so_far);
    zdm_buf_release(&list);
    return zdm_err_at(err, step->at);
}

int
zdm_rollback_look_again(struct zdm_session *s, const struct zdm_rollback_step *first, size_t n,
    const struct zdm_rollback_view *told, const struct zdm_rollback_view *accepted, char **untold,
    struct zdm_err *err)
{
    struct zdm_rollback_view view = {.where = NULL};
    struct look look = {
        .conn = s->conn,
        .plan = s->plan,
        .report = s->report,
        .locked = true,
        .accepted = accepted,
        .taken_back = told->steps,
        .n_taken_back = (size_t)(first - told->steps),
        .ahead = first,
        .n_ahead = n,
        .view = &view,
    };
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < n; i++)
        if (first[i].action == ZDM_UNDO_RUN)
            rc = look_undos(&look, s->report, &first[i], err);
    if (rc == 0 && view.n_losses > 0)
        rc = refuse(s, &look, first, err);
    zdm_rollback_view_release(&view);
    free(*untold);
    *untold = look.untold;
    return rc;
}
