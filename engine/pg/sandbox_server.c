#include "pg/sandbox_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/spawn.h"

#define START_US   (60 * 1000000LL)
#define STOP_US    (10 * 1000000LL)
#define GIVE_UP_US (1 * 1000000LL) /* on a server that was never ready: nobody misses it */
#define AGAIN_US   (200 * 1000LL)

/* A socket in a 0700 folder needs no password; TCP, which every local user can reach, does. */
#define INITDB_OPTIONS                                                                             \
    "--username=postgres", "--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8",   \
        "--locale=C.UTF-8", "--no-sync", "--no-instructions"

static const char *const initdb_options[] = {INITDB_OPTIONS};

/* What makes a throw-away server fast, and the same on every machine. Losing it all in a power
 * failure is no loss; synchronous_commit stays on, as zdm's barriers rely on it. */
static const char *const settings[] = {
    "fsync=off",
    "full_page_writes=off",
    "max_connections=50",
    "max_prepared_transactions=10",
    "shared_buffers=128MB",
    "timezone=UTC",
    "log_timezone=UTC",
    "cluster_name=zdm_sandbox",
    "logging_collector=off",
};
#define N_SETTINGS (sizeof settings / sizeof *settings)

/* Messages of the programs are read by us. */
static const char *const plain_messages[] = {"LC_ALL=C", NULL};

const char *
zdm_initdb_recipe(void)
{
    static char recipe[512];

    if (!recipe[0]) {
        size_t n = 0;
        for (size_t i = 0; i < sizeof initdb_options / sizeof *initdb_options; i++)
            n += (size_t)snprintf(recipe + n, sizeof recipe - n, "%s ", initdb_options[i]);
    }
    return recipe;
}

int
zdm_initdb(
    const char *bindir, const char *folder, const struct zdm_server_user *user, struct zdm_err *err)
{
    char *program = zdm_strf("%s/initdb", bindir), *output = NULL;
    const char *const argv[] = {program, "--pgdata=data", INITDB_OPTIONS, NULL};
    const struct zdm_spawn spawn = {.argv = argv,
        .env = plain_messages,
        .cwd = folder,
        .uid = user->drop_uid,
        .gid = user->gid,
        .capture = true,
        .quiet_stdin = true,
        .new_session = true,
        .die_signal = SIGKILL,
        .timeout_ms = 120000};
    int status = -1, rc = zdm_spawn_wait(&spawn, &status, &output, err);

    if (rc == 0 && status != 0) {
        rc = zdm_fail(err, ZDM_ERR_FAILED, "initdb failed with exit code %d", status);
        zdm_err_detail(err, "%s", output);
    }
    free(output);
    free(program);
    return rc;
}

