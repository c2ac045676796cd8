/* References around a circle that cannot be NULL: their rows got any values, which are no references yet. Each
 * gets a row of the parent now; where that is not possible the row goes, and what refers to it. */
#include <stdlib.h>
#include <string.h>

#include "rehearse/rows_private.h"

/* Adds the rows of the table with the reference's columns taken from the parent's numbered rows. Columns that
 * another reference decides stay. */
static void
add_referring(struct zdm_buf *sql, const struct rows_table *table,
    const struct rows_reference *reference, size_t number, int64_t rows, bool shared)
{
    struct zdm_buf same = ZDM_BUF_INIT, partition = ZDM_BUF_INIT;

    zdm_buf_add(sql, "SELECT ");
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct rows_column *column = &table->columns[i];
        const char *between = i > 0 ? ", " : "";
        size_t place = 0;
        while (place < reference->n && reference->attnums[place] != column->attnum)
            place++;
        bool mine = place < reference->n;
        if (mine && zdm_rows_shared(table, reference, column->attnum)) {
            zdm_buf_addf(&same, " AND k.c%zu = t.%s", place + 1, column->name);
            zdm_buf_addf(&partition, "%s%s", partition.len ? ", " : "PARTITION BY ", column->name);
            mine = false;
        }
        if (mine)
            zdm_buf_addf(
                sql, "%sCAST(k.c%zu AS %s) AS %s", between, place + 1, column->cast, column->name);
        else
            zdm_buf_addf(sql, "%st.%s", between, column->name);
    }
    zdm_buf_addf(sql,
        " FROM (SELECT *, pg_catalog.row_number() OVER (%s ORDER BY ctid) AS " ROWS_NUMBER
        " FROM ONLY %s) AS t JOIN pg_temp.zdm_parent_%zu AS k ON k.n = 1 + (t." ROWS_NUMBER
        " - 1) %% ",
        partition.s, table->name, number);
    if (shared)
        zdm_buf_addf(sql, "k.total%s", same.s);
    else
        zdm_buf_addf(sql, "%lld", (long long)rows);
    zdm_buf_release(&same);
    zdm_buf_release(&partition);
}

/* Puts all rows in anew: an UPDATE would meet values that are about to change. */
static int
refer(struct zdm_conn *conn, struct rows_table *table, const struct rows_reference *reference,
    struct rows_parents *parents, struct zdm_err *err)
{
    struct zdm_buf sql = ZDM_BUF_INIT, names = ZDM_BUF_INIT, conditions = ZDM_BUF_INIT;
    struct zdm_result *r = NULL;
    int *shared = zdm_alloc((reference->n + 1) * sizeof *shared);
    size_t n_shared = 0, number;
    int64_t rows;

    for (size_t i = 0; i < reference->n; i++)
        if (zdm_rows_shared(table, reference, reference->attnums[i]))
            shared[n_shared++] = (int)i + 1;
    int rc = zdm_rows_parent(conn, parents, reference, shared, n_shared, &number, &rows, err);
    if (rc == 0 && rows > 0 && n_shared < reference->n) {
        zdm_rows_names(&names, table);
        zdm_rows_conditions(&conditions, table, " AND ");
        zdm_buf_add(&sql, "CREATE TEMP TABLE zdm_circle AS ");
        add_referring(&sql, table, reference, number, rows, n_shared > 0);
        zdm_buf_addf(&sql,
            "; DELETE FROM ONLY %s; INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM "
            "pg_temp.zdm_circle AS %s%s%s ON CONFLICT DO NOTHING",
            table->name, table->name, names.s, names.s, table->alias,
            conditions.len ? " WHERE " : "", conditions.s);
        rc = zdm_conn_exec(conn, sql.s, &r, err);
        if (rc == 0) {
            table->rows = zdm_result_affected(r);
            rc = zdm_conn_exec(conn, "DROP TABLE pg_temp.zdm_circle", NULL, err);
        }
        zdm_result_free(r);
    }
    zdm_buf_release(&sql);
    zdm_buf_release(&names);
    zdm_buf_release(&conditions);
    free(shared);
    return rc;
}

/* Removes rows that refer to nothing; *gone grows by how many. */
static int
remove_orphans(struct zdm_conn *conn, struct rows_table *table,
    const struct rows_reference *reference, int64_t *gone, struct zdm_err *err)
{
    struct zdm_buf sql = ZDM_BUF_INIT;
    struct zdm_result *r = NULL;

    zdm_buf_addf(&sql,
        "DELETE FROM ONLY %s AS t WHERE NOT EXISTS (SELECT FROM (SELECT %s FROM %s) AS k "
        "WHERE true",
        table->name, reference->parent_columns, reference->parent_name);
    for (size_t i = 0; i < reference->n; i++)
        zdm_buf_addf(
            &sql, " AND k.c%zu = t.%s", i + 1, zdm_rows_column(table, reference->attnums[i])->name);
    zdm_buf_add(&sql, ")");
    for (size_t i = 0; i < reference->n; i++)
        zdm_buf_addf(
            &sql, " AND t.%s IS NOT NULL", zdm_rows_column(table, reference->attnums[i])->name);
    int rc = zdm_conn_exec(conn, sql.s, &r, err);
    if (rc == 0) {
        *gone += zdm_result_affected(r);
        table->rows -= zdm_result_affected(r);
    }
    zdm_result_free(r);
    zdm_buf_release(&sql);
    return rc;
}

int
zdm_rows_close_circles(struct zdm_conn *conn, struct rows_schema *schema,
    struct rows_parents *parents, struct zdm_err *err)
{
    bool open = false;
    int64_t gone;

    for (size_t i = 0; i < schema->n_tables; i++)
        for (size_t k = 0; k < schema->tables[i].n_references; k++) {
            struct rows_reference *reference = &schema->tables[i].references[k];
            if (!reference->later || reference->soft)
                continue;
            open = true;
            if (refer(conn, &schema->tables[i], reference, parents, err) < 0)
                return -1;
        }
    do {
        gone = 0;
        for (size_t i = 0; open && i < schema->n_tables; i++)
            for (size_t k = 0; k < schema->tables[i].n_references; k++)
                if (remove_orphans(
                        conn, &schema->tables[i], &schema->tables[i].references[k], &gone, err) < 0)
                    return -1;
    } while (gone > 0);
    return 0;
}
