#include "batch/monitor.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/signals.h"
#include "batch/reading.h"
#include "pg/retry.h"

#define FAST_US     200000
#define SLOW_US     1000000
#define PATIENCE_MS 3000 /* a server that says nothing is gone; its own timeout is a second */

struct zdm_monitor {
    pthread_t thread;
    bool running;
    struct zdm_monitor_options options;
    char *conninfo, *application, *ours; /* owned; what options points to */
    struct zdm_reading reading;          /* the thread's */
    struct zdm_backoff backoff;
    int64_t reconnect_us;

    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool stop;
    int64_t lag_ms;               /* the limit for the next rounds; -1: as it is */
    struct zdm_monitor_view view; /* what others may see */
};

/* In the order in which they are read. */
static const struct kind {
    enum zdm_signal_id id; /* read when this one is on */
    int64_t every_us;
    bool session; /* through the server */
    int (*read)(struct zdm_reading *r, struct zdm_err *err);
} kinds[] = {
    {ZDM_SIGNAL_FILE, FAST_US, false, zdm_read_file},
    {ZDM_SIGNAL_BLOCKED, FAST_US, true, zdm_read_blocked},
    {ZDM_SIGNAL_CANARY, FAST_US, true, zdm_read_canary},
    {ZDM_SIGNAL_LAG, SLOW_US, true, zdm_read_replicas},
    {ZDM_SIGNAL_SLOT, SLOW_US, true, zdm_read_slots},
    {ZDM_SIGNAL_ARCHIVE, SLOW_US, true, zdm_read_archive},
    {ZDM_SIGNAL_LOAD, SLOW_US, true, zdm_read_load},
    {ZDM_SIGNAL_DEAD, SLOW_US, true, zdm_read_horizon},
    {ZDM_SIGNAL_DEAD, SLOW_US, true, zdm_read_dead},
    {ZDM_SIGNAL_CHECKPOINTS, SLOW_US, true, zdm_read_checkpoints},
    {ZDM_SIGNAL_SQL, SLOW_US, true, zdm_read_sql},
    {ZDM_SIGNAL_URL, SLOW_US, false, zdm_read_url},
};
#define KINDS (sizeof kinds / sizeof *kinds)

void
zdm_monitor_view_release(struct zdm_monitor_view *view)
{
    free(view->trouble);
    free(view->news);
    free(view->dead);
    view->trouble = view->news = NULL;
    view->dead = NULL;
    view->n_dead = 0;
}

static void
turn_on(struct zdm_reading *r, enum zdm_signal_id id, double limit, int64_t every_us)
{
    r->now.signals[id] = (struct zdm_signal){.on = limit > 0, .limit = limit, .every_us = every_us};
}

static void
set_limits(struct zdm_reading *r, const struct zdm_limits *l)
{
    turn_on(r, ZDM_SIGNAL_LAG, (double)l->lag_ms, SLOW_US);
    turn_on(r, ZDM_SIGNAL_LAG_BYTES, (double)l->lag_bytes, SLOW_US);
    turn_on(r, ZDM_SIGNAL_SLOT, (double)l->slot_bytes, SLOW_US);
    turn_on(r, ZDM_SIGNAL_ARCHIVE, (double)l->archive_segments, SLOW_US);
    turn_on(r, ZDM_SIGNAL_BLOCKED, (double)l->blocked_ms, FAST_US);
    turn_on(r, ZDM_SIGNAL_DEAD, (double)l->dead_percent, SLOW_US);
    turn_on(r, ZDM_SIGNAL_CHECKPOINTS, (double)l->checkpoints_a_minute, SLOW_US);
    turn_on(r, ZDM_SIGNAL_SQL, l->sql ? 1 : 0, SLOW_US);
    turn_on(r, ZDM_SIGNAL_URL, l->url ? 1 : 0, SLOW_US);
    turn_on(r, ZDM_SIGNAL_FILE, l->file ? 1 : 0, FAST_US);
    turn_on(r, ZDM_SIGNAL_CHECK, l->check ? 1 : 0, SLOW_US);
}

/* What load and commits are compared with, as soon as there is a session: before the first batch, if
 * the server lets us. */
