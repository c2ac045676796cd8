#include "batch/signal.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define STALE_POLLS 3
/* A poll takes its time too: statements of up to a second, one after the other. */
#define STALE_GRACE_US 2000000
#define BASELINE_MORE  1.2

enum unit { MS, BYTES, SEGMENTS, COUNT, PERCENT, A_MINUTE };
enum fail { CLOSED, LAST };

static const struct {
    const char *head, *tail;
    enum unit unit;
    enum fail fail;
} kinds[] = {
#define SIGNAL(symbol, head, tail, unit, fail) {head, tail, unit, fail},
#include "batch/signal.def"
#undef SIGNAL
};

static const char *const names[] = {
    [ZDM_SIGNAL_LAG] = "replica lag",
    [ZDM_SIGNAL_LAG_BYTES] = "replica bytes",
    [ZDM_SIGNAL_SLOT] = "slots",
    [ZDM_SIGNAL_ARCHIVE] = "archiving",
    [ZDM_SIGNAL_BLOCKED] = "blocked sessions",
    [ZDM_SIGNAL_CANARY] = "slow commits",
    [ZDM_SIGNAL_LOAD] = "load",
    [ZDM_SIGNAL_WAITS] = "waits",
    [ZDM_SIGNAL_DEAD] = "dead rows",
    [ZDM_SIGNAL_CHECKPOINTS] = "checkpoints",
    [ZDM_SIGNAL_SQL] = "query",
    [ZDM_SIGNAL_URL] = "URL",
    [ZDM_SIGNAL_FILE] = "file",
    [ZDM_SIGNAL_CHECK] = "function",
};

const char *
zdm_signal_name(enum zdm_signal_id id)
{
    return names[id];
}

void
zdm_signal_set(struct zdm_signal *s, double value, const char *subject, int64_t now_us)
{
    s->value = value;
    s->read_us = now_us;
    s->words[0] = '\0';
    snprintf(s->subject, sizeof s->subject, "%s", subject ? subject : "");
}

void
zdm_signal_words(struct zdm_signal *s, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    char *text = zdm_vstrf(fmt, ap);
    va_end(ap);
    int n = zdm_whole_characters(text, sizeof s->words - 1);
    memcpy(s->words, text, (size_t)n);
    s->words[n] = '\0';
    free(text);
}

static bool
stale(const struct zdm_signal *s, int64_t now_us)
{
    return s->read_us == 0 || now_us - s->read_us > STALE_POLLS * s->every_us + STALE_GRACE_US;
}

static double
pressure_of(const struct zdm_signal *s)
{
    double slow = s->baseline > 0 ? s->baseline * BASELINE_MORE : s->limit * ZDM_PRESSURE_SLOW;

    if (isnan(s->value) || isnan(s->limit))
        return INFINITY; /* unknown: hold rather than guess */
    if (s->limit <= 0)
        return s->value > 0 ? INFINITY : 0; /* a limit of 0: nothing is allowed */
    if (s->value >= s->limit)
        return s->value / s->limit;
    if (slow >= s->limit)
        slow = s->limit;
    if (s->value <= s->baseline)
        return 0;
    if (s->value <= slow)
        return ZDM_PRESSURE_SLOW * (s->value - s->baseline) / (slow - s->baseline);
    return ZDM_PRESSURE_SLOW + (1 - ZDM_PRESSURE_SLOW) * (s->value - slow) / (s->limit - slow);
}

bool
zdm_signal_unknown(enum zdm_signal_id id, const struct zdm_signal *s, int64_t now_us)
{
    return s->on && kinds[id].fail == CLOSED && stale(s, now_us);
}

double
zdm_signal_pressure(enum zdm_signal_id id, const struct zdm_signal *s, int64_t now_us)
{
    if (!s->on)
        return 0;
    if (zdm_signal_unknown(id, s, now_us))
        return INFINITY;
    return s->read_us == 0 ? 0 : pressure_of(s);
}

static const char *
show(enum unit unit, double value, char out[32])
{
    if (value > 1e15 || isnan(value))
        value = 1e15;
    switch (unit) {
    case MS:
        return value < 10 ? (snprintf(out, 32, "%.1f ms", value), out)
                          : zdm_show_duration((int64_t)value, out);
    case BYTES:
        return zdm_show_bytes(value, out);
    case SEGMENTS:
        snprintf(out, 32, "%.0f segments", value);
        break;
    case PERCENT:
        snprintf(out, 32, "%.0f %%", value);
        break;
    case A_MINUTE:
        snprintf(out, 32, "%.0f a minute", value);
        break;
    case COUNT:
        snprintf(out, 32, "%.10g", value);
        break;
    }
    return out;
}

void
zdm_signal_describe(enum zdm_signal_id id, const struct zdm_signal *s, struct zdm_buf *out)
{
    char value[32], limit[32];

    if (s->words[0]) {
        zdm_buf_add(out, s->words);
        return;
    }
    zdm_buf_add(out, kinds[id].head);
    if (s->subject[0])
        zdm_buf_addf(out, " %s", s->subject);
    if (kinds[id].tail[0])
        zdm_buf_addf(out, " %s", kinds[id].tail);
    zdm_buf_addf(out, " %s", show(kinds[id].unit, s->value, value));
    if (s->value >= s->limit)
        zdm_buf_addf(out, " >= %s", show(kinds[id].unit, s->limit, limit));
    else
        zdm_buf_addf(out, ", limit %s", show(kinds[id].unit, s->limit, limit));
}
