#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/text.h"
#include "rehearse/rows_private.h"

extern const struct zdm_embedded zdm_rehearse_sql[];

/* A view until the result is freed, but in the arena. */
static const char *
text(const struct rows_schema *schema, const struct zdm_result *r, int row, int column)
{
    return zdm_arena_strdup(schema->arena, zdm_result_get(r, row, column));
}

static unsigned
oid_at(const struct zdm_result *r, int row, int column)
{
    return (unsigned)zdm_result_i64(r, row, column);
}

/* "1,2,3" into numbers of the arena. */
static const int *
numbers(const struct rows_schema *schema, const char *list, size_t *n)
{
    size_t count = list ? 1 : 0;

    for (const char *at = list; at && (at = strchr(at, ',')); at++)
        count++;
    int *out = zdm_arena_alloc(schema->arena, (count + 1) * sizeof *out);
    *n = count;
    for (size_t i = 0; i < count; i++) {
        char *end;
        out[i] = (int)strtol(list, &end, 10);
        list = end + 1;
    }
    return out;
}

static int
by_oid(const void *key, const void *item)
{
    unsigned oid = *(const unsigned *)key, other = ((const struct rows_type *)item)->oid;

    return oid < other ? -1 : oid > other;
}

const struct rows_type *
zdm_rows_type(const struct rows_schema *schema, unsigned oid)
{
    return schema->n_types
               ? bsearch(&oid, schema->types, schema->n_types, sizeof *schema->types, by_oid)
               : NULL;
}

static int
root_by_oid(const void *key, const void *item)
{
    unsigned oid = *(const unsigned *)key, other = ((const struct rows_root *)item)->oid;

    return oid < other ? -1 : oid > other;
}

struct rows_root *
zdm_rows_root(const struct rows_schema *schema, unsigned oid)
{
    return schema->n_roots
               ? bsearch(&oid, schema->roots, schema->n_roots, sizeof *schema->roots, root_by_oid)
               : NULL;
}

struct rows_column *
zdm_rows_column(const struct rows_table *table, int attnum)
{
    for (size_t i = 0; i < table->n_columns; i++)
        if (table->columns[i].attnum == attnum)
            return &table->columns[i];
    return NULL;
}

bool
zdm_rows_in(const int *attnums, size_t n, int attnum)
{
    for (size_t i = 0; i < n; i++)
        if (attnums[i] == attnum)
            return true;
    return false;
}

static int
read_all(struct zdm_conn *conn, const char *file, const char *tables, struct zdm_result **r,
    struct zdm_err *err)
{
    return zdm_conn_query(
        conn, zdm_embedded_text(zdm_rehearse_sql, file), tables ? 1 : 0, &tables, r, err);
}

static int
load_tables(struct zdm_conn *conn, struct rows_schema *schema, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (read_all(conn, "sql/rows_tables.sql", NULL, &r, err) < 0)
        return -1;
    schema->n_tables = (size_t)zdm_result_rows(r);
    schema->tables =
        zdm_arena_alloc(schema->arena, (schema->n_tables + 1) * sizeof *schema->tables);
    for (int i = 0; i < zdm_result_rows(r); i++)
        schema->tables[i] = (struct rows_table){.oid = text(schema, r, i, 0),
            .name = text(schema, r, i, 1),
            .alias = text(schema, r, i, 2),
            .root_oid = oid_at(r, i, 3),
            .partition = text(schema, r, i, 4)};
    zdm_result_free(r);
    return 0;
}

static char *
table_list(const struct rows_schema *schema)
{
    struct zdm_buf list = ZDM_BUF_INIT;

    zdm_buf_addc(&list, '{');
    for (size_t i = 0; i < schema->n_tables; i++)
        zdm_buf_addf(&list, "%s%s", i ? "," : "", schema->tables[i].oid);
    zdm_buf_addc(&list, '}');
    return zdm_buf_take(&list);
}

