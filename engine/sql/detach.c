#include <string.h>

#include "sql/alter.h"
#include "sql/constraint.h"
#include "sql/index_make.h"
#include "sql/object.h"
#include "sql/partition.h"
#include "sql/table_parts.h"

#define AT(name) PG_QUERY__ALTER_TABLE_TYPE__AT_##name

static bool
is_partition_of(const struct zdm_relation *child, const struct zdm_relation *parent)
{
    for (size_t i = 0; i < child->parents.n; i++)
        if (child->is_partition && child->parents.items[i] == parent)
            return true;
    return false;
}

/* What it had as a part is its own from now on. */
static void
stand_alone(struct zdm_draft *draft, struct zdm_relation *child)
{
    for (size_t i = 0; i < child->columns.n; i++) {
        zdm_catalog_touch(draft->catalog, child->columns.items[i], sizeof(struct zdm_column));
        child->columns.items[i]->inherited = false;
        child->columns.items[i]->local = true;
    }
    for (size_t i = 0; i < child->constraints.n; i++) {
        struct zdm_constraint *constraint = child->constraints.items[i];
        if (constraint->kind == ZDM_CONSTRAINT_FOREIGN && zdm_foreign_is_own_clone(constraint))
            continue;
        zdm_catalog_touch(draft->catalog, constraint, sizeof *constraint);
        constraint->inherited = false;
    }
    for (size_t i = 0; i < child->indexes.n; i++) {
        struct zdm_index *index = child->indexes.items[i];
        if (index->parent)
            zdm_index_detach(draft, index);
    }
}

static void
drop_cloned_triggers(
    struct zdm_draft *draft, const struct zdm_relation *parent, struct zdm_relation *child)
{
    for (size_t i = 0; i < parent->triggers.n; i++) {
        const struct zdm_trigger *of_parent = parent->triggers.items[i];
        struct zdm_trigger *own =
            of_parent->row ? zdm_relation_trigger(child, of_parent->name) : NULL;
        if (own)
            zdm_catalog_remove(draft->catalog, &child->triggers, own);
    }
    for (size_t i = 0; i < child->children.n; i++)
        drop_cloned_triggers(draft, parent, child->children.items[i]);
}

static void
read_under(struct zdm_draft *draft, const struct zdm_relation *relation, enum zdm_lock_mode mode)
{
    zdm_draft_lock_on(draft, relation, mode, ZDM_HELD_SCAN);
    if (zdm_relation_has_rows(relation))
        zdm_draft_scan_of(draft, relation);
}

/* Keys that pointed to the parent must find nothing in the partition: a query joins the two. */
static void
release_referencing(struct zdm_draft *draft, struct zdm_relation *child)
{
    for (size_t i = 0; i < child->referenced_by.n;) {
        struct zdm_constraint *key = child->referenced_by.items[i];
        struct zdm_relation *from = key->relation;
        size_t n;
        if (!key->inherited) {
            i++;
            continue;
        }
        struct zdm_relation **family = zdm_draft_family(draft, from, &n);
        read_under(draft, from, ZDM_LOCK_ACCESS_EXCLUSIVE);
        for (size_t k = 1; k < n && from->kind == ZDM_RELATION_PARTITIONED; k++)
            zdm_draft_lock_on(draft, family[k], ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_SCAN);
        if (zdm_relation_has_rows(child))
            zdm_draft_scan_of(draft, child);
        zdm_relation_drop_constraint(draft->catalog, key);
        i = 0;
    }
}

/* Of its foreign keys, which are its own again, the triggers are made anew; PostgreSQL 14 loses those
 * that point to a partitioned table. */
static void
release_referenced(struct zdm_draft *draft, struct zdm_relation *child)
{
    for (size_t i = 0; i < child->constraints.n;) {
        struct zdm_constraint *key = child->constraints.items[i++];
        if (key->kind != ZDM_CONSTRAINT_FOREIGN || !key->inherited || !key->references ||
            zdm_foreign_is_own_clone(key))
            continue;
        if (draft->pg_version == 14 && key->references->kind == ZDM_RELATION_PARTITIONED) {
            zdm_foreign_forget(draft, key);
            i = 0;
            continue;
        }
        zdm_lock_referenced(draft, key->references, ZDM_LOCK_SHARE_ROW_EXCLUSIVE, ZDM_HELD_BRIEF);
    }
}

static void
add_bound_check(struct zdm_draft *draft, const struct zdm_relation *parent,
    struct zdm_relation *relation, const char *name, bool inherited)
{
    struct zdm_constraint *check =
        zdm_relation_add_constraint(draft->catalog, relation, ZDM_CONSTRAINT_CHECK, name, NULL);

    check->columns = parent->partition_uses;
    check->n_columns = parent->n_partition_uses;
    check->inherited = inherited;
    for (size_t i = 0; i < relation->children.n; i++)
        add_bound_check(draft, parent, relation->children.items[i], name, true);
}

