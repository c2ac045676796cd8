/*
 * conn_env.h - connection settings for a program that speaks libpq, such as pg_dump.
 */
#ifndef ZDM_PG_CONN_ENV_H
#define ZDM_PG_CONN_ENV_H

#include "base/err.h"

/* The settings of conninfo as "PGHOST=..." and so on, for the environment of a child: its arguments
 * can be read by everybody, and there may be a password. Ends with NULL; owned, strings too. Settings
 * that have no variable are left out. */
int zdm_conninfo_environment(const char *conninfo, char ***env, struct zdm_err *err);
void zdm_conninfo_environment_free(char **env); /* NULL is fine */

#endif
