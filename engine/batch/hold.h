/*
 * hold.h - what stands between two batches: signals that hold, and the rate of WAL. Private to batch/.
 */
#ifndef ZDM_BATCH_HOLD_H
#define ZDM_BATCH_HOLD_H

#include "batch/monitor.h"
#include "batch/throttle.h"
#include "batch/vacuum.h"

struct zdm_hold {
    struct zdm_monitor *monitor; /* owned; NULL: no signal is looked at */
    struct zdm_throttle throttle;
    struct zdm_monitor_view view; /* what was seen last */
    struct zdm_limits limits;     /* the plan's, but for what was tuned */
    struct zdm_signal check;      /* the author's function: asked here, not by the monitor */
    struct zdm_vacuum *vacuums;   /* owned, n_vacuums, by oid: what is known of each table */
    size_t n_vacuums;
    int64_t vacuum_us;   /* of the statistics that were judged last */
    bool told_no_vacuum; /* that there can be none was said */
    int64_t sampled_us;  /* 0: never */
    int64_t lost_us;     /* until when lost time is counted; 0: nothing is held up */
    bool paused;         /* ... because somebody asked for it */
    bool told_long;      /* that it holds for very long was said */
};

#endif
