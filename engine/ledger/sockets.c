#include <stdlib.h>

#include "base/mem.h"
#include "ledger/stmt.h"

int
zdm_ledger_run_socket(struct zdm_ledger *ledger, int64_t run, const char *socket, const char *route,
    struct zdm_err *err)
{
    struct zdm_stmt st;

    if (zdm_stmt_open(ledger, ZDM_LEDGER_SQL("run_socket"), &st, err) < 0)
        return -1;
    zdm_stmt_text(&st, ":socket", socket);
    zdm_stmt_text(&st, ":route", route);
    zdm_stmt_int(&st, ":run", run);
    return zdm_stmt_run(&st, err);
}

int
zdm_ledger_socket_list(struct zdm_ledger *ledger, const char *name, struct zdm_ledger_socket **out,
    size_t *n, struct zdm_err *err)
{
    struct zdm_ledger_socket *sockets = NULL;
    size_t count = 0;
    struct zdm_stmt st;
    int rc;

    if (zdm_stmt_open(ledger, ZDM_LEDGER_SQL("socket_list"), &st, err) < 0)
        return -1;
    zdm_stmt_text(&st, ":name", name);
    while ((rc = zdm_stmt_step(&st, err)) > 0) {
        sockets = zdm_grow(sockets, count + 1, sizeof *sockets);
        sockets[count++] = (struct zdm_ledger_socket){
            .target = zdm_stmt_get_text(&st, 0),
            .place = zdm_stmt_get_text(&st, 1),
            .route = zdm_stmt_get_text(&st, 2),
            .socket = zdm_stmt_get_text(&st, 3),
        };
    }
    zdm_stmt_close(&st);
    if (rc < 0) {
        zdm_ledger_socket_list_free(sockets, count);
        return -1;
    }
    *out = sockets;
    *n = count;
    return 0;
}

void
zdm_ledger_socket_list_free(struct zdm_ledger_socket *sockets, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(sockets[i].target);
        free(sockets[i].place);
        free(sockets[i].route);
        free(sockets[i].socket);
    }
    free(sockets);
}
