/*
 * target.h - the table of a backfill, resolved in the catalog.
 *
 * Errors are ZDM_ERR_FAILED with what to do: no such table or column, not a
 * table, inheritance children, row-level security in the way, no key, the key
 * among the columns set, a generated column set, no right to read or update.
 *
 * A key is the primary key, or else the narrowest unique index; with `key=` the
 * one whose columns are those. Its index is a valid, complete btree of NOT NULL
 * columns. A table without any is walked page by page (pages.h), if that can be
 * done rightly. Keys are ordered as that index orders them, so its collations, not
 * the columns', are used, and its directions.
 *
 * A partitioned table is walked partition by partition (leaves.c): each of them is a target of its own,
 * whose rows expressions know under the name of the partitioned table.
 */
#ifndef ZDM_BATCH_TARGET_H
#define ZDM_BATCH_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "batch/limits.h"
#include "pg/conn.h"

struct zdm_assignment {
    const char *column; /* as the author wrote it: an SQL identifier */
    const char *expr;   /* SQL expression */
};

enum zdm_backfill_action {
    ZDM_BACKFILL_SET,
    ZDM_BACKFILL_DELETE,
    ZDM_BACKFILL_COPY,
    ZDM_BACKFILL_MAP
};
/* Does it change columns of the table's rows? */
static inline bool
zdm_backfill_updates(enum zdm_backfill_action action)
{
    return action == ZDM_BACKFILL_SET || action == ZDM_BACKFILL_MAP;
}

enum zdm_on_conflict { ZDM_CONFLICT_ERROR, ZDM_CONFLICT_NOTHING, ZDM_CONFLICT_UPDATE };

/* The final sweep, for rows that the walk did not meet: needs.h. */
struct zdm_sweep_wish {
    bool on;
    const char *why_not; /* the texts of set and where alone tell that there can be none; or NULL */
    /* What set and where call, operators they have, and columns that the values are made of. */
    const char *const *calls, *const *operators, *const *inputs;
    size_t n_calls, n_operators, n_inputs;
    int64_t whole_most; /* bytes of a table that is read as a whole first; 0: statement_sweep.c */
};

struct zdm_backfill_spec { /* all views of the plan */
    const char *plan, *step;
    bool undoes;       /* it takes another step back: its cursors alone say that it is done */
    const char *table; /* as written: name or schema.name, each part maybe quoted */
    enum zdm_backfill_action action;
    const struct zdm_assignment *set; /* or the columns of a copy; of a map: expr is NULL */
    size_t n_set;                     /* 0 for a copy: the columns that both tables have */
    const char *const *read;          /* of a map: columns, as written */
    size_t n_read;
    const char *into; /* of a copy: the other table, as written */
    bool into_later;  /* it is not there yet, and nothing is asked of it: for a preview alone */
    enum zdm_on_conflict on_conflict; /* of a copy */
    const char *where;                /* NULL: every row */
    bool where_becomes_false;         /* by the change: each batch checks it; of a set or a map */
    const char *const *key;           /* columns, as written; n_key 0: see above */
    size_t n_key;
    int64_t stripes; /* sub-transactions of a range, where they help; 0 and 1: none */
    int64_t workers; /* sessions at the same time, 0 and 1: one; at most ZDM_WORKERS_MAX */
    int64_t target_ms, batch_min, batch_max, lock_timeout_ms, pause_ms;
    const char *synchronous_commit; /* of the batches; NULL: as the session has it */
    struct zdm_limits limits;
    struct zdm_sweep_wish sweep;
    int64_t patience_ms;    /* longest time without any progress; 0: 10 min */
    int64_t max_quarantine; /* bad rows to leave behind; 0: the first one stops the backfill */
    bool quarantine_values; /* keep what is in them */
    double look_most; /* share of the time that looking ahead may take: steps.h; 0: as there */
};

