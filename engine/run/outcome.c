#include "run/outcome.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/text.h"
#include "run/backfill_spec.h"

#define BEGIN                                                                                      \
    "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;"                                              \
    " SET LOCAL statement_timeout = 5000; SET LOCAL lock_timeout = 500"

/* Sizes of the table that grows: of a copy that is the other one. */
static int
look(struct zdm_session *s, const struct zdm_step *step, const struct zdm_backfill_spec *spec,
    struct zdm_arena *arena, struct zdm_expectation *out, struct zdm_err *err)
{
    const struct zdm_foreseen foreseen = {.set = zdm_foreseen_set_of(arena, &step->u.backfill)};
    struct zdm_backfill_preview preview;
    int rc = 0;

    if (zdm_conn_exec(s->conn, BEGIN, NULL, err) < 0 ||
        zdm_backfill_preview(s->conn, spec, &foreseen, 0, &preview, err) < 0)
        return -1;
    if (preview.problem.code == ZDM_OK) {
        const char *grows = preview.target.into ? preview.target.into : preview.target.relation;
        rc = zdm_preview_size(s->conn, grows, &out->heap, &out->indexes, err);
        out->predicted = preview.prediction;
        out->relation = rc == 0 ? zdm_strdup(grows) : NULL;
    }
    zdm_backfill_preview_release(&preview);
    return rc;
}

void
zdm_expect(struct zdm_session *s, const struct zdm_step *step, const struct zdm_backfill_spec *spec,
    struct zdm_expectation *out)
{
    struct zdm_err err = ZDM_ERR_INIT;

    *out = (struct zdm_expectation){.relation = NULL};
    if (zdm_journal_find(&s->rows, step->id, ""))
        return;
    struct zdm_arena *arena = zdm_arena_new();
    /* What fails here fails again, and is told, when the backfill needs it. */
    if (look(s, step, spec, arena, out, &err) < 0)
        zdm_err_clear(&err);
    zdm_conn_rollback(s->conn);
    zdm_arena_free(arena);
}

/* Less than that is what a few batches write besides the rows. */
#define WORTH_BYTES ((int64_t)1024 * 1024)

static void
add_bytes(struct zdm_buf *out, const char *what, int64_t happened, int64_t predicted)
{
    char one[32], other[32];

    zdm_buf_addf(out, ", %s %s%s (%s)", what, happened < 0 ? "-" : "",
        zdm_show_bytes((double)(happened < 0 ? -happened : happened), one),
        zdm_show_bytes((double)predicted, other));
}

static void
tell(struct zdm_session *s, const struct zdm_step *step, const struct zdm_outcome *outcome)
{
    const struct zdm_prediction *was = &outcome->predicted, *is = &outcome->happened;
    struct zdm_buf text = ZDM_BUF_INIT;
    char wal[32], expected[32];

    if (was->wal < WORTH_BYTES && is->wal < WORTH_BYTES)
        return;

    zdm_buf_addf(&text, "it wrote %s of WAL (predicted: %s)", zdm_show_bytes((double)is->wal, wal),
        zdm_show_bytes((double)was->wal, expected));
    add_bytes(&text, "the table grew by", is->heap, was->heap);
    add_bytes(&text, "its indexes by", is->indexes, was->indexes);
    if (is->hot_percent >= 0 && was->hot_percent >= 0)
        zdm_buf_addf(&text, ", HOT %d %% (%d %%)", is->hot_percent, was->hot_percent);
    zdm_session_tell(s, &(struct zdm_event){
                            .kind = ZDM_EVENT_NOTE,
                            .step = step,
                            .message = text.s,
                            .rows = -1,
                            .outcome = outcome,
                        });
    zdm_buf_release(&text);
}

void
zdm_expected(struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_expectation *expectation, const struct zdm_backfill_progress *last)
{
    struct zdm_err err = ZDM_ERR_INIT;
    double heap, indexes;

    if (!expectation->relation)
        return;
    int rc = zdm_conn_exec(s->conn, BEGIN, NULL, &err);
    if (rc == 0)
        rc = zdm_preview_size(s->conn, expectation->relation, &heap, &indexes, &err);
    zdm_conn_rollback(s->conn);
    zdm_err_clear(&err);
    if (rc < 0)
        return;
    const struct zdm_outcome outcome = {
        .predicted = expectation->predicted,
        .happened =
            {
                .rows = last->rows,
                .hot_percent = last->hot_percent,
                .wal = last->wal,
                .heap = (int64_t)(heap - expectation->heap),
                .indexes = (int64_t)(indexes - expectation->indexes),
                .ms = last->run_ms,
            },
    };
    tell(s, step, &outcome);
}

void
zdm_expectation_release(struct zdm_expectation *expectation)
{
    free(expectation->relation);
    expectation->relation = NULL;
}
