#include "pg/conn_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/signals.h"

int
zdm_conn_ready(struct zdm_conn *conn, struct zdm_err *err)
{
    if (conn->lost)
        return zdm_lost_error(conn, NULL, err);
    if (!conn->shielded && zdm_stop_requested())
        return zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted");
    return 0;
}

int
zdm_conn_exec(struct zdm_conn *conn, const char *sql, struct zdm_result **out, struct zdm_err *err)
{
    if (zdm_conn_ready(conn, err) < 0)
        return -1;
    return zdm_conn_exchange(conn, PQsendQuery(conn->pg, sql) == 1, out, err);
}

int
zdm_conn_query(struct zdm_conn *conn, const char *sql, size_t n, const char *const *values,
    struct zdm_result **out, struct zdm_err *err)
{
    if (zdm_conn_ready(conn, err) < 0)
        return -1;
    return zdm_conn_exchange(
        conn, PQsendQueryParams(conn->pg, sql, (int)n, NULL, values, NULL, NULL, 0) == 1, out, err);
}

void
zdm_conn_forget_prepared(struct zdm_conn *conn)
{
    for (size_t i = 0; i < conn->n_prepared; i++) {
        free(conn->prepared[i].name);
        free(conn->prepared[i].sql);
    }
    conn->n_prepared = 0;
    zdm_conn_forget_repeated(conn);
}

/* Drops a prepared statement here and on the server, where it may be gone already. */
static int
unprepare(struct zdm_conn *conn, size_t index, struct zdm_err *err)
{
    char *name = PQescapeIdentifier(
        conn->pg, conn->prepared[index].name, strlen(conn->prepared[index].name));
    char *sql = zdm_strf("DEALLOCATE %s", name);
    int rc = zdm_conn_exec(conn, sql, NULL, err);

    PQfreemem(name);
    free(sql);
    if (rc < 0 && strcmp(err->sqlstate, "26000") != 0)
        return -1;
    zdm_err_clear(err);
    free(conn->prepared[index].name);
    free(conn->prepared[index].sql);
    conn->prepared[index] = conn->prepared[--conn->n_prepared];
    return 0;
}

bool
zdm_conn_has_prepared(const struct zdm_conn *conn, const char *name, const char *sql)
{
    for (size_t i = 0; i < conn->n_prepared; i++)
        if (strcmp(conn->prepared[i].name, name) == 0)
            return strcmp(conn->prepared[i].sql, sql) == 0;
    return false;
}

int
zdm_conn_prepare(struct zdm_conn *conn, const char *name, const char *sql, struct zdm_err *err)
{
    for (size_t i = 0; i < conn->n_prepared; i++) {
        if (strcmp(conn->prepared[i].name, name) != 0)
            continue;
        if (strcmp(conn->prepared[i].sql, sql) == 0)
            return 0;
        if (unprepare(conn, i, err) < 0)
            return -1;
        break;
    }
    if (zdm_conn_exchange(conn, PQsendPrepare(conn->pg, name, sql, 0, NULL) == 1, NULL, err) < 0)
        return -1;
    conn->prepared = zdm_grow(conn->prepared, conn->n_prepared + 1, sizeof *conn->prepared);
    conn->prepared[conn->n_prepared++] =
        (struct zdm_prepared){.name = zdm_strdup(name), .sql = zdm_strdup(sql)};
    return 0;
}

/* The statement failed because its preparation is of no use any more: a hook ran DISCARD or
 * DEALLOCATE (26000), or the table's columns changed under it (0A000). */
static bool
stale(const struct zdm_conn *conn, const struct zdm_err *err)
{
    return !conn->lost && !zdm_conn_in_transaction(conn) &&
           (strcmp(err->sqlstate, "26000") == 0 || strcmp(err->sqlstate, "0A000") == 0);
}

int
zdm_conn_unprepare_stale(struct zdm_conn *conn, struct zdm_err *err)
{
    if (!stale(conn, err))
        return -1;
    while (conn->n_prepared > 0)
        if (unprepare(conn, conn->n_prepared - 1, err) < 0)
            return -1;
    return 0;
}

int
zdm_conn_run(struct zdm_conn *conn, const char *name, const char *sql, size_t n,
    const char *const *values, struct zdm_result **out, struct zdm_err *err)
{
    /* Behind a pooler the next statement may reach another backend, which has another client's
     * statement under this name. */
    if (conn->proxied)
        return zdm_conn_query(conn, sql, n, values, out, err);

    for (bool again = false;; again = true) {
        if (zdm_conn_ready(conn, err) < 0 || zdm_conn_prepare(conn, name, sql, err) < 0)
            return -1;
        if (zdm_conn_exchange(conn,
                PQsendQueryPrepared(conn->pg, name, (int)n, values, NULL, NULL, 0) == 1, out,
                err) == 0)
            return 0;
        if (again || zdm_conn_unprepare_stale(conn, err) < 0)
            return -1;
    }
}

bool
zdm_conn_in_transaction(const struct zdm_conn *conn)
{
    if (conn->lost)
        return false;
    PGTransactionStatusType status = PQtransactionStatus(conn->pg);
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE;
}

/* COMMIT and ROLLBACK always run to their end. */
static int
exec_shielded(struct zdm_conn *conn, const char *sql, struct zdm_result **out, struct zdm_err *err)
{
    bool shielded = zdm_conn_shield(conn, true);
    int rc = zdm_conn_exec(conn, sql, out, err);

    zdm_conn_shield(conn, shielded);
    return rc;
}

void
zdm_conn_rollback(struct zdm_conn *conn)
{
    struct zdm_err err = ZDM_ERR_INIT;

    /* ROLLBACK of a session that lives cannot fail; of a dead one nothing is left to roll back. */
    if (zdm_conn_in_transaction(conn) && exec_shielded(conn, "ROLLBACK", NULL, &err) < 0)
        conn->lost = true;
    zdm_err_release(&err);
}

int
zdm_conn_commit(struct zdm_conn *conn, struct zdm_err *err)
{
    struct zdm_result *result = NULL;

    if (exec_shielded(conn, "COMMIT", &result, err) < 0)
        return -1;
    bool rolled_back = strcmp(PQcmdStatus(result->pg), "ROLLBACK") == 0;
    zdm_result_free(result);
    if (rolled_back)
        return zdm_fail(
            err, ZDM_ERR_FAILED, "the transaction was rolled back: a statement in it had failed");
    return 0;
}
