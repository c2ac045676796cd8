/* A batch of a map: map.h. */
#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/mem.h"
#include "batch/loop.h"
#include "batch/mask.h"
#include "batch/pages_sql.h"

/* So many times the target the function may take for the rows of a batch. */
#define TOO_LONG_TIMES 4
#define TOO_LONG_US    INT64_C(5000000)
#define TOO_LONG       "ZDM02"

/* quote_ident() the other way. */
static char *
unquoted(const char *name)
{
    char *plain = zdm_strdup(name), *to = plain;

    if (*name != '"')
        return plain;
    for (const char *from = name + 1; *from && from[1]; from++) {
        *to++ = *from;
        from += *from == '"';
    }
    *to = '\0';
    return plain;
}

/* What belongs to the table that the worker is about. */
static void
begin(struct zdm_worker *w)
{
    const struct zdm_backfill_target *t = w->target;
    struct zdm_map *m = &w->map;

    if (m->ready) {
        zdm_map_arrays_clear(&m->arrays);
        return;
    }
    *m = (struct zdm_map){.ready = true, .mapped.text = ZDM_BUF_INIT};
    zdm_map_arrays_init(&m->arrays, zdm_pages_row_keys(t), t->n_set);
    m->read = zdm_alloc((t->n_read + 1) * sizeof *m->read);
    for (; m->n_read < t->n_read; m->n_read++)
        m->read[m->n_read] = unquoted(t->read[m->n_read].name);
    m->write = zdm_alloc((t->n_set + 1) * sizeof *m->write);
    for (; m->n_write < t->n_set; m->n_write++)
        m->write[m->n_write] = unquoted(t->set[m->n_write]);
    m->mapped.values = zdm_alloc((t->n_set + 1) * sizeof *m->mapped.values);
}

void
zdm_map_release(struct zdm_map *m)
{
    for (size_t i = 0; i < m->n_read; i++)
        free(m->read[i]);
    for (size_t i = 0; i < m->n_write; i++)
        free(m->write[i]);
    free(m->read);
    free(m->write);
    free(m->mapped.values);
    zdm_buf_release(&m->mapped.text);
    zdm_map_arrays_release(&m->arrays);
    *m = (struct zdm_map){.mapped.text = ZDM_BUF_INIT, .arrays.kept = ZDM_BUF_INIT};
}

/* By pages, and where the author said so, nothing tells a row that was mapped from one that was not, but `where`. */
static int
left_as_it_is(const struct zdm_worker *w, const char *const *keys, struct zdm_err *err)
{
    bool by_page = w->target->by_page;
    char *key = NULL;

    if (!by_page && zdm_position_join(keys, w->target->n_keys, &key, err) < 0)
        return -1;
    char *shown = by_page ? zdm_strdup(keys[0]) : zdm_position_show(key, w->target->n_keys);
    zdm_fail(err, ZDM_ERR_FAILED, ZDM_MAP_LEAVES "%s as it is, for which where is true: %s = %s",
        w->target->relation, by_page ? "ctid" : w->target->key, shown);
    zdm_err_detail(err,
        "%s: its rows are looked for by where until there are none, so this one "
        "would be met again and again; nothing of this batch was done",
        by_page ? "the table has no key" : "where_becomes_false is said of the backfill");
    free(key);
    free(shown);
    return zdm_err_hint(err, "exclude such rows in where; or %s",
        by_page ? "give the table a key" : "leave where_becomes_false out");
}

/* The function, row by row, into the arrays. The keys begin in column `first`. */
static int
map_rows(struct zdm_worker *w, const struct zdm_result *rows, size_t first, struct zdm_err *err)
{
    struct zdm_map *m = &w->map;
    const struct zdm_map_columns columns = {.read = (const char *const *)m->read,
        .n_read = m->n_read,
        .first = first + m->arrays.n_keys,
        .write = (const char *const *)m->write,
        .n_write = m->n_write};
    int64_t most = (int64_t)(w->controller.target_ms * 1000) * TOO_LONG_TIMES;
    int64_t until = zdm_monotonic_us() + (most < TOO_LONG_US ? most : TOO_LONG_US);
    const char *keys[ZDM_KEYS_MAX];
    int n = zdm_result_rows(rows);

    for (int i = 0; i < n; i++) {
        if (i > 0 && zdm_monotonic_us() > until) {
            zdm_fail(err, ZDM_ERR_FAILED, "the function takes too long for %d rows", n);
            memcpy(err->sqlstate, TOO_LONG, sizeof TOO_LONG);
            return -1;
        }
        if (w->mapper.row(w->mapper.self, &columns, rows, i, &m->mapped, err) < 0) {
            if (err->code == ZDM_ERR_FAILED)
                memcpy(err->sqlstate, ZDM_MAP_FAILED, sizeof ZDM_MAP_FAILED);
            return -1;
        }
        for (size_t k = 0; k < m->arrays.n_keys; k++)
            keys[k] = zdm_result_get(rows, i, (int)(first + k));
        if (!m->mapped.changed && zdm_batch_checks_where(w->job->spec, w->target))
            return left_as_it_is(w, keys, err);
        if (m->mapped.changed)
            zdm_map_arrays_add(&m->arrays, keys, &m->mapped);
    }
    return 0;
}

