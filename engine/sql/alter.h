/*
 * alter.h - the sub-commands of ALTER TABLE. Private to engine/sql.
 *
 * The driver (alter_table.c) resolves the target, refuses what cannot be done to its kind, takes the
 * strongest lock of all sub-commands on it, and calls each sub-command once, in the order of the
 * server's passes. A sub-command says what it does to the target and, unless ONLY, to those that
 * inherit from it; each changes the catalog, so that the next one meets what it made.
 */
#ifndef ZDM_SQL_ALTER_H
#define ZDM_SQL_ALTER_H

#include "sql/draft.h"

struct zdm_alter {
    struct zdm_draft *draft;
    const PgQuery__AlterTableStmt *stmt;
    const PgQuery__AlterTableCmd *cmd;
    const char *table;             /* as the author wrote it, quoted where needed */
    struct zdm_relation *relation; /* that it names; never NULL */
    enum zdm_lock_mode mode;       /* of the whole ALTER TABLE; its children get the same */
    bool recurse;                  /* no ONLY: children too, where the sub-command does */
    bool making;                   /* CREATE TABLE: columns may follow those that are there */
    /* For each sub-command of the text: the constraint that proved its SET NOT NULL and that another
     * sub-command drops, or NULL. proof.c */
    const char **dropped_proofs;
};

/* The target with the lock of the statement, for the time `held`. */
void zdm_alter_lock(struct zdm_alter *alter, enum zdm_held held);
/* The same, and unless ONLY everything that inherits from it. */
void zdm_alter_lock_family(struct zdm_alter *alter, enum zdm_held held);
/* The same of its partitions, when it is partitioned. */
void zdm_alter_lock_partitions(struct zdm_alter *alter, enum zdm_held held);
/* The target alone with ONLY, else with all that inherit from it; parents first. */
struct zdm_relation **zdm_alter_family(struct zdm_alter *alter, size_t *n);
/* The column that the sub-command names, or NULL: a certain error when the target is known. */
struct zdm_column *zdm_alter_column(struct zdm_alter *alter, const char *name);
/* Does the same statement drop this constraint? Drops run before anything else. */
bool zdm_alter_drops_constraint(const struct zdm_alter *alter, const char *constraint);

/* Columns: add_column.c, drop_column.c, column_type.c, alter_column.c, ... */
void zdm_alter_add_column(struct zdm_alter *alter);
void zdm_alter_drop_column(struct zdm_alter *alter);
void zdm_alter_column_type(struct zdm_alter *alter);
void zdm_alter_column_default(struct zdm_alter *alter); /* SET and DROP DEFAULT */
void zdm_alter_set_not_null(struct zdm_alter *alter);
void zdm_alter_drop_not_null(struct zdm_alter *alter);
void zdm_alter_identity(struct zdm_alter *alter); /* ADD, SET, DROP */
void zdm_alter_drop_expression(struct zdm_alter *alter);
void zdm_alter_set_expression(struct zdm_alter *alter);
void zdm_alter_column_setting(
    struct zdm_alter *alter); /* STATISTICS, STORAGE, COMPRESSION, (...) */

/* Constraints: constraint.c, key.c, foreign_key.c, constraint_drop.c, validate.c */
void zdm_alter_add_constraint(struct zdm_alter *alter);
void zdm_alter_drop_constraint(struct zdm_alter *alter);
void zdm_alter_validate_constraint(struct zdm_alter *alter);
void zdm_alter_change_constraint(
    struct zdm_alter *alter); /* ALTER CONSTRAINT: alter_constraint.c */

/* Partitions and inheritance: attach.c, detach.c, inherit.c, alter_index.c */
void zdm_alter_attach_partition(struct zdm_alter *alter);
void zdm_alter_detach_partition(struct zdm_alter *alter);
void zdm_alter_attach_index(struct zdm_alter *alter); /* ALTER INDEX ... ATTACH PARTITION */
void zdm_alter_inherit(struct zdm_alter *alter);      /* INHERIT, NO INHERIT */

/* The whole table: storage.c, trigger_state.c */
void zdm_alter_options(struct zdm_alter *alter); /* SET (...), RESET (...) */
void zdm_alter_logged(struct zdm_alter *alter);
void zdm_alter_tablespace(struct zdm_alter *alter);
void zdm_alter_access_method(struct zdm_alter *alter);
void zdm_alter_cluster_on(struct zdm_alter *alter); /* CLUSTER ON, SET WITHOUT CLUSTER */
void zdm_alter_replica_identity(struct zdm_alter *alter);
void zdm_alter_owner(struct zdm_alter *alter);
void zdm_alter_of_type(struct zdm_alter *alter);       /* OF, NOT OF: composite.c */
void zdm_alter_trigger_state(struct zdm_alter *alter); /* ENABLE and DISABLE TRIGGER */
void zdm_alter_rule_state(struct zdm_alter *alter);
void zdm_alter_row_security(struct zdm_alter *alter);
void zdm_alter_nothing(struct zdm_alter *alter); /* takes its lock, and that is all */

/* The lock of SET (...) and RESET (...): by its options. */
enum zdm_lock_mode zdm_options_mode(const PgQuery__AlterTableCmd *cmd);

/* composite.c: the composite type that a table is to be of; NULL: it is not known, or it is none and
 * that is a certain error, told already. */
struct zdm_relation *zdm_typed_table_type(struct zdm_draft *draft, const PgQuery__TypeName *name);
/* composite.c: a change of a composite type changes the tables that are of it, with CASCADE: false, and
 * a certain error, without. Other relations have none. */
bool zdm_typed_tables_may_follow(
    struct zdm_draft *draft, const PgQuery__AlterTableStmt *stmt, const struct zdm_relation *type);
/* Those that are of the composite type, without what inherits from them; of any other relation none. */
struct zdm_relation **zdm_typed_tables(
    struct zdm_draft *draft, const struct zdm_relation *type, size_t *n);
void zdm_typed_tables_follow(struct zdm_draft *draft, struct zdm_relation *type);

/* ALTER TABLE ... ADD CONSTRAINT of one, named (with a made-up name if need be), NOT VALID on demand. */
char *zdm_alter_constraint_text(
    struct zdm_alter *alter, const PgQuery__Constraint *constraint, bool not_valid, char **name);
/* Adds the statements that make a column NOT NULL without blocking to the safer form. */
void zdm_alter_not_null_steps(
    struct zdm_alter *alter, struct zdm_finding *finding, const char *column);

#endif
