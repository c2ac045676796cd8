/* Who may write: take-over, fence, settle. */
#include "pg/journal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "base/text.h"
#include "pg/journal_private.h"

extern const struct zdm_embedded zdm_pg_sql[];

/* BEGIN, with waits for locks bounded for this transaction only. */
static int
begin_bounded(struct zdm_conn *conn, int64_t wait_ms, struct zdm_err *err)
{
    char timeout[32];

    /* 0 would wait for ever, and the setting is an int. */
    wait_ms = wait_ms < 1 ? 1 : wait_ms > INT32_MAX ? INT32_MAX : wait_ms;
    snprintf(timeout, sizeof timeout, "%" PRId64 "ms", wait_ms);
    if (zdm_conn_exec(conn, "BEGIN", NULL, err) < 0)
        return -1;
    if (ZDM_QUERY(conn, "SELECT pg_catalog.set_config('lock_timeout', $1, true)", NULL, err,
            timeout) == 0)
        return 0;
    zdm_conn_rollback(conn);
    return -1;
}

int
zdm_journal_barrier(struct zdm_conn *conn, struct zdm_err *err)
{
    return zdm_conn_exec(conn,
        "SELECT pg_catalog.set_config('synchronous_commit',"
        " CASE WHEN pg_catalog.current_setting('synchronous_commit') OPERATOR(pg_catalog.=)"
        " 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true)",
        NULL, err);
}

/* The wait for a transaction in flight was too long: says whose it may be. */
static int
still_writing(struct zdm_conn *conn, const char *plan, int64_t wait_ms, struct zdm_err *err)
{
    struct zdm_err why = ZDM_ERR_INIT;
    struct zdm_result *r = NULL;
    char waited[32];

    zdm_conn_rollback(conn);
    zdm_fail(err, ZDM_ERR_OWNED, "a transaction of plan \"%s\" is still open after %s", plan,
        zdm_show_duration(wait_ms, waited));
    snprintf(err->sqlstate, sizeof err->sqlstate, "55P03");
    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_pg_sql, "sql/journal_writers.sql"), &r, &why, plan) <
        0) {
        zdm_err_detail(err, "whose it is could not be read: %s", why.message);
        zdm_err_release(&why);
    } else {
        const char *who = zdm_result_get(r, 0, 0);
        if (who)
            zdm_err_detail(err, "%s", who);
        zdm_result_free(r);
    }
    return zdm_err_hint(err, "wait for it to end, or end it with SELECT pg_terminate_backend(pid)");
}

static int
raise_epoch(struct zdm_conn *conn, const char *plan, const char *fingerprint, const char *who,
    const struct zdm_journal_claim *claim, int64_t *epoch, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char text[24];

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_pg_sql, "sql/journal_take_over.sql"), &r, err, plan,
            fingerprint, who, claim->tables, claim->steps, claim->after, claim->alongside,
            claim->described) < 0)
        return -1;
    int64_t ours = zdm_result_i64(r, 0, 0);
    zdm_result_free(r);

    snprintf(text, sizeof text, "%" PRId64, ours);
    if (ZDM_QUERY(conn, "UPDATE zdm.cursor SET epoch = $2 WHERE plan OPERATOR(pg_catalog.=) $1",
            NULL, err, plan, text) < 0)
        return -1;
    *epoch = ours;
    return 0;
}

int
zdm_journal_take_over(struct zdm_conn *conn, const char *plan, const char *fingerprint,
    const char *who, const struct zdm_journal_claim *claim, int64_t wait_ms, int64_t *epoch,
    struct zdm_err *err)
{
    static const struct zdm_journal_claim none = {.tables = NULL};
    int64_t ours;

    if (begin_bounded(conn, wait_ms, err) < 0)
        return -1;
    if (zdm_journal_barrier(conn, err) < 0 ||
        raise_epoch(conn, plan, fingerprint, who, claim ? claim : &none, &ours, err) < 0 ||
        (claim && zdm_journal_admit(conn, plan, claim, err) < 0)) {
        if (strcmp(err->sqlstate, "55P03") == 0)
            return still_writing(conn, plan, wait_ms, err);
        zdm_conn_rollback(conn);
        return -1;
    }
    if (zdm_conn_commit(conn, err) < 0)
        return -1;
    *epoch = ours;
    return 0;
}

/* The row's epoch, locked in the way `lock` says. *found false: no such plan. */
static int
lock_epoch(struct zdm_conn *conn, const char *plan, const char *lock, bool *found, int64_t *epoch,
    char **runner, struct zdm_err *err)
{
    char *sql = zdm_strf("SELECT epoch, pg_catalog.concat(runner, ', since ',"
                         " pg_catalog.to_char(at, 'YYYY-MM-DD HH24:MI:SS'))"
                         " FROM zdm.plan WHERE name OPERATOR(pg_catalog.=) $1 %s",
        lock);
    struct zdm_result *r = NULL;
    int rc = ZDM_QUERY(conn, sql, &r, err, plan);

    free(sql);
    if (rc < 0)
        return -1;
    *found = zdm_result_rows(r) == 1;
    *epoch = *found ? zdm_result_i64(r, 0, 0) : 0;
    *runner = *found ? zdm_strdup(zdm_result_get(r, 0, 1)) : NULL;
    zdm_result_free(r);
    return 0;
}

static int
judge(const char *plan, bool found, int64_t seen, int64_t ours, const char *runner,
    struct zdm_err *err)
{
    if (found && seen == ours)
        return 0;
    if (!found || seen < ours) {
        zdm_fail(err, ZDM_ERR_FAILED,
            found ? "zdm.plan says that plan \"%s\" is at an earlier run than ours"
                  : "zdm.plan does not know plan \"%s\" any more",
            plan);
        return zdm_err_hint(err, "the database was restored or failed over to an earlier point: "
                                 "run the plan again, it goes on from what is there");
    }
    zdm_fail(err, ZDM_ERR_OWNED, "another runner has taken over plan \"%s\"", plan);
    return zdm_err_detail(err, "%s (run %" PRId64 ", ours was %" PRId64 ")", runner, seen, ours);
}

int
zdm_journal_fence(struct zdm_conn *conn, const char *plan, int64_t epoch, struct zdm_err *err)
{
    bool found;
    int64_t seen;
    char *runner;

    if (lock_epoch(conn, plan, "FOR SHARE", &found, &seen, &runner, err) < 0)
        return -1;
    int rc = judge(plan, found, seen, epoch, runner, err);
    free(runner);
    return rc;
}

int
zdm_journal_settle(
    struct zdm_conn *conn, const char *plan, int64_t epoch, int64_t wait_ms, struct zdm_err *err)
{
    bool found;
    int64_t seen;
    char *runner;

    if (begin_bounded(conn, wait_ms, err) < 0)
        return -1;
    if (lock_epoch(conn, plan, "FOR UPDATE", &found, &seen, &runner, err) < 0) {
        if (strcmp(err->sqlstate, "55P03") == 0)
            return still_writing(conn, plan, wait_ms, err);
        zdm_conn_rollback(conn);
        return -1;
    }
    zdm_conn_rollback(conn); /* nothing was written: only the wait counts */
    int rc = judge(plan, found, seen, epoch, runner, err);
    free(runner);
    return rc;
}
