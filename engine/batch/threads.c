/* What the threads of a job share: its lock, waiting, and waking each other. */
#include <poll.h>

#include "base/bell.h"
#include "base/mem.h"
#include "base/signals.h"
#include "batch/loop.h"

bool
zdm_job_on_main(const struct zdm_job *job)
{
    return pthread_equal(pthread_self(), job->main) != 0;
}

void
zdm_job_lock(struct zdm_job *job)
{
    if (pthread_mutex_lock(&job->lock) != 0)
        zdm_die("cannot lock");
}

void
zdm_job_unlock(struct zdm_job *job)
{
    if (pthread_mutex_unlock(&job->lock) != 0)
        zdm_die("cannot unlock");
}

void
zdm_job_wake(struct zdm_job *job)
{
    zdm_bell_ring(job->wake_fd);
}

int
zdm_job_sleep(struct zdm_job *job, int64_t ms)
{
    int64_t until = zdm_monotonic_us() + ms * 1000;

    for (;;) {
        struct pollfd fds[2] = {
            {.fd = zdm_stop_fd(), .events = POLLIN}, {.fd = job->quit_fd, .events = POLLIN}};
        int64_t left = (until - zdm_monotonic_us() + 999) / 1000;
        if (zdm_stop_requested())
            return -1;
        if (left <= 0)
            return 0;
        if (poll(fds, 2, left > 60000 ? 60000 : (int)left) > 0 && fds[1].revents)
            return -1;
    }
}

bool
zdm_worker_surplus(const struct zdm_worker *w)
{
    return (size_t)(w - w->job->workers) >= w->job->wanted;
}

int
zdm_worker_wait_to_go_on(struct zdm_worker *w)
{
    struct zdm_job *job = w->job;

    zdm_job_lock(job);
    if (job->holding) {
        w->unclean = true; /* caches cool down */
        if (job->in_the_way)
            zdm_controller_disturbed(&w->controller);
    }
    while (job->holding && !job->quitting)
        pthread_cond_wait(&job->go_on, &job->lock);
    bool quitting = job->quitting, surplus = zdm_worker_surplus(w);
    int64_t target_ms = job->knobs[ZDM_KNOB_TARGET];
    zdm_job_unlock(job);
    if ((int64_t)w->controller.target_ms != target_ms)
        zdm_controller_aim(&w->controller, target_ms);
    if ((int64_t)w->reading.target_ms != target_ms)
        zdm_controller_aim(&w->reading, target_ms);
    if (quitting || zdm_stop_requested())
        return -1;
    return surplus ? 1 : 0;
}

void
zdm_worker_wrote(struct zdm_worker *w, int64_t wal)
{
    zdm_job_lock(w->job);
    w->job->wal += wal;
    w->job->wal_of_run += wal;
    zdm_job_unlock(w->job);
}

void
zdm_job_lost_session(struct zdm_job *job)
{
    zdm_job_lock(job);
    job->sessions_lost++;
    zdm_job_unlock(job);
}
