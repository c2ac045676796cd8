/*
 * sandbox.h - a throw-away PostgreSQL server.
 *
 * Finds initdb, pg_ctl and postgres (ZDM_PG_BINDIR, PATH, `pg_config --bindir`,
 * /usr/lib/postgresql/<n>/bin newest first), makes a cluster in a private
 * temporary folder (0700, unix socket there, no TCP), as an unprivileged user
 * when zdm runs as root (PostgreSQL refuses root). The result of initdb is kept
 * in the user's cache ($XDG_CACHE_HOME or ~/.cache, /zdm/initdb-<version>) so
 * that later starts copy it. Stopped and removed by zdm_sandbox_stop, and at
 * exit(); on the second ^C the emergency hook of signals.h stops the server, and
 * when zdm is killed the kernel does. The folder that such an end leaves behind
 * is removed by the next start (decided by a flock, never by pid).
 *
 * libpq's environment variables (PGHOSTADDR, PGSERVICE, ...) are removed from the
 * environment of this process: they would lead away from the sandbox.
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
    bool tcp;              /* connect over 127.0.0.1, on a free port, with a password made for it */
    const char **settings; /* extra "name=value" for the server; the last one of a name wins */
    size_t n_settings;
    const char *bindir; /* of the server to run; NULL: found as above */
};

/* options may be NULL. No server installed: ZDM_ERR_USAGE with the package to install. */
int zdm_sandbox_start(
    const struct zdm_sandbox_options *options, struct zdm_sandbox **out, struct zdm_err *err);
/* Stops the server (immediate), removes the folder, frees it. NULL is fine. */
void zdm_sandbox_stop(struct zdm_sandbox *sandbox);

/* All views until stop. */
const char *zdm_sandbox_conninfo(const struct zdm_sandbox
        *sandbox); /* "host=/tmp/... port=5432 dbname=postgres user=postgres" */
const char *zdm_sandbox_folder(const struct zdm_sandbox *sandbox); /* the private folder */
const char *zdm_sandbox_bindir(const struct zdm_sandbox *sandbox);
const char *zdm_sandbox_host(const struct zdm_sandbox *sandbox); /* the folder, or 127.0.0.1 */
int zdm_sandbox_port(const struct zdm_sandbox *sandbox);
const char *zdm_sandbox_password(const struct zdm_sandbox *sandbox); /* NULL without tcp */

#endif
