#include <string.h>

#include "sql/acl.h"
#include "sql/families.h"
#include "sql/named.h"
#include "sql/object.h"

struct emptied { /* what a TRUNCATE empties */
    struct zdm_draft *draft;
    struct zdm_relation **items;
    size_t n;
};

static bool
has(const struct emptied *emptied, const struct zdm_relation *relation)
{
    for (size_t i = 0; i < emptied->n; i++)
        if (emptied->items[i] == relation)
            return true;
    return false;
}

static void
add(struct emptied *emptied, struct zdm_relation *relation)
{
    if (has(emptied, relation))
        return;
    struct zdm_relation **grown =
        zdm_arena_alloc(emptied->draft->arena, (emptied->n + 1) * sizeof *grown);
    if (emptied->n)
        memcpy(grown, emptied->items, emptied->n * sizeof *grown);
    grown[emptied->n++] = relation;
    emptied->items = grown;
}

static void
add_family(struct emptied *emptied, struct zdm_relation *relation)
{
    size_t n;
    struct zdm_relation **family = zdm_draft_family(emptied->draft, relation, &n);

    for (size_t i = 0; i < n; i++)
        add(emptied, family[i]);
}

/* The tables whose foreign keys point to what is emptied, at any depth; their partitions too. */
static void
add_referencing(struct emptied *emptied)
{
    for (size_t i = 0; i < emptied->n; i++)
        for (size_t k = 0; k < emptied->items[i]->referenced_by.n; k++)
            add_family(emptied, emptied->items[i]->referenced_by.items[k]->relation);
}

/* A table with a foreign key to what is emptied, that is not emptied itself. */
static const struct zdm_relation *
left_behind(const struct emptied *emptied, const struct zdm_relation **referenced)
{
    for (size_t i = 0; i < emptied->n; i++)
        for (size_t k = 0; k < emptied->items[i]->referenced_by.n; k++) {
            const struct zdm_relation *other = emptied->items[i]->referenced_by.items[k]->relation;
            *referenced = emptied->items[i];
            if (!has(emptied, other))
                return other;
        }
    return NULL;
}

static void
target(struct zdm_draft *draft, struct emptied *emptied, const PgQuery__RangeVar *range)
{
    const char *table = zdm_range_text(draft->arena, range);
    struct zdm_relation *relation = zdm_draft_relation(draft, range);

    if (relation->missing || !zdm_object_check_kind(draft, relation, table, "rpf", "a table") ||
        zdm_rights_lack(draft, relation, ZDM_RIGHT_TRUNCATE))
        return;
    if (!range->inh && relation->kind == ZDM_RELATION_PARTITIONED) {
        zdm_draft_fails(draft, "42809", "the partitioned table %s has no rows of its own", table);
        return;
    }
    if (range->inh)
        add_family(emptied, relation);
    else
        add(emptied, relation);
}

static void
findings(struct zdm_draft *draft, const PgQuery__TruncateStmt *stmt, const char *also)
{
    for (size_t i = 0; i < stmt->n_relations; i++) {
        const char *table = zdm_range_text(draft->arena, stmt->relations[i]->range_var);
        const struct zdm_relation *relation =
            zdm_draft_relation(draft, stmt->relations[i]->range_var);
        draft->fresh = relation->fresh && relation->kind != ZDM_RELATION_FOREIGN;
        if (ZDM_FIND(draft, TRUNCATE, .table = table))
            draft->st->data_loss = true;
        if (stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE &&
            (!draft->catalog->complete || !relation->known))
            ZDM_FIND(draft, TRUNCATE_CASCADE, .table = table,
                .name = "every table with a foreign key to it");
        draft->fresh = false;
    }
    if (also &&
        ZDM_FIND(draft, TRUNCATE_CASCADE,
            .table = zdm_range_text(draft->arena, stmt->relations[0]->range_var), .name = also))
        draft->st->data_loss = true;
}

void
zdm_family_truncate(struct zdm_draft *draft)
{
    const PgQuery__TruncateStmt *stmt = draft->node->truncate_stmt;
    struct emptied emptied = {.draft = draft};
    const struct zdm_relation *referenced = NULL;
    const char *also = NULL;

    for (size_t i = 0; i < stmt->n_relations; i++)
        target(draft, &emptied, stmt->relations[i]->range_var);
    if (zdm_draft_failed(draft))
        return;
    size_t named = emptied.n;
    if (stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)
        add_referencing(&emptied);
    const struct zdm_relation *left = left_behind(&emptied, &referenced);
    if (left) {
        zdm_draft_fails(draft, "0A000", "%s has a foreign key to %s and is not emptied with it",
            zdm_draft_name(draft, left), zdm_draft_name(draft, referenced));
        return;
    }
    for (size_t i = 0; i < emptied.n; i++) {
        struct zdm_relation *relation = emptied.items[i];
        /* The files are new ones, and empty: no rewrite, and no index to build. */
        zdm_draft_lock_on(draft, relation, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
        if (i >= named && !relation->fresh)
            also = zdm_arena_strf(draft->arena, "%s%s%s", also ? also : "", also ? ", " : "",
                zdm_draft_name(draft, relation));
        for (size_t k = 0; k < relation->sequences.n && stmt->restart_seqs; k++)
            zdm_draft_lock_on(
                draft, relation->sequences.items[k], ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    }
    findings(draft, stmt, also);
}
