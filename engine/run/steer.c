#include "run/steer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bell.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/listener.h"
#include "base/signals.h"
#include "run/session.h"

#define LOOK_EVERY_US 1000000

struct zdm_steer {
    struct zdm_listener *listener; /* NULL: no socket could be made */
    int news_fd;                   /* readable: an order has come */
    int64_t epoch;
    const char *where; /* view */

    pthread_mutex_t lock;
    struct zdm_control control; /* the row, with the orders applied that are not stored yet */
    struct zdm_order *orders;   /* those, in their order */
    size_t n_orders;
    char *live; /* see zdm_session_live */

    /* Of the main thread. */
    int64_t looked_us;
    struct zdm_control told; /* what was last told of */
    char *paused;            /* words about it; NULL: it is not paused */
    char *cancelled_by;
};

/* --- on the listener's thread -------------------------------------------------------- */

static void
obey(struct zdm_steer *st, struct zdm_order *order, struct zdm_steered *out)
{
    order->epoch = st->epoch;
    pthread_mutex_lock(&st->lock);
    out->changed = zdm_control_apply(&st->control, order);
    if (out->changed) {
        if (order->kind == ZDM_ORDER_PAUSE)
            st->control.paused_ms = zdm_now_ms();
        st->orders = zdm_grow(st->orders, st->n_orders + 1, sizeof *st->orders);
        st->orders[st->n_orders++] = *order;
        zdm_order_init(order, order->kind); /* taken */
    }
    zdm_control_copy(&out->control, &st->control);
    pthread_mutex_unlock(&st->lock);
    zdm_bell_ring(st->news_fd);
}

static char *
answer_live(struct zdm_steer *st)
{
    pthread_mutex_lock(&st->lock);
    char *line = zdm_strdup(st->live ? st->live : "{}");
    pthread_mutex_unlock(&st->lock);
    return line;
}

void
zdm_session_live(struct zdm_session *s, char *line)
{
    struct zdm_steer *st = s->steer;
    if (!st) {
        free(line);
        return;
    }
    pthread_mutex_lock(&st->lock);
    free(st->live);
    st->live = line;
    pthread_mutex_unlock(&st->lock);
}

static char *
answer(void *self, const char *line)
{
    struct zdm_steer *st = self;
    if (strcmp(line, ZDM_ASK_LIVE) == 0)
        return answer_live(st);
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_order order;
    struct zdm_steered steered = {.running = true, .socket = true};
    char *reply;
    zdm_order_init(&order, ZDM_ORDER_TUNE);
    zdm_control_init(&steered.control);
    if (zdm_order_parse(line, &order, &err) < 0) {
        reply = zdm_steer_error_line(&err);
        zdm_err_release(&err);
    } else {
        bool now = order.kind == ZDM_ORDER_CANCEL && order.now;
        obey(st, &order, &steered);
        steered.where = zdm_strdup(st->where);
        reply = zdm_steered_line(&steered);
        if (now)
            zdm_stop_request();
    }
    zdm_order_release(&order);
    zdm_steered_release(&steered);
    return reply;
}

/* --- on the main thread ------------------------------------------------------------------ */

static char *
pause_words(const struct zdm_control *c)
{
    return c->paused_note ? zdm_strf("paused by %s: %s", c->paused_by, c->paused_note)
                          : zdm_strf("paused by %s", c->paused_by);
}

int
zdm_session_check_paused(struct zdm_session *s, struct zdm_err *err)
{
    struct zdm_control control;
    char since[32];
    zdm_control_init(&control);
    if (zdm_control_read(s->conn, s->plan->name, &control, err) < 0)
        return -1;
    if (!control.paused_by) {
        zdm_control_release(&control);
        return 0;
    }
    char *words = pause_words(&control);
    zdm_fail(err, ZDM_ERR_PAUSED, "plan \"%s\" is %s", s->plan->name, words);
    zdm_err_detail(err, "since %s", zdm_iso8601(control.paused_ms, since));
    zdm_err_hint(err, "zdm resume %s ends the pause; then run it again", s->plan->file);
    free(words);
    zdm_control_release(&control);
    return -1;
}

