#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "run/probe.h"

extern const struct zdm_embedded zdm_run_sql[];

enum { OID, NAME, BEFORE, BUSY };

static int
ask(const struct zdm_probe *probe, const char *note, struct zdm_result **result,
    struct zdm_err *err)
{
    const struct zdm_statement *st = probe->st;
    /* REINDEX DATABASE needs no name, and can only be of this one. */
    const char *name = strcmp(st->probe_what, "database") == 0 ? NULL : st->probe_object;
    return ZDM_QUERY(probe->s->conn, zdm_embedded_text(zdm_run_sql, "sql/reindex_leftovers.sql"),
        result, err, st->probe_what, st->probe_schema, name, note);
}

static int
drop(const struct zdm_probe *probe, const char *name, struct zdm_err *err)
{
    zdm_session_say(probe->s, ZDM_EVENT_NOTE, "info", probe->step,
        "index %s is INVALID, left by this step when it was interrupted: dropping it", name);
    char *sql = zdm_strf("DROP INDEX CONCURRENTLY IF EXISTS %s", name);
    int rc = zdm_conn_exec(probe->s->conn, sql, NULL, err);
    free(sql);
    return rc < 0 ? zdm_err_at(err, probe->step->at) : 0;
}

static void
tell(const struct zdm_probe *probe, const char *name, bool busy)
{
    if (busy)
        zdm_session_say(probe->s, ZDM_EVENT_NOTE, "info", probe->step,
            "index %s belongs to another REINDEX that is under way", name);
    else
        zdm_session_say(probe->s, ZDM_EVENT_NOTE, "warning", probe->step,
            "index %s is INVALID, left by another REINDEX: every write keeps it up and no query "
            "uses "
            "it; DROP INDEX CONCURRENTLY %s",
            name, name);
}

int
zdm_probe_reindex(const struct zdm_probe *probe, bool *done, struct zdm_err *err)
{
    struct zdm_result *result = NULL;
    *done = false;
    if (ask(probe, probe->look->note, &result, err) < 0)
        return -1;
    int rc = 0;
    for (int i = 0; rc == 0 && i < zdm_result_rows(result); i++) {
        const char *name = zdm_result_get(result, i, NAME);
        bool before = zdm_result_bool(result, i, BEFORE), busy = zdm_result_bool(result, i, BUSY);
        if (!before && !busy)
            rc = drop(probe, name, err);
        else if (!probe->look->begun || busy)
            tell(probe, name, busy);
    }
    zdm_result_free(result);
    return rc;
}

int
zdm_probe_reindex_note(const struct zdm_probe *probe, char **note, struct zdm_err *err)
{
    struct zdm_result *result = NULL;
    struct zdm_buf text = ZDM_BUF_INIT;
    if (ask(probe, NULL, &result, err) < 0)
        return -1;
    zdm_buf_add(&text, "{\"invalid\": [");
    for (int i = 0; i < zdm_result_rows(result); i++)
        zdm_buf_addf(&text, "%s%s", i ? ", " : "", zdm_result_get(result, i, OID));
    zdm_buf_add(&text, "]}");
    zdm_result_free(result);
    *note = zdm_buf_take(&text);
    return 0;
}
