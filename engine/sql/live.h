/*
 * live.h - what happens on a server at the moment its catalog is read: how busy its tables are, who
 * holds which locks, how full it is, who replays its WAL.
 *
 * Pure data beside the model of catalog.h. engine/catalog/live.c fills it from a server; without it
 * (zdm_catalog.live NULL) the rules of rules/live.def say nothing. Nothing changes it afterwards, so
 * what it says was true when it was read, not when the statements run.
 */
#ifndef ZDM_SQL_LIVE_H
#define ZDM_SQL_LIVE_H

#include "sql/catalog.h"
#include "sql/classify.h"
#include "sql/speed.h"

enum zdm_live_kind {
    ZDM_LIVE_SESSION,
    ZDM_LIVE_PREPARED,   /* PREPARE TRANSACTION: stays until somebody ends it */
    ZDM_LIVE_AUTOVACUUM, /* a worker; it gives way unless it prevents wraparound */
};

struct zdm_live_transaction {
    enum zdm_live_kind kind;
    int pid;                  /* 0: prepared */
    const char *name;         /* application, or the name of a prepared one; "" or NULL: none */
    const char *user;         /* NULL: none, or not for the role to see */
    const char *state;        /* "idle in transaction"; NULL alike */
    int64_t age_ms;           /* -1: not for the role to see */
    bool snapshot;            /* an old one is what CREATE INDEX CONCURRENTLY waits for */
    bool prevents_wraparound; /* of autovacuum: it does not give way */
};

struct zdm_live_lock { /* granted */
    const struct zdm_live_transaction *by;
    enum zdm_lock_mode mode;
};

/* Of one relation; zdm_relation.live, NULL when nothing ever happened there. */
struct zdm_live_relation {
    int64_t scans,
        changes; /* sequential and index scans; rows inserted, updated, deleted: both since
                               zdm_live.since */
    ZDM_LIST(struct zdm_live_lock) locks;
};

struct zdm_live_replica {
    const char *name;     /* application_name of the standby */
    int64_t behind_bytes; /* of WAL not replayed; -1: not known */
    int64_t behind_ms;    /* -1: not known */
};

struct zdm_live_slot {
    const char *name;
    bool active;
    int64_t safe_bytes; /* WAL until the server drops what the slot needs; -1: no limit */
};

struct zdm_live {
    bool blind; /* the role sees no other sessions and no replicas: pg_read_all_stats is missing */
    const char *since;                    /* "2026-11-21": the statistics count from then */
    int64_t seconds;                      /* that they count for */
    int64_t connections, available;       /* of clients; -1: not known */
    const char *tablespace;               /* the default one of the database */
    int64_t temp_file_limit, sort_memory; /* bytes, for this role; limit -1: none */
    struct zdm_speeds speeds;             /* of work on its tables */
    ZDM_LIST(struct zdm_live_transaction) transactions; /* oldest first, as far as known */
    ZDM_LIST(struct zdm_live_replica) replicas;
    ZDM_LIST(struct zdm_live_slot) slots;
};

#endif
