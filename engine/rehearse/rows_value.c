/* Values: what the hints of a column say, else what its type takes (rows_type.c). */
#include <string.h>

#include "rehearse/rows_value.h"

void
zdm_rows_one_of(struct zdm_buf *out, uint64_t *salt, int n)
{
    zdm_buf_add(out, "(");
    zdm_rows_hash(out, salt);
    zdm_buf_addf(out, " %% %d)", n);
}

static void
add_cast(struct zdm_buf *out, const char *text, const char *type)
{
    zdm_buf_add(out, "CAST(");
    zdm_rows_literal(out, text);
    zdm_buf_addf(out, " AS %s)", type);
}

/* One of the constants. */
static void
write_literal(struct rows_maker *maker, const struct rows_hints *hints, const char *type)
{
    zdm_buf_add(maker->out, "(ARRAY[");
    for (size_t i = 0; i < hints->n_literals; i++) {
        zdm_buf_add(maker->out, i ? ", " : "");
        add_cast(maker->out, hints->literals[i], type);
    }
    zdm_buf_add(maker->out, "])[1 + ");
    zdm_rows_one_of(maker->out, maker->salt, (int)hints->n_literals);
    zdm_buf_add(maker->out, "]");
}

/* 0 <= x < 1. */
static void
write_fraction(struct rows_maker *maker)
{
    zdm_rows_one_of(maker->out, maker->salt, 1000000007);
    zdm_buf_add(maker->out, " / 1000000007.0");
}

static const char *
least(const struct rows_hints *hints)
{
    return hints->literals[0];
}

static const char *
greatest(const struct rows_hints *hints)
{
    return hints->literals[hints->n_literals - 1];
}

/* Numbers between the constants, on them, near them, or any. In numeric: nothing overflows. Where they
 * shall differ they are counted from the constants on. */
static void
write_number(struct rows_maker *maker, const struct rows_column *column)
{
    struct zdm_buf *out = maker->out;
    const struct rows_hints *hints = &column->hints;
    const char *low = least(hints), *high = greatest(hints);
    bool whole = strncmp(column->base->bare, "int", 3) == 0;

    zdm_buf_add(out, "(CASE ");
    zdm_rows_one_of(out, maker->salt, 8);
    if (maker->distinct) {
        zdm_buf_add(out, " WHEN 0 THEN ");
        add_cast(out, low, "numeric");
        zdm_buf_addf(out, " - %s WHEN 1 THEN ", maker->number);
        add_cast(out, low, "numeric");
        zdm_buf_addf(out, " + %s WHEN 2 THEN ", maker->number);
        add_cast(out, high, "numeric");
        zdm_buf_addf(out, " + %s WHEN 3 THEN %s::numeric ELSE ", maker->number, maker->number);
        add_cast(out, low, "numeric");
        zdm_buf_addf(out, " + %s::numeric %% (", maker->number);
        add_cast(out, high, "numeric");
        zdm_buf_add(out, " - ");
        add_cast(out, low, "numeric");
        zdm_buf_add(out, " + 1)");
    } else {
        zdm_buf_add(out, " WHEN 0 THEN ");
        write_literal(maker, hints, "numeric");
        zdm_buf_add(out, " WHEN 1 THEN ");
        write_literal(maker, hints, "numeric");
        zdm_buf_addf(out, " + 1 WHEN 2 THEN ");
        write_literal(maker, hints, "numeric");
        zdm_buf_addf(out, " - 1 WHEN 3 THEN CAST(");
        zdm_rows_type_value(maker, column->base, column->base_typmod, column->bare);
        zdm_buf_add(out, " AS numeric) WHEN 4 THEN ");
        write_literal(maker, hints, "numeric");
        zdm_buf_add(out, " + ");
        zdm_rows_one_of(out, maker->salt, 1000);
        zdm_buf_add(out, " ELSE ");
        zdm_buf_add(out, whole ? "pg_catalog.floor(" : "(");
        add_cast(out, low, "numeric");
        zdm_buf_add(out, " + (");
        add_cast(out, high, "numeric");
        zdm_buf_add(out, " - ");
        add_cast(out, low, "numeric");
        zdm_buf_add(out, whole ? " + 1) * " : ") * ");
        write_fraction(maker);
        zdm_buf_add(out, ")");
    }
    zdm_buf_add(out, " END)");
}

bool
zdm_rows_greatest(const struct rows_column *column, struct zdm_buf *out)
{
    const char *type = column->base->bare;

    if (strcmp(type, "int2") == 0)
        zdm_buf_add(out, "32767");
    else if (strcmp(type, "int4") == 0)
        zdm_buf_add(out, "2147483647");
    else if (strcmp(type, "int8") == 0)
        zdm_buf_add(out, "9223372036854775807");
    else if (strcmp(type, "numeric") == 0 && column->base_typmod >= 0) {
        int precision, scale = zdm_rows_scale(column->base_typmod, &precision);
        zdm_buf_addf(out, "((10::numeric ^ %d - 1) * 10::numeric ^ %d)", precision, -scale);
    } else
        return false;
    return true;
}

