#include <string.h>

#include "sql/families.h"

/* Names of objects that are not relations, as far as the tree has one. */
static const char *
object_name(struct zdm_draft *draft, const PgQuery__Node *object)
{
    if (!object)
        return "";
    switch (object->node_case) {
    case PG_QUERY__NODE__NODE_LIST:
        return zdm_list_text(draft->arena, object->list->n_items, object->list->items);
    case PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS:
        return zdm_list_text(
            draft->arena, object->object_with_args->n_objname, object->object_with_args->objname);
    case PG_QUERY__NODE__NODE_TYPE_NAME:
        return zdm_list_text(draft->arena, object->type_name->n_names, object->type_name->names);
    case PG_QUERY__NODE__NODE_STRING:
        return zdm_ident_text(draft->arena, object->string->sval);
    default:
        return "";
    }
}

static void
broken(struct zdm_draft *draft, const struct zdm_finding *finding, bool plans)
{
    draft->st->breaks_plans |= finding && plans;
}

static void
rename_table(struct zdm_draft *draft, const PgQuery__RenameStmt *stmt, const char *table)
{
    PgQuery__RangeVar renamed = *stmt->relation;
    struct zdm_finding *finding;

    zdm_draft_lock(draft, table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    renamed.relname = stmt->newname;
    const char *other = zdm_range_text(draft->arena, &renamed);
    finding = ZDM_FIND(draft, BREAK_RENAME_TABLE, .table = table, .other = other);
    broken(draft, finding, true);
    if (stmt->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE) {
        zdm_draft_safer(draft, finding,
            zdm_arena_strf(draft->arena, "ALTER TABLE %s RENAME TO %s", table,
                zdm_ident_text(draft->arena, stmt->newname)));
        zdm_draft_safer(draft, finding,
            zdm_arena_strf(draft->arena, "CREATE VIEW %s AS SELECT * FROM %s", table, other));
    }
    zdm_context_renamed(draft->context, table, other);
}

static void
rename_part(struct zdm_draft *draft, const PgQuery__RenameStmt *stmt, const char *table)
{
    const char *name = zdm_ident_text(draft->arena, stmt->subname);
    const char *other = zdm_ident_text(draft->arena, stmt->newname);

    if (stmt->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_ATTRIBUTE) {
        broken(draft, ZDM_FIND(draft, BREAK_RENAME_TYPE, .name = name, .other = other), true);
        return;
    }
    zdm_draft_lock(draft, table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    if (stmt->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN) {
        zdm_context_column_gone(draft->context, table, stmt->subname);
        broken(draft,
            ZDM_FIND(draft, BREAK_RENAME_COLUMN, .table = table, .column = name, .other = other),
            true);
    } else if (stmt->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT) {
        zdm_context_unproved(draft->context, table, stmt->subname);
        ZDM_FIND(draft, RENAME_CONSTRAINT, .name = name, .other = other);
    } else {
        ZDM_FIND(draft, RENAME_TRIGGER, .table = table, .name = name);
    }
}

void
zdm_family_rename(struct zdm_draft *draft)
{
    const PgQuery__RenameStmt *stmt = draft->node->rename_stmt;
    const char *table = stmt->relation ? zdm_range_text(draft->arena, stmt->relation) : "";
    const char *name = stmt->relation ? table : object_name(draft, stmt->object);
    const char *other = zdm_ident_text(draft->arena, stmt->newname);

    draft->fresh = stmt->relation && zdm_context_is_new(draft->context, table);
    switch (stmt->rename_type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
    case PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW:
    case PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE:
        draft->st->kind = "ALTER TABLE RENAME";
        rename_table(draft, stmt, table);
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN:
    case PG_QUERY__OBJECT_TYPE__OBJECT_ATTRIBUTE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT:
    case PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER:
    case PG_QUERY__OBJECT_TYPE__OBJECT_POLICY:
    case PG_QUERY__OBJECT_TYPE__OBJECT_RULE:
        rename_part(draft, stmt, table);
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
        draft->st->kind = "ALTER INDEX RENAME";
        zdm_draft_lock(draft, table, ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, ZDM_HELD_BRIEF);
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA:
        name = zdm_ident_text(draft->arena, stmt->subname);
        broken(draft, ZDM_FIND(draft, BREAK_RENAME_SCHEMA, .name = name, .other = other), true);
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_TYPE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN:
        broken(draft, ZDM_FIND(draft, BREAK_RENAME_TYPE, .name = name, .other = other), false);
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_DOMCONSTRAINT:
        ZDM_FIND(draft, RENAME_CONSTRAINT, .name = zdm_ident_text(draft->arena, stmt->subname),
            .other = other);
        break;
    default: /* functions, sequences, roles, databases, ... */
        if (stmt->relation)
            zdm_draft_lock(draft, table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
        if (!name[0])
            name = zdm_ident_text(draft->arena, stmt->subname);
        broken(draft, ZDM_FIND(draft, BREAK_RENAME_OBJECT, .name = name, .other = other), false);
    }
}

void
zdm_family_set_schema(struct zdm_draft *draft)
{
    const PgQuery__AlterObjectSchemaStmt *stmt = draft->node->alter_object_schema_stmt;
    const char *name = stmt->relation ? zdm_range_text(draft->arena, stmt->relation)
                                      : object_name(draft, stmt->object);

    if (stmt->relation) {
        draft->fresh = zdm_context_is_new(draft->context, name);
        zdm_draft_lock(draft, name, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    }
    broken(draft,
        ZDM_FIND(draft, BREAK_SET_SCHEMA, .name = name,
            .other = zdm_ident_text(draft->arena, stmt->newschema)),
        stmt->relation != NULL);
    if (stmt->relation)
        zdm_context_dropped(draft->context, name);
}

void
zdm_family_owner(struct zdm_draft *draft)
{
    const PgQuery__AlterOwnerStmt *stmt = draft->node->alter_owner_stmt;

    ZDM_FIND(draft, OWNER_CHANGE,
        .name = stmt->relation ? zdm_range_text(draft->arena, stmt->relation)
                               : object_name(draft, stmt->object));
}

void
zdm_family_alter_enum(struct zdm_draft *draft)
{
    const PgQuery__AlterEnumStmt *stmt = draft->node->alter_enum_stmt;
    const char *name = zdm_list_text(draft->arena, stmt->n_type_name, stmt->type_name);

    if (stmt->old_val[0])
        broken(draft,
            ZDM_FIND(draft, BREAK_RENAME_ENUM_VALUE, .name = name,
                .other = zdm_arena_strf(draft->arena, "'%s'", stmt->old_val)),
            false);
    else
        ZDM_FIND(draft, ENUM_ADD_VALUE, .name = name);
}
