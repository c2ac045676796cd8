/* Which of the statements is the one for a range, and where in it the author's text stands. */
#include <string.h>

#include "batch/statement.h"

size_t
zdm_batch_shape(const struct zdm_position *after, const struct zdm_position *upto, size_t *common)
{
    *common = 0;
    if (!after)
        return 0;
    *common = zdm_position_common(after, upto);
    if (*common == after->n)
        --*common;
    return 1 + *common;
}

const struct zdm_batch_text *
zdm_batch_sql_pick(const struct zdm_batch_sql *sql, enum zdm_batch_kind kind,
    const struct zdm_position *after, const struct zdm_position *upto, size_t *common)
{
    if (kind == ZDM_BATCH_NAMED) {
        *common = 0;
        return &sql->named;
    }
    const struct zdm_batch_text *texts = kind == ZDM_BATCH_STRIPE   ? sql->striped
                                         : kind == ZDM_BATCH_REPAIR ? sql->repairs
                                                                    : sql->batches;

    return &texts[zdm_batch_shape(after, upto, common)];
}

static bool
starts_character(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

bool
zdm_batch_sql_locate(const struct zdm_batch_sql *sql, const struct zdm_batch_text *batch,
    int position, int *set_index, int *inside)
{
    for (size_t i = 0; batch->spans && i < sql->n_spans; i++) {
        size_t start = batch->spans[i], end = start + strlen(sql->authors[i]);
        int before = 0, within = 0;
        for (size_t at = 0; at < end; at++)
            *(at < start ? &before : &within) += starts_character(batch->text[at]);
        /* One behind the end counts: that is where "at end of input" points. */
        if (position <= before || position > before + within + 1)
            continue;
        *set_index = i < sql->n_set ? (int)i : -1;
        *inside = position - before;
        return true;
    }
    return false;
}
