#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "gate/gate.h"

#define BOOL_TYPE       16 /* pg_catalog.bool; its Oid is fixed */
#define SEEN_CELL_BYTES 200
#define LOOK_MS         30000

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
zdm_gate_look_sql(const struct zdm_gate_question *g, const struct zdm_check *check,
    struct zdm_check_result *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (zdm_gate_query(g, check, check->sql.text, 0, 0, NULL, LOOK_MS, &r, err) < 0)
        return -1;
    int rc = judge(r, out, err);
    if (rc < 0)
        zdm_gate_blame(g, check, err);
    else if (!out->open)
        out->todo = zdm_strf("run the plan again when check \"%s\" is true", check->id);
    zdm_result_free(r);
    return rc;
}
