/*
 * history.h - what the table of a migration tool says was applied to a database.
 *
 * Each tool keeps its own: schema_migrations of golang-migrate and dbmate, flyway_schema_history,
 * goose_db_version, _prisma_migrations, drizzle.__drizzle_migrations, sqitch.changes.
 */
#ifndef ZDM_CATALOG_HISTORY_H
#define ZDM_CATALOG_HISTORY_H

#include "pg/conn.h"

struct zdm_history {
    char **versions; /* owned; "<=V" stands for every version up to V */
    size_t n;
};

/* tool: as check/convention.h names it. Empty when the tool has no table that zdm knows, or the
 * database has none that may be read: then nothing is known to be applied. */
int zdm_history_read(
    struct zdm_conn *conn, const char *tool, struct zdm_history *out, struct zdm_err *err);
void zdm_history_release(struct zdm_history *history);

#endif
