#include "batch/throttle.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

#define CALM_SAMPLES 3
#define NEITHER      0.5 /* a pressure that changes nothing */

void
zdm_throttle_init(struct zdm_throttle *t, int64_t wal_rate, bool carried, int64_t now_us)
{
    *t = (struct zdm_throttle){.began_us = now_us};
    zdm_crew_init(&t->crew, 1);
    zdm_rate_init(&t->rate, wal_rate, carried, now_us);
}

static double
worst(const struct zdm_throttle *t, int64_t now_us, enum zdm_signal_id *which)
{
    double pressure = 0;

    for (int id = 0; id < ZDM_SIGNALS; id++) {
        double one = zdm_signal_pressure((enum zdm_signal_id)id, &t->signals[id], now_us);
        if (one > pressure) {
            pressure = one;
            *which = (enum zdm_signal_id)id;
        }
    }
    return pressure;
}

/* What the crew can do something about: not what is not known, nor a switch of the author's. */
static double
strain(const struct zdm_throttle *t, enum zdm_signal_id which)
{
    bool turned = which == ZDM_SIGNAL_FILE || which == ZDM_SIGNAL_URL || which == ZDM_SIGNAL_SQL ||
                  which == ZDM_SIGNAL_CHECK;

    return t->pressure >= ZDM_PRESSURE_SLOW && (turned || isinf(t->pressure)) ? NEITHER
                                                                              : t->pressure;
}

bool
zdm_throttle_sample(struct zdm_throttle *t, const struct zdm_signal *signals, int64_t now_us)
{
    enum zdm_signal_id which = t->cause;

    memcpy(t->signals, signals, sizeof t->signals);
    t->pressure = worst(t, now_us, &which);
    if (t->pressure >= ZDM_PRESSURE_SLOW)
        t->cause = which;
    bool answered = zdm_crew_sample(&t->crew, strain(t, which), now_us);
    if (!t->holding) {
        if (t->pressure < 1) {
            zdm_rate_tick(&t->rate, answered ? NEITHER : t->pressure, now_us);
            return false;
        }
        t->holding = true;
        t->held_us = now_us;
        t->calm = 0;
        zdm_rate_held(&t->rate);
        return true;
    }
    t->calm = t->pressure < ZDM_PRESSURE_SLOW ? t->calm + 1 : 0;
    if (t->calm < CALM_SAMPLES)
        return true;
    t->holding = false;
    t->held_us = 0;
    zdm_rate_resume(&t->rate, now_us);
    return false;
}

/* "not known for 11 s: replica lag, slots (cannot connect to ...)" */
static void
add_unknown(const struct zdm_throttle *t, const char *trouble, int64_t now_us, struct zdm_buf *b)
{
    int64_t since_us = 0;
    struct zdm_buf names = ZDM_BUF_INIT;
    char duration[32];

    for (int id = 0; id < ZDM_SIGNALS; id++) {
        const struct zdm_signal *s = &t->signals[id];
        if (!zdm_signal_unknown((enum zdm_signal_id)id, s, now_us))
            continue;
        if (s->read_us > since_us)
            since_us = s->read_us;
        zdm_buf_addf(
            &names, "%s%s", names.len > 0 ? ", " : "", zdm_signal_name((enum zdm_signal_id)id));
    }
    if (names.len > 0) {
        zdm_buf_add(b, "not known");
        if (since_us)
            zdm_buf_addf(b, " for %s", zdm_show_duration((now_us - since_us) / 1000, duration));
        zdm_buf_addf(b, ": %s", names.s);
        if (trouble)
            zdm_buf_addf(b, " (%s)", trouble);
    }
    zdm_buf_release(&names);
}

static void
add_signals(const struct zdm_throttle *t, const char *trouble, int64_t now_us, struct zdm_buf *b)
{
    /* Between the two limits nothing is over any more: say what it still waits for. */
    double from = t->pressure >= 1 ? 1 : ZDM_PRESSURE_SLOW;

    add_unknown(t, trouble, now_us, b);
    for (int id = 0; id < ZDM_SIGNALS; id++) {
        const struct zdm_signal *s = &t->signals[id];
        if (zdm_signal_unknown((enum zdm_signal_id)id, s, now_us) ||
            zdm_signal_pressure((enum zdm_signal_id)id, s, now_us) < from)
            continue;
        if (b->len > 0)
            zdm_buf_add(b, "; ");
        zdm_signal_describe((enum zdm_signal_id)id, s, b);
        if (from < 1)
            zdm_buf_add(b, ", not yet clear of it");
    }
    if (b->len == 0)
        zdm_buf_add(b, "going on when all signals stay clear for three seconds");
}

char *
zdm_throttle_strain(const struct zdm_throttle *t, int64_t now_us)
{
    struct zdm_buf b = ZDM_BUF_INIT;

    for (int id = 0; id < ZDM_SIGNALS; id++) {
        const struct zdm_signal *s = &t->signals[id];
        if (zdm_signal_unknown((enum zdm_signal_id)id, s, now_us) ||
            zdm_signal_pressure((enum zdm_signal_id)id, s, now_us) < ZDM_PRESSURE_SLOW)
            continue;
        zdm_buf_add(&b, b.len > 0 ? "; " : "");
        zdm_signal_describe((enum zdm_signal_id)id, s, &b);
    }
    return zdm_buf_take(&b);
}

char *
zdm_throttle_reason(const struct zdm_throttle *t, const char *trouble, int64_t now_us)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    char rate[32];

    if (t->holding)
        add_signals(t, trouble, now_us, &b);
    else if (t->rate.resting && t->rate.per_s > 0)
        zdm_buf_addf(&b, "WAL at %s/s, %s", zdm_show_bytes(t->rate.per_s, rate),
            t->rate.per_s == t->rate.ceiling ? "the plan's wal_rate" : "which the signals allow");
    else
        return NULL;
    return zdm_buf_take(&b);
}

void
zdm_throttle_lost(struct zdm_throttle *t, int64_t us)
{
    *(t->holding ? &t->lost_us[t->cause] : &t->rested_us) += us;
}

static int
percent(int64_t part, int64_t whole)
{
    return whole > 0 ? (int)((double)part * 100 / (double)whole + 0.5) : 0;
}

size_t
zdm_throttle_losses(const struct zdm_throttle *t, const char **causes, int64_t *us)
{
    size_t n = 0;

    for (int id = 0; id < ZDM_SIGNALS; id++) {
        if (t->lost_us[id] == 0)
            continue;
        causes[n] = zdm_signal_name((enum zdm_signal_id)id);
        us[n++] = t->lost_us[id];
    }
    if (t->rested_us) {
        causes[n] = "WAL rate";
        us[n++] = t->rested_us;
    }
    if (t->paused_us) {
        causes[n] = "paused";
        us[n++] = t->paused_us;
    }
    return n;
}

char *
zdm_throttle_shares(const struct zdm_throttle *t, int64_t now_us)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    const char *causes[ZDM_SIGNALS + 2];
    int64_t us[ZDM_SIGNALS + 2], whole = now_us - t->began_us, all = 0;
    size_t n = zdm_throttle_losses(t, causes, us);
    char duration[32];

    for (size_t i = 0; i < n; i++)
        all += us[i];
    if (percent(all, whole) < 1)
        return NULL;
    zdm_buf_addf(&b, "held back for %d %% of %s:", percent(all, whole),
        zdm_show_duration(whole / 1000, duration));
    for (size_t i = 0; i < n; i++)
        zdm_buf_addf(&b, "%s%s %d %%", i ? ", " : " ", causes[i], percent(us[i], whole));
    return zdm_buf_take(&b);
}
