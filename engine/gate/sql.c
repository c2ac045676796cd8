#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "gate/gate.h"

#define BOOL_TYPE       16 /* pg_catalog.bool; its Oid is fixed */
#define SEEN_CELL_BYTES 200
#define BEGIN_LOOKING   "BEGIN READ ONLY; SET LOCAL statement_timeout = '30s'"

/* Bytes before the 1-based character `position` of UTF-8 text. */
static size_t
byte_offset(const char *text, int position)
{
    size_t at = 0;

    for (int seen = 0; text[at]; at++) {
        if (((unsigned char)text[at] & 0xC0) != 0x80 && ++seen == position)
            break;
    }
    return at;
}

static int
blame(const struct zdm_gate_context *g, const struct zdm_check *check, struct zdm_err *err)
{
    struct zdm_place at = check->sql.at.file ? check->sql.at : check->at;

    if (err->code == ZDM_ERR_INTERRUPTED)
        return -1;
    if (err->position > 0)
        at = zdm_sql_place(&check->sql, byte_offset(check->sql.text, err->position));
    zdm_err_wrap(err, "check \"%s\" of gate \"%s\"", check->id, g->plan->steps[g->index].id);
    if (strcmp(err->sqlstate, "57014") == 0)
        zdm_err_hint(err, "a gate may look for 30 s: an index, EXISTS or LIMIT 1 makes it faster");
    else if (strcmp(err->sqlstate, "25006") == 0)
        zdm_err_hint(err, "a gate only looks: what changes data belongs into a step of its own");
    return zdm_err_at(err, at);
}

/* "rows_left = 12" for every column behind the first. */
static char *
show_row(const struct zdm_result *r)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    const char *answer = zdm_result_get(r, 0, 0);

    zdm_buf_add(&b, !answer ? "null" : zdm_result_bool(r, 0, 0) ? "true" : "false");
    for (int i = 1; i < zdm_result_columns(r); i++) {
        const char *cell = zdm_result_get(r, 0, i);
        size_t n = cell ? strlen(cell) : 0, shown = n;
        if (shown > SEEN_CELL_BYTES) {
            for (shown = SEEN_CELL_BYTES; ((unsigned char)cell[shown] & 0xC0) == 0x80;)
                shown--;
        }
        zdm_buf_addf(&b, ", %s = %.*s%s", zdm_result_name(r, i), cell ? (int)shown : 4,
            cell ? cell : "null", shown < n ? "..." : "");
    }
    return zdm_buf_take(&b);
}

static int
judge(const struct zdm_result *r, struct zdm_check_result *out, struct zdm_err *err)
{
    if (zdm_result_columns(r) < 1 || zdm_result_type(r, 0) != BOOL_TYPE) {
        zdm_fail(err, ZDM_ERR_FAILED, "the first column of its query must be boolean");
        return zdm_err_hint(
            err, "for example: SELECT count(*) = 0, count(*) AS rows_left FROM ...");
    }
    if (zdm_result_rows(r) != 1) {
        zdm_fail(err, ZDM_ERR_FAILED, "its query must give one row, not %d", zdm_result_rows(r));
        return zdm_err_hint(
            err, "for example: SELECT count(*) = 0, count(*) AS rows_left FROM ...");
    }
    out->open = zdm_result_bool(r, 0, 0);
    out->seen = show_row(r);
    return 0;
}

int
zdm_gate_sql(const struct zdm_gate_context *g, const struct zdm_check *check,
    struct zdm_check_result *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    int rc = -1;

    if (zdm_conn_in_transaction(g->conn))
        zdm_die("a gate looks inside a transaction");
    if (zdm_conn_exec(g->conn, BEGIN_LOOKING, NULL, err) < 0)
        return -1;
    /* As a statement of the extended protocol it can be one only: no COMMIT in between. */
    if (zdm_conn_query(g->conn, check->sql.text, 0, NULL, &r, err) == 0 &&
        judge(r, out, err) == 0) {
        if (!out->open)
            out->todo = zdm_strf("run the plan again when check \"%s\" is true", check->id);
        rc = 0;
    } else if (!zdm_conn_lost(g->conn)) {
        blame(g, check, err);
    }
    zdm_result_free(r);
    zdm_conn_rollback(g->conn);
    return rc;
}
