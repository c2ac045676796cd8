/*
 * target.h - the table of a backfill, resolved in the catalog.
 *
 * Errors are ZDM_ERR_FAILED with what to do: no such table or column, not a
 * table, inheritance children, row-level security in the way, no primary key, a
 * key of several columns, the key among the columns set, a generated column
 * set, no right to read or update.
 *
 * A key is the single-column primary key, or the NOT NULL column of `key=` that
 * a valid, complete, single-column unique btree index covers. Keys are ordered
 * as that index orders them, so its collation, not the column's, is used.
 */
#ifndef ZDM_BATCH_TARGET_H
#define ZDM_BATCH_TARGET_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "pg/conn.h"

struct zdm_assignment {
    const char *column; /* as the author wrote it: an SQL identifier */
    const char *expr;   /* SQL expression */
};

struct zdm_backfill_spec { /* all views of the plan */
    const char *plan, *step;
    const char *table; /* as written: name or schema.name, each part maybe quoted */
    const struct zdm_assignment *set;
    size_t n_set;
    const char *where; /* NULL: every row */
    const char *key;   /* NULL: the primary key */
    int64_t target_ms, batch_min, batch_max, lock_timeout_ms, pause_ms;
    int64_t max_lag_ms;  /* 0: replicas are not looked at */
    int64_t patience_ms; /* longest time without any progress; 0: 10 min */
};

struct zdm_backfill_target {
    unsigned oid;
    char *identity;      /* "5/16384/1": oids of database and table, number of the key's column */
    char *relation;      /* qualified and quoted: "public.users" */
    char *key;           /* quoted column */
    char *key_type;      /* qualified and quoted: "pg_catalog.int8" */
    char *key_collation; /* qualified and quoted; NULL: the type's default, or none */
    char **set;          /* quoted columns, one an assignment */
    size_t n_set;        /* as in the spec */
    int64_t estimated_rows; /* reltuples over all partitions; -1 unknown */
};

int zdm_backfill_target_find(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    struct zdm_backfill_target *out, struct zdm_err *err);
void zdm_backfill_target_release(struct zdm_backfill_target *target);

#endif
