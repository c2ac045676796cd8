/*
 * sandbox_find.h - which PostgreSQL server to run, and as whom.
 */
#ifndef ZDM_PG_SANDBOX_FIND_H
#define ZDM_PG_SANDBOX_FIND_H

#include <sys/types.h>

#include "base/err.h"

/* Where to look, in this order. A folder counts when initdb, pg_ctl and postgres are in it. */
struct zdm_server_places {
    const char *bindir;          /* ZDM_PG_BINDIR: only here when set; NULL or "": look on */
    const char *path;            /* PATH */
    const char *ask;             /* program that prints a bindir with --bindir; NULL: none */
    const char *const *patterns; /* globs of bindirs, ends with NULL; each newest version first */
};
/* The places of this process: its environment, pg_config, the folders of the distributions. */
struct zdm_server_places zdm_server_places(void);

/* *bindir owned. None: ZDM_ERR_USAGE with the package to install. */
int zdm_server_find(const struct zdm_server_places *places, char **bindir, struct zdm_err *err);

/* Whom the server runs as: PostgreSQL refuses root. */
struct zdm_server_user {
    uid_t uid; /* ours, unless we are root */
    gid_t gid;
    uid_t drop_uid; /* for struct zdm_spawn: 0 when there is nothing to drop */
};
/* As root "postgres", else "nobody"; neither: ZDM_ERR_USAGE. */
int zdm_server_user(struct zdm_server_user *user, struct zdm_err *err);

/* The line of `postgres --version`, owned: "postgres (PostgreSQL) 15.4". Proves that the server's
 * user can run it. */
int zdm_server_version(
    const char *bindir, const struct zdm_server_user *user, char **version, struct zdm_err *err);

#endif
