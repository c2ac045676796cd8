/*
 * host.h - what a script host offers to the runner.
 *
 * The engine knows no Lua. The host (lua/) hands in these callbacks; a plan
 * without hooks never needs them.
 */
#ifndef ZDM_RUN_HOST_H
#define ZDM_RUN_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "batch/mapper.h"
#include "pg/conn.h"
#include "plan/plan.h"

/* What a hook may know about where it runs. Views for the length of the call. */
struct zdm_hook_context {
    const char *plan, *step;
    int64_t epoch;
    bool transaction; /* db is inside the step's transaction */
    const char *mark; /* put behind each statement of db; NULL: nothing is */
    /* log:info(...) and friends end here. level: "info", "warning". */
    void (*log)(void *self, const char *level, const char *message);
    void *log_self;
};

struct zdm_host {
    void *self;
    /* Calls the function behind `func` with (db, log, ctx). For a probe *answer is what it returned
     * (true or false; anything else is an error); answer NULL: the value is ignored. A Lua error is
     * ZDM_ERR_FAILED with its place; an error raised by db: keeps its SQLSTATE. */
    int (*call)(void *self, zdm_func func, struct zdm_conn *conn,
        const struct zdm_hook_context *context, bool *answer, struct zdm_err *err);
    /* Calls the function of a gate's check with (db, log, ctx), inside a transaction. *open: the first
     * value that it returned, which must be true or false; *seen: owned, the second as text, or NULL. */
    int (*look)(void *self, zdm_func func, struct zdm_conn *conn,
        const struct zdm_hook_context *context, bool *open, char **seen, struct zdm_err *err);
    /* Calls a throttle function with (ctx). *reason: owned, why to hold, when it returned a text or
     * true; NULL when it returned false or nil. Anything else is an error. */
    int (*ask)(void *self, zdm_func func, const struct zdm_hook_context *context, char **reason,
        struct zdm_err *err);
    /* The function of a backfill's map, for one worker: see batch/mapper.h. */
    int (*mapper)(void *self, const char *step, struct zdm_mapper *out, struct zdm_err *err);
};

#endif
