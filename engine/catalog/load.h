/*
 * load.h - reads the catalog of a database into a struct zdm_catalog.
 *
 * A fixed number of queries, whatever the number of objects or statements (sql/), all in one
 * REPEATABLE READ, READ ONLY transaction, so that they agree with each other. They are sent at once: the
 * server works on the next one while the last is read, and a far server costs five round trips. Reads catalogs only,
 * no rows of anybody's tables; needs no rights beyond connecting.
 *
 * A catalog of 600 tables and more is read by two sessions, each one half, in one snapshot that the first
 * exports. The second has the same settings and goes to the same address; it is given up silently, and
 * one session reads all, when it cannot be opened within two seconds, when another server answers, when
 * it is lost, or when the snapshot cannot be exported. Behind a pooler none is tried.
 *
 * Where an expression names columns (CHECK, generated columns, indexes on expressions and partial
 * ones) the server itself takes ACCESS SHARE on the table for the moment in which it spells it. Behind
 * an ACCESS EXCLUSIVE lock that would wait: after five seconds the load fails with 55P03, and says who holds it.
 * DDL that commits in that moment makes the server stumble; then all is read again.
 *
 * What a role may not see (pg_statistic, passwords) is not read; sizes come from pg_class, so no
 * file is looked at. System objects (OID below 16384) are left out except types, casts, functions
 * and schemas; of other sessions' temporary tables nothing is read, and of views not the query.
 * Expressions are spelt with every name outside of pg_catalog qualified.
 *
 * Rights (sql/catalog_names.h) are those of the current role of the session, and are judged only
 * when it owns a relation of the database, or has the rights of an owner: a role that owns nothing
 * reads catalogs for others, and will not be the one that runs the statements.
 */
#ifndef ZDM_CATALOG_LOAD_H
#define ZDM_CATALOG_LOAD_H

#include "base/err.h"
#include "pg/conn.h"
#include "sql/catalog.h"

/* Returns owned in *out, `complete`. search_path and TimeZone are the session's; the timeouts are what
 * the role, the database or the connection string set, whatever the session has set since. Not in
 * a transaction. Nothing of the session is changed. */
int zdm_catalog_load(struct zdm_conn *conn, struct zdm_catalog **out, struct zdm_err *err);
/* The same in the open transaction of conn, as it sees the database. After a failure that transaction
 * is good for a rollback only. */
int zdm_catalog_load_inside(struct zdm_conn *conn, struct zdm_catalog **out, struct zdm_err *err);

#endif
