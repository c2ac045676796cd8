#include "batch/rate.h"

#include "batch/signal.h"

#define RAISE_BELOW 0.4
#define RAISE       1.1
#define LOWER       0.9
#define SMOOTH      0.3
/* Above this it is no rate any more: no server that zdm was measured on writes as much. */
#define RATE_MOST (4.0 * 1024 * 1024 * 1024)

static void
set(struct zdm_rate *r, double per_s)
{
    if (per_s >= RATE_MOST)
        per_s = 0;
    else if (per_s < ZDM_RATE_LEAST)
        per_s = ZDM_RATE_LEAST;
    if (r->ceiling > 0 && (per_s == 0 || per_s > r->ceiling))
        per_s = r->ceiling;
    r->per_s = per_s;
    if (r->tokens > per_s)
        r->tokens = per_s;
}

void
zdm_rate_init(struct zdm_rate *r, int64_t ceiling, bool carried, int64_t now_us)
{
    *r = (struct zdm_rate){
        .ceiling = ceiling > 0 ? (double)ceiling : 0,
        .refilled_us = now_us,
        .ticked_us = now_us,
    };
    set(r, carried ? ZDM_RATE_START : RATE_MOST);
    r->tokens = r->per_s;
}

void
zdm_rate_limit(struct zdm_rate *r, int64_t ceiling, bool carried, int64_t now_us)
{
    bool felt = r->felt;
    double used = r->used;

    zdm_rate_init(r, ceiling, carried, now_us);
    r->felt = felt;
    r->used = used;
}

static void
refill(struct zdm_rate *r, int64_t now_us)
{
    double seconds = (double)(now_us - r->refilled_us) / 1e6;

    r->refilled_us = now_us;
    r->tokens += r->per_s * seconds;
    if (r->tokens > r->per_s)
        r->tokens = r->per_s;
}

void
zdm_rate_spend(struct zdm_rate *r, int64_t bytes, int64_t now_us)
{
    if (bytes <= 0)
        return;
    r->spent += (double)bytes;
    if (r->per_s == 0)
        return;
    refill(r, now_us);
    r->tokens -= (double)bytes;
    if (r->tokens <= 0)
        r->resting = true;
}

void
zdm_rate_tick(struct zdm_rate *r, double pressure, int64_t now_us)
{
    double seconds = (double)(now_us - r->ticked_us) / 1e6, used;

    if (seconds <= 0)
        return;
    used = r->spent / seconds;
    r->used = r->used > 0 ? (1 - SMOOTH) * r->used + SMOOTH * used : used;
    r->spent = 0;
    r->ticked_us = now_us;

    if (pressure >= ZDM_PRESSURE_SLOW) {
        double now = r->per_s > 0 ? r->per_s : r->used;
        r->felt = true;
        if (now > 0)
            set(r, now * LOWER);
    } else if (pressure < RAISE_BELOW && r->per_s > 0 && (r->resting || used > r->per_s / 2)) {
        set(r, r->per_s * (r->felt ? RAISE : 2));
    }
}

void
zdm_rate_held(struct zdm_rate *r)
{
    double now = r->per_s > 0 ? r->per_s : r->used;

    r->felt = true;
    if (now > 0)
        set(r, now / 2);
}

void
zdm_rate_resume(struct zdm_rate *r, int64_t now_us)
{
    refill(r, now_us);
    r->spent = 0;
    r->ticked_us = now_us;
}

int64_t
zdm_rate_rest_ms(struct zdm_rate *r, int64_t now_us)
{
    if (!r->resting || r->per_s == 0) {
        r->resting = false;
        return 0;
    }
    refill(r, now_us);
    if (r->tokens >= r->per_s) {
        r->resting = false;
        return 0;
    }
    return (int64_t)((r->per_s - r->tokens) / r->per_s * 1000) + 1;
}
