#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sql/draft.h"

static const char *
text_or_null(const char *s)
{
    return s && *s ? s : NULL;
}

struct zdm_relation *
zdm_draft_find_relation(struct zdm_draft *draft, const char *schema, const char *name)
{
    struct zdm_catalog *catalog = draft->catalog;
    struct zdm_relation *relation = zdm_catalog_relation(catalog, schema, name);

    if (!relation && !catalog->complete)
        relation = zdm_catalog_add_relation(catalog, schema, name, ZDM_RELATION_ANY);
    if (relation && !relation->known)
        zdm_draft_assume(draft);
    return relation;
}

struct zdm_relation *
zdm_draft_relation(struct zdm_draft *draft, const PgQuery__RangeVar *range)
{
    const char *schema = text_or_null(range->schemaname);
    struct zdm_relation *relation = zdm_draft_find_relation(draft, schema, range->relname);

    if (relation)
        return relation;
    zdm_draft_fails(
        draft, "42P01", "relation %s does not exist", zdm_range_text(draft->arena, range));
    relation = zdm_arena_alloc(draft->arena, sizeof *relation);
    relation->schema = schema;
    relation->name = range->relname;
    relation->missing = true;
    return relation;
}

const char *
zdm_draft_name(struct zdm_draft *draft, const struct zdm_relation *relation)
{
    const char *name = zdm_ident_text(draft->arena, relation->name);

    if (!relation->schema)
        return name;
    return zdm_arena_strf(
        draft->arena, "%s.%s", zdm_ident_text(draft->arena, relation->schema), name);
}

static bool
matters(const struct zdm_relation *relation)
{
    return !relation->fresh && !relation->missing;
}

void
zdm_draft_lock_on(struct zdm_draft *draft, const struct zdm_relation *relation,
    enum zdm_lock_mode mode, enum zdm_held held)
{
    if (matters(relation))
        zdm_draft_lock(draft, zdm_draft_name(draft, relation), mode, held);
}

void
zdm_draft_scan_of(struct zdm_draft *draft, const struct zdm_relation *relation)
{
    if (matters(relation))
        zdm_draft_scan(draft, zdm_draft_name(draft, relation));
}

void
zdm_draft_build_of(struct zdm_draft *draft, const struct zdm_index *index)
{
    if (matters(index->table))
        zdm_draft_build(draft, zdm_ident_text(draft->arena, index->self->name));
}

void
zdm_draft_rewrite_of(struct zdm_draft *draft, const struct zdm_relation *relation)
{
    if (!matters(relation))
        return;
    zdm_draft_rewrite(draft, zdm_draft_name(draft, relation));
    for (size_t i = 0; i < relation->indexes.n; i++)
        zdm_draft_build_of(draft, relation->indexes.items[i]);
}

static bool
has(struct zdm_relation *const *list, size_t n, const struct zdm_relation *relation)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == relation)
            return true;
    return false;
}

struct zdm_relation **
zdm_draft_family(struct zdm_draft *draft, struct zdm_relation *relation, size_t *n)
{
    size_t room = 16, count = 1;
    struct zdm_relation **list = zdm_arena_alloc(draft->arena, room * sizeof *list);

    list[0] = relation;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < list[i]->children.n; k++) {
            /* Of several parents, inherited once. */
            if (has(list, count, list[i]->children.items[k]))
                continue;
            if (count == room) {
                struct zdm_relation **grown =
                    zdm_arena_alloc(draft->arena, 2 * room * sizeof *grown);
                memcpy(grown, list, room * sizeof *grown);
                list = grown;
                room *= 2;
            }
            list[count++] = list[i]->children.items[k];
        }
    *n = count;
    return list;
}

void
zdm_draft_assume(struct zdm_draft *draft)
{
    draft->st->evidence = ZDM_EVIDENCE_ASSUMED;
}

void
zdm_draft_fails(struct zdm_draft *draft, const char *sqlstate, const char *fmt, ...)
{
    char message[1024];
    va_list ap;

    if (draft->st->fails_with)
        return;
    va_start(ap, fmt);
    vsnprintf(message, sizeof message, fmt, ap);
    va_end(ap);
    draft->st->fails_with = sqlstate;
    draft->fresh = false;
    ZDM_FIND(draft, FAIL_CERTAIN, .name = message);
}
