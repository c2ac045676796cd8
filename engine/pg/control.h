/*
 * control.h - zdm.control: what people ask of a plan from outside.
 *
 * One row a plan, in the target, so that a pause and a pace hold for whoever runs the plan next, on
 * whatever machine. It is read once a second by the runner and changed by orders: the runner applies
 * those that reach it through its socket (run/steer.h), the commands themselves the others.
 *
 * Orders are applied here, to the row as it was read; writing it back fails when somebody else was
 * faster, and then it starts over. So two orders at once are both obeyed, one after the other.
 */
#ifndef ZDM_PG_CONTROL_H
#define ZDM_PG_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "pg/conn.h"

/* KNOB(symbol, name, option, least, most, unit): what can be tuned while a backfill runs; the ranges
 * are those of the plan's own fields. */
#define ZDM_KNOB_LIST(KNOB)                                                                        \
    KNOB(TARGET, "target_ms", "target-ms", 5, 5000, "ms")                                          \
    KNOB(WORKERS, "workers", "workers", 1, 16, "")                                                 \
    KNOB(MAX_LAG, "max_lag_ms", "max-lag", 0, 86400000, "ms")                                      \
    KNOB(WAL_RATE, "wal_rate", "wal-rate", 262144, INT64_C(1099511627776), "bytes")                \
    KNOB(STRIPES, "stripes", "stripes", 1, 64, "")

enum zdm_knob {
#define KNOB(symbol, ...) ZDM_KNOB_##symbol,
    ZDM_KNOB_LIST(KNOB)
#undef KNOB
        ZDM_KNOBS
};
#define ZDM_AS_PLANNED (-1) /* what the plan says */
#define ZDM_AS_IT_IS   (-2) /* in an order: this one is not touched */

struct zdm_knob_about {
    const char *name, *option; /* in JSON and as the column; of zdm tune */
    int64_t least, most;
    const char *unit; /* "ms", "bytes", "" */
};
extern const struct zdm_knob_about zdm_knobs[ZDM_KNOBS];
/* "10", "25ms", "16MB", "plan" of a command line into *value: ms, bytes, a number, ZDM_AS_PLANNED.
 * ZDM_ERR_USAGE with the range. A wal_rate of 0 is no ceiling. */
int zdm_knob_parse(enum zdm_knob knob, const char *text, int64_t *value, struct zdm_err *err);
/* May it have this value? ZDM_ERR_USAGE with the range when it may not. */
int zdm_knob_check(enum zdm_knob knob, int64_t value, struct zdm_err *err);
/* "25 ms", "16 MB/s", "2", "as planned"; fills out[48] and returns it. */
const char *zdm_knob_show(enum zdm_knob knob, int64_t value, char out[48]);

struct zdm_control {
    int64_t version;   /* 0: nobody asked for anything yet */
    char *paused_by;   /* NULL: not paused */
    char *paused_note; /* may be NULL */
    int64_t paused_ms;
    int64_t cancel_epoch; /* this run is to stop; 0: none */
    bool cancel_now;      /* and not to wait for its statement */
    char *who;            /* changed it last; NULL: nobody */
    int64_t knobs[ZDM_KNOBS];
};
void zdm_control_init(struct zdm_control *control); /* nobody asked for anything */
void zdm_control_release(struct zdm_control *control);
void zdm_control_copy(struct zdm_control *to, const struct zdm_control *from); /* to is released */

enum zdm_order_kind { ZDM_ORDER_PAUSE, ZDM_ORDER_RESUME, ZDM_ORDER_CANCEL, ZDM_ORDER_TUNE };
struct zdm_order {
    enum zdm_order_kind kind;
    char *who, *note; /* owned; note of a pause, may be NULL */
    bool now;         /* of a cancel */
    int64_t epoch;    /* of a cancel: the run that is meant */
    int64_t knobs[ZDM_KNOBS];
};
void zdm_order_init(struct zdm_order *order, enum zdm_order_kind kind);
void zdm_order_release(struct zdm_order *order);
const char *zdm_order_name(enum zdm_order_kind kind); /* "pause" ... */

/* Does to the row what the order says (pure); false: that changes nothing. */
bool zdm_control_apply(struct zdm_control *control, const struct zdm_order *order);

/* The row; no row, and no such table yet: nobody asked for anything. Not in a transaction. *out is
 * released first. */
int zdm_control_read(
    struct zdm_conn *conn, const char *plan, struct zdm_control *out, struct zdm_err *err);
/* Applies the order to the row in the target. *out is what it is then (released first), *changed
 * whether it is another. Not in a transaction. */
int zdm_control_order(struct zdm_conn *conn, const char *plan, const struct zdm_order *order,
    struct zdm_control *out, bool *changed, struct zdm_err *err);

#endif
