/*
 * load.h - reads the catalog of a database into a struct zdm_catalog.
 *
 * A fixed number of queries, whatever the number of objects or statements (sql/), all in one
 * REPEATABLE READ, READ ONLY transaction, so that they agree with each other. Reads catalogs only,
 * no rows of anybody's tables; needs no rights beyond connecting. Takes no locks on user tables.
 *
 * What a role may not see (pg_statistic, passwords) is not read; sizes come from pg_class, so no
 * file is looked at. System objects are left out except types, casts and functions.
 */
#ifndef ZDM_CATALOG_LOAD_H
#define ZDM_CATALOG_LOAD_H

#include "base/err.h"
#include "pg/conn.h"
#include "sql/catalog.h"

/* Returns owned in *out, `complete`. Settings (search_path, TimeZone, lock_timeout, ...) are those of
 * the connection, as the role and the database set them. */
int zdm_catalog_load(struct zdm_conn *conn, struct zdm_catalog **out, struct zdm_err *err);

#endif
