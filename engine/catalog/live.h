/*
 * live.h - what a server is doing, read into the model (sql/live.h).
 *
 * Four queries, each of a moment of its own, behind zdm_catalog_load(): statistics, sessions and
 * locks have no snapshot anyway. Reads system views only and waits for nobody. A role without
 * pg_read_all_stats sees its own sessions and none of the replicas; the rest is there (`blind`).
 */
#ifndef ZDM_CATALOG_LIVE_H
#define ZDM_CATALOG_LIVE_H

#include "base/err.h"
#include "pg/conn.h"
#include "sql/catalog.h"

/* Adds to a catalog that was loaded from this server, before anything is judged by it. Rows and bytes
 * of a table that has grown since the last VACUUM or ANALYZE are brought up to date. Where the server
 * refuses even this (42501) the catalog stays as it is. */
int zdm_catalog_load_live(struct zdm_conn *conn, struct zdm_catalog *catalog, struct zdm_err *err);

#endif
