/* Names and types of what is assigned, before any row is tried. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "batch/sample_run.h"
#include "pg/retry.h"

extern const struct zdm_embedded zdm_batch_sql[];

/* A literal takes the type of the column that it is assigned to. */
static bool
is_literal(const char *expr)
{
    expr += strspn(expr, " \t\r\n");
    return *expr == '\'' || strncasecmp(expr, "E'", 2) == 0 || strncasecmp(expr, "NULL", 4) == 0;
}

int
zdm_sample_check_type(struct zdm_sampler *s, size_t set, bool *sound, struct zdm_err *err)
{
    const struct zdm_sample_request *q = s->shape.request;
    const struct zdm_sample_column *c = &s->shape.columns[set];
    struct zdm_sample_found found = {
        .kind = ZDM_SAMPLE_FAILS, .column = c->quoted, .sqlstate = "42804"};
    struct zdm_err why = ZDM_ERR_INIT;
    struct zdm_result *r = NULL;
    char *sql = zdm_sample_type_sql(&s->shape, set), oid[24];
    int rc = zdm_sampler_rows(s, sql, 0, 1, &r, &why);

    free(sql);
    if (rc < 0 && strncmp(why.sqlstate, "42", 2) == 0 && strcmp(why.sqlstate, "42501") != 0 &&
        !q->foreseen->uncertain && q->foreseen->known) {
        found.sqlstate = why.sqlstate;
        found.message = why.message; /* of names, not of values */
        zdm_sampler_found(s, &found, NULL);
        *sound = false;
        rc = 0;
    } else if (rc < 0 && !zdm_is_data_error(why.sqlstate)) {
        zdm_err_move(err, &why);
    } else {
        rc = 0;
    }
    zdm_err_clear(&why);
    unsigned type = r ? zdm_result_type(r, 0) : 0;
    zdm_result_free(r);
    if (!type || !c->type || is_literal(q->spec->set[set].expr))
        return rc;
    snprintf(oid, sizeof oid, "%u", type);
    if (zdm_sampler_query(s, zdm_embedded_text(zdm_batch_sql, "sql/sample_assignable.sql"), 2,
            (const char *const[]){oid, c->type}, &r, err) < 0)
        return -1;
    if (zdm_result_rows(r) > 0 && !zdm_result_bool(r, 0, 0)) {
        char *message = zdm_strf("column %s is of type %s but expression is of type %s", c->quoted,
            c->shown, zdm_result_get(r, 0, 1));
        found.message = message;
        zdm_sampler_found(s, &found, NULL);
        free(message);
        *sound = false;
    }
    zdm_result_free(r);
    return rc;
}
