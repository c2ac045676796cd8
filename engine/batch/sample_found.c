/* What a sample found, rows with the same trouble together. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "batch/sample_run.h"

const char *
zdm_sample_kind_name(enum zdm_sample_kind kind)
{
    static const char *const names[] = {
        "fails", "too-long", "null", "check", "loses", "round-trip", "where-stays"};

    return names[kind];
}

bool
zdm_sample_is_error(enum zdm_sample_kind kind)
{
    return kind != ZDM_SAMPLE_LOSES && kind != ZDM_SAMPLE_ROUND_TRIP && kind != ZDM_SAMPLE_STAYS;
}

char *
zdm_sample_hide(const char *sqlstate, const char *message)
{
    struct zdm_buf b = ZDM_BUF_INIT;

    if (strncmp(sqlstate, "P0", 2) == 0) /* anything may stand in it */
        return zdm_strdup("the message of an exception, which may hold values");
    for (const char *c = message; *c; c++) {
        zdm_buf_addc(&b, *c);
        if (*c != '"')
            continue;
        const char *end = strrchr(c + 1, '"'); /* a value may have quotes in it */
        zdm_buf_add(&b, "...\"");
        if (!end)
            break;
        c = end;
    }
    return zdm_buf_take(&b);
}

static bool
same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

void
zdm_sampler_found(struct zdm_sampler *s, const struct zdm_sample_found *found, const char *key)
{
    struct zdm_backfill_sample *out = s->out;
    struct zdm_sample_finding *f = NULL;
    const char *sqlstate = found->sqlstate ? found->sqlstate : "";

    for (size_t i = 0; i < out->n_findings && !f; i++) {
        struct zdm_sample_finding *other = &out->findings[i];
        if (other->kind == found->kind && same(other->column, found->column) &&
            same(other->constraint, found->constraint) && strcmp(other->sqlstate, sqlstate) == 0)
            f = other;
    }
    if (!f) {
        out->findings = zdm_grow(out->findings, out->n_findings, sizeof *out->findings);
        f = &out->findings[out->n_findings++];
        *f = (struct zdm_sample_finding){
            .kind = found->kind,
            .column = zdm_strdup(found->column),
            .constraint = zdm_strdup(found->constraint),
            .message = zdm_strdup(found->message),
        };
        snprintf(f->sqlstate, sizeof f->sqlstate, "%s", sqlstate);
    }
    if (!key)
        return;
    f->rows++;
    if (f->n_keys < ZDM_SAMPLE_KEYS)
        f->keys[f->n_keys++] = zdm_strdup(key);
}

void
zdm_backfill_sample_release(struct zdm_backfill_sample *sample)
{
    for (size_t i = 0; i < sample->n_findings; i++) {
        struct zdm_sample_finding *f = &sample->findings[i];
        free(f->column);
        free(f->constraint);
        free(f->message);
        for (size_t k = 0; k < f->n_keys; k++)
            free(f->keys[k]);
    }
    free(sample->findings);
    free(sample->index);
    zdm_err_clear(&sample->unable);
    *sample = (struct zdm_backfill_sample){.written = -1};
}
