/* The relations that a query names, and their locks. */
#include <string.h>

#include "sql/query.h"

struct reach { /* relations that were locked already */
    struct zdm_relation **items;
    size_t n;
    struct zdm_arena *arena;
};

static bool
hides(const struct zdm_query *query, const PgQuery__RangeVar *range)
{
    if (range->schemaname[0])
        return false;
    for (size_t i = query->n_ctes; i > 0; i--)
        if (strcmp(query->ctes[i - 1], range->relname) == 0)
            return true;
    return false;
}

struct zdm_relation *
zdm_query_relation(struct zdm_query *query, const PgQuery__RangeVar *range)
{
    if (hides(query, range) || zdm_draft_is_system(query->draft, range))
        return NULL;
    return zdm_draft_relation(query->draft, range);
}

/* Views over views over ... may lead to one table many times. */
static bool
reach_once(struct reach *reach, struct zdm_relation *relation)
{
    for (size_t i = 0; i < reach->n; i++)
        if (reach->items[i] == relation)
            return false;
    if (!(reach->n & (reach->n - 1))) {
        struct zdm_relation **grown =
            zdm_arena_alloc(reach->arena, (reach->n ? 2 * reach->n : 1) * sizeof *grown);
        if (reach->n)
            memcpy(grown, reach->items, reach->n * sizeof *grown);
        reach->items = grown;
    }
    reach->items[reach->n++] = relation;
    return true;
}

void
zdm_query_lock(
    struct zdm_draft *draft, struct zdm_relation *relation, bool children, enum zdm_lock_mode mode)
{
    struct reach reach = {.arena = draft->arena};

    if (!children || relation->missing) {
        zdm_draft_lock_on(draft, relation, mode, ZDM_HELD_STATEMENT);
        return;
    }
    reach_once(&reach, relation);
    for (size_t i = 0; i < reach.n; i++) {
        size_t n;
        struct zdm_relation **family = zdm_draft_family(draft, reach.items[i], &n);
        for (size_t k = 0; k < n; k++)
            zdm_draft_lock_on(draft, family[k], mode, ZDM_HELD_STATEMENT);
        if (reach.items[i]->kind != ZDM_RELATION_VIEW)
            continue;
        if (!reach.items[i]->known)
            zdm_draft_assume(draft);
        for (size_t k = 0; k < reach.items[i]->reads.n; k++)
            reach_once(&reach, reach.items[i]->reads.items[k]);
    }
}

bool
zdm_query_owns_rows(struct zdm_draft *draft, struct zdm_relation *relation)
{
    size_t n;
    struct zdm_relation **family;

    family = zdm_draft_family(draft, relation, &n);
    for (size_t i = 0; i < n; i++)
        if (!family[i]->fresh ||
            (family[i]->kind != ZDM_RELATION_TABLE && family[i]->kind != ZDM_RELATION_PARTITIONED))
            return false;
    return !relation->is_partition && relation->parents.n == 0;
}
