#include <string.h>

#include "base/buf.h"
#include "sql/families.h"
#include "sql/object.h"
#include "sql/tree.h"

struct parameters { /* of CREATE FUNCTION: those that a call gives */
    PgQuery__TypeName **types;
    const char **names; /* NULL: none */
    size_t n, n_defaults;
    PgQuery__Node **defaults;
    bool has_out;
    const PgQuery__TypeName *out; /* the last of n_out */
    size_t n_out;
    const PgQuery__TypeName *variadic;
};

static struct parameters
input_parameters(struct zdm_draft *draft, const PgQuery__CreateFunctionStmt *stmt)
{
    struct parameters in = {
        .types = zdm_arena_alloc(draft->arena, (stmt->n_parameters + 1) * sizeof *in.types),
        .names = zdm_arena_alloc(draft->arena, (stmt->n_parameters + 1) * sizeof *in.names),
        .defaults = zdm_arena_alloc(draft->arena, (stmt->n_parameters + 1) * sizeof *in.defaults)};

    for (size_t i = 0; i < stmt->n_parameters; i++) {
        const PgQuery__FunctionParameter *parameter = stmt->parameters[i]->function_parameter;
        PgQuery__FunctionParameterMode mode = parameter->mode;
        in.has_out |= mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_OUT ||
                      mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_INOUT ||
                      mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_TABLE;
        if (mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_OUT ||
            mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_INOUT) {
            in.out = parameter->arg_type;
            in.n_out++;
        }
        if (mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_OUT ||
            mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_TABLE)
            continue;
        if (mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_VARIADIC)
            in.variadic = parameter->arg_type;
        in.names[in.n] = parameter->name[0] ? parameter->name : NULL;
        if (parameter->defexpr)
            in.defaults[in.n_defaults++] = parameter->defexpr;
        in.types[in.n++] = parameter->arg_type;
    }
    return in;
}

static const PgQuery__DefElem *
option(const PgQuery__CreateFunctionStmt *stmt, const char *name)
{
    for (size_t i = 0; i < stmt->n_options; i++)
        if (strcmp(stmt->options[i]->def_elem->defname, name) == 0)
            return stmt->options[i]->def_elem;
    return NULL;
}

static const char *
option_text(const PgQuery__CreateFunctionStmt *stmt, const char *name)
{
    const PgQuery__DefElem *found = option(stmt, name);

    return found && found->arg ? zdm_node_string(found->arg) : "";
}

static bool
sets_search_path(const PgQuery__CreateFunctionStmt *stmt)
{
    for (size_t i = 0; i < stmt->n_options; i++) {
        const PgQuery__DefElem *found = stmt->options[i]->def_elem;
        if (strcmp(found->defname, "set") == 0 && found->arg &&
            found->arg->node_case == PG_QUERY__NODE__NODE_VARIABLE_SET_STMT &&
            strcmp(found->arg->variable_set_stmt->name, "search_path") == 0)
            return true;
    }
    return false;
}

static bool
is_definer(const PgQuery__CreateFunctionStmt *stmt)
{
    const PgQuery__DefElem *security = option(stmt, "security");

    return security && security->arg && security->arg->node_case == PG_QUERY__NODE__NODE_BOOLEAN &&
           security->arg->boolean->boolval;
}

/* Of every function of that name: in which schema, with which arguments? */
static struct zdm_function *
find(struct zdm_draft *draft, const char *schema, const char *name, const struct parameters *in,
    struct zdm_type *const *types, bool *overloads)
{
    struct zdm_function *at = zdm_catalog_functions(draft->catalog, name), *found = NULL;

    for (; at; at = at->next) {
        if (at->dropped || strcmp(at->name, name) != 0 || !at->schema || !schema ||
            strcmp(at->schema, schema) != 0)
            continue;
        bool equal = at->n_arguments == in->n;
        for (size_t i = 0; equal && i < in->n; i++)
            equal = types[i] && at->arguments[i] == types[i];
        if (equal)
            found = at;
        else
            *overloads = true;
    }
    return found;
}

/* What CREATE OR REPLACE refuses to change; false when it does. */
static bool
may_replace(struct zdm_draft *draft, const PgQuery__CreateFunctionStmt *stmt, const char *name,
    const struct zdm_function *old, const struct parameters *in)
{
    if ((old->kind == 'p') != (bool)stmt->is_procedure || old->kind == 'a') {
        zdm_draft_fails(draft, "42809", "%s is %s", name,
            old->kind == 'p'   ? "a procedure"
            : old->kind == 'a' ? "an aggregate"
                               : "a function");
        return false;
    }
    const struct zdm_type *result =
        stmt->return_type && !in->has_out ? zdm_object_type(draft, stmt->return_type) : NULL;
    if (result && old->result &&
        (result != old->result || stmt->return_type->setof != old->returns_set)) {
        zdm_draft_fails(draft, "42P13", "%s returns another type", name);
        return false;
    }
    for (size_t i = 0; old->argument_names && i < in->n; i++)
        if (old->argument_names[i] &&
            (!in->names[i] || strcmp(in->names[i], old->argument_names[i]) != 0)) {
            zdm_draft_fails(draft, "42P13", "parameter %s of %s would get another name",
                zdm_ident_text(draft->arena, old->argument_names[i]), name);
            return false;
        }
    if (in->n_defaults < old->n_defaults) {
        zdm_draft_fails(draft, "42P13", "a parameter of %s would lose its default", name);
        return false;
    }
    return true;
}

