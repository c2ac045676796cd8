/*
 * locks.h - who is in the way.
 */
#ifndef ZDM_PG_LOCKS_H
#define ZDM_PG_LOCKS_H

#include "pg/conn.h"

struct zdm_blocker {
    int pid;
    char *user, *application, *client; /* client: address or "local" */
    char *state;                       /* "idle in transaction", "active", ... */
    char *mode;                        /* lock mode held, "AccessShareLock" */
    char *relation;
    int64_t transaction_age_ms, statement_age_ms;
    char *query; /* literals replaced by the caller where needed; first 200 bytes */
};

struct zdm_blockers {
    struct zdm_blocker *items;
    size_t count;
};

/* Sessions, other than this one, that hold locks on the n named relations (text as for
 * to_regclass) which conflict with ACCESS EXCLUSIVE or with `mode` ("ShareRowExclusiveLock", ...).
 * Longest transaction first. Owned by *out. */
int zdm_blockers_find(struct zdm_conn *conn, size_t n, const char *const *relations,
    const char *mode, struct zdm_blockers *out, struct zdm_err *err);
void zdm_blockers_release(struct zdm_blockers *blockers);
/* One line for people: "pid 4242 (app web, user shop, 12 s in transaction, idle): UPDATE users ..." */
char *zdm_blocker_line(const struct zdm_blocker *blocker);

#endif
