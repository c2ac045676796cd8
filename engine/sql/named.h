/*
 * named.h - roles, tablespaces, access methods, collations and subscriptions that a statement names,
 * and what the role that runs it may do. Private to engine/sql.
 *
 * Both say something only when it is certain: the names were read from a server, and so were the
 * rights (sql/catalog_names.h).
 */
#ifndef ZDM_SQL_NAMED_H
#define ZDM_SQL_NAMED_H

#include "sql/catalog_names.h"
#include "sql/draft.h"

/* Before the family: what the server refuses for want of rights (42501), which it looks at first. */
void zdm_rights_check(struct zdm_draft *draft);
/* The relation is one that the role may not touch: told, and true. */
bool zdm_rights_lack_owner(struct zdm_draft *draft, const struct zdm_relation *relation);

/* It has none of these rights (sql/acl.h), on the whole relation or on any column: told, and true. What it
 * may not do, in the words of people; NULL: it may, or nobody knows. */
bool zdm_rights_lack(struct zdm_draft *draft, const struct zdm_relation *relation, unsigned rights);
const char *zdm_rights_denied(
    struct zdm_draft *draft, const struct zdm_relation *relation, unsigned rights);

/* After the family, if the statement does not fail: a name that stands for nothing is a certain
 * error. What the statement makes, drops or renames of these kinds goes into the catalog. */
void zdm_named_check(struct zdm_draft *draft);
/* The same for a list of roles alone. */
void zdm_named_roles(struct zdm_draft *draft, size_t n, PgQuery__Node *const *roles);
/* "schema.name" of a collation, in the catalog's arena; NULL for the default one, or when there is
 * none of that name, which is told. */
const char *zdm_named_collation(struct zdm_draft *draft, size_t n, PgQuery__Node *const *names);

#endif