static int
load_types(
    struct zdm_conn *conn, struct rows_schema *schema, const char *tables, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (read_all(conn, "sql/rows_types.sql", tables, &r, err) < 0)
        return -1;
    schema->n_types = (size_t)zdm_result_rows(r);
    schema->types = zdm_arena_alloc(schema->arena, (schema->n_types + 1) * sizeof *schema->types);
    for (int i = 0; i < zdm_result_rows(r); i++)
        schema->types[i] = (struct rows_type){.oid = oid_at(r, i, 0),
            .name = text(schema, r, i, 1),
            .bare = text(schema, r, i, 2),
            .builtin = zdm_result_bool(r, i, 3),
            .kind = *zdm_result_get(r, i, 4),
            .category = *zdm_result_get(r, i, 5),
            .inside_oid = oid_at(r, i, 6),
            .inside_typmod = (int)zdm_result_i64(r, i, 7),
            .not_null = zdm_result_bool(r, i, 8),
            .n_labels = zdm_result_i64(r, i, 9),
            .parts = text(schema, r, i, 10)};
    zdm_result_free(r);
    for (size_t i = 0; i < schema->n_types; i++)
        schema->types[i].inside = zdm_rows_type(schema, schema->types[i].inside_oid);
    return 0;
}

/* How many rows from `at` on have the same first column. */
static size_t
run_length(const struct zdm_result *r, int at)
{
    int end = at + 1;

    while (end < zdm_result_rows(r) && oid_at(r, end, 0) == oid_at(r, at, 0))
        end++;
    return (size_t)(end - at);
}

static int
load_domain_checks(struct zdm_conn *conn, struct rows_schema *schema, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    size_t n;

    if (read_all(conn, "sql/rows_domain_checks.sql", NULL, &r, err) < 0)
        return -1;
    for (int i = 0; i < zdm_result_rows(r); i += (int)n) {
        struct rows_type *type = (struct rows_type *)zdm_rows_type(schema, oid_at(r, i, 0));
        n = run_length(r, i);
        if (!type)
            continue;
        type->n_checks = n;
        type->checks = zdm_arena_alloc(schema->arena, n * sizeof *type->checks);
        for (size_t k = 0; k < n; k++)
            type->checks[k] = text(schema, r, i + (int)k, 1);
    }
    zdm_result_free(r);
    return 0;
}

/* The table of an oid that a query on the tables named. */
struct by_number {
    unsigned oid;
    struct rows_table *table;
};

static int
by_number(const void *a, const void *b)
{
    const struct by_number *x = a, *y = b;

    return x->oid < y->oid ? -1 : x->oid > y->oid;
}

static struct by_number *
tables_by_number(const struct rows_schema *schema)
{
    struct by_number *index = zdm_alloc((schema->n_tables + 1) * sizeof *index);

    for (size_t i = 0; i < schema->n_tables; i++)
        index[i] = (struct by_number){
            (unsigned)strtoul(schema->tables[i].oid, NULL, 10), &schema->tables[i]};
    qsort(index, schema->n_tables, sizeof *index, by_number);
    return index;
}

static void
set_base(struct rows_column *column)
{
    column->base = column->type;
    column->base_typmod = column->typmod;
    while (column->base->kind == 'd') {
        column->not_null |= column->base->not_null;
        column->base_typmod = column->base->inside_typmod;
        column->base = column->base->inside;
    }
}

/* One kind of thing that tables have: how a result's run of rows becomes that of a table. */
typedef void take_fn(struct rows_schema *schema, struct rows_table *table,
    const struct zdm_result *r, int at, size_t n);

static void
take_columns(struct rows_schema *schema, struct rows_table *table, const struct zdm_result *r,
    int at, size_t n)
{
    table->n_columns = n;
    table->columns = zdm_arena_alloc(schema->arena, n * sizeof *table->columns);
    for (size_t k = 0; k < n; k++) {
        int i = at + (int)k;
        table->columns[k] = (struct rows_column){.attnum = (int)zdm_result_i64(r, i, 1),
            .name = text(schema, r, i, 2),
            .bare = text(schema, r, i, 3),
            .type = zdm_rows_type(schema, oid_at(r, i, 4)),
            .typmod = (int)zdm_result_i64(r, i, 5),
            .not_null = zdm_result_bool(r, i, 6),
            .numbered = zdm_result_bool(r, i, 7),
            .generated = text(schema, r, i, 8)};
        set_base(&table->columns[k]);
    }
}

static void
take_keys(struct rows_schema *schema, struct rows_table *table, const struct zdm_result *r, int at,
    size_t n)
{
    table->n_keys = n;
    table->keys = zdm_arena_alloc(schema->arena, n * sizeof *table->keys);
    for (size_t k = 0; k < n; k++) {
        struct rows_key *key = &table->keys[k];
        key->exclusion = zdm_result_bool(r, at + (int)k, 1);
        key->attnums = numbers(schema, zdm_result_get(r, at + (int)k, 2), &key->n);
    }
}

