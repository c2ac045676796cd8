/* What a sample must know of the columns that are set, and which CHECKs they can violate. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "batch/sample_run.h"
#include "batch/statement.h"

/* pg_catalog."varchar"(20) -> varchar(20); other types as they are. */
static char *
shown(const char *type)
{
    static const char schema[] = "pg_catalog.";
    struct zdm_buf b = ZDM_BUF_INIT;

    if (strncmp(type, schema, strlen(schema)) != 0)
        return zdm_strdup(type);
    for (const char *c = type + strlen(schema); *c; c++)
        if (*c != '"')
            zdm_buf_addc(&b, *c);
    return zdm_buf_take(&b);
}

static bool
has_length(const char *shown_type)
{
    static const char *const names[] = {"varchar(", "bpchar(", "bit(", "varbit("};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(shown_type, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

static void
shape_column(const struct zdm_sample_request *r, size_t set, const struct zdm_preview_column *now,
    struct zdm_sample_column *out)
{
    const struct zdm_foreseen_column *then =
        zdm_foreseen_find(r->foreseen, r->foreseen->set[set].column);

    out->quoted = zdm_strdup(r->spec->set[set].column);
    if (now) {
        out->type = zdm_strdup(now->type);
        out->bare = zdm_strdup(now->bare);
        out->shown = zdm_strdup(now->type);
        out->length = now->limited;
        out->not_null = now->not_null;
    } else if (then && then->type && zdm_backfill_updates(r->spec->action)) {
        out->type = zdm_strdup(then->type);
        out->bare = zdm_type_without_length(then->type);
        out->shown = shown(out->type);
        out->length = has_length(out->shown);
    }
    if (then && zdm_backfill_updates(r->spec->action))
        out->not_null |= then->not_null || then->not_null_later;
}

static bool
sets_one_of(const struct zdm_sample_request *r, const struct zdm_foreseen_check *check)
{
    for (size_t i = 0; i < check->n_columns; i++)
        for (size_t k = 0; k < r->spec->n_set; k++)
            if (strcmp(check->columns[i], r->foreseen->set[k].column) == 0)
                return true;
    return false;
}

static bool
reads_all(const struct zdm_sample_request *r, const struct zdm_foreseen_check *check)
{
    for (size_t i = 0; i < check->n_columns; i++) {
        const struct zdm_preview_column *now = zdm_preview_find(r->seen, check->columns[i]);
        if (now ? !now->may_read : !zdm_foreseen_find(r->foreseen, check->columns[i]))
            return false;
    }
    return true;
}

int
zdm_sample_make_shape(struct zdm_sampler *s, struct zdm_err *err)
{
    const struct zdm_sample_request *r = s->shape.request;
    struct zdm_preview_column *into = NULL;
    size_t n_into = 0;

    s->shape.name = r->seen->target.name;
    s->shape.parts = r->seen->target.partitioned;
    s->shape.copies = r->spec->action == ZDM_BACKFILL_COPY;
    if (s->shape.copies &&
        zdm_preview_columns(s->conn, r->seen->target.into, &into, &n_into, err) < 0)
        return -1;
    s->shape.columns = zdm_alloc((r->spec->n_set + 1) * sizeof *s->shape.columns);
    for (size_t i = 0; i < r->spec->n_set; i++) {
        const char *name = r->foreseen->set[i].column;
        const struct zdm_preview_column *now =
            s->shape.copies ? NULL : zdm_preview_find(r->seen, name);
        for (size_t k = 0; k < n_into; k++)
            if (strcmp(into[k].name, name) == 0)
                now = &into[k];
        shape_column(r, i, now, &s->shape.columns[i]);
    }
    zdm_preview_columns_free(into, n_into);
    s->shape.checks = zdm_alloc((r->foreseen->n_checks + 1) * sizeof *s->shape.checks);
    for (size_t i = 0; r->spec->action == ZDM_BACKFILL_SET && i < r->foreseen->n_checks; i++)
        if (sets_one_of(r, &r->foreseen->checks[i]) && reads_all(r, &r->foreseen->checks[i]))
            s->shape.checks[s->shape.n_checks++] = i;
    /* The changed row has no schema. */
    s->shape.stays = r->spec->action == ZDM_BACKFILL_SET && r->spec->where &&
                     !strchr(r->spec->where, '.') &&
                     zdm_batch_checks_where(r->spec, &r->seen->target);
    return 0;
}

void
zdm_sample_release_shape(struct zdm_sample_shape *shape)
{
    for (size_t i = 0; shape->columns && i < shape->request->spec->n_set; i++) {
        free(shape->columns[i].quoted);
        free(shape->columns[i].type);
        free(shape->columns[i].bare);
        free(shape->columns[i].shown);
    }
    free(shape->columns);
    free(shape->checks);
}
