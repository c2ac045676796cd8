#include "catalog/locked.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "sql/syntax.h"

extern const struct zdm_embedded zdm_catalog_sql[];

void
zdm_blockers_normalise(struct zdm_blockers *blockers)
{
    for (size_t i = 0; i < blockers->count; i++) {
        struct zdm_blocker *b = &blockers->items[i];
        if (!b->query || strcmp(b->query, "<insufficient privilege>") == 0)
            continue;
        char *plain = zdm_sql_normalise(b->query);
        free(b->query);
        b->query = plain;
    }
}

/* "public.users by pid 4242 (app web, ...): ALTER TABLE ..." */
static int
add_holders(struct zdm_conn *conn, const char *table, struct zdm_buf *out, struct zdm_err *err)
{
    const struct zdm_wanted_lock wanted = {.relation = table, .mode = "AccessShareLock"};
    struct zdm_blockers holders;

    if (zdm_blockers_find(conn, 1, &wanted, &holders, err) < 0)
        return -1;
    zdm_blockers_normalise(&holders);
    for (size_t i = 0; i < holders.count; i++) {
        char *line = zdm_blocker_line(&holders.items[i]);
        zdm_buf_addf(out, "%s%s is locked by %s", out->len ? "\n" : "", table, line);
        free(line);
    }
    zdm_blockers_release(&holders);
    return 0;
}

void
zdm_catalog_lockers(struct zdm_conn *conn, char **who)
{
    struct zdm_buf holders = ZDM_BUF_INIT;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_result *tables = NULL;

    int rc =
        zdm_conn_exec(conn, zdm_embedded_text(zdm_catalog_sql, "sql/locked.sql"), &tables, &err);
    for (int i = 0; rc == 0 && i < zdm_result_rows(tables); i++)
        rc = add_holders(conn, zdm_result_get(tables, i, 0), &holders, &err);
    zdm_result_free(tables);
    /* What goes wrong here meets the load as well, if that depends on it. */
    zdm_err_clear(&err);
    *who = holders.len ? zdm_buf_take(&holders) : NULL;
    zdm_buf_release(&holders);
}

int
zdm_catalog_blame_locks(struct zdm_conn *conn, struct zdm_err *err)
{
    char *holders;

    zdm_catalog_lockers(conn, &holders);
    if (holders)
        zdm_err_detail(err, "%s", holders);
    free(holders);
    return zdm_err_hint(err,
        "the server spells CHECK constraints and other expressions only with a lock of its own on "
        "their table: try again when nobody holds ACCESS EXCLUSIVE on it");
}
