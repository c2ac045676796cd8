#include <string.h>

#include "sql/families.h"
#include "sql/object.h"

static void
move(struct zdm_draft *draft, struct zdm_relation *relation, const char *schema)
{
    struct zdm_type *type = relation->schema
                                ? zdm_catalog_type(draft->catalog, relation->schema, relation->name)
                                : NULL;

    zdm_catalog_move_relation(draft->catalog, relation, schema, relation->name);
    if (type && type->relation == relation)
        zdm_object_move_type(draft, type, schema, type->name);
    for (size_t i = 0; i < relation->indexes.n; i++) {
        struct zdm_relation *index = relation->indexes.items[i]->self;
        zdm_catalog_move_relation(draft->catalog, index, schema, index->name);
    }
    for (size_t i = 0; i < relation->sequences.n; i++)
        zdm_catalog_move_relation(draft->catalog, relation->sequences.items[i], schema,
            relation->sequences.items[i]->name);
}

static const struct kinds {
    PgQuery__ObjectType type;
    const char *kinds, *wanted;
} kinds[] = {
    {PG_QUERY__OBJECT_TYPE__OBJECT_VIEW, "v", "a view"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW, "m", "a materialized view"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE, "f", "a foreign table"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE, "S", "a sequence"},
};

/* False when the server refuses to move it there. */
static bool
may_move(struct zdm_draft *draft, const PgQuery__AlterObjectSchemaStmt *stmt,
    const struct zdm_relation *relation, const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].type == stmt->object_type &&
            !zdm_object_check_kind(draft, relation, name, kinds[i].kinds, kinds[i].wanted))
            return false;
    if (relation->kind != ZDM_RELATION_ANY && strchr("iIc", (int)relation->kind)) {
        zdm_draft_fails(draft, "42809", "%s does not move by itself", name);
        return false;
    }
    if (relation->kind == ZDM_RELATION_SEQUENCE && relation->sequence_of) {
        zdm_draft_fails(draft, "0A000", "%s moves only with %s", name,
            zdm_draft_name(draft, relation->sequence_of));
        return false;
    }
    if (!zdm_object_check_schema(draft, stmt->newschema))
        return false;
    bool same = relation->schema && strcmp(relation->schema, stmt->newschema) == 0;
    if (!same && draft->catalog->complete &&
        zdm_catalog_relation(draft->catalog, stmt->newschema, relation->name)) {
        zdm_draft_fails(draft, "42P07", "schema %s has a relation of that name already",
            zdm_ident_text(draft->arena, stmt->newschema));
        return false;
    }
    return true;
}

