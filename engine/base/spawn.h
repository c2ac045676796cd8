/*
 * spawn.h - runs a program by argv, never through a shell.
 */
#ifndef ZDM_BASE_SPAWN_H
#define ZDM_BASE_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct zdm_spawn {
    const char *const *argv; /* ends with NULL; argv[0] is looked up in PATH */
    const char *const *env;  /* extra "NAME=value", ends with NULL; may be NULL */
    const char *cwd;         /* NULL: here */
    uid_t uid;               /* drop to this user when it is not 0 and we are root */
    gid_t gid;
    bool capture; /* collect stdout+stderr in *output (last 64 KiB) instead of passing it on */
    int64_t timeout_ms; /* 0: none; then SIGTERM, 5 s later SIGKILL */
    bool new_session;   /* setsid: ^C at the terminal does not reach it */
    bool quiet_stdin;   /* stdin is /dev/null (otherwise inherited) */
    int die_signal;     /* 0: none; else the child gets this signal when we die, even by kill -9 */
    bool drop_stderr;   /* of capture and output_file: stdout only, as a program reads it */
    int64_t tick_ms;    /* while it runs, tick is called every so often; 0: never */
    void (*tick)(void *self);
    void *tick_self;
    bool (*stopped)(
        void *self); /* asked about once a second: true ends it, as ^C does. NULL: only ^C */
    void *stopped_self;
    const char *output_file; /* stdout+stderr are appended to it; made 0600; not with capture */
};

/* Runs and waits. *exit_status: exit code, or 128 + signal. *output (may be NULL) is owned.
 * A program that cannot be started is ZDM_ERR_FAILED. ^C while waiting: the child gets SIGTERM
 * (5 s later SIGKILL), ZDM_ERR_INTERRUPTED; after ^C nothing new is started. A program that took
 * too long is ZDM_ERR_FAILED. With new_session its whole process group gets these signals. */
int zdm_spawn_wait(
    const struct zdm_spawn *spawn, int *exit_status, char **output, struct zdm_err *err);

/* Starts and does not wait; capture, timeout_ms and tick are not for it. *pid is the caller's child. */
int zdm_spawn_start(const struct zdm_spawn *spawn, pid_t *pid, struct zdm_err *err);

#endif
