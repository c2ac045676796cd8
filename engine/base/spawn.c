#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/signals.h"

#define CAPTURE_MAX (64 * 1024)
#define ASK_US      1000000LL
#define GRACE_US    (5 * 1000000LL) /* from SIGTERM to SIGKILL */

/* What the child tells its parent when it could not become the program. */
struct misfire {
    int stage;
    int error;
};

enum stage { STAGE_USER, STAGE_FOLDER, STAGE_EXEC };

/* Our environment with the extra "NAME=value" in place of what they name. The array is owned, its
 * strings are borrowed. Made before the fork: the child must not allocate. */
static char **
merge_env(const char *const *extra)
{
    size_t n_extra = 0, n = 0, w = 0;

    while (extra && extra[n_extra])
        n_extra++;
    while (environ[n])
        n++;

    char **env = zdm_alloc((n + n_extra + 1) * sizeof *env);
    for (size_t i = 0; i < n; i++) {
        size_t name = strcspn(environ[i], "=") + 1;
        bool replaced = false;
        for (size_t j = 0; j < n_extra && !replaced; j++)
            replaced = strncmp(environ[i], extra[j], name) == 0;
        if (!replaced)
            env[w++] = environ[i];
    }
    for (size_t j = 0; j < n_extra; j++)
        env[w++] = (char *)(uintptr_t)extra[j]; /* execve wants char *, and does not write */
    return env;
}

/* Runs in the child, between fork and exec: async-signal-safe calls only, but for execvp, which
 * glibc keeps free of malloc. */
static _Noreturn void
become(const struct zdm_spawn *spawn, char **env, int out_fd, int report_fd, pid_t parent)
{
    struct misfire misfire = {STAGE_USER, 0};
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigset_t none;

    /* Our handlers write into the stop pipe that the parent reads; signals are still blocked. */
    sigaction(SIGINT, &standard, NULL);
    sigaction(SIGTERM, &standard, NULL);
    sigaction(SIGHUP, &standard, NULL);
    sigaction(SIGPIPE, &standard, NULL);
    if (spawn->new_session)
        setsid();
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    if (spawn->uid != 0 && geteuid() == 0 &&
        (setgroups(1, &spawn->gid) < 0 || setgid(spawn->gid) < 0 || setuid(spawn->uid) < 0))
        goto failed;
    /* After setuid, which clears it. A parent that died before this line can no longer tell. */
    if (spawn->die_signal) {
        prctl(PR_SET_PDEATHSIG, spawn->die_signal);
        if (getppid() != parent)
            _exit(127);
    }

    misfire.stage = STAGE_FOLDER;
    if (spawn->cwd && chdir(spawn->cwd) < 0)
        goto failed;
    if (spawn->quiet_stdin) {
        int null = open("/dev/null", O_RDONLY);
        if (null < 0 || dup2(null, STDIN_FILENO) < 0)
            goto failed;
        if (null > STDERR_FILENO)
            close(null);
    }
    int err_fd = spawn->drop_stderr ? open("/dev/null", O_WRONLY | O_CLOEXEC) : out_fd;
    if (out_fd >= 0 && (dup2(out_fd, STDOUT_FILENO) < 0 || dup2(err_fd, STDERR_FILENO) < 0))
        goto failed;

    misfire.stage = STAGE_EXEC;
    environ = env; /* execvp searches the PATH that the program will see */
    execvp(spawn->argv[0], (char *const *)(uintptr_t)spawn->argv);

failed:
    misfire.error = errno;
    if (write(report_fd, &misfire, sizeof misfire) < 0)
        _exit(126);
    _exit(127);
}

static int
report_misfire(const struct zdm_spawn *spawn, struct misfire misfire, struct zdm_err *err)
{
    errno = misfire.error;
    if (misfire.stage == STAGE_USER) {
        zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot run \"%s\" as user id %lu", spawn->argv[0],
            (unsigned long)spawn->uid);
        return zdm_err_hint(
            err, "run zdm as an ordinary user: here even root may not change to another user");
    }
    if (misfire.stage == STAGE_FOLDER)
        return zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot run \"%s\" in folder \"%s\"",
            spawn->argv[0], spawn->cwd ? spawn->cwd : ".");
    zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot run \"%s\"", spawn->argv[0]);
    if (misfire.error == ENOENT)
        return zdm_err_hint(err, "install it, or put its folder into PATH");
    if (misfire.error == EACCES && spawn->uid != 0 && geteuid() == 0)
        return zdm_err_hint(err, "it runs as user id %lu, who must be able to reach and run it",
            (unsigned long)spawn->uid);
    return -1;
}

