/* Which data a rollback would lose, asked of the target. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/text.h"
#include "catalog/locked.h"
#include "run/lock_report.h"
#include "run/lock_wait.h"
#include "run/rollback_kept.h"
#include "run/rollback_loss.h"
#include "sql/syntax.h"

extern const struct zdm_embedded zdm_run_sql[];

/* A look that nobody waits for, and one under the locks of the undo: its transaction goes on behind it. */
#define BEGIN                                                                                      \
    "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;"                                              \
    " SET LOCAL statement_timeout = 2000; SET LOCAL lock_timeout = 500;" HIDDEN
#define BEGIN_LOCKED "SAVEPOINT zdm_look; SET LOCAL statement_timeout = 250;" HIDDEN
#define END_LOCKED   "ROLLBACK TO SAVEPOINT zdm_look; RELEASE SAVEPOINT zdm_look"
/* Rows that are hidden from this role are lost as well. */
#define HIDDEN " SET LOCAL row_security = off"

struct look {
    struct zdm_conn *conn;
    const struct zdm_plan *plan;
    const struct zdm_plan_report *report;
    bool locked;
    const struct zdm_rollback_view *accepted;   /* locked: NULL, nothing is */
    const struct zdm_rollback_step *taken_back; /* locked: before this one */
    size_t n_taken_back;
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

/* Did the step end a sync of the table? Then its undo made the triggers anew, for what is written from then on. */
static bool
drops_triggers(const struct zdm_step *step, const struct zdm_sql_loss *loss)
{
    struct zdm_sql_triggers triggers;
    bool any = false;

    if (step->kind != ZDM_STEP_SQL)
        return false;
    zdm_sql_triggers_of(step->u.sql.up.text, &triggers);
    for (size_t i = 0; i < triggers.count; i++)
        any |= triggers.items[i].dropped && strcmp(triggers.items[i].table, loss->name) == 0;
    zdm_sql_triggers_release(&triggers);
    return any;
}

/* Has this rollback taken back what kept the column, or table, in step, which was there ever since it looked? */
static bool
was_in_sync(const struct look *look, const struct zdm_step *step, const struct zdm_sql_loss *loss)
{
    const struct zdm_step *ended = NULL;
    const struct zdm_step *sync = zdm_kept_sync_of(look->plan, step, loss, &ended);
    bool was = false;

    for (size_t i = 0; sync && i < look->n_taken_back; i++) {
        const struct zdm_step *taken = &look->plan->steps[look->taken_back[i].index];
        if (look->taken_back[i].action != ZDM_UNDO_RUN)
            continue;
        if (taken == ended || (loss->column && taken != sync && drops_triggers(taken, loss)))
            return false;
        was |= taken == sync;
    }
    return was;
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

struct table {
    char *name; /* owned, as the server knows it; NULL: it is not there */
    int64_t rows;
    bool lockable;
};

static int
look_table(struct zdm_conn *conn, const char *written, struct table *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_run_sql, "sql/loss_look.sql"), &r, err, written) < 0)
        return -1;
    *out = (struct table){.rows = -1};
    if (zdm_result_rows(r) == 1)
        *out = (struct table){
            .name = zdm_strdup(zdm_result_get(r, 0, 0)),
            .rows = zdm_result_i64(r, 0, 1),
            .lockable = zdm_result_bool(r, 0, 2),
        };
    zdm_result_free(r);
    return 0;
}

/* Who holds it, once the transaction that waited for it is over. */
static char *
who_locks(struct zdm_conn *conn, const char *table)
{
    const struct zdm_wanted_lock wanted = {
        .relation = table, .mode = "AccessShareLock", .below = ZDM_WANTED_PARTITIONS};
    struct zdm_blockers blockers = {.items = NULL};
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_buf out = ZDM_BUF_INIT;

    zdm_buf_add(&out, "the table is locked");
    if (zdm_blockers_find(conn, 1, &wanted, &blockers, &err) == 0 && blockers.count > 0) {
        zdm_blockers_normalise(&blockers);
        zdm_buf_add(&out, " by ");
        zdm_add_blockers(&out, blockers.items, blockers.count);
    }
    zdm_blockers_release(&blockers);
    zdm_err_release(&err);
    return zdm_buf_take(&out);
}

