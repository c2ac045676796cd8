#include <string.h>

#include "sql/column_type.h"
#include "sql/constraint.h"
#include "sql/expression.h"
#include "sql/index_make.h"
#include "sql/object.h"

/* Which operator class and which operators a type gets: those of text for varchar, of inet for cidr. */
static const struct zdm_type *
compared_as(const struct zdm_type *type)
{
    return zdm_type_base(type, NULL);
}

bool
zdm_types_compare_alike(const struct zdm_type *a, const struct zdm_type *b)
{
    static const char *const alike[][2] = {{"text", "varchar"}, {"inet", "cidr"}};

    a = compared_as(a);
    b = compared_as(b);
    if (!a || !b)
        return false;
    if (a == b || (a->element && b->element && zdm_types_compare_alike(a->element, b->element)))
        return true;
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++)
        if ((zdm_type_is(a, alike[i][0]) && zdm_type_is(b, alike[i][1])) ||
            (zdm_type_is(a, alike[i][1]) && zdm_type_is(b, alike[i][0])))
            return true;
    return false;
}

/* As the column has it unless the index says otherwise. */
static bool
collation_changes(const struct zdm_type_change *change, const struct zdm_index_column *key)
{
    if (key->collation)
        return false;
    return !zdm_same_text(change->column->collation, change->collation) ||
           zdm_type_has_collation(change->from.type) != zdm_type_has_collation(change->to.type);
}

/* CheckIndexCompatible(): can the index stay as it is? */
static bool
index_fits(const struct zdm_type_change *change, const struct zdm_index *index)
{
    /* One that is part of a partitioned index is made anew along with it. */
    if (index->expressions_sql || index->predicate_sql || !index->valid || index->parent)
        return false;
    for (size_t i = 0; i < index->n_columns; i++) {
        const struct zdm_index_column *key = &index->columns[i];
        if (!zdm_same_text(key->name, change->column->name))
            continue;
        if (collation_changes(change, key) ||
            !zdm_types_compare_alike(change->from.type, change->to.type))
            return false;
        /* Classes for any array, enum or range look at the very type. */
        const struct zdm_type *base = compared_as(change->from.type);
        if (base != compared_as(change->to.type) && base->element)
            return false;
    }
    return true;
}

/* Is there an operator class for the new type? */
static bool
index_is_possible(const struct zdm_type_change *change, const struct zdm_index *index)
{
    struct zdm_draft *draft = change->alter->draft;
    const char *name = zdm_ident_text(draft->arena, index->self->name);

    for (size_t i = 0; i < index->n_columns; i++) {
        const struct zdm_index_column *key = &index->columns[i];
        if (!zdm_same_text(key->name, change->column->name))
            continue;
        if (!key->default_opclass && !zdm_types_compare_alike(change->from.type, change->to.type)) {
            zdm_draft_fails(draft, "42804", "the operator class of index %s does not take %s", name,
                zdm_typed_text(draft, change->to));
            return false;
        }
        if (key->default_opclass &&
            !zdm_index_method_takes(draft, index->method, change->to.type)) {
            zdm_draft_fails(draft, "42704", "index %s: %s has no operator class for %s", name,
                zdm_typed_text(draft, change->to), index->method);
            return false;
        }
    }
    return true;
}

/* What it says of collations is said beside that of the column. */
static void
adjust_collations(const struct zdm_type_change *change, struct zdm_index *index)
{
    struct zdm_catalog *catalog = change->alter->draft->catalog;

    for (size_t i = 0; i < index->n_columns; i++) {
        struct zdm_index_column *key = &index->columns[i];
        if (!key->collation || !zdm_same_text(key->name, change->column->name) ||
            !zdm_same_text(key->collation, change->collation))
            continue;
        zdm_catalog_touch(catalog, key, sizeof *key);
        key->collation = NULL;
    }
}

/* Made anew for all partitions: those that had none get one. */
static void
complete_index(const struct zdm_type_change *change, struct zdm_index *index)
{
    struct zdm_draft *draft = change->alter->draft;
    const struct zdm_relation *relation = change->relation;
    struct zdm_index_plan plan;

    if (index->valid || index->self->kind != ZDM_RELATION_PARTITIONED_INDEX)
        return;
    size_t built = draft->st->n_builds;
    zdm_index_plan_like(draft, &plan, index);
    plan.partition_mode = change->alter->mode;
    for (size_t i = 0; i < relation->children.n; i++) {
        struct zdm_relation *child = relation->children.items[i];
        bool attached = false;
        for (size_t k = 0; k < index->children.n; k++)
            attached |= index->children.items[k]->table == child;
        if (!attached)
            zdm_index_make(
                draft, &plan, child, zdm_index_plan_name(draft, &plan, child), false, index);
    }
    if (draft->st->n_builds > built)
        ZDM_FIND(draft, INDEX_REBUILD_ON_TYPE, .table = zdm_draft_name(draft, relation),
            .column = zdm_ident_text(draft->arena, change->column->name),
            .name = zdm_ident_text(draft->arena, index->self->name));
}

