/* The rows of one table: candidates by number, those that its conditions take, ON CONFLICT DO NOTHING for its
 * keys; again with further numbers until there are enough, or hardly any is taken. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "rehearse/rows_private.h"

enum {
    FIRST_ROUND = 1000,
    LARGEST_ROUND = 200000,
    ONE_BY_ONE = 1000,
    IN_VAIN = 50000,
    MAX_TROUBLE = 200
};

void
zdm_rows_conditions(struct zdm_buf *out, const struct rows_table *table, const char *separator)
{
    const char *between = "";

    for (size_t i = 0; i < table->n_checks; i++, between = separator)
        zdm_buf_addf(out, "%s(%s) IS NOT FALSE", between, table->checks[i].expression);
    if (table->partition) {
        zdm_buf_addf(out, "%s(%s) IS NOT FALSE", between, table->partition);
        between = separator;
    }
    for (size_t i = 0; i < table->n_columns; i++)
        for (const struct rows_type *type = table->columns[i].type; type->kind == 'd';
             type = type->inside)
            for (size_t k = 0; k < type->n_checks; k++, between = separator) {
                zdm_buf_addf(out, "%s(", between);
                zdm_rows_replace_value(out, type->checks[k], table->columns[i].name);
                zdm_buf_add(out, ") IS NOT FALSE");
            }
}

void
zdm_rows_names(struct zdm_buf *out, const struct rows_table *table)
{
    const char *between = "";

    for (size_t i = 0; i < table->n_columns; i++)
        if (!table->columns[i].generated) {
            zdm_buf_addf(out, "%s%s", between, table->columns[i].name);
            between = ", ";
        }
}

/* FROM (...): the candidates of the numbers $1 to $2, with their generated columns. */
static void
add_candidates(struct zdm_buf *out, const struct rows_schema *schema,
    const struct rows_table *table, const struct rows_parents *parents, bool generated)
{
    uint64_t salt = zdm_rows_salt(schema, table, "values");

    zdm_buf_add(out, " FROM (SELECT *");
    for (size_t i = 0; generated && i < table->n_columns; i++)
        if (table->columns[i].generated)
            zdm_buf_addf(out, ", (%s) AS %s", table->columns[i].generated, table->columns[i].name);
    zdm_buf_add(out, " FROM ");
    for (int n = zdm_rows_layers(table); n > 0; n--)
        zdm_rows_layer(out, schema, table, parents, n);
    zdm_buf_add(out, "(SELECT " ROWS_NUMBER);
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct rows_column *column = &table->columns[i];
        if (column->generated)
            continue;
        zdm_buf_add(out, ", ");
        if (parents->values[i]) {
            zdm_buf_add(out, parents->values[i]);
        } else {
            bool null = !column->not_null && column->tile == 0;
            if (null) {
                zdm_buf_add(out, "CASE WHEN ");
                zdm_rows_null(out, schema, table, column->hints.mixed, &salt);
                zdm_buf_add(out, " THEN NULL ELSE ");
            }
            zdm_rows_value(out, schema, column, &salt);
            zdm_buf_add(out, null ? " END" : "");
        }
        zdm_buf_addf(out, " AS %s", column->name);
    }
    zdm_buf_addf(out,
        " FROM pg_catalog.generate_series($1::int8, $2::int8) AS x (" ROWS_NUMBER
        ")%s WHERE true%s OFFSET 0) AS %s",
        parents->joins.s, parents->filter.s, table->alias);
    for (int n = zdm_rows_layers(table); n > 0; n--)
        zdm_buf_addf(out, " OFFSET 0) AS %s", table->alias);
    zdm_buf_addf(out, ") AS %s", table->alias);
}

