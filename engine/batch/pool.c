#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/bell.h"
#include "base/mem.h"
#include "base/signals.h"
#include "batch/loop.h"

/* Rows of a part of a sweep. It locks nobody out, so it may be large where reading is fast. */
enum { READ_LEAST = 10, READ_MOST = 1000000 };

void
zdm_job_init(struct zdm_job *job)
{
    if (pthread_mutex_init(&job->lock, NULL) != 0 || pthread_cond_init(&job->go_on, NULL) != 0 ||
        pthread_mutex_init(&job->set_aside, NULL) != 0)
        zdm_die("cannot make a lock");
    job->main = pthread_self();
    job->quit_fd = zdm_bell_new();
    job->wake_fd = zdm_bell_new();
    zdm_job_as_planned(job);
    job->workers = zdm_alloc(ZDM_WORKERS_MAX * sizeof *job->workers);
    for (size_t i = 0; i < ZDM_WORKERS_MAX; i++) {
        job->workers[i] = (struct zdm_worker){.job = job, .fault.set_index = -1};
        zdm_controller_init(&job->workers[i].controller, job->spec->target_ms, job->spec->batch_min,
            job->spec->batch_max);
        zdm_controller_init(&job->workers[i].reading, job->spec->target_ms, READ_LEAST, READ_MOST);
    }
}

static void
release_worker(struct zdm_worker *w)
{
    zdm_conn_close(w->conn);
    zdm_ranges_clear(&w->ranges);
    zdm_cuts_clear(&w->cuts);
    zdm_spot_release(&w->at);
    zdm_spot_release(&w->to);
    free(w->bound);
    free(w->stuck.waiting);
    if (w->mapper.self)
        w->mapper.free(w->mapper.self);
    zdm_map_release(&w->map);
}

void
zdm_job_release(struct zdm_job *job)
{
    for (size_t i = 0; i < ZDM_WORKERS_MAX; i++)
        release_worker(&job->workers[i]);
    free(job->workers);
    for (size_t i = 0; i < job->n_notes; i++) {
        free(job->notes[i].level);
        free(job->notes[i].kind);
        free(job->notes[i].message);
    }
    free(job->notes);
    free(job->slices);
    zdm_sweep_release(&job->sweep);
    free(job->pos);
    free(job->bound);
    free(job->holding);
    free(job->paused);
    free(job->stuck.waiting);
    free(job->conninfo);
    zdm_err_release(&job->failure);
    zdm_job_drop_tables(job, 0);
    free(job->tables);
    close(job->quit_fd);
    close(job->wake_fd);
    pthread_cond_destroy(&job->go_on);
    pthread_mutex_destroy(&job->lock);
    pthread_mutex_destroy(&job->set_aside);
}

static void
quit(struct zdm_job *job)
{
    zdm_job_lock(job);
    job->quitting = true;
    pthread_cond_broadcast(&job->go_on);
    zdm_job_unlock(job);
    zdm_bell_ring(job->quit_fd);
}

/* The first failure counts: those of the others follow from it. */
static void
ended(struct zdm_worker *w, int rc, struct zdm_err *err)
{
    struct zdm_job *job = w->job;

    zdm_job_lock(job);
    if (rc < 0 && w->behind && err->code == ZDM_ERR_MISMATCH)
        job->behind = true;
    bool stops = job->behind && (w->behind || err->code == ZDM_ERR_INTERRUPTED);
    if (rc < 0 && !stops && job->failure.code == ZDM_OK) {
        zdm_err_move(&job->failure, err);
        job->fault = w->fault;
    }
    job->running--;
    w->running = w->seeking = false;
    bool surplus = zdm_worker_surplus(w);
    zdm_job_unlock(job);
    if (surplus) {
        zdm_conn_close(w->conn);
        w->conn = NULL;
    }
    zdm_err_release(err);
    zdm_job_wake(job);
}

/* One session more than the server has to give is no reason to stop the others. */
static bool
without_session(struct zdm_worker *w, struct zdm_err *err)
{
    bool alone = w == w->job->workers;

    if (w->conn || zdm_worker_open(w, err) == 0)
        return false;
    if (alone || err->code != ZDM_ERR_FAILED)
        return true;
    zdm_job_lock(w->job);
    w->barred = true;
    zdm_job_unlock(w->job);
    zdm_job_note(w->job, "warning", "note", "going on with fewer workers: %s", err->message);
    zdm_err_clear(err);
    return true;
}

static void *
drive(void *arg)
{
    struct zdm_worker *w = arg;
    struct zdm_err err = ZDM_ERR_INIT;
    int rc;

    if (without_session(w, &err))
        rc = err.code == ZDM_OK ? 0 : -1;
    else
        rc = zdm_worker_run(w, &err);
    ended(w, rc, &err);
    return NULL;
}

static size_t
slices_open(const struct zdm_job *job)
{
    size_t open = 0;

    if (job->sweep.on)
        return zdm_sweep_open(job);
    for (size_t i = 0; i < job->n_slices; i++)
        open += job->slices[i].state == ZDM_SLICE_OPEN;
    return open;
}

static size_t
may_start(struct zdm_job *job)
{
    zdm_job_lock(job);
    size_t n = slices_open(job) > 0 ? job->wanted : 0;
    zdm_job_unlock(job);
    return n;
}

