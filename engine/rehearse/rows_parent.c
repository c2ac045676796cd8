/* Foreign keys: a row's values are those of a row of the parent. Its keys are numbered in a temporary table, and
 * joined by a number that the child's row gives. Where two references share a column (a tenant's), the
 * second one takes from the rows that have the first one's value there. */
#include <stdlib.h>
#include <string.h>

#include "rehearse/rows_private.h"

struct rows_parent {
    char *what; /* the query that it holds the rows of, and when */
    int64_t rows;
};

static void
add_shared(struct zdm_buf *sql, const int *shared, size_t n)
{
    for (size_t i = 0; i < n; i++)
        zdm_buf_addf(sql, "%sc%d", i ? ", " : "", shared[i]);
}

static char *
parent_query(const struct rows_reference *reference, const int *shared, size_t n_shared)
{
    struct zdm_buf sql = ZDM_BUF_INIT;

    zdm_buf_add(&sql, "SELECT pg_catalog.row_number() OVER (");
    if (n_shared) {
        zdm_buf_add(&sql, "PARTITION BY ");
        add_shared(&sql, shared, n_shared);
    }
    zdm_buf_add(&sql, " ORDER BY ");
    for (size_t i = 1; i <= reference->n; i++)
        zdm_buf_addf(&sql, "%sc%zu", i > 1 ? ", " : "", i);
    zdm_buf_add(&sql, ") AS n, ");
    if (n_shared) {
        zdm_buf_add(&sql, "pg_catalog.count(*) OVER (PARTITION BY ");
        add_shared(&sql, shared, n_shared);
        zdm_buf_add(&sql, ") AS total, ");
    }
    zdm_buf_addf(&sql, "k.* FROM (SELECT %s FROM %s) AS k WHERE ", reference->parent_columns,
        reference->parent_name);
    for (size_t i = 1; i <= reference->n; i++)
        zdm_buf_addf(&sql, "%sc%zu IS NOT NULL", i > 1 ? " AND " : "", i);
    return zdm_buf_take(&sql);
}

static int
make_table(struct zdm_conn *conn, size_t number, const char *query, const int *shared,
    size_t n_shared, int64_t *rows, struct zdm_err *err)
{
    struct zdm_buf sql = ZDM_BUF_INIT;
    struct zdm_result *r = NULL;

    zdm_buf_addf(&sql, "CREATE TEMP TABLE zdm_parent_%zu AS %s", number, query);
    int rc = zdm_conn_exec(conn, sql.s, &r, err);
    if (rc == 0)
        *rows = zdm_result_affected(r);
    zdm_result_free(r);
    if (rc == 0) {
        zdm_buf_clear(&sql);
        zdm_buf_addf(&sql, "CREATE INDEX ON pg_temp.zdm_parent_%zu (", number);
        add_shared(&sql, shared, n_shared);
        zdm_buf_addf(&sql, "%sn); ANALYZE pg_temp.zdm_parent_%zu", n_shared ? ", " : "", number);
        rc = zdm_conn_exec(conn, sql.s, NULL, err);
    }
    zdm_buf_release(&sql);
    return rc;
}

int
zdm_rows_parent(struct zdm_conn *conn, struct rows_parents *parents,
    const struct rows_reference *reference, const int *shared, size_t n_shared, size_t *number,
    int64_t *rows, struct zdm_err *err)
{
    char *query = parent_query(reference, shared, n_shared);
    /* As long as no row was added there since. */
    char *what =
        zdm_strf("%s -- %lld", query, reference->parent ? (long long)reference->parent->next : 0);
    int rc = 0;

    for (*number = 0; *number < parents->n_known; ++*number)
        if (strcmp(parents->known[*number].what, what) == 0)
            break;
    if (*number == parents->n_known) {
        rc = make_table(conn, *number, query, shared, n_shared, rows, err);
        if (rc == 0) {
            parents->known = zdm_grow(parents->known, parents->n_known, sizeof *parents->known);
            parents->known[parents->n_known++] =
                (struct rows_parent){.what = zdm_strdup(what), .rows = *rows};
        }
    } else {
        *rows = parents->known[*number].rows;
    }
    free(what);
    free(query);
    return rc;
}

static bool
has_key(const struct rows_table *table, const struct rows_reference *reference)
{
    for (size_t i = 0; i < table->n_keys; i++) {
        const struct rows_key *key = &table->keys[i];
        size_t inside = 0;
        for (size_t k = 0; k < key->n; k++)
            inside += zdm_rows_in(reference->attnums, reference->n, key->attnums[k]);
        if (!key->exclusion && key->n && inside == key->n)
            return true;
    }
    return false;
}

static char **
value_of(const struct rows_table *table, struct rows_parents *parents, int attnum)
{
    return &parents->values[zdm_rows_column(table, attnum) - table->columns];
}

/* The reference is to nothing, by the columns that are its own. */
static void
leave_null(const struct rows_table *table, const struct rows_reference *reference,
    struct rows_parents *parents)
{
    for (size_t i = 0; i < reference->n; i++) {
        const struct rows_column *column = zdm_rows_column(table, reference->attnums[i]);
        char **value = value_of(table, parents, column->attnum);
        if (!column->not_null && !*value && !zdm_rows_shared(table, reference, column->attnum))
            *value = zdm_strf("NULL::%s", column->cast);
    }
}

/* For each column that an earlier reference decided: where its value stands. */
struct decided {
    size_t alias; /* k<alias>.c<place>; place 0: nobody */
    size_t place;
};

