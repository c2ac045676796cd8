#include <string.h>

#include "sql/families.h"
#include "sql/object.h"

/* Whether or not they have a part of the index. */
static void
lock_partitions(struct zdm_draft *draft, struct zdm_relation *table, enum zdm_lock_mode mode)
{
    size_t n;
    struct zdm_relation **family = zdm_draft_family(draft, table, &n);

    for (size_t i = 1; i < n; i++)
        zdm_draft_lock_on(draft, family[i], mode, ZDM_HELD_BRIEF);
}

/* The parts go with the whole. */
static void
drop_one(struct zdm_draft *draft, struct zdm_index *index, enum zdm_lock_mode mode)
{
    zdm_draft_lock_on(draft, index->table, mode, ZDM_HELD_BRIEF);
    if (index->self->kind == ZDM_RELATION_PARTITIONED_INDEX)
        lock_partitions(draft, index->table, mode);
    while (index->children.n)
        drop_one(draft, index->children.items[0], mode);
    zdm_catalog_drop_relation(draft->catalog, index->self);
}

/* A foreign key may lean on a unique index that is no constraint. */
static const struct zdm_constraint *
leaning(const struct zdm_index *index)
{
    for (size_t i = 0; i < index->table->referenced_by.n; i++)
        if (index->table->referenced_by.items[i]->index == index)
            return index->table->referenced_by.items[i];
    return NULL;
}

static bool
may_go(struct zdm_draft *draft, struct zdm_index *index, const char *name, bool cascade)
{
    if (index->constraint) {
        zdm_draft_fails(draft, "2BP01", "index %s belongs to constraint %s of %s", name,
            zdm_ident_text(draft->arena, index->constraint->name),
            zdm_draft_name(draft, index->table));
        zdm_draft_safer(draft,
            ZDM_FIND(draft, FAIL_DROP_CONSTRAINT_INDEX, .name = name,
                .table = zdm_draft_name(draft, index->table)),
            zdm_arena_strf(draft->arena, "ALTER TABLE %s DROP CONSTRAINT %s",
                zdm_draft_name(draft, index->table),
                zdm_ident_text(draft->arena, index->constraint->name)));
        return false;
    }
    if (index->parent) {
        zdm_draft_fails(draft, "2BP01", "index %s is a part of %s", name,
            zdm_draft_name(draft, index->parent->self));
        return false;
    }
    const struct zdm_constraint *key = leaning(index);
    if (key && !cascade) {
        zdm_draft_fails(draft, "2BP01", "the foreign key %s of %s needs %s",
            key->name ? zdm_ident_text(draft->arena, key->name) : "",
            zdm_draft_name(draft, key->relation), name);
        return false;
    }
    return true;
}

