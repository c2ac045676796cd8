#include "cli/check_applied.h"

#include <string.h>

#include "catalog/history.h"
#include "check/applied.h"

/* A tool with files that it would remember, behind the last one in the order of names; NULL: no more. */
static const char *
next_tool(const struct zdm_sources *sources, const char *last)
{
    const char *next = NULL;

    for (size_t i = 0; i < sources->n; i++) {
        const char *tool = sources->items[i].version ? sources->items[i].tool : NULL;
        if (tool && (!last || strcmp(tool, last) > 0) && (!next || strcmp(tool, next) < 0))
            next = tool;
    }
    return next;
}

int
zdm_check_leave_applied(
    const char *conninfo, struct zdm_sources *sources, size_t *n, struct zdm_err *err)
{
    const char *tool = next_tool(sources, NULL);
    struct zdm_conn *conn;
    int rc = 0;

    if (!tool)
        return 0;
    if (zdm_conn_open(conninfo, "zdm check", &conn, err) < 0)
        return -1;
    for (; tool && rc == 0; tool = next_tool(sources, tool)) {
        struct zdm_history history;
        rc = zdm_history_read(conn, tool, &history, err);
        if (rc < 0)
            break;
        *n += zdm_sources_drop_applied(sources, tool, history.versions, history.n);
        zdm_history_release(&history);
    }
    zdm_conn_close(conn);
    return rc;
}
