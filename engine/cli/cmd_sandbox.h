/*
 * cmd_sandbox.h - `zdm sandbox [--schema FILE.sql] [--rows N] [--setup FILE.sql]... [--set NAME=VALUE]... -- COMMAND [ARG]...`
 *
 * Runs a command with a throw-away PostgreSQL server of its own, and removes the
 * server when the command ends, however it ends. The command finds the server in
 *
 *     ZDM_DATABASE_URL       host=... port=... dbname=postgres user=postgres
 *     DATABASE_URL           the same as postgresql://...
 *     PGHOST PGPORT PGUSER PGDATABASE, with tcp PGPASSWORD
 *     ZDM_SANDBOX            the sandbox's folder
 *     PATH                   begins with the folder of the server's programs
 *
 * At a terminal ^C is the command's own business; when it ends by it, so does the sandbox.
 */
#ifndef ZDM_CLI_CMD_SANDBOX_H
#define ZDM_CLI_CMD_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "pg/sandbox.h"
#include "rehearse/rows.h"

/* What the server holds when the command begins, in this order. */
struct zdm_sandbox_contents {
    const char *schema_file;               /* NULL: none */
    struct zdm_rehearse_rows_options rows; /* rows 0: none are made */
    const char *const *setup_files;
    size_t n_setup;
};

/* argv ends with NULL. *exit_status is the command's: its exit code, or 128 + signal. */
int zdm_sandbox_command(const struct zdm_sandbox_options *options,
    const struct zdm_sandbox_contents *contents, const char *const *argv, int *exit_status,
    struct zdm_err *err);

#endif
