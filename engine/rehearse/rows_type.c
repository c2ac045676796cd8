/* Values by type: mostly small and plain ones, and now and then an edge: empty, long, beyond ASCII, negative, a
 * leap day. Nothing that makes sums overflow, and neither NaN nor infinity. */
#include <stdlib.h>
#include <string.h>

#include "rehearse/rows_value.h"

enum { MAX_DEPTH = 4 };

/* Templates, in which  # is a hash of its own,  @ the number of the row, both in parentheses. */
static void
write_template(struct rows_maker *maker, const char *template)
{
    for (const char *s = template; *s; s++)
        if (*s == '#')
            zdm_rows_hash(maker->out, maker->salt);
        else if (*s == '@')
            zdm_buf_add(maker->out, maker->number);
        else
            zdm_buf_addc(maker->out, *s);
}

#define WORD                                                                                       \
    "(ARRAY['amber','birch','cedar','delta','ember','fjord','grove','harbor','iris','juniper',"    \
    "'kestrel','lagoon','meadow','north','orchid','pebble'])[1 + # % 16]"
#define FAR                                                                                        \
    "(ARRAY['Zoë Müller','Łukasz','Ана Петровић','日本語','🙂 "                 \
    "ok','O''Neil','a\"b','tab' "                                                                  \
    "|| "                                                                                          \
    "chr(9)])"                                                                                     \
    "[1 + # % 8]"
#define MD5 "pg_catalog.md5((#)::text)"