static char *
why_not(const struct look *look, const char *table, const struct zdm_err *err)
{
    if (strcmp(err->sqlstate, "55P03") == 0)
        return who_locks(look->conn, table);
    if (strcmp(err->sqlstate, "57014") == 0)
        return zdm_strdup(look->locked ? "not within 250 ms, and longer nobody shall wait"
                                       : "not within two seconds");
    return zdm_strdup(err->message);
}

enum answer { NO, YES, NO_COLUMN, CANNOT_TELL };

/* Is there any such row? It may fail: a lock, no right, the time; *why (owned) of CANNOT_TELL. rows: the table, or
 * what stands for it. */
static int
any_row(const struct look *look, const char *table, const char *rows, const char *condition,
    enum answer *out, char **why, struct zdm_err *err)
{
    char *sql = zdm_strf("SELECT EXISTS (SELECT FROM %s WHERE %s)", rows, condition);
    struct zdm_result *r = NULL;
    struct zdm_err trouble = ZDM_ERR_INIT;
    int rc = zdm_conn_exec(look->conn, look->locked ? BEGIN_LOCKED : BEGIN, NULL, &trouble);

    *why = NULL;
    *out = CANNOT_TELL;
    if (rc == 0 && (rc = zdm_conn_exec(look->conn, sql, &r, &trouble)) == 0)
        *out = zdm_result_bool(r, 0, 0) ? YES : NO;
    else if (strcmp(trouble.sqlstate, "42703") == 0)
        *out = NO_COLUMN;
    zdm_result_free(r);
    free(sql);
    /* ^C, or the session is gone: that is no answer. */
    if (rc < 0 && (zdm_conn_lost(look->conn) || trouble.code != ZDM_ERR_FAILED)) {
        zdm_conn_rollback(look->conn);
        zdm_err_move(err, &trouble);
        return -1;
    }
    if (!look->locked)
        zdm_conn_rollback(look->conn);
    else if (zdm_conn_exec(look->conn, END_LOCKED, NULL, err) < 0) {
        zdm_err_release(&trouble);
        return -1;
    }
    if (*out == CANNOT_TELL)
        *why = why_not(look, table, &trouble);
    zdm_err_release(&trouble);
    return 0;
}

/* Nobody writes to it any more, until the undo commits or fails. What it drops it locks anyway. */
static int
lock(const struct look *look, const struct zdm_sql_loss *loss, const char *table,
    struct zdm_err *err)
{
    char *sql = zdm_strf("LOCK TABLE %s IN %s MODE", table,
        loss->kind == ZDM_LOSS_ROWS ? "SHARE ROW EXCLUSIVE" : "ACCESS EXCLUSIVE");
    int rc = zdm_conn_exec(look->conn, sql, NULL, err);

    free(sql);
    return rc;
}

