#include "batch/reading.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/mem.h"

struct zdm_signal *
zdm_reading_signal(struct zdm_reading *r, enum zdm_signal_id id)
{
    return &r->now.signals[id];
}

void
zdm_reading_say(struct zdm_reading *r, enum zdm_reading_bit bit, const char *fmt, ...)
{
    va_list ap;

    if (r->said & 1u << bit)
        return;
    r->said |= 1u << bit;
    va_start(ap, fmt);
    char *line = zdm_vstrf(fmt, ap);
    va_end(ap);
    zdm_buf_addf(&r->news, "%s\n", line);
    free(line);
}