static void
write_bounded_number(struct rows_maker *maker, const struct rows_column *column)
{
    struct zdm_buf most = ZDM_BUF_INIT;
    bool bounded = zdm_rows_greatest(column, &most);

    if (bounded)
        zdm_buf_add(maker->out, "LEAST(GREATEST(");
    write_number(maker, column);
    if (bounded)
        zdm_buf_addf(maker->out, ", -%s), %s)", most.s, most.s);
    zdm_buf_release(&most);
}

/* A moment, likewise. The difference of two dates is a number, that of other moments an interval. */
static void
write_moment(struct rows_maker *maker, const struct rows_column *column)
{
    struct zdm_buf *out = maker->out;
    const struct rows_hints *hints = &column->hints;
    const char *type = column->base->name;
    bool date = strcmp(column->base->bare, "date") == 0;
    const char *unit = date ? "" : " * interval '1 hour'";

    zdm_buf_add(out, "(CASE ");
    zdm_rows_one_of(out, maker->salt, 10);
    zdm_buf_add(out, " WHEN 0 THEN ");
    write_literal(maker, hints, type);
    zdm_buf_add(out, " WHEN 1 THEN ");
    add_cast(out, greatest(hints), type);
    zdm_buf_add(out, " + ");
    zdm_rows_one_of(out, maker->salt, 2000);
    zdm_buf_addf(out, "::int%s WHEN 2 THEN ", unit);
    add_cast(out, least(hints), type);
    zdm_buf_add(out, " - ");
    zdm_rows_one_of(out, maker->salt, 2000);
    zdm_buf_addf(out, "::int%s WHEN 3 THEN ", unit);
    zdm_rows_type_value(maker, column->base, column->base_typmod, column->bare);
    zdm_buf_add(out, " ELSE ");
    add_cast(out, least(hints), type);
    zdm_buf_add(out, " + ");
    zdm_buf_add(out, date ? "pg_catalog.floor((" : "(");
    add_cast(out, greatest(hints), type);
    zdm_buf_add(out, " - ");
    add_cast(out, least(hints), type);
    zdm_buf_add(out, ") * ");
    zdm_buf_add(out, date ? "(" : "CAST(");
    write_fraction(maker);
    zdm_buf_add(out, date ? "))::int END)" : " AS double precision) END)");
}

/* Texts: the constants, those of patterns, those of a length. */
static void
write_text(struct rows_maker *maker, const struct rows_column *column)
{
    struct zdm_buf *out = maker->out;
    const struct rows_hints *hints = &column->hints;
    int n = 1;

    zdm_buf_add(out, "(CASE ");
    zdm_rows_one_of(out, maker->salt,
        1 + 3 * (hints->n_literals > 0) + 3 * (int)hints->n_patterns + 3 * (hints->n_lengths > 0) +
            3 * hints->upper);
    if (hints->n_lengths) {
        int64_t low = hints->lengths[0], high = low;
        for (size_t i = 1; i < hints->n_lengths; i++) {
            low = hints->lengths[i] < low ? hints->lengths[i] : low;
            high = hints->lengths[i] > high ? hints->lengths[i] : high;
        }
        if (hints->n_lengths == 1)
            low = 0;
        for (int k = 0; k < 3; k++, n++) {
            zdm_buf_addf(out, " WHEN %d THEN pg_catalog.left(", n);
            if (maker->distinct)
                zdm_buf_addf(out, "pg_catalog.to_hex(%s) || '-' || ", maker->number);
            zdm_buf_add(out, "pg_catalog.repeat(pg_catalog.md5((");
            zdm_rows_hash(out, maker->salt);
            zdm_buf_addf(out, ")::text), %lld), ", (long long)(high / 32 + 2));
            if (k == 0)
                zdm_buf_addf(out, "%lld", (long long)high);
            else {
                zdm_buf_addf(out, "(%lld + ", (long long)low);
                zdm_rows_one_of(out, maker->salt, (int)(high - low + 2));
                zdm_buf_add(out, ")::int");
            }
            zdm_buf_add(out, ")");
        }
    }
    for (size_t i = 0; i < hints->n_patterns; i++, n += 3)
        zdm_buf_addf(out, " WHEN %d THEN %s WHEN %d THEN %s WHEN %d THEN %s", n, hints->patterns[i],
            n + 1, hints->patterns[i], n + 2, hints->patterns[i]);
    if (hints->upper) {
        for (int k = 0; k < 3; k++, n++) {
            zdm_buf_addf(out, " WHEN %d THEN pg_catalog.upper(CAST(", n);
            zdm_rows_type_value(maker, column->base, column->base_typmod, column->bare);
            zdm_buf_add(out, " AS text))");
        }
    }
    zdm_buf_add(out, " WHEN 0 THEN CAST(");
    zdm_rows_type_value(maker, column->base, column->base_typmod, column->bare);
    zdm_buf_add(out, " AS text)");
    if (hints->n_literals) {
        zdm_buf_add(out, " ELSE ");
        write_literal(maker, hints, "text");
    }
    zdm_buf_add(out, " END)");
}

