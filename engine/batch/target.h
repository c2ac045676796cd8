/*
 * target.h - the table of a backfill, resolved in the catalog.
 *
 * Errors are ZDM_ERR_FAILED with what to do: no such table or column, not a
 * table, no primary key, a key of several columns, the key among the columns
 * set, a generated column set, no right to read or update.
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
};

struct zdm_backfill_target {
    unsigned oid;
    char *relation;         /* qualified and quoted: "public.users" */
    char *key;              /* quoted column */
    char *key_type;         /* format_type: "bigint", "character varying(20)" */
    int64_t estimated_rows; /* reltuples over all partitions; -1 unknown */
};

int zdm_backfill_target_find(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    struct zdm_backfill_target *out, struct zdm_err *err);
void zdm_backfill_target_release(struct zdm_backfill_target *target);

#endif