static void
listen_for_orders(struct zdm_session *s)
{
    struct zdm_steer *st = s->steer;
    struct zdm_ledger_socket *old = NULL;
    struct zdm_err err = ZDM_ERR_INIT;
    size_t n = 0;
    char route[65];
    if (zdm_ledger_socket_list(s->ledger, s->plan->name, &old, &n, &err) < 0)
        goto out;
    for (size_t i = 0; i < n; i++)
        zdm_listener_sweep(old[i].socket);
    zdm_ledger_socket_list_free(old, n);
    if (zdm_listener_open(answer, st, &st->listener, &err) < 0)
        goto out;
    zdm_steer_route(s->options->conninfo, route);
    zdm_ledger_run_socket(s->ledger, s->ledger_run, zdm_listener_path(st->listener), route, &err);
out:
    if (err.code != ZDM_OK)
        zdm_session_say(s, ZDM_EVENT_NOTE, "warning", NULL,
            "no socket to steer this run by (%s): zdm pause and others go through the database",
            err.message);
    zdm_err_release(&err);
}

int
zdm_session_steer_open(struct zdm_session *s, struct zdm_err *err)
{
    struct zdm_steer *st = zdm_alloc(sizeof *st);
    *st = (struct zdm_steer){.epoch = s->epoch, .where = zdm_conn_where(s->conn)};
    zdm_control_init(&st->control);
    zdm_control_init(&st->told);
    st->news_fd = zdm_bell_new();
    if (pthread_mutex_init(&st->lock, NULL) != 0)
        zdm_die("cannot make a lock");
    s->steer = st;
    while (zdm_control_read(s->conn, s->plan->name, &st->control, err) < 0)
        if (zdm_session_again(s, err) < 0)
            return -1;
    listen_for_orders(s);
    return zdm_session_look(s, err);
}

void
zdm_session_steer_close(struct zdm_session *s)
{
    struct zdm_steer *st = s->steer;
    if (!st)
        return;
    if (st->listener) {
        struct zdm_err err = ZDM_ERR_INIT;
        if (zdm_ledger_run_socket(s->ledger, s->ledger_run, NULL, NULL, &err) < 0 &&
            s->ledger_err.code == ZDM_OK)
            zdm_err_move(&s->ledger_err, &err);
        zdm_err_release(&err);
    }
    zdm_listener_close(st->listener);
    for (size_t i = 0; i < st->n_orders; i++)
        zdm_order_release(&st->orders[i]);
    free(st->orders);
    free(st->live);
    zdm_control_release(&st->control);
    zdm_control_release(&st->told);
    free(st->paused);
    free(st->cancelled_by);
    pthread_mutex_destroy(&st->lock);
    close(st->news_fd);
    free(st);
    s->steer = NULL;
}

/* Who, from what, to what: an event a change. */
static void
tell_changes(struct zdm_session *s, const struct zdm_control *now)
{
    struct zdm_steer *st = s->steer;
    const struct zdm_control *before = &st->told;
    const char *who = now->who ? now->who : "somebody unknown";
    struct zdm_buf knobs = ZDM_BUF_INIT;
    char old[48], new[48];
    if (now->paused_by && !before->paused_by)
        zdm_session_say(s, ZDM_EVENT_PAUSED, "warning", NULL, "%s", st->paused);
    if (!now->paused_by && before->paused_by)
        zdm_session_say(s, ZDM_EVENT_RESUMED, "info", NULL, "resumed by %s", who);
    for (int i = 0; i < ZDM_KNOBS; i++)
        if (now->knobs[i] != before->knobs[i])
            zdm_buf_addf(&knobs, "%s%s from %s to %s", knobs.len ? ", " : "", zdm_knobs[i].option,
                zdm_knob_show((enum zdm_knob)i, before->knobs[i], old),
                zdm_knob_show((enum zdm_knob)i, now->knobs[i], new));
    if (knobs.len)
        zdm_session_say(s, ZDM_EVENT_TUNED, "info", NULL, "tuned by %s: %s", who, knobs.s);
    zdm_buf_release(&knobs);
    if (now->cancel_epoch == st->epoch && !st->cancelled_by) {
        st->cancelled_by = zdm_strdup(who);
        zdm_session_say(s, ZDM_EVENT_CANCELLED, "warning", NULL, "cancelled by %s%s", who,
            now->cancel_now ? ", at once" : "");
        if (now->cancel_now)
            zdm_stop_request();
    }
}