bool
zdm_rows_is_number(const struct rows_type *type)
{
    return type->builtin &&
           (strncmp(type->bare, "int", 3) == 0 || strncmp(type->bare, "float", 5) == 0 ||
               strcmp(type->bare, "numeric") == 0);
}

bool
zdm_rows_is_moment(const struct rows_type *type)
{
    return type->builtin && type->category == 'D' && strcmp(type->bare, "timetz") != 0;
}

static bool
is_json(const struct rows_type *type)
{
    return type->builtin && (strcmp(type->bare, "json") == 0 || strcmp(type->bare, "jsonb") == 0);
}

/* An object with the texts of conditions for its keys. */
static void
write_json(struct rows_maker *maker, const struct rows_column *column)
{
    struct zdm_buf *out = maker->out;
    const struct rows_hints *hints = &column->hints;

    zdm_buf_add(out, "CASE ");
    zdm_rows_one_of(out, maker->salt, 4);
    zdm_buf_add(out, " WHEN 0 THEN CAST(");
    zdm_rows_type_value(maker, column->base, -1, column->bare);
    zdm_buf_add(out, " AS jsonb) ELSE pg_catalog.jsonb_build_object(");
    for (size_t i = 0; i < hints->n_literals && i < 40; i++) {
        zdm_buf_add(out, i ? ", " : "");
        zdm_rows_literal(out, hints->literals[i]);
        zdm_buf_add(out, ", CASE ");
        zdm_rows_one_of(out, maker->salt, 2);
        zdm_buf_add(out, " WHEN 0 THEN pg_catalog.to_jsonb(");
        zdm_rows_one_of(out, maker->salt, 1000);
        zdm_buf_add(out, ") ELSE pg_catalog.to_jsonb(pg_catalog.to_hex(");
        zdm_rows_hash(out, maker->salt);
        zdm_buf_add(out, ")) END");
    }
    zdm_buf_add(out, ") END");
}

/* Arrays of up to three elements, some of them constants of a condition. */
static void
write_array(struct rows_maker *maker, const struct rows_column *column)
{
    struct zdm_buf *out = maker->out;
    const struct rows_type *element = column->base->inside;

    if (column->hints.n_literals == 0 || !column->hints.sorted || maker->distinct) {
        zdm_rows_type_value(maker, column->base, column->base_typmod, column->bare);
        return;
    }
    zdm_buf_add(out, "(CASE ");
    zdm_rows_one_of(out, maker->salt, 4);
    zdm_buf_add(out, " WHEN 0 THEN ");
    zdm_rows_type_value(maker, column->base, column->base_typmod, column->bare);
    for (int n = 1; n <= 3; n++) {
        zdm_buf_addf(out, n < 3 ? " WHEN %d THEN ARRAY[" : " ELSE ARRAY[", n);
        for (int i = 0; i < n; i++) {
            zdm_buf_add(out, i ? ", " : "");
            write_literal(maker, &column->hints, element->name);
        }
        zdm_buf_add(out, "]");
    }
    zdm_buf_add(out, " END)");
}

void
zdm_rows_value(struct zdm_buf *out, const struct rows_schema *schema,
    const struct rows_column *column, uint64_t *salt)
{
    const struct rows_hints *hints = &column->hints;
    const struct rows_type *base = column->base;
    struct rows_maker maker = {.out = out,
        .schema = schema,
        .salt = salt,
        .distinct = column->distinct || column->tile > 0,
        .number =
            column->tile > 1 && base->category == 'D' ? "(" ROWS_NUMBER " + 1)" : ROWS_NUMBER};

    zdm_buf_add(out, "CAST(");
    if (base->category == 'A' && base->inside)
        write_array(&maker, column);
    else if (is_json(base) && hints->n_literals)
        write_json(&maker, column);
    else if (base->category == 'S' && base->kind != 'e' &&
             (hints->n_literals || hints->n_patterns || hints->n_lengths || hints->upper))
        write_text(&maker, column);
    else if (hints->n_literals == 0 || !hints->sorted)
        zdm_rows_type_value(&maker, base, column->base_typmod, column->bare);
    else if (zdm_rows_is_number(base) && base->category == 'N')
        write_bounded_number(&maker, column);
    else if (zdm_rows_is_moment(base) && column->tile == 0)
        write_moment(&maker, column);
    else if (maker.distinct) /* constants of a type without more: as if there were none */
        zdm_rows_type_value(&maker, base, column->base_typmod, column->bare);
    else {
        zdm_buf_add(out, "CASE ");
        zdm_rows_one_of(out, salt, 4);
        zdm_buf_add(out, " WHEN 0 THEN ");
        zdm_rows_type_value(&maker, base, column->base_typmod, column->bare);
        zdm_buf_add(out, " ELSE ");
        write_literal(&maker, hints, base->name);
        zdm_buf_add(out, " END");
    }
    zdm_buf_addf(out, " AS %s)", column->cast);
}
