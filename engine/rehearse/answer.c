#include "rehearse/answer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

enum { FLOAT4 = 700, FLOAT8 = 701 };

struct known {
    char *shape;       /* of the first answer; NULL: there was none */
    bool steady;       /* values are compared */
    uint64_t *content; /* by row */
    bool *seen;        /* whether there is one */
};

struct zdm_answers {
    pthread_mutex_t mutex;
    bool learnt;
    size_t n;
    int64_t n_rows;
    struct known *queries;
};

/* FNV-1a, and a mix at the end so that sums of hashes differ. */
uint64_t
zdm_answer_row(const char *const *cells, size_t n)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < n; i++) {
        for (const char *c = cells[i]; c && *c; c++)
            h = (h ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
        h = (h ^ (cells[i] ? 0x100 : 0x101)) * UINT64_C(0x100000001b3);
    }
    h = (h ^ (h >> 31)) * UINT64_C(0xbf58476d1ce4e5b9);
    return h ^ (h >> 29);
}

/* The types that most columns have, by their numbers, which never change. */
static const struct {
    unsigned oid;
    const char *name;
} types[] = {{16, "boolean"}, {17, "bytea"}, {20, "bigint"}, {21, "smallint"}, {23, "integer"},
    {25, "text"}, {FLOAT4, "real"}, {FLOAT8, "double precision"}, {114, "json"},
    {1042, "character"}, {1043, "character varying"}, {1082, "date"}, {1083, "time"},
    {1114, "timestamp"}, {1184, "timestamptz"}, {1186, "interval"}, {1700, "numeric"},
    {2950, "uuid"}, {3802, "jsonb"}};

static void
add_type(struct zdm_buf *shape, unsigned oid)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].oid == oid) {
            zdm_buf_add(shape, types[i].name);
            return;
        }
    zdm_buf_addf(shape, "type %u", oid);
}

void
zdm_answer_add(struct zdm_answer *answer, const struct zdm_result *result)
{
    int columns = zdm_result_columns(result), rows = zdm_result_rows(result);
    const char **cells = zdm_alloc(((size_t)columns + 1) * sizeof *cells);
    struct zdm_buf shape = ZDM_BUF_INIT;

    if (answer->shape)
        zdm_buf_addf(&shape, "%s; ", answer->shape);
    for (int c = 0; c < columns; c++) {
        unsigned type = zdm_result_type(result, c);
        zdm_buf_addf(&shape, "%s%s ", c ? ", " : "", zdm_result_name(result, c));
        add_type(&shape, type);
        answer->rounded = answer->rounded || type == FLOAT4 || type == FLOAT8;
    }
    for (int row = 0; row < rows; row++) {
        for (int c = 0; c < columns; c++)
            cells[c] = zdm_result_get(result, row, c);
        answer->content += zdm_answer_row(cells, (size_t)columns);
    }
    answer->content += (uint64_t)rows * 31;
    free(cells);
    free(answer->shape);
    answer->shape = zdm_buf_take(&shape);
}

void
zdm_answer_release(struct zdm_answer *answer)
{
    free(answer->shape);
    *answer = (struct zdm_answer){.shape = NULL};
}

struct zdm_answers *
zdm_answers_new(size_t n, int64_t n_rows, const bool *steady)
{
    struct zdm_answers *answers = zdm_alloc(sizeof *answers);

    pthread_mutex_init(&answers->mutex, NULL);
    answers->n = n;
    answers->n_rows = n_rows;
    answers->queries = zdm_alloc((n + 1) * sizeof *answers->queries);
    for (size_t i = 0; i < n; i++) {
        struct known *known = &answers->queries[i];
        known->steady = steady[i];
        known->content = zdm_alloc(((size_t)n_rows + 1) * sizeof *known->content);
        known->seen = zdm_alloc(((size_t)n_rows + 1) * sizeof *known->seen);
    }
    return answers;
}

void
zdm_answers_free(struct zdm_answers *answers)
{
    if (!answers)
        return;
    for (size_t i = 0; i < answers->n; i++) {
        free(answers->queries[i].shape);
        free(answers->queries[i].content);
        free(answers->queries[i].seen);
    }
    free(answers->queries);
    pthread_mutex_destroy(&answers->mutex);
    free(answers);
}

static enum zdm_answer_verdict
compare_values(const struct zdm_answers *answers, struct known *known, int64_t row,
    const struct zdm_answer *answer)
{
    if (!known->steady || row < 0 || row > answers->n_rows)
        return ZDM_ANSWER_SAME;
    if (answers->learnt)
        return known->seen[row] && known->content[row] != answer->content ? ZDM_ANSWER_VALUES
                                                                          : ZDM_ANSWER_SAME;
    if (answer->rounded || (known->seen[row] && known->content[row] != answer->content))
        known->steady = false;
    known->seen[row] = true;
    known->content[row] = answer->content;
    return ZDM_ANSWER_SAME;
}

enum zdm_answer_verdict
zdm_answers_see(struct zdm_answers *answers, size_t query, int64_t row,
    const struct zdm_answer *answer, char **was)
{
    struct known *known = &answers->queries[query];
    enum zdm_answer_verdict verdict;

    pthread_mutex_lock(&answers->mutex);
    if (!known->shape)
        known->shape = zdm_strdup(answer->shape ? answer->shape : "");
    if (strcmp(known->shape, answer->shape ? answer->shape : "") != 0) {
        verdict = ZDM_ANSWER_SHAPE;
        if (was)
            *was = zdm_strdup(known->shape);
    } else {
        verdict = compare_values(answers, known, row, answer);
    }
    pthread_mutex_unlock(&answers->mutex);
    return verdict;
}

void
zdm_answers_learnt(struct zdm_answers *answers)
{
    pthread_mutex_lock(&answers->mutex);
    answers->learnt = true;
    pthread_mutex_unlock(&answers->mutex);
}

void
zdm_answers_let(struct zdm_answers *answers, size_t query)
{
    pthread_mutex_lock(&answers->mutex);
    answers->queries[query].steady = false;
    pthread_mutex_unlock(&answers->mutex);
}

size_t
zdm_answers_compared(struct zdm_answers *answers)
{
    size_t n = 0;

    pthread_mutex_lock(&answers->mutex);
    for (size_t i = 0; i < answers->n; i++)
        n += answers->queries[i].steady;
    pthread_mutex_unlock(&answers->mutex);
    return n;
}
