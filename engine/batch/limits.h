/*
 * limits.h - what an author says about when a backfill slows down and holds.
 */
#ifndef ZDM_BATCH_LIMITS_H
#define ZDM_BATCH_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

struct zdm_limits {              /* 0, false and NULL: not looked at; texts are views of the plan */
    int64_t lag_ms, lag_bytes;   /* of a replica in replaying */
    const char *const *replicas; /* whose lag counts, n_replicas; none: of all */
    size_t n_replicas;
    int64_t slot_bytes;           /* WAL that a replication slot keeps */
    int64_t archive_segments;     /* WAL files that wait for the archive */
    int64_t blocked_ms;           /* how long somebody has waited for a lock of ours */
    int64_t canary_times;         /* a commit takes that many times longer than before */
    int64_t dead_percent;         /* dead rows of the table, of those that live */
    int64_t checkpoints_a_minute; /* that were forced */
    bool load;                    /* active and waiting sessions against those before */
    const char *sql;              /* one boolean, true holds; or a number and its limit */
    const char *url;              /* another answer than 200 holds */
    const char *file;             /* holds while it is there */
    bool check;                   /* hooks.check is asked */
    bool vacuum;                  /* VACUUM between batches, ANALYZE at the end */
    int64_t wal_rate;             /* bytes a second at most */
    int64_t patience_ms;          /* held longer at a stretch: one warning; 0: none */
};

#endif
