/* Pairs of columns that a CHECK compares: two values by chance are hardly ever eight hours apart. Three of four
 * values of the second column are near the row's value of the first; the CHECK judges them as all others. */
#include <string.h>

#include "rehearse/rows_value.h"

enum { MOST_SPANS = 8, MOST_LAYERS = 4 };

/* Follows the columns that it stands beside; 0: beside none. */
static int
layer_of(const struct rows_column *column)
{
    int n = 0;

    for (; column->hints.beside; column = column->hints.beside)
        n++;
    return n;
}

static bool
leads_to(const struct rows_column *from, const struct rows_column *to)
{
    for (; from; from = from->hints.beside)
        if (from == to)
            return true;
    return false;
}

static bool
in_reference(const struct rows_table *table, const struct rows_column *column)
{
    return zdm_rows_shared(table, NULL, column->attnum);
}

/* Can the column take a value that another one decides? */
static bool
is_free(const struct rows_table *table, const struct rows_column *column)
{
    return !column->hints.beside && !column->distinct && !column->numbered && column->tile == 0 &&
           !column->generated && !in_reference(table, column);
}

static bool
goes_with(const struct rows_column *a, const struct rows_column *b)
{
    return (zdm_rows_is_moment(a->base) && zdm_rows_is_moment(b->base)) ||
           (zdm_rows_is_number(a->base) && zdm_rows_is_number(b->base)) || a->base == b->base;
}

/* The texts of '...'::interval. */
static void
take_spans(struct rows_schema *schema, struct rows_hints *hints, const char *expression)
{
    static const char mark[] = "'::interval";

    hints->spans = zdm_arena_alloc(schema->arena, MOST_SPANS * sizeof *hints->spans);
    for (const char *end = strstr(expression, mark); end && hints->n_spans < MOST_SPANS;
         end = strstr(end + 1, mark)) {
        const char *begin = end;
        while (begin > expression && begin[-1] != '\'')
            begin--;
        hints->spans[hints->n_spans++] =
            zdm_arena_strndup(schema->arena, begin, (size_t)(end - begin));
    }
}

static void
pair(struct rows_schema *schema, const struct rows_table *table, struct rows_column *first,
    struct rows_column *second, const char *expression)
{
    struct rows_column *follower = is_free(table, second) ? second : first;
    struct rows_column *leader = follower == second ? first : second;

    if (first->generated || second->generated || !goes_with(first, second) ||
        !is_free(table, follower) || leads_to(leader, follower) ||
        layer_of(leader) + 1 > MOST_LAYERS)
        return;
    follower->hints.beside = leader;
    take_spans(schema, &follower->hints, expression);
}

void
zdm_rows_beside(struct rows_schema *schema, struct rows_table *table)
{
    for (size_t i = 0; i < table->n_checks; i++) {
        const struct rows_check *check = &table->checks[i];
        for (size_t k = 1; k < check->n; k++)
            pair(schema, table, zdm_rows_column(table, check->attnums[k - 1]),
                zdm_rows_column(table, check->attnums[k]), check->expression);
    }
}

int
zdm_rows_layers(const struct rows_table *table)
{
    int most = 0;

    for (size_t i = 0; i < table->n_columns; i++)
        if (layer_of(&table->columns[i]) > most)
            most = layer_of(&table->columns[i]);
    return most;
}

/* Adds one of the constants, or its place among `n` when there is none. */
static void
add_one_of(
    struct zdm_buf *out, const char *const *texts, size_t n, const char *type, uint64_t *salt)
{
    zdm_buf_add(out, "(ARRAY[");
    for (size_t i = 0; i < n; i++) {
        zdm_buf_add(out, i ? ", CAST(" : "CAST(");
        zdm_rows_literal(out, texts[i]);
        zdm_buf_addf(out, " AS %s)", type);
    }
    zdm_buf_add(out, "])[1 + ");
    zdm_rows_one_of(out, salt, (int)n);
    zdm_buf_add(out, "]");
}

/* Forward or back, and then one of `ways` to go. */
static void
begin_distance(struct zdm_buf *out, int ways, uint64_t *salt)
{
    zdm_buf_add(out, "(CASE ");
    zdm_rows_one_of(out, salt, 2);
    zdm_buf_add(out, " WHEN 0 THEN 1 ELSE -1 END * CASE ");
    zdm_rows_one_of(out, salt, ways);
}

