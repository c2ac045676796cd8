#include "run/lock_watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"

enum {
    FIRST_LOOK_US = 30 * 1000, /* most locks are free: those are not worth a session */
    LOOK_EVERY_MS = 25,        /* doubling: who waits for long is looked at rarely */
    LOOK_MOST_MS = 150,
    PATIENCE_MS = 3000,
};

struct zdm_lock_watch {
    pthread_t thread;
    char *conninfo, *application;
    struct zdm_conn *conn; /* the thread's; NULL: none was needed yet */

    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool stop;
    int pid;       /* 0: nobody is to be looked at */
    unsigned turn; /* counts tries: a look of an earlier one is of no use */
    struct zdm_lock_sight sight;
};

void
zdm_lock_sight_release(struct zdm_lock_sight *sight)
{
    zdm_lock_queue_release(&sight->queue);
    free(sight->trouble);
    *sight = (struct zdm_lock_sight){.waited = false};
}

static int
look(struct zdm_lock_watch *w, int pid, struct zdm_lock_queue *queue, struct zdm_err *err)
{
    if (!w->conn || zdm_conn_lost(w->conn)) {
        int rc = w->conn ? zdm_conn_reconnect(w->conn, err)
                         : zdm_conn_open(w->conninfo, w->application, &w->conn, err);
        if (rc < 0)
            return -1;
        zdm_conn_patience(w->conn, PATIENCE_MS);
        if (zdm_conn_exec(w->conn, "SET statement_timeout = '1s'", NULL, err) < 0)
            return -1;
    }
    return zdm_lock_queue_look(w->conn, pid, queue, err);
}

/* Takes the queue. The longest one behind us is kept: at the end of a try it may have gone. */
static void
note(struct zdm_lock_sight *sight, struct zdm_lock_queue *queue)
{
    struct zdm_lock_queue *old = &sight->queue;

    sight->waited = queue->blockers.count > 0 || queue->prepared;
    if (!sight->waited) {
        zdm_lock_queue_release(queue);
        return;
    }
    if (old->n_behind > queue->n_behind) {
        struct zdm_blockers behind = queue->behind;
        queue->behind = old->behind;
        queue->n_behind = old->n_behind;
        old->behind = behind;
    }
    if (old->behind_ms > queue->behind_ms)
        queue->behind_ms = old->behind_ms;
    zdm_lock_queue_release(old);
    *old = *queue;
}

/* With the mutex held; false: the end of the try, or of the watch, came first. */
static bool
wait_for_look(struct zdm_lock_watch *w, unsigned turn, int64_t us)
{
    int64_t until = zdm_monotonic_us() + us;
    struct timespec at = {.tv_sec = until / 1000000, .tv_nsec = until % 1000000 * 1000};

    while (!w->stop && w->pid && w->turn == turn)
        if (pthread_cond_timedwait(&w->wake, &w->mutex, &at) == ETIMEDOUT)
            return true;
    return false;
}

/* One try, with the mutex held but while it looks. */
static void
watch_try(struct zdm_lock_watch *w)
{
    unsigned turn = w->turn;
    int pid = w->pid;
    int64_t pause_ms = LOOK_EVERY_MS;

    for (int64_t us = FIRST_LOOK_US; wait_for_look(w, turn, us); us = pause_ms * 1000) {
        struct zdm_lock_queue queue;
        struct zdm_err err = ZDM_ERR_INIT;
        pthread_mutex_unlock(&w->mutex);
        int rc = look(w, pid, &queue, &err);
        pthread_mutex_lock(&w->mutex);
        pause_ms = pause_ms * 2 < LOOK_MOST_MS ? pause_ms * 2 : LOOK_MOST_MS;
        if (w->turn == turn && w->pid) {
            free(w->sight.trouble);
            w->sight.trouble = rc < 0 ? zdm_strdup(err.message) : NULL;
            if (rc == 0)
                note(&w->sight, &queue);
        } else if (rc == 0) {
            zdm_lock_queue_release(&queue);
        }
        zdm_err_release(&err);
    }
}

static void *
watch_thread(void *self)
{
    struct zdm_lock_watch *w = self;

    pthread_mutex_lock(&w->mutex);
    while (!w->stop) {
        if (w->pid)
            watch_try(w);
        else
            pthread_cond_wait(&w->wake, &w->mutex);
    }
    pthread_mutex_unlock(&w->mutex);
    return NULL;
}

struct zdm_lock_watch *
zdm_lock_watch_new(const char *conninfo, const char *application)
{
    struct zdm_lock_watch *w = zdm_alloc(sizeof *w);
    pthread_condattr_t clock;

    w->conninfo = zdm_strdup(conninfo);
    w->application = zdm_strdup(application);
    pthread_mutex_init(&w->mutex, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&w->wake, &clock);
    pthread_condattr_destroy(&clock);
    if (pthread_create(&w->thread, NULL, watch_thread, w) != 0)
        zdm_die("cannot start a thread");
    return w;
}

void
zdm_lock_watch_free(struct zdm_lock_watch *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->mutex);
    w->stop = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->mutex);
    pthread_join(w->thread, NULL);
    zdm_conn_close(w->conn);
    zdm_lock_sight_release(&w->sight);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->mutex);
    free(w->conninfo);
    free(w->application);
    free(w);
}

void
zdm_lock_watch_begin(struct zdm_lock_watch *w, int pid)
{
    pthread_mutex_lock(&w->mutex);
    w->pid = pid;
    w->turn++;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->mutex);
}

void
zdm_lock_watch_end(struct zdm_lock_watch *w, struct zdm_lock_sight *out)
{
    pthread_mutex_lock(&w->mutex);
    w->pid = 0;
    *out = w->sight;
    w->sight = (struct zdm_lock_sight){.waited = false};
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->mutex);
}
