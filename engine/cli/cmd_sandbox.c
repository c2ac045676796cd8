#include "cli/cmd_sandbox.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/spawn.h"
#include "pg/conn.h"
#include "pg/sandbox.h"
#include "pg/sandbox_setup.h"

enum { MAX_ENV = 10 };

/* The variables of cmd_sandbox.h into env, which ends with NULL; each owned. */
static void
describe(const struct zdm_sandbox *sandbox, char *env[MAX_ENV])
{
    const char *host = zdm_sandbox_host(sandbox), *password = zdm_sandbox_password(sandbox);
    const char *path = getenv("PATH");
    int port = zdm_sandbox_port(sandbox);
    size_t n = 0;

    env[n++] = zdm_strf("ZDM_DATABASE_URL=%s", zdm_sandbox_conninfo(sandbox));
    if (password) {
        env[n++] =
            zdm_strf("DATABASE_URL=postgresql://postgres:%s@%s:%d/postgres", password, host, port);
        env[n++] = zdm_strf("PGPASSWORD=%s", password);
    } else {
        env[n++] = zdm_strf(
            "DATABASE_URL=postgresql:///postgres?host=%s&port=%d&user=postgres", host, port);
    }
    env[n++] = zdm_strf("PGHOST=%s", host);
    env[n++] = zdm_strf("PGPORT=%d", port);
    env[n++] = zdm_strdup("PGUSER=postgres");
    env[n++] = zdm_strdup("PGDATABASE=postgres");
    env[n++] = zdm_strf("ZDM_SANDBOX=%s", zdm_sandbox_folder(sandbox));
    env[n++] = path ? zdm_strf("PATH=%s:%s", zdm_sandbox_bindir(sandbox), path)
                    : zdm_strf("PATH=%s", zdm_sandbox_bindir(sandbox));
    env[n] = NULL;
}

static int
make_rows(
    const char *conninfo, const struct zdm_rehearse_rows_options *options, struct zdm_err *err)
{
    struct zdm_conn *conn = NULL;

    if (options->rows == 0)
        return 0;
    if (zdm_conn_open(conninfo, "zdm rows", &conn, err) < 0)
        return -1;
    int rc = zdm_rehearse_rows(conn, options, err);
    zdm_conn_close(conn);
    return rc;
}

static int
fill(const char *conninfo, const struct zdm_sandbox_contents *contents, struct zdm_err *err)
{
    if (zdm_sandbox_setup(conninfo, &contents->schema_file, contents->schema_file ? 1 : 0, err) <
            0 ||
        make_rows(conninfo, &contents->rows, err) < 0)
        return -1;
    return zdm_sandbox_setup(conninfo, contents->setup_files, contents->n_setup, err);
}

int
zdm_sandbox_command(const struct zdm_sandbox_options *options,
    const struct zdm_sandbox_contents *contents, const char *const *argv, int *exit_status,
    struct zdm_err *err)
{
    struct zdm_sandbox *sandbox = NULL;
    char *env[MAX_ENV] = {NULL};
    int rc = -1;

    if (!argv || !argv[0]) {
        zdm_fail(err, ZDM_ERR_USAGE, "no command to run in the sandbox");
        return zdm_err_hint(err, "put it behind two dashes: zdm sandbox -- psql");
    }
    if (zdm_sandbox_start(options, &sandbox, err) < 0 ||
        fill(zdm_sandbox_conninfo(sandbox), contents, err) < 0)
        goto out;
    describe(sandbox, env);
    /* Without its server the command has no purpose: it ends when zdm is killed. */
    const struct zdm_spawn spawn = {
        .argv = argv, .env = (const char *const *)env, .die_signal = SIGTERM};
    /* At a terminal ^C goes to the command too, and is the command's: psql only cancels a query. */
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction ours;
    bool terminal = isatty(STDIN_FILENO);
    if (terminal)
        sigaction(SIGINT, &ignore, &ours);
    rc = zdm_spawn_wait(&spawn, exit_status, NULL, err);
    if (terminal)
        sigaction(SIGINT, &ours, NULL);

out:
    for (size_t i = 0; i < MAX_ENV; i++)
        free(env[i]);
    zdm_sandbox_stop(sandbox);
    return rc;
}