struct zdm_key {     /* one column of it */
    char *name;      /* quoted */
    char *type;      /* qualified and quoted: "pg_catalog.int8" */
    char *collation; /* qualified and quoted; NULL: the type's default, or none */
    char
        *operators; /* the schema that the index's operators are in, quoted; NULL: by search path */
    bool descending, nulls_first; /* in the order of the walk, in which the first one ascends */
};

/* How rows are shared out to stripes: by the number of an integer key, or by a hash of the key. */
enum zdm_stripe_by { ZDM_STRIPE_NONE, ZDM_STRIPE_INTEGER, ZDM_STRIPE_HASH };

/* How to tell the rows that need the backfill from those that do not: needs.h. */
struct zdm_needs {
    bool known;
    char **types;  /* of the columns set, n_set; of a copy and a delete NULL */
    char *missing; /* of a copy: the columns of `into` that hold the key, "a, b" compared, as SQL */
};

struct zdm_read_column {
    char *name; /* quoted */
    bool wide;  /* its values may be long */
};

struct zdm_backfill_target {
    unsigned oid;
    char *identity; /* identity.h */
    char *relation; /* qualified and quoted: "public.users" */
    char *name;     /* quoted: "users" */
    bool partitioned;
    char *
        only_named; /* what a statement must name the partitioned table for: "trigger log", or NULL */
    unsigned root; /* of a partition that is walked as such: oid of the partitioned table; else 0 */
    char *alias;   /* ... and how expressions call its rows: quoted; else NULL */
    char *own;     /* see zdm_backfill_target_own() */
    struct zdm_key *keys;
    size_t n_keys;
    char *key;   /* for people: "id", "(a, b)" */
    char *index; /* for people: the key's index */
    bool primary;
    bool by_page; /* no key: keys has no columns, and a position is that of pages.h */
    char **set;   /* quoted columns, one an assignment; of `into` for a copy */
    size_t n_set; /* as in the spec, but for a copy of all columns */
    char
        *changed; /* JSON array, quoted: those of an update, and what the table generates of them */
    char **set_types;             /* of a map: qualified and quoted, as in zdm_key */
    struct zdm_read_column *read; /* of a map; columns, quoted */
    size_t n_read;
    bool strong_lock;             /* of a map: it writes a column of a unique index */
    char *into;                   /* of a copy: qualified and quoted */
    char *conflict;               /* of a copy: what stands behind ON CONFLICT; NULL: an error */
    enum zdm_stripe_by stripe_by; /* none: HOT updates are out of the question */
    char *not_hot;                /* the index that holds a column which is set; NULL: none does */
    /* Rows in the order of the key are on pages here and there: to each page a walk comes back as often as it has
     * rows, as with stripes, and needs none. */
    bool scattered;
    struct zdm_needs needs;
    int64_t pages;          /* size; 0 for a partitioned table */
    int64_t estimated_rows; /* reltuples over all partitions; -1 unknown */
};

/* began: identity of the target with which the backfill began, or NULL; when its author named no key
 * and the table has better ones by now, it still goes on along that one. */
int zdm_backfill_target_find(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    const char *began, struct zdm_backfill_target *out, struct zdm_err *err);
/* A partition of `table`, by its qualified and quoted name; its key is its own. *found false: there is no
 * table of that name (any more). */
int zdm_backfill_target_find_leaf(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    const struct zdm_backfill_target *table, const char *relation, const char *began, bool *found,
    struct zdm_backfill_target *out, struct zdm_err *err);
/* Has it something to walk along? Only a partitioned table may have not: -1. */
int zdm_backfill_target_walks(const struct zdm_backfill_spec *spec,
    const struct zdm_backfill_target *table, struct zdm_err *err);
/* How SQL calls a row: "public.users". */
const char *zdm_backfill_target_row(const struct zdm_backfill_target *target);
/* What names of zdm's own in a statement begin with, before a "_": "zdm", or another word when that is in the
 * author's SQL, which would else find the statement's parts where it means its tables. */
const char *zdm_backfill_target_own(const struct zdm_backfill_target *target);
void zdm_backfill_target_release(struct zdm_backfill_target *target);

#endif