/* Forks and waits until the program runs. out_fd (-1: ours) becomes its stdout and stderr. */
static int
start(const struct zdm_spawn *spawn, int out_fd, pid_t *out, struct zdm_err *err)
{
    int report[2];
    struct misfire misfire;
    sigset_t all, before;
    pid_t parent = getpid();

    if (pipe2(report, O_CLOEXEC) < 0)
        return zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot run \"%s\"", spawn->argv[0]);

    char **env = merge_env(spawn->env);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0)
        become(spawn, env, out_fd, report[1], parent);
    int fork_errno = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    free(env);
    close(report[1]);
    if (pid < 0) {
        close(report[0]);
        errno = fork_errno;
        return zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot run \"%s\"", spawn->argv[0]);
    }

    ssize_t n;
    do
        n = read(report[0], &misfire, sizeof misfire);
    while (n < 0 && errno == EINTR);
    close(report[0]);
    if (n == (ssize_t)sizeof misfire) {
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
        return report_misfire(spawn, misfire, err);
    }
    *out = pid;
    return 0;
}

int
zdm_spawn_start(const struct zdm_spawn *spawn, pid_t *pid, struct zdm_err *err)
{
    int fd = -1;

    if (spawn->output_file) {
        fd = open(spawn->output_file, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
            return zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot write \"%s\"", spawn->output_file);
    }
    int rc = start(spawn, fd, pid, err);
    if (fd >= 0)
        close(fd);
    return rc;
}

/* Takes in what is there, at most what a pipe holds several times over, so that a program that
 * never stops writing cannot keep us from its deadline. False at the end of the stream. Keeps the
 * last CAPTURE_MAX bytes. */
static bool
take_output(int fd, struct zdm_buf *tail)
{
    char chunk[8192];

    for (int i = 0; i < 64; i++) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        if (n == 0)
            return false;
        zdm_buf_addn(tail, chunk, (size_t)n);
        if (tail->len > 2 * CAPTURE_MAX) {
            memmove(tail->s, tail->s + tail->len - CAPTURE_MAX, CAPTURE_MAX);
            tail->len = CAPTURE_MAX;
            tail->s[tail->len] = '\0';
        }
    }
    return true;
}

/* How a run that was started is going. */
struct watch {
    pid_t pid;
    bool group;  /* signals go to its process group */
    int exit_fd; /* pidfd: readable when the child has ended; -1 on old kernels: we look often */
    int out_fd;  /* the captured output, -1 when there is none (any more) */
    int64_t deadline_us;    /* 0: none */
    int64_t tick_us;        /* when spawn->tick is due; 0: it is not wanted */
    int64_t ask_us;         /* when spawn->stopped is asked next; 0: there is none */
    int64_t kill_us;        /* when SIGTERM becomes SIGKILL; 0 while nobody asked it to end */
    bool stopped, too_late; /* why it was asked to end */
};

static void
tell(const struct watch *watch, int signo)
{
    kill(watch->group ? -watch->pid : watch->pid, signo);
}

static void
ask_to_end(struct watch *watch, int64_t now)
{
    tell(watch, SIGTERM);
    watch->kill_us = now + GRACE_US;
}

/* Waits for the next thing to happen: output, the end, ^C, a deadline. */
static void
pause_until_event(const struct watch *watch)
{
    int64_t until = watch->kill_us ? watch->kill_us : watch->deadline_us;
    if (watch->tick_us && (!until || watch->tick_us < until))
        until = watch->tick_us;
    if (watch->ask_us && !watch->kill_us && (!until || watch->ask_us < until))
        until = watch->ask_us;
    int64_t wait_ms = until ? (until - zdm_monotonic_us() + 999) / 1000 : 60000;
    struct pollfd fds[3];
    nfds_t n = 0;

    if (watch->exit_fd >= 0)
        fds[n++] = (struct pollfd){.fd = watch->exit_fd, .events = POLLIN};
    else if (wait_ms > 10)
        wait_ms = 10;
    if (watch->out_fd >= 0)
        fds[n++] = (struct pollfd){.fd = watch->out_fd, .events = POLLIN};
    if (!watch->kill_us && zdm_stop_fd() >= 0)
        fds[n++] = (struct pollfd){.fd = zdm_stop_fd(), .events = POLLIN};
    poll(fds, n, wait_ms < 0 ? 0 : wait_ms > 60000 ? 60000 : (int)wait_ms);
}

