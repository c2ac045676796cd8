/*
 * locks.h - who is in the way.
 */
#ifndef ZDM_PG_LOCKS_H
#define ZDM_PG_LOCKS_H

#include "base/buf.h"
#include "pg/conn.h"

struct zdm_blocker {
    int pid; /* 0: a prepared transaction, which nobody's session holds */
    char *user;
    char *application; /* or what kind of background process; the name of a prepared transaction */
    char *client;      /* address or "local"; NULL: not for our role to see, or not a client */
    char *state;       /* "idle in transaction", "active", "prepared"; NULL: not for us to see */
    char *mode;        /* strongest lock mode held, "AccessShareLock" */
    char *relation;    /* the table it is held on */
    int64_t transaction_age_ms, statement_age_ms; /* -1 unknown */
    char *
        query; /* as it was sent, with its literals: replace them before showing it; NULL unknown */
    char *backend; /* "client backend", "autovacuum worker"; NULL: not for us to see, or prepared */
    bool prevents_wraparound; /* an autovacuum that gives way to nobody */
    char *since;              /* begin of its transaction by the server's clock; NULL unknown */
};

struct zdm_blockers {
    struct zdm_blocker *items;
    size_t count;
};

enum zdm_wanted_below {
    ZDM_WANTED_ALONE,      /* a sibling partition is in nobody's way */
    ZDM_WANTED_PARTITIONS, /* of a table that is partitioned its partitions, too */
    ZDM_WANTED_CHILDREN,   /* all that inherit from it, too */
};
/* A lock somebody wants. */
struct zdm_wanted_lock {
    const char
        *relation; /* with its schema or without, quoted where needed; unknown ones are skipped */
    const char *mode; /* "ShareRowExclusiveLock", ...; NULL is AccessExclusiveLock */
    enum zdm_wanted_below below;
};
/* Appends a text to a text[] that begins with '{', quoted, behind a comma when it is not the first. */
void zdm_add_array_member(struct zdm_buf *out, const char *member);

/* Sessions, other than this one, and prepared transactions that hold locks which conflict with one of
 * these, on the relation and what is wanted below it. Those that only wait are not counted.
 * Longest transaction first, 20 at most. Owned by *out. */
int zdm_blockers_find(struct zdm_conn *conn, size_t n, const struct zdm_wanted_lock *wanted,
    struct zdm_blockers *out, struct zdm_err *err);
void zdm_blockers_release(struct zdm_blockers *blockers);
/* One line for people, 200 bytes at most, owned:
 * "pid 4242 (app web, user shop, 12 s in transaction, idle): UPDATE users ..." */
char *zdm_blocker_line(const struct zdm_blocker *blocker);

/* A lock that is waited for, as seen from another session. */
struct zdm_lock_queue {
    struct zdm_blockers blockers; /* who it waits for */
    bool prepared;                /* ... a prepared transaction, too: zdm_blockers_find names it */
    struct zdm_blockers behind;   /* who came later and waits for the same relation; 20 at most */
    size_t n_behind;              /* all of them */
    int64_t behind_ms;            /* how long the first of them has waited */
};
/* Whom the session `pid` waits for, now; nobody: it does not wait for a lock. */
int zdm_lock_queue_look(
    struct zdm_conn *conn, int pid, struct zdm_lock_queue *out, struct zdm_err *err);
void zdm_lock_queue_release(struct zdm_lock_queue *queue);

enum zdm_unblock {
    ZDM_UNBLOCK_TOLD,  /* cancelled, or its session ended */
    ZDM_UNBLOCK_OVER,  /* its transaction is over, or (cancel) no statement of it runs */
    ZDM_UNBLOCK_DENIED /* our role may not: *err says it, and nothing was done */
};
/* Cancels the statement (terminate: ends the session) of a client's backend, if it is still in the
 * transaction in which it was seen. */
int zdm_blocker_end(struct zdm_conn *conn, const struct zdm_blocker *blocker, bool terminate,
    enum zdm_unblock *out, struct zdm_err *err);

#endif
