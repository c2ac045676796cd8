/*
 * sandbox_server.h - the server process of a sandbox: initdb, start, stop.
 */
#ifndef ZDM_PG_SANDBOX_SERVER_H
#define ZDM_PG_SANDBOX_SERVER_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "pg/sandbox_find.h"

/* How initdb is called: part of the template's name, so that a changed call makes a new one. */
const char *zdm_initdb_recipe(void);

/* Makes the cluster folder/data, which must be empty or absent. The folder belongs to the user. */
int zdm_initdb(const char *bindir, const char *folder, const struct zdm_server_user *user,
    struct zdm_err *err);

struct zdm_server_start {
    const char *bindir;
    const char *folder; /* holds data/; gets the socket and the log */
    struct zdm_server_user user;
    int port;
    bool tcp;                    /* also on 127.0.0.1 */
    const char *const *settings; /* "name=value" */
    size_t n_settings;
};
/* Starts the server, which dies with us, and waits until it accepts connections. What it said is
 * the error's detail. */
int zdm_server_start(const struct zdm_server_start *start, pid_t *pid, struct zdm_err *err);

/* Immediate shutdown; returns when it has ended. */
void zdm_server_stop(pid_t pid);

/* A port of 127.0.0.1 that is free now; 0 when there is none. */
int zdm_server_free_port(void);

#endif
