#include <string.h>

#include "base/buf.h"
#include "sql/constraint.h"
#include "sql/object.h"

/*
 * Of a foreign key the server keeps a copy for each partition of the referencing table, and, on
 * the table itself, one for each partition of the referenced table.
 */

static const char *
made_up_name(
    struct zdm_draft *draft, const struct zdm_constraint *key, const struct zdm_relation *relation)
{
    struct zdm_buf columns = ZDM_BUF_INIT;

    /* Of a table that nobody described any name may be taken already, and then it is another one. */
    if (!key->name || !relation->known)
        return NULL;
    if (!zdm_relation_constraint(relation, key->name))
        return key->name;
    for (size_t i = 0; i < key->n_columns; i++)
        zdm_buf_addf(&columns, "%s%s", i ? "_" : "", key->columns[i]);
    const char *name =
        zdm_object_free_name(draft, relation, relation->name, columns.len ? columns.s : "", "fkey");
    zdm_buf_release(&columns);
    return name;
}

static struct zdm_index *
index_on(const struct zdm_index *index, const struct zdm_relation *partition)
{
    for (size_t i = 0; index && i < index->children.n; i++)
        if (index->children.items[i]->table == partition)
            return index->children.items[i];
    return NULL;
}

static struct zdm_constraint *
copy(struct zdm_draft *draft, const struct zdm_constraint *key, struct zdm_relation *relation,
    struct zdm_relation *references, struct zdm_index *index)
{
    const char *name = made_up_name(draft, key, relation);
    struct zdm_constraint *made = zdm_relation_add_constraint(
        draft->catalog, relation, ZDM_CONSTRAINT_FOREIGN, name, references);
    struct zdm_constraint base = *made;

    *made = *key;
    made->name = base.name;
    made->relation = relation;
    made->references = references;
    made->index = index;
    made->inherited = true;
    made->fresh = draft->in_transaction;
    return made;
}

static void
spread_to_referenced(struct zdm_draft *draft, const struct zdm_constraint *key)
{
    const struct zdm_relation *references = key->references;

    if (references->kind != ZDM_RELATION_PARTITIONED)
        return;
    for (size_t i = 0; i < references->children.n; i++) {
        struct zdm_relation *partition = references->children.items[i];
        spread_to_referenced(
            draft, copy(draft, key, key->relation, partition, index_on(key->index, partition)));
    }
}

void
zdm_foreign_spread(struct zdm_draft *draft, const struct zdm_constraint *key)
{
    spread_to_referenced(draft, key);
}

void
zdm_foreign_reach(struct zdm_draft *draft, struct zdm_constraint *key,
    struct zdm_relation *partition, struct zdm_index *index)
{
    struct zdm_constraint *made = copy(draft, key, key->relation, partition, index);

    spread_to_referenced(draft, made);
}

static bool
same_columns(const struct zdm_constraint *a, const struct zdm_constraint *b)
{
    if (a->n_columns != b->n_columns)
        return false;
    for (size_t i = 0; i < a->n_columns; i++)
        if (strcmp(a->columns[i], b->columns[i]) != 0)
            return false;
    return true;
}

/* Is the relation `top`, or below it as a partition? */
static bool
is_below(const struct zdm_relation *relation, const struct zdm_relation *top)
{
    while (relation && relation != top)
        relation =
            relation->is_partition && relation->parents.n ? relation->parents.items[0] : NULL;
    return relation != NULL;
}

bool
zdm_foreign_is_clone_of(const struct zdm_constraint *clone, const struct zdm_constraint *key)
{
    return clone != key && clone->kind == ZDM_CONSTRAINT_FOREIGN && clone->inherited &&
           clone->references && key->references && same_columns(clone, key) &&
           is_below(clone->relation, key->relation) && is_below(clone->references, key->references);
}

