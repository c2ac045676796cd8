/* Which data a rollback would lose, asked of the target. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/text.h"
#include "run/rollback_loss.h"
#include "sql/syntax.h"

extern const struct zdm_embedded zdm_run_sql[];

#define BEGIN                                                                                      \
    "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;"                                              \
    " SET LOCAL statement_timeout = 2000; SET LOCAL lock_timeout = 500;"                           \
    " SET LOCAL row_security = off" /* rows that are hidden from this role are lost as well */

static void
add(struct zdm_rollback_view *view, size_t index, char *words)
{
    view->losses = zdm_grow(view->losses, view->n_losses, sizeof *view->losses);
    view->losses[view->n_losses++] = (struct zdm_rollback_loss){.index = index, .words = words};
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

    add(view, index, zdm_strf("%s: it has another name now, or is gone", words));
    free(words);
}

/* The table as the server knows it, and its rows; *found false: it is not there. */
static int
look_table(struct zdm_conn *conn, const char *written, bool *found, char **name, int64_t *rows,
    struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_run_sql, "sql/loss_look.sql"), &r, err, written) < 0)
        return -1;
    *found = zdm_result_rows(r) == 1;
    *name = *found ? zdm_strdup(zdm_result_get(r, 0, 0)) : NULL;
    *rows = *found ? zdm_result_i64(r, 0, 1) : -1;
    zdm_result_free(r);
    return 0;
}

enum answer { NO, YES, NO_COLUMN, CANNOT_TELL };

/* Is there any such row? In its own transaction, which may fail: a lock, no right, two seconds. */
static enum answer
any_row(struct zdm_conn *conn, const char *table, const char *condition)
{
    char *sql = zdm_strf("SELECT EXISTS (SELECT FROM %s WHERE %s)", table, condition);
    struct zdm_result *r = NULL;
    struct zdm_err err = ZDM_ERR_INIT;
    enum answer answer = CANNOT_TELL;

    if (zdm_conn_exec(conn, BEGIN, NULL, &err) == 0 && zdm_conn_exec(conn, sql, &r, &err) == 0) {
        answer = zdm_result_bool(r, 0, 0) ? YES : NO;
        zdm_result_free(r);
    } else if (strcmp(err.sqlstate, "42703") == 0) {
        answer = NO_COLUMN;
    }
    zdm_conn_rollback(conn);
    zdm_err_release(&err);
    free(sql);
    return answer;
}

/* Do triggers of a sync {} of this plan keep the column's values in another one as well? */
static int
is_synced(struct zdm_conn *conn, const struct zdm_plan *plan, const struct zdm_sql_loss *loss,
    const char *written, bool *synced, struct zdm_err *err)
{
    *synced = false;
    for (size_t i = 0; i < plan->n_steps && !*synced; i++) {
        const struct zdm_step *step = &plan->steps[i];
        const struct zdm_sync *sync = step->kind == ZDM_STEP_SQL ? step->u.sql.sync : NULL;
        struct zdm_sql_triggers triggers;
        char *to = NULL;
        struct zdm_err ignored = ZDM_ERR_INIT;
        if (!sync || zdm_sql_identifier(sync->to, &to, &ignored) < 0) {
            zdm_err_release(&ignored);
            continue;
        }
        bool same = strcmp(to, loss->column) == 0;
        free(to);
        if (!same)
            continue;
        zdm_sql_triggers_of(step->u.sql.up.text, &triggers);
        for (size_t k = 0; k < triggers.count && !*synced; k++) {
            struct zdm_result *r = NULL;
            if (strcmp(triggers.items[k].table, loss->name) != 0)
                continue;
            if (ZDM_QUERY(conn, zdm_embedded_text(zdm_run_sql, "sql/trigger_there.sql"), &r, err,
                    written, triggers.items[k].name) < 0) {
                zdm_sql_triggers_release(&triggers);
                return -1;
            }
            *synced = zdm_result_bool(r, 0, 0);
            zdm_result_free(r);
        }
        zdm_sql_triggers_release(&triggers);
    }
    return 0;
}

/* What the undo itself throws away. What a step made and is not there has another name by now, as long
 * as nobody began to take the step back: the undo of a later step gives the old one back. */