static void
join_parent(struct rows_parents *parents, const struct rows_table *table,
    const struct rows_reference *reference, size_t alias, size_t number, int64_t rows,
    const struct decided *decided, const int *shared, size_t n_shared, uint64_t *salt)
{
    struct zdm_buf *joins = &parents->joins;
    struct zdm_buf same = ZDM_BUF_INIT;

    for (size_t i = 0; i < n_shared; i++) {
        size_t column =
            (size_t)(zdm_rows_column(table, reference->attnums[shared[i] - 1]) - table->columns);
        zdm_buf_addf(&same, " AND %%s.c%d = k%zu.c%zu", shared[i], decided[column].alias,
            decided[column].place);
    }
    if (n_shared) {
        zdm_buf_addf(
            joins, " LEFT JOIN pg_temp.zdm_parent_%zu AS g%zu ON g%zu.n = 1", number, alias, alias);
        for (const char *s = same.s; *s; s++)
            if (s[0] == '%' && s[1] == 's') {
                zdm_buf_addf(joins, "g%zu", alias);
                s++;
            } else
                zdm_buf_addc(joins, *s);
    }
    zdm_buf_addf(
        joins, " LEFT JOIN pg_temp.zdm_parent_%zu AS k%zu ON k%zu.n = 1 + ", number, alias, alias);
    if (!n_shared && has_key(table, reference))
        zdm_buf_add(joins, "(" ROWS_NUMBER " - 1)");
    else
        zdm_rows_hash(joins, salt);
    if (n_shared)
        zdm_buf_addf(joins, " %% g%zu.total", alias);
    else
        zdm_buf_addf(joins, " %% %lld", (long long)rows);
    for (const char *s = same.s; *s; s++)
        if (s[0] == '%' && s[1] == 's') {
            zdm_buf_addf(joins, "k%zu", alias);
            s++;
        } else
            zdm_buf_addc(joins, *s);
    zdm_buf_release(&same);
}

static int
add_reference(struct zdm_conn *conn, const struct rows_schema *schema, struct rows_table *table,
    const struct rows_reference *reference, size_t alias, struct rows_parents *parents,
    struct decided *decided, uint64_t *salt, struct zdm_err *err)
{
    int *shared = zdm_alloc((reference->n + 1) * sizeof *shared);
    size_t n_shared = 0, number;
    int64_t rows;
    int rc = -1;

    for (size_t i = 0; i < reference->n; i++)
        if (decided[zdm_rows_column(table, reference->attnums[i]) - table->columns].place)
            shared[n_shared++] = (int)i + 1;
    if (zdm_rows_parent(conn, parents, reference, shared, n_shared, &number, &rows, err) < 0)
        goto out;
    rc = 0;
    if (rows == 0) {
        if (reference->soft)
            leave_null(table, reference, parents);
        else
            parents->missing = reference->parent_name;
        goto out;
    }
    join_parent(parents, table, reference, alias, number, rows, decided, shared, n_shared, salt);
    if (n_shared && (!reference->soft || n_shared == reference->n))
        zdm_buf_addf(&parents->filter, " AND k%zu.n IS NOT NULL", alias);
    struct zdm_buf null = ZDM_BUF_INIT;
    bool often = false;
    for (size_t i = 0; i < reference->n; i++)
        often |= zdm_rows_column(table, reference->attnums[i])->hints.mixed;
    zdm_rows_null(&null, schema, table, often, salt);
    for (size_t i = 0; i < reference->n; i++) {
        const struct rows_column *column = zdm_rows_column(table, reference->attnums[i]);
        char **value = value_of(table, parents, column->attnum);
        struct decided *mark = &decided[column - table->columns];
        if (mark->place)
            continue;
        *mark = (struct decided){.alias = alias, .place = i + 1};
        bool own = !column->not_null && !zdm_rows_shared(table, reference, column->attnum);
        free(*value);
        *value = reference->soft && own
                     ? zdm_strf("CASE WHEN %s THEN NULL ELSE CAST(k%zu.c%zu AS %s) END", null.s,
                           alias, i + 1, column->cast)
                     : zdm_strf("CAST(k%zu.c%zu AS %s)", alias, i + 1, column->cast);
    }
    zdm_buf_release(&null);

out:
    free(shared);
    return rc;
}

static void
clear(struct rows_parents *parents)
{
    zdm_buf_clear(&parents->joins);
    zdm_buf_clear(&parents->filter);
    for (size_t i = 0; i < parents->n_values; i++)
        free(parents->values[i]);
    free(parents->values);
    parents->values = NULL;
    parents->n_values = 0;
    parents->missing = NULL;
}

int
zdm_rows_parents(struct zdm_conn *conn, const struct rows_schema *schema, struct rows_table *table,
    struct rows_parents *parents, struct zdm_err *err)
{
    struct decided *decided = zdm_alloc((table->n_columns + 1) * sizeof *decided);
    uint64_t salt = zdm_rows_salt(schema, table, "references");
    int rc = 0;

    clear(parents);
    parents->n_values = table->n_columns;
    parents->values = zdm_alloc((table->n_columns + 1) * sizeof *parents->values);
    for (size_t i = 0; rc == 0 && i < table->n_references; i++)
        if (!table->references[i].later)
            rc = add_reference(
                conn, schema, table, &table->references[i], i, parents, decided, &salt, err);
        else if (table->references[i].soft)
            leave_null(table, &table->references[i], parents);
    free(decided);
    return rc;
}

void
zdm_rows_parents_free(struct rows_parents *parents)
{
    clear(parents);
    zdm_buf_release(&parents->joins);
    zdm_buf_release(&parents->filter);
    for (size_t i = 0; i < parents->n_known; i++)
        free(parents->known[i].what);
    free(parents->known);
}