static char *
insert_text(const struct rows_schema *schema, const struct rows_table *table,
    const struct rows_parents *parents)
{
    struct zdm_buf sql = ZDM_BUF_INIT, names = ZDM_BUF_INIT, conditions = ZDM_BUF_INIT;

    zdm_rows_names(&names, table);
    zdm_rows_conditions(&conditions, table, " AND ");
    /* In the order of the numbers, so that of two with the same key always the same one stays. */
    zdm_buf_add(&sql, "WITH fit AS MATERIALIZED (SELECT *");
    add_candidates(&sql, schema, table, parents, conditions.len > 0);
    zdm_buf_addf(&sql, "%s%s ORDER BY " ROWS_NUMBER " LIMIT $3::int8), made AS (INSERT INTO %s ",
        conditions.len ? " WHERE " : "", conditions.s, table->name);
    if (names.len)
        zdm_buf_addf(&sql, "(%s) OVERRIDING SYSTEM VALUE ", names.s);
    zdm_buf_addf(&sql,
        "SELECT %s FROM fit ORDER BY " ROWS_NUMBER " ON CONFLICT DO NOTHING RETURNING 1) "
        "SELECT (SELECT pg_catalog.count(*) FROM made), (SELECT pg_catalog.count(*) FROM fit)",
        names.s);
    zdm_buf_release(&names);
    zdm_buf_release(&conditions);
    return zdm_buf_take(&sql);
}

/* Candidates one after the other: when a statement for many fails at one of them. */
static int
fill_one_by_one(struct zdm_conn *conn, const struct rows_schema *schema, struct rows_table *table,
    const char *insert, int64_t wanted, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char first[24], last[24], limit[24];

    int64_t most = wanted > ONE_BY_ONE ? ONE_BY_ONE : wanted;
    int64_t tries = most * 10 < 200 ? 200 : most * 10;
    snprintf(first, sizeof first, "%lld", (long long)table->root->next);
    snprintf(last, sizeof last, "%lld", (long long)(table->root->next + tries - 1));
    snprintf(limit, sizeof limit, "%lld", (long long)most);
    table->root->next += tries;
    if (ZDM_QUERY(conn, "SELECT made, trouble FROM pg_temp.zdm_each($1, $2, $3, $4)", &r, err,
            insert, first, last, limit) < 0)
        return -1;
    int64_t made = zdm_result_i64(r, 0, 0);
    const char *trouble = zdm_result_get(r, 0, 1);
    table->rows += made;
    if (made < wanted && trouble)
        table->trouble = zdm_arena_strndup(
            schema->arena, trouble, (size_t)zdm_whole_characters(trouble, MAX_TROUBLE));
    zdm_result_free(r);
    return 0;
}

/* Which condition takes none of the candidates. */
static int
blame(struct zdm_conn *conn, const struct rows_schema *schema, struct rows_table *table,
    const struct rows_parents *parents, struct zdm_err *err)
{
    struct zdm_buf sql = ZDM_BUF_INIT, counts = ZDM_BUF_INIT;
    struct zdm_result *r = NULL;

    zdm_rows_conditions(&counts, table, "), pg_catalog.count(*) FILTER (WHERE ");
    if (counts.len == 0) {
        zdm_buf_release(&counts);
        table->trouble = "every row that was tried is there already, or has no parent";
        return 0;
    }
    zdm_buf_addf(
        &sql, "SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE %s)", counts.s);
    add_candidates(&sql, schema, table, parents, true);
    int rc = ZDM_QUERY(conn, sql.s, &r, err, "1", "2000");
    zdm_buf_release(&sql);
    zdm_buf_release(&counts);
    if (rc < 0)
        return -1;
    table->trouble = "its conditions together take none of the values that were tried";
    if (zdm_result_i64(r, 0, 0) == 0)
        table->trouble = "no row of one parent goes with one of another";
    for (int i = 1; i < zdm_result_columns(r); i++)
        if (zdm_result_i64(r, 0, 0) > 0 && zdm_result_i64(r, 0, i) == 0) {
            size_t check = (size_t)i - 1;
            table->trouble =
                check < table->n_checks
                    ? zdm_arena_strf(schema->arena,
                          "CHECK constraint \"%s\" takes none of the values that were tried",
                          table->checks[check].name)
                    : "the bounds of the partition, or a domain, take none of the values that were "
                      "tried";
            break;
        }
    zdm_result_free(r);
    return 0;
}

