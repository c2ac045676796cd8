#include "cli/describer.h"

#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "catalog/describe.h"
#include "ledger/ledger.h"
#include "pg/conn.h"
#include "pg/journal.h"

struct zdm_tables {
    char *conninfo, *ledger;
    struct zdm_conn *conn; /* NULL: nobody has asked yet, or the evaluation is over */
    json_t *frozen;        /* of a plan that has begun; NULL: it has not */
    json_t *asked;
};

struct zdm_tables *
zdm_tables_new(const char *conninfo, const char *ledger)
{
    struct zdm_tables *tables = zdm_alloc(sizeof *tables);

    tables->conninfo = zdm_strdup(conninfo);
    tables->ledger = zdm_strdup(ledger);
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
    free(tables->ledger);
    free(tables);
}

/* What this machine remembers of it; NULL: nothing. */
static int
remembered(struct zdm_tables *tables, const char *plan, char **text, struct zdm_err *err)
{
    struct zdm_ledger *ledger = NULL;
    char target[33];

    *text = NULL;
    if (access(tables->ledger, F_OK) < 0)
        return 0;
    if (zdm_journal_target(tables->conn, target, err) < 0 ||
        zdm_ledger_open(tables->ledger, ZDM_LEDGER_INSPECT, &ledger, err) < 0)
        return -1;
    int rc = zdm_ledger_described(ledger, target, plan, text, err);
    zdm_ledger_close(ledger);
    return rc;
}

static int
refuse_lost(struct zdm_tables *tables, const char *plan, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_MISMATCH,
        "plan \"%s\" has begun, and what its recipes read of the tables then is lost", plan);
    zdm_err_detail(err,
        "zdm.plan.described of the target has none, nor has the ledger \"%s\"; the tables as they "
        "are now may make other steps",
        tables->ledger);
    return zdm_err_hint(err, "name the ledger with which the plan was run before: --ledger PATH");
}

static int
open_session(struct zdm_tables *tables, const char *plan, struct zdm_err *err)
{
    char *text = NULL;
    bool begun;
    json_error_t wrong;

    if (zdm_conn_open(tables->conninfo, "zdm recipes", &tables->conn, err) < 0 ||
        zdm_journal_described(tables->conn, plan, &begun, &text, err) < 0)
        return -1;
    if (begun && !text && remembered(tables, plan, &text, err) < 0)
        return -1;
    if (!text)
        return begun ? refuse_lost(tables, plan, err) : 0;
    tables->frozen = json_loads(text, 0, &wrong);
    free(text);
    if (!tables->frozen)
        return zdm_fail(err, ZDM_ERR_MISMATCH,
            "what the recipes of plan \"%s\" read of the tables is no JSON: %s", plan, wrong.text);
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
    json_t *all = json_copy(tables->asked);

    json_object_update_missing(all, tables->frozen);
    char *text = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(all);
    return text;
}
