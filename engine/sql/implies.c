#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sql/condition.h"

static int
sign(int n)
{
    return n < 0 ? -1 : n > 0;
}

enum { CANNOT_TELL = 2 };

/* Decimal numbers of any length: "-12.50". */
static bool
is_decimal(const char *s)
{
    s += *s == '-' || *s == '+';
    bool digits = false;
    for (; isdigit((unsigned char)*s); s++)
        digits = true;
    if (*s == '.')
        for (s++; isdigit((unsigned char)*s); s++)
            digits = true;
    return digits && !*s;
}

static int
order_unsigned(const char *a, const char *b)
{
    size_t n = strcspn(a, "."), m = strcspn(b, ".");

    for (; n > 1 && *a == '0'; n--)
        a++;
    for (; m > 1 && *b == '0'; m--)
        b++;
    if (n != m)
        return n < m ? -1 : 1;
    int whole = strncmp(a, b, n);
    if (whole)
        return sign(whole);
    for (a += n + (a[n] == '.'), b += m + (b[m] == '.'); *a || *b; a += *a != 0, b += *b != 0) {
        char x = *a ? *a : '0', y = *b ? *b : '0';
        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

static bool
is_zero(const char *s)
{
    return !s[strspn(s, "0.")];
}

static int
order_decimal(const char *a, const char *b)
{
    if (!is_decimal(a) || !is_decimal(b))
        return CANNOT_TELL;
    bool minus_a = *a == '-', minus_b = *b == '-';
    a += *a == '-' || *a == '+';
    b += *b == '-' || *b == '+';
    minus_a &= !is_zero(a);
    minus_b &= !is_zero(b);
    if (minus_a != minus_b)
        return minus_a ? -1 : 1;
    return minus_a ? -order_unsigned(a, b) : order_unsigned(a, b);
}

struct moment { /* ISO, as the server writes them and most people do */
    int year, month, day, hour, minute, offset;
    double second;
    bool has_offset;
};

static bool
read_moment(const char *s, struct moment *out)
{
    int used = 0;

    *out = (struct moment){0};
    if (sscanf(s, "%4d-%2d-%2d%n", &out->year, &out->month, &out->day, &used) != 3)
        return false;
    s += used;
    if (!*s)
        return true;
    used = 0;
    if (sscanf(s, "%*[ T]%2d:%2d%n", &out->hour, &out->minute, &used) != 2 || !used)
        return false;
    s += used;
    if (*s == ':') {
        char *end;
        out->second = strtod(s + 1, &end);
        s = end;
    }
    if (*s == 'Z' && !s[1]) {
        out->has_offset = true;
        return true;
    }
    if (*s == '+' || *s == '-') {
        int hours = 0, minutes = 0;
        used = 0;
        if (sscanf(s + 1, "%2d%n", &hours, &used) != 1)
            return false;
        const char *rest = s + 1 + used;
        if (*rest == ':') {
            if (sscanf(rest + 1, "%2d%n", &minutes, &used) != 1)
                return false;
            rest += 1 + used;
        }
        out->offset = (hours * 60 + minutes) * (*s == '-' ? -1 : 1);
        out->has_offset = true;
        return !*rest;
    }
    return !*s;
}

static bool
is_utc(const char *zone)
{
    static const char *const names[] = {"UTC", "GMT", "Etc/UTC", "Etc/GMT", "UCT", "Zulu"};

    for (size_t i = 0; zone && i < sizeof names / sizeof *names; i++)
        if (strcmp(zone, names[i]) == 0)
            return true;
    return false;
}

static long
day_number(const struct moment *m)
{
    /* Days of the civil calendar, March first, so that leap days come last. */
    long year = m->month <= 2 ? m->year - 1 : m->year;
    long month = (m->month + 9) % 12;
    return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + m->day;
}

static int
order_moment(const struct zdm_catalog *catalog, const char *type, const char *a, const char *b)
{
    struct moment x, y;
    bool zoned = strcmp(type, "timestamptz") == 0, date = strcmp(type, "date") == 0;

    if (!read_moment(a, &x) || !read_moment(b, &y))
        return CANNOT_TELL;
    if (zoned && x.has_offset != y.has_offset && !is_utc(catalog->time_zone))
        return CANNOT_TELL;
    long first = day_number(&x), second = day_number(&y);
    if (date)
        return first < second ? -1 : first > second;
    double s = ((double)first * 1440 + x.hour * 60 + x.minute - (zoned ? x.offset : 0)) * 60;
    double t = ((double)second * 1440 + y.hour * 60 + y.minute - (zoned ? y.offset : 0)) * 60;
    s += x.second;
    t += y.second;
    return s < t ? -1 : s > t;
}

static bool
plain_word(const char *s)
{
    for (; *s; s++)
        if (!isdigit((unsigned char)*s) && !(*s >= 'a' && *s <= 'z'))
            return false;
    return true;
}

static bool
one_of(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

static int
order_enum(const struct zdm_type *type, const char *a, const char *b)
{
    size_t x = type->values.n, y = type->values.n;

    for (size_t i = 0; i < type->values.n; i++) {
        if (strcmp(type->values.items[i], a) == 0)
            x = i;
        if (strcmp(type->values.items[i], b) == 0)
            y = i;
    }
    if (x == type->values.n || y == type->values.n)
        return CANNOT_TELL;
    return x < y ? -1 : x > y;
}

int
zdm_constant_order(
    const struct zdm_catalog *catalog, const struct zdm_type *type, const char *a, const char *b)
{
    static const char *const numbers[] = {
        "int2", "int4", "int8", "oid", "numeric", "float4", "float8", NULL};
    static const char *const moments[] = {"date", "timestamp", "timestamptz", NULL};
    static const char *const words[] = {"text", "varchar", "bpchar", "name", NULL};

    while (type && type->kind == ZDM_TYPE_DOMAIN && type->base)
        type = type->base;
    if (strcmp(a, b) == 0)
        return 0;
    if (!type)
        return CANNOT_TELL;
    if (type->kind == ZDM_TYPE_ENUM)
        return order_enum(type, a, b);
    if (one_of(type->name, numbers))
        return order_decimal(a, b);
    if (one_of(type->name, moments))
        return order_moment(catalog, type->name, a, b);
    /* Letters of one case and digits come in this order in every usual collation. */
    if (one_of(type->name, words) && plain_word(a) && plain_word(b))
        return sign(strcmp(a, b));
    if (strcmp(type->name, "uuid") == 0 && strlen(a) == 36 && strlen(b) == 36)
        return sign(strcasecmp(a, b));
    return CANNOT_TELL;
}

/* Of constants that differ: are they really two? Text in a collation may be any order, never equal. */
static int
order_or_differ(const struct zdm_catalog *catalog, const struct zdm_type *type,
    enum zdm_operator given, enum zdm_operator wanted, const char *a, const char *b)
{
    static const char *const words[] = {"text", "varchar", "name", NULL};
    int order = zdm_constant_order(catalog, type, a, b);
    bool equality =
        (given == ZDM_OP_EQ || given == ZDM_OP_NE) && (wanted == ZDM_OP_EQ || wanted == ZDM_OP_NE);

    if (order == CANNOT_TELL && equality && type && one_of(type->name, words))
        return 1; /* any but 0 */
    return order;
}

/* Does x given-op a imply x wanted-op b? */
static enum zdm_truth
comparison_implies(const struct zdm_catalog *catalog, const struct zdm_type *type,
    const struct zdm_condition *given, const struct zdm_condition *wanted)
{
    /* What must hold between a and b; the rows are given, the columns wanted. -: never. */
    static const char table[6][6] = {
        /*        <    <=   =    >=   >    <> */
        /* <  */ {'l', 'l', '-', '-', '-', 'l'},
        /* <= */ {'<', 'l', '-', '-', '-', '<'},
        /* =  */ {'<', 'l', '=', 'g', '>', '!'},
        /* >= */ {'-', '-', '-', 'g', '>', '>'},
        /* >  */ {'-', '-', '-', 'g', 'g', 'g'},
        /* <> */ {'-', '-', '-', '-', '-', '='},
    };
    char needs = table[given->op][wanted->op];

    if (needs == '-')
        return ZDM_NO;
    int order = order_or_differ(catalog, type, given->op, wanted->op, given->value, wanted->value);
    if (order == CANNOT_TELL)
        return ZDM_UNSURE;
    bool holds = (needs == 'l' && order <= 0) || (needs == 'g' && order >= 0) ||
                 (needs == '<' && order < 0) || (needs == '>' && order > 0) ||
                 (needs == '=' && order == 0) || (needs == '!' && order != 0);
    return holds ? ZDM_YES : ZDM_NO;
}

struct world {
    const struct zdm_catalog *catalog;
    const struct zdm_relation *relation;
};

static enum zdm_truth
atom_implies(const struct world *world, const struct zdm_condition *given,
    const struct zdm_condition *wanted)
{
    if (zdm_condition_same(given, wanted))
        return ZDM_YES;
    if (given->kind == ZDM_CONDITION_COMPARE && wanted->kind == ZDM_CONDITION_COMPARE) {
        if (strcmp(given->what, wanted->what) != 0)
            return ZDM_NO;
        const struct zdm_column *column = zdm_relation_column(world->relation, given->what);
        return comparison_implies(world->catalog, column ? column->type : NULL, given, wanted);
    }
    /* What nobody took apart may say anything about the same thing. */
    if (given->kind == ZDM_CONDITION_OTHER && wanted->what &&
        strstr(given->what, wanted->what) != NULL)
        return ZDM_UNSURE;
    return ZDM_NO;
}

static enum zdm_truth
best(enum zdm_truth a, enum zdm_truth b)
{
    if (a == ZDM_YES || b == ZDM_YES)
        return ZDM_YES;
    return a == ZDM_UNSURE ? a : b;
}

static enum zdm_truth
worst(enum zdm_truth a, enum zdm_truth b)
{
    if (a == ZDM_NO || b == ZDM_NO)
        return ZDM_NO;
    return a == ZDM_UNSURE ? a : b;
}

static enum zdm_truth
implies(const struct world *world, const struct zdm_condition *given,
    const struct zdm_condition *wanted)
{
    enum zdm_truth truth;

    if (wanted->kind == ZDM_CONDITION_AND) {
        truth = ZDM_YES;
        for (size_t i = 0; i < wanted->n_args && truth != ZDM_NO; i++)
            truth = worst(truth, implies(world, given, wanted->args[i]));
        return truth;
    }
    if (given->kind == ZDM_CONDITION_OR) {
        truth = given->n_args ? ZDM_YES : ZDM_NO;
        for (size_t i = 0; i < given->n_args && truth != ZDM_NO; i++)
            truth = worst(truth, implies(world, given->args[i], wanted));
        return truth;
    }
    truth = ZDM_NO;
    if (wanted->kind == ZDM_CONDITION_OR)
        for (size_t i = 0; i < wanted->n_args && truth != ZDM_YES; i++)
            truth = best(truth, implies(world, given, wanted->args[i]));
    if (given->kind == ZDM_CONDITION_AND) {
        for (size_t i = 0; i < given->n_args && truth != ZDM_YES; i++)
            truth = best(truth, implies(world, given->args[i], wanted));
        return truth;
    }
    return wanted->kind == ZDM_CONDITION_OR ? truth : atom_implies(world, given, wanted);
}

enum zdm_truth
zdm_condition_implies(const struct zdm_catalog *catalog, const struct zdm_relation *relation,
    const struct zdm_condition *given, const struct zdm_condition *wanted)
{
    const struct world world = {catalog, relation};

    return implies(&world, given, wanted);
}