/* Of a map: each worker has a function of its own. False, with the job's failure, when there is none. */
static bool
make_mappers(struct zdm_job *job)
{
    size_t n = job->spec->action == ZDM_BACKFILL_MAP ? may_start(job) : 0;
    struct zdm_err err = ZDM_ERR_INIT;

    for (size_t i = 0; i < n; i++) {
        struct zdm_worker *w = &job->workers[i];
        if (w->mapper.self || job->hooks->mapper(job->hooks->self, &w->mapper, &err) == 0)
            continue;
        zdm_job_lock(job);
        if (job->failure.code == ZDM_OK)
            zdm_err_move(&job->failure, &err);
        zdm_job_unlock(job);
        zdm_err_release(&err);
        return false;
    }
    return true;
}

/* As many as are wanted; one that has nothing to take is not started. */
static void
start_workers(struct zdm_job *job)
{
    bool start[ZDM_WORKERS_MAX] = {false}, map = job->spec->action == ZDM_BACKFILL_MAP;

    if (!make_mappers(job))
        return;

    zdm_job_lock(job);
    size_t open = slices_open(job);
    for (size_t i = 0; i < ZDM_WORKERS_MAX && open > 0; i++)
        open -= job->workers[i].seeking;
    for (size_t i = 0; i < job->wanted && open > 0; i++) {
        struct zdm_worker *w = &job->workers[i];
        if (w->running || w->barred || (map && !w->mapper.self))
            continue;
        start[i] = w->running = w->seeking = true;
        job->running++;
        open--;
    }
    zdm_job_unlock(job);

    for (size_t i = 0; i < ZDM_WORKERS_MAX; i++) {
        struct zdm_worker *w = &job->workers[i];
        if (!start[i])
            continue;
        if (w->joinable)
            pthread_join(w->thread, NULL);
        if (pthread_create(&w->thread, NULL, drive, w) != 0)
            zdm_die("cannot start a thread");
        w->joinable = true;
    }
}

/* Sleeps until something happened: a worker has ended or speaks, somebody asks for something, ^C, a
 * tick. */
static void
wait_for_news(struct zdm_job *job, bool quitting, int64_t ms)
{
    bool steered = !quitting && job->hooks->steer;
    struct pollfd fds[3] = {{.fd = job->wake_fd, .events = POLLIN},
        {.fd = quitting ? -1 : zdm_stop_fd(), .events = POLLIN},
        {.fd = steered ? job->hooks->steer_fd : -1, .events = POLLIN}};

    if (poll(fds, 3, (int)ms) > 0 && fds[0].revents)
        zdm_bell_silence(job->wake_fd);
}

/* While workers run: their words, the signals, what people ask for, ^C, and the end. */
static int
attend(struct zdm_job *job, struct zdm_err *err)
{
    bool quitting = false, started = false;
    int64_t again_ms = 100;
    int rc = 0;

    for (;;) {
        zdm_job_lock(job);
        bool failed = job->failure.code != ZDM_OK || job->behind;
        zdm_job_unlock(job);

        zdm_job_tell(job, false);
        if (!quitting && !failed && !zdm_stop_requested()) {
            rc = zdm_job_steer(job, err);
            if (rc == 0 && !job->cancelled)
                rc = zdm_job_hold(job, &again_ms, err);
            if (rc == 0 && !job->cancelled)
                rc = zdm_job_watch_hot(job, err);
            if (rc == 0 && !job->cancelled && started && job->sweep.on && !job->analyzed &&
                job->knobs[ZDM_KNOB_WORKERS] > 1 && zdm_job_analyze(job, err) < 0)
                rc = zdm_control_again(job, err);
        }
        if (!quitting && (failed || rc < 0 || job->cancelled || zdm_stop_requested())) {
            quit(job);
            quitting = true;
        }
        if (!quitting)
            start_workers(job);
        started = true;

        /* The last one that ran may have left its slice just now, for another to go on with it. */
        zdm_job_lock(job);
        bool idle = job->running == 0 && (quitting || slices_open(job) == 0);
        zdm_job_unlock(job);
        if (idle)
            return rc;
        wait_for_news(job, quitting, again_ms);
    }
}

int
zdm_job_run(struct zdm_job *job, struct zdm_err *err)
{
    if (zdm_stop_requested())
        return zdm_job_stopped(job, err);
    job->quitting = false;
    zdm_bell_silence(job->quit_fd);
    for (size_t i = 0; i < ZDM_WORKERS_MAX; i++)
        job->workers[i].barred = false;
    int rc = attend(job, err);
    for (size_t i = 0; i < ZDM_WORKERS_MAX; i++) {
        if (job->workers[i].joinable)
            pthread_join(job->workers[i].thread, NULL);
        job->workers[i].joinable = false;
    }
    if (rc < 0)
        return -1;
    if (job->failure.code != ZDM_OK) {
        zdm_err_move(err, &job->failure);
        return -1;
    }
    zdm_job_tell(job, false);
    return (zdm_stop_requested() || job->cancelled) && slices_open(job) > 0
               ? zdm_job_stopped(job, err)
               : 0;
}
