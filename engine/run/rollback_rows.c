#include "run/rollback_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "catalog/locked.h"
#include "run/lock_report.h"
#include "run/lock_wait.h"

extern const struct zdm_embedded zdm_run_sql[];

/* A look that nobody waits for, and one under the locks of the undo: its transaction goes on behind it. */
#define BEGIN                                                                                      \
    "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;"                                              \
    " SET LOCAL statement_timeout = 2000; SET LOCAL lock_timeout = 500;" HIDDEN
#define BEGIN_LOCKED "SAVEPOINT zdm_look; SET LOCAL statement_timeout = 250;" HIDDEN
#define END_LOCKED   "ROLLBACK TO SAVEPOINT zdm_look; RELEASE SAVEPOINT zdm_look"
/* Rows that are hidden from this role are lost as well. */
#define HIDDEN " SET LOCAL row_security = off"

int
zdm_loss_table_find(
    struct zdm_conn *conn, const char *written, struct zdm_loss_table *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_run_sql, "sql/loss_look.sql"), &r, err, written) < 0)
        return -1;
    *out = (struct zdm_loss_table){.rows = -1};
    if (zdm_result_rows(r) == 1)
        *out = (struct zdm_loss_table){
            .name = zdm_strdup(zdm_result_get(r, 0, 0)),
            .rows = zdm_result_i64(r, 0, 1),
            .lockable = zdm_result_bool(r, 0, 2),
        };
    zdm_result_free(r);
    return 0;
}

int
zdm_loss_table_lock(
    struct zdm_conn *conn, const struct zdm_loss_table *table, bool all, struct zdm_err *err)
{
    if (!table->lockable)
        return 0;
    char *sql = zdm_strf(
        "LOCK TABLE %s IN %s MODE", table->name, all ? "ACCESS EXCLUSIVE" : "SHARE ROW EXCLUSIVE");
    int rc = zdm_conn_exec(conn, sql, NULL, err);

    free(sql);
    return rc;
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
why_not(struct zdm_conn *conn, bool locked, const char *table, const struct zdm_err *err)
{
    if (strcmp(err->sqlstate, "55P03") == 0)
        return who_locks(conn, table);
    if (strcmp(err->sqlstate, "57014") == 0)
        return zdm_strdup(
            locked ? "not within 250 ms, and longer nobody shall wait" : "not within two seconds");
    return zdm_strdup(err->message);
}

int
zdm_loss_any_row(struct zdm_conn *conn, bool locked, const char *table, const char *rows,
    const char *condition, enum zdm_loss_answer *out, char **why, struct zdm_err *err)
{
    char *sql = zdm_strf("SELECT EXISTS (SELECT FROM %s WHERE %s)", rows, condition);
    struct zdm_result *r = NULL;
    struct zdm_err trouble = ZDM_ERR_INIT;
    int rc = zdm_conn_exec(conn, locked ? BEGIN_LOCKED : BEGIN, NULL, &trouble);

    *why = NULL;
    *out = ZDM_LOSS_CANNOT_TELL;
    if (rc == 0 && (rc = zdm_conn_exec(conn, sql, &r, &trouble)) == 0)
        *out = zdm_result_bool(r, 0, 0) ? ZDM_LOSS_YES : ZDM_LOSS_NO;
    else if (strcmp(trouble.sqlstate, "42703") == 0)
        *out = ZDM_LOSS_NO_COLUMN;
    zdm_result_free(r);
    free(sql);
    /* ^C, or the session is gone: that is no answer. */
    if (rc < 0 && (zdm_conn_lost(conn) || trouble.code != ZDM_ERR_FAILED)) {
        zdm_conn_rollback(conn);
        zdm_err_move(err, &trouble);
        return -1;
    }
    if (!locked)
        zdm_conn_rollback(conn);
    else if (zdm_conn_exec(conn, END_LOCKED, NULL, err) < 0) {
        zdm_err_release(&trouble);
        return -1;
    }
    if (*out == ZDM_LOSS_CANNOT_TELL)
        *why = why_not(conn, locked, table, &trouble);
    zdm_err_release(&trouble);
    return 0;
}
