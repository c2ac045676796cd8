#include "pg/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/signals.h"
#include "pg/conn.h"
#include "pg/sandbox_folder.h"
#include "pg/sandbox_server.h"
#include "pg/sandbox_template.h"
#include "pg/sandbox_tree.h"

#define SOCKET_PORT 5432 /* without TCP the port is but a part of the socket's name */

struct zdm_sandbox {
    struct zdm_sandbox *next; /* of the running ones */
    struct zdm_server_user user;
    struct zdm_sandbox_folder folder;
    char *bindir;
    char *conninfo;
    char *password; /* NULL without tcp */
    bool tcp;
    int port;
    pid_t pid;     /* of the server, 0 while there is none */
    pid_t creator; /* only who made it removes it, not a fork of it */
};

static struct zdm_sandbox *running;

/* The servers again, for the emergency hook, which may not walk a list that is being changed.
 * More than that die with us too, by their die_signal. */
enum { N_EMERGENCY = 8 };
static volatile pid_t emergency_pids[N_EMERGENCY];

static void
stop_in_emergency(void)
{
    for (size_t i = 0; i < N_EMERGENCY; i++)
        if (emergency_pids[i] > 0)
            kill(emergency_pids[i], SIGQUIT);
}

static void
replace_emergency_pid(pid_t from, pid_t to)
{
    for (size_t i = 0; i < N_EMERGENCY; i++) {
        if (emergency_pids[i] == from) {
            emergency_pids[i] = to;
            return;
        }
    }
}

static void
stop_at_exit(void)
{
    while (running && running->creator == getpid())
        zdm_sandbox_stop(running);
}

static void
prepare_process(void)
{
    static bool prepared;

    if (!prepared) {
        prepared = true;
        atexit(stop_at_exit);
        zdm_signals_install();
        zdm_signals_emergency(stop_in_emergency);
    }
}

/* Every variable that libpq knows, by its own word. PGHOSTADDR would win over our host, PGSERVICE
 * of a missing service would fail every connection. */
static void
forget_libpq_environment(void)
{
    PQconninfoOption *options = PQconndefaults();

    for (PQconninfoOption *o = options; o && o->keyword; o++)
        if (o->envvar)
            unsetenv(o->envvar);
    PQconninfoFree(options);
    unsetenv("PGSERVICEFILE");
    unsetenv("PGSYSCONFDIR");
    unsetenv("PGDATA");
}

static int
check_settings(const struct zdm_sandbox_options *options, struct zdm_err *err)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";

    for (size_t i = 0; i < options->n_settings; i++) {
        const char *setting = options->settings[i];
        size_t n = strspn(setting, letters);
        if (n == 0 || setting[n] != '=') {
            zdm_fail(err, ZDM_ERR_USAGE, "invalid server setting \"%s\"", setting);
            return zdm_err_hint(err, "write it as name=value, for example work_mem=64MB");
        }
    }
    return 0;
}

/* Puts a cluster into folder/data: a copy of the template, or a new one by initdb. *copied says
 * which. On return the folder belongs to the server's user. */
static int
make_cluster(
    struct zdm_sandbox *sandbox, const char *template_path, bool *copied, struct zdm_err *err)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int rc = -1, data = -1;

    *copied = false;
    if (mkdirat(sandbox->folder.fd, "data", 0700) < 0 ||
        (data = openat(sandbox->folder.fd, "data", flags)) < 0 ||
        (sandbox->user.drop_uid && fchown(data, sandbox->user.uid, sandbox->user.gid) < 0)) {
        zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot make \"%s/data\"", sandbox->folder.path);
        goto out;
    }
    *copied = zdm_template_load(template_path, data, &sandbox->user);
    if (zdm_sandbox_folder_give(&sandbox->folder, &sandbox->user, err) < 0)
        goto out;
    if (!*copied) {
        if (zdm_initdb(sandbox->bindir, sandbox->folder.path, &sandbox->user, err) < 0)
            goto out;
        if (template_path)
            zdm_template_save(template_path, data);
    }
    rc = 0;

out:
    if (data >= 0)
        close(data);
    return rc;
}

static int
make_password(char **password, struct zdm_err *err)
{
    unsigned char bytes[16];
    char text[2 * sizeof bytes + 1];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot make a password for the sandbox");
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    *password = zdm_strdup(text);
    return 0;
}

/* Over the socket, which needs no password. Until then nobody gets in over TCP. */
static int
open_tcp(struct zdm_sandbox *sandbox, struct zdm_err *err)
{
    struct zdm_conn *conn = NULL;

    if (make_password(&sandbox->password, err) < 0)
        return -1;
    char *sql = zdm_strf("SET password_encryption = 'scram-sha-256';"
                         "ALTER ROLE postgres PASSWORD '%s'",
        sandbox->password);
    int rc = zdm_conn_open(sandbox->conninfo, "zdm sandbox", &conn, err);
    if (rc == 0)
        rc = zdm_conn_exec(conn, sql, NULL, err);
    zdm_conn_close(conn);
    free(sql);
    if (rc < 0)
        return zdm_err_wrap(err, "cannot open the sandbox server to TCP");
    free(sandbox->conninfo);
    sandbox->conninfo = zdm_strf("host=127.0.0.1 port=%d dbname=postgres user=postgres password=%s",
        sandbox->port, sandbox->password);
    return 0;
}

