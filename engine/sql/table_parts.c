#include "sql/table_parts.h"

#include <string.h>

#include "sql/constraint.h"
#include "sql/families.h"
#include "sql/index_make.h"
#include "sql/object.h"
#include "sql/partition.h"

static void
merge(struct zdm_draft *draft, struct zdm_column *column, const struct zdm_column *from)
{
    if (column->type && from->type &&
        (column->type != from->type || column->typmod != from->typmod))
        zdm_draft_fails(draft, "42804", "column %s has another type in another parent",
            zdm_ident_text(draft->arena, from->name));
    zdm_catalog_touch(draft->catalog, column, sizeof *column);
    column->not_null |= from->not_null;
}

static void
copy_column(struct zdm_draft *draft, struct zdm_relation *relation, const struct zdm_column *from,
    unsigned what)
{
    bool inherited = what & ZDM_COPY_INHERITED;
    struct zdm_column *column = zdm_relation_column(relation, from->name);

    if (column && (inherited || column->inherited)) {
        merge(draft, column, from);
        if (!inherited && (from->generated ? what & ZDM_COPY_GENERATED : what & ZDM_COPY_DEFAULTS))
            column->default_sql = from->default_sql;
        column->local |= !inherited;
        return;
    }
    if (column) {
        zdm_draft_fails(
            draft, "42701", "column %s is there twice", zdm_ident_text(draft->arena, from->name));
        return;
    }
    column = zdm_relation_add_column(draft->catalog, relation, from->name);
    column->type = from->type;
    column->typmod = from->typmod;
    column->collation = from->collation;
    column->storage = from->storage;
    column->not_null = from->not_null;
    column->not_null_valid = from->not_null_valid;
    column->inherited = inherited;
    column->local = !inherited;
    if (from->generated ? what & ZDM_COPY_GENERATED : what & ZDM_COPY_DEFAULTS)
        column->default_sql = from->default_sql;
    if (what & ZDM_COPY_GENERATED)
        column->generated = from->generated;
    zdm_object_uses_type(draft, relation, column->type);
    if (from->identity && (what & ZDM_COPY_IDENTITY)) {
        column->identity = from->identity;
        zdm_object_make_sequence(draft, relation, column->name, 0, NULL);
    }
}

void
zdm_table_copy_columns(struct zdm_draft *draft, struct zdm_relation *relation,
    const struct zdm_relation *source, unsigned what)
{
    for (size_t i = 0; i < source->columns.n; i++) {
        const struct zdm_column *from = source->columns.items[i];
        copy_column(draft, relation, from, what);
        /* Its default is looked up, and the sequence in it. */
        const struct zdm_relation *sequence =
            from->default_sql && (what & ZDM_COPY_DEFAULTS)
                ? zdm_sequence_of_default(draft, from->default_sql)
                : NULL;
        if (sequence)
            zdm_draft_lock_on(draft, sequence, ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_BRIEF);
    }
    if (!source->known)
        relation->known = false;
}

static struct zdm_constraint *
copy_constraint(struct zdm_draft *draft, struct zdm_relation *relation,
    const struct zdm_constraint *from, const char *name)
{
    struct zdm_constraint *constraint =
        zdm_relation_add_constraint(draft->catalog, relation, from->kind, name, from->references);
    struct zdm_constraint kept = *constraint;

    *constraint = *from;
    constraint->name = kept.name;
    constraint->relation = relation;
    constraint->index = from->kind == ZDM_CONSTRAINT_FOREIGN ? from->index : NULL;
    constraint->validated = true;
    constraint->inherited = false;
    constraint->fresh = true;
    return constraint;
}

static void
copy_checks(struct zdm_draft *draft, struct zdm_relation *relation,
    const struct zdm_relation *source, bool inherited)
{
    for (size_t i = 0; i < source->constraints.n; i++) {
        const struct zdm_constraint *from = source->constraints.items[i];
        if (from->kind != ZDM_CONSTRAINT_CHECK && from->kind != ZDM_CONSTRAINT_NOT_NULL)
            continue;
        const struct zdm_constraint *own = zdm_relation_constraint(relation, from->name);
        if (inherited ? from->no_inherit || own : own && own->inherited)
            continue;
        struct zdm_constraint *copy = copy_constraint(draft, relation, from, from->name);
        copy->inherited = inherited;
    }
}

