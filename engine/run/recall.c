#include "run/recall.h"

#include <jansson.h>
#include <string.h>

#include "base/mem.h"

#define BEGIN                                                                                      \
    "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;"                                              \
    " SET LOCAL statement_timeout = 5000; SET LOCAL lock_timeout = 500"

int
zdm_recall_ask(struct zdm_conn *conn, const char *query, char **detail, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (zdm_conn_query(conn, query, 0, NULL, &r, err) < 0)
        return zdm_err_wrap(err, "asking the catalog what the undo has to be");
    const char *undo = zdm_result_rows(r) == 1 ? zdm_result_get(r, 0, 0) : NULL;
    const char *lacks = undo && zdm_result_columns(r) > 1 ? zdm_result_get(r, 0, 1) : NULL;
    json_t *object = json_pack("{s:s?,s:s*}", "undo", undo, "lacks", lacks);
    *detail = object ? json_dumps(object, JSON_COMPACT) : NULL;
    json_decref(object);
    zdm_result_free(r);
    return *detail ? 0
                   : zdm_fail(err, ZDM_ERR_FAILED,
                         "what the undo has to be is not in UTF-8, so the journal cannot keep it");
}

bool
zdm_recall_read(const struct zdm_journal_row *row, char **sql, char **lacks)
{
    json_t *object = row && row->detail ? json_loads(row->detail, 0, NULL) : NULL;
    json_t *undo = json_object_get(object, "undo");
    bool says = undo != NULL;

    *sql = zdm_strdup(json_string_value(undo));
    if (lacks)
        *lacks = zdm_strdup(json_string_value(json_object_get(object, "lacks")));
    json_decref(object);
    return says;
}

int
zdm_recall_tell(struct zdm_conn *conn, const char *query, char **why, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    *why = NULL;
    if (zdm_conn_exec(conn, BEGIN, NULL, err) < 0)
        return -1;
    if (zdm_conn_query(conn, query, 0, NULL, &r, err) == 0) {
        const char *answer = zdm_result_rows(r) > 0 ? zdm_result_get(r, 0, 0) : NULL;
        *why = answer ? zdm_strdup(answer) : NULL;
        zdm_result_free(r);
    } else if (zdm_conn_lost(conn)) {
        return -1;
    } else {
        /* What is asked about a column is asked under the name that it has when it is aside. */
        bool silent = strcmp(err->sqlstate, "57014") == 0 || strcmp(err->sqlstate, "55P03") == 0 ||
                      strcmp(err->sqlstate, "42703") == 0;
        *why = silent ? NULL : zdm_strdup(err->message);
        zdm_err_clear(err);
    }
    zdm_conn_rollback(conn);
    return 0;
}

int
zdm_recall_look(struct zdm_conn *conn, const struct zdm_step *step, char **why, struct zdm_err *err)
{
    *why = NULL;
    if (step->kind != ZDM_STEP_SQL)
        return 0;
    for (size_t i = 0; i < step->u.sql.n_undo_unless && !*why; i++)
        if (zdm_recall_tell(conn, step->u.sql.undo_unless[i], why, err) < 0)
            return -1;
    return 0;
}