static int
look_undo(struct zdm_conn *conn, const struct zdm_plan *plan,
    const struct zdm_rollback_step *undone, const struct zdm_sql_loss *loss,
    struct zdm_rollback_view *view, struct zdm_err *err)
{
    size_t index = undone->index;
    char *written = zdm_sql_quote_qualified(loss->schema, loss->name), *name = NULL;
    bool found, synced = false;
    int64_t rows;

    if (loss->kind == ZDM_LOSS_SCHEMA) {
        add(view, index, zdm_strf("schema %s with everything in it", written));
        free(written);
        return 0;
    }
    int rc = look_table(conn, written, &found, &name, &rows, err);
    if (rc == 0 && found && loss->kind == ZDM_LOSS_COLUMN)
        rc = is_synced(conn, plan, loss, written, &synced, err);
    if (rc == 0 && found && !synced) {
        char *column = loss->column ? zdm_sql_quote_ident(loss->column) : NULL;
        char *condition = column ? zdm_strf("%s IS NOT NULL", column) : zdm_strdup("true");
        enum answer answer = any_row(conn, name, condition);
        char *words = words_of(loss, name, rows);
        if (answer == YES)
            add(view, index, zdm_strdup(words));
        else if (answer == CANNOT_TELL)
            add(view, index, zdm_strf("%s: whether there are any could not be told", words));
        else if (answer == NO_COLUMN && !undone->begun)
            add_renamed(view, index, loss, name);
        free(words);
        free(condition);
        free(column);
    } else if (rc == 0 && !found && !undone->begun) {
        add_renamed(view, index, loss, written);
    }
    free(name);
    free(written);
    return rc;
}

/* What the step threw away, and no undo brings back. */
static int
look_done(struct zdm_conn *conn, const struct zdm_step *step, size_t index,
    const struct zdm_sql_loss *loss, struct zdm_rollback_view *view, struct zdm_err *err)
{
    char *written = zdm_sql_quote_qualified(loss->schema, loss->name), *name = NULL;
    bool found = false;
    int64_t rows = -1;
    int rc = 0;

    if (loss->kind == ZDM_LOSS_SCHEMA) {
        add(view, index, zdm_strf("what was in schema %s, dropped by \"%s\"", written, step->id));
    } else {
        rc = look_table(conn, written, &found, &name, &rows, err);
        if (rc == 0) {
            char *words =
                words_of(loss, found ? name : written, loss->kind == ZDM_LOSS_COLUMN ? rows : -1);
            add(view, index, zdm_strf("%s, gone since \"%s\"", words, step->id));
            free(words);
        }
    }
    free(name);
    free(written);
    return rc;
}

static int
look_step(struct zdm_conn *conn, const struct zdm_plan *plan, const struct zdm_plan_report *report,
    const struct zdm_rollback_step *undone, struct zdm_rollback_view *view, struct zdm_err *err)
{
    const struct zdm_step *step = &plan->steps[undone->index];
    const struct zdm_sql_losses *losses = &report->undos[undone->index].losses;
    struct zdm_sql_losses done = {.items = NULL};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < losses->count; i++)
        rc = look_undo(conn, plan, undone, &losses->items[i], view, err);
    if (step->kind == ZDM_STEP_SQL)
        zdm_sql_losses_of(step->u.sql.up.text, &done);
    for (size_t i = 0; rc == 0 && i < done.count; i++)
        rc = look_done(conn, step, undone->index, &done.items[i], view, err);
    zdm_sql_losses_release(&done);
    if (rc == 0 && step->kind == ZDM_STEP_BACKFILL && step->u.backfill.erase)
        add(view, undone->index,
            zdm_strf("rows of table %s, deleted by \"%s\"", step->u.backfill.table, step->id));
    return rc;
}

int
zdm_rollback_losses(struct zdm_conn *conn, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, struct zdm_rollback_view *view, struct zdm_err *err)
{
    for (size_t i = 0; i < view->n_steps; i++)
        if ((view->steps[i].action == ZDM_UNDO_RUN || view->steps[i].action == ZDM_UNDO_SETTLE) &&
            look_step(conn, plan, report, &view->steps[i], view, err) < 0)
            return -1;
    return 0;
}
