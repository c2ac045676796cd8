#include "sql/coercion.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum path { NO_PATH, RELABEL, CALL, TEXT };

/* Casts of PostgreSQL itself that change no byte; for when no catalog tells. */
static const struct {
    const char *source, *target;
    char context;
} relabels[] = {{"text", "varchar", 'i'}, {"varchar", "text", 'i'}, {"bpchar", "bytea", 0},
    {"cidr", "inet", 'i'}, {"int4", "oid", 'i'}, {"oid", "int4", 'a'}, {"bit", "varbit", 'i'},
    {"varbit", "bit", 'i'}, {"xml", "text", 'a'}, {"xml", "varchar", 'a'},
    {"int4", "regclass", 'i'}, {"regclass", "oid", 'i'}, {"oid", "regclass", 'i'},
    {"regtype", "oid", 'i'}, {"oid", "regtype", 'i'}, {"regproc", "oid", 'i'},
    {"oid", "regproc", 'i'}};

static enum path
between_builtins(const struct zdm_type *source, const struct zdm_type *target, char context)
{
    static const char order[] = "iae";

    for (size_t i = 0; i < sizeof relabels / sizeof *relabels; i++)
        if (relabels[i].context && zdm_type_is(source, relabels[i].source) &&
            zdm_type_is(target, relabels[i].target))
            return strchr(order, relabels[i].context) <= strchr(order, context) ? RELABEL : NO_PATH;
    return CALL; /* or there is none: without a catalog nothing is called wrong */
}

static enum path path_of(const struct zdm_catalog *catalog, const struct zdm_type *source,
    const struct zdm_type *target, char context);

static enum path
without_cast(const struct zdm_catalog *catalog, const struct zdm_type *source,
    const struct zdm_type *target, char context)
{
    enum path path = NO_PATH;

    if (source->element && target->element)
        path = path_of(catalog, source->element, target->element, context);
    if (path != NO_PATH)
        return path == TEXT ? TEXT : CALL; /* element by element, also when nothing changes */
    if (context != 'i' && zdm_type_is_string(target))
        return TEXT;
    if (context == 'e' && zdm_type_is_string(source))
        return TEXT;
    return NO_PATH;
}

/* find_coercion_pathway() */
static enum path
path_of(const struct zdm_catalog *catalog, const struct zdm_type *source,
    const struct zdm_type *target, char context)
{
    source = zdm_type_base(source, NULL);
    target = zdm_type_base(target, NULL);
    if (source == target)
        return RELABEL;
    if (!catalog->complete)
        return between_builtins(source, target, context);
    for (size_t i = 0; i < catalog->casts.n; i++) {
        const struct zdm_cast *cast = catalog->casts.items[i];
        static const char order[] = "iae";
        if (cast->source != source || cast->target != target)
            continue;
        if (strchr(order, cast->context) > strchr(order, context))
            return NO_PATH;
        return cast->method == 'b' ? RELABEL : cast->method == 'i' ? TEXT : CALL;
    }
    return without_cast(catalog, source, target, context);
}

/* The fields of an interval, from the least one: 0 seconds, 1 minutes, 2 hours, 3 days, 4 months, 5
 * years (intervaltypmodleastfield()). */
static int
least_field(int32_t typmod)
{
    enum {
        MONTH = 1 << 1,
        YEAR = 1 << 2,
        DAY = 1 << 3,
        HOUR = 1 << 10,
        MINUTE = 1 << 11,
        SECOND = 1 << 12
    };

    if (typmod < 0)
        return 0;
    int32_t range = (typmod >> 16) & 0x7FFF;
    if (range & SECOND)
        return 0;
    if (range & MINUTE)
        return 1;
    if (range & HOUR)
        return 2;
    if (range & DAY)
        return 3;
    return range & MONTH ? 4 : 5;
}

static bool
interval_fits(int32_t from, int32_t to)
{
    int32_t before = from < 0 ? 0xFFFF : from & 0xFFFF, after = to & 0xFFFF;

    return least_field(to) <= least_field(from) &&
           (least_field(from) > 0 || after >= 6 || after >= before);
}

static bool
numeric_fits(int32_t from, int32_t to)
{
    if (from < 4)
        return false;
    from -= 4;
    to -= 4;
    return (from & 0x7FF) == (to & 0x7FF) && (to >> 16) >= (from >> 16);
}

/* Does the server prove that cutting to the modifier `to` changes nothing? The support functions of
 * the length coercions; bpchar, bit and arrays have none. */
static bool
fits(const struct zdm_type *type, int32_t from, int32_t to)
{
    if (zdm_type_is(type, "varchar") || zdm_type_is(type, "varbit"))
        return from > 0 && from <= to;
    if (zdm_type_is(type, "numeric"))
        return numeric_fits(from, to);
    if (zdm_type_is(type, "interval"))
        return interval_fits(from, to);
    if (zdm_type_is(type, "timestamp") || zdm_type_is(type, "timestamptz") ||
        zdm_type_is(type, "time") || zdm_type_is(type, "timetz"))
        return to == 6 || (from >= 0 && to >= from);
    return false;
}

