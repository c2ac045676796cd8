#include "catalog/describe.h"

#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "catalog/locked.h"

extern const struct zdm_embedded zdm_catalog_sql[];

/* What is described: a relation, or a type. */
struct kind {
    const char *look_up, *describe;
};

static const struct kind of_relation = {
    "SELECT pg_catalog.to_regclass($1)::pg_catalog.oid", "sql/describe.sql"};
static const struct kind of_type = {
    "SELECT pg_catalog.to_regtype($1)::pg_catalog.oid", "sql/describe_type.sql"};

static int
read_oid(struct zdm_conn *conn, const struct kind *kind, const char *name, char **oid,
    struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (ZDM_QUERY(conn, kind->look_up, &r, err, name) < 0)
        return -1;
    const char *found = zdm_result_get(r, 0, 0);
    *oid = found ? zdm_strdup(found) : NULL;
    zdm_result_free(r);
    return 0;
}

/* Inside of the transaction. */
static int
describe(struct zdm_conn *conn, const char *name, char **json, struct zdm_err *err)
{
    const size_t prefix = strlen(ZDM_DESCRIBE_TYPE);
    bool is_type = strncmp(name, ZDM_DESCRIBE_TYPE, prefix) == 0;
    const struct kind *kind = is_type ? &of_type : &of_relation;
    struct zdm_result *r = NULL;
    char *oid = NULL;
    int rc = read_oid(conn, kind, is_type ? name + prefix : name, &oid, err);

    if (rc == 0 && oid) {
        rc = zdm_conn_exec(conn, "SET LOCAL search_path = pg_catalog", NULL, err);
        if (rc == 0)
            rc = ZDM_QUERY(conn, zdm_embedded_text(zdm_catalog_sql, kind->describe), &r, err, oid);
        if (rc == 0 && zdm_result_rows(r) == 1)
            *json = zdm_strdup(zdm_result_get(r, 0, 0));
        zdm_result_free(r);
    }
    free(oid);
    return rc;
}

int
zdm_describe(struct zdm_conn *conn, const char *name, char **json, struct zdm_err *err)
{
    struct zdm_err trouble = ZDM_ERR_INIT;

    *json = NULL;
    /* The server spells expressions with a lock of its own on their table. */
    if (zdm_conn_exec(conn,
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL lock_timeout = '5s'", NULL,
            err) < 0)
        return -1;
    int rc = describe(conn, name, json, err);
    if (zdm_conn_exec(conn, "ROLLBACK", NULL, rc == 0 ? err : &trouble) < 0 && rc == 0) {
        free(*json);
        *json = NULL;
        rc = -1;
    }
    zdm_err_release(&trouble);
    if (rc < 0 && strcmp(err->sqlstate, "55P03") == 0)
        zdm_catalog_blame_locks(conn, err);
    return rc;
}