static int
start_server(
    struct zdm_sandbox *sandbox, const struct zdm_sandbox_options *options, struct zdm_err *err)
{
    sandbox->port = sandbox->tcp ? zdm_server_free_port() : SOCKET_PORT;
    if (!sandbox->port)
        return zdm_fail(err, ZDM_ERR_FAILED, "no free port on 127.0.0.1");
    const struct zdm_server_start start = {.bindir = sandbox->bindir,
        .folder = sandbox->folder.path,
        .user = sandbox->user,
        .port = sandbox->port,
        .tcp = sandbox->tcp,
        .settings = options->settings,
        .n_settings = options->n_settings};
    if (zdm_server_start(&start, &sandbox->pid, err) < 0)
        return -1;
    replace_emergency_pid(0, sandbox->pid);
    sandbox->conninfo = zdm_strf(
        "host=%s port=%d dbname=postgres user=postgres", sandbox->folder.path, sandbox->port);
    return sandbox->tcp ? open_tcp(sandbox, err) : 0;
}

/* Cluster and server. A server that does not start from the template gets a second chance with a
 * new cluster: a template can be damaged in ways that its size does not show. */
static int
bring_up(struct zdm_sandbox *sandbox, const struct zdm_sandbox_options *options,
    const char *template_path, struct zdm_err *err)
{
    bool copied;

    if (make_cluster(sandbox, template_path, &copied, err) < 0)
        return -1;
    if (start_server(sandbox, options, err) == 0)
        return 0;
    if (!copied || sandbox->pid || err->code == ZDM_ERR_INTERRUPTED)
        return -1;
    zdm_template_drop(template_path);
    if (zdm_tree_remove(sandbox->folder.fd, "data") < 0)
        return zdm_fail_errno(
            err, ZDM_ERR_FAILED, "cannot remove \"%s/data\"", sandbox->folder.path);
    zdm_err_clear(err);
    if (make_cluster(sandbox, template_path, &copied, err) < 0)
        return -1;
    return start_server(sandbox, options, err);
}

int
zdm_sandbox_start(
    const struct zdm_sandbox_options *options, struct zdm_sandbox **out, struct zdm_err *err)
{
    static const struct zdm_sandbox_options none = {0};
    struct zdm_sandbox *sandbox = zdm_alloc(sizeof *sandbox);
    const struct zdm_server_places places = zdm_server_places();
    char *version = NULL, *template_path = NULL;
    int rc = -1;

    if (!options)
        options = &none;
    sandbox->folder = (struct zdm_sandbox_folder){.fd = -1, .lock_fd = -1};
    sandbox->creator = getpid();
    sandbox->tcp = options->tcp;
    prepare_process();
    sandbox->bindir = zdm_strdup(options->bindir);
    if (check_settings(options, err) < 0 ||
        (!sandbox->bindir && zdm_server_find(&places, &sandbox->bindir, err) < 0) ||
        zdm_server_user(&sandbox->user, err) < 0 ||
        zdm_server_version(sandbox->bindir, &sandbox->user, &version, err) < 0)
        goto out;
    forget_libpq_environment();
    zdm_sandbox_sweep(&sandbox->user);
    if (zdm_sandbox_folder_make(&sandbox->user, &sandbox->folder, err) < 0)
        goto out;
    sandbox->next = running;
    running = sandbox;
    template_path = zdm_template_path(sandbox->bindir, version, zdm_initdb_recipe());
    if (bring_up(sandbox, options, template_path, err) < 0)
        goto out;
    *out = sandbox;
    sandbox = NULL;
    rc = 0;

out:
    zdm_sandbox_stop(sandbox);
    free(template_path);
    free(version);
    return rc;
}

void
zdm_sandbox_stop(struct zdm_sandbox *sandbox)
{
    if (!sandbox)
        return;
    if (sandbox->pid) {
        replace_emergency_pid(sandbox->pid, 0);
        zdm_server_stop(sandbox->pid);
    }
    for (struct zdm_sandbox **p = &running; *p; p = &(*p)->next) {
        if (*p == sandbox) {
            *p = sandbox->next;
            break;
        }
    }
    if (sandbox->folder.path)
        zdm_sandbox_folder_remove(&sandbox->folder);
    free(sandbox->bindir);
    free(sandbox->conninfo);
    free(sandbox->password);
    free(sandbox);
}

const char *
zdm_sandbox_conninfo(const struct zdm_sandbox *sandbox)
{
    return sandbox->conninfo;
}

const char *
zdm_sandbox_folder(const struct zdm_sandbox *sandbox)
{
    return sandbox->folder.path;
}

const char *
zdm_sandbox_bindir(const struct zdm_sandbox *sandbox)
{
    return sandbox->bindir;
}

const char *
zdm_sandbox_host(const struct zdm_sandbox *sandbox)
{
    return sandbox->tcp ? "127.0.0.1" : sandbox->folder.path;
}

int
zdm_sandbox_port(const struct zdm_sandbox *sandbox)
{
    return sandbox->port;
}

const char *
zdm_sandbox_password(const struct zdm_sandbox *sandbox)
{
    return sandbox->password;
}
