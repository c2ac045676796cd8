#include "sql/context.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sql/catalog.h"

struct fresh { /* a relation that the text itself made */
    const char *relation;
    enum zdm_origin origin;
    bool empty;
};

struct proof { /* CHECK (column IS NOT NULL) */
    const char *relation, *constraint, *column;
    bool valid;
};

struct zdm_sql_context {
    struct zdm_catalog *catalog;
    int pg_version;
    int *severities; /* of each rule, -1: as it is; NULL: all as they are */
    struct zdm_arena *arena;
    struct fresh *fresh;
    size_t n_fresh;
    struct proof *proofs;
    size_t n_proofs;
    bool other_names; /* until the text ends */
};

struct zdm_sql_context *
zdm_sql_context_on(struct zdm_catalog *catalog, int pg_version)
{
    struct zdm_sql_context *context = zdm_alloc(sizeof *context);

    context->arena = zdm_arena_new();
    context->catalog = catalog;
    context->pg_version = pg_version ? pg_version : catalog->server_version / 10000;
    return context;
}

struct zdm_sql_context *
zdm_sql_context_new(void)
{
    return zdm_sql_context_on(zdm_catalog_new(), 0);
}

struct zdm_catalog *
zdm_sql_context_catalog(struct zdm_sql_context *context)
{
    return context->catalog;
}

int
zdm_sql_context_version(const struct zdm_sql_context *context)
{
    return context->pg_version;
}

int
zdm_sql_context_set_severity(
    struct zdm_sql_context *context, const char *rule, enum zdm_severity severity)
{
    size_t n;
    const struct zdm_rule *rules = zdm_sql_rules(&n), *found = zdm_sql_rule(rule);

    if (!found)
        return -1;
    if (!context->severities) {
        context->severities = zdm_alloc(n * sizeof *context->severities);
        for (size_t i = 0; i < n; i++)
            context->severities[i] = -1;
    }
    context->severities[found - rules] = (int)severity;
    return 0;
}

enum zdm_severity
zdm_sql_context_severity(const struct zdm_sql_context *context, const struct zdm_rule *rule)
{
    size_t n;
    const struct zdm_rule *rules = zdm_sql_rules(&n);
    int severity = context->severities ? context->severities[rule - rules] : -1;

    return severity < 0 ? rule->severity : (enum zdm_severity)severity;
}

void
zdm_sql_context_free(struct zdm_sql_context *context)
{
    if (!context)
        return;
    zdm_catalog_free(context->catalog);
    zdm_arena_free(context->arena);
    free(context->severities);
    free(context->fresh);
    free(context->proofs);
    free(context);
}

void
zdm_sql_context_settle(struct zdm_sql_context *context)
{
    struct zdm_catalog *catalog = context->catalog;

    for (size_t i = 0; i < catalog->fresh.n; i++) {
        struct zdm_relation *relation = catalog->fresh.items[i];
        zdm_catalog_touch(catalog, relation, sizeof *relation);
        relation->fresh = relation->empty = false;
    }
    zdm_catalog_touch(catalog, &catalog->fresh, sizeof catalog->fresh);
    catalog->fresh.n = 0;
    free(context->fresh);
    context->fresh = NULL;
    context->n_fresh = 0;
}

static struct fresh *
find(const struct zdm_sql_context *context, const char *relation)
{
    for (size_t i = 0; i < context->n_fresh; i++)
        if (strcmp(context->fresh[i].relation, relation) == 0)
            return &context->fresh[i];
    return NULL;
}

void
zdm_context_created(struct zdm_sql_context *context, const char *relation, enum zdm_origin origin)
{
    if (find(context, relation))
        return;
    context->fresh = zdm_grow(context->fresh, context->n_fresh, sizeof *context->fresh);
    context->fresh[context->n_fresh++] = (struct fresh){
        .relation = zdm_arena_strdup(context->arena, relation), .origin = origin, .empty = true};
}

void
zdm_context_filled(struct zdm_sql_context *context, const char *relation)
{
    struct fresh *fresh = find(context, relation);

    if (fresh)
        fresh->empty = false;
}

