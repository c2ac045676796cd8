#include <string.h>

#include "sql/families.h"

/* The text of a dropped object's name: a list, a function with its arguments, a type, a string. */
static const char *
object_text(struct zdm_draft *draft, const PgQuery__Node *object, size_t leave_out)
{
    switch (object->node_case) {
    case PG_QUERY__NODE__NODE_LIST: {
        size_t n = object->list->n_items;
        return zdm_list_text(draft->arena, n > leave_out ? n - leave_out : 0, object->list->items);
    }
    case PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS:
        return zdm_list_text(
            draft->arena, object->object_with_args->n_objname, object->object_with_args->objname);
    case PG_QUERY__NODE__NODE_TYPE_NAME:
        return zdm_list_text(draft->arena, object->type_name->n_names, object->type_name->names);
    case PG_QUERY__NODE__NODE_STRING:
        return zdm_ident_text(draft->arena, object->string->sval);
    default:
        return "an object";
    }
}

static const struct drop {
    PgQuery__ObjectType type;
    const char *kind;
    enum zdm_rule_id rule;
    bool relation; /* has a lock of its own */
    bool data;     /* has rows */
} drops[] = {
#define DROP(type, kind, rule, relation, data)                                                     \
    {                                                                                              \
        PG_QUERY__OBJECT_TYPE__OBJECT_##type, "DROP " kind, ZDM_RULE_##rule, relation, data        \
    }
    DROP(TABLE, "TABLE", BREAK_DROP_TABLE, true, true),
    DROP(FOREIGN_TABLE, "FOREIGN TABLE", BREAK_DROP_TABLE, true, false),
    DROP(MATVIEW, "MATERIALIZED VIEW", BREAK_DROP_VIEW, true, false),
    DROP(VIEW, "VIEW", BREAK_DROP_VIEW, true, false),
    DROP(SEQUENCE, "SEQUENCE", BREAK_DROP_SEQUENCE, true, false),
    DROP(FUNCTION, "FUNCTION", BREAK_DROP_FUNCTION, false, false),
    DROP(PROCEDURE, "PROCEDURE", BREAK_DROP_FUNCTION, false, false),
    DROP(ROUTINE, "ROUTINE", BREAK_DROP_FUNCTION, false, false),
    DROP(AGGREGATE, "AGGREGATE", BREAK_DROP_FUNCTION, false, false),
    DROP(TYPE, "TYPE", BREAK_DROP_TYPE, false, false),
    DROP(DOMAIN, "DOMAIN", BREAK_DROP_TYPE, false, false),
    DROP(SCHEMA, "SCHEMA", BREAK_DROP_SCHEMA, false, true),
    DROP(EXTENSION, "EXTENSION", BREAK_DROP_EXTENSION, false, true),
#undef DROP
};

static void
drop_index(struct zdm_draft *draft, const PgQuery__DropStmt *stmt)
{
    bool cascade = stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;

    for (size_t i = 0; i < stmt->n_objects; i++)
        zdm_draft_lock(draft, object_text(draft, stmt->objects[i], 0),
            stmt->concurrent ? ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE : ZDM_LOCK_ACCESS_EXCLUSIVE,
            ZDM_HELD_BRIEF);
    if (!stmt->concurrent) {
        struct zdm_finding *finding =
            ZDM_FIND(draft, INDEX_DROP_BLOCKING, .name = object_text(draft, stmt->objects[0], 0));
        if (stmt->n_objects == 1 && !cascade)
            zdm_draft_safer(
                draft, finding, zdm_draft_with_word(draft, PG_QUERY__TOKEN__INDEX, "CONCURRENTLY"));
        if (cascade)
            ZDM_FIND(draft, DROP_CASCADE, .name = object_text(draft, stmt->objects[0], 0));
        return;
    }

    zdm_draft_forbid_transaction(draft, true);
    if (stmt->n_objects > 1 || cascade) {
        ZDM_FIND(draft, FAIL_DROP_INDEX_CONCURRENTLY, .name = NULL);
        if (!draft->st->fails_with)
            draft->st->fails_with = "0A000";
        return;
    }
    const PgQuery__Node *object = stmt->objects[0];
    size_t n = object->list->n_items;
    draft->st->probe = ZDM_PROBE_INDEX_ABSENT;
    draft->st->probe_object =
        zdm_arena_strdup(draft->arena, zdm_last_string(n, object->list->items));
    if (n > 1)
        draft->st->probe_schema =
            zdm_arena_strdup(draft->arena, zdm_node_string(object->list->items[n - 2]));
}

