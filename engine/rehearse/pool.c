#include "rehearse/pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rehearse/query.h"

enum { MOST_VALUES = 1000 };

static int
read_type(struct zdm_conn *conn, unsigned oid, char **out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char number[16];

    snprintf(number, sizeof number, "%u", oid);
    if (ZDM_QUERY(conn, "SELECT pg_catalog.format_type($1::oid, -1)", &r, err, number) < 0)
        return -1;
    *out = zdm_strdup(zdm_result_get(r, 0, 0));
    zdm_result_free(r);
    return 0;
}

/* The name is one of letters, digits and dots: it can be part of a statement. */
static int
read_values(struct zdm_conn *conn, struct zdm_pool *pool, struct zdm_err *err)
{
    const char *column = strrchr(pool->name, '.') + 1;
    int table = (int)(column - 1 - pool->name);
    char *sql = zdm_strf("SELECT t.%s FROM %.*s AS t ORDER BY pg_catalog.hashtextextended("
                         "t.tableoid::text || t.ctid::text, 0) LIMIT %d",
        column, table, pool->name, MOST_VALUES);
    struct zdm_result *r = NULL;
    int rc = zdm_conn_exec(conn, sql, &r, err);

    free(sql);
    if (rc < 0) {
        if (*err->sqlstate)
            err->code = ZDM_ERR_USAGE;
        zdm_err_wrap(err, "`:%s`", pool->name);
        return zdm_err_hint(err, "`:table.column` is a value of that column, from a random row of "
                                 "the table as it is before the plan");
    }
    pool->n = (size_t)zdm_result_rows(r);
    pool->values = zdm_alloc((pool->n + 1) * sizeof *pool->values);
    for (size_t i = 0; i < pool->n; i++)
        pool->values[i] = zdm_strdup(zdm_result_get(r, (int)i, 0));
    rc = read_type(conn, zdm_result_type(r, 0), &pool->type, err);
    zdm_result_free(r);
    return rc;
}

static void
collect(void *self, const char *name, size_t n)
{
    struct zdm_pools *pools = self;

    if (zdm_pools_find(pools, name, n))
        return;
    pools->items = zdm_grow(pools->items, pools->n, sizeof *pools->items);
    pools->items[pools->n++] = (struct zdm_pool){.name = zdm_strndup(name, n)};
}

int
zdm_pools_read(struct zdm_conn *conn, const struct zdm_compat *load, struct zdm_pools *out,
    struct zdm_err *err)
{
    struct zdm_pools pools = {.n = 0};

    for (int side = 0; side < ZDM_COMPAT_SIDES; side++)
        for (size_t i = 0; i < load->n[side]; i++)
            for (size_t k = 0; k < load->queries[side][i].n; k++)
                zdm_query_each_value(load->queries[side][i].statements[k], collect, &pools);
    for (size_t i = 0; i < pools.n; i++)
        if (read_values(conn, &pools.items[i], err) < 0) {
            zdm_pools_release(&pools);
            return -1;
        }
    *out = pools;
    return 0;
}

void
zdm_pools_release(struct zdm_pools *pools)
{
    for (size_t i = 0; i < pools->n; i++) {
        struct zdm_pool *pool = &pools->items[i];
        for (size_t k = 0; k < pool->n; k++)
            free(pool->values[k]);
        free(pool->values);
        free(pool->name);
        free(pool->type);
    }
    free(pools->items);
    *pools = (struct zdm_pools){.n = 0};
}

const struct zdm_pool *
zdm_pools_find(const struct zdm_pools *pools, const char *name, size_t n)
{
    for (size_t i = 0; i < pools->n; i++)
        if (strlen(pools->items[i].name) == n && strncmp(pools->items[i].name, name, n) == 0)
            return &pools->items[i];
    return NULL;
}

const char *
zdm_pool_value(const struct zdm_pool *pool, int64_t row)
{
    return pool->n ? pool->values[(uint64_t)(row - 1) % pool->n] : NULL;
}
