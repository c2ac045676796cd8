/*
 * pool.h - values that the queries of a load ask with: `:users.id` is one of those that the column had before
 * the plan began, of a random row.
 *
 * Columns of one table are read in the same order, so that `:orders.id` and `:orders.user_id` of one
 * question are those of one row.
 */
#ifndef ZDM_REHEARSE_POOL_H
#define ZDM_REHEARSE_POOL_H

#include <stddef.h>

#include "pg/conn.h"
#include "plan/plan.h"

struct zdm_pool {
    char *name;    /* "users.id", as it was written */
    char *type;    /* as SQL */
    char **values; /* NULL: SQL NULL */
    size_t n;      /* at most 1,000; 0: the table has no rows */
};
struct zdm_pools {
    struct zdm_pool *items;
    size_t n;
};

/* All that the load names. What is no column of a table is ZDM_ERR_USAGE. */
int zdm_pools_read(struct zdm_conn *conn, const struct zdm_compat *load, struct zdm_pools *out,
    struct zdm_err *err);
void zdm_pools_release(struct zdm_pools *pools);
/* By its name, of n bytes; NULL: there is none. */
const struct zdm_pool *zdm_pools_find(const struct zdm_pools *pools, const char *name, size_t n);
/* The value for a number of a row, from 1 on; NULL: SQL NULL. View. */
const char *zdm_pool_value(const struct zdm_pool *pool, int64_t row);

#endif
