/*
 * signal.h - what tells a backfill to slow down or to hold (pure).
 *
 * A signal is a number with a limit. Its pressure is 0 at the baseline (0 when there is none), 0.7
 * where it begins to slow a backfill down and 1 at the limit, where it holds; linear between. Without
 * a baseline the 0.7 is at 70 % of the limit, with one (load: what was there before the first batch)
 * at a fifth more than it.
 *
 * A value has an age. One that was not read for three polls is stale: a CLOSED signal holds then, a
 * LAST one goes by what was seen last (nothing: no pressure).
 */
#ifndef ZDM_BATCH_SIGNAL_H
#define ZDM_BATCH_SIGNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum zdm_signal_id {
#define SIGNAL(symbol, head, tail, unit, fail) ZDM_SIGNAL_##symbol,
#include "batch/signal.def"
#undef SIGNAL
    ZDM_SIGNALS /* how many */
};

#define ZDM_PRESSURE_SLOW 0.7 /* slows down; what held goes on below it */

struct zdm_signal {
    bool on;
    double value; /* in ms, bytes, ...: as signal.def says */
    double baseline, limit;
    int64_t read_us;  /* when it was read last, monotonic; 0: never */
    int64_t every_us; /* how often it is read */
    char subject[64]; /* which replica, slot, pid; "" none */
    char words[160];  /* a line that stands for value and limit ("file /x is there"); "" none */
};

/* As it counts now: INFINITY when it must hold for being unknown. */
double zdm_signal_pressure(enum zdm_signal_id id, const struct zdm_signal *s, int64_t now_us);
/* Is it stale, and holds for that? */
bool zdm_signal_unknown(enum zdm_signal_id id, const struct zdm_signal *s, int64_t now_us);
/* Adds "replica db2 lag 7.4 s >= 5.0 s". */
void zdm_signal_describe(enum zdm_signal_id id, const struct zdm_signal *s, struct zdm_buf *out);
/* Two words for a summary: "replica lag". */
const char *zdm_signal_name(enum zdm_signal_id id);
void zdm_signal_set(struct zdm_signal *s, double value, const char *subject, int64_t now_us);
/* The line that stands for value and limit; cut when it is long. */
void zdm_signal_words(struct zdm_signal *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
