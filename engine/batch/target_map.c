/* The columns that a map reads and writes, and how strongly its rows are to be locked. */
#include <stdlib.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "batch/position.h"
#include "batch/target_column.h"

extern const struct zdm_embedded zdm_batch_sql[];

static int
query(struct zdm_conn *conn, const char *file, const char *oid, const char *const *columns,
    size_t n, struct zdm_result **r, struct zdm_err *err)
{
    char *json = zdm_texts_as_json(columns, n);
    int rc = ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, file), r, err, oid, json);

    free(json);
    return rc;
}

static int
take_read(struct zdm_conn *conn, struct zdm_backfill_target *t, const char *oid, const char *role,
    const struct zdm_result *r, int row, struct zdm_err *err)
{
    const char *written = zdm_result_get(r, row, 0), *name = zdm_result_get(r, row, 1);

    if (!name) {
        zdm_target_no_column(conn, t->relation, oid, written, err);
        return zdm_err_wrap(err, "read");
    }
    if (!zdm_result_bool(r, row, 4)) {
        zdm_fail(err, ZDM_ERR_FAILED, "role \"%s\" may not read column %s of %s", role, name,
            t->relation);
        return zdm_err_hint(err, "GRANT SELECT ON %s TO %s", t->relation, role);
    }
    t->read[t->n_read++] =
        (struct zdm_read_column){.name = zdm_strdup(name), .wide = zdm_result_bool(r, row, 3)};
    return 0;
}

static int
find_read(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    struct zdm_backfill_target *t, const char *oid, const char *role, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    int rc = 0;

    if (query(conn, "sql/target_map.sql", oid, spec->read, spec->n_read, &r, err) < 0)
        return zdm_err_wrap(err, "read: table %s", t->relation);
    t->read = zdm_alloc((spec->n_read + 1) * sizeof *t->read);
    for (int i = 0; i < zdm_result_rows(r) && rc == 0; i++)
        rc = take_read(conn, t, oid, role, r, i, err);
    zdm_result_free(r);
    return rc;
}

int
zdm_target_find_map(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    struct zdm_backfill_target *t, const char *oid, const char *role, struct zdm_err *err)
{
    struct zdm_result *types = NULL, *keys = NULL;
    const char *const *set = (const char *const *)t->set;
    int rc = -1;

    if (find_read(conn, spec, t, oid, role, err) < 0)
        return -1;
    if (query(conn, "sql/target_map.sql", oid, set, t->n_set, &types, err) < 0 ||
        ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/target_map_keys.sql"), &keys, err,
            oid, t->changed) < 0) {
        zdm_err_wrap(err, "table %s", t->relation);
        goto out;
    }
    t->set_types = zdm_alloc((t->n_set + 1) * sizeof *t->set_types);
    for (size_t i = 0; i < t->n_set; i++)
        t->set_types[i] = zdm_strdup(zdm_result_get(types, (int)i, 2));
    t->strong_lock = zdm_result_bool(keys, 0, 0);
    rc = 0;
out:
    zdm_result_free(types);
    zdm_result_free(keys);
    return rc;
}