/* coerce_type_typmod() */
static void
coerce_modifier(struct zdm_value *value, const struct zdm_type *type, int32_t typmod)
{
    if (typmod == ZDM_TYPMOD_UNKNOWN || value->typed.typmod == ZDM_TYPMOD_UNKNOWN) {
        value->unsure |= value->same && typmod != ZDM_TYPMOD_NONE;
    } else if (typmod >= 0 && typmod != value->typed.typmod) {
        value->same = value->same && fits(type, value->typed.typmod, typmod);
    }
    value->typed.typmod = typmod;
}

/* coerce_to_domain() */
static void
coerce_domain(struct zdm_value *value, const struct zdm_type *target)
{
    int32_t typmod = ZDM_TYPMOD_NONE;

    if (target->kind != ZDM_TYPE_DOMAIN)
        return;
    const struct zdm_type *base = zdm_type_base(target, &typmod);
    coerce_modifier(value, base, typmod);
    if (zdm_type_has_constraints(target))
        value->same = false;
    value->typed.typmod = ZDM_TYPMOD_NONE;
}

static bool
differ_by_zone(const struct zdm_type *a, const struct zdm_type *b)
{
    a = zdm_type_base(a, NULL);
    b = zdm_type_base(b, NULL);
    return (zdm_type_is(a, "timestamp") && zdm_type_is(b, "timestamptz")) ||
           (zdm_type_is(a, "timestamptz") && zdm_type_is(b, "timestamp"));
}

static void
call_cast(const struct zdm_catalog *catalog, struct zdm_value *value, const struct zdm_type *target)
{
    if (!differ_by_zone(value->typed.type, target))
        value->same = false;
    else if (!catalog->time_zone)
        value->same = false;
    else
        value->same = value->same && zdm_time_zone_is_utc(catalog->time_zone);
    value->typed.typmod = ZDM_TYPMOD_NONE;
}

static bool
are_row_types(const struct zdm_type *a, const struct zdm_type *b)
{
    return a->relation && b->relation && a->relation->kind != ZDM_RELATION_COMPOSITE &&
           b->relation->kind != ZDM_RELATION_COMPOSITE;
}

bool
zdm_value_coerce(const struct zdm_catalog *catalog, struct zdm_value *value,
    struct zdm_typed target, char context)
{
    const struct zdm_type *source = value->typed.type;

    if (value->literal) {
        value->literal = false;
        value->typed = target;
        return true;
    }
    if (!source || !target.type) {
        value->unsure |= value->same;
        value->same = false;
        value->typed = target;
        return true;
    }
    if (source != target.type) {
        enum path path = path_of(catalog, source, target.type, context);
        if (path == NO_PATH && are_row_types(source, target.type)) {
            value->same = false; /* a child's row may pass for one of its parent */
        } else if (path == NO_PATH) {
            return false;
        } else if (path == RELABEL) {
            coerce_domain(value, target.type);
            if (target.type->kind != ZDM_TYPE_DOMAIN)
                value->typed.typmod = ZDM_TYPMOD_NONE;
        } else {
            call_cast(catalog, value, target.type);
            coerce_domain(value, target.type);
        }
        /* Without a catalog it may be a cast that somebody made binary coercible. */
        value->unsure |= !catalog->complete && path == CALL;
    }
    value->typed.type = target.type;
    coerce_modifier(value, target.type, target.typmod);
    return true;
}

bool
zdm_type_casts(const struct zdm_catalog *catalog, const struct zdm_type *source,
    const struct zdm_type *target, char context)
{
    if (!source || !target || source == target || are_row_types(source, target))
        return true;
    return path_of(catalog, source, target, context) != NO_PATH;
}

/* ABC0, <+00>-00:00: what the name of a POSIX time zone without daylight saving looks like. */
static bool
is_posix_zero(const char *name)
{
    const char *at = name;

    if (*at == '<') {
        at = strchr(at, '>');
        if (!at)
            return false;
        at++;
    } else {
        while (isalpha((unsigned char)*at))
            at++;
        if (at - name < 1)
            return false;
    }
    if (*at == '+' || *at == '-')
        at++;
    if (*at != '0')
        return false;
    return at[strspn(at, "0:")] == '\0';
}

bool
zdm_time_zone_is_utc(const char *name)
{
    static const char *const names[] = {"UTC", "UCT", "GMT", "GMT0", "GMT+0", "GMT-0", "Greenwich",
        "Universal", "Zulu", "Factory", "0"};

    if (!name)
        return false;
    if (strncasecmp(name, "posix/", 6) == 0)
        name += 6;
    if (strncasecmp(name, "Etc/", 4) == 0)
        name += 4;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return is_posix_zero(name);
}
