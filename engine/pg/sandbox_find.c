#include "pg/sandbox_find.h"

#include <glob.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/signals.h"
#include "base/spawn.h"

static const char *const programs[] = {"initdb", "pg_ctl", "postgres"};

/* Debian and Ubuntu; the packages of postgresql.org for Red Hat and kin. */
static const char *const distribution_patterns[] = {
    "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", NULL};

struct zdm_server_places
zdm_server_places(void)
{
    return (struct zdm_server_places){
        .bindir = getenv("ZDM_PG_BINDIR"),
        .path = getenv("PATH"),
        .ask = "pg_config",
        .patterns = distribution_patterns,
    };
}

/* The first program that dir lacks, NULL when it is complete. */
static const char *
missing_program(const char *dir)
{
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        char *file = zdm_strf("%s/%s", dir, programs[i]);
        struct stat st;
        bool there = stat(file, &st) == 0 && S_ISREG(st.st_mode) && access(file, X_OK) == 0;
        free(file);
        if (!there)
            return programs[i];
    }
    return NULL;
}

static char *
find_in_path(const char *path)
{
    while (path && *path) {
        size_t n = strcspn(path, ":");
        char *dir = zdm_strndup(path, n);
        /* A relative entry would depend on where zdm is started. */
        if (dir[0] == '/' && !missing_program(dir))
            return dir;
        free(dir);
        path += n + (path[n] == ':');
    }
    return NULL;
}

static char *
find_by_asking(const char *program)
{
    const char *const argv[] = {program, "--bindir", NULL};
    const struct zdm_spawn spawn = {
        .argv = argv, .capture = true, .quiet_stdin = true, .timeout_ms = 10000};
    struct zdm_err unused = ZDM_ERR_INIT; /* no pg_config is no failure: there are other places */
    char *output = NULL;
    int status = -1;

    if (zdm_spawn_wait(&spawn, &status, &output, &unused) == 0 && status == 0) {
        output[strcspn(output, "\n")] = '\0';
        if (output[0] == '/' && !missing_program(output))
            return output;
    }
    free(output);
    zdm_err_release(&unused);
    return NULL;
}

/* The version that a path begins with, such as "9.6/bin": 9.06; 0 without one. */
static double
leading_version(const char *path)
{
    int major = 0, minor = 0;

    if (sscanf(path, "%5d.%5d", &major, &minor) < 1)
        return 0;
    return major + minor / 100.0;
}

static char *
find_by_pattern(const char *pattern)
{
    size_t fixed = strcspn(pattern, "*"); /* the version stands where the star is */
    const char *best = NULL;
    glob_t found;

    if (glob(pattern, 0, NULL, &found) != 0)
        return NULL;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *dir = found.gl_pathv[i];
        if (!missing_program(dir) &&
            (!best || leading_version(dir + fixed) > leading_version(best + fixed)))
            best = dir;
    }
    char *copy = zdm_strdup(best);
    globfree(&found);
    return copy;
}

int
zdm_server_find(const struct zdm_server_places *places, char **bindir, struct zdm_err *err)
{
    char *found = NULL;

    if (places->bindir && *places->bindir) {
        const char *missing = missing_program(places->bindir);
        if (places->bindir[0] != '/')
            zdm_fail(err, ZDM_ERR_USAGE, "ZDM_PG_BINDIR is \"%s\", which is not an absolute path",
                places->bindir);
        else if (missing)
            zdm_fail(err, ZDM_ERR_USAGE,
                "ZDM_PG_BINDIR is \"%s\", but there is no executable \"%s\" in it", places->bindir,
                missing);
        if (places->bindir[0] != '/' || missing)
            return zdm_err_hint(err, "set it to the folder that holds initdb, pg_ctl and postgres, "
                                     "or unset it to look in the usual places");
        *bindir = zdm_strdup(places->bindir);
        return 0;
    }

    found = find_in_path(places->path);
    if (!found && places->ask)
        found = find_by_asking(places->ask);
    for (const char *const *p = places->patterns; !found && p && *p; p++)
        found = find_by_pattern(*p);
    if (found) {
        *bindir = found;
        return 0;
    }
    if (zdm_stop_requested())
        return zdm_fail(
            err, ZDM_ERR_INTERRUPTED, "interrupted while looking for a PostgreSQL server");
    zdm_fail(err, ZDM_ERR_USAGE, "no PostgreSQL server is installed");
    zdm_err_detail(err,
        "a sandbox needs initdb, pg_ctl and postgres in one folder; looked in PATH, "
        "in what pg_config names, and in /usr/lib/postgresql/*/bin");
    return zdm_err_hint(err,
        "install it (Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install "
        "postgresql-server; macOS: brew install postgresql), or set ZDM_PG_BINDIR to its folder");
}

int
zdm_server_user(struct zdm_server_user *user, struct zdm_err *err)
{
    if (geteuid() != 0) {
        *user = (struct zdm_server_user){.uid = geteuid(), .gid = getegid()};
        return 0;
    }
    const struct passwd *entry = getpwnam("postgres");
    if (!entry || entry->pw_uid == 0)
        entry = getpwnam("nobody");
    if (!entry || entry->pw_uid == 0) {
        zdm_fail(err, ZDM_ERR_USAGE,
            "PostgreSQL refuses to run as root, and there is no user to run it as");
        return zdm_err_hint(err, "run zdm as an ordinary user, or add a user \"postgres\"");
    }
    *user = (struct zdm_server_user){
        .uid = entry->pw_uid, .gid = entry->pw_gid, .drop_uid = entry->pw_uid};
    return 0;
}

int
zdm_server_version(
    const char *bindir, const struct zdm_server_user *user, char **version, struct zdm_err *err)
{
    char *program = zdm_strf("%s/postgres", bindir);
    const char *const argv[] = {program, "--version", NULL};
    const struct zdm_spawn spawn = {.argv = argv,
        .cwd = "/",
        .capture = true,
        .quiet_stdin = true,
        .timeout_ms = 30000,
        .uid = user->drop_uid,
        .gid = user->gid};
    char *output = NULL;
    int status = -1, rc = -1;

    if (zdm_spawn_wait(&spawn, &status, &output, err) < 0)
        goto out;
    if (status != 0) {
        zdm_fail(err, ZDM_ERR_FAILED, "\"%s --version\" failed with exit code %d", program, status);
        zdm_err_detail(err, "%s", output);
        goto out;
    }
    output[strcspn(output, "\n")] = '\0';
    *version = output;
    output = NULL;
    rc = 0;

out:
    free(output);
    free(program);
    return rc;
}