/* `wanted` more rows. */
static int
insert_rows(struct zdm_conn *conn, const struct rows_schema *schema, struct rows_table *table,
    const char *insert, int64_t wanted, bool conditions, struct zdm_err *err)
{
    int64_t made = 0, tried = 0;
    bool scarce = false; /* most of those that fit are there already */
    int64_t size = conditions && wanted > FIRST_ROUND ? FIRST_ROUND : wanted;

    while (made < wanted && tried < 20 * wanted + IN_VAIN) {
        char first[24], last[24], limit[24];
        struct zdm_result *r = NULL;
        struct zdm_err trouble = ZDM_ERR_INIT;
        snprintf(first, sizeof first, "%lld", (long long)table->root->next);
        snprintf(last, sizeof last, "%lld", (long long)(table->root->next + size - 1));
        int64_t most = scarce ? size : wanted - made;
        snprintf(limit, sizeof limit, "%lld", (long long)most);
        if (ZDM_QUERY(conn, insert, &r, &trouble, first, last, limit) < 0) {
            if (!trouble.sqlstate[0] || zdm_conn_lost(conn) ||
                trouble.code == ZDM_ERR_INTERRUPTED) {
                zdm_err_move(err, &trouble);
                return -1;
            }
            zdm_err_release(&trouble);
            return fill_one_by_one(conn, schema, table, insert, wanted - made, err);
        }
        int64_t new_rows = zdm_result_i64(r, 0, 0), fit = zdm_result_i64(r, 0, 1);
        zdm_result_free(r);
        table->root->next += size;
        table->rows += new_rows;
        made += new_rows;
        tried += size;
        scarce = new_rows < fit / 2;
        if (new_rows * 200 < fit && tried >= wanted)
            break; /* its keys have hardly any values left */
        if (new_rows == 0 && tried >= IN_VAIN)
            break;
        size = new_rows > 0 ? (wanted - made) * size / new_rows * 11 / 10 + 20 : size * 4 + 20;
        if (size > LARGEST_ROUND)
            size = LARGEST_ROUND;
    }
    return 0;
}

static int
count_rows(struct zdm_conn *conn, struct rows_table *table, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *sql = zdm_strf("SELECT pg_catalog.count(*) FROM ONLY %s", table->name);
    int rc = zdm_conn_exec(conn, sql, &r, err);

    if (rc == 0)
        table->rows = zdm_result_i64(r, 0, 0);
    zdm_result_free(r);
    free(sql);
    return rc;
}

int
zdm_rows_fill(struct zdm_conn *conn, struct rows_schema *schema, struct rows_table *table,
    int64_t rows, struct rows_parents *parents, struct zdm_err *err)
{
    table->trouble = NULL;
    if (count_rows(conn, table, err) < 0)
        return -1;
    if (table->rows >= rows)
        return 0;
    if (zdm_rows_parents(conn, schema, table, parents, err) < 0)
        return -1;
    if (parents->missing) {
        table->trouble =
            zdm_arena_strf(schema->arena, "it refers to %s, which has no rows", parents->missing);
        return 0;
    }
    char *insert = insert_text(schema, table, parents);
    struct zdm_buf conditions = ZDM_BUF_INIT;
    zdm_rows_conditions(&conditions, table, " AND ");
    int rc = insert_rows(conn, schema, table, insert, rows - table->rows, conditions.len > 0, err);
    zdm_buf_release(&conditions);
    free(insert);
    if (rc == 0 && table->rows == 0 && !table->trouble)
        rc = blame(conn, schema, table, parents, err);
    return rc;
}
