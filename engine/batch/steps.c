#include "batch/steps.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define EMPTY_LEAST 3
#define EMPTY_MOST  (1u << 20)

/* A key as a number whose order is that of the keys. */
__extension__ typedef unsigned __int128 place;

static bool
parse_integer(const char *text, place *out)
{
    char *end;
    long long value = strtoll(text, &end, 10);

    /* Above that of the negative ones, and without overflow between the two ends of int8. */
    *out = (uint64_t)value ^ (UINT64_C(1) << 63);
    return *text && !*end;
}

static int
hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* As the server writes it: 8-4-4-4-12. */
static bool
parse_uuid(const char *text, place *out)
{
    place value = 0;

    if (strlen(text) != 36)
        return false;
    for (int i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : hex(text[i]) < 0)
            return false;
        if (!dash)
            value = value << 4 | (unsigned)hex(text[i]);
    }
    *out = value;
    return true;
}

static bool
parse(enum zdm_step_by by, const char *text, place *out)
{
    if (!text || by == ZDM_STEP_NONE)
        return false;
    return by == ZDM_STEP_UUID ? parse_uuid(text, out) : parse_integer(text, out);
}

static char *
text_of(enum zdm_step_by by, place value)
{
    if (by == ZDM_STEP_INTEGER)
        return zdm_strf("%" PRId64, (int64_t)((uint64_t)value ^ (UINT64_C(1) << 63)));
    uint64_t high = (uint64_t)(value >> 64), low = (uint64_t)value;
    return zdm_strf("%08" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%012" PRIx64,
        high >> 32, high >> 16 & 0xffff, high & 0xffff, low >> 48, low & UINT64_C(0xffffffffffff));
}

static double
smoothed(double before, double now)
{
    return before > 0 ? 0.7 * before + 0.3 * now : now;
}

enum zdm_step_by
zdm_step_by_type(const char *type)
{
    static const char *const integers[] = {"pg_catalog.int2", "pg_catalog.int4", "pg_catalog.int8"};

    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++)
        if (strcmp(type, integers[i]) == 0)
            return ZDM_STEP_INTEGER;
    return strcmp(type, "pg_catalog.uuid") == 0 ? ZDM_STEP_UUID : ZDM_STEP_NONE;
}

void
zdm_steps_init(struct zdm_steps *s, enum zdm_step_by by, double most)
{
    *s = (struct zdm_steps){
        .by = by,
        .most = most > 0 ? most : ZDM_STEPS_SHARE,
        .seen_ms = most > 0 ? 0 : ZDM_STEPS_SEEN,
        .empty_most = EMPTY_LEAST,
    };
}

/* False: nothing lies between them. */
static bool
set_density(struct zdm_steps *s, const char *after, const char *upto, double keys)
{
    place from, to;

    if (!parse(s->by, after, &from) || !parse(s->by, upto, &to) || to <= from)
        return false;
    s->density = keys / (double)(to - from);
    return true;
}

void
zdm_steps_slice(struct zdm_steps *s, const char *after, const char *bound, int64_t total)
{
    s->empty = 0;
    s->empty_most = EMPTY_LEAST;
    s->look = false;
    if (total < 1 || !set_density(s, after, bound, (double)total))
        s->density = 0;
}

void
zdm_steps_looked(struct zdm_steps *s, int64_t keys, double ms)
{
    s->seen_ms -= ms;
    if (keys > 0)
        s->look_ms = smoothed(s->look_ms, ms / (double)keys);
}

void
zdm_steps_dense(struct zdm_steps *s, const char *after, const char *upto, int64_t keys)
{
    if (keys > 0)
        set_density(s, after, upto, (double)keys);
}

void
zdm_steps_worked(struct zdm_steps *s, int64_t keys, double ms)
{
    if (keys > 0)
        s->work_ms = smoothed(s->work_ms, ms / (double)keys);
}

double
zdm_steps_share(const struct zdm_steps *s)
{
    return s->work_ms > 0 ? s->look_ms / (s->look_ms + s->work_ms) : 0;
}

char *
zdm_steps_end(struct zdm_steps *s, const char *after, const char *bound, int64_t keys)
{
    place from, to;

    if (keys < ZDM_STEPS_LEAST || s->seen_ms > 0 || !(s->density > 0) ||
        zdm_steps_share(s) <= s->most || !parse(s->by, after, &from) || !parse(s->by, bound, &to) ||
        to <= from)
        return NULL;
    if (s->look) {
        s->look = false;
        return NULL;
    }
    double step = (double)keys / s->density;
    /* As doubles, which know nothing of overflow; a place so near to the bound is as good as it. */
    if (!(step < (double)(to - from)))
        return zdm_strdup(bound);
    place width = step < 1 ? 1 : (place)step;
    return width < to - from ? text_of(s->by, from + width) : zdm_strdup(bound);
}

void
zdm_steps_hit(struct zdm_steps *s, int64_t keys, int64_t rows, bool all)
{
    if (rows > keys || (all && rows > 0))
        s->density = smoothed(s->density, s->density * (double)rows / (double)keys);
    if (rows > 0) {
        s->empty = 0;
        s->empty_most = EMPTY_LEAST;
        return;
    }
    /* A gap, or nothing but rows that need no change; then looking up each time is for nothing. */
    if (++s->empty < s->empty_most)
        return;
    s->empty = 0;
    s->look = true;
    if (s->empty_most < EMPTY_MOST)
        s->empty_most *= 2;
}
