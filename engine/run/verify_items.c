/* What verify found, item by item. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "run/verify_private.h"

const char *
zdm_verify_area_name(enum zdm_verify_area area)
{
    static const char *const names[] = {"ledger", "journal", "catalog", "schema", "rows"};
    return names[area];
}

struct zdm_verify_item *
zdm_verify_add(struct zdm_verify *v, enum zdm_verify_area area, bool mismatch, const char *plan,
    const char *step, const char *fmt, ...)
{
    struct zdm_verification *out = v->out;
    va_list ap;

    out->items = zdm_grow(out->items, out->count + 1, sizeof *out->items);
    struct zdm_verify_item *item = &out->items[out->count++];
    va_start(ap, fmt);
    *item = (struct zdm_verify_item){
        .area = area,
        .mismatch = mismatch,
        .plan = zdm_strdup(plan),
        .step = zdm_strdup(step),
        .message = zdm_vstrf(fmt, ap),
    };
    va_end(ap);
    out->mismatches += mismatch;
    return item;
}

void
zdm_verify_hint(struct zdm_verify_item *item, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    free(item->hint);
    item->hint = zdm_vstrf(fmt, ap);
    va_end(ap);
}

const struct zdm_plan *
zdm_verify_plan(const struct zdm_verify *v, const char *name)
{
    for (size_t i = 0; i < v->options->n_plans; i++)
        if (strcmp(v->options->plans[i]->name, name) == 0)
            return v->options->plans[i];
    return NULL;
}

const char *
zdm_verify_file(const struct zdm_verify *v, const char *name)
{
    const struct zdm_plan *plan = zdm_verify_plan(v, name);

    return plan ? plan->file : "PLAN";
}