bool
zdm_foreign_is_own_clone(const struct zdm_constraint *key)
{
    for (size_t i = 0; key->inherited && i < key->relation->constraints.n; i++) {
        const struct zdm_constraint *other = key->relation->constraints.items[i];
        if (other->kind == ZDM_CONSTRAINT_FOREIGN && other->references != key->references &&
            zdm_foreign_is_clone_of(key, other))
            return true;
    }
    return false;
}

bool
zdm_foreign_has_parent(const struct zdm_constraint *key)
{
    const struct zdm_relation *parent = key->relation->is_partition && key->relation->parents.n
                                            ? key->relation->parents.items[0]
                                            : NULL;

    for (size_t i = 0; parent && i < parent->constraints.n; i++)
        if (zdm_foreign_is_clone_of(key, parent->constraints.items[i]))
            return true;
    return false;
}

/* Where the key is all that is referenced, nothing names its columns. */
static bool
same_referenced(const struct zdm_constraint *a, const struct zdm_constraint *b)
{
    for (size_t i = 0; a->referenced && b->referenced && i < a->n_columns; i++)
        if (strcmp(a->referenced[i], b->referenced[i]) != 0)
            return false;
    return true;
}

/* One of the partition's own that says the same. */
static struct zdm_constraint *
twin(const struct zdm_draft *draft, const struct zdm_constraint *key,
    const struct zdm_relation *partition)
{
    bool any = draft->pg_version >= 18; /* one that is NOT VALID is validated then */

    for (size_t i = 0; i < partition->constraints.n; i++) {
        struct zdm_constraint *own = partition->constraints.items[i];
        if (own->kind == ZDM_CONSTRAINT_FOREIGN && !own->inherited && (own->validated || any) &&
            own->references == key->references && own->on_delete == key->on_delete &&
            own->on_update == key->on_update && own->match == key->match &&
            own->deferrable == key->deferrable &&
            own->initially_deferred == key->initially_deferred && same_columns(own, key) &&
            same_referenced(own, key))
            return own;
    }
    return NULL;
}

static bool
agrees_on_enforcement(
    struct zdm_draft *draft, const struct zdm_constraint *key, const struct zdm_relation *partition)
{
    for (size_t i = 0; i < partition->constraints.n; i++) {
        const struct zdm_constraint *own = partition->constraints.items[i];
        if (own->kind != ZDM_CONSTRAINT_FOREIGN || own->references != key->references ||
            own->enforced == key->enforced || !same_columns(own, key))
            continue;
        zdm_draft_fails(draft, "42P17", "%s of %s says the same and is %s",
            own->name ? zdm_ident_text(draft->arena, own->name) : "a foreign key",
            zdm_draft_name(draft, partition), own->enforced ? "enforced" : "not");
        return false;
    }
    return true;
}

/* False: there are no rows. */
static bool
scan_sides(
    struct zdm_draft *draft, const struct zdm_constraint *key, struct zdm_relation *partition)
{
    if (!zdm_relation_has_rows(partition))
        return false;
    zdm_draft_scan_of(draft, partition);
    if (!partition->fresh)
        zdm_foreign_scan_referenced(draft, key->references);
    return true;
}

/* The triggers there of the partition's own one go. Before 15 a partitioned table had none. */
static void
lock_joined(struct zdm_draft *draft, struct zdm_relation *references, enum zdm_held held)
{
    size_t n = 1;
    struct zdm_relation **family = &references;

    if (draft->pg_version != 14 || references->kind != ZDM_RELATION_PARTITIONED) {
        zdm_lock_referenced(draft, references, ZDM_LOCK_ACCESS_EXCLUSIVE, held);
        return;
    }
    family = zdm_draft_family(draft, references, &n);
    for (size_t i = 0; i < n; i++)
        zdm_draft_lock_on(draft, family[i],
            family[i]->kind == ZDM_RELATION_PARTITIONED ? ZDM_LOCK_SHARE_ROW_EXCLUSIVE
                                                        : ZDM_LOCK_ACCESS_EXCLUSIVE,
            held);
}

