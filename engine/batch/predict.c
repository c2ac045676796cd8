#include "batch/predict.h"

#include <math.h>

static double
hot_share(const struct zdm_predict_from *f, double before, double after, double rows_a_page)
{
    double visits = f->scattered ? rows_a_page : (double)f->stripes;
    double room = (100.0 - f->fillfactor) / f->fillfactor, leave = 0;

    if (!zdm_backfill_updates(f->action) || !f->hot)
        return 0;
    if (visits > 1)
        leave = 1 - 1.0 / visits;
    double share = 0.97 * before / after * (leave + room);
    return share > 1 ? 1 : share;
}

/* Of its pages, with rows that are spread: those with at least one that is changed. */
static double
pages_touched(const struct zdm_predict_from *f, double rows_a_page)
{
    return 1 - pow(1 - f->matched, rows_a_page);
}

/* Bytes of the new versions that find no room. */
static double
heap_growth(const struct zdm_predict_from *f, double rest, double after)
{
    double unseen = 0.2 * f->rows > 100000 ? 0.2 * f->rows : 100000;

    if (!f->vacuum || rest <= unseen)
        return rest * after;
    return unseen * after + (rest - unseen) * (f->added > 0 ? f->added : 0);
}

double
zdm_predict_pace(const struct zdm_predict_from *f)
{
    if (f->rows_per_s > 0)
        return f->rows_per_s;
    return f->action == ZDM_BACKFILL_MAP ? ZDM_ROWS_PER_S / 2 : ZDM_ROWS_PER_S;
}

void
zdm_predict(const struct zdm_predict_from *f, struct zdm_prediction *out)
{
    double n = f->rows * f->matched;
    double fill = f->fillfactor / 100.0;
    double before = f->rows > 0 ? f->heap_bytes * fill / f->rows : 0;
    double after = before + f->added > 1 ? before + f->added : 1;
    double entries = f->rows > 0 ? f->index_bytes / f->rows : 0;
    double index_wal = 48 * f->n_indexes + 1.3 * entries;
    double rows_a_page = f->heap_bytes > 0 ? f->rows * f->block / f->heap_bytes : 1;
    double hot = hot_share(f, before, after, rows_a_page), rest = n * (1 - hot);
    double touched = pages_touched(f, rows_a_page);
    double wal = 0, heap = 0, indexes = 0;

    switch (f->action) {
    case ZDM_BACKFILL_SET:
    case ZDM_BACKFILL_MAP:
        heap = heap_growth(f, rest, after) / fill;
        indexes = rest > 0.3 * f->rows ? f->index_bytes * rest / f->rows : 0;
        wal = n * hot * (70 + f->written) + rest * (85 + after + index_wal);
        if (hot > 0 && rows_a_page >= 1)
            wal += 60 * (double)f->stripes * touched * f->heap_bytes / f->block;
        if (f->full_pages)
            wal += touched * f->heap_bytes * fill + (rest > 0 ? touched * f->index_bytes : 0);
        break;
    case ZDM_BACKFILL_DELETE:
        wal = n * 60 + (f->full_pages ? touched * f->heap_bytes * fill : 0);
        break;
    case ZDM_BACKFILL_COPY:
        heap = n * before;
        indexes = n * entries;
        wal = n * (70 + before + index_wal);
        break;
    }
    double seconds = n / zdm_predict_pace(f);
    if (f->wal_rate > 0 && wal / f->wal_rate > seconds)
        seconds = wal / f->wal_rate;
    *out = (struct zdm_prediction){
        .rows = (int64_t)n,
        .hot_percent = zdm_backfill_updates(f->action) && n > 0 ? (int)(hot * 100 + 0.5) : -1,
        .wal = (int64_t)wal,
        .heap = (int64_t)heap,
        .indexes = (int64_t)indexes,
        .ms = (int64_t)(seconds * 1000),
    };
}
