#include <string.h>

#include "base/buf.h"
#include "sql/families.h"

const char *
zdm_function_key(struct zdm_draft *draft, size_t n, PgQuery__Node *const *name, size_t n_types,
    PgQuery__TypeName *const *types)
{
    struct zdm_buf key = ZDM_BUF_INIT;

    zdm_buf_addf(&key, "%s(", zdm_list_text(draft->arena, n, name));
    for (size_t i = 0; i < n_types; i++)
        zdm_buf_addf(&key, "%s%s%s", i ? ", " : "",
            zdm_last_string(types[i]->n_names, types[i]->names),
            types[i]->n_array_bounds ? "[]" : "");
    zdm_buf_addc(&key, ')');
    const char *copy = zdm_arena_strdup(draft->arena, key.s);
    zdm_buf_release(&key);
    return copy;
}

const char *
zdm_function_key_of(struct zdm_draft *draft, const PgQuery__Node *object)
{
    if (object->node_case != PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS)
        return NULL;

    const PgQuery__ObjectWithArgs *function = object->object_with_args;
    if (function->args_unspecified)
        return NULL;
    PgQuery__TypeName **types =
        zdm_arena_alloc(draft->arena, (function->n_objargs + 1) * sizeof *types);
    for (size_t i = 0; i < function->n_objargs; i++) {
        if (function->objargs[i]->node_case != PG_QUERY__NODE__NODE_TYPE_NAME)
            return NULL;
        types[i] = function->objargs[i]->type_name;
    }
    return zdm_function_key(
        draft, function->n_objname, function->objname, function->n_objargs, types);
}

void
zdm_family_function(struct zdm_draft *draft)
{
    const PgQuery__CreateFunctionStmt *stmt = draft->node->create_function_stmt;
    PgQuery__TypeName **types =
        zdm_arena_alloc(draft->arena, (stmt->n_parameters + 1) * sizeof *types);
    size_t n = 0;

    if (stmt->is_procedure)
        draft->st->kind = "CREATE PROCEDURE";
    for (size_t i = 0; i < stmt->n_parameters; i++) {
        const PgQuery__FunctionParameter *parameter = stmt->parameters[i]->function_parameter;
        if (parameter->mode != PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_OUT &&
            parameter->mode != PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_TABLE)
            types[n++] = parameter->arg_type;
    }
    const char *key = zdm_function_key(draft, stmt->n_funcname, stmt->funcname, n, types);
    if (!stmt->replace) {
        zdm_context_created(draft->context, key, ZDM_ORIGIN_OWN);
        return;
    }
    draft->fresh = zdm_context_is_new(draft->context, key);
    ZDM_FIND(draft, REPLACE_FUNCTION,
        .kind = stmt->is_procedure ? "CREATE OR REPLACE PROCEDURE" : "CREATE OR REPLACE FUNCTION",
        .name = zdm_list_text(draft->arena, stmt->n_funcname, stmt->funcname));
}

void
zdm_family_alter_function(struct zdm_draft *draft)
{
    const PgQuery__ObjectWithArgs *function = draft->node->alter_function_stmt->func;
    PgQuery__Node node = PG_QUERY__NODE__INIT;

    node.node_case = PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS;
    node.object_with_args = draft->node->alter_function_stmt->func;
    const char *key = zdm_function_key_of(draft, &node);
    draft->fresh = key && zdm_context_is_new(draft->context, key);
    ZDM_FIND(draft, REPLACE_FUNCTION, .kind = draft->st->kind,
        .name = zdm_list_text(draft->arena, function->n_objname, function->objname));
}

void
zdm_family_trigger(struct zdm_draft *draft)
{
    const PgQuery__CreateTrigStmt *stmt = draft->node->create_trig_stmt;
    const char *table = zdm_range_text(draft->arena, stmt->relation);

    draft->fresh = zdm_context_is_new(draft->context, table);
    zdm_draft_lock(draft, table, ZDM_LOCK_SHARE_ROW_EXCLUSIVE, ZDM_HELD_BRIEF);
    if (stmt->constrrel)
        zdm_draft_lock(draft, zdm_range_text(draft->arena, stmt->constrrel), ZDM_LOCK_ACCESS_SHARE,
            ZDM_HELD_BRIEF);
    ZDM_FIND(draft, CREATE_TRIGGER, .table = table);
    /* From now on writers of this table may write to any of the new ones. */
    if (!draft->fresh)
        zdm_sql_context_settle(draft->context);
}

