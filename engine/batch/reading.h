/*
 * reading.h - one signal a file: what they share. Private to batch/.
 *
 * A reading writes the value of its signals, or leaves them as they are and says why in *err. Only
 * the monitor's thread (before it begins, its starter) is in here.
 */
#ifndef ZDM_BATCH_READING_H
#define ZDM_BATCH_READING_H

#include "base/buf.h"
#include "batch/lag.h"
#include "batch/monitor.h"
#include "pg/conn.h"

#define ZDM_CANARY_KEPT     20
#define ZDM_CHECKPOINT_KEPT 61 /* a minute of seconds, and the one before */

struct zdm_reading {
    struct zdm_conn *conn;
    const struct zdm_monitor_options *options;
    struct zdm_monitor_view now; /* trouble and news are not used */
    struct zdm_buf news;
    unsigned said; /* bits: what is said once */

    struct zdm_lag_looks looks;      /* of replicas */
    double commits[ZDM_CANARY_KEPT]; /* ms, the newest ones */
    size_t n_commits;
    int64_t checkpoints[ZDM_CHECKPOINT_KEPT]; /* counters, one a second */
    size_t n_checkpoints;
    char slot_xmin[32]; /* of the oldest slot, and since when it stands */
    int64_t slot_xmin_us;
    bool baseline; /* was taken */
    bool get;      /* the URL's server knows no HEAD */
};

/* Says a line once: `bit` tells the lines apart. */
enum zdm_reading_bit { ZDM_SAID_REPLICAS, ZDM_SAID_SESSIONS, ZDM_SAID_HORIZON };
void zdm_reading_say(struct zdm_reading *r, enum zdm_reading_bit bit, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
struct zdm_signal *zdm_reading_signal(struct zdm_reading *r, enum zdm_signal_id id);

int zdm_read_replicas(struct zdm_reading *r, struct zdm_err *err);
int zdm_read_slots(struct zdm_reading *r, struct zdm_err *err);
int zdm_read_archive(struct zdm_reading *r, struct zdm_err *err);
int zdm_read_blocked(struct zdm_reading *r, struct zdm_err *err);
int zdm_read_canary(struct zdm_reading *r, struct zdm_err *err);
int zdm_read_load(struct zdm_reading *r, struct zdm_err *err);
int zdm_read_dead(struct zdm_reading *r, struct zdm_err *err);
int zdm_read_horizon(struct zdm_reading *r, struct zdm_err *err);
int zdm_read_checkpoints(struct zdm_reading *r, struct zdm_err *err);
int zdm_read_sql(struct zdm_reading *r, struct zdm_err *err);
int zdm_read_url(struct zdm_reading *r, struct zdm_err *err);
int zdm_read_file(struct zdm_reading *r, struct zdm_err *err);

/* Before the first batch: what commits and load are like without us. */
int zdm_baseline_canary(struct zdm_reading *r, struct zdm_err *err);
int zdm_baseline_load(struct zdm_reading *r, struct zdm_err *err);

#endif
