/*
 * sandbox.h - a throw-away PostgreSQL server.
 *
 * Finds initdb, pg_ctl and postgres (ZDM_PG_BINDIR, PATH, `pg_config --bindir`,
 * /usr/lib/postgresql/<n>/bin newest first), makes a cluster in a private
 * temporary folder (0700, unix socket there, no TCP), as an unprivileged user
 * when zdm runs as root (PostgreSQL refuses root). The result of initdb is kept
 * in the user's cache ($XDG_CACHE_HOME or ~/.cache, /zdm/initdb-<version>) so
 * that later starts copy it. Stopped and removed by zdm_sandbox_stop, on ^C, and
 * by the emergency hook of signals.h; what a kill -9 left behind is swept by the
 * next start (a folder whose owner's flock is free, never decided by pid).
 *
 *     struct zdm_sandbox *sandbox;
 *     zdm_sandbox_start(&options, &sandbox, err);
 *     connect(zdm_sandbox_conninfo(sandbox));
 *     zdm_sandbox_stop(sandbox);
 */
#ifndef ZDM_PG_SANDBOX_H
#define ZDM_PG_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct zdm_sandbox;

struct zdm_sandbox_options {
    bool tcp;              /* also listen on 127.0.0.1, on a free port */
    const char **settings; /* extra "name=value" for postgresql.conf */
    size_t n_settings;
};

/* options may be NULL. No server installed: ZDM_ERR_USAGE with the package to install. */
int zdm_sandbox_start(
    const struct zdm_sandbox_options *options, struct zdm_sandbox **out, struct zdm_err *err);
/* Stops the server (immediate), removes the folder. NULL is fine. */
void zdm_sandbox_stop(struct zdm_sandbox *sandbox);

const char *zdm_sandbox_conninfo(
    const struct zdm_sandbox *sandbox); /* "host=/tmp/... dbname=postgres user=postgres" */
const char *zdm_sandbox_folder(const struct zdm_sandbox *sandbox); /* the private folder */
const char *zdm_sandbox_bindir(const struct zdm_sandbox *sandbox);

#endif
