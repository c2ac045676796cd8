/* batch_child.h - a backfill in a process of its own, which may die or be stopped. */
#ifndef ZDM_TEST_BATCH_CHILD_H
#define ZDM_TEST_BATCH_CHILD_H

#include "batch_fixture.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/failpoint.h"
#include "base/signals.h"

/* Runs `child` with the fixture's plan in a process of its own, on connections of its own. Returns its wait
 * status. */
static inline int
in_child(struct fixture *f, void (*child)(struct fixture *f))
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        f->control = connect_to(f->conninfo, "zdm/test");
        child(f);
        _exit(99); /* the child says itself how it ended */
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

#ifdef ZDM_FAILPOINTS
static inline void
run_armed(struct fixture *f)
{
    zdm_failpoints_init();
    fixture_run(f);
}

/* Runs the fixture's plan in a process of its own until the failpoint kills it; fails when it does not. */
static inline void
run_until_killed(struct fixture *f, const char *failpoint)
{
    assert_int_equal(setenv("ZDM_FAILPOINT", failpoint, 1), 0);
    int status = in_child(f, run_armed);
    unsetenv("ZDM_FAILPOINT");
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        fail_msg("%s did not kill: status %d", failpoint, status);
}
#endif

static inline void *
interrupt_after_some(void *arg)
{
    struct fixture *f = arg;
    struct zdm_conn *conn = connect_to(f->conninfo, "world");
    char *some = zdm_strf("SELECT sum(rows) >= 100 FROM zdm.cursor WHERE plan = '%s'", f->plan);

    await(conn, some);
    free(some);
    kill(getpid(), SIGINT);
    return NULL;
}

/* ^C in the middle: exits with 42 when that is how the backfill ended. */
static inline void
run_until_stopped(struct fixture *f)
{
    pthread_t thread;

    zdm_signals_install();
    f->spec.pause_ms = 20;
    if (pthread_create(&thread, NULL, interrupt_after_some, f) != 0)
        _exit(1);
    pthread_detach(thread); /* it ends with the signal */
    int rc = fixture_run(f);
    _exit(rc == -1 && f->err.code == ZDM_ERR_INTERRUPTED ? 42 : 2);
}

#endif