/* The last lines of the server's log, owned; "" when there are none. */
static char *
log_tail(const char *log)
{
    enum { MOST = 2000 };
    char *text = zdm_alloc(MOST + 1);
    int fd = open(log, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return text;
    off_t size = lseek(fd, 0, SEEK_END);
    ssize_t n = pread(fd, text, MOST, size > MOST ? size - MOST : 0);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    if (size > MOST && strchr(text, '\n')) { /* begin with a whole line */
        char *line = strchr(text, '\n') + 1;
        memmove(text, line, strlen(line) + 1);
    }
    for (size_t len = strlen(text); len && text[len - 1] == '\n'; len--)
        text[len - 1] = '\0';
    return text;
}

static int
fail_with_log(struct zdm_err *err, const char *log, const char *what)
{
    char *said = log_tail(log);

    zdm_fail(err, ZDM_ERR_FAILED, "the sandbox server %s", what);
    if (*said)
        zdm_err_detail(err, "it said:\n%s", said);
    free(said);
    return -1;
}

/* Until it accepts connections, or has ended. *ended: there is nothing left to stop. */
static int
wait_until_ready(const struct zdm_server_start *start, const char *log, pid_t pid, bool *ended,
    struct zdm_err *err)
{
    int64_t until = zdm_monotonic_us() + START_US;
    char *conninfo = zdm_strf("host=%s port=%d user=postgres dbname=postgres connect_timeout=5",
        start->folder, start->port);
    int rc = -1;

    for (;;) {
        if (waitpid(pid, NULL, WNOHANG) == pid) {
            *ended = true;
            fail_with_log(err, log, "ended while starting");
            break;
        }
        if (PQping(conninfo) == PQPING_OK) {
            rc = 0;
            break;
        }
        if (zdm_monotonic_us() > until) {
            fail_with_log(err, log, "did not accept connections within 60 s");
            break;
        }
        if (zdm_sleep_ms(5) < 0) {
            zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted while starting the sandbox server");
            break;
        }
    }
    free(conninfo);
    return rc;
}

/* Asks again, since a server that only just starts may not hear; SIGKILL when it has not ended after
 * patience_us. */
static void
stop(pid_t pid, int64_t patience_us)
{
    int64_t now_us = zdm_monotonic_us(), until_us = now_us + patience_us, ask_us = now_us;

    /* Not zdm_sleep_ms, which does not wait any more once ^C was pressed. */
    for (; waitpid(pid, NULL, WNOHANG) == 0; now_us = zdm_monotonic_us()) {
        if (now_us >= ask_us) {
            kill(pid, now_us >= until_us ? SIGKILL : SIGQUIT);
            ask_us = now_us + AGAIN_US;
        }
        poll(NULL, 0, 2);
    }
}

int
zdm_server_start(const struct zdm_server_start *start, pid_t *out, struct zdm_err *err)
{
    char *program = zdm_strf("%s/postgres", start->bindir);
    char *log = zdm_strf("%s/log", start->folder);
    char *own[] = {
        zdm_strf("unix_socket_directories=%s", start->folder),
        zdm_strf("port=%d", start->port),
        zdm_strf("listen_addresses=%s", start->tcp ? "127.0.0.1" : ""),
    };
    const size_t n_own = sizeof own / sizeof *own;
    const char **argv =
        zdm_alloc((2 * (N_SETTINGS + n_own + start->n_settings) + 4) * sizeof *argv);
    bool ended = false;
    pid_t pid = 0;
    size_t n = 0;

    argv[n++] = program;
    argv[n++] = "-D";
    argv[n++] = "data";
    for (size_t i = 0; i < N_SETTINGS; i++) {
        argv[n++] = "-c";
        argv[n++] = settings[i];
    }
    for (size_t i = 0; i < start->n_settings; i++) {
        argv[n++] = "-c";
        argv[n++] = start->settings[i];
    }
    for (size_t i = 0; i < n_own; i++) {
        argv[n++] = "-c";
        argv[n++] = own[i];
    }
    argv[n] = NULL;

    const struct zdm_spawn spawn = {.argv = argv,
        .env = plain_messages,
        .cwd = start->folder,
        .uid = start->user.drop_uid,
        .gid = start->user.gid,
        .output_file = log,
        .quiet_stdin = true,
        .new_session = true,
        .die_signal = SIGQUIT};
    int rc = zdm_spawn_start(&spawn, &pid, err);
    if (rc == 0) {
        rc = wait_until_ready(start, log, pid, &ended, err);
        if (rc == 0)
            *out = pid;
        else if (!ended)
            stop(pid, GIVE_UP_US);
    }

    for (size_t i = 0; i < n_own; i++)
        free(own[i]);
    free(argv);
    free(log);
    free(program);
    return rc;
}

void
zdm_server_stop(pid_t pid)
{
    stop(pid, STOP_US);
}

int
zdm_server_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int port = 0, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return 0;
    if (bind(fd, (struct sockaddr *)&address, size) == 0 &&
        getsockname(fd, (struct sockaddr *)&address, &size) == 0)
        port = ntohs(address.sin_port);
    close(fd);
    return port;
}
