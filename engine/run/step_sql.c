#include <stdlib.h>

#include "run/pieces.h"
#include "run/recall.h"
#include "run/session.h"

static int
check_requires(struct zdm_session *s, const struct zdm_step *step, struct zdm_err *err)
{
    const struct zdm_step_sql *sql = &step->u.sql;
    for (size_t i = 0; i < sql->n_requires; i++) {
        const struct zdm_require *require = &sql->requires[i];
        struct zdm_result *result = NULL;
        if (zdm_conn_query(s->conn, require->sql.text, 0, NULL, &result, err) < 0)
            return zdm_blame_sql(step, &require->sql, err);
        bool holds = zdm_result_rows(result) == 1 && zdm_result_bool(result, 0, 0);
        if (!holds) {
            zdm_fail(err, ZDM_ERR_FAILED, "%s", require->message);
            if (zdm_result_rows(result) == 1 && zdm_result_columns(result) > 1)
                zdm_err_detail(err, "%s", zdm_result_get(result, 0, 1));
            if (require->hint)
                zdm_err_hint(err, "%s", require->hint);
        }
        zdm_result_free(result);
        if (!holds)
            return zdm_err_at(err, step->at);
    }
    return 0;
}

struct sql_work {
    struct zdm_transaction_options options;
    char *detail; /* of the try at hand */
    bool told;    /* what it leaves out */
    bool again;   /* pieces.h */
};

static int
recall(
    struct zdm_session *s, const struct zdm_step *step, struct sql_work *work, struct zdm_err *err)
{
    const char *query = s->report->undos[step - s->plan->steps].recall;

    free(work->detail);
    work->detail = NULL;
    if (query && zdm_recall_ask(s->conn, query, &work->detail, err) < 0)
        return -1;
    work->options.detail = work->detail;
    return 0;
}

int
zdm_step_sql_more(struct zdm_session *s, const char *query, struct zdm_err *err)
{
    struct zdm_result *result = NULL;

    if (!query)
        return 0;
    if (zdm_conn_query(s->conn, query, 0, NULL, &result, err) < 0)
        return -1;
    int rc = 0;
    for (int i = 0; rc == 0 && i < zdm_result_rows(result); i++)
        rc = zdm_conn_exec(s->conn, zdm_result_get(result, i, 0), NULL, err);
    zdm_result_free(result);
    return rc;
}

static int
run_sql(struct zdm_session *s, const struct zdm_step *step, void *self, struct zdm_err *err)
{
    struct sql_work *work = self;
    char *text = NULL;
    bool none;

    if (check_requires(s, step, err) < 0 || recall(s, step, work, err) < 0 ||
        zdm_pieces_now(s, step, !work->told, &text, &none, err) < 0)
        return -1;
    work->told = true;
    int rc = none ? 0 : zdm_conn_exec(s->conn, text, NULL, err);
    free(text);
    if (rc == 0)
        return zdm_step_sql_more(s, step->u.sql.behind, err);
    if (zdm_pieces_look_again(&step->u.sql.pieces, &work->again, err))
        work->told = false;
    return zdm_blame_sql(step, &step->u.sql.up, err);
}

int
zdm_step_sql_run(struct zdm_session *s, size_t index, struct zdm_err *err)
{
    struct sql_work work = {.options = {.state = "done", .short_locks = true}};
    int rc = zdm_session_transact(s, &s->plan->steps[index], run_sql, &work, &work.options, err);

    free(work.detail);
    return rc;
}