/* What the undos that run before this one rename. Under the locks of the undo they have run, and there is none. */
static struct zdm_sql_renames
renames_before(const struct look *look, const struct zdm_rollback_step *undone)
{
    struct zdm_sql_renames renames = {.items = NULL};

    for (size_t i = 0; i < look->view->n_steps; i++) {
        const struct zdm_rollback_step *step = &look->view->steps[i];
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
    for (size_t i = 0; loss->column && i < later->count; i++)
        if (zdm_sql_rename_is_of(&later->items[i], loss->schema, loss->name) &&
            strcmp(later->items[i].to, loss->column) == 0)
            return true;
    return false;
}

/* Of a column or table that is there: what it holds, and is nowhere else. */
static int
look_inside(struct look *look, const struct zdm_rollback_step *undone,
    const struct zdm_sql_loss *loss, const char *table, int64_t rows, struct zdm_err *err)
{
    const struct zdm_step *step = &look->plan->steps[undone->index];
    struct zdm_sql_renames later = renames_before(look, undone);
    struct zdm_kept kept;
    char *column = loss->column ? zdm_sql_quote_ident(loss->column) : NULL, *why = NULL;
    char *words = words_of(loss, table, rows);
    enum answer answer = NO;
    int rc = zdm_kept_find(look->conn, look->plan, step, &later, loss, table, &kept, err);

    if (rc == 0) {
        char *condition =
            zdm_strf("%s%s AND %s%s", column ? column : "true", column ? " IS NOT NULL" : "",
                kept.elsewhere ? "NOT " : "", kept.elsewhere ? kept.elsewhere : "true");
        rc = any_row(look, table, kept.rows ? kept.rows : table, condition, &answer, &why, err);
        free(condition);
    }
    if (rc == 0 && answer == YES)
        add(look->view, undone->index, loss,
            kept.elsewhere ? zdm_strf("%s: some are not %s", words, kept.where)
                           : zdm_strdup(words));
    else if (rc == 0 && answer == CANNOT_TELL && look->locked &&
             (kept.elsewhere || look->accepted)) {
        if (!look->untold)
            look->untold = kept.elsewhere ? zdm_strf("whether anybody wrote to %s%s%s%s alone "
                                                     "since its sync ended could not be told: %s",
                                                column ? "column " : "table ", table,
                                                column ? "." : "", column ? column : "", why)
                                          : zdm_strf("%s: whether there are any could not be told "
                                                     "again: %s",
                                                words, why);
    } else if (rc == 0 && answer == CANNOT_TELL && !(kept.elsewhere && kept.believed))
        add(look->view, undone->index, loss,
            zdm_strf("%s: whether there are any%s%s could not be told: %s", words,
                kept.elsewhere ? " that are not " : "", kept.elsewhere ? kept.where : "", why));
    else if (rc == 0 && answer == NO_COLUMN && !undone->begun && !comes_back(&later, loss))
        add_renamed(look->view, undone->index, loss, table);
    if (rc == 0)
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
    struct table table = {.name = NULL};
    int rc = 0;

    if (unnamed)
        add(look->view, index, loss, unnamed);
    else
        rc = look_table(look->conn, written, &table, err);
    if (rc == 0 && table.name) {
        if (look->locked && table.lockable)
            rc = lock(look, loss, table.name, err);
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
    struct table table = {.name = NULL, .rows = -1};
    int rc = 0;

    if (loss->kind == ZDM_LOSS_SCHEMA) {
        add(look->view, index, NULL,
            zdm_strf("what was in schema %s, dropped by \"%s\"", written, step->id));
    } else if (unnamed) {
        add(look->view, index, NULL, zdm_strf("%s, gone since \"%s\"", unnamed, step->id));
    } else {
        rc = look_table(look->conn, written, &table, err);
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
        if (is_accepted(look, loss) || was_in_sync(look, step, loss))
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
    struct look look = {.conn = conn, .plan = plan, .report = report, .view = view};

    for (size_t i = 0; i < view->n_steps; i++)
        if (view->steps[i].action != ZDM_UNDO_REFUSE &&
            look_step(&look, report, &view->steps[i], err) < 0)
            return -1;
    return 0;
}

int
zdm_rollback_look_again(struct zdm_session *s, const struct zdm_rollback_step *undone,
    const struct zdm_rollback_view *told, bool accept, char **untold, struct zdm_err *err)
{
    const struct zdm_step *step = &s->plan->steps[undone->index];
    struct zdm_rollback_view view = {.where = NULL};
    struct look look = {
        .conn = s->conn,
        .plan = s->plan,
        .report = s->report,
        .locked = true,
        .accepted = accept ? told : NULL,
        .taken_back = told->steps,
        .n_taken_back = (size_t)(undone - told->steps),
        .view = &view,
    };
    int rc = look_undos(&look, s->report, undone, err);

    if (rc == 0 && view.n_losses > 0) {
        struct zdm_buf list = ZDM_BUF_INIT;
        for (size_t i = 0; i < view.n_losses; i++)
            zdm_buf_addf(&list, "%s%s", i ? "\n" : "", view.losses[i].words);
        zdm_fail(err, ZDM_ERR_REFUSED,
            "taking back step \"%s\" would lose data that was not there before", step->id);
        zdm_err_detail(err, "what will not be there afterwards:\n%s", list.s);
        zdm_err_hint(err,
            "the steps behind it are taken back, it and those before are as they were; keep "
            "everybody from writing there, save it, and roll back again, or go on without it: "
            "%s--accept-data-loss; zdm run %s goes forward again",
            accept ? "what is accepted is what is there when a rollback begins, so once more with "
                   : "",
            s->plan->file);
        zdm_buf_release(&list);
        rc = zdm_err_at(err, step->at);
    }
    zdm_rollback_view_release(&view);
    free(*untold);
    *untold = look.untold;
    return rc;
}