static int
take_baseline(struct zdm_reading *r, struct zdm_err *err)
{
    const struct zdm_limits *l = r->options->limits;

    if (r->baseline)
        return 0;
    turn_on(r, ZDM_SIGNAL_CANARY, (double)l->canary_times, FAST_US);
    turn_on(r, ZDM_SIGNAL_LOAD, l->load ? 1 : 0, SLOW_US);
    turn_on(r, ZDM_SIGNAL_WAITS, l->load ? 1 : 0, SLOW_US);
    if ((l->canary_times && zdm_baseline_canary(r, err) < 0) ||
        (l->load && zdm_baseline_load(r, err) < 0)) {
        turn_on(r, ZDM_SIGNAL_CANARY, 0, FAST_US);
        turn_on(r, ZDM_SIGNAL_LOAD, 0, SLOW_US);
        turn_on(r, ZDM_SIGNAL_WAITS, 0, SLOW_US);
        return -1;
    }
    r->baseline = true;
    return 0;
}

/* Both lags come from one query; dead rows tell when to vacuum. */
static bool
is_on(const struct zdm_reading *r, enum zdm_signal_id id)
{
    return r->now.signals[id].on || (id == ZDM_SIGNAL_DEAD && r->options->limits->vacuum) ||
           (id == ZDM_SIGNAL_LAG && r->now.signals[ZDM_SIGNAL_LAG_BYTES].on);
}

static int
set_session(struct zdm_reading *r, struct zdm_err *err)
{
    zdm_conn_patience(r->conn, PATIENCE_MS);
    return zdm_conn_exec(
        r->conn, "SET statement_timeout = '1s'; SET lock_timeout = '500ms'", NULL, err);
}

static int
connect_session(struct zdm_reading *r, struct zdm_err *err)
{
    int rc = r->conn ? zdm_conn_reconnect(r->conn, err)
                     : zdm_conn_open(r->options->conninfo, r->options->application, &r->conn, err);

    return rc < 0 ? -1 : set_session(r, err);
}

/* The view gets what it owns of what was read. */
static void
own_dead(struct zdm_monitor_view *view)
{
    struct zdm_dead *read = view->dead;

    view->dead = zdm_alloc((view->n_dead + 1) * sizeof *view->dead);
    for (size_t i = 0; i < view->n_dead; i++)
        view->dead[i] = read[i];
}

static void
publish(struct zdm_monitor *m, const char *trouble)
{
    struct zdm_reading *r = &m->reading;

    pthread_mutex_lock(&m->mutex);
    char *news = m->view.news;
    free(m->view.trouble);
    free(m->view.dead);
    m->view = r->now;
    own_dead(&m->view);
    m->view.trouble = zdm_strdup(trouble);
    m->view.news = news;
    if (r->news.len > 0) {
        m->view.news = zdm_strf("%s%s", news ? news : "", r->news.s);
        free(news);
        zdm_buf_clear(&r->news);
    }
    pthread_mutex_unlock(&m->mutex);
}

/* A session that can be asked? Tries again, at growing intervals, while there is none. */
static bool
connected(struct zdm_monitor *m, struct zdm_err *err)
{
    struct zdm_reading *r = &m->reading;

    if (r->conn && !zdm_conn_lost(r->conn))
        return true;
    if (zdm_monotonic_us() < m->reconnect_us)
        return false;
    zdm_err_clear(err);
    if (connect_session(r, err) == 0) {
        m->backoff.attempt = 0;
        return true;
    }
    m->reconnect_us = zdm_monotonic_us() + zdm_backoff_next(&m->backoff) * 1000;
    return false;
}

void
zdm_monitor_set_lag(struct zdm_monitor *m, int64_t lag_ms)
{
    pthread_mutex_lock(&m->mutex);
    m->lag_ms = lag_ms;
    pthread_mutex_unlock(&m->mutex);
}

/* On the thread, before a round that reads it: a limit without a reading would hold. */
static void
take_lag(struct zdm_monitor *m)
{
    pthread_mutex_lock(&m->mutex);
    struct zdm_signal *lag = &m->reading.now.signals[ZDM_SIGNAL_LAG];
    if (m->lag_ms >= 0) {
        lag->on = m->lag_ms > 0;
        lag->limit = (double)m->lag_ms;
        lag->every_us = SLOW_US;
    }
    m->lag_ms = -1;
    pthread_mutex_unlock(&m->mutex);
}

/* One round of all that is due. *err keeps what went wrong last, until a round went well. */
static void
read_all(struct zdm_monitor *m, bool slow, struct zdm_err *err)
{
    struct zdm_reading *r = &m->reading;
    struct zdm_err why = ZDM_ERR_INIT;
    bool session = connected(m, err), well = session;

    if (session && take_baseline(r, &why) < 0) {
        zdm_err_move(err, &why);
        well = false;
    }
    for (size_t i = 0; i < KINDS; i++) {
        const struct kind *kind = &kinds[i];
        if (!is_on(r, kind->id) || (!slow && kind->every_us > FAST_US))
            continue;
        if (kind->session && (!session || zdm_conn_lost(r->conn)))
            continue;
        if (kind->read(r, &why) < 0) {
            zdm_err_move(err, &why);
            well = false;
        }
    }
    if (well && slow)
        zdm_err_clear(err);
    zdm_err_release(&why);
}

