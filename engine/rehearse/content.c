#include "rehearse/content.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "base/text.h"

extern const struct zdm_embedded zdm_rehearse_sql[];

enum { MOST_LINES = 20 }; /* of a difference that is shown */

/* A view of its name without the word before it. */
static const char *
bare_name(const char *from)
{
    return strncmp(from, "ONLY ", 5) == 0 ? from + 5 : from;
}

/* One statement for all its columns, so that the table is read once. */
static int
read_table(
    struct zdm_conn *conn, const char *from, struct zdm_content_table *table, struct zdm_err *err)
{
    struct zdm_buf sql = ZDM_BUF_INIT;
    struct zdm_result *r = NULL;

    zdm_buf_add(&sql, "SELECT pg_catalog.count(*), "
                      "pg_catalog.sum(pg_catalog.hashtextextended((t.*)::text, 0))");
    for (size_t i = 0; i < table->n_columns; i++)
        zdm_buf_addf(&sql, ", pg_catalog.sum(pg_catalog.hashtextextended(t.%s::text, 0))",
            table->columns[i].name);
    zdm_buf_addf(&sql, " FROM %s AS t", from);
    int rc = zdm_conn_exec(conn, sql.s, &r, err);
    zdm_buf_release(&sql);
    if (rc < 0)
        return zdm_err_wrap(err, "table %s", table->name);
    table->rows = zdm_result_i64(r, 0, 0);
    for (size_t i = 0; i <= table->n_columns; i++) {
        const char *sum = zdm_result_get(r, 0, (int)i + 1);
        *(i == 0 ? &table->sum : &table->columns[i - 1].sum) = zdm_strdup(sum ? sum : "");
    }
    zdm_result_free(r);
    return 0;
}

int
zdm_content_read(struct zdm_conn *conn, struct zdm_content *out, struct zdm_err *err)
{
    struct zdm_content content = {.n = 0};
    struct zdm_result *columns = NULL;
    int rc = -1, row = 0;

    if (zdm_conn_exec(conn, zdm_embedded_text(zdm_rehearse_sql, "sql/content.sql"), &columns, err) <
        0)
        return -1;
    while (row < zdm_result_rows(columns)) {
        const char *from = zdm_result_get(columns, row, 0);
        content.tables = zdm_grow(content.tables, content.n, sizeof *content.tables);
        struct zdm_content_table *table = &content.tables[content.n++];
        *table = (struct zdm_content_table){.name = zdm_strdup(bare_name(from))};
        for (; row < zdm_result_rows(columns) && strcmp(zdm_result_get(columns, row, 0), from) == 0;
             row++) {
            table->columns = zdm_grow(table->columns, table->n_columns, sizeof *table->columns);
            table->columns[table->n_columns++] =
                (struct zdm_content_column){.name = zdm_strdup(zdm_result_get(columns, row, 1)),
                    .numbered = zdm_result_bool(columns, row, 2)};
        }
        if (read_table(conn, from, table, err) < 0)
            goto out;
    }
    *out = content;
    content = (struct zdm_content){.n = 0};
    rc = 0;
out:
    zdm_content_release(&content);
    zdm_result_free(columns);
    return rc;
}

void
zdm_content_release(struct zdm_content *content)
{
    for (size_t i = 0; i < content->n; i++) {
        struct zdm_content_table *table = &content->tables[i];
        for (size_t c = 0; c < table->n_columns; c++) {
            free(table->columns[c].name);
            free(table->columns[c].sum);
        }
        free(table->columns);
        free(table->name);
        free(table->sum);
    }
    free(content->tables);
    *content = (struct zdm_content){.n = 0};
}

static const struct zdm_content_table *
find_table(const struct zdm_content *content, const char *name)
{
    for (size_t i = 0; i < content->n; i++)
        if (strcmp(content->tables[i].name, name) == 0)
            return &content->tables[i];
    return NULL;
}

static const char *
sum_of(const struct zdm_content_table *table, const char *column)
{
    for (size_t i = 0; i < table->n_columns; i++)
        if (strcmp(table->columns[i].name, column) == 0)
            return table->columns[i].sum;
    return "";
}

static bool
is_same(const struct zdm_content_table *a, const struct zdm_content_table *b)
{
    return a->rows == b->rows && strcmp(a->sum, b->sum) == 0;
}

bool
zdm_content_differs(const struct zdm_content *a, const struct zdm_content *b)
{
    for (size_t i = 0; i < a->n; i++) {
        const struct zdm_content_table *other = find_table(b, a->tables[i].name);
        if (other && !is_same(&a->tables[i], other))
            return true;
    }
    return false;
}

/* Adds what differs, and is no accident: "public.users: column n". */
static void
diff_table(const struct zdm_content_table *was, const struct zdm_content_table *again,
    const struct zdm_content_table *is, struct zdm_buf *out)
{
    struct zdm_buf columns = ZDM_BUF_INIT;
    bool loose = false;
    size_t n = 0;

    if (was->rows != is->rows) {
        char a[32], b[32];
        if (was->rows == again->rows)
            zdm_buf_addf(out, "%s has %s rows, not %s", was->name, zdm_show_count(is->rows, b),
                zdm_show_count(was->rows, a));
        return;
    }
    for (size_t i = 0; i < was->n_columns; i++) {
        const struct zdm_content_column *column = &was->columns[i];
        bool differs = strcmp(column->sum, sum_of(is, column->name)) != 0;
        if (strcmp(column->sum, sum_of(again, column->name)) != 0 ||
            (differs && column->numbered)) {
            loose = true;
        } else if (differs) {
            zdm_buf_addf(&columns, "%s%s", n ? ", " : "", column->name);
            n++;
        }
    }
    if (n > 0)
        zdm_buf_addf(out, "%s: other values of %s", was->name, columns.s);
    else if (!loose && strcmp(was->sum, is->sum) != 0 && strcmp(was->sum, again->sum) == 0)
        zdm_buf_addf(out, "%s: the same values of each column, in other rows", was->name);
    zdm_buf_release(&columns);
}

char *
zdm_content_diff(const struct zdm_content *reference, const struct zdm_content *again,
    const struct zdm_content *killed)
{
    struct zdm_buf diff = ZDM_BUF_INIT;
    size_t n = 0;

    for (size_t i = 0; i < reference->n; i++) {
        const struct zdm_content_table *was = &reference->tables[i];
        const struct zdm_content_table *is = find_table(killed, was->name);
        const struct zdm_content_table *second = find_table(again, was->name);
        struct zdm_buf line = ZDM_BUF_INIT;
        if (is && second && !is_same(was, is))
            diff_table(was, second, is, &line);
        if (line.len && ++n <= MOST_LINES)
            zdm_buf_addf(&diff, "%s%s", diff.len ? "\n" : "", line.s);
        zdm_buf_release(&line);
    }
    if (n > MOST_LINES)
        zdm_buf_addf(&diff, "\nand %zu more", n - MOST_LINES);
    return diff.len ? zdm_buf_take(&diff) : NULL;
}