bool
zdm_foreign_extend(
    struct zdm_draft *draft, struct zdm_constraint *key, struct zdm_relation *partition)
{
    struct zdm_constraint *own = twin(draft, key, partition);
    bool scans = false;

    if (!key->references || !agrees_on_enforcement(draft, key, partition))
        return false;
    if (partition->kind == ZDM_RELATION_FOREIGN) {
        zdm_draft_fails(draft, "42809", "%s is a foreign table: it can have no foreign key",
            zdm_draft_name(draft, partition));
        return false;
    }
    if (own) { /* its triggers on the referenced table go */
        scans = key->validated && !own->validated;
        lock_joined(draft, key->references, scans ? ZDM_HELD_SCAN : ZDM_HELD_BRIEF);
        zdm_catalog_touch(draft->catalog, own, sizeof *own);
        own->inherited = true;
        own->validated |= key->validated;
        return scans && scan_sides(draft, key, partition);
    }
    zdm_lock_referenced(draft, key->references, ZDM_LOCK_SHARE_ROW_EXCLUSIVE,
        key->validated ? ZDM_HELD_SCAN : ZDM_HELD_BRIEF);
    struct zdm_constraint *made = copy(draft, key, partition, key->references, key->index);
    made->no_inherit = partition->kind != ZDM_RELATION_PARTITIONED;
    if (partition->kind == ZDM_RELATION_PARTITIONED) {
        for (size_t i = 0; i < partition->children.n; i++)
            scans |= zdm_foreign_extend(draft, made, partition->children.items[i]);
        return scans;
    }
    return key->validated && scan_sides(draft, key, partition);
}

void
zdm_foreign_scan_referenced(struct zdm_draft *draft, struct zdm_relation *references)
{
    size_t n = 1;
    struct zdm_relation **family = &references;

    if (references->kind == ZDM_RELATION_PARTITIONED)
        family = zdm_draft_family(draft, references, &n);
    for (size_t i = 0; i < n; i++)
        if (zdm_relation_has_rows(family[i]))
            zdm_draft_scan_of(draft, family[i]);
}

static void
drop_clones(
    struct zdm_draft *draft, struct zdm_relation *relation, const struct zdm_constraint *key)
{
    for (size_t i = 0; i < relation->constraints.n;)
        if (zdm_foreign_is_clone_of(relation->constraints.items[i], key))
            zdm_relation_drop_constraint(draft->catalog, relation->constraints.items[i]);
        else
            i++;
}

void
zdm_foreign_forget(struct zdm_draft *draft, struct zdm_constraint *key)
{
    size_t n = 1;
    struct zdm_relation **family = &key->relation;

    if (key->relation->kind == ZDM_RELATION_PARTITIONED)
        family = zdm_draft_family(draft, key->relation, &n);
    for (size_t i = 0; i < n; i++)
        drop_clones(draft, family[i], key);
    zdm_relation_drop_constraint(draft->catalog, key);
}

void
zdm_foreign_drop(struct zdm_draft *draft, struct zdm_constraint *key, enum zdm_lock_mode mode)
{
    size_t n = 1;
    struct zdm_relation **family = &key->relation;

    if (key->relation->kind == ZDM_RELATION_PARTITIONED)
        family = zdm_draft_family(draft, key->relation, &n);
    if (key->references)
        zdm_lock_referenced(draft, key->references, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    for (size_t i = 0; i < n; i++)
        zdm_draft_lock_on(draft, family[i], mode, ZDM_HELD_BRIEF);
    zdm_foreign_forget(draft, key);
}

void
zdm_lock_referenced(struct zdm_draft *draft, struct zdm_relation *relation, enum zdm_lock_mode mode,
    enum zdm_held held)
{
    size_t n;
    struct zdm_relation **family = zdm_draft_partitions(draft, relation, &n);

    for (size_t i = 0; i < n; i++)
        zdm_draft_lock_on(draft, family[i], mode, held);
}
