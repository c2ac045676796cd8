/* Are there the columns and functions that a backfill names? Parsed by the server, and not evaluated: PREPARE plans
 * nothing, so that no function of the plan is called. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "batch/sample_run.h"

static bool
is_of_names(const char *sqlstate, bool functions)
{
    return strcmp(sqlstate, "42703") == 0 ||              /* no such column */
           (functions && strcmp(sqlstate, "42883") == 0); /* no such function or operator */
}

/* *why: what is not there. -1: the session is lost, or ^C. */
static int
parse(struct zdm_conn *conn, const char *sql, bool functions, struct zdm_err *why,
    struct zdm_err *err)
{
    struct zdm_err found = ZDM_ERR_INIT;
    char *prepare = zdm_strf("PREPARE zdm_names AS %s", sql);
    int rc = zdm_conn_exec(conn, "SAVEPOINT zdm_names", NULL, &found);

    if (rc == 0 && zdm_conn_query(conn, prepare, 0, NULL, NULL, &found) < 0) {
        struct zdm_err undo = ZDM_ERR_INIT;
        rc = -1;
        if (!zdm_conn_lost(conn) && found.code != ZDM_ERR_INTERRUPTED &&
            zdm_conn_exec(conn, "ROLLBACK TO SAVEPOINT zdm_names", NULL, &undo) < 0)
            zdm_err_move(&found, &undo);
        zdm_err_clear(&undo);
    } else if (rc == 0) {
        rc = zdm_conn_exec(conn, "DEALLOCATE zdm_names", NULL, &found);
    }
    free(prepare);
    if (rc == 0)
        return 0;
    if (zdm_conn_lost(conn) || found.code == ZDM_ERR_INTERRUPTED) {
        zdm_err_move(err, &found);
        return -1;
    }
    if (is_of_names(found.sqlstate, functions))
        zdm_err_move(why, &found);
    zdm_err_clear(&found); /* a right, a lock: the backfill itself will tell */
    return 0;
}

static int
parse_all(struct zdm_conn *conn, const struct zdm_sample_shape *shape, bool functions,
    struct zdm_err *why, struct zdm_err *err)
{
    const struct zdm_sample_request *q = shape->request;
    bool map = q->spec->action == ZDM_BACKFILL_MAP;
    int rc = 0;

    if (q->spec->where) {
        char *sql = zdm_sample_set_sql(shape, ZDM_NONE_SET);
        rc = parse(conn, sql, functions, why, err);
        free(sql);
        if (rc == 0 && why->code != ZDM_OK)
            (void)zdm_err_wrap(why, "where");
    }
    for (size_t i = 0; !map && rc == 0 && why->code == ZDM_OK && i < q->spec->n_set; i++) {
        char *sql = zdm_sample_type_sql(shape, i);
        rc = parse(conn, sql, functions, why, err);
        free(sql);
        if (rc == 0 && why->code != ZDM_OK)
            (void)zdm_err_wrap(why, "set %s", q->spec->set[i].column);
    }
    for (size_t i = 0; !map && rc == 0 && why->code == ZDM_OK && i < q->n_syncs; i++) {
        char *sql = zdm_sample_sync_sql(shape, &q->syncs[i]);
        if (!sql)
            continue;
        rc = parse(conn, sql, functions, why, err);
        free(sql);
        if (rc == 0 && why->code != ZDM_OK)
            (void)zdm_err_wrap(why, "sync %s <-> %s", q->syncs[i].from, q->syncs[i].to);
    }
    return rc;
}

int
zdm_backfill_sample_names(struct zdm_conn *conn, const struct zdm_sample_request *request,
    bool functions, struct zdm_err *why, struct zdm_err *err)
{
    struct zdm_sample_shape shape = {
        .request = request,
        .name = request->seen->target.name,
        .parts = request->seen->target.partitioned,
        .copies = request->spec->action == ZDM_BACKFILL_COPY,
    };

    if (!request->foreseen->known || request->foreseen->uncertain ||
        zdm_sample_loses_columns(request))
        return 0;
    shape.columns = zdm_alloc((request->spec->n_set + 1) * sizeof *shape.columns);
    int rc = parse_all(conn, &shape, functions, why, err);
    zdm_sample_release_shape(&shape);
    return rc;
}