static void
set_schema_of_relation(struct zdm_draft *draft, const PgQuery__AlterObjectSchemaStmt *stmt)
{
    const char *name = zdm_range_text(draft->arena, stmt->relation);
    struct zdm_relation *relation =
        stmt->missing_ok ? zdm_draft_find_relation(draft,
                               stmt->relation->schemaname[0] ? stmt->relation->schemaname : NULL,
                               stmt->relation->relname)
                         : zdm_draft_relation(draft, stmt->relation);

    if (!relation || relation->missing || !may_move(draft, stmt, relation, name))
        return;
    draft->fresh = relation->fresh;
    zdm_draft_lock_on(draft, relation, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    for (size_t i = 0; i < relation->sequences.n; i++)
        zdm_draft_lock_on(
            draft, relation->sequences.items[i], ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    bool same = relation->schema && strcmp(relation->schema, stmt->newschema) == 0;
    if (same)
        return;
    draft->st->breaks_plans |= ZDM_FIND(draft, BREAK_SET_SCHEMA, .name = name,
                                   .other = zdm_ident_text(draft->arena, stmt->newschema)) != NULL;
    if (draft->catalog->complete)
        move(draft, relation, stmt->newschema);
    else /* what it is called now depends on names that the text does not tell */
        zdm_catalog_drop_relation(draft->catalog, relation);
}

/* Types and functions are found in the catalog; the rest only breaks whoever looks for it. */
static void
set_schema_of_object(struct zdm_draft *draft, const PgQuery__AlterObjectSchemaStmt *stmt)
{
    const char *name = zdm_object_text(draft, stmt->object, 0);
    const PgQuery__Node *object = stmt->object;
    bool of_type = stmt->object_type == PG_QUERY__OBJECT_TYPE__OBJECT_TYPE ||
                   stmt->object_type == PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN;
    struct zdm_type *type = NULL;

    if (!zdm_object_check_schema(draft, stmt->newschema))
        return;
    if (of_type && object->node_case == PG_QUERY__NODE__NODE_LIST) {
        type = zdm_object_type_named(draft, object->list->n_items, object->list->items);
        if (!type && draft->catalog->complete) {
            zdm_draft_fails(draft, "42704", "type %s does not exist", name);
            return;
        }
    }
    if (type && type->relation && type->relation->kind != ZDM_RELATION_COMPOSITE) {
        zdm_draft_fails(draft, "42809", "%s is the row type of a relation", name);
        return;
    }
    if (object->node_case == PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS &&
        stmt->object_type != PG_QUERY__OBJECT_TYPE__OBJECT_OPERATOR) {
        bool missing;
        struct zdm_function *function =
            zdm_object_function(draft, object->object_with_args, &missing);
        if (missing) {
            zdm_draft_fails(draft, "42883", "function %s does not exist", name);
            return;
        }
        if (function) {
            zdm_catalog_touch(draft->catalog, function, sizeof *function);
            function->schema = zdm_catalog_string(draft->catalog, stmt->newschema);
        }
    }
    ZDM_FIND(draft, BREAK_SET_SCHEMA, .name = name,
        .other = zdm_ident_text(draft->arena, stmt->newschema));
    if (!type)
        return;
    if (type->relation)
        zdm_catalog_move_relation(
            draft->catalog, type->relation, stmt->newschema, type->relation->name);
    zdm_object_move_type(draft, type, stmt->newschema, type->name);
}

void
zdm_family_set_schema(struct zdm_draft *draft)
{
    const PgQuery__AlterObjectSchemaStmt *stmt = draft->node->alter_object_schema_stmt;

    if (stmt->relation)
        set_schema_of_relation(draft, stmt);
    else
        set_schema_of_object(draft, stmt);
    draft->fresh = false;
}

void
zdm_family_owner(struct zdm_draft *draft)
{
    const PgQuery__AlterOwnerStmt *stmt = draft->node->alter_owner_stmt;
    const char *name = zdm_object_text(draft, stmt->object, 0);
    bool missing = false;

    if (stmt->object && stmt->object->node_case == PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS &&
        stmt->object_type != PG_QUERY__OBJECT_TYPE__OBJECT_OPERATOR)
        zdm_object_function(draft, stmt->object->object_with_args, &missing);
    if (missing) {
        zdm_draft_fails(draft, "42883", "function %s does not exist", name);
        return;
    }
    if (stmt->object_type == PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA &&
        !zdm_object_check_schema(draft, zdm_node_string(stmt->object)))
        return;
    if ((stmt->object_type == PG_QUERY__OBJECT_TYPE__OBJECT_TYPE ||
            stmt->object_type == PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN) &&
        stmt->object->node_case == PG_QUERY__NODE__NODE_LIST) {
        const struct zdm_type *type =
            zdm_object_type_named(draft, stmt->object->list->n_items, stmt->object->list->items);
        if (!type && draft->catalog->complete) {
            zdm_draft_fails(draft, "42704", "type %s does not exist", name);
            return;
        }
        if (type && type->relation)
            zdm_draft_lock_on(draft, type->relation, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    }
    if (stmt->object_type == PG_QUERY__OBJECT_TYPE__OBJECT_LARGEOBJECT)
        name = "the large object";
    ZDM_FIND(draft, OWNER_CHANGE, .name = name, .other = "");
}

/* Of a materialized view, an index, a trigger or a function: only what the server drops with it. */
void
zdm_family_depends(struct zdm_draft *draft)
{
    const PgQuery__AlterObjectDependsStmt *stmt = draft->node->alter_object_depends_stmt;

    if (!stmt->relation)
        return;
    const struct zdm_relation *relation = zdm_draft_relation(draft, stmt->relation);
    if (!relation->missing)
        zdm_draft_lock_on(draft, relation,
            stmt->object_type == PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER ? ZDM_LOCK_ACCESS_SHARE
                                                                       : ZDM_LOCK_ACCESS_EXCLUSIVE,
            ZDM_HELD_BRIEF);
}
