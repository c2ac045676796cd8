#include "batch/loop.h"

int
zdm_worker_batch(
    struct zdm_worker *w, const char *upto, struct zdm_batch_done *done, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    struct zdm_request q;

    const struct zdm_batch batch = zdm_worker_in_question(w, upto);
    if (zdm_request_fill(&q, w->sql, w->job->spec, &batch, err) < 0)
        return -1;
    w->sent = q.text;
    w->fetched = 0;
    int rc = w->job->spec->action == ZDM_BACKFILL_MAP
                 ? zdm_worker_map(w, &q, &r, err)
                 : zdm_conn_query_within(w->conn, zdm_worker_most_ms(w),
                       &(struct zdm_statement_text){
                           .sql = q.text->text, .n = q.p.n, .values = q.p.values},
                       &r, err);
    zdm_request_release(&q);
    if (rc < 0)
        return -1;
    done->applied = zdm_result_rows(r) > 0;
    if (done->applied) {
        done->rows = zdm_result_i64(r, 0, 0);
        done->batches = zdm_result_i64(r, 0, 1);
        done->wal = zdm_result_i64(r, 0, 2);
        done->xid = w->target->by_page ? (unsigned)zdm_result_i64(r, 0, 3) : 0;
    }
    zdm_result_free(r);
    return 0;
}
