#include <glob.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/spawn.h"
#include "catalog/copy_private.h"
#include "pg/conn.h"
#include "pg/conn_env.h"

static char *
program_in(const char *folder, size_t n)
{
    char *file = zdm_strf("%.*s/pg_dump", (int)n, folder);

    if (file[0] == '/' && access(file, X_OK) == 0)
        return file;
    free(file);
    return NULL;
}

/* The last one by name: a newer pg_dump reads older servers. */
static char *
program_of_distribution(void)
{
    static const char *const patterns[] = {
        "/usr/lib/postgresql/*/bin/pg_dump", "/usr/pgsql-*/bin/pg_dump"};
    char *found = NULL;
    glob_t paths;

    for (size_t i = 0; i < sizeof patterns / sizeof *patterns && !found; i++) {
        if (glob(patterns[i], 0, NULL, &paths) != 0)
            continue;
        found = zdm_strdup(paths.gl_pathv[paths.gl_pathc - 1]);
        globfree(&paths);
    }
    return found;
}

static char *
find_program(const char *bindir)
{
    char *found = program_in(bindir, strlen(bindir));
    const char *path = getenv("PATH");

    while (!found && path && *path) {
        size_t n = strcspn(path, ":");
        found = program_in(path, n);
        path += n + (path[n] == ':');
    }
    return found ? found : program_of_distribution();
}

static char *
make_file(struct zdm_err *err)
{
    const char *folder = getenv("TMPDIR");
    char *path = zdm_strf("%s/zdm-schema-XXXXXX", folder && *folder ? folder : "/tmp");
    int fd = mkstemp(path); /* 0600 */

    if (fd < 0) {
        zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot make \"%s\"", path);
        free(path);
        return NULL;
    }
    close(fd);
    return path;
}

static int
explain(const char *conninfo, const char *output, struct zdm_err *err)
{
    char *text = zdm_conninfo_hide(conninfo, output);

    zdm_fail(err, ZDM_ERR_FAILED, "pg_dump could not read the schema");
    zdm_err_detail(err, "%.*s", (int)strcspn(text, "\n"), text);
    if (strstr(text, "permission denied"))
        zdm_err_hint(err, "pg_dump locks every table in ACCESS SHARE, for which the role needs a "
                          "right on each: use a role that has it (pg_read_all_data), or --schema "
                          "FILE with the output of pg_dump --schema-only");
    else if (strstr(text, "version mismatch"))
        zdm_err_hint(err, "install the pg_dump of the server's version, or give its output: "
                          "--schema FILE");
    free(text);
    return -1;
}

int
zdm_schema_dump(const char *conninfo, const char *bindir, char **file, struct zdm_err *err)
{
    char *program = find_program(bindir), *path = NULL, *output = NULL, *to = NULL, **env = NULL;
    int rc = -1, status = 0;

    if (!program) {
        zdm_fail(err, ZDM_ERR_USAGE, "pg_dump is not installed");
        zdm_err_hint(err, "install it (Debian, Ubuntu: apt-get install postgresql-client), or give "
                          "its output: --schema FILE");
        goto out;
    }
    if (zdm_conninfo_environment(conninfo, &env, err) < 0 || !(path = make_file(err)))
        goto out;
    to = zdm_strf("--file=%s", path);
    const char *const argv[] = {program, "--schema-only", "--no-subscriptions",
        "--no-security-labels", "--no-password", "--lock-wait-timeout=10000", to, NULL};
    const struct zdm_spawn spawn = {.argv = argv,
        .env = (const char *const *)env,
        .capture = true,
        .quiet_stdin = true,
        .die_signal = 15};
    if (zdm_spawn_wait(&spawn, &status, &output, err) < 0)
        goto out;
    if (status != 0) {
        explain(conninfo, output, err);
        goto out;
    }
    *file = path;
    path = NULL;
    rc = 0;
out:
    if (path)
        unlink(path);
    free(path);
    free(to);
    free(output);
    free(program);
    zdm_conninfo_environment_free(env);
    return rc;
}
