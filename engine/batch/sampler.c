/* What all looks at sampled rows share: queries, and what is found. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "batch/sample_run.h"

/* So many that are wrong say it all, and finding each takes a dozen queries. */
#define FAILED_MOST 20

int
zdm_sampler_query(struct zdm_sampler *s, const char *sql, size_t n, const char *const *values,
    struct zdm_result **out, struct zdm_err *err)
{
    struct zdm_err undo = ZDM_ERR_INIT;

    if (zdm_conn_query(s->conn, sql, n, values, out, err) == 0)
        return 0;
    if (!zdm_conn_lost(s->conn) && err->code != ZDM_ERR_INTERRUPTED &&
        zdm_conn_exec(s->conn, "ROLLBACK TO SAVEPOINT zdm_sample", NULL, &undo) < 0)
        zdm_err_move(err, &undo);
    zdm_err_clear(&undo);
    return -1;
}

/* The rows [from, to) as parameters. */
int
zdm_sampler_rows(struct zdm_sampler *s, const char *sql, size_t from, size_t to,
    struct zdm_result **out, struct zdm_err *err)
{
    struct zdm_buf places = ZDM_BUF_INIT, tables = ZDM_BUF_INIT;

    for (size_t i = from; i < to; i++) {
        const char *comma = i > from ? "," : "";
        zdm_buf_addf(&places, "%s\"%s\"", comma, s->rows[i].place);
        if (s->shape.parts)
            zdm_buf_addf(&tables, "%s\"%s%s\"", comma, s->rows[i].table, s->rows[i].place);
    }
    char *one = zdm_strf("{%s}", places.s), *two = zdm_strf("{%s}", tables.s);
    const char *const values[] = {one, two};
    int rc = zdm_sampler_query(s, sql, s->shape.parts ? 2 : 1, values, out, err);
    free(one);
    free(two);
    zdm_buf_release(&places);
    zdm_buf_release(&tables);
    return rc;
}

const char *
zdm_sampler_key(
    const struct zdm_sampler *s, const struct zdm_result *r, int row, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (strcmp(s->rows[i].place, zdm_result_get(r, row, 0)) == 0 &&
            strcmp(s->rows[i].table, zdm_result_get(r, row, 1)) == 0)
            return s->rows[i].key;
    return NULL;
}

void
zdm_sampler_too_long(struct zdm_sampler *s, const struct zdm_sample_column *c, const char *key)
{
    zdm_sampler_found(s,
        &(struct zdm_sample_found){.kind = ZDM_SAMPLE_TOO_LONG,
            .column = c->quoted,
            .sqlstate = strncmp(c->shown, "bit(", 4) == 0 ? "22026" : "22001",
            .message = c->shown},
        key);
}

bool
zdm_sampler_spent(struct zdm_sampler *s)
{
    bool spent = s->failed >= FAILED_MOST || s->until_us < zdm_monotonic_us();

    s->out->stopped |= spent;
    return spent;
}

void
zdm_sampler_fails(
    struct zdm_sampler *s, const char *column, const struct zdm_err *why, const char *key)
{
    bool map = strcmp(why->sqlstate, ZDM_MAP_FAILED) == 0, values = s->shape.request->values;
    char *message = !values && map ? zdm_strdup("its message may hold values: --show-values")
                    : values       ? zdm_strdup(why->message)
                                   : zdm_sample_hide(why->sqlstate, why->message);

    if (map && why->line > 0) {
        char *text = message;
        message = zdm_strf("line %d of the plan; %s", why->line, text);
        free(text);
    }
    zdm_sampler_found(s,
        &(struct zdm_sample_found){.kind = ZDM_SAMPLE_FAILS,
            .column = column,
            .sqlstate = why->sqlstate,
            .message = message},
        key);
    free(message);
    s->failed++;
}
