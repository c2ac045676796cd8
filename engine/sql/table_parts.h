/*
 * table_parts.h - what a new table takes over from others: LIKE, INHERITS, PARTITION OF. Private to
 * engine/sql.
 */
#ifndef ZDM_SQL_TABLE_PARTS_H
#define ZDM_SQL_TABLE_PARTS_H

#include "sql/draft.h"

/* Names in the arena of the draft, each once. */
struct zdm_names {
    const char **items;
    size_t n;
};
void zdm_names_add(struct zdm_draft *draft, struct zdm_names *names, const char *name);
/* The columns that an expression names: the last part of each reference. */
void zdm_names_of_expression(
    struct zdm_draft *draft, const PgQuery__Node *expr, struct zdm_names *names);
/* The same in the arena of the catalog. */
const char **zdm_names_keep(struct zdm_draft *draft, const struct zdm_names *names);

enum zdm_copy { /* the bits of LIKE ... INCLUDING */
    ZDM_COPY_CONSTRAINTS = 1 << 2,
    ZDM_COPY_DEFAULTS = 1 << 3,
    ZDM_COPY_GENERATED = 1 << 4,
    ZDM_COPY_IDENTITY = 1 << 5,
    ZDM_COPY_INDEXES = 1 << 6,
    ZDM_COPY_STORAGE = 1 << 8,
    ZDM_COPY_INHERITED = 1 << 16, /* as a child inherits them */
};
/* Columns of source behind those that relation has; a name that is there is merged, or an error. */
void zdm_table_copy_columns(struct zdm_draft *draft, struct zdm_relation *relation,
    const struct zdm_relation *source, unsigned what);
void zdm_table_like(
    struct zdm_draft *draft, struct zdm_relation *relation, const PgQuery__TableLikeClause *like);
/* INHERITS and PARTITION OF: locks the parent, takes its columns and checks, becomes its child. */
void zdm_table_inherits(struct zdm_draft *draft, struct zdm_relation *relation,
    const PgQuery__RangeVar *parent, const PgQuery__CreateStmt *stmt);
/* What else a partition gets from its parent: indexes, keys, foreign keys, triggers; and what happens
 * to the default partition. */
void zdm_table_becomes_partition(
    struct zdm_draft *draft, struct zdm_relation *relation, const PgQuery__CreateStmt *stmt);
/* The sequence that nextval('...') in the text of a default names; NULL: none. */
struct zdm_relation *zdm_sequence_of_default(struct zdm_draft *draft, const char *default_sql);
/* The bound of a partition as pg_get_expr() spells it. In the arena. */
char *zdm_bound_text(struct zdm_arena *arena, const PgQuery__PartitionBoundSpec *bound);

#endif