/* From the fourth way on: what the condition names, and `round` of a part of it. */
static void
add_named(struct zdm_buf *out, const char *const *texts, size_t n, const char *type,
    const char *round, uint64_t *salt)
{
    zdm_buf_add(out, " WHEN 3 THEN ");
    add_one_of(out, texts, n, type, salt);
    zdm_buf_addf(out, " ELSE %s(", round);
    add_one_of(out, texts, n, type, salt);
    zdm_buf_add(out, " * ");
    zdm_rows_one_of(out, salt, 997);
    zdm_buf_add(out, " / 997.0)");
}

/* How far a moment is from the other one: seconds, hours, what the condition names and parts of it. */
static void
add_span(struct zdm_buf *out, const struct rows_hints *hints, uint64_t *salt)
{
    begin_distance(out, hints->n_spans ? 8 : 3, salt);
    zdm_buf_add(out, " WHEN 0 THEN interval '1 second' * ");
    zdm_rows_one_of(out, salt, 86400);
    zdm_buf_add(out, " WHEN 1 THEN interval '1 hour' * ");
    zdm_rows_one_of(out, salt, 2000);
    zdm_buf_add(out, " WHEN 2 THEN interval '0'");
    if (hints->n_spans)
        add_named(out, hints->spans, hints->n_spans, "interval", "", salt);
    zdm_buf_add(out, " END)");
}

/* How far a number is from the other one, in numeric. */
static void
add_distance(struct zdm_buf *out, const struct rows_hints *hints, uint64_t *salt)
{
    bool constants = hints->n_literals > 0 && hints->sorted;

    begin_distance(out, constants ? 5 : 3, salt);
    zdm_buf_add(out, " WHEN 0 THEN 0 WHEN 1 THEN ");
    zdm_rows_one_of(out, salt, 10);
    zdm_buf_add(out, " WHEN 2 THEN ");
    zdm_rows_one_of(out, salt, 1000);
    if (constants)
        add_named(out, hints->literals, hints->n_literals, "numeric", "pg_catalog.floor", salt);
    zdm_buf_add(out, " END)");
}

static void
add_near(struct zdm_buf *out, const struct rows_column *column, uint64_t *salt)
{
    const char *other = column->hints.beside->name;
    struct zdm_buf most = ZDM_BUF_INIT;

    zdm_buf_add(out, "CAST(");
    if (zdm_rows_is_moment(column->base)) {
        zdm_buf_addf(out, "%s + ", other);
        add_span(out, &column->hints, salt);
    } else if (zdm_rows_is_number(column->base)) {
        bool bounded = zdm_rows_greatest(column, &most);
        zdm_buf_addf(out, "%sCAST(%s AS numeric) + ", bounded ? "LEAST(GREATEST(" : "", other);
        add_distance(out, &column->hints, salt);
        if (bounded)
            zdm_buf_addf(out, ", -%s), %s)", most.s, most.s);
    } else {
        zdm_buf_add(out, other);
    }
    zdm_buf_addf(out, " AS %s)", column->cast);
    zdm_buf_release(&most);
}

void
zdm_rows_layer(struct zdm_buf *out, const struct rows_schema *schema,
    const struct rows_table *table, const struct rows_parents *parents, int n)
{
    uint64_t salt = zdm_rows_salt(schema, table, "pairs") + (uint64_t)n;

    zdm_buf_add(out, "(SELECT " ROWS_NUMBER);
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct rows_column *column = &table->columns[i];
        if (column->generated)
            continue;
        if (layer_of(column) != n || parents->values[i]) {
            zdm_buf_addf(out, ", %s", column->name);
            continue;
        }
        /* The others stay as they are: NULL, and values that have nothing to do with the pair. */
        zdm_buf_addf(out, ", CASE WHEN %s IS NULL OR ", column->name);
        zdm_rows_one_of(out, &salt, 4);
        zdm_buf_addf(out, " = 0 THEN %s ELSE COALESCE(", column->name);
        add_near(out, column, &salt);
        zdm_buf_addf(out, ", %s) END AS %s", column->name, column->name);
    }
    zdm_buf_add(out, " FROM ");
}
