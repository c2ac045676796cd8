#include "cli/describer.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/mem.h"
#include "catalog/describe.h"
#include "pg/conn.h"
#include "pg/journal.h"

struct zdm_tables {
    char *conninfo;
    struct zdm_conn *conn; /* NULL: nobody has asked yet, or the evaluation is over */
    json_t *frozen;        /* of a plan that has begun; NULL: it has not */
    json_t *asked;
};

struct zdm_tables *
zdm_tables_new(const char *conninfo)
{
    struct zdm_tables *tables = zdm_alloc(sizeof *tables);

    tables->conninfo = zdm_strdup(conninfo);
    tables->asked = json_object();
    return tables;
}

void
zdm_tables_close(struct zdm_tables *tables)
{
    if (tables->conn)
        zdm_conn_close(tables->conn);
    tables->conn = NULL;
}

void
zdm_tables_free(struct zdm_tables *tables)
{
    if (!tables)
        return;
    zdm_tables_close(tables);
    json_decref(tables->frozen);
    json_decref(tables->asked);
    free(tables->conninfo);
    free(tables);
}

static int
open_session(struct zdm_tables *tables, const char *plan, struct zdm_err *err)
{
    char *text = NULL;
    json_error_t wrong;

    if (zdm_conn_open(tables->conninfo, "zdm recipes", &tables->conn, err) < 0 ||
        zdm_journal_described(tables->conn, plan, &text, err) < 0)
        return -1;
    if (!text)
        return 0;
    tables->frozen = json_loads(text, 0, &wrong);
    free(text);
    if (!tables->frozen)
        return zdm_fail(err, ZDM_ERR_MISMATCH, "zdm.plan.described of plan \"%s\" is no JSON: %s",
            plan, wrong.text);
    return 0;
}

static int
look(struct zdm_tables *tables, const char *plan, const char *relation, json_t **found,
    struct zdm_err *err)
{
    char *text;
    json_error_t wrong;

    if (!tables->conn && open_session(tables, plan, err) < 0)
        return -1;
    json_t *frozen = json_object_get(tables->frozen, relation);
    if (frozen) {
        *found = json_incref(frozen);
        return 0;
    }
    if (zdm_describe(tables->conn, relation, &text, err) < 0)
        return -1;
    *found = text ? json_loads(text, 0, &wrong) : json_null();
    free(text);
    if (!*found)
        return zdm_fail(
            err, ZDM_ERR_FAILED, "the description of %s is no JSON: %s", relation, wrong.text);
    return 0;
}

static int
describe(void *self, const char *plan, const char *relation, char **json, struct zdm_err *err)
{
    struct zdm_tables *tables = self;
    json_t *found = json_object_get(tables->asked, relation);

    *json = NULL;
    if (!found) {
        if (look(tables, plan, relation, &found, err) < 0)
            return -1;
        json_object_set_new(tables->asked, relation, found);
    }
    if (!json_is_null(found))
        *json = json_dumps(found, JSON_COMPACT | JSON_SORT_KEYS);
    return 0;
}

struct zdm_describer
zdm_tables_describer(struct zdm_tables *tables)
{
    return (struct zdm_describer){.self = tables, .describe = describe};
}

char *
zdm_tables_json(const struct zdm_tables *tables)
{
    return json_object_size(tables->asked) == 0
               ? NULL
               : json_dumps(tables->asked, JSON_COMPACT | JSON_SORT_KEYS);
}
