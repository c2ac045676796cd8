/* What the function of a map makes of the rows of a sample, and whether its columns take it. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "batch/map.h"
#include "batch/sample_run.h"
#include "pg/retry.h"

struct value { /* of one column, of a row that was changed */
    const char *key;
    char *text; /* owned */
};

struct trial {
    struct zdm_sampler *s;
    struct zdm_map_columns columns;
    struct zdm_mapped mapped;
    struct value *values; /* of the column in question */
    size_t n_values;
};

/* --- do the columns take them? ------------------------------------------------------------------ */

/* ordinal of those that are too long; evaluates the cast of all. */
static char *
cast_sql(const struct zdm_sample_column *c)
{
    if (!c->length)
        return zdm_strf("SELECT v.at FROM pg_catalog.unnest($1::pg_catalog.text[]) WITH ORDINALITY"
                        " AS v (text, at) WHERE v.text::%s IS NULL",
            c->bare);
    return zdm_strf("SELECT v.at FROM pg_catalog.unnest($1::pg_catalog.text[]) WITH ORDINALITY"
                    " AS v (text, at) WHERE pg_catalog.rtrim(v.text::%s::pg_catalog.text)"
                    " COLLATE pg_catalog.\"C\" IS DISTINCT FROM"
                    " pg_catalog.rtrim(v.text::%s::%s::pg_catalog.text)",
        c->bare, c->bare, c->type);
}

static int
send_values(struct trial *t, const char *sql, size_t from, size_t to, struct zdm_result **r,
    struct zdm_err *err)
{
    struct zdm_map_arrays arrays;
    const char *values[2];

    zdm_map_arrays_init(&arrays, 1, 0);
    for (size_t i = from; i < to; i++) {
        const struct zdm_mapped none = {.changed = true};
        zdm_map_arrays_add(&arrays, (const char *const[]){t->values[i].text}, &none);
    }
    zdm_map_arrays_end(&arrays, values);
    int rc = zdm_sampler_query(t->s, sql, 1, values, r, err);
    zdm_map_arrays_release(&arrays);
    return rc;
}

static int
cast(struct trial *t, const struct zdm_sample_column *c, const char *sql, size_t from, size_t to,
    struct zdm_err *err)
{
    struct zdm_err why = ZDM_ERR_INIT;
    struct zdm_result *r = NULL;

    if (zdm_sampler_spent(t->s))
        return 0;
    if (send_values(t, sql, from, to, &r, &why) == 0) {
        for (int i = 0; i < zdm_result_rows(r); i++)
            zdm_sampler_too_long(
                t->s, c, t->values[from + (size_t)zdm_result_i64(r, i, 0) - 1].key);
        zdm_result_free(r);
        return 0;
    }
    if (!zdm_is_data_error(why.sqlstate)) {
        zdm_err_move(err, &why);
        return -1;
    }
    if (to - from > 1) {
        size_t middle = from + (to - from) / 2;
        zdm_err_clear(&why);
        return cast(t, c, sql, from, middle, err) < 0 ? -1 : cast(t, c, sql, middle, to, err);
    }
    zdm_sampler_fails(t->s, c->quoted, &why, t->values[from].key);
    zdm_err_clear(&why);
    return 0;
}

static int
cast_all(struct trial *t, const struct zdm_sample_column *c, struct zdm_err *err)
{
    if (!c->bare || t->n_values == 0)
        return 0;
    char *sql = cast_sql(c);
    int rc = cast(t, c, sql, 0, t->n_values, err);
    free(sql);
    return rc;
}

/* --- the function ------------------------------------------------------------------------------- */

static bool
all_read(const struct trial *t, const struct zdm_result *rows, int row)
{
    for (size_t i = 0; i < t->columns.n_read; i++)
        if (!zdm_result_get(rows, row, (int)(t->columns.first + i)))
            return false;
    return true;
}

