#include "batch/controller.h"

/* What a batch writes at once, a replica has to take at once; and what it brings here, we. */
#define WAL_MOST (8.0 * 1024 * 1024)

static int64_t
clamp_i64(double value, int64_t low, int64_t high)
{
    if (!(value > (double)low)) /* NaN too */
        return low;
    return value < (double)high ? (int64_t)value : high;
}

void
zdm_controller_init(struct zdm_controller *c, int64_t target_ms, int64_t min_rows, int64_t max_rows)
{
    c->target_ms = (double)(target_ms > 0 ? target_ms : 1);
    c->min_rows = min_rows > 0 ? min_rows : 1;
    c->max_rows = max_rows > c->min_rows ? max_rows : c->min_rows;
    c->rows = clamp_i64(500, c->min_rows, c->max_rows);
    c->ms_per_row = c->wal_per_row = 0;
}

void
zdm_controller_aim(struct zdm_controller *c, int64_t target_ms)
{
    c->target_ms = (double)target_ms;
    if (c->ms_per_row > 0)
        c->rows = clamp_i64(c->target_ms / c->ms_per_row, c->min_rows, c->max_rows);
}

void
zdm_controller_feed(struct zdm_controller *c, int64_t rows, double ms)
{
    if (rows <= 0)
        return;
    if (!(ms > 0.01)) /* a clock that stood still says nothing but "fast" */
        ms = 0.01;

    double now = ms / (double)rows, size = (double)c->rows;
    if (ms > 2 * c->target_ms) {
        double next = size * c->target_ms / ms;
        c->rows = clamp_i64(next > size / 10 ? next : size / 10, c->min_rows, c->max_rows);
        c->ms_per_row = 0; /* what was learned no longer holds */
        return;
    }
    c->ms_per_row = c->ms_per_row > 0 ? 0.7 * c->ms_per_row + 0.3 * now : now;

    double next = c->target_ms / c->ms_per_row;
    if (next > 2 * size)
        next = 2 * size;
    if (next < size / 2)
        next = size / 2;
    c->rows = clamp_i64(next, c->min_rows, c->max_rows);
}

void
zdm_controller_wal(struct zdm_controller *c, int64_t rows, int64_t bytes)
{
    if (rows <= 0 || bytes <= 0)
        return;
    double now = (double)bytes / (double)rows;
    c->wal_per_row = c->wal_per_row > 0 ? 0.7 * c->wal_per_row + 0.3 * now : now;
    if ((double)c->rows * c->wal_per_row > WAL_MOST)
        c->rows = clamp_i64(WAL_MOST / c->wal_per_row, c->min_rows, c->max_rows);
}

void
zdm_controller_disturbed(struct zdm_controller *c)
{
    c->rows = clamp_i64((double)c->rows / 2, c->min_rows, c->max_rows);
}
