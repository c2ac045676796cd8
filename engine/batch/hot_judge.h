/*
 * hot_judge.h - when the stripes of a table pay: from readings of its updates, and of who keeps dead rows.
 *
 * Pure: no clock, no server. A look is worth a query only when zdm_hot_due() says so; what the query told goes to
 * zdm_hot_judge(). Times are those of a monotonic clock, in microseconds, and never 0.
 *
 * Stripes save when the later ones of a range use the room that the earlier ones left (HOT). While somebody's
 * snapshot keeps the dead rows they cost and save nothing: so below 30 % of HOT updates, or with a horizon of a
 * minute, they rest. They are tried again after 5 s, then after twice as long each time, a minute at most; and at
 * once when whoever was seen with that horizon is gone, which its age tells.
 */
#ifndef ZDM_BATCH_HOT_JUDGE_H
#define ZDM_BATCH_HOT_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#define ZDM_HOT_PINNED_MS 60000 /* a horizon that is so old: stripes are of no use for now */

/* Of one table; all zero at first, when its stripes are in use. */
struct zdm_hot {
    bool begun;                       /* judged before */
    int64_t looked_us;                /* 0: never */
    int64_t updated, hot;             /* of the table, as of the last judgement */
    int64_t first_updated, first_hot; /* at the start of this run */
    int64_t seen_updated, seen_hot;   /* since then */
    int64_t again_us;  /* stripes did not help: not before then; 0: they are in use */
    int64_t rest_us;   /* how long they were left out the last time; 0: they helped */
    int64_t off_us;    /* since when they are left out; 0: they are in use */
    int64_t rested_us; /* how long they were, in this run */
    int64_t pin_us;    /* when who is in their way began; 0: nobody is known */
};

enum zdm_hot_verdict { ZDM_HOT_STAY, ZDM_HOT_ON, ZDM_HOT_OFF };

/* Is it time to read the updates of the table? Not more than once a second, nor while stripes rest for good reason.
 * horizon_ms: how long somebody has kept dead rows; 0: nobody. */
bool zdm_hot_due(struct zdm_hot *h, int64_t now_us, int64_t horizon_ms);
/* What becomes of the stripes. updated, hot: updates of the table since ever. wanted: it is to have stripes; else the
 * updates are only counted. *percent: of the updates since the last judgement, with ZDM_HOT_OFF. */
enum zdm_hot_verdict zdm_hot_judge(struct zdm_hot *h, int64_t updated, int64_t hot, int64_t now_us,
    int64_t horizon_ms, bool wanted, int64_t *percent);
/* Was somebody known who kept the dead rows when stripes were turned off? */
bool zdm_hot_culprit(int64_t horizon_ms);
/* The first rest in a row: worth a line. */
bool zdm_hot_first_rest(const struct zdm_hot *h);
/* Stripes are in use again, or there are to be none at all. */
void zdm_hot_end_rest(struct zdm_hot *h, int64_t now_us);
/* To be tried at the next look, as if they had never rested. */
void zdm_hot_retry(struct zdm_hot *h);
/* How long ranges were done without stripes, in this run. */
int64_t zdm_hot_rested_us(const struct zdm_hot *h, int64_t now_us);

#endif
