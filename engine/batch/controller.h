/*
 * controller.h - how many rows the next batch takes (pure).
 *
 * The foreground's worst wait is one batch long, so the aim is a duration, not
 * a number of rows. Milliseconds a row are smoothed (e = 0.7 e + 0.3 x), the next
 * batch is target / e, at most doubled or halved; a batch that took over twice
 * the target shrinks the next one at once (to no less than a tenth). Fed with
 * the service time of undisturbed batches only.
 */
#ifndef ZDM_BATCH_CONTROLLER_H
#define ZDM_BATCH_CONTROLLER_H

#include <stdint.h>

struct zdm_controller {
    double target_ms;
    int64_t min_rows, max_rows;
    int64_t rows;       /* of the next batch */
    double ms_per_row;  /* smoothed; 0 before the first batch */
    double wal_per_row; /* bytes, smoothed; 0 unknown */
};

/* Starts at 500 rows within [min_rows, max_rows]. */
void zdm_controller_init(
    struct zdm_controller *c, int64_t target_ms, int64_t min_rows, int64_t max_rows);
/* Another aim: the next batch is of the size that it asks for. */
void zdm_controller_aim(struct zdm_controller *c, int64_t target_ms);
/* One undisturbed batch: `rows` keys walked in `ms`. */
void zdm_controller_feed(struct zdm_controller *c, int64_t rows, double ms);
/* Any batch: the next ones stay below 8 MB of WAL, within [min_rows, max_rows]. */
void zdm_controller_wal(struct zdm_controller *c, int64_t rows, int64_t bytes);
/* A batch that ran into a lock or an error: half the size, the estimate stays. */
void zdm_controller_disturbed(struct zdm_controller *c);

#endif