void
zdm_family_rule(struct zdm_draft *draft)
{
    const char *table = zdm_range_text(draft->arena, draft->node->rule_stmt->relation);

    zdm_draft_lock(draft, table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    /* Of a new table too: what it does may concern old ones. */
    ZDM_FIND(draft, CREATE_RULE, .table = table);
    zdm_sql_context_settle(draft->context);
}

void
zdm_family_policy(struct zdm_draft *draft)
{
    const PgQuery__RangeVar *range =
        draft->node->node_case == PG_QUERY__NODE__NODE_CREATE_POLICY_STMT
            ? draft->node->create_policy_stmt->table
            : draft->node->alter_policy_stmt->table;
    const char *table = zdm_range_text(draft->arena, range);

    draft->fresh = zdm_context_is_new(draft->context, table);
    zdm_draft_lock(draft, table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    ZDM_FIND(draft, POLICY_CHANGE, .table = table);
}

void
zdm_family_comment(struct zdm_draft *draft)
{
    const PgQuery__CommentStmt *stmt = draft->node->comment_stmt;
    /* What hangs on a table is found through it; only the object itself is locked. */
    enum zdm_lock_mode mode = ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE;
    size_t part = 0;

    switch (stmt->objtype) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
    case PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW:
    case PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
    case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE:
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN:
        part = 1;
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT:
    case PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER:
    case PG_QUERY__OBJECT_TYPE__OBJECT_RULE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_POLICY:
        part = 1;
        mode = ZDM_LOCK_ACCESS_SHARE;
        break;
    default:
        return;
    }
    if (stmt->object->node_case != PG_QUERY__NODE__NODE_LIST)
        return;
    const PgQuery__List *list = stmt->object->list;
    if (list->n_items > part)
        zdm_draft_lock(draft, zdm_list_text(draft->arena, list->n_items - part, list->items), mode,
            ZDM_HELD_BRIEF);
}

/* Does it name nothing but what is new? */
static bool
revokes_of_new(struct zdm_draft *draft)
{
    const PgQuery__GrantStmt *stmt = draft->node->grant_stmt;

    if (draft->node->node_case != PG_QUERY__NODE__NODE_GRANT_STMT || stmt->n_objects == 0)
        return false;
    for (size_t i = 0; i < stmt->n_objects; i++) {
        const PgQuery__Node *object = stmt->objects[i];
        const char *key = object->node_case == PG_QUERY__NODE__NODE_RANGE_VAR
                              ? zdm_range_text(draft->arena, object->range_var)
                              : zdm_function_key_of(draft, object);
        if (!key || !zdm_context_is_new(draft->context, key))
            return false;
    }
    return true;
}

void
zdm_family_grant(struct zdm_draft *draft)
{
    bool grant = draft->node->node_case == PG_QUERY__NODE__NODE_GRANT_STMT
                     ? draft->node->grant_stmt->is_grant
                     : draft->node->grant_role_stmt->is_grant;

    draft->st->kind = grant ? "GRANT" : "REVOKE";
    draft->fresh = revokes_of_new(draft);
    if (!grant)
        ZDM_FIND(draft, REVOKE, .name = "");
}

void
zdm_family_domain(struct zdm_draft *draft)
{
    const PgQuery__AlterDomainStmt *stmt = draft->node->alter_domain_stmt;
    const char *name = zdm_list_text(draft->arena, stmt->n_type_name, stmt->type_name);
    /* 'C' adds a constraint, 'V' validates one, 'O' is SET NOT NULL: these scan. */
    bool later = stmt->subtype[0] == 'C' && stmt->def &&
                 stmt->def->node_case == PG_QUERY__NODE__NODE_CONSTRAINT &&
                 stmt->def->constraint->skip_validation;

    if (!later && stmt->subtype[0] && strchr("CVO", stmt->subtype[0]))
        ZDM_FIND(draft, SCAN_DOMAIN_CONSTRAINT, .name = name);
}

void
zdm_family_sequence(struct zdm_draft *draft)
{
    const char *name = zdm_range_text(draft->arena, draft->node->alter_seq_stmt->sequence);

    zdm_draft_lock(draft, name, ZDM_LOCK_SHARE_ROW_EXCLUSIVE, ZDM_HELD_BRIEF);
    ZDM_FIND(draft, ALTER_SEQUENCE, .table = name);
}

void
zdm_family_statistics(struct zdm_draft *draft)
{
    const PgQuery__CreateStatsStmt *stmt = draft->node->create_stats_stmt;

    for (size_t i = 0; i < stmt->n_relations; i++)
        if (stmt->relations[i]->node_case == PG_QUERY__NODE__NODE_RANGE_VAR)
            zdm_draft_lock(draft, zdm_range_text(draft->arena, stmt->relations[i]->range_var),
                ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, ZDM_HELD_BRIEF);
}

void
zdm_family_publication(struct zdm_draft *draft)
{
    const PgQuery__CreatePublicationStmt *stmt = draft->node->create_publication_stmt;

    for (size_t i = 0; i < stmt->n_pubobjects; i++) {
        const PgQuery__PublicationObjSpec *object = stmt->pubobjects[i]->publication_obj_spec;
        if (object->pubtable && object->pubtable->relation)
            zdm_draft_lock(draft, zdm_range_text(draft->arena, object->pubtable->relation),
                ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, ZDM_HELD_BRIEF);
    }
}

void
zdm_family_extension(struct zdm_draft *draft)
{
    const PgQuery__Node *node = draft->node;
    const char *name = node->node_case == PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT
                           ? node->create_extension_stmt->extname
                           : node->alter_extension_stmt->extname;

    ZDM_FIND(draft, CREATE_EXTENSION, .name = zdm_ident_text(draft->arena, name));
}

void
zdm_family_no_transaction(struct zdm_draft *draft)
{
    zdm_draft_forbid_transaction(draft, false);
    if (draft->node->node_case == PG_QUERY__NODE__NODE_ALTER_SYSTEM_STMT) {
        draft->st->probe = ZDM_PROBE_REPEAT;
        ZDM_FIND(draft, ALTER_SYSTEM, .name = "");
    }
}

void
zdm_family_subscription(struct zdm_draft *draft)
{
    const PgQuery__CreateSubscriptionStmt *stmt = draft->node->create_subscription_stmt;

    /* It makes a slot on the other server unless told not to. */
    for (size_t i = 0; i < stmt->n_options; i++) {
        const PgQuery__DefElem *option = stmt->options[i]->def_elem;
        if ((strcmp(option->defname, "create_slot") == 0 ||
                strcmp(option->defname, "connect") == 0) &&
            !zdm_option_is_on(stmt->n_options, stmt->options, option->defname))
            return;
    }
    zdm_draft_forbid_transaction(draft, false);
}
