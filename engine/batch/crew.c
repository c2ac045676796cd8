#include "batch/crew.h"

#include "batch/signal.h"

#define CALM_BELOW   0.4
#define CALM_US      INT64_C(10000000)
#define SEEN_US      INT64_C(5000000)
#define STRAINED_FOR 2

void
zdm_crew_init(struct zdm_crew *c, int64_t most)
{
    *c = (struct zdm_crew){.most = most, .may = most};
}

static void
come_back(struct zdm_crew *c, double pressure, int64_t now_us)
{
    if (pressure >= CALM_BELOW) {
        c->calm_us = 0;
    } else if (c->calm_us == 0) {
        c->calm_us = now_us;
    } else if (c->may < c->most && now_us - c->calm_us >= CALM_US) {
        c->may++;
        c->calm_us = now_us;
    }
}

bool
zdm_crew_sample(struct zdm_crew *c, double pressure, int64_t now_us)
{
    bool seen = c->shed_us == 0 || now_us - c->shed_us >= SEEN_US;
    int64_t before = c->may;

    come_back(c, pressure, now_us);
    c->strained = pressure >= ZDM_PRESSURE_SLOW ? c->strained + 1 : 0;
    if (c->strained == 0 || before <= 1)
        return false;
    if (seen && pressure >= 1)
        c->may /= 2;
    else if (seen && c->strained >= STRAINED_FOR)
        c->may--;
    if (c->may < before)
        c->shed_us = now_us;
    return true;
}
