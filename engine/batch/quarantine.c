#include "batch/quarantine.h"

#include <stdlib.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "batch/mask.h"

extern const struct zdm_embedded zdm_batch_sql[];

int
zdm_quarantine_exists(struct zdm_conn *conn, bool *yes, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (zdm_conn_query(conn, "SELECT pg_catalog.to_regclass('zdm.quarantine') IS NOT NULL", 0, NULL,
            &r, err) < 0)
        return -1;
    *yes = zdm_result_bool(r, 0, 0);
    zdm_result_free(r);
    return 0;
}

int
zdm_quarantine_read(struct zdm_conn *conn, const char *plan, const char *step, const char *key,
    struct zdm_bad_rows *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/quarantine_list.sql"), &r, err, plan,
            step, key) < 0)
        return -1;
    int n = zdm_result_rows(r);
    *out = (struct zdm_bad_rows){.items = zdm_alloc(((size_t)n + 1) * sizeof *out->items)};
    for (int i = 0; i < n; i++)
        out->items[out->count++] = (struct zdm_bad_row){
            .step = zdm_strdup(zdm_result_get(r, i, 0)),
            .relation = zdm_strdup(zdm_result_get(r, i, 1)),
            .key = zdm_strdup(zdm_result_get(r, i, 2)),
            .identity = zdm_strdup(zdm_result_get(r, i, 3)),
            .key_columns = zdm_strdup(zdm_result_get(r, i, 4)),
            .sqlstate = zdm_strdup(zdm_result_get(r, i, 5)),
            .message = zdm_strdup(zdm_result_get(r, i, 6)),
            .row_values = zdm_strdup(zdm_result_get(r, i, 7)),
            .tries = zdm_result_i64(r, i, 8),
            .at_ms = zdm_result_i64(r, i, 9),
        };
    zdm_result_free(r);
    return 0;
}

void
zdm_bad_rows_release(struct zdm_bad_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        struct zdm_bad_row *row = &rows->items[i];
        free(row->step);
        free(row->relation);
        free(row->key);
        free(row->identity);
        free(row->key_columns);
        free(row->sqlstate);
        free(row->message);
        free(row->row_values);
    }
    free(rows->items);
    *rows = (struct zdm_bad_rows){.count = 0};
}

int
zdm_quarantine_count(
    struct zdm_conn *conn, const char *plan, const char *step, int64_t *n, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (ZDM_QUERY(conn,
            "SELECT pg_catalog.count(*) FROM zdm.quarantine AS q"
            " WHERE q.plan OPERATOR(pg_catalog.=) $1::pg_catalog.text"
            " AND ($2::pg_catalog.text IS NULL OR q.step OPERATOR(pg_catalog.=) $2)",
            &r, err, plan, step) < 0)
        return -1;
    *n = zdm_result_i64(r, 0, 0);
    zdm_result_free(r);
    return 0;
}

static bool
is_name(const void *self, const char *text, size_t n)
{
    return zdm_conn_error_names(self, text, n);
}

char *
zdm_quarantine_mask(const struct zdm_conn *conn, const char *message)
{
    return zdm_mask_values(message, is_name, conn);
}
