#include "batch/target_column.h"

#include <stdlib.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "base/text.h"

extern const struct zdm_embedded zdm_batch_sql[];

int
zdm_target_no_column(struct zdm_conn *conn, const char *relation, const char *oid,
    const char *written, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    const char **names = NULL;

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/target_columns.sql"), &r, err, oid) <
        0)
        return -1;
    size_t n = (size_t)zdm_result_rows(r);
    names = zdm_alloc((n + 1) * sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = zdm_result_get(r, (int)i, 0);
    const char *near = zdm_nearest(written, names, n);

    zdm_fail(err, ZDM_ERR_FAILED, "table %s has no column %s", relation, written);
    if (near)
        zdm_err_hint(err, "did you mean %s?", near);
    else
        zdm_err_hint(err, "add the column in an earlier step, or correct its name");
    free(names);
    zdm_result_free(r);
    return -1;
}

int
zdm_target_column(struct zdm_conn *conn, const struct zdm_column *column, const char *written,
    char **name, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    int rc = -1;

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/target_column.sql"), &r, err,
            column->oid, written) < 0) {
        zdm_err_wrap(err, "column %s of table %s", written, column->relation);
        goto out;
    }
    if (zdm_result_rows(r) == 0) {
        zdm_target_no_column(conn, column->relation, column->oid, written, err);
        goto out;
    }
    const char *found = zdm_result_get(r, 0, 0);
    bool generated = zdm_result_bool(r, 0, 1);
    if (generated || (zdm_result_bool(r, 0, 2) && !column->insert)) {
        zdm_fail(err, ZDM_ERR_FAILED, "column %s of %s is %s: it cannot be set", found,
            column->relation, generated ? "generated" : "an identity column (GENERATED ALWAYS)");
        zdm_err_hint(err, "set the columns that it is computed from, or leave it out");
    } else if (!zdm_result_bool(r, 0, 3) && !column->insert) {
        zdm_fail(err, ZDM_ERR_FAILED, "role \"%s\" may not update column %s of %s", column->role,
            found, column->relation);
        zdm_err_hint(err, "GRANT SELECT, UPDATE ON %s TO %s", column->relation, column->role);
    } else {
        *name = zdm_strdup(found);
        rc = 0;
    }
out:
    zdm_result_free(r);
    return rc;
}
