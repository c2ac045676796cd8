/*
 * target_column.h - the columns that a backfill reads and writes. Private to target*.c.
 */
#ifndef ZDM_BATCH_TARGET_COLUMN_H
#define ZDM_BATCH_TARGET_COLUMN_H

#include "batch/target.h"

struct zdm_column { /* views: which table, who asks, what for */
    const char *oid, *relation, *role;
    bool
        insert; /* a row is inserted with it: identity columns may be given, UPDATE is not asked for */
};

/* *name: `written`, quoted, owned. */
int zdm_target_column(struct zdm_conn *conn, const struct zdm_column *column, const char *written,
    char **name, struct zdm_err *err);
/* "table %s has no column %s" with the nearest one that it has; -1. */
int zdm_target_no_column(struct zdm_conn *conn, const char *relation, const char *oid,
    const char *written, struct zdm_err *err);
/* "%s%s is the server's own": of pg_catalog or information_schema; -1. */
int zdm_target_refuse_own(const char *what, const char *relation, struct zdm_err *err);
/* What to walk along: fills in the key, or by_page, and the identity; neither for a partitioned table
 * without a key. */
int zdm_target_find_key(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    const char *began, struct zdm_backfill_target *target, const char *oid, const char *role,
    struct zdm_err *err);
/* Fills in `into`, `set` and `conflict` of a copy. */
int zdm_target_find_into(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    struct zdm_backfill_target *target, const char *role, struct zdm_err *err);
/* Fills in `read` and `strong_lock` of a map, whose `set` is there. */
int zdm_target_find_map(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    struct zdm_backfill_target *target, const char *oid, const char *role, struct zdm_err *err);

#endif
