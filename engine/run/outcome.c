#include "run/outcome.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
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

bool
zdm_outcome_words(struct zdm_buf *out, const struct zdm_outcome *outcome)
{
    const struct zdm_prediction *was = &outcome->predicted, *is = &outcome->happened;
    char wal[32], expected[32];

    if (was->wal < WORTH_BYTES && is->wal < WORTH_BYTES)
        return false;
    zdm_buf_addf(out, "it wrote %s of WAL (predicted: %s)", zdm_show_bytes((double)is->wal, wal),
        zdm_show_bytes((double)was->wal, expected));
    add_bytes(out, "the table grew by", is->heap, was->heap);
    add_bytes(out, "its indexes by", is->indexes, was->indexes);
    if (is->hot_percent >= 0 && was->hot_percent >= 0)
        zdm_buf_addf(out, ", HOT %d %% (%d %%)", is->hot_percent, was->hot_percent);
    return true;
}

static void
tell(struct zdm_session *s, const struct zdm_step *step, const struct zdm_outcome *outcome)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    if (zdm_outcome_words(&text, outcome))
        zdm_session_tell(s, &(struct zdm_event){
                                .kind = ZDM_EVENT_NOTE,
                                .step = step,
                                .message = text.s,
                                .rows = -1,
                                .outcome = outcome,
                            });
    zdm_buf_release(&text);
}

static json_t *
costs(const struct zdm_prediction *p)
{
    return json_pack("{s:I,s:I,s:I,s:I,s:o,s:I}", "rows", (json_int_t)p->rows, "wal_bytes",
        (json_int_t)p->wal, "heap_bytes", (json_int_t)p->heap, "index_bytes",
        (json_int_t)p->indexes, "hot_percent",
        p->hot_percent < 0 ? json_null() : json_integer(p->hot_percent), "ms", (json_int_t)p->ms);
}

/* Takes the object. */
static char *
dump(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT), *owned;

    json_decref(object);
    if (!text)
        zdm_die("out of memory");
    owned = zdm_strdup(text); /* ours: allocated as everything else is */
    free(text);
    return owned;
}

/* Of this run, or what the row of an earlier one says; NULL: nothing is known. */
static json_t *
prediction(const struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_expectation *expectation)
{
    const struct zdm_journal_row *row = zdm_journal_find(&s->rows, step->id, "");

    if (expectation->relation)
        return costs(&expectation->predicted);
    json_t *detail = row && row->detail ? json_loads(row->detail, 0, NULL) : NULL;
    json_t *found = json_incref(json_object_get(detail, "predicted"));
    json_decref(detail);
    return found;
}

char *
zdm_expectation_begun(const struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_expectation *expectation)
{
    json_t *predicted = prediction(s, step, expectation);

    return predicted ? dump(json_pack("{s:o}", "predicted", predicted)) : NULL;
}

char *
zdm_expectation_done(const struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_expectation *expectation, int64_t rows, int64_t quarantined)
{
    json_t *object = json_pack("{s:I}", "rows", (json_int_t)rows);
    json_t *predicted = prediction(s, step, expectation);

    if (quarantined > 0)
        json_object_set_new(object, "quarantined", json_integer(quarantined));
    if (predicted)
        json_object_set_new(object, "predicted", predicted);
    return dump(object);
}

/* Only for those who ask zdm status later on. */
static void
keep(struct zdm_session *s, const struct zdm_step *step, const struct zdm_outcome *outcome)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *json = dump(json_pack("{s:o}", "happened", costs(&outcome->happened)));

    if (zdm_journal_add_detail(s->conn, s->plan->name, step->id, s->epoch, json, &err) < 0)
        zdm_err_clear(&err);
    free(json);
}

static bool
read_costs(const json_t *object, struct zdm_prediction *out)
{
    if (!json_is_object(object))
        return false;
    const json_t *hot = json_object_get(object, "hot_percent");
    *out = (struct zdm_prediction){
        .rows = json_integer_value(json_object_get(object, "rows")),
        .wal = json_integer_value(json_object_get(object, "wal_bytes")),
        .heap = json_integer_value(json_object_get(object, "heap_bytes")),
        .indexes = json_integer_value(json_object_get(object, "index_bytes")),
        .hot_percent = json_is_integer(hot) ? (int)json_integer_value(hot) : -1,
        .ms = json_integer_value(json_object_get(object, "ms")),
    };
    return true;
}

void
zdm_outcome_read(const char *detail, struct zdm_outcome_known *out)
{
    json_t *object = detail ? json_loads(detail, 0, NULL) : NULL;
    const json_t *rows = json_object_get(object, "rows");

    *out = (struct zdm_outcome_known){
        .rows = json_is_integer(rows) ? json_integer_value(rows) : -1,
        .quarantined = json_integer_value(json_object_get(object, "quarantined")),
    };
    out->predicted = read_costs(json_object_get(object, "predicted"), &out->outcome.predicted);
    out->happened = read_costs(json_object_get(object, "happened"), &out->outcome.happened);
    json_decref(object);
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
    keep(s, step, &outcome);
}

void
zdm_expectation_release(struct zdm_expectation *expectation)
{
    free(expectation->relation);
    expectation->relation = NULL;
}