static void
take_along(struct zdm_draft *draft, struct zdm_index *index)
{
    const struct zdm_constraint *key;

    while ((key = leaning(index))) {
        zdm_draft_lock_on(draft, key->relation, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
        zdm_relation_drop_constraint(draft->catalog, (struct zdm_constraint *)key);
    }
}

static void
known_index(struct zdm_draft *draft, const PgQuery__DropStmt *stmt, struct zdm_index *index,
    const char *name)
{
    bool cascade = stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;

    if (stmt->concurrent && index->self->kind == ZDM_RELATION_PARTITIONED_INDEX) {
        zdm_draft_fails(
            draft, "0A000", "%s is partitioned: it cannot be dropped CONCURRENTLY", name);
        ZDM_FIND(draft, FAIL_CONCURRENTLY_PARTITIONED, .table = name);
        return;
    }
    if (!may_go(draft, index, name, cascade))
        return;
    if (index->replica_identity && index->table->published)
        ZDM_FIND(draft, INDEX_DROP_REPLICA_IDENTITY, .name = name,
            .table = zdm_draft_name(draft, index->table));
    take_along(draft, index);
    zdm_catalog_append(draft->catalog, &index->table->gone, index);
    drop_one(draft, index,
        stmt->concurrent ? ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE : ZDM_LOCK_ACCESS_EXCLUSIVE);
}

static bool
one(struct zdm_draft *draft, const PgQuery__DropStmt *stmt, const PgQuery__Node *object)
{
    size_t n = object->list->n_items;
    PgQuery__Node *const *names = object->list->items;
    const char *name = zdm_list_text(draft->arena, n, names);
    struct zdm_relation *relation = zdm_object_find_relation(draft, n, names);

    if (!relation) {
        if (!stmt->missing_ok)
            zdm_draft_fails(draft, "42704", "there is no index %s", name);
        return false;
    }
    if (!zdm_object_check_kind(draft, relation, name, "iI", "an index"))
        return false;
    if (relation->index) {
        draft->fresh = relation->index->table->fresh;
        known_index(draft, stmt, relation->index, name);
    } else {
        zdm_draft_lock_on(draft, relation,
            stmt->concurrent ? ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE : ZDM_LOCK_ACCESS_EXCLUSIVE,
            ZDM_HELD_BRIEF);
        zdm_catalog_drop_relation(draft->catalog, relation);
    }
    return !zdm_draft_failed(draft);
}

/* Is one of them known to be an index of a partitioned table? */
static bool
is_partitioned(struct zdm_draft *draft, const PgQuery__DropStmt *stmt)
{
    for (size_t i = 0; i < stmt->n_objects; i++) {
        const PgQuery__List *name = stmt->objects[i]->list;
        const struct zdm_relation *relation =
            zdm_object_find_relation(draft, name->n_items, name->items);
        if (relation && relation->kind == ZDM_RELATION_PARTITIONED_INDEX)
            return true;
    }
    return false;
}

static void
probe(struct zdm_draft *draft, const PgQuery__Node *object)
{
    size_t n = object->list->n_items;

    draft->st->probe = ZDM_PROBE_INDEX_ABSENT;
    draft->st->probe_object =
        zdm_arena_strdup(draft->arena, zdm_last_string(n, object->list->items));
    if (n > 1)
        draft->st->probe_schema =
            zdm_arena_strdup(draft->arena, zdm_node_string(object->list->items[n - 2]));
}

void
zdm_family_drop_index(struct zdm_draft *draft)
{
    const PgQuery__DropStmt *stmt = draft->node->drop_stmt;
    bool cascade = stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE, any = false;
    const char *first =
        zdm_list_text(draft->arena, stmt->objects[0]->list->n_items, stmt->objects[0]->list->items);

    draft->st->kind = "DROP INDEX";
    if (stmt->concurrent && (stmt->n_objects > 1 || cascade)) {
        ZDM_FIND(draft, FAIL_DROP_INDEX_CONCURRENTLY, .name = NULL);
        draft->st->fails_with = "0A000";
    }
    bool partitioned = is_partitioned(draft, stmt);
    for (size_t i = 0; i < stmt->n_objects; i++)
        any |= one(draft, stmt, stmt->objects[i]);
    if (stmt->concurrent) {
        if (stmt->n_objects == 1 && !cascade)
            probe(draft, stmt->objects[0]);
        zdm_draft_forbid_transaction(draft, true);
        return;
    }
    if (!any)
        return;
    struct zdm_finding *finding = ZDM_FIND(draft, INDEX_DROP_BLOCKING, .name = first);
    if (finding && partitioned)
        finding->hint = zdm_arena_strdup(draft->arena,
            "an index of a partitioned table cannot be dropped CONCURRENTLY: with a short "
            "lock_timeout, and again when that is over");
    if (stmt->n_objects == 1 && !cascade && !partitioned)
        zdm_draft_safer(
            draft, finding, zdm_draft_with_word(draft, PG_QUERY__TOKEN__INDEX, "CONCURRENTLY"));
    if (cascade)
        ZDM_FIND(draft, DROP_CASCADE, .name = first);
}