/* What is known by its name: any value, and one of its own for each number (NULL: the same). */
static const struct known {
    const char *bare;
    const char *any;
    const char *distinct;
} known[] = {
    {"bool", "(# % 2 = 0)", NULL},
    {"int2", "(CASE # % 20 WHEN 0 THEN 0 WHEN 1 THEN - # % 1000 ELSE # % 1000 END)", "(@ % 32767)"},
    {"int4",
        "(CASE # % 20 WHEN 0 THEN 0 WHEN 1 THEN - # % 1000 WHEN 2 THEN # % 1000000 ELSE # % 1000 "
        "END)",
        "@"},
    {"int8",
        "(CASE # % 20 WHEN 0 THEN 0 WHEN 1 THEN - # % 1000 WHEN 2 THEN # % 10000000000 ELSE # % "
        "1000 END)",
        "@"},
    {"float4", "(# % 1000000 / 100.0 - 100)", "@"},
    {"float8", "(# % 1000000 / 100.0 - 100)", "@"},
    {"money", "(# % 1000000 / 100.0)::numeric::money", "@::numeric::money"},
    {"oid", "(# % 100000)::oid", "@::oid"},
    {"char", "pg_catalog.chr((97 + # % 26)::int)::\"char\"", NULL},
    {"name", "(" WORD ")::name", "(pg_catalog.to_hex(@) || '_' || " WORD ")::name"},
    {"uuid", "CAST(" MD5 " AS uuid)", NULL},
    {"bytea",
        "(CASE # % 20 WHEN 0 THEN '\\x' WHEN 1 THEN pg_catalog.decode(pg_catalog.repeat(" MD5
        ", 40), 'hex') ELSE pg_catalog.decode(pg_catalog.left(" MD5
        ", (2 + # % 15 * 2)::int), 'hex') "
        "END)",
        "pg_catalog.decode(" MD5 ", 'hex')"},
    {"date",
        "(CASE # % 50 WHEN 0 THEN (ARRAY['0001-01-01','1970-01-01','1999-12-31','2024-02-29',"
        "'9999-12-31']::date[])[1 + # % 5] ELSE date '2020-01-01' + (# % 2192)::int END)",
        "(date '2000-01-01' + (@ % 2000000)::int)"},
    {"timestamp",
        "(CASE # % 50 WHEN 0 THEN (ARRAY['0001-01-01','1970-01-01','1999-12-31 23:59:59.999999',"
        "'2024-02-29 12:00','2024-03-31 02:30']::timestamp[])[1 + # % 5] ELSE timestamp "
        "'2020-01-01' + "
        "interval '1 microsecond' * (# % 189388800000000) END)",
        "(timestamp '2020-01-01' + interval '1 minute' * @)"},
    {"timestamptz",
        "(CASE # % 50 WHEN 0 THEN (ARRAY['1901-01-01 00:00Z','1970-01-01 00:00Z',"
        "'1999-12-31 23:59:59.999999Z','2024-02-29 12:00Z','2024-03-31 01:30Z']::timestamptz[])"
        "[1 + # % 5] ELSE timestamptz '2020-01-01 00:00Z' + interval '1 microsecond' * "
        "(# % 189388800000000) END)",
        "(timestamptz '2020-01-01 00:00Z' + interval '1 minute' * @)"},
    {"time", "(time '00:00' + interval '1 microsecond' * (# % 86400000000))",
        "(time '00:00' + interval '1 second' * (@ % 86400))"},
    {"timetz", "(timetz '00:00Z' + interval '1 second' * (# % 86400))",
        "(timetz '00:00Z' + interval '1 second' * (@ % 86400))"},
    {"interval",
        "(CASE # % 8 WHEN 0 THEN interval '0' WHEN 1 THEN interval '1 month' * (# % 30) ELSE "
        "interval '1 second' * (# % 1000000) END)",
        "(interval '1 second' * @)"},
    {"inet",
        "(CASE # % 5 WHEN 0 THEN inet '2001:db8::' + # % 4294967296 ELSE inet '10.0.0.0' + # % "
        "16777216 "
        "END)",
        "(inet '10.0.0.0' + @)"},
    {"cidr", "pg_catalog.network(pg_catalog.set_masklen(inet '10.0.0.0' + # % 16777216, 24))",
        "pg_catalog.network(pg_catalog.set_masklen(inet '10.0.0.0' + @, 32))"},
    {"macaddr", "CAST(pg_catalog.left(" MD5 ", 12) AS macaddr)", NULL},
    {"macaddr8", "CAST(pg_catalog.left(" MD5 ", 16) AS macaddr8)", NULL},
    {"json",
        "CAST((CASE # % 12 WHEN 0 THEN '{}' WHEN 1 THEN '[]' WHEN 2 THEN '[1, \"é\", null, {\"a\": "
        "[true]}]' ELSE '{\"id\": ' || # % 1000 || ', \"name\": \"' || " WORD
        " || '\", \"tags\": [\"' || " WORD " || '\"], \"ok\": true}' END) AS json)",
        "pg_catalog.json_build_object('id', @)"},
    {"jsonb",
        "CAST((CASE # % 12 WHEN 0 THEN '{}' WHEN 1 THEN '[]' WHEN 2 THEN '[1, \"é\", null, {\"a\": "
        "[true]}]' ELSE '{\"id\": ' || # % 1000 || ', \"name\": \"' || " WORD
        " || '\", \"tags\": [\"' || " WORD " || '\"], \"ok\": true}' END) AS jsonb)",
        "pg_catalog.jsonb_build_object('id', @)"},
    {"point", "pg_catalog.point(# % 1000, # % 1000)", NULL},
    {"line", "pg_catalog.line(pg_catalog.point(# % 1000, 0), pg_catalog.point(# % 1000, 7))", NULL},
    {"lseg", "pg_catalog.lseg(pg_catalog.point(# % 1000, 0), pg_catalog.point(# % 1000, 7))", NULL},
    {"box", "pg_catalog.box(pg_catalog.point(# % 1000, 0), pg_catalog.point(# % 1000, 7))",
        "pg_catalog.box(pg_catalog.point(@ * 2, 0), pg_catalog.point(@ * 2 + 1, 1))"},
    {"path", "CAST('[(0,0),(' || # % 100 || ',5)]' AS path)", NULL},
    {"polygon", "CAST('((0,0),(' || # % 100 || ',5),(7,7))' AS polygon)", NULL},
    {"circle", "pg_catalog.circle(pg_catalog.point(# % 1000, # % 1000), # % 10)",
        "pg_catalog.circle(pg_catalog.point(@ * 2, 0), 0.5)"},
    {"tsvector", "pg_catalog.to_tsvector('simple', " WORD " || ' ' || " WORD ")", NULL},
    {"tsquery", "pg_catalog.plainto_tsquery('simple', " WORD ")", NULL},
    {"pg_lsn", "CAST('0/' || pg_catalog.to_hex(# % 4294967296) AS pg_lsn)",
        "CAST('0/' || pg_catalog.to_hex(@) AS pg_lsn)"},
};

static const struct known *
find_known(const char *bare)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].bare, bare) == 0)
            return &known[i];
    return NULL;
}

static bool
is_text_type(const struct rows_type *type)
{
    return type->category == 'S' && type->kind == 'b' && strcmp(type->bare, "name") != 0 &&
           strcmp(type->bare, "char") != 0;
}

bool
zdm_rows_is_known(const struct rows_type *type)
{
    static const char *const others[] = {"numeric", "bit", "varbit"};

    if (type->kind != 'b' || type->category == 'A' || is_text_type(type))
        return true;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (type->builtin && strcmp(type->bare, others[i]) == 0)
            return true;
    return type->builtin && find_known(type->bare);
}

int
zdm_rows_scale(int typmod, int *precision)
{
    *precision = ((typmod - 4) >> 16) & 0xffff;
    return (((typmod - 4) & 0x7ff) ^ 1024) - 1024;
}

