/*
 * rename.h - the parts of RENAME, SET SCHEMA and OWNER TO. Private to engine/sql.
 */
#ifndef ZDM_SQL_RENAME_H
#define ZDM_SQL_RENAME_H

#include "sql/draft.h"

/* rename_column.c */
void zdm_rename_column(
    struct zdm_draft *draft, const PgQuery__RenameStmt *stmt, struct zdm_relation *relation);
void zdm_rename_attribute(
    struct zdm_draft *draft, const PgQuery__RenameStmt *stmt, struct zdm_relation *relation);
/* Locks the relation and, for a CHECK that is inherited, its children; renames it there too. False,
 * and a certain error, when it cannot be renamed here alone. constraint may be NULL. */
bool zdm_rename_inherited_constraint(struct zdm_draft *draft, const PgQuery__RenameStmt *stmt,
    struct zdm_relation *relation, struct zdm_constraint *constraint);
/* rename_object.c: schemas, types, functions, ... */
void zdm_rename_object(struct zdm_draft *draft, const PgQuery__RenameStmt *stmt);

#endif
