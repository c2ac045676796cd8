#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "gate/gate.h"

extern const struct zdm_embedded zdm_gate_sql[];

int
zdm_gate_rows_read(struct zdm_conn *conn, const char *plan, const char *step,
    struct zdm_gate_rows *out, struct zdm_err *err)
{
    struct zdm_gate_rows rows = {.count = 0};
    struct zdm_result *r = NULL;

    if (zdm_conn_exec(conn, "SELECT pg_catalog.to_regclass('zdm.gate') IS NOT NULL", &r, err) < 0)
        return -1;
    bool there = zdm_result_bool(r, 0, 0);
    zdm_result_free(r);
    if (there) {
        if (ZDM_QUERY(conn, zdm_embedded_text(zdm_gate_sql, "sql/gate_rows.sql"), &r, err, plan,
                step) < 0)
            return -1;
        rows.count = (size_t)zdm_result_rows(r);
        rows.items = zdm_alloc((rows.count + 1) * sizeof *rows.items);
        for (int i = 0; i < zdm_result_rows(r); i++)
            rows.items[i] = (struct zdm_gate_row){
                .check = zdm_strdup(zdm_result_get(r, i, 0)),
                .open = zdm_result_bool(r, i, 1),
                .since_ms = zdm_result_i64(r, i, 2),
                .age_ms = zdm_result_i64(r, i, 3),
                .seen = zdm_strdup(zdm_result_get(r, i, 4)),
                .memory = zdm_strdup(zdm_result_get(r, i, 5)),
            };
        zdm_result_free(r);
    }
    *out = rows;
    return 0;
}

const struct zdm_gate_row *
zdm_gate_row(const struct zdm_gate_rows *rows, const char *check)
{
    for (size_t i = 0; rows && i < rows->count; i++)
        if (strcmp(rows->items[i].check, check) == 0)
            return &rows->items[i];
    return NULL;
}

void
zdm_gate_rows_release(struct zdm_gate_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        free(rows->items[i].check);
        free(rows->items[i].seen);
        free(rows->items[i].memory);
    }
    free(rows->items);
    *rows = (struct zdm_gate_rows){.count = 0};
}

int
zdm_gate_rows_write(struct zdm_conn *conn, const char *plan, const char *step,
    const struct zdm_gate_result *result, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *json = zdm_gate_result_json(result, true);
    int rc = ZDM_QUERY(
        conn, zdm_embedded_text(zdm_gate_sql, "sql/gate_write.sql"), &r, err, plan, step, json);

    zdm_result_free(r);
    free(json);
    return rc;
}