/* Triggers, policies, rules: the name's last part, on the table of the parts before it. */
static void
drop_from_table(struct zdm_draft *draft, const PgQuery__DropStmt *stmt)
{
    for (size_t i = 0; i < stmt->n_objects; i++) {
        const PgQuery__Node *object = stmt->objects[i];
        const char *table = object_text(draft, object, 1);
        const char *name = zdm_ident_text(
            draft->arena, object->node_case == PG_QUERY__NODE__NODE_LIST
                              ? zdm_last_string(object->list->n_items, object->list->items)
                              : "");
        draft->fresh = zdm_context_is_new(draft->context, table);
        zdm_draft_lock(draft, table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
        if (stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER)
            ZDM_FIND(draft, DROP_TRIGGER, .table = table, .name = name);
        else if (stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_RULE)
            ZDM_FIND(draft, CREATE_RULE, .table = table);
        else
            ZDM_FIND(draft, POLICY_CHANGE, .table = table);
    }
}

static void
drop_object(
    struct zdm_draft *draft, const struct drop *row, const PgQuery__Node *object, bool cascade)
{
    const char *name = object_text(draft, object, 0);
    const char *key = row->relation ? name : zdm_function_key_of(draft, object);

    draft->fresh = key && zdm_context_is_new(draft->context, key);
    if (row->relation)
        zdm_draft_lock(draft, name, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    if (zdm_draft_find(draft, row->rule, &(const struct zdm_words){.table = name, .name = name})) {
        draft->st->breaks_plans |= row->relation;
        /* What holds other things can only be dropped with them by CASCADE. */
        draft->st->data_loss |= row->data && (row->relation || cascade);
    }
    if (cascade)
        ZDM_FIND(draft, DROP_CASCADE, .name = name);
    if (key)
        zdm_context_dropped(draft->context, key);
}

void
zdm_family_drop(struct zdm_draft *draft)
{
    const PgQuery__DropStmt *stmt = draft->node->drop_stmt;
    bool cascade = stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
    const struct drop *row = NULL;

    switch (stmt->remove_type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
        draft->st->kind = "DROP INDEX";
        drop_index(draft, stmt);
        return;
    case PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER:
        draft->st->kind = "DROP TRIGGER";
        drop_from_table(draft, stmt);
        return;
    case PG_QUERY__OBJECT_TYPE__OBJECT_POLICY:
        draft->st->kind = "DROP POLICY";
        drop_from_table(draft, stmt);
        return;
    case PG_QUERY__OBJECT_TYPE__OBJECT_RULE:
        draft->st->kind = "DROP RULE";
        drop_from_table(draft, stmt);
        return;
    case PG_QUERY__OBJECT_TYPE__OBJECT_STATISTIC_EXT:
        draft->st->kind = "DROP STATISTICS";
        return;
    default:
        break;
    }
    for (size_t i = 0; i < sizeof drops / sizeof *drops; i++)
        if (drops[i].type == stmt->remove_type)
            row = &drops[i];
    for (size_t i = 0; i < stmt->n_objects; i++) {
        if (row) {
            draft->st->kind = row->kind;
            drop_object(draft, row, stmt->objects[i], cascade);
        } else {
            const char *name = object_text(draft, stmt->objects[i], 0);
            ZDM_FIND(draft, BREAK_DROP_OBJECT, .kind = "DROP of", .name = name);
            if (cascade)
                ZDM_FIND(draft, DROP_CASCADE, .name = name);
        }
    }
}

static const char *
role_name(struct zdm_draft *draft, size_t n, PgQuery__Node *const *roles)
{
    const char *name = n && roles[0]->node_case == PG_QUERY__NODE__NODE_ROLE_SPEC
                           ? roles[0]->role_spec->rolename
                           : "";

    return name[0] ? zdm_ident_text(draft->arena, name) : "of a role";
}

void
zdm_family_drop_other(struct zdm_draft *draft)
{
    const PgQuery__Node *node = draft->node;
    const char *name = "";

    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_DROPDB_STMT:
        zdm_draft_forbid_transaction(draft, false);
        draft->st->data_loss = true;
        name = zdm_ident_text(draft->arena, node->dropdb_stmt->dbname);
        ZDM_FIND(draft, DROP_DATABASE, .kind = draft->st->kind, .name = name);
        return;
    case PG_QUERY__NODE__NODE_DROP_TABLE_SPACE_STMT:
        zdm_draft_forbid_transaction(draft, false);
        name = zdm_ident_text(draft->arena, node->drop_table_space_stmt->tablespacename);
        break;
    case PG_QUERY__NODE__NODE_DROP_SUBSCRIPTION_STMT:
        zdm_draft_forbid_transaction(draft, false);
        name = zdm_ident_text(draft->arena, node->drop_subscription_stmt->subname);
        break;
    case PG_QUERY__NODE__NODE_DROP_ROLE_STMT:
        name = role_name(draft, node->drop_role_stmt->n_roles, node->drop_role_stmt->roles);
        break;
    case PG_QUERY__NODE__NODE_DROP_OWNED_STMT:
        draft->st->data_loss = true;
        name = role_name(draft, node->drop_owned_stmt->n_roles, node->drop_owned_stmt->roles);
        break;
    default:
        zdm_die("a statement came to the wrong family");
    }
    ZDM_FIND(draft, BREAK_DROP_OBJECT, .kind = draft->st->kind, .name = name);
}

void
zdm_family_truncate(struct zdm_draft *draft)
{
    const PgQuery__TruncateStmt *stmt = draft->node->truncate_stmt;

    for (size_t i = 0; i < stmt->n_relations; i++) {
        const char *table = zdm_range_text(draft->arena, stmt->relations[i]->range_var);
        draft->fresh = zdm_context_owns_its_rows(draft->context, table);
        zdm_draft_lock(draft, table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
        if (ZDM_FIND(draft, TRUNCATE, .table = table))
            draft->st->data_loss = true;
        if (stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)
            ZDM_FIND(draft, DROP_CASCADE, .name = table);
    }
}
