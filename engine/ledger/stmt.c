#include "ledger/stmt.h"

#include "base/mem.h"
#include "ledger/fault.h"

int
zdm_stmt_open(struct zdm_ledger *ledger, const char *sql, struct zdm_stmt *out, struct zdm_err *err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(ledger->db, sql, -1, &stmt, NULL);

    if (rc != SQLITE_OK)
        return zdm_ledger_fault(ledger->db, ledger->path, rc, err);
    *out = (struct zdm_stmt){.ledger = ledger, .stmt = stmt, .bind_rc = SQLITE_OK};
    return 0;
}

void
zdm_stmt_close(struct zdm_stmt *st)
{
    /* Repeats the error of the last step, which was told then. */
    (void)sqlite3_finalize(st->stmt);
    st->stmt = NULL;
}

static int
parameter(struct zdm_stmt *st, const char *name)
{
    int index = sqlite3_bind_parameter_index(st->stmt, name);

    if (index == 0)
        zdm_die(name);
    return index;
}

static void
bound(struct zdm_stmt *st, int rc)
{
    if (st->bind_rc == SQLITE_OK)
        st->bind_rc = rc;
}

void
zdm_stmt_text(struct zdm_stmt *st, const char *name, const char *value)
{
    bound(st, sqlite3_bind_text(st->stmt, parameter(st, name), value, -1, SQLITE_STATIC));
}

void
zdm_stmt_int(struct zdm_stmt *st, const char *name, int64_t value)
{
    bound(st, sqlite3_bind_int64(st->stmt, parameter(st, name), value));
}

void
zdm_stmt_real(struct zdm_stmt *st, const char *name, double value)
{
    bound(st, sqlite3_bind_double(st->stmt, parameter(st, name), value));
}

int
zdm_stmt_step(struct zdm_stmt *st, struct zdm_err *err)
{
    int rc = st->bind_rc == SQLITE_OK ? sqlite3_step(st->stmt) : st->bind_rc;

    if (rc == SQLITE_ROW)
        return 1;
    if (rc == SQLITE_DONE)
        return 0;
    return zdm_ledger_fault(st->ledger->db, st->ledger->path, rc, err);
}

int
zdm_stmt_run(struct zdm_stmt *st, struct zdm_err *err)
{
    int rc;

    while ((rc = zdm_stmt_step(st, err)) > 0)
        ;
    zdm_stmt_close(st);
    return rc;
}

int
zdm_stmt_run_int(struct zdm_stmt *st, int64_t *value, struct zdm_err *err)
{
    int rc = zdm_stmt_step(st, err);
    int64_t answer = rc > 0 ? zdm_stmt_get_int(st, 0) : 0;

    if (rc == 0)
        zdm_die("a statement with one answer gave none");
    /* Only the end of the statement commits what it wrote. */
    if (rc > 0)
        rc = zdm_stmt_run(st, err);
    zdm_stmt_close(st);
    if (rc == 0)
        *value = answer;
    return rc;
}

int64_t
zdm_stmt_get_int(struct zdm_stmt *st, int column)
{
    return sqlite3_column_int64(st->stmt, column);
}

double
zdm_stmt_get_real(struct zdm_stmt *st, int column)
{
    return sqlite3_column_double(st->stmt, column);
}

char *
zdm_stmt_get_text(struct zdm_stmt *st, int column)
{
    if (sqlite3_column_type(st->stmt, column) == SQLITE_NULL)
        return NULL;
    const unsigned char *text = sqlite3_column_text(st->stmt, column);
    if (!text)
        zdm_die("out of memory");
    return zdm_strdup((const char *)text);
}

int
zdm_ledger_exec(struct zdm_ledger *ledger, const char *sql, struct zdm_err *err)
{
    int rc = sqlite3_exec(ledger->db, sql, NULL, NULL, NULL);

    return rc == SQLITE_OK ? 0 : zdm_ledger_fault(ledger->db, ledger->path, rc, err);
}

int
zdm_ledger_pragma(struct zdm_ledger *ledger, const char *sql, int64_t *value, struct zdm_err *err)
{
    struct zdm_stmt st;

    if (zdm_stmt_open(ledger, sql, &st, err) < 0)
        return -1;
    return zdm_stmt_run_int(&st, value, err);
}

int
zdm_ledger_begin(struct zdm_ledger *ledger, struct zdm_err *err)
{
    return zdm_ledger_exec(ledger, "BEGIN IMMEDIATE", err);
}

int
zdm_ledger_end(struct zdm_ledger *ledger, int rc, struct zdm_err *err)
{
    if (rc == 0)
        rc = zdm_ledger_exec(ledger, "COMMIT", err);
    /* Some errors (disk full) have rolled back already. A rollback itself has nothing to tell that
     * the error before it did not. */
    if (rc < 0 && !sqlite3_get_autocommit(ledger->db))
        (void)sqlite3_exec(ledger->db, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}
