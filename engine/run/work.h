/*
 * work.h - tells what a statement or a program is doing that takes long: a
 * PROGRESS event a second, and a LOCK_WAIT event when a step outside
 * transactions begins to wait for somebody. Private to run/.
 *
 * The session that works cannot be asked, so a second one is opened for that,
 * after the first second. A server without a place left for it is no trouble:
 * only the time is told then.
 *
 *     struct zdm_work_watch watch;
 *     zdm_work_begin(&watch, s, step, ZDM_WORK_ALONE);
 *     ... statements on s->conn, or a program with zdm_work_tick ...
 *     zdm_work_end(&watch);
 */
#ifndef ZDM_RUN_WORK_H
#define ZDM_RUN_WORK_H

#include "run/session.h"

enum { ZDM_WORK_EVERY_MS = 1000 };

enum zdm_work_kind {
    ZDM_WORK_TRANSACTION, /* its waits for locks are short, and told by lock_wait.h */
    ZDM_WORK_ALONE,       /* waits as long as it must */
    ZDM_WORK_PROGRAM,     /* not the server's */
    ZDM_WORK_LOOKS, /* of a backfill, beside its batches: whom they wait for is told, not how far they are */
};

struct zdm_work_watch {
    struct zdm_session *s;
    const struct zdm_step *step;
    enum zdm_work_kind kind;
    struct zdm_conn *conn; /* NULL: not needed yet */
    bool blind;            /* there is no second session to be had */
    int64_t started_us;
    int64_t told_us; /* when somebody in the way was last told of; 0 never */
    char *told;      /* who, by pid */
};

void zdm_work_begin(struct zdm_work_watch *watch, struct zdm_session *s,
    const struct zdm_step *step, enum zdm_work_kind kind);
/* Looks once and tells. self: a struct zdm_work_watch. For zdm_conn_while_waiting() and zdm_spawn. */
void zdm_work_tick(void *self);
/* The same about the work of another session, asked on s->conn, which is free. */
void zdm_work_tick_other(struct zdm_work_watch *watch, int pid);
void zdm_work_end(struct zdm_work_watch *watch);

/* *out is owned by the caller (zdm_work_release). */
int zdm_work_look(
    struct zdm_conn *conn, int pid, struct zdm_work_progress *out, struct zdm_err *err);
void zdm_work_release(struct zdm_work_progress *work);

#endif
