#include "batch/throttle.h"

#include <math.h>

#include "base/buf.h"

#define GO_ON_BELOW 0.7

static double
pressure_of(const struct zdm_signal *s)
{
    if (isnan(s->value) || isnan(s->limit))
        return INFINITY; /* unknown: hold rather than guess */
    if (s->limit > 0)
        return s->value / s->limit;
    return s->value > 0 ? INFINITY : 0; /* a limit of 0: nothing is allowed */
}

static void
add_reason(struct zdm_buf *b, const struct zdm_signal *s, double pressure)
{
    if (b->len > 0)
        zdm_buf_add(b, "; ");
    if (pressure >= 1)
        zdm_buf_addf(b, "%s %g >= %g %s", s->name, s->value, s->limit, s->unit);
    else
        zdm_buf_addf(
            b, "%s %g, goes on below %g %s", s->name, s->value, GO_ON_BELOW * s->limit, s->unit);
}

bool
zdm_throttle_decide(
    struct zdm_throttle *t, const struct zdm_signal *signals, size_t n, char **reason)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    double worst = 0;

    for (size_t i = 0; i < n; i++) {
        double pressure = pressure_of(&signals[i]);
        if (pressure > worst)
            worst = pressure;
    }
    t->pressure = worst;
    t->holding = worst >= (t->holding ? GO_ON_BELOW : 1);
    if (!reason)
        return t->holding;

    for (size_t i = 0; t->holding && i < n; i++) {
        double pressure = pressure_of(&signals[i]);
        /* Between the two limits nothing is over any more: say what it still waits for. */
        if (pressure >= (worst >= 1 ? 1 : GO_ON_BELOW))
            add_reason(&b, &signals[i], pressure);
    }
    *reason = b.len > 0 ? zdm_buf_take(&b) : NULL;
    return t->holding;
}