static struct zdm_index *
copy_index(struct zdm_draft *draft, struct zdm_relation *relation, struct zdm_index *from,
    struct zdm_index *parent)
{
    struct zdm_index_plan plan;

    zdm_index_plan_like(draft, &plan, from);
    return zdm_index_make(
        draft, &plan, relation, zdm_index_plan_name(draft, &plan, relation), false, parent);
}

void
zdm_table_like(
    struct zdm_draft *draft, struct zdm_relation *relation, const PgQuery__TableLikeClause *like)
{
    struct zdm_relation *source = zdm_draft_relation(draft, like->relation);
    const char *text = zdm_range_text(draft->arena, like->relation);

    if (!zdm_object_check_kind(draft, source, text, "rpvmfc", "a table"))
        return;
    zdm_draft_lock_on(draft, source, ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_BRIEF);
    zdm_table_copy_columns(draft, relation, source, like->options & ~(unsigned)ZDM_COPY_INHERITED);
    if (like->options & ZDM_COPY_CONSTRAINTS)
        copy_checks(draft, relation, source, false);
    if (like->options & ZDM_COPY_INDEXES)
        for (size_t i = 0; i < source->indexes.n; i++)
            copy_index(draft, relation, source->indexes.items[i], NULL);
}

static bool
may_inherit(struct zdm_draft *draft, const struct zdm_relation *parent, const char *text,
    const PgQuery__CreateStmt *stmt)
{
    if (stmt->partbound) {
        if (parent->kind == ZDM_RELATION_PARTITIONED || parent->kind == ZDM_RELATION_ANY ||
            parent->missing)
            return true;
        zdm_draft_fails(draft, "42P17", "%s is not partitioned", text);
        return false;
    }
    if (parent->kind == ZDM_RELATION_PARTITIONED || parent->is_partition) {
        zdm_draft_fails(draft, "42809", "%s is %s: nothing else can inherit from it", text,
            parent->is_partition ? "a partition" : "partitioned");
        return false;
    }
    return zdm_object_check_kind(draft, parent, text, "rf", "a table");
}

void
zdm_table_inherits(struct zdm_draft *draft, struct zdm_relation *relation,
    const PgQuery__RangeVar *range, const PgQuery__CreateStmt *stmt)
{
    struct zdm_relation *parent = zdm_draft_relation(draft, range);
    const char *text = zdm_range_text(draft->arena, range);

    if (!may_inherit(draft, parent, text, stmt))
        return;
    struct zdm_bound *bound = stmt->partbound ? zdm_bound_of(draft->arena, stmt->partbound) : NULL;
    if (bound)
        zdm_bound_check(draft, parent, bound, zdm_range_text(draft->arena, stmt->relation));
    if (zdm_draft_failed(draft))
        return;
    zdm_draft_lock_on(draft, parent,
        stmt->partbound ? ZDM_LOCK_ACCESS_EXCLUSIVE : ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE,
        ZDM_HELD_BRIEF);
    if (stmt->partbound) {
        draft->fresh = parent->fresh;
        ZDM_FIND(draft, LOCK_CREATE_PARTITION_OF, .table = text);
        draft->fresh = false;
    }
    if (parent->missing)
        return;
    unsigned what = ZDM_COPY_INHERITED | ZDM_COPY_DEFAULTS | ZDM_COPY_GENERATED;
    zdm_table_copy_columns(draft, relation, parent,
        draft->pg_version >= 17 && stmt->partbound ? what | ZDM_COPY_IDENTITY : what);
    copy_checks(draft, relation, parent, true);
    zdm_catalog_append(draft->catalog, &relation->parents, parent);
    zdm_catalog_append(draft->catalog, &parent->children, relation);
}

