#include "batch/range.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "batch/pages.h"

/* Are the ranges that were probed those behind `after`? */
static bool
goes_on(const struct zdm_ranges *r, const char *after)
{
    return r->next > 0 && r->next < r->count && after && strcmp(r->upto[r->next - 1], after) == 0;
}

/* Sizes drift a little after every batch: probing again for that would cost more than it gives. */
static bool
still_fits(const struct zdm_ranges *r, int64_t rows)
{
    return rows >= r->rows - r->rows / 4 && rows <= r->rows + r->rows / 4;
}

bool
zdm_ranges_ready(const struct zdm_ranges *r, int64_t rows, const char *after)
{
    return goes_on(r, after) && still_fits(r, rows);
}

static int
probe(struct zdm_ranges *r, struct zdm_conn *control, const struct zdm_batch_sql *sql, int64_t rows,
    const char *after, const char *bound, struct zdm_err *err)
{
    struct zdm_parameters p = {.n = 0};
    struct zdm_position from = {.n = 0}, last = {.n = 0};
    struct zdm_result *result = NULL;
    char rows_text[32], batches[16];
    int rc = -1;

    snprintf(rows_text, sizeof rows_text, "%lld", (long long)rows);
    snprintf(batches, sizeof batches, "%d", ZDM_RANGES_AHEAD);
    if (zdm_position_split(bound, sql->n_keys, &last, err) < 0 ||
        (after && zdm_position_split(after, sql->n_keys, &from, err) < 0))
        goto out;
    zdm_parameters_add(&p, rows_text);
    zdm_parameters_add(&p, batches);
    zdm_parameters_add_position(&p, &last, 0);
    zdm_parameters_add_position(&p, &from, 0);
    if (zdm_conn_query(
            control, after ? sql->probe_next : sql->probe_first, p.n, p.values, &result, err) < 0)
        goto out;

    zdm_ranges_clear(r);
    r->rows = rows;
    int found = zdm_result_rows(result);
    for (int i = 0; i < found && i < ZDM_RANGES_AHEAD; i++) {
        if (zdm_position_of_row(result, i, sql->n_keys, &r->upto[r->count], err) < 0)
            goto out;
        r->count++;
    }
    if (found < ZDM_RANGES_AHEAD)
        r->upto[r->count++] = zdm_strdup(bound);
    rc = 0;
out:
    zdm_result_free(result);
    zdm_position_release(&from);
    zdm_position_release(&last);
    return rc;
}

/* What is left of the page of `from`, in ranges of that many rows. */
static int
probe_lines(struct zdm_ranges *r, struct zdm_conn *control, const struct zdm_batch_sql *sql,
    int64_t rows, const struct zdm_page *from, const char *bound, struct zdm_err *err)
{
    struct zdm_page at = *from, end = *from, last;
    struct zdm_result *result = NULL;
    char *start = zdm_page_place(from), upto[24], most[24];

    end.page++;
    end.line = 0;
    snprintf(upto, sizeof upto, "%lld", (long long)end.page);
    snprintf(most, sizeof most, "%lld", (long long)rows * ZDM_RANGES_AHEAD + 1);
    int rc = zdm_page_parse(bound, &last, err);
    if (rc == 0)
        rc = ZDM_QUERY(control, sql->lines, &result, err, start, upto, most);
    free(start);
    if (rc < 0)
        return -1;
    zdm_ranges_clear(r);
    r->rows = rows;
    int found = zdm_result_rows(result);
    /* Each ends before the first row of the next one. */
    for (int64_t i = rows; i < found && r->count < ZDM_RANGES_AHEAD; i += rows) {
        at.line = zdm_result_i64(result, (int)i, 0);
        r->upto[r->count++] = zdm_page_text(&at);
    }
    if (r->count < ZDM_RANGES_AHEAD)
        r->upto[r->count++] = end.page >= last.page ? zdm_strdup(bound) : zdm_page_text(&end);
    zdm_result_free(result);
    return 0;
}

static int
step_pages(struct zdm_ranges *r, struct zdm_conn *control, const struct zdm_batch_sql *sql,
    int64_t rows, const char *after, const char *bound, struct zdm_err *err)
{
    struct zdm_page from = {.page = 0}, end;
    double pages = (double)rows / sql->rows_a_page;

    if (zdm_page_parse(bound, &end, err) < 0 || (after && zdm_page_parse(after, &from, err) < 0))
        return -1;
    if (!after)
        from = (struct zdm_page){.pass = end.pass, .file = end.file};
    if (pages < 1)
        return probe_lines(r, control, sql, rows, &from, bound, err);
    int64_t step = (int64_t)pages;
    zdm_ranges_clear(r);
    r->rows = (int64_t)((double)step * sql->rows_a_page);
    if (end.page - from.page > step) {
        end.page = from.page + step;
        r->upto[r->count++] = zdm_page_text(&end);
    } else {
        r->upto[r->count++] = zdm_strdup(bound);
    }
    return 0;
}

int
zdm_ranges_next(struct zdm_ranges *r, struct zdm_conn *control, const struct zdm_batch_sql *sql,
    int64_t rows, const char *after, const char *bound, const char **upto, struct zdm_err *err)
{
    /* The last range ends with the bound's own text, so this is no comparison of keys. */
    if (!bound || (after && strcmp(after, bound) == 0)) {
        *upto = NULL;
        return 0;
    }
    if (rows < 1)
        rows = 1;
    if (!zdm_ranges_ready(r, rows, after) &&
        (sql->by_page ? step_pages(r, control, sql, rows, after, bound, err)
                      : probe(r, control, sql, rows, after, bound, err)) < 0)
        return -1;
    *upto = r->upto[r->next++];
    r->whole = r->next <= ZDM_RANGES_AHEAD && strcmp(*upto, bound) != 0;
    return 0;
}

size_t
zdm_ranges_left(const struct zdm_ranges *r, const char *bound)
{
    if (r->count == 0 || !bound || strcmp(r->upto[r->count - 1], bound) != 0)
        return SIZE_MAX;
    return r->count - r->next;
}

void
zdm_ranges_clear(struct zdm_ranges *r)
{
    for (size_t i = 0; i < r->count; i++)
        free(r->upto[i]);
    *r = (struct zdm_ranges){.count = 0};
}
