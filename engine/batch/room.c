#include "batch/room.h"

#define TABLE_LEAST  (8.0 * 1024 * 1024)
#define SHARE_LEAST  0.2 /* of the rows, that are changed */
#define HOT_ENOUGH   50  /* per cent */
#define FILL_LEAST   50
#define FILL_MOST    95
#define FILL_STEP    5
#define NEARLY_ALL   95 /* per cent */
#define WORTH_AT_ALL 20 /* per cent more than now */

/* The same table, rewritten with that fillfactor. */
static void
predict_at(const struct zdm_predict_from *from, int fillfactor, struct zdm_predict_from *at,
    struct zdm_prediction *out)
{
    *at = *from;
    at->heap_bytes = from->heap_bytes * from->fillfactor / fillfactor;
    at->fillfactor = fillfactor;
    zdm_predict(at, out);
}

void
zdm_room_advise(
    const struct zdm_predict_from *from, const struct zdm_prediction *now, struct zdm_room *out)
{
    struct zdm_predict_from at;
    struct zdm_room room = {.fillfactor = 0};

    *out = room;
    if (!zdm_backfill_updates(from->action) || !from->hot || from->heap_bytes < TABLE_LEAST ||
        from->matched < SHARE_LEAST || now->hot_percent >= HOT_ENOUGH)
        return;
    for (int fill = FILL_MOST; fill >= FILL_LEAST; fill -= FILL_STEP) {
        if (fill >= from->fillfactor)
            continue;
        room.fillfactor = fill;
        predict_at(from, fill, &at, &room.with);
        if (room.with.hot_percent >= NEARLY_ALL)
            break;
    }
    if (room.fillfactor == 0 || room.with.hot_percent < now->hot_percent + WORTH_AT_ALL)
        return;
    room.rewrite = (int64_t)(at.heap_bytes + from->index_bytes);
    room.saved = now->wal - room.with.wal;
    *out = room;
}
