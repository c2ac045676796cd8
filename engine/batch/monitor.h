/*
 * monitor.h - reads the signals, in a session and a thread of its own.
 *
 * So a reading that takes long holds up no batch, and a lock of ours that somebody waits for is seen
 * while it is held. The session ("zdm/PLAN/STEP/monitor") has a statement_timeout of a second, gives
 * up a server that says nothing, and is opened anew by itself; meanwhile the values get old, and
 * signal.h says what that means. The thread touches nothing but what is in here.
 *
 * Started before the first batch: what the server was like then is the baseline of load and commits.
 */
#ifndef ZDM_BATCH_MONITOR_H
#define ZDM_BATCH_MONITOR_H

#include "base/err.h"
#include "batch/limits.h"
#include "batch/signal.h"

struct zdm_monitor;

/* What the statistics say of the table, or of one of its partitions. */
struct zdm_dead {
    unsigned table; /* oid */
    int64_t dead, live;
    bool vacuum; /* one runs on it */
};

struct zdm_monitor_view {
    struct zdm_signal signals[ZDM_SIGNALS];
    bool carried;          /* a replica, a slot or an archive takes the WAL */
    struct zdm_dead *dead; /* owned, n_dead, by oid; none: not known */
    size_t n_dead;
    int64_t horizon_ms;   /* how long somebody has kept dead rows from being removed */
    char horizon_who[96]; /* "pid 4242"; "" nobody */
    char *trouble;        /* owned; why signals are not known, or NULL */
    char *news;           /* owned; lines for people, each told once, or NULL */
};
void zdm_monitor_view_release(struct zdm_monitor_view *view);

struct zdm_monitor_options {
    const char *conninfo, *application; /* of its session */
    const char *ours;                   /* how the names of the workers' sessions begin */
    unsigned table;                     /* oid */
    double commit_ms;                   /* a commit that is no slower is never slow */
    const struct zdm_limits *limits;    /* borrowed until zdm_monitor_stop */
};

/* Reads every signal once, then goes on in its thread. A server that cannot be reached now is no
 * failure, the author's SQL that it refuses is: ZDM_ERR_FAILED with err->position in it. */
int zdm_monitor_start(
    const struct zdm_monitor_options *options, struct zdm_monitor **out, struct zdm_err *err);
void zdm_monitor_stop(struct zdm_monitor *monitor); /* NULL is fine */
/* Another limit of a replica's lag, 0: none; from the next round on. */
void zdm_monitor_set_lag(struct zdm_monitor *monitor, int64_t lag_ms);
/* What was read last. Release it. */
void zdm_monitor_look(struct zdm_monitor *monitor, struct zdm_monitor_view *out);

#endif