static struct zdm_index *
referenced_index(const struct zdm_constraint *key, const struct zdm_relation *partition)
{
    for (size_t i = 0; key->index && i < key->index->children.n; i++)
        if (key->index->children.items[i]->table == partition)
            return key->index->children.items[i];
    return NULL;
}

/* The foreign keys of the parent hold for the partition, and those to it point to the partition too:
 * triggers are made on the other side. What the server made of a key for a partition is not copied
 * again. */
static void
share_foreign_keys(
    struct zdm_draft *draft, struct zdm_relation *relation, struct zdm_relation *parent)
{
    size_t own = parent->constraints.n, others = parent->referenced_by.n;

    for (size_t i = 0; i < own; i++) {
        struct zdm_constraint *key = parent->constraints.items[i];
        if (key->kind == ZDM_CONSTRAINT_FOREIGN && !zdm_foreign_is_own_clone(key))
            zdm_foreign_extend(draft, key, relation);
    }
    for (size_t i = 0; i < others; i++) {
        struct zdm_constraint *key = parent->referenced_by.items[i];
        if (key->relation->is_partition && zdm_foreign_has_parent(key))
            continue;
        /* Since 15 the referencing table gets triggers for the partition. */
        zdm_draft_lock_on(draft, key->relation,
            draft->pg_version == 14 ? ZDM_LOCK_ACCESS_SHARE : ZDM_LOCK_SHARE_ROW_EXCLUSIVE,
            ZDM_HELD_BRIEF);
        zdm_foreign_reach(draft, key, relation, referenced_index(key, relation));
    }
}

static void
share_triggers(
    struct zdm_draft *draft, struct zdm_relation *relation, const struct zdm_relation *parent)
{
    for (size_t i = 0; i < parent->triggers.n; i++) {
        if (!parent->triggers.items[i]->row)
            continue;
        struct zdm_trigger *trigger = zdm_catalog_alloc(draft->catalog, sizeof *trigger);
        *trigger = *parent->triggers.items[i];
        zdm_catalog_append(draft->catalog, &relation->triggers, trigger);
    }
}

static bool
has_unique_index(const struct zdm_relation *relation)
{
    for (size_t i = 0; i < relation->indexes.n; i++)
        if (relation->indexes.items[i]->unique)
            return true;
    return false;
}

void
zdm_table_becomes_partition(
    struct zdm_draft *draft, struct zdm_relation *relation, const PgQuery__CreateStmt *stmt)
{
    if (!relation->parents.n)
        return;
    struct zdm_relation *parent = relation->parents.items[0];
    const PgQuery__PartitionBoundSpec *spec = stmt->partbound;
    struct zdm_bound *bound = zdm_bound_of(draft->arena, spec);

    zdm_catalog_touch(draft->catalog, relation, sizeof *relation);
    relation->is_partition = true;
    relation->bound_sql = zdm_catalog_string(draft->catalog, zdm_bound_text(draft->arena, spec));
    if (parent->published && relation->kind != ZDM_RELATION_FOREIGN)
        zdm_publication_follow(draft, relation);
    if (zdm_draft_failed(draft))
        return;
    if (relation->kind == ZDM_RELATION_FOREIGN && has_unique_index(parent)) {
        zdm_draft_fails(draft, "42809", "a foreign table cannot have the unique indexes of %s",
            zdm_draft_name(draft, parent));
        return;
    }
    if (spec->is_default) {
        zdm_catalog_touch(draft->catalog, parent, sizeof *parent);
        parent->default_partition = relation;
    } else if (bound && zdm_partition_narrows_default(draft, parent, bound)) {
        draft->fresh = false;
        ZDM_FIND(draft, SCAN_ATTACH_DEFAULT,
            .table = zdm_range_text(draft->arena, stmt->inh_relations[0]->range_var),
            .other = zdm_draft_name(draft, parent->default_partition));
    }
    for (size_t i = 0; relation->kind != ZDM_RELATION_FOREIGN && i < parent->indexes.n; i++)
        copy_index(draft, relation, parent->indexes.items[i], parent->indexes.items[i]);
    share_foreign_keys(draft, relation, parent);
    share_triggers(draft, relation, parent);
}
