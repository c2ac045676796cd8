#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "pg/control.h"

const struct zdm_knob_about zdm_knobs[ZDM_KNOBS] = {
#define KNOB(symbol, name, option, least, most, unit) {name, option, least, most, unit},
    ZDM_KNOB_LIST(KNOB)
#undef KNOB
};

const char *
zdm_knob_show(enum zdm_knob knob, int64_t value, char out[48])
{
    char text[32];

    if (value == ZDM_AS_PLANNED)
        snprintf(out, 48, "as planned");
    else if (knob == ZDM_KNOB_WAL_RATE && value == 0)
        snprintf(out, 48, "no ceiling");
    else if (knob == ZDM_KNOB_WAL_RATE)
        snprintf(out, 48, "%s/s", zdm_show_bytes((double)value, text));
    else if (*zdm_knobs[knob].unit)
        snprintf(out, 48, "%s", zdm_show_duration(value, text));
    else
        snprintf(out, 48, "%" PRId64, value);
    return out;
}

int
zdm_knob_check(enum zdm_knob knob, int64_t value, struct zdm_err *err)
{
    const struct zdm_knob_about *about = &zdm_knobs[knob];
    char least[48], most[48], given[48];

    if ((value >= about->least && value <= about->most) || value == ZDM_AS_PLANNED ||
        (knob == ZDM_KNOB_WAL_RATE && value == 0))
        return 0;
    zdm_fail(err, ZDM_ERR_USAGE, "%s is out of range: %s", about->option,
        zdm_knob_show(knob, value, given));
    return zdm_err_hint(err, "from %s to %s, or \"plan\" for what the plan says",
        zdm_knob_show(knob, about->least, least), zdm_knob_show(knob, about->most, most));
}

/* "16MB" with units of 1024, as in plans; without a unit bytes. */
static bool
parse_bytes(const char *text, int64_t *value)
{
    static const struct {
        const char *unit;
        double bytes;
    } units[] = {{"", 1}, {"B", 1}, {"kB", 1024}, {"MB", 1048576}, {"GB", 1073741824},
        {"TB", 1099511627776.0}};
    char *end;
    double n = strtod(text, &end);

    if (end == text || !(n >= 0) || strspn(text, "0123456789.") != (size_t)(end - text))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(end, units[i].unit) != 0 || n * units[i].bytes > 9e15)
            continue;
        *value = (int64_t)(n * units[i].bytes);
        return true;
    }
    return false;
}

int
zdm_knob_parse(enum zdm_knob knob, const char *text, int64_t *value, struct zdm_err *err)
{
    const struct zdm_knob_about *about = &zdm_knobs[knob];
    bool duration = strcmp(about->unit, "ms") == 0, bytes = strcmp(about->unit, "bytes") == 0;
    int64_t parsed;

    if (strcmp(text, "plan") == 0) {
        *value = ZDM_AS_PLANNED;
        return 0;
    }
    bool fine = bytes      ? parse_bytes(text, &parsed)
                : duration ? zdm_parse_i64(text, &parsed) || zdm_parse_duration_ms(text, &parsed)
                           : zdm_parse_i64(text, &parsed);
    if (!fine || parsed < 0) {
        zdm_fail(err, ZDM_ERR_USAGE, "--%s %s is no %s", about->option, text,
            duration ? "duration"
            : bytes  ? "size"
                     : "number");
        return zdm_err_hint(err, duration ? "such as 250ms or 5s; a number alone is milliseconds"
                                 : bytes  ? "such as 512kB or 16MB (a second)"
                                          : "such as 2");
    }
    if (zdm_knob_check(knob, parsed, err) < 0)
        return -1;
    *value = parsed;
    return 0;
}
