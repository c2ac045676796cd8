/*
 * schema.c - a schema as text: what people made in a database, as the server spells it (the same as
 * zdm verify compares).
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "rehearse/private.h"

extern const struct zdm_embedded zdm_run_sql[];

enum { MOST_LINES = 20 }; /* of a difference that is shown */

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int
zdm_schema_text_read(const char *conninfo, struct zdm_schema_text *out, struct zdm_err *err)
{
    struct zdm_conn *conn = NULL;
    struct zdm_result *rows = NULL;
    int rc = -1;

    if (zdm_conn_open(conninfo, "zdm rehearsal", &conn, err) < 0)
        return -1;
    if (zdm_conn_exec(conn, "SET search_path = pg_catalog", NULL, err) < 0 ||
        zdm_conn_exec(conn, zdm_embedded_text(zdm_run_sql, "sql/schema_objects.sql"), &rows, err) <
            0)
        goto out;
    out->n = (size_t)zdm_result_rows(rows);
    out->lines = zdm_alloc((out->n + 1) * sizeof *out->lines);
    for (size_t i = 0; i < out->n; i++) {
        const char *definition = zdm_result_get(rows, (int)i, 3);
        out->lines[i] = zdm_strf("%s %s: %s", zdm_result_get(rows, (int)i, 0),
            zdm_result_get(rows, (int)i, 1), definition ? definition : "");
    }
    qsort(out->lines, out->n, sizeof *out->lines, by_text);
    rc = 0;
out:
    zdm_result_free(rows);
    zdm_conn_close(conn);
    return rc;
}

void
zdm_schema_text_release(struct zdm_schema_text *text)
{
    for (size_t i = 0; i < text->n; i++)
        free(text->lines[i]);
    free(text->lines);
    *text = (struct zdm_schema_text){.n = 0};
}

static void
add_line(struct zdm_buf *diff, size_t *n, char sign, const char *line)
{
    if (++*n <= MOST_LINES)
        zdm_buf_addf(diff, "%s%c %s", diff->len ? "\n" : "", sign, line);
}

char *
zdm_schema_text_diff(const struct zdm_schema_text *a, const struct zdm_schema_text *b)
{
    struct zdm_buf diff = ZDM_BUF_INIT;
    size_t i = 0, j = 0, n = 0;

    while (i < a->n || j < b->n) {
        int order = i == a->n ? 1 : j == b->n ? -1 : strcmp(a->lines[i], b->lines[j]);
        if (order < 0)
            add_line(&diff, &n, '-', a->lines[i]);
        else if (order > 0)
            add_line(&diff, &n, '+', b->lines[j]);
        i += order <= 0;
        j += order >= 0;
    }
    if (n > MOST_LINES)
        zdm_buf_addf(&diff, "\nand %zu more", n - MOST_LINES);
    return diff.len ? zdm_buf_take(&diff) : NULL;
}