static void
look_at_null(struct trial *t, const struct zdm_result *rows, int row,
    const struct zdm_sample_column *c, const char *key)
{
    if (c->not_null)
        zdm_sampler_found(t->s,
            &(struct zdm_sample_found){
                .kind = ZDM_SAMPLE_NULL, .column = c->quoted, .sqlstate = "23502"},
            key);
    else if (all_read(t, rows, row))
        zdm_sampler_found(
            t->s, &(struct zdm_sample_found){.kind = ZDM_SAMPLE_LOSES, .column = c->quoted}, key);
}

/* One row: its new texts behind those of the rows before it, column by column. */
static int
map_row(struct trial *t, const struct zdm_result *rows, int row, const char *key,
    struct value **texts, size_t *n, struct zdm_err *err)
{
    const struct zdm_mapper *mapper = t->s->shape.request->mapper;
    struct zdm_err why = ZDM_ERR_INIT;

    if (mapper->row(mapper->self, &t->columns, rows, row, &t->mapped, &why) < 0) {
        if (why.code != ZDM_ERR_FAILED) {
            zdm_err_move(err, &why);
            return -1;
        }
        memcpy(why.sqlstate, ZDM_MAP_FAILED, sizeof ZDM_MAP_FAILED);
        zdm_sampler_fails(t->s, "map", &why, key);
        zdm_err_clear(&why);
        return 0;
    }
    for (size_t i = 0; t->mapped.changed && i < t->columns.n_write; i++) {
        const struct zdm_mapped_value *v = &t->mapped.values[i];
        if (v->kind == ZDM_MAPPED_NULL)
            look_at_null(t, rows, row, &t->s->shape.columns[i], key);
        if (v->kind != ZDM_MAPPED_TEXT)
            continue;
        t->s->written += (double)v->len;
        texts[i][n[i]++] =
            (struct value){key, zdm_strf("%.*s", (int)v->len, t->mapped.text.s + v->start)};
    }
    return 0;
}

static int
map_rows(
    struct trial *t, const struct zdm_result *rows, size_t from, size_t to, struct zdm_err *err)
{
    size_t columns = t->columns.n_write, most = (size_t)zdm_result_rows(rows);
    struct value **texts = zdm_alloc((columns + 1) * sizeof *texts);
    size_t *n = zdm_alloc((columns + 1) * sizeof *n);
    int64_t start = zdm_monotonic_us();
    int rc = 0;

    for (size_t i = 0; i < columns; i++)
        texts[i] = zdm_alloc((most + 1) * sizeof **texts);
    for (size_t row = 0; row < most && rc == 0 && !zdm_sampler_spent(t->s); row++)
        rc = map_row(
            t, rows, (int)row, zdm_sampler_key(t->s, rows, (int)row, from, to), texts, n, err);
    t->s->spent_us += zdm_monotonic_us() - start;
    for (size_t i = 0; i < columns; i++) {
        t->values = texts[i];
        t->n_values = n[i];
        if (rc == 0)
            rc = cast_all(t, &t->s->shape.columns[i], err);
        for (size_t k = 0; k < n[i]; k++)
            free(texts[i][k].text);
        free(texts[i]);
    }
    free(texts);
    free(n);
    return rc;
}

int
zdm_sample_map(struct zdm_sampler *s, const struct zdm_result *rows, size_t from, size_t to,
    struct zdm_err *err)
{
    const struct zdm_sample_request *q = s->shape.request;
    const char **write = zdm_alloc((q->spec->n_set + 1) * sizeof *write);
    struct trial t = {
        .s = s,
        .columns = {.read = (const char *const *)q->foreseen->set[0].sources,
            .n_read = q->spec->n_read,
            .first = ZDM_SAMPLE_ROW,
            .write = write,
            .n_write = q->spec->n_set},
        .mapped = {.text = ZDM_BUF_INIT},
    };

    for (size_t i = 0; i < q->spec->n_set; i++)
        write[i] = q->foreseen->set[i].column;
    t.mapped.values = zdm_alloc((q->spec->n_set + 1) * sizeof *t.mapped.values);
    int rc = map_rows(&t, rows, from, to, err);
    free(t.mapped.values);
    zdm_buf_release(&t.mapped.text);
    free(write);
    return rc;
}
