#include "batch/hot_judge.h"

#define LOOK_EVERY_US 1000000
#define JUDGE_UPDATES 20000 /* several ranges: their first stripes are never HOT */
#define HOT_LEAST     30    /* percent; below, stripes cost more than they save */
/* An ANALYZE of seconds pins the horizon too: soon again, then less and less often. A second without
 * HOT is all that a try costs. */
#define TRY_AGAIN_US      5000000
#define TRY_AGAIN_MOST_US 60000000
/* Who has been there for that long is in the way of all the updates since. Readings are this old at most. */
#define IN_THE_WAY_MS 1000
#define STALE_MS      2000

bool
zdm_hot_culprit(int64_t horizon_ms)
{
    return horizon_ms >= IN_THE_WAY_MS;
}

bool
zdm_hot_first_rest(const struct zdm_hot *h)
{
    return h->rest_us <= TRY_AGAIN_US;
}

void
zdm_hot_end_rest(struct zdm_hot *h, int64_t now_us)
{
    if (h->off_us)
        h->rested_us += now_us - h->off_us;
    h->off_us = h->again_us = h->pin_us = 0;
}

void
zdm_hot_retry(struct zdm_hot *h)
{
    h->again_us = 1;
    h->rest_us = 0;
}

int64_t
zdm_hot_rested_us(const struct zdm_hot *h, int64_t now_us)
{
    return h->rested_us + (h->off_us ? now_us - h->off_us : 0);
}

/* Whoever was in the way when they were turned off, is he gone? */
static bool
is_gone(const struct zdm_hot *h, int64_t now_us, int64_t horizon_ms)
{
    return h->pin_us && horizon_ms + STALE_MS < (now_us - h->pin_us) / 1000;
}

bool
zdm_hot_due(struct zdm_hot *h, int64_t now_us, int64_t horizon_ms)
{
    if (h->looked_us && now_us - h->looked_us < LOOK_EVERY_US)
        return false;
    h->looked_us = now_us;
    if (!h->begun || !h->again_us)
        return true;
    return horizon_ms < ZDM_HOT_PINNED_MS &&
           (now_us >= h->again_us || is_gone(h, now_us, horizon_ms));
}

static void
turn_off(struct zdm_hot *h, int64_t now_us, int64_t horizon_ms)
{
    if (!h->off_us)
        h->off_us = now_us;
    h->pin_us = zdm_hot_culprit(horizon_ms) ? now_us - horizon_ms * 1000 : 0;
    h->rest_us = h->rest_us ? 2 * h->rest_us : TRY_AGAIN_US;
    if (h->rest_us > TRY_AGAIN_MOST_US)
        h->rest_us = TRY_AGAIN_MOST_US;
    h->again_us = now_us + h->rest_us;
}

enum zdm_hot_verdict
zdm_hot_judge(struct zdm_hot *h, int64_t updated, int64_t hot, int64_t now_us, int64_t horizon_ms,
    bool wanted, int64_t *percent)
{
    enum zdm_hot_verdict verdict = ZDM_HOT_STAY;
    bool pinned = horizon_ms >= ZDM_HOT_PINNED_MS;
    bool anew = !h->begun || updated < h->updated; /* the statistics were reset */

    if (anew) {
        h->first_updated = updated;
        h->first_hot = hot;
    }
    h->begun = true;
    h->seen_updated = updated - h->first_updated;
    h->seen_hot = hot - h->first_hot;
    if (!wanted) /* there is nothing to judge */
        return verdict;
    if (anew || h->again_us) {
        zdm_hot_end_rest(h, now_us);
        verdict = ZDM_HOT_ON;
    } else if (pinned || updated - h->updated >= JUDGE_UPDATES) {
        int64_t of = updated - h->updated;
        *percent = of > 0 ? (hot - h->hot) * 100 / of : 0;
        if (pinned || *percent < HOT_LEAST) {
            turn_off(h, now_us, horizon_ms);
            verdict = ZDM_HOT_OFF;
        } else {
            h->rest_us = 0;
        }
    } else {
        return verdict;
    }
    h->updated = updated;
    h->hot = hot;
    return verdict;
}
