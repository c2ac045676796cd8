#include <string.h>

#include "sql/dropping_private.h"

void
zdm_dropping_begin(struct zdm_dropping *dropping, struct zdm_draft *draft, bool cascade)
{
    *dropping = (struct zdm_dropping){.draft = draft, .cascade = cascade};
}

void
zdm_dropping_relation(struct zdm_dropping *dropping, struct zdm_relation *relation)
{
    zdm_dropping_take(dropping, (struct zdm_gone){.kind = ZDM_GONE_RELATION, .object = relation});
    dropping->n_targets = dropping->n_gone;
}

void
zdm_dropping_column(struct zdm_dropping *dropping, struct zdm_relation *relation, const char *name)
{
    zdm_dropping_take(
        dropping, (struct zdm_gone){.kind = ZDM_GONE_COLUMN, .object = relation, .name = name});
    dropping->n_targets = dropping->n_gone;
}

void
zdm_dropping_type(struct zdm_dropping *dropping, struct zdm_type *type)
{
    zdm_dropping_take(dropping, (struct zdm_gone){.kind = ZDM_GONE_TYPE, .object = type});
    dropping->n_targets = dropping->n_gone;
}

void
zdm_dropping_function(struct zdm_dropping *dropping, struct zdm_function *function)
{
    zdm_dropping_take(dropping, (struct zdm_gone){.kind = ZDM_GONE_FUNCTION, .object = function});
    dropping->n_targets = dropping->n_gone;
}

struct in_schema {
    struct zdm_dropping *dropping;
    const char *schema;
};

static bool
relation_in_schema(void *self, struct zdm_relation *relation)
{
    struct in_schema *in = self;

    if (zdm_same_text(relation->schema, in->schema) && !relation->index)
        zdm_dropping_need(
            in->dropping, (struct zdm_gone){.kind = ZDM_GONE_RELATION, .object = relation});
    return true;
}

static void
type_in_schema(void *self, struct zdm_type *type)
{
    struct in_schema *in = self;

    if (zdm_same_text(type->schema, in->schema) && !type->element && !type->relation)
        zdm_dropping_need(in->dropping, (struct zdm_gone){.kind = ZDM_GONE_TYPE, .object = type});
}

static void
function_in_schema(void *self, struct zdm_function *function)
{
    struct in_schema *in = self;

    if (zdm_same_text(function->schema, in->schema) && !function->dropped)
        zdm_dropping_need(
            in->dropping, (struct zdm_gone){.kind = ZDM_GONE_FUNCTION, .object = function});
}

void
zdm_dropping_schema(struct zdm_dropping *dropping, struct zdm_schema *schema)
{
    struct in_schema in = {.dropping = dropping, .schema = schema->name};
    const struct zdm_catalog *catalog = dropping->draft->catalog;

    zdm_catalog_each_relation(catalog, relation_in_schema, &in);
    zdm_catalog_each_type(catalog, type_in_schema, &in);
    zdm_catalog_each_function(catalog, function_in_schema, &in);
}

/* A default goes with its column. */
static bool
column_goes(const struct zdm_dropping *dropping, const struct zdm_gone *part)
{
    struct zdm_arena *arena = dropping->draft->arena;

    for (size_t i = 0; i < dropping->n_gone; i++)
        if (dropping->gone[i].kind == ZDM_GONE_COLUMN && dropping->gone[i].object == part->object &&
            strcmp(zdm_ident_text(arena, dropping->gone[i].name), part->name) == 0)
            return true;
    return false;
}

/* A foreign key of a table that goes, goes by itself; as do the parts of what goes. */
static bool
goes_anyway(const struct zdm_dropping *dropping, const struct zdm_gone *item)
{
    struct zdm_gone owner = {.kind = ZDM_GONE_RELATION, .object = item->object};

    if (item->kind == ZDM_GONE_FOREIGN_KEY)
        owner.object = ((const struct zdm_constraint *)item->object)->relation;
    else if (item->kind != ZDM_GONE_PART && item->kind != ZDM_GONE_COLUMN)
        return zdm_gone_has(dropping->gone, dropping->n_gone, item);
    if (zdm_gone_has(dropping->gone, dropping->n_gone, &owner) ||
        zdm_gone_has(dropping->gone, dropping->n_gone, item))
        return true;
    return item->kind == ZDM_GONE_PART && strcmp(item->part, "default") == 0 &&
           column_goes(dropping, item);
}

/* Until nothing more goes, or something is in the way. */
static void
close_over(struct zdm_dropping *dropping)
{
    size_t looked_at = 0;

    for (;;) {
        while (dropping->n_expanded < dropping->n_gone)
            zdm_dropping_expand(dropping, dropping->gone[dropping->n_expanded++]);
        if (looked_at == dropping->n_pending || dropping->blocker)
            return;
        struct zdm_gone item = dropping->pending[looked_at++];
        if (goes_anyway(dropping, &item))
            continue;
        if (dropping->cascade)
            zdm_dropping_take(dropping, item);
        else
            dropping->blocker = zdm_gone_words(dropping, &item);
    }
}

void
zdm_dropping_finish(struct zdm_dropping *dropping, const char *text)
{
    struct zdm_draft *draft = dropping->draft;

    close_over(dropping);
    if (dropping->needed) {
        zdm_draft_fails(
            draft, "2BP01", "%s cannot be dropped: %s needs it", text, dropping->needed);
        return;
    }
    if (dropping->blocker) {
        zdm_draft_fails(
            draft, "2BP01", "%s cannot be dropped: %s depends on it", text, dropping->blocker);
        return;
    }
    for (size_t i = 0; i < dropping->n_gone; i++)
        zdm_dropping_perform(dropping, &dropping->gone[i]);
    /* Behind all locks: a table that goes takes its place among parents and keys with it. */
    for (size_t i = 0; i < dropping->n_gone; i++)
        if (dropping->gone[i].kind == ZDM_GONE_RELATION)
            zdm_catalog_drop_relation(draft->catalog, dropping->gone[i].object);
}