static int64_t
bytes_of(const struct zdm_result *rows)
{
    int n = zdm_result_rows(rows), columns = zdm_result_columns(rows);
    int64_t bytes = 0;

    for (int i = 0; i < n; i++)
        for (int c = 0; c < columns; c++)
            bytes += (int64_t)zdm_result_length(rows, i, c);
    return bytes;
}

/* Changes the rows, moves the cursor, commits. */
static int
write_rows(
    struct zdm_worker *w, const struct zdm_request *q, struct zdm_result **r, struct zdm_err *err)
{
    struct zdm_map *m = &w->map;
    size_t n = ZDM_BATCH_PARAMETERS + m->arrays.n_keys + m->arrays.n_set + 1;
    const char **values = zdm_alloc(n * sizeof *values);

    memcpy(values, q->p.values, ZDM_BATCH_PARAMETERS * sizeof *values);
    zdm_map_arrays_end(&m->arrays, values + ZDM_BATCH_PARAMETERS);
    w->sent = &w->sql->write;
    int rc = zdm_conn_commit_with(w->conn,
        &(struct zdm_statement_text){.sql = w->sql->write.text, .n = n, .values = values}, r, err);
    free(values);
    return rc;
}

int
zdm_worker_map(
    struct zdm_worker *w, const struct zdm_request *q, struct zdm_result **r, struct zdm_err *err)
{
    struct zdm_result *rows = NULL;
    int rc = -1;

    begin(w);
    if (zdm_conn_begin_with(w->conn, zdm_worker_most_ms(w),
            &(struct zdm_statement_text){.sql = q->text->text, .n = q->p.n, .values = q->p.values},
            &rows, err) < 0)
        goto out;
    ZDM_FAIL_HERE(MAP_INSIDE);
    w->fetched = bytes_of(rows);
    if (map_rows(w, rows, 0, err) < 0)
        goto out;
    /* Also without rows: it tells whether the cursor stood where we thought. */
    rc = write_rows(w, q, r, err);
out:
    zdm_result_free(rows);
    if (rc < 0)
        zdm_conn_rollback(w->conn);
    return rc;
}

/* What `retry` gave, then the row's key and columns. */
static int
map_again(struct zdm_worker *w, const struct zdm_result *rows, struct zdm_retried_row *out,
    struct zdm_err *err)
{
    enum { FIRST = 2 };
    struct zdm_map *m = &w->map;
    struct zdm_result *r = NULL;

    out->ours = zdm_result_i64(rows, 0, 0) > 0;
    out->was_there = zdm_result_i64(rows, 0, 1) > 0;
    if (!out->was_there)
        return 0;
    if (zdm_result_get(rows, 0, FIRST) && map_rows(w, rows, FIRST, err) < 0)
        return -1;
    /* Also without a row: it leaves quarantine. */
    size_t n = m->arrays.n_keys + m->arrays.n_set + 1;
    const char **values = zdm_alloc(n * sizeof *values);
    zdm_map_arrays_end(&m->arrays, values);
    int rc = zdm_conn_commit_with(w->conn,
        &(struct zdm_statement_text){.sql = w->sql->once, .n = n, .values = values}, &r, err);
    free(values);
    if (rc == 0)
        out->changed = zdm_result_i64(r, 0, 0) > 0;
    zdm_result_free(r);
    return rc;
}

int
zdm_worker_map_again(struct zdm_worker *w, const struct zdm_statement_text *retry,
    struct zdm_retried_row *out, struct zdm_err *err)
{
    struct zdm_result *rows = NULL;

    *out = (struct zdm_retried_row){.ours = false};
    begin(w);
    int rc = zdm_conn_begin_with(w->conn, zdm_worker_most_ms(w), retry, &rows, err);
    if (rc == 0)
        rc = map_again(w, rows, out, err);
    zdm_result_free(rows);
    if (rc < 0 || !out->was_there)
        zdm_conn_rollback(w->conn);
    return rc;
}

static bool
is_column(const void *self, const char *text, size_t n)
{
    const struct zdm_map *m = self;

    for (size_t i = 0; i < m->n_read + m->n_write; i++) {
        const char *name = i < m->n_read ? m->read[i] : m->write[i - m->n_read];
        if (strlen(name) == n && strncmp(name, text, n) == 0)
            return true;
    }
    return false;
}

char *
zdm_map_message(const struct zdm_worker *w, const struct zdm_err *why, bool values)
{
    char *text =
        values ? zdm_strdup(why->message) : zdm_mask_values(why->message, is_column, &w->map);
    char *message = why->line > 0 ? zdm_strf("line %d: %s", why->line, text) : zdm_strdup(text);

    free(text);
    return message;
}

bool
zdm_map_too_much(const struct zdm_err *err)
{
    return strcmp(err->sqlstate, TOO_LONG) == 0 ||
           (strcmp(err->sqlstate, "22P02") == 0 && strstr(err->message, ZDM_ROWS_TOO_WIDE));
}
