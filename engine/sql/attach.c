#include <string.h>

#include "sql/constraint.h"
#include "sql/index_make.h"
#include "sql/object.h"
#include "sql/partition.h"
#include "sql/table_parts.h"

struct attach {
    struct zdm_alter *alter;
    struct zdm_draft *draft;
    struct zdm_relation *parent, *child;
    const char *name; /* of the child, as the author wrote it */
    struct zdm_bound *bound;
};

static bool
has_own_family(const struct zdm_relation *child)
{
    return child->parents.n || (child->children.n && child->kind != ZDM_RELATION_PARTITIONED);
}

static bool
may_attach(struct attach *attach)
{
    struct zdm_draft *draft = attach->draft;
    const struct zdm_relation *parent = attach->parent, *child = attach->child;

    if (!zdm_relation_has_rows(child) && child->kind != ZDM_RELATION_PARTITIONED &&
        child->kind != ZDM_RELATION_FOREIGN)
        zdm_draft_fails(draft, "42809", "%s is no table", attach->name);
    else if (child->kind == ZDM_RELATION_MATVIEW)
        zdm_draft_fails(draft, "42809", "%s is no table", attach->name);
    else if (child->known && child->is_partition)
        zdm_draft_fails(draft, "42809", "%s is a partition already", attach->name);
    else if (child->of_type)
        zdm_draft_fails(draft, "42809", "%s is a typed table", attach->name);
    else if (has_own_family(child))
        zdm_draft_fails(draft, "42809", "%s takes part in inheritance", attach->name);
    else if (child == parent || zdm_is_ancestor(child, parent))
        zdm_draft_fails(
            draft, "42P07", "%s is itself above %s", attach->name, attach->alter->table);
    else if (child->known && parent->known && child->temporary != parent->temporary)
        zdm_draft_fails(draft, "42809", "only one of %s and %s is temporary", attach->name,
            attach->alter->table);
    return !zdm_draft_failed(draft);
}

static void
lock_child(struct attach *attach, enum zdm_held held)
{
    size_t n;
    struct zdm_relation **family = zdm_draft_family(attach->draft, attach->child, &n);

    for (size_t i = 0; i < n; i++)
        zdm_draft_lock_on(attach->draft, family[i], ZDM_LOCK_ACCESS_EXCLUSIVE, held);
}

/* Each index of the parent becomes one of the child: one that it has, or a new one. */
static bool
indexes(struct attach *attach)
{
    struct zdm_draft *draft = attach->draft;
    size_t builds = draft->st->n_builds;

    for (size_t i = 0; i < attach->parent->indexes.n && !zdm_draft_failed(draft); i++) {
        struct zdm_index *index = attach->parent->indexes.items[i];
        enum zdm_constraint_kind constraint = index->constraint ? index->constraint->kind : 0;
        if (attach->child->kind == ZDM_RELATION_FOREIGN) {
            if (index->unique)
                zdm_draft_fails(draft, "42809", "%s is a foreign table", attach->name);
            continue;
        }
        struct zdm_index *own = zdm_index_matching(draft, attach->child, index, constraint, true);
        if (own) {
            zdm_index_attach(draft, own, index);
            continue;
        }
        if (index->primary && zdm_relation_primary_key(attach->child)) {
            zdm_draft_fails(draft, "42P16", "%s has another primary key", attach->name);
            return false;
        }
        struct zdm_index_plan plan;
        zdm_index_plan_like(draft, &plan, index);
        plan.partition_mode = ZDM_LOCK_SHARE;
        struct zdm_index *made = zdm_index_make(draft, &plan, attach->child,
            zdm_index_plan_name(draft, &plan, attach->child), false, index);
        if (made->constraint)
            made->constraint->inherited = true;
    }
    return draft->st->n_builds > builds;
}

/* Those for each row, for the partitions below too. */
static void
triggers(struct zdm_draft *draft, const struct zdm_relation *parent, struct zdm_relation *child)
{
    for (size_t i = 0; i < parent->triggers.n; i++) {
        const struct zdm_trigger *trigger = parent->triggers.items[i];
        if (!trigger->row)
            continue;
        if (zdm_relation_trigger(child, trigger->name)) {
            zdm_draft_fails(draft, "42710", "%s has a trigger %s already",
                zdm_draft_name(draft, child), zdm_ident_text(draft->arena, trigger->name));
            return;
        }
        struct zdm_trigger *copy = zdm_catalog_alloc(draft->catalog, sizeof *copy);
        *copy = *trigger;
        zdm_catalog_append(draft->catalog, &child->triggers, copy);
    }
    for (size_t i = 0; i < child->children.n && !zdm_draft_failed(draft); i++)
        triggers(draft, parent, child->children.items[i]);
}

