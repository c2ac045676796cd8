/* Statements in transactions of their own that come again, as batches do: those are prepared. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pg/conn_private.h"

static const char *const names[ZDM_REPEATED_MOST] = {
    "zdm_within_1", "zdm_within_2", "zdm_within_3", "zdm_within_4"};

/* Parsing a batch takes as long as planning it; but a statement that comes once is not worth the round
 * trips of preparing it. */
int
zdm_conn_prepare_repeated(struct zdm_conn *conn, const char *sql, struct zdm_err *err)
{
    bool again = false;

    if (conn->proxied)
        return 0;
    for (size_t i = 0; i < ZDM_REPEATED_MOST && conn->repeated[i]; i++)
        again = again || strcmp(conn->repeated[i], sql) == 0;
    for (size_t i = 0; again && i < ZDM_REPEATED_MOST && conn->repeated[i]; i++)
        if (zdm_conn_prepare(conn, names[i], conn->repeated[i], err) < 0)
            return -1;
    return 0;
}

const char *
zdm_conn_repeated(struct zdm_conn *conn, const char *sql)
{
    for (size_t i = 0; i < ZDM_REPEATED_MOST && conn->repeated[i]; i++)
        if (strcmp(conn->repeated[i], sql) == 0)
            return zdm_conn_has_prepared(conn, names[i], sql) ? names[i] : NULL;
    free(conn->repeated[conn->next_repeated]);
    conn->repeated[conn->next_repeated] = zdm_strdup(sql);
    conn->next_repeated = (conn->next_repeated + 1) % ZDM_REPEATED_MOST;
    return NULL;
}

void
zdm_conn_forget_repeated(struct zdm_conn *conn)
{
    for (size_t i = 0; i < ZDM_REPEATED_MOST; i++) {
        free(conn->repeated[i]);
        conn->repeated[i] = NULL;
    }
    conn->next_repeated = 0;
}
