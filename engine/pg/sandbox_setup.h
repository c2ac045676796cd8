/*
 * sandbox_setup.h - fills a sandbox from SQL files.
 */
#ifndef ZDM_PG_SANDBOX_SETUP_H
#define ZDM_PG_SANDBOX_SETUP_H

#include <stddef.h>

#include "base/err.h"

/* Runs each file's text as one implicit transaction, in order. SQL only: a psql command such as \i
 * is a syntax error, as is anything else wrong in the file, with its place there; but \restrict and
 * \unrestrict, which pg_dump writes, are passed over. An unreadable file is ZDM_ERR_USAGE, and then
 * nothing was run. */
int zdm_sandbox_setup(
    const char *conninfo, const char *const *files, size_t n, struct zdm_err *err);

#endif
