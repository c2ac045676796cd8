/*
 * row_security.h - whom row level security shuts out. Private to engine/sql.
 *
 * A role that was granted something on the rows of a table, is neither owner (unless it is forced)
 * nor superuser nor has BYPASSRLS, and for whose right no permissive policy speaks: it sees no row,
 * or writes none (42501). A policy for a role speaks for those who have its rights, and, since its
 * author has thought of them, for the roles whose rights it has.
 */
#ifndef ZDM_SQL_ROW_SECURITY_H
#define ZDM_SQL_ROW_SECURITY_H

#include "sql/acl.h"
#include "sql/draft.h"

/* "app (SELECT, UPDATE), PUBLIC (SELECT)" as things stand now; "": nobody. NULL: that is not known,
 * or row level security is not on. In the arena of the draft. */
const char *zdm_row_security_shuts_out(
    struct zdm_draft *draft, const struct zdm_relation *relation);
/* Has anybody rights on its rows for whom row level security holds? */
bool zdm_row_security_concerns(struct zdm_draft *draft, const struct zdm_relation *relation);
/* The policy change: `before` is what zdm_row_security_shuts_out() said before it. */
void zdm_row_security_tell(struct zdm_draft *draft, const struct zdm_relation *relation,
    const char *table, const char *before);

#endif
