/*
 * granting.h - what GRANT and REVOKE change on relations. Private to engine/sql.
 */
#ifndef ZDM_SQL_GRANTING_H
#define ZDM_SQL_GRANTING_H

#include "sql/acl.h"
#include "sql/draft.h"

/* Does what the statement says to the ACLs of the relations that it names, and of their columns.
 * Fails with 42501 when the role has nothing to give. */
void zdm_granting_follow(struct zdm_draft *draft, const PgQuery__GrantStmt *stmt);

/* The role that a statement names: *name is NULL for PUBLIC. False: nobody knows which. */
bool zdm_granting_role(
    const struct zdm_catalog *catalog, const PgQuery__RoleSpec *role, const char **name);

#endif