void
zdm_context_renamed(struct zdm_sql_context *context, const char *from, const char *to)
{
    struct fresh *fresh = find(context, from);

    if (fresh)
        fresh->relation = zdm_arena_strdup(context->arena, to);
    for (size_t i = 0; i < context->n_proofs; i++)
        if (strcmp(context->proofs[i].relation, from) == 0)
            context->proofs[i].relation = zdm_arena_strdup(context->arena, to);
}

void
zdm_context_dropped(struct zdm_sql_context *context, const char *relation)
{
    struct fresh *fresh = find(context, relation);

    if (fresh)
        *fresh = context->fresh[--context->n_fresh];
    for (size_t i = 0; i < context->n_proofs;)
        if (strcmp(context->proofs[i].relation, relation) == 0)
            context->proofs[i] = context->proofs[--context->n_proofs];
        else
            i++;
}

bool
zdm_context_is_new(const struct zdm_sql_context *context, const char *relation)
{
    return find(context, relation) != NULL;
}

bool
zdm_context_owns_its_rows(const struct zdm_sql_context *context, const char *relation)
{
    const struct fresh *fresh = find(context, relation);

    return fresh && fresh->origin != ZDM_ORIGIN_OTHER;
}

void
zdm_context_forget(struct zdm_sql_context *context)
{
    zdm_sql_context_settle(context);
    context->n_proofs = 0;
}

void
zdm_context_renames_all(struct zdm_sql_context *context)
{
    zdm_context_forget(context);
    context->other_names = true;
}

void
zdm_context_end_text(struct zdm_sql_context *context)
{
    if (context->other_names)
        zdm_context_forget(context);
    context->other_names = false;
    for (size_t i = 0; i < context->n_fresh;)
        if (context->fresh[i].origin == ZDM_ORIGIN_TEMP)
            context->fresh[i] = context->fresh[--context->n_fresh];
        else
            i++;
}

bool
zdm_context_is_empty(const struct zdm_sql_context *context, const char *relation)
{
    const struct fresh *fresh = find(context, relation);

    return fresh && fresh->empty;
}

void
zdm_context_proof(struct zdm_sql_context *context, const char *relation, const char *constraint,
    const char *column, bool valid)
{
    context->proofs = zdm_grow(context->proofs, context->n_proofs, sizeof *context->proofs);
    context->proofs[context->n_proofs++] =
        (struct proof){.relation = zdm_arena_strdup(context->arena, relation),
            .constraint = zdm_arena_strdup(context->arena, constraint),
            .column = zdm_arena_strdup(context->arena, column),
            .valid = valid};
}

void
zdm_context_validated(struct zdm_sql_context *context, const char *relation, const char *constraint)
{
    for (size_t i = 0; i < context->n_proofs; i++)
        if (strcmp(context->proofs[i].relation, relation) == 0 &&
            strcmp(context->proofs[i].constraint, constraint) == 0)
            context->proofs[i].valid = true;
}

bool
zdm_context_unproved(struct zdm_sql_context *context, const char *relation, const char *constraint)
{
    bool found = false;

    for (size_t i = 0; i < context->n_proofs;)
        if (strcmp(context->proofs[i].relation, relation) == 0 &&
            strcmp(context->proofs[i].constraint, constraint) == 0) {
            context->proofs[i] = context->proofs[--context->n_proofs];
            found = true;
        } else {
            i++;
        }
    return found;
}

void
zdm_context_column_gone(struct zdm_sql_context *context, const char *relation, const char *column)
{
    for (size_t i = 0; i < context->n_proofs;)
        if (strcmp(context->proofs[i].relation, relation) == 0 &&
            strcmp(context->proofs[i].column, column) == 0)
            context->proofs[i] = context->proofs[--context->n_proofs];
        else
            i++;
}

const char *
zdm_context_proves(const struct zdm_sql_context *context, const char *relation, const char *column)
{
    for (size_t i = 0; i < context->n_proofs; i++)
        if (context->proofs[i].valid && strcmp(context->proofs[i].relation, relation) == 0 &&
            strcmp(context->proofs[i].column, column) == 0)
            return context->proofs[i].constraint;
    return NULL;
}
