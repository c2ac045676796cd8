#include "sql/context.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sql/catalog.h"
#include "sql/lookup.h"
#include "sql/rules.h"

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
    bool styled;     /* one of the style rules is on */
    struct zdm_arena *arena;
    struct fresh *fresh;
    size_t n_fresh;
    struct zdm_lookup waits;   /* statements that wait for a lock on a relation */
    struct zdm_lookup by_name; /* of fresh; n_fresh or more: not one any more */
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

static const enum zdm_rule_id style[] = {
#define RULE(symbol, id, hazard, severity, message, hint) ZDM_RULE_##symbol,
#include "sql/rules/style.def"
#undef RULE
};

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
    context->styled = false;
    for (size_t i = 0; i < sizeof style / sizeof *style; i++)
        context->styled |= context->severities[style[i]] > ZDM_SEVERITY_OFF;
    return 0;
}

size_t
zdm_sql_context_count_wait(struct zdm_sql_context *context, const char *relation)
{
    size_t *n = zdm_lookup_get(&context->waits, relation);

    if (!n)
        n = zdm_lookup_put(&context->waits, zdm_arena_strdup(context->arena, relation), 0);
    return ++*n;
}

bool
zdm_sql_context_is_styled(const struct zdm_sql_context *context)
{
    return context->styled;
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
    zdm_lookup_release(&context->by_name);
    zdm_lookup_release(&context->waits);
    free(context->fresh);
    free(context->proofs);
    free(context);
}

struct zdm_catalog *
zdm_sql_context_leave(struct zdm_sql_context *context)
{
    struct zdm_catalog *catalog = context->catalog;

    context->catalog = NULL;
    zdm_sql_context_free(context);
    return catalog;
}

void
zdm_sql_context_settle(struct zdm_sql_context *context)
{
    zdm_catalog_settle(context->catalog);
    free(context->fresh);
    context->fresh = NULL;
    context->n_fresh = 0;
}

static struct fresh *
find(const struct zdm_sql_context *context, const char *relation)
{
    const size_t *at = context->n_fresh ? zdm_lookup_get(&context->by_name, relation) : NULL;

    /* A place that is taken by another one by now was its own once. */
    if (!at || *at >= context->n_fresh || strcmp(context->fresh[*at].relation, relation) != 0)
        return NULL;
    return &context->fresh[*at];
}

static void
put(struct zdm_sql_context *context, size_t i)
{
    *zdm_lookup_put(&context->by_name, context->fresh[i].relation, i) = i;
}

static void
take_out(struct zdm_sql_context *context, size_t i)
{
    context->fresh[i] = context->fresh[--context->n_fresh];
    if (i < context->n_fresh)
        put(context, i);
}

void
zdm_context_created(struct zdm_sql_context *context, const char *relation, enum zdm_origin origin)
{
    if (find(context, relation))
        return;
    context->fresh = zdm_grow(context->fresh, context->n_fresh, sizeof *context->fresh);
    context->fresh[context->n_fresh++] = (struct fresh){
        .relation = zdm_arena_strdup(context->arena, relation), .origin = origin, .empty = true};
    put(context, context->n_fresh - 1);
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

    if (fresh) {
        fresh->relation = zdm_arena_strdup(context->arena, to);
        put(context, (size_t)(fresh - context->fresh));
    }
    for (size_t i = 0; i < context->n_proofs; i++)
        if (strcmp(context->proofs[i].relation, from) == 0)
            context->proofs[i].relation = zdm_arena_strdup(context->arena, to);
}

void
zdm_context_dropped(struct zdm_sql_context *context, const char *relation)
{
    struct fresh *fresh = find(context, relation);

    if (fresh)
        take_out(context, (size_t)(fresh - context->fresh));
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
    context->n_fresh = context->n_proofs = 0;
}

void
zdm_context_renames_all(struct zdm_sql_context *context)
{
    zdm_sql_context_settle(context);
    zdm_context_forget(context);
    context->other_names = true;
}

void
zdm_context_end_text(struct zdm_sql_context *context)
{
    if (context->other_names) {
        zdm_sql_context_settle(context);
        zdm_context_forget(context);
    }
    context->other_names = false;
    for (size_t i = 0; i < context->n_fresh;)
        if (context->fresh[i].origin == ZDM_ORIGIN_TEMP)
            take_out(context, i);
        else
            i++;
    /* One that is dropped takes others with it: look again from the start. */
    struct zdm_catalog *catalog = context->catalog;
    for (size_t i = 0; i < catalog->fresh.n;)
        if (catalog->fresh.items[i]->temporary) {
            zdm_catalog_drop_relation(catalog, catalog->fresh.items[i]);
            i = 0;
        } else {
            i++;
        }
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
