#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "batch/reading.h"

#define READ_ONLY "25006"
#define BOOLEAN   16 /* pg_type.oid of boolean */

static int
take(struct zdm_reading *r, const struct zdm_result *row, struct zdm_err *err)
{
    struct zdm_signal *s = zdm_reading_signal(r, ZDM_SIGNAL_SQL);
    int columns = zdm_result_columns(row);

    if (zdm_result_rows(row) == 1 && columns == 1 && zdm_result_type(row, 0) == BOOLEAN &&
        zdm_result_get(row, 0, 0)) {
        s->limit = 1;
        zdm_signal_set(s, zdm_result_bool(row, 0, 0), NULL, zdm_monotonic_us());
        zdm_signal_words(s, "the plan's throttle query is true");
        return 0;
    }
    if (zdm_result_rows(row) == 1 && columns == 2 && zdm_result_get(row, 0, 0) &&
        zdm_result_get(row, 0, 1)) {
        char *end_value, *end_limit;
        double value = strtod(zdm_result_get(row, 0, 0), &end_value);
        double limit = strtod(zdm_result_get(row, 0, 1), &end_limit);
        if (!*end_value && !*end_limit) {
            s->limit = limit;
            zdm_signal_set(s, value, zdm_result_name(row, 0), zdm_monotonic_us());
            return 0;
        }
    }
    zdm_fail(err, ZDM_ERR_FAILED, "the throttle query gave neither one boolean nor two numbers");
    return zdm_err_hint(err,
        "SELECT value, the limit at which to hold; or SELECT a condition that is true to hold");
}

int
zdm_read_sql(struct zdm_reading *r, struct zdm_err *err)
{
    struct zdm_result *row = NULL;
    int rc = -1;

    /* The author's words may only look: nothing that they do stays. */
    if (zdm_conn_exec(r->conn, "BEGIN READ ONLY", NULL, err) == 0 &&
        zdm_conn_query(r->conn, r->options->limits->sql, 0, NULL, &row, err) == 0)
        rc = take(r, row, err);
    zdm_result_free(row);
    zdm_conn_rollback(r->conn);
    if (rc < 0 && strcmp(err->sqlstate, READ_ONLY) == 0) {
        /* Elsewhere this state means a server that is no primary now, and worth waiting for. */
        zdm_fail(err, ZDM_ERR_FAILED, "the throttle query writes, and it may only look");
        zdm_err_hint(err, "it is asked once a second, in a read-only transaction");
    }
    return rc;
}
