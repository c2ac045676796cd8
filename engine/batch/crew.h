/*
 * crew.h - how many of the workers that somebody wants may run under the pressure of now (pure).
 *
 * Workers go before anything else slows down: from a pressure of 0.7 on, for two samples, one of them, from 1 on
 * half of them; the last one stays, and then the rate of WAL is lowered (rate.h). One comes back after ten
 * seconds below 0.4. Most of what is seen the backfill makes itself, so it does not go further down
 * before five seconds have shown what the last step did.
 */
#ifndef ZDM_BATCH_CREW_H
#define ZDM_BATCH_CREW_H

#include <stdbool.h>
#include <stdint.h>

struct zdm_crew {
    int64_t most, may; /* wanted, and how many of them may run */
    int strained;      /* samples from 0.7 on, in a row */
    int64_t calm_us;   /* since when it is below 0.4; 0: it is not */
    int64_t shed_us;   /* when some were sent away; 0: never */
};

void zdm_crew_init(struct zdm_crew *c, int64_t most);
/* A sample, once a second. True: it answers the pressure, nothing else needs to. */
bool zdm_crew_sample(struct zdm_crew *c, double pressure, int64_t now_us);

#endif
