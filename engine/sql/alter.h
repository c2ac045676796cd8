/*
 * alter.h - the sub-commands of ALTER TABLE. Private to engine/sql.
 *
 * An ALTER TABLE holds the strongest lock of its sub-commands for the sum of their
 * work; zdm_draft_lock() adds that up.
 */
#ifndef ZDM_SQL_ALTER_H
#define ZDM_SQL_ALTER_H

#include "sql/draft.h"

struct zdm_alter {
    struct zdm_draft *draft;
    const PgQuery__AlterTableStmt *stmt;
    const PgQuery__AlterTableCmd *cmd;
    const char *table; /* quoted */
};

void zdm_alter_add_column(struct zdm_alter *alter);
void zdm_alter_add_constraint(struct zdm_alter *alter);
void zdm_alter_drop_constraint(struct zdm_alter *alter);
void zdm_alter_set_not_null(struct zdm_alter *alter);

/* ALTER TABLE ... ADD CONSTRAINT of one, named (with a made-up name if need be), NOT VALID on demand. */
char *zdm_alter_constraint_text(
    struct zdm_alter *alter, const PgQuery__Constraint *constraint, bool not_valid, char **name);
/* Adds the statements that make a column NOT NULL without blocking to the safer form. */
void zdm_alter_not_null_steps(
    struct zdm_alter *alter, struct zdm_finding *finding, const char *column);

#endif