static void
change_indexes(const struct zdm_type_change *change)
{
    struct zdm_draft *draft = change->alter->draft;
    const struct zdm_relation *relation = change->relation;

    for (size_t i = 0; i < relation->indexes.n; i++) {
        struct zdm_index *index = relation->indexes.items[i];
        if (!zdm_names_have(index->uses, index->n_uses, change->column->name))
            continue;
        if (change->to.type && !index_is_possible(change, index))
            return;
        bool fits = index_fits(change, index);
        complete_index(change, index);
        adjust_collations(change, index);
        if (!index->valid) { /* what is made anew is whole */
            zdm_catalog_touch(draft->catalog, index, sizeof *index);
            index->valid = true;
        }
        if (change->rewrites || fits || !zdm_relation_has_rows(relation))
            continue;
        zdm_draft_build_of(draft, index);
        zdm_draft_lock_on(draft, relation, change->alter->mode, ZDM_HELD_BUILD);
        ZDM_FIND(draft, INDEX_REBUILD_ON_TYPE, .table = zdm_draft_name(draft, relation),
            .column = zdm_ident_text(draft->arena, change->column->name),
            .name = zdm_ident_text(draft->arena, index->self->name));
    }
}

static void
change_checks(const struct zdm_type_change *change)
{
    struct zdm_draft *draft = change->alter->draft;
    const struct zdm_relation *relation = change->relation;

    for (size_t i = 0; i < relation->constraints.n; i++) {
        const struct zdm_constraint *check = relation->constraints.items[i];
        if (check->kind != ZDM_CONSTRAINT_CHECK || !check->validated || !check->enforced ||
            !zdm_names_have(check->columns, check->n_columns, change->column->name) ||
            change->rewrites || !zdm_relation_has_rows(relation))
            continue;
        zdm_draft_scan_of(draft, relation);
        zdm_draft_lock_on(draft, relation, change->alter->mode, ZDM_HELD_SCAN);
        if (relation != change->alter->relation || !check->name)
            continue;
        const char *table = change->alter->table;
        const char *name = zdm_ident_text(draft->arena, check->name);
        struct zdm_finding *finding = ZDM_FIND(draft, SCAN_TYPE_CHECK, .table = table,
            .column = zdm_ident_text(draft->arena, change->column->name), .name = name);
        zdm_draft_safer(draft, finding,
            zdm_arena_strf(draft->arena, "ALTER TABLE %s DROP CONSTRAINT %s", table, name));
        if (change->alter->stmt->n_cmds == 1)
            zdm_draft_safer(draft, finding, draft->st->sql);
        if (check->check_sql)
            zdm_draft_safer(draft, finding,
                zdm_arena_strf(draft->arena,
                    "ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s) NOT VALID", table, name,
                    check->check_sql));
        zdm_draft_safer(draft, finding,
            zdm_arena_strf(draft->arena, "ALTER TABLE %s VALIDATE CONSTRAINT %s", table, name));
    }
}

/* Before 15 a partitioned table that is pointed to has no triggers of its own that could go; what
 * points to it and is not enforced has none either. */
static void
lock_side(
    struct zdm_draft *draft, const struct zdm_constraint *key, bool referenced, enum zdm_held held)
{
    struct zdm_relation *relation = referenced ? key->references : key->relation;
    size_t n = 1;
    struct zdm_relation **family = &relation;
    bool old = draft->pg_version && draft->pg_version < 15 && referenced;

    if (relation->kind == ZDM_RELATION_PARTITIONED)
        family = zdm_draft_family(draft, relation, &n);
    for (size_t i = 0; i < n; i++)
        zdm_draft_lock_on(draft, family[i],
            (old && family[i]->kind == ZDM_RELATION_PARTITIONED) || (referenced && !key->enforced)
                ? ZDM_LOCK_SHARE_ROW_EXCLUSIVE
                : ZDM_LOCK_ACCESS_EXCLUSIVE,
            held);
}

static void
scan_side(struct zdm_draft *draft, struct zdm_relation *relation)
{
    size_t n = 1;
    struct zdm_relation **family = &relation;

    if (relation->kind == ZDM_RELATION_PARTITIONED)
        family = zdm_draft_family(draft, relation, &n);
    for (size_t i = 0; i < n; i++)
        if (zdm_relation_has_rows(family[i]))
            zdm_draft_scan_of(draft, family[i]);
}

