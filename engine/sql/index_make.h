/*
 * index_make.h - a new index, alone or with a constraint, on a table and on its partitions. Private to
 * engine/sql.
 */
#ifndef ZDM_SQL_INDEX_MAKE_H
#define ZDM_SQL_INDEX_MAKE_H

#include "sql/draft.h"

struct zdm_index_plan {
    /* What it is like; its columns, uses and texts live in the catalog. self, table, parent and
     * children are not looked at. */
    struct zdm_index like;
    const char *middle;                  /* of a made-up name: between table and label */
    enum zdm_constraint_kind constraint; /* that it is for; 0: none */
    bool deferrable, initially_deferred;
    enum zdm_lock_mode partition_mode; /* what the partitions are locked with */
};

/* The key columns (IndexElem or String nodes), INCLUDE columns and predicate of an index on the
 * relation. Columns that are not there are a certain error, and so is what can be no index. */
void zdm_index_plan_columns(struct zdm_draft *draft, struct zdm_index_plan *plan,
    const struct zdm_relation *relation, size_t n, PgQuery__Node *const *keys, size_t n_included,
    PgQuery__Node *const *included, PgQuery__Node *predicate);
/* The name that the server makes up for it on this relation. */
const char *zdm_index_plan_name(struct zdm_draft *draft, const struct zdm_index_plan *plan,
    const struct zdm_relation *relation);
/* Is the partition key among its columns, of nested partitions too unless `only`? Of a unique index
 * it must be: a certain error. */
void zdm_index_check_partition_key(struct zdm_draft *draft, const struct zdm_index_plan *plan,
    const struct zdm_relation *relation, const char *table, bool only);
/* Are they on the same columns and expressions, as far as a partitioned index asks: in whatever order? */
bool zdm_index_is_like(
    struct zdm_draft *draft, const struct zdm_index *index, const struct zdm_index *like);
/* Is there an index on the relation that can be a part of one that looks like `like`, for a
 * constraint or not? valid: no other one. NULL: none. */
struct zdm_index *zdm_index_matching(struct zdm_draft *draft, const struct zdm_relation *relation,
    const struct zdm_index *like, enum zdm_constraint_kind constraint, bool valid);
/* Attaches it, and the constraint behind it. */
void zdm_index_attach(struct zdm_draft *draft, struct zdm_index *index, struct zdm_index *parent);
void zdm_index_detach(struct zdm_draft *draft, struct zdm_index *index);
/* A partitioned index becomes valid with the last of its parts, and so may the one above. */
void zdm_index_revalidate(struct zdm_draft *draft, struct zdm_index *index);
/* Builds it: on a table the index itself; on a partitioned one, unless `only`, on each partition
 * that has no matching one. parent: of the partitioned index that it becomes a part of, or NULL.
 * Locks partitions, not the relation itself. */
struct zdm_index *zdm_index_make(struct zdm_draft *draft, const struct zdm_index_plan *plan,
    struct zdm_relation *relation, const char *name, bool only, struct zdm_index *parent);
/* A plan for one that is like an index of another table. */
void zdm_index_plan_like(
    struct zdm_draft *draft, struct zdm_index_plan *plan, const struct zdm_index *index);

/* Of servers that build CONCURRENTLY what lacks rows. */
void zdm_index_tell_corruption(struct zdm_draft *draft, const char *table);

/* Why the expression cannot be in an index: the SQLSTATE, or NULL. */
const char *zdm_index_expression_fault(
    struct zdm_draft *draft, const struct zdm_relation *relation, const PgQuery__Node *expr);
/* Has the type a default operator class for the access method? */
bool zdm_index_method_takes(
    struct zdm_draft *draft, const char *method, const struct zdm_type *type);

#endif