/* Foreign keys of the parent hold for the child too; those that point to the parent reach it. */
static bool
foreign_keys(struct attach *attach)
{
    struct zdm_draft *draft = attach->draft;
    struct zdm_relation *parent = attach->parent, *child = attach->child;
    size_t n = parent->constraints.n, m = parent->referenced_by.n;
    bool scans = false;

    for (size_t i = 0; i < n; i++) {
        struct zdm_constraint *key = parent->constraints.items[i];
        if (key->kind != ZDM_CONSTRAINT_FOREIGN || zdm_foreign_is_own_clone(key))
            continue;
        scans |= zdm_foreign_extend(draft, key, child);
    }
    for (size_t i = 0; i < m; i++) {
        struct zdm_constraint *key = parent->referenced_by.items[i];
        if (key->relation->is_partition && zdm_foreign_has_parent(key))
            continue;
        zdm_draft_lock_on(draft, key->relation,
            draft->pg_version == 14 ? ZDM_LOCK_ACCESS_SHARE : ZDM_LOCK_SHARE_ROW_EXCLUSIVE,
            ZDM_HELD_BRIEF);
        struct zdm_index *index = NULL;
        for (size_t k = 0; key->index && k < key->index->children.n; k++)
            if (key->index->children.items[k]->table == child)
                index = key->index->children.items[k];
        zdm_foreign_reach(draft, key, child, index);
    }
    return scans;
}

/* The bound, and those of every partitioned table above. */
static bool
rows(struct attach *attach)
{
    struct zdm_draft *draft = attach->draft;
    struct zdm_condition *all = zdm_condition_list(draft->arena, ZDM_CONDITION_AND);
    const struct zdm_bound *bound = attach->bound;
    struct zdm_relation *parent = attach->parent;
    bool unsure = false;

    while (parent && bound) {
        struct zdm_condition *one = zdm_bound_condition(draft, parent, bound, &unsure);
        if (one)
            zdm_condition_add(draft->arena, all, one);
        else if (unsure)
            break;
        struct zdm_relation *below = parent;
        parent = below->is_partition && below->parents.n ? below->parents.items[0] : NULL;
        if (parent)
            zdm_draft_lock_on(draft, parent, ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_BRIEF);
        bound = parent ? zdm_bound_of_partition(draft->catalog, below) : NULL;
    }
    if (unsure) {
        struct zdm_condition *other = zdm_condition_list(draft->arena, ZDM_CONDITION_OTHER);
        other->what = "?";
        zdm_condition_add(draft->arena, all, other);
        zdm_draft_assume(draft);
    }
    if (!all->n_args)
        return false;
    return zdm_partition_check_rows(draft, attach->child, all);
}

static void
become_partition(struct attach *attach, const PgQuery__PartitionBoundSpec *spec)
{
    struct zdm_catalog *catalog = attach->draft->catalog;

    zdm_catalog_touch(catalog, attach->child, sizeof *attach->child);
    attach->child->is_partition = true;
    attach->child->bound_sql =
        zdm_catalog_string(catalog, zdm_bound_text(attach->draft->arena, spec));
    if (attach->parent->published)
        zdm_publication_follow(attach->draft, attach->child);
    if (attach->bound->is_default) {
        zdm_catalog_touch(catalog, attach->parent, sizeof *attach->parent);
        attach->parent->default_partition = attach->child;
    }
}

/* Nobody described one of the two: the cautious answer. */
static void
unknown(struct attach *attach)
{
    struct zdm_alter *alter = attach->alter;
    struct zdm_draft *draft = attach->draft;

    zdm_draft_assume(draft);
    if (attach->child == attach->parent || zdm_is_ancestor(attach->child, attach->parent))
        zdm_draft_fails(draft, "42P07", "%s is itself above %s", attach->name, alter->table);
    else if (attach->child->is_partition)
        zdm_draft_fails(draft, "42809", "%s is a partition already", attach->name);
    if (zdm_draft_failed(draft))
        return;
    lock_child(attach, ZDM_HELD_SCAN);
    zdm_draft_scan_of(draft, attach->child);
    /* Its rows are checked even when the parent is new. */
    draft->fresh &= attach->child->fresh;
    ZDM_FIND(draft, SCAN_ATTACH_PARTITION, .table = alter->table, .other = attach->name);
    become_partition(attach, alter->cmd->def->partition_cmd->bound);
    zdm_child_joined(draft, attach->parent, attach->child);
}

static void
tell(struct attach *attach, bool scans, bool builds)
{
    struct zdm_draft *draft = attach->draft;
    struct zdm_finding *finding;

    if (!scans && !builds)
        return;
    finding = ZDM_FIND(
        draft, SCAN_ATTACH_PARTITION, .table = attach->alter->table, .other = attach->name);
    if (!finding)
        return;
    finding->message =
        zdm_arena_strf(draft->arena, "ATTACH PARTITION %s %s under ACCESS EXCLUSIVE", attach->name,
            scans && builds ? "reads all of it and builds indexes"
            : scans         ? "reads all of it"
                            : "builds indexes on it");
    finding->hint = zdm_arena_strdup(draft->arena,
        scans && builds ? "first add a CHECK with the bounds NOT VALID and validate it, and build "
                          "its indexes CONCURRENTLY"
        : scans         ? "add a CHECK with the bounds NOT VALID and validate it first"
                        : "build its indexes CONCURRENTLY first");
}