/* The type of the column that stands at the same place on the other side. */
static const struct zdm_type *
facing_type(const struct zdm_constraint *key, bool referenced, const char *name)
{
    const char **mine = referenced ? key->referenced : key->columns;
    const char **theirs = referenced ? key->columns : key->referenced;
    const struct zdm_relation *other = referenced ? key->relation : key->references;

    for (size_t i = 0; mine && theirs && i < key->n_columns; i++)
        if (strcmp(mine[i], name) == 0) {
            const struct zdm_column *column = zdm_relation_column(other, theirs[i]);
            return column ? column->type : NULL;
        }
    return NULL;
}

/* The foreign key is dropped and made anew, and validated unless nothing changed for it. */
static void
change_foreign(const struct zdm_type_change *change, struct zdm_constraint *key, bool referenced)
{
    struct zdm_draft *draft = change->alter->draft;
    struct zdm_relation *other = referenced ? key->relation : key->references;
    const struct zdm_type *facing = facing_type(key, referenced, change->column->name);
    bool checked =
        key->validated && key->enforced &&
        (change->rewrites || !zdm_types_compare_alike(change->from.type, change->to.type));
    enum zdm_held held = checked ? ZDM_HELD_SCAN : ZDM_HELD_BRIEF;

    if (facing && change->to.type &&
        !zdm_foreign_types_fit(
            draft, referenced ? change->to.type : facing, referenced ? facing : change->to.type)) {
        zdm_draft_fails(draft, "42804", "foreign key %s: %s and %s cannot be compared",
            key->name ? zdm_ident_text(draft->arena, key->name) : "",
            zdm_typed_text(draft, change->to),
            zdm_typed_text(draft, (struct zdm_typed){.type = facing, .typmod = ZDM_TYPMOD_NONE}));
        return;
    }
    lock_side(draft, key, false, held);
    lock_side(draft, key, true, held);
    if (checked) {
        scan_side(draft, key->relation);
        scan_side(draft, key->references);
    }
    if (key->inherited)
        return;
    struct zdm_finding *finding =
        ZDM_FIND(draft, TYPE_FK_COLUMN, .table = zdm_draft_name(draft, change->relation),
            .column = zdm_ident_text(draft->arena, change->column->name),
            .other = zdm_draft_name(draft, other),
            .name = key->name ? zdm_ident_text(draft->arena, key->name) : "its foreign key",
            .kind = checked ? ", and reads both to validate it" : "");
    if (held != ZDM_HELD_BRIEF)
        zdm_draft_escalate(draft, finding);
}

static void
change_foreign_keys(const struct zdm_type_change *change)
{
    const struct zdm_relation *relation = change->relation;
    const char *column = change->column->name;
    struct zdm_draft *draft = change->alter->draft;

    for (size_t i = 0; i < relation->constraints.n && !zdm_draft_failed(draft); i++) {
        struct zdm_constraint *key = relation->constraints.items[i];
        if (key->kind == ZDM_CONSTRAINT_FOREIGN && key->references &&
            zdm_names_have(key->columns, key->n_columns, column))
            change_foreign(change, key, false);
    }
    for (size_t i = 0; i < relation->referenced_by.n && !zdm_draft_failed(draft); i++) {
        struct zdm_constraint *key = relation->referenced_by.items[i];
        if (key->relation != relation && key->referenced &&
            zdm_names_have(key->referenced, key->n_columns, column))
            change_foreign(change, key, true);
    }
}

static bool
lock_identity(void *self, struct zdm_relation *relation)
{
    const struct zdm_type_change *change = self;

    if (relation->kind == ZDM_RELATION_SEQUENCE && relation->sequence_of == change->relation &&
        zdm_same_text(relation->sequence_column, change->column->name))
        zdm_draft_lock_on(
            change->alter->draft, relation, ZDM_LOCK_SHARE_ROW_EXCLUSIVE, ZDM_HELD_BRIEF);
    return true;
}

static void
lock_named(void *self, struct zdm_relation *relation)
{
    zdm_draft_lock_on(self, relation, ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_BRIEF);
}

void
zdm_type_change_effects(const struct zdm_type_change *change)
{
    struct zdm_type_change copy = *change;

    change_indexes(change);
    change_checks(change);
    change_foreign_keys(change);
    if (change->column->default_sql)
        zdm_expr_each_relation(
            change->alter->draft, change->column->default_sql, lock_named, change->alter->draft);
    /* The sequence counts in the new type. */
    if (change->column->identity)
        zdm_catalog_each_relation(change->alter->draft->catalog, lock_identity, &copy);
}