static void
write_numeric(struct rows_maker *maker, int typmod)
{
    int precision = 12, scale = typmod < 0 ? 2 : zdm_rows_scale(typmod, &precision);
    int whole = precision - scale < 4 ? precision : scale + 4; /* digits, mostly */
    char text[256];

    if (whole > 15 || whole > precision)
        whole = precision < 15 ? precision : 15;
    if (whole < 1)
        whole = 1;
    if (maker->distinct)
        snprintf(text, sizeof text,
            "(@ %% pg_catalog.power(10::numeric, %d)::int8 * 10::numeric ^ %d)",
            precision < 15 ? precision : 15, scale > 0 && precision > scale + 6 ? 0 : -scale);
    else
        snprintf(text, sizeof text,
            "((CASE # %% 16 WHEN 0 THEN 0 WHEN 1 THEN - # ELSE # END %% "
            "pg_catalog.power(10::numeric, %d)::int8) * 10::numeric ^ %d)",
            whole, -scale);
    write_template(maker, text);
}

static void
write_bits(struct rows_maker *maker, const struct rows_type *type, int typmod)
{
    char text[160];
    int n = typmod < 1 ? 1 : typmod;

    if (strcmp(type->bare, "bit") == 0)
        snprintf(text, sizeof text, "CAST(%s AS bit(%d))", maker->distinct ? "@" : "#", n);
    else
        snprintf(text, sizeof text,
            "pg_catalog.substring(CAST(# AS bit(%d)), 1, (# %% %d)::int)::varbit",
            n > 60 || typmod < 0 ? 60 : n, (n > 60 || typmod < 0 ? 60 : n) + 1);
    write_template(maker, text);
}

static void
write_text_value(
    struct rows_maker *maker, const struct rows_type *type, int typmod, const char *bare)
{
    int limit = typmod < 0 ? 0 : typmod - 4;
    bool email = strstr(bare, "mail") != NULL, url = strstr(bare, "url") != NULL;

    zdm_buf_add(maker->out, "CAST(");
    if (limit > 0 && limit <= 4 && maker->distinct) {
        for (int i = 0, step = 1; i < limit; i++, step *= 26) {
            char text[80];
            snprintf(text, sizeof text, "%spg_catalog.chr((65 + (@ - 1) / %d %% 26)::int)",
                i ? " || " : "", step);
            write_template(maker, text);
        }
    } else if (maker->distinct && email)
        write_template(maker, WORD " || @");
    else if (maker->distinct && url)
        write_template(maker, "'https://' || " WORD " || '.example/' || @");
    else if (maker->distinct)
        write_template(maker, "pg_catalog.to_hex(@) || '-' || " WORD);
    else if (email)
        write_template(maker, WORD " || # % 100000");
    else if (url)
        write_template(maker, "'https://' || " WORD " || '.example/' || # % 1000");
    else
        write_template(maker, "CASE # % 40 WHEN 0 THEN '' WHEN 1 THEN pg_catalog.repeat(" MD5
                              ", 80) WHEN 2 THEN " FAR " ELSE " WORD " || ' ' || " WORD " END");
    if (email && !(limit > 0 && limit <= 4 && maker->distinct))
        zdm_buf_add(maker->out, " || '@example.com'");
    zdm_buf_addf(maker->out, " AS %s)", type->builtin ? "text" : type->name);
}

/* From any value on: empty, without an end, or as long as it happens to be. Where they shall not touch: from
 * this number to the next. */
static void
write_range(struct rows_maker *maker, const struct rows_type *type)
{
    struct zdm_buf *out = maker->out;
    const struct rows_type *inside = type->inside;

    if (maker->distinct) {
        struct rows_maker next = *maker;
        next.number = "(" ROWS_NUMBER " + 1)";
        zdm_buf_addf(out, "%s(CAST(", type->name);
        zdm_rows_type_value(maker, inside, -1, "");
        zdm_buf_addf(out, " AS %s), CAST(", inside->name);
        zdm_rows_type_value(&next, inside, -1, "");
        zdm_buf_addf(out, " AS %s))", inside->name);
        return;
    }
    zdm_buf_add(out, "(CASE ");
    zdm_rows_one_of(out, maker->salt, 20);
    zdm_buf_addf(out, " WHEN 0 THEN 'empty'::%s WHEN 1 THEN %s(CAST(", type->name, type->name);
    zdm_rows_type_value(maker, inside, -1, "");
    zdm_buf_addf(out,
        " AS %s), NULL) ELSE (SELECT %s(LEAST(a, b), GREATEST(a, b)) FROM (SELECT CAST(",
        inside->name, type->name);
    zdm_rows_type_value(maker, inside, -1, "");
    zdm_buf_addf(out, " AS %s), CAST(", inside->name);
    zdm_rows_type_value(maker, inside, -1, "");
    zdm_buf_addf(out, " AS %s)) AS x (a, b)) END)", inside->name);
}

