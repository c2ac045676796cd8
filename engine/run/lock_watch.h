/*
 * lock_watch.h - looks, from a session and a thread of its own, at whom our session waits for and who
 * waits behind it.
 *
 * Only while a lock is waited for can the server tell that, and then our own session cannot ask. The
 * watch holds up nothing: what it cannot find out in time is left out. A step that gets its locks at
 * once costs no second session. Private to run/.
 */
#ifndef ZDM_RUN_LOCK_WATCH_H
#define ZDM_RUN_LOCK_WATCH_H

#include "pg/locks.h"

struct zdm_lock_watch;

/* What was seen in one try. */
struct zdm_lock_sight {
    struct zdm_lock_queue queue; /* as seen last; the longest queue behind us there was */
    bool waited;                 /* at the last look it waited */
    char *trouble;               /* why nothing could be seen; NULL: none */
};
void zdm_lock_sight_release(struct zdm_lock_sight *sight);

/* application: of its session. Returns owned. */
struct zdm_lock_watch *zdm_lock_watch_new(const char *conninfo, const char *application);
void zdm_lock_watch_free(struct zdm_lock_watch *watch); /* NULL is fine */
/* From now on the backend `pid` is looked at. */
void zdm_lock_watch_begin(struct zdm_lock_watch *watch, int pid);
/* Not any more. *out is owned. */
void zdm_lock_watch_end(struct zdm_lock_watch *watch, struct zdm_lock_sight *out);

#endif