static void
take_checks(struct rows_schema *schema, struct rows_table *table, const struct zdm_result *r,
    int at, size_t n)
{
    table->n_checks = n;
    table->checks = zdm_arena_alloc(schema->arena, n * sizeof *table->checks);
    for (size_t k = 0; k < n; k++) {
        struct rows_check *check = &table->checks[k];
        check->name = text(schema, r, at + (int)k, 1);
        check->expression = text(schema, r, at + (int)k, 2);
        check->attnums = numbers(schema, zdm_result_get(r, at + (int)k, 3), &check->n);
    }
}

static void
take_references(struct rows_schema *schema, struct rows_table *table, const struct zdm_result *r,
    int at, size_t n)
{
    table->n_references = n;
    table->references = zdm_arena_alloc(schema->arena, n * sizeof *table->references);
    for (size_t k = 0; k < n; k++) {
        struct rows_reference *reference = &table->references[k];
        int i = at + (int)k;
        reference->parent_name = text(schema, r, i, 2);
        reference->full = zdm_result_bool(r, i, 3);
        reference->attnums = numbers(schema, zdm_result_get(r, i, 4), &reference->n);
        reference->parent_columns = text(schema, r, i, 5);
        reference->parent_root = oid_at(r, i, 6);
    }
}

static int
load_parts(
    struct zdm_conn *conn, struct rows_schema *schema, const char *tables, struct zdm_err *err)
{
    static const struct {
        const char *file;
        take_fn *take;
    } parts[] = {
        {"sql/rows_columns.sql", take_columns},
        {"sql/rows_keys.sql", take_keys},
        {"sql/rows_checks.sql", take_checks},
        {"sql/rows_references.sql", take_references},
    };
    struct by_number *index = tables_by_number(schema);
    int rc = 0;

    for (size_t p = 0; rc == 0 && p < sizeof parts / sizeof *parts; p++) {
        struct zdm_result *r = NULL;
        size_t n;
        rc = read_all(conn, parts[p].file, tables, &r, err);
        for (int i = 0; rc == 0 && i < zdm_result_rows(r); i += (int)n) {
            const struct by_number wanted = {.oid = oid_at(r, i, 0)};
            struct by_number *found =
                bsearch(&wanted, index, schema->n_tables, sizeof *index, by_number);
            n = run_length(r, i);
            parts[p].take(schema, found->table, r, i, n);
        }
        zdm_result_free(r);
    }
    free(index);
    return rc;
}

/* The types of values, domains taken off, as the server spells them with their modifiers. */
static int
load_casts(struct zdm_conn *conn, struct rows_schema *schema, struct zdm_err *err)
{
    struct zdm_buf oids = ZDM_BUF_INIT, typmods = ZDM_BUF_INIT;
    struct zdm_result *r = NULL;
    int row = 0;

    for (size_t i = 0; i < schema->n_tables; i++)
        for (size_t k = 0; k < schema->tables[i].n_columns; k++) {
            const struct rows_column *column = &schema->tables[i].columns[k];
            zdm_buf_addf(&oids, "%s%u", oids.len ? "," : "{", column->base->oid);
            zdm_buf_addf(&typmods, "%s%d", typmods.len ? "," : "{", column->base_typmod);
        }
    zdm_buf_add(&oids, oids.len ? "}" : "{}");
    zdm_buf_add(&typmods, typmods.len ? "}" : "{}");
    int rc = ZDM_QUERY(conn,
        "SELECT pg_catalog.format_type(t, m) FROM ROWS FROM (pg_catalog.unnest($1::oid[]), "
        "pg_catalog.unnest($2::int[])) WITH ORDINALITY AS x (t, m, place) ORDER BY place",
        &r, err, oids.s, typmods.s);
    for (size_t i = 0; rc == 0 && i < schema->n_tables; i++)
        for (size_t k = 0; k < schema->tables[i].n_columns; k++)
            schema->tables[i].columns[k].cast = text(schema, r, row++, 0);
    zdm_result_free(r);
    zdm_buf_release(&oids);
    zdm_buf_release(&typmods);
    return rc;
}

int
zdm_rows_load(struct zdm_conn *conn, struct rows_schema *schema, struct zdm_err *err)
{
    if (load_tables(conn, schema, err) < 0)
        return -1;
    char *tables = table_list(schema);
    int rc = load_types(conn, schema, tables, err);

    if (rc == 0)
        rc = load_domain_checks(conn, schema, err);
    if (rc == 0)
        rc = load_parts(conn, schema, tables, err);
    if (rc == 0)
        rc = load_casts(conn, schema, err);
    free(tables);
    return rc;
}
