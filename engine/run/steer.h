/*
 * steer.h - pause, resume, cancel and tune: orders to a plan from another shell.
 *
 * What was ordered is kept in the target (pg/control.h), so that it holds after a kill -9 and on another
 * machine. There are two ways for an order to get there:
 *
 * 1. The socket of the runner (base/listener.h), found through the ledger. A thread of the runner
 *    answers at once, whatever the run is doing; the order is in effect from then on and stored by the
 *    main thread as soon as its session is free. This needs no session of the server, which may have
 *    none to give at that moment.
 * 2. The row in the target, written by the command itself; a runner reads it once a second. For a run
 *    on another machine or with another ledger, and for a plan that nobody runs now.
 *
 * A cancel is meant for one run (its epoch), everything else for the plan.
 *
 * A line to the socket, and the answer:
 *
 *     {"do": "pause", "who": "ann@laptop", "note": "deploy"}
 *     {"ok": true, "changed": true, "epoch": 3, "paused_by": "ann@laptop", ...}
 *     {"ok": false, "error": "..."}
 */
#ifndef ZDM_RUN_STEER_H
#define ZDM_RUN_STEER_H

#include "pg/control.h"

struct zdm_steer;

struct zdm_steer_options {
    const char *conninfo;
    const char *ledger_path;
    const char *plan; /* name */
};

/* What became of an order. */
struct zdm_steered {
    struct zdm_control control; /* as it is now */
    bool changed;               /* false: it was so before */
    bool running;               /* somebody runs the plan */
    bool socket;                /* told to the runner itself; else it reads it within a second */
    char *where;                /* owned: the target */
    char *
        published; /* owned: by which publications zdm's tables are, made or changed now; NULL: nothing to tell */
};
void zdm_steered_release(struct zdm_steered *steered);

/* Gives an order (order->epoch is filled in). The target knows no such plan: ZDM_ERR_USAGE. A cancel
 * of a plan that nobody runs: ZDM_ERR_FAILED. */
int zdm_steer(const struct zdm_steer_options *options, struct zdm_order *order,
    struct zdm_steered *out, struct zdm_err *err);

/* How it goes, asked from the runner through its socket: what its observer describes (observer.h), "{}"
 * between two steps of interest. Owned; NULL: there is no socket here that answers. */
char *zdm_steer_live(const struct zdm_steer_options *options);
#define ZDM_ASK_LIVE "{\"do\": \"status\"}"

/* --- steer_line.c: the lines of the socket (pure) ----------------------------------- */
char *zdm_order_line(const struct zdm_order *order); /* owned */
/* ZDM_ERR_USAGE when it is no order. *out is released first. */
int zdm_order_parse(const char *line, struct zdm_order *out, struct zdm_err *err);
char *zdm_steered_line(const struct zdm_steered *steered); /* owned */
char *zdm_steer_error_line(const struct zdm_err *err);     /* owned */
int zdm_steered_parse(const char *line, struct zdm_steered *out, struct zdm_err *err);

/* The connection settings without secrets, hashed: equal for equal settings. */
void zdm_steer_route(const char *conninfo, char out[65]);

#endif