void
zdm_alter_attach_partition(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    const PgQuery__PartitionCmd *cmd = alter->cmd->def->partition_cmd;

    if (alter->stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_INDEX || !cmd->bound ||
        alter->relation->kind == ZDM_RELATION_PARTITIONED_INDEX) {
        zdm_alter_attach_index(alter);
        return;
    }
    struct attach attach = {.alter = alter,
        .draft = draft,
        .parent = alter->relation,
        .name = zdm_range_text(draft->arena, cmd->name)};
    if (alter->relation->kind == ZDM_RELATION_TABLE) {
        zdm_draft_fails(draft, draft->pg_version >= 18 ? "42809" : "42P17", "%s is not partitioned",
            alter->table);
        return;
    }
    attach.child = zdm_draft_relation(draft, cmd->name);
    if (attach.child->missing)
        return;
    attach.bound = zdm_bound_of(draft->arena, cmd->bound);
    if (!attach.parent->known || !attach.child->known) {
        unknown(&attach);
        return;
    }
    draft->fresh &= attach.child->fresh;
    if (!may_attach(&attach))
        return;
    lock_child(&attach, ZDM_HELD_BRIEF);
    zdm_bound_check(draft, attach.parent, attach.bound, attach.name);
    if (zdm_draft_failed(draft) || !zdm_child_fits(draft, attach.child, attach.parent, true))
        return;
    bool builds = indexes(&attach);
    triggers(draft, attach.parent, attach.child);
    if (zdm_draft_failed(draft))
        return;
    bool scans = rows(&attach);
    struct zdm_relation *other = attach.parent->default_partition;
    bool narrows = zdm_partition_narrows_default(draft, attach.parent, attach.bound);
    become_partition(&attach, cmd->bound);
    zdm_child_joined(draft, attach.parent, attach.child);
    scans |= foreign_keys(&attach);
    if (builds)
        lock_child(&attach, ZDM_HELD_BUILD);
    tell(&attach, scans, builds);
    if (narrows)
        ZDM_FIND(draft, SCAN_ATTACH_DEFAULT, .table = alter->table,
            .other = zdm_draft_name(draft, other));
}

static struct zdm_index *
index_of_name(struct zdm_draft *draft, const PgQuery__RangeVar *range, bool *failed)
{
    struct zdm_relation *relation = zdm_draft_relation(draft, range);

    *failed = relation->missing;
    return relation->index;
}

void
zdm_alter_attach_index(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    const PgQuery__RangeVar *range = alter->cmd->def->partition_cmd->name;
    struct zdm_index *parent = alter->relation->index;
    bool failed;
    struct zdm_index *child = index_of_name(draft, range, &failed);

    if (failed)
        return;
    if (!parent || !child) {
        struct zdm_relation *relation = zdm_draft_relation(draft, range);
        if (relation->known && !relation->index)
            zdm_draft_fails(draft, "42P17", "%s is no index", zdm_range_text(draft->arena, range));
        zdm_draft_lock_on(draft, relation, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
        return;
    }
    const char *name = zdm_range_text(draft->arena, range);
    zdm_draft_lock_on(draft, parent->table, ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_BRIEF);
    zdm_draft_lock_on(draft, child->table, ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_BRIEF);
    zdm_draft_lock_on(draft, child->self, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    if (child->parent == parent)
        return;
    bool partition = !child->table->known;
    for (size_t i = 0; i < child->table->parents.n; i++)
        partition |= child->table->is_partition && child->table->parents.items[i] == parent->table;
    if (child->parent || !partition) {
        zdm_draft_fails(draft, "55000", "index %s cannot become a part of %s", name, alter->table);
        return;
    }
    for (size_t i = 0; i < parent->children.n; i++)
        if (parent->children.items[i]->table == child->table) {
            zdm_draft_fails(draft, "55000", "%s has another part on %s", alter->table,
                zdm_draft_name(draft, child->table));
            return;
        }
    if (!zdm_index_is_like(draft, child, parent)) {
        zdm_draft_fails(draft, "42P17", "index %s is not like %s", name, alter->table);
        return;
    }
    if (parent->constraint && !child->constraint) {
        zdm_draft_fails(draft, "42P17", "index %s belongs to no constraint", name);
        return;
    }
    zdm_index_attach(draft, child, parent);
    zdm_index_revalidate(draft, parent);
}
