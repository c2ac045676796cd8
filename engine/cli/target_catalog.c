#include "cli/target_catalog.h"

#include <stdlib.h>

#include "base/mem.h"
#include "catalog/load.h"
#include "pg/conn.h"

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

int
zdm_target_catalog(
    const char *conninfo, struct zdm_catalog **out, char **where, struct zdm_err *err)
{
    struct zdm_conn *conn;

    if (zdm_conn_open(conninfo, "zdm check", &conn, err) < 0)
        return -1;
    int rc = zdm_catalog_load(conn, out, err);
    if (rc == 0 && where)
        *where = zdm_strdup(zdm_conn_where(conn));
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
