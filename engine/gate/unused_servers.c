#include <stdlib.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "base/text.h"
#include "gate/unused.h"

extern const struct zdm_embedded zdm_gate_sql[];

/* A query that is not answered within its timeout: the network is gone. */
#define PATIENCE_MS (ZDM_UNUSED_LOOK_MS + 10000)

/* Is it a replica of the target? What is asked of it says nothing otherwise. */
static int
check_replica(const struct zdm_gate_question *there, const struct zdm_check *check,
    const char *target, char **wrong, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (zdm_gate_query(there, check, zdm_embedded_text(zdm_gate_sql, "sql/unused_replica.sql"), 0,
            1, (const char *[]){target}, ZDM_UNUSED_LOOK_MS, &r, err) < 0)
        return -1;
    *wrong = zdm_result_get(r, 0, 0) ? zdm_strdup(zdm_result_get(r, 0, 0)) : NULL;
    zdm_result_free(r);
    return 0;
}

static int
ask(const struct zdm_gate_question *g, const struct zdm_check *check,
    const struct zdm_unused_names *names, const char *server, struct zdm_unused_counts *out,
    char **wrong, struct zdm_err *err)
{
    struct zdm_gate_question there = *g;
    char target[33];

    there.conn = NULL;
    if (zdm_journal_target(g->conn, target, err) < 0 ||
        zdm_conn_open_replica(g->conn, server, &there.conn, err) < 0)
        return -1;
    zdm_conn_patience(there.conn, PATIENCE_MS);
    int rc = check_replica(&there, check, target, wrong, err);
    if (rc == 0 && !*wrong)
        rc = zdm_unused_counts_read(&there, check, names, out, err);
    zdm_conn_close(there.conn);
    return rc;
}

static int
read_replica(const struct zdm_gate_question *g, const struct zdm_check *check,
    const struct zdm_unused_names *names, const char *server, struct zdm_unused_counts *out,
    struct zdm_err *err)
{
    char *wrong = NULL;
    int rc = ask(g, check, names, server, out, &wrong, err);

    out->server = server;
    if (rc < 0 && (err->code == ZDM_ERR_INTERRUPTED || zdm_conn_lost(g->conn)))
        return -1;
    if (rc < 0 || wrong) {
        out->ignorance =
            wrong ? zdm_strdup(wrong) : zdm_strf("it cannot be asked: %s", err->message);
        out->todo =
            zdm_strdup(err->hint ? err->hint : "correct, or take out, its entry in replicas");
        zdm_err_clear(err);
        free(wrong);
    }
    return 0;
}

int
zdm_unused_servers_read(const struct zdm_gate_question *g, const struct zdm_check *check,
    const struct zdm_unused_names *names, struct zdm_unused_servers *out, struct zdm_err *err)
{
    struct zdm_unused_servers servers = {0};

    servers.items = zdm_alloc((check->n_replicas + 1) * sizeof *servers.items);
    int rc = zdm_unused_counts_read(g, check, names, &servers.items[servers.count++], err);
    for (size_t i = 0; i < check->n_replicas && rc == 0; i++)
        rc =
            read_replica(g, check, names, check->replicas[i], &servers.items[servers.count++], err);
    if (rc < 0) {
        zdm_unused_servers_release(&servers);
        return -1;
    }
    *out = servers;
    return 0;
}

void
zdm_unused_servers_release(struct zdm_unused_servers *servers)
{
    for (size_t i = 0; i < servers->count; i++)
        zdm_unused_counts_release(&servers->items[i]);
    free(servers->items);
    *servers = (struct zdm_unused_servers){0};
}
