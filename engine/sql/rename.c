#include <string.h>

#include "sql/families.h"
#include "sql/object.h"
#include "sql/rename.h"

/* What ALTER ... RENAME may be said of. */
static const struct renamed {
    PgQuery__ObjectType type;
    const char *kind, *kinds, *wanted; /* kinds NULL: any */
} renames[] = {
    {PG_QUERY__OBJECT_TYPE__OBJECT_TABLE, "ALTER TABLE", NULL, NULL},
    {PG_QUERY__OBJECT_TYPE__OBJECT_VIEW, "ALTER VIEW", "v", "a view"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW, "ALTER MATERIALIZED VIEW", "m", "a materialized view"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE, "ALTER FOREIGN TABLE", "f", "a foreign table"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE, "ALTER SEQUENCE", "S", "a sequence"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_INDEX, "ALTER INDEX", NULL, NULL},
};

static const struct renamed *
row_of(PgQuery__ObjectType type)
{
    for (size_t i = 0; i < sizeof renames / sizeof *renames; i++)
        if (renames[i].type == type)
            return &renames[i];
    return NULL;
}

/* NULL: IF EXISTS of what is not there, or a certain error. */
static struct zdm_relation *
target(struct zdm_draft *draft, const PgQuery__RangeVar *range, bool missing_ok,
    PgQuery__ObjectType type)
{
    const struct renamed *row = row_of(type);
    struct zdm_relation *relation =
        missing_ok ? zdm_draft_find_relation(
                         draft, range->schemaname[0] ? range->schemaname : NULL, range->relname)
                   : zdm_draft_relation(draft, range);

    if (!relation || relation->missing)
        return NULL;
    if (row && row->kinds &&
        !zdm_object_check_kind(
            draft, relation, zdm_range_text(draft->arena, range), row->kinds, row->wanted))
        return NULL;
    return relation;
}

/* False: the name is taken in that schema. */
static bool
is_free(struct zdm_draft *draft, const struct zdm_relation *relation, const char *schema,
    const char *name)
{
    if (!draft->catalog->complete || !schema)
        return true;
    if (zdm_catalog_relation(draft->catalog, schema, name)) {
        zdm_draft_fails(draft, "42P07", "%s is the name of another relation",
            zdm_ident_text(draft->arena, name));
        return false;
    }
    const struct zdm_type *type = zdm_catalog_type(draft->catalog, schema, name);
    if (type && !type->element && !strchr("SiI", (int)relation->kind)) {
        zdm_draft_fails(
            draft, "42710", "%s is the name of a type", zdm_ident_text(draft->arena, name));
        return false;
    }
    return true;
}

static void
move(struct zdm_draft *draft, struct zdm_relation *relation, const char *schema, const char *name)
{
    struct zdm_type *type = relation->schema
                                ? zdm_catalog_type(draft->catalog, relation->schema, relation->name)
                                : NULL;

    zdm_catalog_move_relation(draft->catalog, relation, schema, name);
    if (type && type->relation == relation)
        zdm_object_move_type(draft, type, schema, name);
}

/* The constraint that an index is for is called as the index. */
static void
rename_constraint_of(struct zdm_draft *draft, const struct zdm_relation *relation, const char *name)
{
    struct zdm_constraint *constraint = relation->index ? relation->index->constraint : NULL;

    if (constraint)
        zdm_relation_rename_constraint(draft->catalog, constraint, name);
}

