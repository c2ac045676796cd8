#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "sql/catalog_names.h"
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
    const struct zdm_schema *place = schema ? zdm_catalog_schema(catalog, schema) : NULL;

    if (place && place->judged && !place->may_use && zdm_catalog_judges(catalog))
        zdm_draft_fails(draft, "42501", "%s may not look into schema %s",
            zdm_ident_text(draft->arena, catalog->user), zdm_ident_text(draft->arena, schema));
    if (!relation && !catalog->complete)
        relation = zdm_catalog_add_relation(catalog, schema, name, ZDM_RELATION_ANY);
    if (relation && !relation->known)
        zdm_draft_assume(draft);
    return relation;
}

bool
zdm_draft_is_system(const struct zdm_draft *draft, const PgQuery__RangeVar *range)
{
    const char *schema = range->schemaname;

    if (schema[0])
        return strcmp(schema, "pg_catalog") == 0 || strcmp(schema, "information_schema") == 0 ||
               strcmp(schema, "pg_toast") == 0;
    return strncmp(range->relname, "pg_", 3) == 0 &&
           !zdm_catalog_relation(draft->catalog, NULL, range->relname);
}

struct zdm_relation *
zdm_draft_relation(struct zdm_draft *draft, const PgQuery__RangeVar *range)
{
    const char *schema = text_or_null(range->schemaname);
    struct zdm_relation *relation = zdm_draft_find_relation(draft, schema, range->relname);

    if (relation)
        return relation;
    if (zdm_draft_is_system(draft, range)) {
        zdm_draft_assume(draft);
        relation = zdm_catalog_alloc(draft->catalog, sizeof *relation);
        relation->schema = schema ? zdm_catalog_string(draft->catalog, schema) : "pg_catalog";
        relation->name = zdm_catalog_string(draft->catalog, range->relname);
        relation->kind = ZDM_RELATION_ANY;
        relation->rows = -1;
        return relation;
    }
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
    if (!matters(relation))
        return;
    if (mode >= ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE &&
        (!draft->changed || (relation->managed_by && !draft->changed->managed_by)))
        draft->changed = relation;
    zdm_draft_lock(draft, relation, zdm_draft_name(draft, relation), mode, held);
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
        zdm_draft_build(draft, index, zdm_ident_text(draft->arena, index->self->name));
}

void
zdm_draft_rewrite_of(struct zdm_draft *draft, const struct zdm_relation *relation)
{
    if (!matters(relation))
        return;
    zdm_draft_rewrite(draft, zdm_draft_name(draft, relation));
    /* The server looks into values of composite types. */
    for (size_t i = 0; i < relation->columns.n; i++) {
        const struct zdm_type *type = relation->columns.items[i]->type;
        if (type && type->element)
            type = type->element;
        if (type && type->relation && type->relation != relation)
            zdm_draft_lock_on(draft, type->relation, ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_BRIEF);
    }
    for (size_t i = 0; i < relation->indexes.n; i++)
        zdm_draft_build_of(draft, relation->indexes.items[i]);
}

struct family {
    struct zdm_relation **list; /* n, room for `room` */
    size_t n, room;
    struct zdm_relation **places; /* the same by address, 2 * room; once there are many */
    struct zdm_arena *arena;
};

enum { FEW = 16 };

/* Where the relation is among the places, or would be. */
static struct zdm_relation **
place(const struct family *family, const struct zdm_relation *relation)
{
    size_t i = ((uintptr_t)relation >> 4) * 11400714819323198485u >> 32;

    for (i %= 2 * family->room; family->places[i] && family->places[i] != relation;)
        i = (i + 1) % (2 * family->room);
    return &family->places[i];
}

static bool
has(const struct family *family, const struct zdm_relation *relation)
{
    if (family->places)
        return *place(family, relation) != NULL;
    for (size_t i = 0; i < family->n; i++)
        if (family->list[i] == relation)
            return true;
    return false;
}

static void
join(struct family *family, struct zdm_relation *relation)
{
    if (family->n == family->room) {
        size_t room = family->room ? 2 * family->room : FEW;
        struct zdm_relation **list = zdm_arena_alloc(family->arena, room * sizeof *list);
        if (family->n)
            memcpy(list, family->list, family->n * sizeof *list);
        family->list = list;
        family->room = room;
        if (room > FEW) {
            family->places = zdm_arena_alloc(family->arena, 2 * room * sizeof *list);
            for (size_t i = 0; i < family->n; i++)
                *place(family, list[i]) = list[i];
        }
    }
    family->list[family->n++] = relation;
    if (family->places)
        *place(family, relation) = relation;
}

static struct zdm_relation **
all_below(struct zdm_draft *draft, struct zdm_relation *relation, size_t *n)
{
    struct family family = {.arena = draft->arena};

    /* Of several parents, inherited once; and a text may make a table its own ancestor. */
    join(&family, relation);
    for (size_t i = 0; i < family.n; i++)
        for (size_t k = 0; k < family.list[i]->children.n; k++)
            if (!has(&family, family.list[i]->children.items[k]))
                join(&family, family.list[i]->children.items[k]);
    *n = family.n;
    return family.list;
}

void
zdm_draft_goes_down(struct zdm_draft *draft, const struct zdm_relation *relation)
{
    draft->above = relation;
    draft->reach = ZDM_REACH_FAMILY;
}

struct zdm_relation **
zdm_draft_family(struct zdm_draft *draft, struct zdm_relation *relation, size_t *n)
{
    zdm_draft_goes_down(draft, relation);
    return all_below(draft, relation, n);
}

struct zdm_relation **
zdm_draft_partitions(struct zdm_draft *draft, struct zdm_relation *relation, size_t *n)
{
    draft->above = relation;
    draft->reach = ZDM_REACH_PARTITIONS;
    if (relation->kind == ZDM_RELATION_PARTITIONED)
        return all_below(draft, relation, n);
    struct zdm_relation **alone = zdm_arena_alloc(draft->arena, sizeof *alone);
    *alone = relation;
    *n = 1;
    return alone;
}

void
zdm_draft_assume(struct zdm_draft *draft)
{
    draft->st->evidence = ZDM_EVIDENCE_ASSUMED;
}

void
zdm_draft_uncertain(struct zdm_draft *draft)
{
    struct zdm_catalog *catalog = draft->catalog;

    zdm_catalog_touch(catalog, &catalog->complete, sizeof catalog->complete);
    zdm_catalog_touch(catalog, &catalog->uncertain, sizeof catalog->uncertain);
    catalog->complete = false;
    catalog->uncertain = true;
    draft->st->evidence = ZDM_EVIDENCE_ASSUMED;
}

bool
zdm_draft_failed(const struct zdm_draft *draft)
{
    return draft->stopped || draft->st->fails_with;
}

bool
zdm_draft_stop(struct zdm_draft *draft, const char *sqlstate)
{
    if (zdm_draft_failed(draft))
        return false;
    draft->stopped = true;
    if (draft->catalog->uncertain) {
        zdm_draft_assume(draft);
        return false;
    }
    draft->st->fails_with = sqlstate;
    draft->fresh = false;
    return true;
}

void
zdm_draft_fails(struct zdm_draft *draft, const char *sqlstate, const char *fmt, ...)
{
    char message[1024];
    va_list ap;

    if (!zdm_draft_stop(draft, sqlstate))
        return;
    va_start(ap, fmt);
    vsnprintf(message, sizeof message, fmt, ap);
    va_end(ap);
    ZDM_FIND(draft, FAIL_CERTAIN, .name = message);
}