static void
tick_when_due(const struct zdm_spawn *spawn, struct watch *watch)
{
    if (!spawn->tick_ms || (watch->tick_us && zdm_monotonic_us() < watch->tick_us))
        return;
    if (watch->tick_us)
        spawn->tick(spawn->tick_self);
    watch->tick_us = zdm_monotonic_us() + spawn->tick_ms * 1000;
}

static bool
is_stopped(const struct zdm_spawn *spawn, struct watch *watch, int64_t now)
{
    if (zdm_stop_requested())
        return true;
    if (!watch->ask_us || now < watch->ask_us)
        return false;
    bool stopped = spawn->stopped(spawn->stopped_self);
    watch->ask_us = zdm_monotonic_us() + ASK_US;
    return stopped;
}

/* Until the child has ended; returns its wait status. */
static int
watch_child(const struct zdm_spawn *spawn, struct watch *watch, struct zdm_buf *tail)
{
    for (;;) {
        int status;
        if (waitpid(watch->pid, &status, WNOHANG) == watch->pid)
            return status;
        tick_when_due(spawn, watch);

        int64_t now = zdm_monotonic_us();
        if (watch->kill_us) {
            if (now >= watch->kill_us) {
                tell(watch, SIGKILL);
                watch->kill_us = now + GRACE_US;
            }
        } else if (is_stopped(spawn, watch, now)) {
            watch->stopped = true;
            ask_to_end(watch, now);
        } else if (watch->deadline_us && now >= watch->deadline_us) {
            watch->too_late = true;
            ask_to_end(watch, now);
        }
        pause_until_event(watch);
        if (watch->out_fd >= 0 && !take_output(watch->out_fd, tail)) {
            close(watch->out_fd);
            watch->out_fd = -1;
        }
    }
}

int
zdm_spawn_wait(const struct zdm_spawn *spawn, int *exit_status, char **output, struct zdm_err *err)
{
    struct zdm_buf tail = ZDM_BUF_INIT;
    struct watch watch = {.group = spawn->new_session, .exit_fd = -1, .out_fd = -1};
    int rc = -1, fds[2] = {-1, -1};

    if (zdm_stop_requested())
        return zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted before \"%s\"", spawn->argv[0]);
    if (spawn->capture && pipe2(fds, O_CLOEXEC) < 0)
        return zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot run \"%s\"", spawn->argv[0]);

    int started = spawn->capture ? start(spawn, fds[1], &watch.pid, err)
                                 : zdm_spawn_start(spawn, &watch.pid, err);
    if (fds[1] >= 0)
        close(fds[1]);
    watch.out_fd = fds[0];
    if (started < 0)
        goto out;
    if (watch.out_fd >= 0)
        fcntl(watch.out_fd, F_SETFL, O_NONBLOCK);
    watch.exit_fd = (int)syscall(SYS_pidfd_open, watch.pid, 0);
    if (spawn->stopped)
        watch.ask_us = zdm_monotonic_us() + ASK_US;
    if (spawn->timeout_ms)
        watch.deadline_us = zdm_monotonic_us() + spawn->timeout_ms * 1000;

    int status = watch_child(spawn, &watch, &tail);
    /* What it wrote last; never to the end of the stream, which its own children may hold. */
    if (watch.out_fd >= 0)
        take_output(watch.out_fd, &tail);
    if (tail.len > CAPTURE_MAX) {
        memmove(tail.s, tail.s + tail.len - CAPTURE_MAX, CAPTURE_MAX + 1);
        tail.len = CAPTURE_MAX;
    }

    /* ^C at a terminal reaches the child too: it may be gone before we look. */
    if (watch.stopped || (WIFSIGNALED(status) && zdm_stop_requested())) {
        zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted while \"%s\" was running", spawn->argv[0]);
        goto out;
    }
    if (watch.too_late) {
        zdm_fail(err, ZDM_ERR_FAILED, "\"%s\" was still running after %lld ms and was ended",
            spawn->argv[0], (long long)spawn->timeout_ms);
        if (tail.len)
            zdm_err_detail(err, "%s", tail.s);
        goto out;
    }
    *exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (output)
        *output = zdm_buf_take(&tail);
    rc = 0;

out:
    if (watch.out_fd >= 0)
        close(watch.out_fd);
    if (watch.exit_fd >= 0)
        close(watch.exit_fd);
    zdm_buf_release(&tail);
    return rc;
}