/* DETACH CONCURRENTLY leaves a CHECK that says what the bound said, unless one does already. */
static void
keep_bound(struct zdm_draft *draft, const struct zdm_relation *parent, struct zdm_relation *child)
{
    const struct zdm_bound *bound = zdm_bound_of_partition(draft->catalog, child);
    bool unsure = false;
    struct zdm_condition *condition =
        bound ? zdm_bound_condition(draft, parent, bound, &unsure) : NULL;

    if (!condition || bound->strategy == 'h')
        return;
    if (zdm_condition_implies(draft->catalog, child, zdm_condition_of_relation(draft->arena, child),
            condition) == ZDM_YES)
        return;
    const char *column = parent->n_partition_uses == 1 ? parent->partition_uses[0] : "";
    add_bound_check(draft, parent, child,
        zdm_object_free_name(draft, child, child->name, column, "check"), false);
}

static void
leave(struct zdm_draft *draft, struct zdm_relation *parent, struct zdm_relation *child)
{
    size_t n;
    struct zdm_relation **family = zdm_draft_family(draft, child, &n);

    for (size_t i = 1; i < n; i++)
        zdm_draft_lock_on(draft, family[i], ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    release_referenced(draft, child);
    release_referencing(draft, child);
    stand_alone(draft, child);
    drop_cloned_triggers(draft, parent, child);
    zdm_catalog_remove(draft->catalog, &parent->children, child);
    zdm_catalog_remove(draft->catalog, &child->parents, parent);
    zdm_catalog_touch(draft->catalog, child, sizeof *child);
    child->is_partition = child->detach_pending = false;
    child->bound_sql = NULL;
    zdm_publication_leave(draft, parent, child);
    if (parent->default_partition == child) {
        zdm_catalog_touch(draft->catalog, parent, sizeof *parent);
        parent->default_partition = NULL;
    }
}

static bool
may_detach(
    struct zdm_alter *alter, const struct zdm_relation *child, const char *name, bool concurrent)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_relation *parent = alter->relation;
    bool finalize = alter->cmd->subtype == AT(DetachPartitionFinalize);

    if (!parent->known || !child->known)
        return true;
    if (!is_partition_of(child, parent))
        zdm_draft_fails(draft, "42P01", "%s is no partition of %s", name, alter->table);
    else if (finalize && !child->detach_pending)
        zdm_draft_fails(draft, "55000", "%s is not being detached", name);
    else if (!finalize && child->detach_pending)
        zdm_draft_fails(draft, "55000", "%s is being detached already", name);
    else if (concurrent && parent->default_partition) {
        zdm_draft_fails(draft, "55000", "%s has a default partition", alter->table);
        ZDM_FIND(draft, FAIL_DETACH_CONCURRENTLY_DEFAULT, .table = alter->table,
            .other = zdm_draft_name(draft, parent->default_partition));
    }
    return !zdm_draft_failed(draft);
}

static void
detach(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    const PgQuery__PartitionCmd *cmd = alter->cmd->def->partition_cmd;
    struct zdm_relation *parent = alter->relation;
    bool gentle = cmd->concurrent || alter->cmd->subtype == AT(DetachPartitionFinalize);
    const char *name = zdm_range_text(draft->arena, cmd->name);

    if (parent->kind == ZDM_RELATION_TABLE) {
        zdm_draft_fails(draft, draft->pg_version >= 18 ? "42809" : "42P17", "%s is not partitioned",
            alter->table);
        return;
    }
    struct zdm_relation *child = zdm_draft_relation(draft, cmd->name);
    if (child->missing || !may_detach(alter, child, name, cmd->concurrent))
        return;
    zdm_draft_lock_on(draft, child,
        draft->pg_version && draft->pg_version < 14 ? ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE
                                                    : ZDM_LOCK_ACCESS_EXCLUSIVE,
        ZDM_HELD_BRIEF);
    if (parent->default_partition)
        zdm_draft_lock_on(
            draft, parent->default_partition, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    if (!gentle) {
        struct zdm_finding *finding = ZDM_FIND(draft, LOCK_DETACH_PARTITION, .table = alter->table);
        if (!parent->default_partition)
            zdm_draft_safer(draft, finding,
                zdm_arena_strf(draft->arena, "ALTER TABLE %s DETACH PARTITION %s CONCURRENTLY",
                    alter->table, name));
    }
    if (!is_partition_of(child, parent))
        return;
    if (cmd->concurrent)
        keep_bound(draft, parent, child);
    leave(draft, parent, child);
}

static void
probe(struct zdm_draft *draft, const PgQuery__RangeVar *parent, const PgQuery__RangeVar *child)
{
    struct zdm_statement *st = draft->st;

    st->probe = ZDM_PROBE_DETACHED;
    st->probe_table = zdm_arena_strdup(draft->arena, parent->relname);
    st->probe_object = zdm_arena_strdup(draft->arena, child->relname);
    if (parent->schemaname[0])
        st->probe_table_schema = zdm_arena_strdup(draft->arena, parent->schemaname);
    if (child->schemaname[0])
        st->probe_schema = zdm_arena_strdup(draft->arena, child->schemaname);
}

void
zdm_alter_detach_partition(struct zdm_alter *alter)
{
    const PgQuery__PartitionCmd *cmd = alter->cmd->def->partition_cmd;

    detach(alter);
    if (!cmd->concurrent)
        return;
    probe(alter->draft, alter->draft->node->alter_table_stmt->relation, cmd->name);
    zdm_draft_forbid_transaction(alter->draft, true);
}