static void
rename_relation(struct zdm_draft *draft, const PgQuery__RenameStmt *stmt)
{
    const char *table = zdm_range_text(draft->arena, stmt->relation);
    struct zdm_relation *relation =
        target(draft, stmt->relation, stmt->missing_ok, stmt->rename_type);
    PgQuery__RangeVar after = *stmt->relation;

    if (!relation || !is_free(draft, relation, relation->schema, stmt->newname))
        return;
    if (relation->index && relation->index->constraint &&
        zdm_relation_constraint(relation->index->table, stmt->newname)) {
        zdm_draft_fails(draft, "42710", "%s has a constraint of that name already",
            zdm_draft_name(draft, relation->index->table));
        return;
    }
    if (relation->kind == ZDM_RELATION_COMPOSITE) {
        zdm_draft_fails(draft, "42809", "%s is a composite type: ALTER TYPE renames it", table);
        return;
    }
    bool index = relation->index || (relation->kind == ZDM_RELATION_ANY &&
                                        stmt->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_INDEX);
    bool brief = index && stmt->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_INDEX;
    draft->fresh = relation->fresh;
    zdm_draft_lock_on(draft, relation,
        brief ? ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE : ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    after.relname = stmt->newname;
    const char *other = zdm_range_text(draft->arena, &after);
    if (index) {
        if (!brief)
            zdm_draft_safer(draft, ZDM_FIND(draft, RENAME_INDEX, .name = table),
                zdm_arena_strf(draft->arena, "ALTER INDEX %s RENAME TO %s", table,
                    zdm_ident_text(draft->arena, stmt->newname)));
        rename_constraint_of(draft, relation, stmt->newname);
    } else if (relation->kind == ZDM_RELATION_SEQUENCE ||
               stmt->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE) {
        ZDM_FIND(draft, BREAK_RENAME_OBJECT, .name = table, .other = other);
    } else {
        struct zdm_finding *finding =
            ZDM_FIND(draft, BREAK_RENAME_TABLE, .table = table, .other = other);
        draft->st->breaks_plans |= finding != NULL;
        if (stmt->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE) {
            zdm_draft_safer(draft, finding,
                zdm_arena_strf(draft->arena, "ALTER TABLE %s RENAME TO %s", table,
                    zdm_ident_text(draft->arena, stmt->newname)));
            zdm_draft_safer(draft, finding,
                zdm_arena_strf(draft->arena, "CREATE VIEW %s AS SELECT * FROM %s", table, other));
        }
    }
    move(draft, relation, relation->schema, stmt->newname);
}

static void
rename_trigger(struct zdm_draft *draft, const PgQuery__RenameStmt *stmt,
    struct zdm_relation *relation, const char *table)
{
    const struct zdm_trigger *trigger = zdm_relation_trigger(relation, stmt->subname);
    const char *name = zdm_ident_text(draft->arena, stmt->subname);
    size_t n = 1;

    if (relation->known && !trigger) {
        zdm_draft_fails(draft, "42704", "%s has no trigger %s", table, name);
        return;
    }
    if (relation->known && zdm_relation_trigger(relation, stmt->newname)) {
        zdm_draft_fails(draft, "42710", "%s has a trigger %s already", table,
            zdm_ident_text(draft->arena, stmt->newname));
        return;
    }
    /* Since 15 all partitions are locked, and the trigger of rows is renamed in each. */
    struct zdm_relation **family = &relation;
    if (relation->kind == ZDM_RELATION_PARTITIONED && draft->pg_version >= 15)
        family = zdm_draft_family(draft, relation, &n);
    for (size_t i = 0; i < n; i++) {
        struct zdm_trigger *own = zdm_relation_trigger(family[i], stmt->subname);
        zdm_draft_lock_on(draft, family[i], ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
        if (!own || (i && !(trigger && trigger->row)))
            continue;
        zdm_catalog_touch(draft->catalog, own, sizeof *own);
        own->name = zdm_catalog_string(draft->catalog, stmt->newname);
    }
    ZDM_FIND(draft, RENAME_TRIGGER, .table = table, .name = name);
}

static void
rename_policy(struct zdm_draft *draft, const PgQuery__RenameStmt *stmt,
    struct zdm_relation *relation, const char *table)
{
    struct zdm_policy *policy = zdm_relation_policy(relation, stmt->subname);

    if (relation->known && (!policy || zdm_relation_policy(relation, stmt->newname))) {
        zdm_draft_fails(draft, policy ? "42710" : "42704", "%s has %s policy %s", table,
            policy ? "already a" : "no",
            zdm_ident_text(draft->arena, policy ? stmt->newname : stmt->subname));
        return;
    }
    zdm_draft_lock_on(draft, relation, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    ZDM_FIND(
        draft, RENAME_TRIGGER, .table = table, .name = zdm_ident_text(draft->arena, stmt->subname));
    if (!policy)
        return;
    zdm_catalog_touch(draft->catalog, policy, sizeof *policy);
    policy->name = zdm_catalog_string(draft->catalog, stmt->newname);
}

static void
rename_rule(struct zdm_draft *draft, const PgQuery__RenameStmt *stmt, struct zdm_relation *relation,
    const char *table)
{
    const char *rule = zdm_relation_rule(relation, stmt->subname);

    if (relation->known && (!rule || zdm_relation_rule(relation, stmt->newname))) {
        zdm_draft_fails(draft, rule ? "42710" : "42704", "%s has %s rule %s", table,
            rule ? "already a" : "no",
            zdm_ident_text(draft->arena, rule ? stmt->newname : stmt->subname));
        return;
    }
    zdm_draft_lock_on(draft, relation, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    ZDM_FIND(
        draft, RENAME_TRIGGER, .table = table, .name = zdm_ident_text(draft->arena, stmt->subname));
    if (!rule)
        return;
    zdm_catalog_remove(draft->catalog, &relation->rules, rule);
    zdm_catalog_append(
        draft->catalog, &relation->rules, zdm_catalog_string(draft->catalog, stmt->newname));
}

static void
rename_constraint(struct zdm_draft *draft, const PgQuery__RenameStmt *stmt,
    struct zdm_relation *relation, const char *table)
{
    struct zdm_constraint *constraint = zdm_relation_constraint(relation, stmt->subname);
    const char *name = zdm_ident_text(draft->arena, stmt->subname);

    if (relation->known && !constraint) {
        zdm_draft_fails(draft, "42704", "%s has no constraint %s", table, name);
        return;
    }
    if (relation->known && zdm_relation_constraint(relation, stmt->newname)) {
        zdm_draft_fails(draft, "42710", "%s has a constraint %s already", table,
            zdm_ident_text(draft->arena, stmt->newname));
        return;
    }
    bool key = constraint && constraint->index && constraint->kind != ZDM_CONSTRAINT_FOREIGN;
    if (key && !is_free(draft, constraint->index->self, relation->schema, stmt->newname))
        return;
    if (!zdm_rename_inherited_constraint(draft, stmt, relation, constraint))
        return;
    ZDM_FIND(draft, RENAME_CONSTRAINT, .name = name,
        .other = zdm_ident_text(draft->arena, stmt->newname));
    if (key)
        zdm_catalog_move_relation(
            draft->catalog, constraint->index->self, relation->schema, stmt->newname);
}

static void
rename_part(struct zdm_draft *draft, const PgQuery__RenameStmt *stmt)
{
    const char *table = zdm_range_text(draft->arena, stmt->relation);
    struct zdm_relation *relation =
        target(draft, stmt->relation, stmt->missing_ok, stmt->rename_type);

    if (!relation)
        return;
    draft->fresh = relation->fresh;
    switch (stmt->rename_type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN:
        zdm_rename_column(draft, stmt, relation);
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_ATTRIBUTE:
        zdm_rename_attribute(draft, stmt, relation);
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT:
        rename_constraint(draft, stmt, relation, table);
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER:
        rename_trigger(draft, stmt, relation, table);
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_POLICY:
        rename_policy(draft, stmt, relation, table);
        break;
    default:
        rename_rule(draft, stmt, relation, table);
    }
}

void
zdm_family_rename(struct zdm_draft *draft)
{
    const PgQuery__RenameStmt *stmt = draft->node->rename_stmt;

    switch (stmt->rename_type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
    case PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW:
    case PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE:
        draft->st->kind = "ALTER TABLE RENAME";
        rename_relation(draft, stmt);
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE:
        draft->st->kind = "ALTER SEQUENCE RENAME";
        rename_relation(draft, stmt);
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
        draft->st->kind = "ALTER INDEX RENAME";
        rename_relation(draft, stmt);
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN:
    case PG_QUERY__OBJECT_TYPE__OBJECT_ATTRIBUTE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT:
    case PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER:
    case PG_QUERY__OBJECT_TYPE__OBJECT_POLICY:
    case PG_QUERY__OBJECT_TYPE__OBJECT_RULE:
        rename_part(draft, stmt);
        break;
    default:
        zdm_rename_object(draft, stmt);
    }
    draft->fresh = false;
}