/* For whoever drops the type. */
static void
note_use(const struct zdm_type *type)
{
    if (type && type->element)
        type = type->element;
    if (type)
        ((struct zdm_type *)type)->in_functions = true;
}

static void
describe_outputs(
    struct zdm_draft *draft, const PgQuery__CreateFunctionStmt *stmt, struct zdm_function *function)
{
    function->n_outputs = 0;
    function->outputs =
        zdm_catalog_alloc(draft->catalog, (stmt->n_parameters + 1) * sizeof(struct zdm_type *));
    for (size_t i = 0; i < stmt->n_parameters; i++) {
        const PgQuery__FunctionParameter *parameter = stmt->parameters[i]->function_parameter;
        if (parameter->mode != PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_OUT &&
            parameter->mode != PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_TABLE)
            continue;
        const struct zdm_type *type = zdm_object_type(draft, parameter->arg_type);
        note_use(type);
        function->outputs[function->n_outputs++] = type;
    }
}

static const char *
defaults_text(struct zdm_draft *draft, const struct parameters *in)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    for (size_t i = 0; i < in->n_defaults; i++) {
        const char *one = zdm_deparse_expr(draft->arena, in->defaults[i]);
        zdm_buf_addf(&text, "%s%s", i ? ", " : "", one ? one : "?");
    }
    const char *copy = text.len ? zdm_catalog_string(draft->catalog, text.s) : NULL;
    zdm_buf_release(&text);
    return copy;
}

static void
describe(struct zdm_draft *draft, const PgQuery__CreateFunctionStmt *stmt,
    struct zdm_function *function, const struct parameters *in, struct zdm_type *const *types)
{
    struct zdm_catalog *catalog = draft->catalog;
    const char *volatility = option_text(stmt, "volatility");
    const PgQuery__DefElem *as = option(stmt, "as");

    zdm_catalog_touch(catalog, function, sizeof *function);
    function->kind = stmt->is_procedure ? 'p' : 'f';
    function->volatility = volatility[0] ? volatility[0] : 'v';
    function->n_arguments = in->n;
    function->n_defaults = in->n_defaults;
    function->defaults_sql = defaults_text(draft, in);
    function->arguments = zdm_catalog_alloc(catalog, (in->n + 1) * sizeof(struct zdm_type *));
    function->argument_names =
        zdm_catalog_alloc(catalog, (in->n + 1) * sizeof *function->argument_names);
    for (size_t i = 0; i < in->n; i++) {
        function->arguments[i] = types[i];
        note_use(types[i]);
        function->argument_names[i] = zdm_catalog_string(catalog, in->names[i]);
    }
    if (in->variadic && in->n && types[in->n - 1])
        function->variadic = types[in->n - 1]->element;
    function->result = stmt->return_type ? zdm_object_type(draft, stmt->return_type)
                       : in->n_out == 1 && !stmt->is_procedure ? zdm_object_type(draft, in->out)
                                                               : NULL;
    note_use(function->result);
    describe_outputs(draft, stmt, function);
    function->returns_set = stmt->return_type && stmt->return_type->setof;
    function->sql_body = NULL;
    if (strcmp(option_text(stmt, "language"), "sql") == 0 && as && as->arg &&
        as->arg->node_case == PG_QUERY__NODE__NODE_LIST && as->arg->list->n_items == 1)
        function->sql_body = zdm_catalog_string(catalog, zdm_node_string(as->arg->list->items[0]));
}

/* Types that the server would look for in vain. */
static bool
types_exist(struct zdm_draft *draft, const struct parameters *in, struct zdm_type *const *types)
{
    for (size_t i = 0; i < in->n; i++)
        if (!types[i] && draft->catalog->complete && !in->types[i]->pct_type &&
            !zdm_object_type_named(draft, in->types[i]->n_names, in->types[i]->names)) {
            zdm_draft_fails(draft, "42704", "type %s does not exist",
                zdm_list_text(draft->arena, in->types[i]->n_names, in->types[i]->names));
            return false;
        }
    return true;
}