/* Until the next round, or the end; true: the end. */
static bool
pause_until(struct zdm_monitor *m, int64_t us)
{
    struct timespec at = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    bool stop;

    pthread_mutex_lock(&m->mutex);
    while (!m->stop && pthread_cond_timedwait(&m->wake, &m->mutex, &at) != ETIMEDOUT)
        ;
    stop = m->stop;
    pthread_mutex_unlock(&m->mutex);
    return stop || zdm_stop_requested();
}

static void *
monitor_thread(void *self)
{
    struct zdm_monitor *m = self;
    struct zdm_err err = ZDM_ERR_INIT;
    int64_t slow_us = zdm_monotonic_us();

    for (;;) {
        int64_t now = zdm_monotonic_us();
        if (pause_until(m, now + FAST_US))
            break;
        now = zdm_monotonic_us();
        bool slow = now - slow_us >= SLOW_US;
        if (slow) {
            slow_us = now;
            take_lag(m);
        }
        read_all(m, slow, &err);
        publish(m, err.code != ZDM_OK ? err.message : NULL);
    }
    zdm_err_release(&err);
    return NULL;
}

/* As the others, but the author's SQL is looked at as it stands. */
static int
first_round(struct zdm_monitor *m, struct zdm_err *err)
{
    struct zdm_reading *r = &m->reading;
    struct zdm_err why = ZDM_ERR_INIT;
    const struct zdm_limits *l = r->options->limits;

    if (connect_session(r, &why) < 0) {
        if (why.code != ZDM_ERR_FAILED)
            goto failed;
    } else if (l->sql && zdm_read_sql(r, &why) < 0) {
        if (why.code != ZDM_ERR_FAILED ||
            zdm_retry_class(why.sqlstate, zdm_conn_lost(r->conn)) == ZDM_RETRY_NEVER)
            goto failed;
    }
    zdm_err_clear(&why);
    read_all(m, true, &why);
    publish(m, why.code != ZDM_OK ? why.message : NULL);
    zdm_err_release(&why);
    return 0;
failed:
    zdm_err_move(err, &why);
    return -1;
}

int
zdm_monitor_start(
    const struct zdm_monitor_options *options, struct zdm_monitor **out, struct zdm_err *err)
{
    struct zdm_monitor *m = zdm_alloc(sizeof *m);
    pthread_condattr_t clock;

    m->reading = (struct zdm_reading){.news = ZDM_BUF_INIT};
    m->options = *options;
    m->options.conninfo = m->conninfo = zdm_strdup(options->conninfo);
    m->options.application = m->application = zdm_strdup(options->application);
    m->options.ours = m->ours = zdm_strdup(options->ours);
    m->reading.options = &m->options;
    m->lag_ms = -1;
    m->backoff = (struct zdm_backoff){.base_ms = 200, .max_ms = 5000};
    set_limits(&m->reading, options->limits);
    pthread_mutex_init(&m->mutex, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&m->wake, &clock);
    pthread_condattr_destroy(&clock);

    if (first_round(m, err) < 0) {
        zdm_monitor_stop(m);
        return -1;
    }
    if (pthread_create(&m->thread, NULL, monitor_thread, m) != 0)
        zdm_die("cannot start a thread");
    m->running = true;
    *out = m;
    return 0;
}

void
zdm_monitor_stop(struct zdm_monitor *m)
{
    if (!m)
        return;
    if (m->running) {
        pthread_mutex_lock(&m->mutex);
        m->stop = true;
        pthread_cond_signal(&m->wake);
        pthread_mutex_unlock(&m->mutex);
        pthread_join(m->thread, NULL);
    }
    zdm_conn_close(m->reading.conn);
    zdm_buf_release(&m->reading.news);
    free(m->reading.now.dead);
    zdm_monitor_view_release(&m->view);
    pthread_cond_destroy(&m->wake);
    pthread_mutex_destroy(&m->mutex);
    free(m->conninfo);
    free(m->application);
    free(m->ours);
    free(m);
}

void
zdm_monitor_look(struct zdm_monitor *m, struct zdm_monitor_view *out)
{
    pthread_mutex_lock(&m->mutex);
    *out = m->view;
    own_dead(out);
    out->trouble = zdm_strdup(m->view.trouble);
    m->view.news = NULL;
    pthread_mutex_unlock(&m->mutex);
}
