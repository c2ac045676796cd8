#include "cli/target_catalog.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "catalog/live.h"
#include "catalog/load.h"
#include "catalog/locked.h"
#include "cli/io.h"
#include "ledger/ledger.h"
#include "pg/conn.h"
#include "pg/journal.h"
#include "run/spent.h"
#include "sql/live.h"

static bool
is_set(const char *variable)
{
    const char *value = getenv(variable);

    return value && *value;
}

bool
zdm_target_is_named(const struct zdm_args *args)
{
    if (zdm_args_has(args, ZDM_OPT_OFFLINE))
        return false;
    return zdm_args_has(args, ZDM_OPT_DB) || is_set("ZDM_DATABASE_URL") || is_set("DATABASE_URL");
}

static char *
name_of(const struct zdm_conn *conn, const struct zdm_catalog *catalog)
{
    bool sees = catalog->live && !catalog->live->blind;

    return zdm_strf("%s%s", zdm_conn_where(conn),
        sees ? "" : " (without sessions and replicas, which take the role pg_monitor to see)");
}

static int
learn(struct zdm_conn *conn, const char *path, struct zdm_speeds *speeds, struct zdm_err *err)
{
    struct zdm_ledger *ledger;
    char target[33];
    bool exists;

    if (access(path, F_OK) != 0)
        return 0;
    if (zdm_journal_exists(conn, &exists, err) < 0)
        return -1;
    if (!exists)
        return 0;
    if (zdm_journal_target(conn, target, err) < 0 ||
        zdm_ledger_open(path, ZDM_LEDGER_INSPECT, &ledger, err) < 0)
        return -1;
    int rc = zdm_spent_learn(ledger, target, speeds, err);
    zdm_ledger_close(ledger);
    return rc;
}

/* Who waits for seconds at a terminal, or in a log, shall know for whom. */
static void
tell_lockers(struct zdm_conn *conn)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    struct zdm_io io;
    char *who;

    zdm_catalog_lockers(conn, &who);
    if (!who)
        return;
    zdm_io_init(&io, false, NULL);
    zdm_buf_addf(&text, "waiting for up to 5 s to read the catalog: %s\n", who);
    zdm_io_write(&io.err, &text);
    zdm_io_flush(&io.err);
    zdm_buf_release(&text);
    free(who);
}

static int
load(struct zdm_conn *conn, const char *ledger, struct zdm_catalog **out, struct zdm_err *err)
{
    struct zdm_catalog *catalog;

    tell_lockers(conn);
    if (zdm_catalog_load(conn, &catalog, err) < 0)
        return -1;
    if (zdm_catalog_load_live(conn, catalog, err) < 0 ||
        (ledger && catalog->live && learn(conn, ledger, &catalog->live->speeds, err) < 0)) {
        zdm_catalog_free(catalog);
        return -1;
    }
    *out = catalog;
    return 0;
}

int
zdm_target_catalog(const char *conninfo, const char *ledger, struct zdm_catalog **out, char **where,
    struct zdm_err *err)
{
    struct zdm_conn *conn;

    if (zdm_conn_open(conninfo, "zdm check", &conn, err) < 0)
        return -1;
    int rc = load(conn, ledger, out, err);
    if (rc == 0)
        *where = name_of(conn, *out);
    zdm_conn_close(conn);
    return rc;
}

int
zdm_schema_catalog(const char *conninfo, struct zdm_catalog **out, struct zdm_err *err)
{
    struct zdm_conn *conn;

    if (zdm_conn_open(conninfo, "zdm check", &conn, err) < 0)
        return -1;
    int rc = zdm_catalog_load(conn, out, err);
    zdm_conn_close(conn);
    return rc;
}

bool *
zdm_steps_in_catalog(const struct zdm_plan *plan, const struct zdm_plan_status *status)
{
    bool *done = zdm_alloc((plan->n_steps + 1) * sizeof *done);

    for (size_t i = 0; i < plan->n_steps; i++) {
        enum zdm_step_state state = status->steps[i].state;
        done[i] =
            state == ZDM_STATE_DONE || state == ZDM_STATE_RUNNING || state == ZDM_STATE_CHANGED;
    }
    return done;
}