/* What its statements name is looked up; with a search_path of its own, nobody says here where. */
static void
look_up(struct zdm_draft *draft, const PgQuery__CreateFunctionStmt *stmt)
{
    const PgQuery__DefElem *as = option(stmt, "as");
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_tree tree;

    if (stmt->sql_body) {
        zdm_query_looks_up(draft, stmt->sql_body);
        return;
    }
    if (sets_search_path(stmt) || draft->catalog->bodies_unchecked ||
        strcmp(option_text(stmt, "language"), "sql") != 0 || !as || !as->arg ||
        as->arg->node_case != PG_QUERY__NODE__NODE_LIST || as->arg->list->n_items != 1)
        return;
    if (zdm_tree_parse(zdm_node_string(as->arg->list->items[0]), &tree, &err) < 0) {
        zdm_err_release(&err); /* or it is newer than the grammar: the server will say */
        return;
    }
    for (size_t i = 0; i < tree.parsed->n_stmts && !zdm_draft_failed(draft); i++) {
        const PgQuery__Node *node = tree.parsed->stmts[i]->stmt;
        switch (node->node_case) {
        case PG_QUERY__NODE__NODE_SELECT_STMT:
        case PG_QUERY__NODE__NODE_INSERT_STMT:
        case PG_QUERY__NODE__NODE_UPDATE_STMT:
        case PG_QUERY__NODE__NODE_DELETE_STMT:
        case PG_QUERY__NODE__NODE_MERGE_STMT:
            zdm_query_looks_up(draft, node);
            break;
        default: /* it is looked up when it runs */
            break;
        }
    }
    zdm_tree_release(&tree);
}

void
zdm_family_function(struct zdm_draft *draft)
{
    const PgQuery__CreateFunctionStmt *stmt = draft->node->create_function_stmt;
    struct parameters in = input_parameters(draft, stmt);
    const char *name = zdm_list_text(draft->arena, stmt->n_funcname, stmt->funcname);
    const char *schema =
        zdm_object_target_schema(draft, zdm_object_schema(stmt->n_funcname, stmt->funcname));
    const char *key = zdm_function_key(draft, stmt->n_funcname, stmt->funcname, in.n, in.types);
    struct zdm_type **types = zdm_arena_alloc(draft->arena, (in.n + 1) * sizeof *types);
    bool overloads = false;

    draft->st->kind = stmt->is_procedure ? "CREATE PROCEDURE" : "CREATE FUNCTION";
    for (size_t i = 0; i < in.n; i++)
        types[i] = zdm_object_type(draft, in.types[i]);
    if (!zdm_object_check_schema(draft, schema) || !types_exist(draft, &in, types))
        return;
    const char *own = zdm_object_name(stmt->n_funcname, stmt->funcname);
    struct zdm_function *function = find(draft, schema, own, &in, types, &overloads);
    if (is_definer(stmt) && !sets_search_path(stmt))
        ZDM_FIND(draft, SECURITY_DEFINER, .name = name);
    look_up(draft, stmt);
    if (function && !stmt->replace) {
        zdm_draft_fails(draft, "42723", "function %s exists already", key);
        return;
    }
    if (function && !may_replace(draft, stmt, name, function, &in))
        return;
    struct zdm_function *made = function ? function : zdm_function_by_key(draft->catalog, own, key);
    if (function || (stmt->replace && !draft->catalog->complete)) {
        draft->fresh = made && made->fresh;
        ZDM_FIND(draft, REPLACE_FUNCTION,
            .kind =
                stmt->is_procedure ? "CREATE OR REPLACE PROCEDURE" : "CREATE OR REPLACE FUNCTION",
            .name = name);
        draft->fresh = false;
        function = made;
    }
    if (!function) {
        function = zdm_catalog_add_function(draft->catalog, schema, own);
        function->key = zdm_catalog_string(draft->catalog, key);
        function->fresh = !stmt->replace || draft->catalog->complete;
        if (overloads && in.n_defaults)
            ZDM_FIND(draft, FUNCTION_OVERLOAD, .name = name);
    }
    describe(draft, stmt, function, &in, types);
}

void
zdm_family_alter_function(struct zdm_draft *draft)
{
    const PgQuery__AlterFunctionStmt *stmt = draft->node->alter_function_stmt;
    const char *name = zdm_list_text(draft->arena, stmt->func->n_objname, stmt->func->objname);
    bool missing;

    if (stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_PROCEDURE)
        draft->st->kind = "ALTER PROCEDURE";
    struct zdm_function *function = zdm_object_function(draft, stmt->func, &missing);
    if (missing) {
        zdm_draft_fails(draft, "42883", "function %s does not exist", name);
        return;
    }
    draft->fresh = function && function->fresh;
    ZDM_FIND(draft, REPLACE_FUNCTION, .kind = draft->st->kind, .name = name);
    for (size_t i = 0; function && i < stmt->n_actions; i++) {
        const PgQuery__DefElem *action = stmt->actions[i]->def_elem;
        if (strcmp(action->defname, "volatility") != 0 || !action->arg)
            continue;
        zdm_catalog_touch(draft->catalog, function, sizeof *function);
        function->volatility = zdm_node_string(action->arg)[0];
    }
}
