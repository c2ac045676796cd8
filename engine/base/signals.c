#include "base/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

#include "base/mem.h"

static atomic_bool requested; /* lock-free: set by the handler, read by any thread */
static int pipe_fds[2] = {-1, -1};
static void (*volatile emergency)(void);

static void
on_signal(int signo)
{
    int saved = errno;

    (void)signo;
    if (requested) {
        if (emergency)
            emergency();
        _exit(130);
    }
    requested = true;
    if (write(pipe_fds[1], "!", 1) < 0) {
        /* The pipe can only be full, and then it is readable already. */
    }
    errno = saved;
}

void
zdm_signals_install(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    if (pipe_fds[0] >= 0)
        return;
    if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) < 0)
        zdm_die("cannot make a pipe");
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN); /* a closed reader is an error value, not a death */
}

bool
zdm_stop_requested(void)
{
    return requested;
}

void
zdm_stop_request(void)
{
    requested = true;
    if (write(pipe_fds[1], "!", 1) < 0) {
        /* As in the handler. */
    }
}

int
zdm_stop_fd(void)
{
    return pipe_fds[0];
}

void
zdm_signals_emergency(void (*hook)(void))
{
    emergency = hook;
}
