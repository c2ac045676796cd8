/* A second session that reads one half of a large catalog while the first one reads the other. */
#include "catalog/load_private.h"

#include <string.h>

#include "base/buf.h"

/* What the other session needs: the snapshot; the time zone, in which expressions spell times; and the
 * start of the server, which tells it from another one that answers at the same address. */
#define STARTED "EXTRACT(epoch FROM pg_postmaster_start_time())"
static const char export_sql[] =
    "SELECT pg_export_snapshot(), quote_literal(current_setting('TimeZone')), " STARTED;

enum { PATIENCE_MS = 2000 }; /* to begin: the first session waits meanwhile */

static int
import(struct zdm_conn *beside, const struct zdm_result *exported, struct zdm_err *err)
{
    struct zdm_buf sql = ZDM_BUF_INIT;
    struct zdm_result *started = NULL;

    zdm_buf_addf(&sql,
        ZDM_LOAD_BEGIN "; SET TRANSACTION SNAPSHOT '%s'; " ZDM_LOAD_SETTINGS
                       "; SET LOCAL TimeZone = %s; SELECT " STARTED,
        zdm_result_get(exported, 0, 0), zdm_result_get(exported, 0, 1));
    zdm_conn_patience(beside, PATIENCE_MS);
    int rc = zdm_conn_exec(beside, sql.s, &started, err);
    zdm_conn_patience(beside, 0);
    if (rc == 0 && strcmp(zdm_result_get(started, 0, 0), zdm_result_get(exported, 0, 2)) != 0)
        rc = zdm_fail(err, ZDM_ERR_FAILED, "another server answers at the same address");
    zdm_result_free(started);
    zdm_buf_release(&sql);
    return rc;
}

int
zdm_load_export(struct zdm_load *load, struct zdm_err *err)
{
    return zdm_conn_exec(load->conn, export_sql, &load->exported, err);
}

void
zdm_load_open_beside(struct zdm_load *load)
{
    struct zdm_err why = ZDM_ERR_INIT;

    /* No connection left, another server: one session can do it all, so nobody need know. */
    if (zdm_conn_open_beside(load->conn, &load->beside, &why) == 0 &&
        import(load->beside, load->exported, &why) < 0)
        zdm_load_close_beside(load);
    zdm_err_release(&why);
}

void
zdm_load_close_beside(struct zdm_load *load)
{
    zdm_conn_close(load->beside);
    load->beside = NULL;
}
