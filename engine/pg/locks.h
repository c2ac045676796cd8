/*
 * locks.h - who is in the way.
 */
#ifndef ZDM_PG_LOCKS_H
#define ZDM_PG_LOCKS_H

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
};

struct zdm_blockers {
    struct zdm_blocker *items;
    size_t count;
};

/* Sessions, other than this one, that hold locks on the n named relations (text as for
 * to_regclass; unknown ones are skipped) which conflict with `mode` ("ShareRowExclusiveLock", ...;
 * NULL is AccessExclusiveLock). Those that only wait are not counted. Longest transaction first, 20
 * at most. Owned by *out. */
int zdm_blockers_find(struct zdm_conn *conn, size_t n, const char *const *relations,
    const char *mode, struct zdm_blockers *out, struct zdm_err *err);
void zdm_blockers_release(struct zdm_blockers *blockers);
/* One line for people, 200 bytes at most, owned:
 * "pid 4242 (app web, user shop, 12 s in transaction, idle): UPDATE users ..." */
char *zdm_blocker_line(const struct zdm_blocker *blocker);

#endif
