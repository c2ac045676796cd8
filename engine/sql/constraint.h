/*
 * constraint.h - constraints that are added, and what hangs on those that go. Private to engine/sql.
 */
#ifndef ZDM_SQL_CONSTRAINT_H
#define ZDM_SQL_CONSTRAINT_H

#include "sql/alter.h"

/* The name the author gave, or the one that the server makes up; unquoted. column: that it stands at
 * in ADD COLUMN, or NULL. */
const char *zdm_constraint_name(
    struct zdm_alter *alter, const PgQuery__Constraint *constraint, const char *column);
/* " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED" or "". */
const char *zdm_constraint_timing(const PgQuery__Constraint *constraint);
/* False, and a certain error, when the relation has a constraint of the name that the author gave. */
bool zdm_constraint_name_is_free(struct zdm_alter *alter, const PgQuery__Constraint *constraint);
/* The steps NOT VALID and VALIDATE. */
void zdm_constraint_later_steps(struct zdm_alter *alter, struct zdm_finding *finding);
/* Makes the columns of a primary key NOT NULL: *scans tells whether the server must look. */
void zdm_constraint_key_not_null(
    struct zdm_alter *alter, size_t n, const char *const *columns, bool *scans);

void zdm_constraint_add_check(struct zdm_alter *alter, const PgQuery__Constraint *constraint);
/* Since 18 NOT NULL is one: not_null_constraint.c. */
void zdm_constraint_add_not_null(struct zdm_alter *alter, const PgQuery__Constraint *constraint);
/* ALTER CONSTRAINT ... INHERIT and NO INHERIT of one. */
void zdm_not_null_inheritance(
    struct zdm_alter *alter, struct zdm_constraint *constraint, bool inherit);
void zdm_constraint_add_foreign(struct zdm_alter *alter, const PgQuery__Constraint *constraint);
void zdm_constraint_add_key(struct zdm_alter *alter, const PgQuery__Constraint *constraint);

/* The relation that a foreign key points to and its partitions, locked. */
void zdm_lock_referenced(struct zdm_draft *draft, struct zdm_relation *relation,
    enum zdm_lock_mode mode, enum zdm_held held);
/* Is `clone` what the server made of `key` for a partition of either side? */
bool zdm_foreign_is_clone_of(const struct zdm_constraint *clone, const struct zdm_constraint *key);
/* Reads the table that a foreign key points to, or its partitions. */
void zdm_foreign_scan_referenced(struct zdm_draft *draft, struct zdm_relation *references);
/* Is the key a copy that stands for a partition of the table that another key of its own table
 * points to? */
bool zdm_foreign_is_own_clone(const struct zdm_constraint *key);
/* Does it stand for a key of the table's parent? */
bool zdm_foreign_has_parent(const struct zdm_constraint *key);
/* A partition comes to the table that has `key`, or gets it with its table: it takes over one of its
 * own that says the same, or gets a copy, which is validated when `key` is. Locks the referenced table
 * and scans; true when something is scanned. */
bool zdm_foreign_extend(
    struct zdm_draft *draft, struct zdm_constraint *key, struct zdm_relation *partition);
/* The copies of a new foreign key for the partitions of the table that it points to. */
void zdm_foreign_spread(struct zdm_draft *draft, const struct zdm_constraint *key);
/* A partition came to the table that `key` points to: one more copy. index: of the partition. */
void zdm_foreign_reach(struct zdm_draft *draft, struct zdm_constraint *key,
    struct zdm_relation *partition, struct zdm_index *index);
/* Takes the foreign key out of the catalog, with its clones. */
void zdm_foreign_forget(struct zdm_draft *draft, struct zdm_constraint *key);
/* The same, and locks what the server locks. */
void zdm_foreign_drop(struct zdm_draft *draft, struct zdm_constraint *key, enum zdm_lock_mode mode);
/* Are values of the two types compared by an operator that an index of `referenced` knows? */
bool zdm_foreign_types_fit(
    struct zdm_draft *draft, const struct zdm_type *referenced, const struct zdm_type *referencing);

#endif
