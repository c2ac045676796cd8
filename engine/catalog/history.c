#include "catalog/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/mem.h"

extern const struct zdm_embedded zdm_catalog_sql[];

static const struct table {
    const char *tool, *schema, *name; /* schema NULL: that of the search path */
    const char *columns;              /* that `sql` reads, as an array */
    const char *sql;                  /* a query, or the name of a file of them */
} tables[] = {
    /* One row, with the last version; `dirty` when that one failed half-way. */
    {"golang-migrate", NULL, "schema_migrations", "{version,dirty}",
        "SELECT '<=' OPERATOR(pg_catalog.||) (version OPERATOR(pg_catalog.-) "
        "dirty::pg_catalog.int4) FROM schema_migrations"},
    {"dbmate", NULL, "schema_migrations", "{version}",
        "SELECT version::pg_catalog.text FROM schema_migrations"},
    {"flyway", NULL, "flyway_schema_history", "{version,type,success,installed_rank}",
        "sql/history_flyway.sql"},
    {"goose", NULL, "goose_db_version", "{id,version_id,is_applied}", "sql/history_goose.sql"},
    {"prisma", NULL, "_prisma_migrations", "{migration_name,finished_at,rolled_back_at}",
        "sql/history_prisma.sql"},
    /* Drizzle too asks only for the newest. */
    {"drizzle", "drizzle", "__drizzle_migrations", "{created_at}",
        "SELECT '<=' OPERATOR(pg_catalog.||) pg_catalog.max(created_at) FROM "
        "drizzle.__drizzle_migrations"},
    {"sqitch", "sqitch", "changes", "{project,change}",
        "SELECT project OPERATOR(pg_catalog.||) ':' OPERATOR(pg_catalog.||) change FROM "
        "sqitch.changes"},
};

static int
is_there(struct zdm_conn *conn, const struct table *table, bool *out, struct zdm_err *err)
{
    struct zdm_result *r;

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_catalog_sql, "sql/history_there.sql"), &r, err,
            table->schema, table->name, table->columns) < 0)
        return -1;
    *out = zdm_result_bool(r, 0, 0);
    zdm_result_free(r);
    return 0;
}

int
zdm_history_read(
    struct zdm_conn *conn, const char *tool, struct zdm_history *out, struct zdm_err *err)
{
    const struct table *table = NULL;
    struct zdm_result *r;
    bool there = false;

    *out = (struct zdm_history){.n = 0};
    for (size_t i = 0; i < sizeof tables / sizeof *tables && !table; i++)
        if (strcmp(tables[i].tool, tool) == 0)
            table = &tables[i];
    if (!table)
        return 0;
    if (is_there(conn, table, &there, err) < 0)
        return -1;
    const char *sql = strncmp(table->sql, "sql/", 4) == 0
                          ? zdm_embedded_text(zdm_catalog_sql, table->sql)
                          : table->sql;
    if (!there)
        return 0;
    if (zdm_conn_query(conn, sql, 0, NULL, &r, err) < 0)
        return -1;
    out->versions = zdm_alloc(((size_t)zdm_result_rows(r) + 1) * sizeof *out->versions);
    for (int i = 0; i < zdm_result_rows(r); i++)
        if (zdm_result_get(r, i, 0))
            out->versions[out->n++] = zdm_strdup(zdm_result_get(r, i, 0));
    zdm_result_free(r);
    return 0;
}

void
zdm_history_release(struct zdm_history *history)
{
    for (size_t i = 0; i < history->n; i++)
        free(history->versions[i]);
    free(history->versions);
    *history = (struct zdm_history){.n = 0};
}