/* Takes over the row, and the orders that are not in it yet. Takes row. */
static void
adopt(struct zdm_session *s, struct zdm_control *row)
{
    struct zdm_steer *st = s->steer;
    pthread_mutex_lock(&st->lock);
    for (size_t i = 0; i < st->n_orders; i++)
        zdm_control_apply(row, &st->orders[i]);
    zdm_control_release(&st->control);
    st->control = *row;
    struct zdm_control now;
    zdm_control_init(&now);
    zdm_control_copy(&now, row);
    pthread_mutex_unlock(&st->lock);

    free(st->paused);
    st->paused = now.paused_by ? pause_words(&now) : NULL;
    tell_changes(s, &now);
    zdm_control_release(&st->told);
    st->told = now;
}

/* The first order that is not stored yet, as a copy; false: there is none. */
static bool
next_order(struct zdm_steer *st, struct zdm_order *out)
{
    pthread_mutex_lock(&st->lock);
    bool found = st->n_orders > 0;
    if (found) {
        *out = st->orders[0];
        out->who = zdm_strdup(out->who);
        out->note = zdm_strdup(out->note);
    }
    pthread_mutex_unlock(&st->lock);
    return found;
}

static void
drop_first_order(struct zdm_steer *st)
{
    pthread_mutex_lock(&st->lock);
    zdm_order_release(&st->orders[0]);
    st->n_orders--;
    memmove(st->orders, st->orders + 1, st->n_orders * sizeof *st->orders);
    pthread_mutex_unlock(&st->lock);
}

int
zdm_session_look(struct zdm_session *s, struct zdm_err *err)
{
    struct zdm_steer *st = s->steer;
    struct zdm_control row;
    struct zdm_order order;
    bool stored = false, changed;

    zdm_bell_silence(st->news_fd);
    zdm_control_init(&row);
    while (next_order(st, &order)) {
        int rc = zdm_control_order(s->conn, s->plan->name, &order, &row, &changed, err);
        zdm_order_release(&order);
        if (rc < 0) {
            zdm_control_release(&row);
            return -1;
        }
        drop_first_order(st);
        stored = true;
    }
    int64_t now = zdm_monotonic_us();
    if (!stored && st->looked_us && now - st->looked_us < LOOK_EVERY_US)
        return 0;
    if (!stored && zdm_control_read(s->conn, s->plan->name, &row, err) < 0)
        return -1;
    st->looked_us = now;
    adopt(s, &row);
    return 0;
}

const char *
zdm_session_cancelled_by(const struct zdm_session *s)
{
    return s->steer ? s->steer->cancelled_by : NULL;
}

int
zdm_session_steer_fd(const struct zdm_session *s)
{
    return s->steer->news_fd;
}

int
zdm_session_steering(struct zdm_session *s, struct zdm_steering *out, struct zdm_err *err)
{
    struct zdm_steer *st = s->steer;
    if (zdm_session_look(s, err) < 0)
        return -1;
    out->paused = st->paused;
    out->cancelled = st->cancelled_by != NULL;
    memcpy(out->knobs, st->told.knobs, sizeof out->knobs);
    return 0;
}

/* The session may be lost while nothing is done with it. */
static int
look_or_recover(struct zdm_session *s, struct zdm_err *err)
{
    if (zdm_session_look(s, err) == 0)
        return 0;
    if (err->code != ZDM_ERR_FAILED || !zdm_conn_lost(s->conn))
        return -1;
    if (zdm_session_recover(s, err) == 0)
        s->again = true;
    return -1;
}

int
zdm_session_go_on(struct zdm_session *s, struct zdm_err *err)
{
    struct zdm_steer *st = s->steer;
    for (;;) {
        struct pollfd fds[2] = {
            {.fd = st->news_fd, .events = POLLIN}, {.fd = zdm_stop_fd(), .events = POLLIN}};
        if (look_or_recover(s, err) < 0)
            return -1;
        if (st->cancelled_by || zdm_stop_requested())
            return zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted before a step");
        if (!st->paused)
            return 0;
        if (poll(fds, 2, LOOK_EVERY_US / 1000) < 0 && errno != EINTR)
            zdm_die("cannot poll");
    }
}