static void
write_composite(struct rows_maker *maker, const struct rows_type *type)
{
    const char *at = type->parts ? type->parts : "";

    zdm_buf_add(maker->out, "CAST(ROW(");
    while (*at) {
        char *end;
        unsigned oid = (unsigned)strtoul(at, &end, 10);
        int typmod = (int)strtol(end + 1, &end, 10);
        const struct rows_type *part = zdm_rows_type(maker->schema, oid);
        at = *end == ',' ? end + 1 : end;
        if (part)
            zdm_rows_type_value(maker, part, typmod, "");
        else
            zdm_buf_add(maker->out, "NULL");
        zdm_buf_add(maker->out, *at ? ", " : "");
    }
    zdm_buf_addf(maker->out, ") AS %s)", type->name);
}

static void
write_array(struct rows_maker *maker, const struct rows_type *type, int typmod)
{
    struct zdm_buf *out = maker->out;

    zdm_buf_add(out, "(CASE ");
    if (maker->distinct)
        zdm_buf_add(out, "2");
    else
        zdm_rows_one_of(out, maker->salt, 4);
    zdm_buf_addf(out, " WHEN 0 THEN '{}'::%s", type->name);
    for (int n = 1; n <= 2; n++) {
        zdm_buf_addf(out, n == 1 ? " WHEN %d THEN CAST(ARRAY[" : " ELSE CAST(ARRAY[", n);
        for (int i = 0; i < n; i++) {
            zdm_buf_add(out, i ? ", CAST(" : "CAST(");
            zdm_rows_type_value(maker, type->inside, typmod, "");
            zdm_buf_addf(out, " AS %s)", type->inside->name);
        }
        zdm_buf_addf(out, "] AS %s)", type->name);
    }
    zdm_buf_add(out, " END)");
}

/* One of the texts that an unknown type was seen to take. */
static void
write_inputs(struct rows_maker *maker, const struct rows_type *type)
{
    struct zdm_buf *out = maker->out;

    if (type->n_inputs == 0) {
        zdm_buf_addf(out, "NULL::%s", type->name);
        return;
    }
    zdm_buf_add(out, "(ARRAY[");
    for (size_t i = 0; i < type->n_inputs; i++) {
        zdm_buf_add(
            out, i ? ", CAST(" : "CAST("); /* a literal: a text's cast may take less than that */
        zdm_rows_literal(out, type->inputs[i]);
        zdm_buf_addf(out, " AS %s)", type->name);
    }
    zdm_buf_add(out, "])[1 + ");
    if (maker->distinct)
        zdm_buf_addf(out, "%s %% %d", maker->number, (int)type->n_inputs);
    else
        zdm_rows_one_of(out, maker->salt, (int)type->n_inputs);
    zdm_buf_add(out, "]");
}

void
zdm_rows_type_value(
    struct rows_maker *maker, const struct rows_type *type, int typmod, const char *bare)
{
    struct zdm_buf *out = maker->out;
    const struct known *found = type->builtin ? find_known(type->bare) : NULL;

    if (maker->depth >= MAX_DEPTH) {
        zdm_buf_addf(out, "NULL::%s", type->name);
        return;
    }
    maker->depth++;
    if (type->kind == 'd')
        zdm_rows_type_value(maker, type->inside, type->inside_typmod, bare);
    else if (type->kind == 'e' && type->n_labels > 0) {
        zdm_buf_addf(out, "(pg_catalog.enum_range(NULL::%s))[1 + ", type->name);
        if (maker->distinct)
            zdm_buf_addf(out, "%s", maker->number);
        else
            zdm_rows_hash(out, maker->salt);
        zdm_buf_addf(out, " %% %lld]", (long long)type->n_labels);
    } else if (type->kind == 'r' && type->inside)
        write_range(maker, type);
    else if (type->kind == 'm' && type->inside) {
        zdm_buf_addf(out, "%s(", type->name);
        write_range(maker, type->inside);
        zdm_buf_add(out, ")");
    } else if (type->kind == 'c')
        write_composite(maker, type);
    else if (type->category == 'A' && type->inside)
        write_array(maker, type, typmod);
    else if (found)
        write_template(maker, maker->distinct && found->distinct ? found->distinct : found->any);
    else if (type->builtin && strcmp(type->bare, "numeric") == 0)
        write_numeric(maker, typmod);
    else if (type->builtin && (strcmp(type->bare, "bit") == 0 || strcmp(type->bare, "varbit") == 0))
        write_bits(maker, type, typmod);
    else if (is_text_type(type))
        write_text_value(maker, type, typmod, bare);
    else
        write_inputs(maker, type);
    maker->depth--;
}
