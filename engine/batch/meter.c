#include "batch/meter.h"

#include <math.h>

#define WINDOW_S 10.0
/* Shorter stretches than this measure the clock rather than the work. */
#define STRETCH_US 100000

void
zdm_meter_start(struct zdm_meter *m, int64_t walked, int64_t total, int64_t now_us)
{
    *m = (struct zdm_meter){
        .walked = walked,
        .first = walked,
        .total = total >= 0 && total < walked ? walked : total,
        .since_us = now_us,
    };
}

void
zdm_meter_walk(struct zdm_meter *m, int64_t keys, int64_t now_us)
{
    m->walked += keys;
    if (m->total >= 0 && m->total < m->walked)
        m->total = m->walked;

    m->keys += keys;
    if (now_us - m->since_us < STRETCH_US)
        return;
    double seconds = (double)(now_us - m->since_us) / 1e6;
    double rate = (double)m->keys / seconds;
    m->rows_per_s = m->rows_per_s > 0
                        ? m->rows_per_s + (rate - m->rows_per_s) * (1 - exp(-seconds / WINDOW_S))
                        : rate;
    m->since_us = now_us;
    m->keys = 0;
}

static int64_t
eta_at(const struct zdm_meter *m, double rows_per_s)
{
    if (m->total >= 0 && m->walked >= m->total)
        return 0;
    if (m->total < 0 || !(rows_per_s > 0))
        return -1;
    double ms = (double)(m->total - m->walked) / rows_per_s * 1000;
    return ms < 1e15 ? (int64_t)ms : -1;
}

int64_t
zdm_meter_eta_ms(const struct zdm_meter *m)
{
    return eta_at(m, m->rows_per_s);
}

int64_t
zdm_meter_eta_free_ms(const struct zdm_meter *m, int64_t busy_us)
{
    return eta_at(m, busy_us > 0 ? (double)(m->walked - m->first) / (double)busy_us * 1e6 : 0);
}
