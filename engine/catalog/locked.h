/*
 * locked.h - who keeps the catalog from being read.
 */
#ifndef ZDM_CATALOG_LOCKED_H
#define ZDM_CATALOG_LOCKED_H

#include "base/err.h"
#include "pg/conn.h"
#include "pg/locks.h"

/* Before a load, outside a transaction: which tables it would have to wait for now, and who locks them. *who: owned,
 * a line each; NULL: none, or nobody can tell. */
void zdm_catalog_lockers(struct zdm_conn *conn, char **who);
/* Behind a load that failed with 55P03, when its transaction is over: *err gets which tables are locked, and
 * by whom, as far as that is still so, and what to do. Returns -1. */
int zdm_catalog_blame_locks(struct zdm_conn *conn, struct zdm_err *err);

/* Takes the literals out of their queries, which others may read then. */
void zdm_blockers_normalise(struct zdm_blockers *blockers);

#endif
