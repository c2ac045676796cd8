#include <string.h>

#include "sql/families.h"
#include "sql/object.h"
#include "sql/types.h"

/* A type that a new one is made of: 42704 when a complete catalog has none. */
static const struct zdm_type *
needed_type(struct zdm_draft *draft, const PgQuery__TypeName *name)
{
    const struct zdm_type *type = zdm_object_type(draft, name);

    if (!type && draft->catalog->complete && !name->pct_type &&
        !zdm_object_type_named(draft, name->n_names, name->names))
        zdm_draft_fails(draft, "42704", "type %s does not exist",
            zdm_list_text(draft->arena, name->n_names, name->names));
    return type;
}

void
zdm_family_create_enum(struct zdm_draft *draft)
{
    const PgQuery__CreateEnumStmt *stmt = draft->node->create_enum_stmt;
    struct zdm_type *type =
        zdm_object_make_type(draft, stmt->n_type_name, stmt->type_name, ZDM_TYPE_ENUM);

    for (size_t i = 0; type && i < stmt->n_vals; i++) {
        const char *value = zdm_node_string(stmt->vals[i]);
        for (size_t k = 0; k < type->values.n; k++)
            if (strcmp(type->values.items[k], value) == 0)
                zdm_draft_fails(draft, "23505", "value '%s' is there twice", value);
        zdm_catalog_append(
            draft->catalog, &type->values, zdm_catalog_string(draft->catalog, value));
    }
}

void
zdm_family_create_composite(struct zdm_draft *draft)
{
    const PgQuery__CompositeTypeStmt *stmt = draft->node->composite_type_stmt;
    struct zdm_relation *relation;

    if (zdm_object_make(draft, stmt->typevar, ZDM_RELATION_COMPOSITE, false, &relation) !=
        ZDM_MADE_NEW) {
        /* It is a type that is made, whatever has the name. */
        if (draft->st->fails_with && strcmp(draft->st->fails_with, "42P07") == 0)
            draft->st->fails_with = "42710";
        return;
    }
    for (size_t i = 0; i < stmt->n_coldeflist; i++) {
        const PgQuery__ColumnDef *def = stmt->coldeflist[i]->column_def;
        if (zdm_relation_column(relation, def->colname))
            zdm_draft_fails(draft, "42701", "column %s is there twice",
                zdm_ident_text(draft->arena, def->colname));
        struct zdm_column *column = zdm_relation_add_column(draft->catalog, relation, def->colname);
        struct zdm_typed typed;
        zdm_typed_of_name(draft, def->type_name, &typed);
        column->type = typed.type;
        column->typmod = typed.typmod == ZDM_TYPMOD_UNKNOWN ? ZDM_TYPMOD_NONE : typed.typmod;
        if (def->coll_clause)
            column->collation = zdm_object_collation(draft, def->coll_clause);
    }
    zdm_object_check_width(draft, relation);
    struct zdm_type *type =
        zdm_catalog_add_type(draft->catalog, relation->schema, relation->name, ZDM_TYPE_COMPOSITE);
    type->relation = relation;
    type->fresh = true;
}

static void
domain_constraint(
    struct zdm_draft *draft, struct zdm_type *domain, const PgQuery__Constraint *constraint)
{
    switch (constraint->contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL:
        domain->domain_not_null = true;
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT:
        domain->domain_default = zdm_catalog_string(
            draft->catalog, zdm_deparse_expr(draft->arena, constraint->raw_expr));
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_CHECK:
        zdm_domain_add_check(draft, domain, constraint);
        break;
    default:
        break;
    }
}

void
zdm_family_create_domain(struct zdm_draft *draft)
{
    const PgQuery__CreateDomainStmt *stmt = draft->node->create_domain_stmt;
    struct zdm_typed base;
    zdm_typed_of_name(draft, stmt->type_name, &base);
    struct zdm_type *domain =
        zdm_object_make_type(draft, stmt->n_domainname, stmt->domainname, ZDM_TYPE_DOMAIN);

    if (!domain)
        return;
    domain->base = base.type;
    domain->base_typmod = base.typmod;
    for (size_t i = 0; i < stmt->n_constraints; i++)
        domain_constraint(draft, domain, stmt->constraints[i]->constraint);
}

/* As the server makes one up: the last "range" of the name becomes "multirange". */
const char *
zdm_multirange_name(struct zdm_arena *arena, const char *name)
{
    const char *at = NULL;

    for (const char *next = strstr(name, "range"); next; next = strstr(next + 1, "range"))
        at = next;
    if (!at)
        return zdm_arena_strf(arena, "%.52s_multirange", name);
    return zdm_arena_strf(arena, "%.*smultirange%s", (int)(at - name), name, at + strlen("range"));
}

static void
constructor(struct zdm_draft *draft, const struct zdm_type *result, size_t n,
    const struct zdm_type *const *arguments)
{
    struct zdm_function *function =
        zdm_catalog_add_function(draft->catalog, result->schema, result->name);

    function->volatility = 'i';
    function->fresh = true;
    function->result = result;
    function->n_arguments = n;
    function->arguments = zdm_catalog_alloc(draft->catalog, (n + 1) * sizeof *arguments);
    for (size_t i = 0; i < n; i++)
        function->arguments[i] = arguments[i];
}

/* With it come the type of many ranges and the functions that make values of both. */
void
zdm_family_create_range(struct zdm_draft *draft)
{
    const PgQuery__CreateRangeStmt *stmt = draft->node->create_range_stmt;
    const struct zdm_type *subtype = NULL;
    const char *multirange = NULL;

    for (size_t i = 0; i < stmt->n_params; i++) {
        const PgQuery__DefElem *option = stmt->params[i]->def_elem;
        if (!option->arg || option->arg->node_case != PG_QUERY__NODE__NODE_TYPE_NAME)
            continue;
        const PgQuery__TypeName *name = option->arg->type_name;
        if (strcmp(option->defname, "subtype") == 0)
            subtype = needed_type(draft, name);
        else if (strcmp(option->defname, "multirange_type_name") == 0)
            multirange = zdm_last_string(name->n_names, name->names);
    }
    struct zdm_type *range =
        zdm_object_make_type(draft, stmt->n_type_name, stmt->type_name, ZDM_TYPE_RANGE);
    if (!range || !draft->catalog->complete)
        return;
    if (!multirange)
        multirange = zdm_multirange_name(draft->arena, range->name);
    struct zdm_type *many =
        zdm_catalog_add_type(draft->catalog, range->schema, multirange, ZDM_TYPE_MULTIRANGE);
    const struct zdm_type *const values[] = {
        subtype, subtype, zdm_catalog_type(draft->catalog, "pg_catalog", "text")};
    const struct zdm_type *const ranges[] = {range, range->array};
    many->fresh = true;
    constructor(draft, range, 2, values);
    constructor(draft, range, 3, values);
    constructor(draft, many, 0, NULL);
    constructor(draft, many, 1, &ranges[0]);
    constructor(draft, many, 1, &ranges[1]);
}

static void
aggregate(struct zdm_draft *draft, const PgQuery__DefineStmt *stmt)
{
    struct zdm_catalog *catalog = draft->catalog;
    const char *schema = zdm_object_schema(stmt->n_defnames, stmt->defnames);
    struct zdm_function *function = zdm_catalog_add_function(catalog,
        zdm_object_target_schema(draft, schema), zdm_object_name(stmt->n_defnames, stmt->defnames));
    const PgQuery__List *list =
        stmt->n_args && stmt->args[0] && stmt->args[0]->node_case == PG_QUERY__NODE__NODE_LIST
            ? stmt->args[0]->list
            : NULL;

    function->kind = 'a';
    function->fresh = true;
    function->volatility = 'i';
    for (size_t i = 0; i < stmt->n_definition; i++) {
        const PgQuery__DefElem *option = stmt->definition[i]->def_elem;
        if (strcmp(option->defname, "stype") == 0 && option->arg && !function->result &&
            option->arg->node_case == PG_QUERY__NODE__NODE_TYPE_NAME)
            function->result = zdm_object_type(draft, option->arg->type_name);
    }
    if (!list)
        return;
    function->arguments = zdm_catalog_alloc(catalog, list->n_items * sizeof(struct zdm_type *));
    for (size_t i = 0; i < list->n_items; i++)
        if (list->items[i]->node_case == PG_QUERY__NODE__NODE_FUNCTION_PARAMETER)
            function->arguments[function->n_arguments++] =
                zdm_object_type(draft, list->items[i]->function_parameter->arg_type);
}

/* First its name, which its functions need; then all of it, which needs the functions. */
static void
base_type(struct zdm_draft *draft, const PgQuery__DefineStmt *stmt)
{
    const char *schema =
        zdm_object_target_schema(draft, zdm_object_schema(stmt->n_defnames, stmt->defnames));
    struct zdm_type *type = schema ? zdm_catalog_type(draft->catalog, schema,
                                         zdm_object_name(stmt->n_defnames, stmt->defnames))
                                   : NULL;

    if (type && type->shell && stmt->n_definition) {
        zdm_catalog_touch(draft->catalog, type, sizeof *type);
        type->shell = false;
        type->kind = ZDM_TYPE_BASE;
        return;
    }
    type = zdm_object_make_type(draft, stmt->n_defnames, stmt->defnames, ZDM_TYPE_BASE);
    if (type)
        type->shell = !stmt->n_definition;
}

static const struct {
    PgQuery__ObjectType kind;
    const char *name;
} defined[] = {
    {PG_QUERY__OBJECT_TYPE__OBJECT_AGGREGATE, "CREATE AGGREGATE"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_OPERATOR, "CREATE OPERATOR"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TYPE, "CREATE TYPE"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TSPARSER, "CREATE TEXT SEARCH PARSER"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TSDICTIONARY, "CREATE TEXT SEARCH DICTIONARY"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TSTEMPLATE, "CREATE TEXT SEARCH TEMPLATE"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TSCONFIGURATION, "CREATE TEXT SEARCH CONFIGURATION"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_COLLATION, "CREATE COLLATION"},
};

void
zdm_family_define(struct zdm_draft *draft)
{
    const PgQuery__DefineStmt *stmt = draft->node->define_stmt;

    for (size_t i = 0; i < sizeof defined / sizeof *defined; i++)
        if (defined[i].kind == stmt->kind)
            draft->st->kind = defined[i].name;
    if (stmt->kind == PG_QUERY__OBJECT_TYPE__OBJECT_AGGREGATE)
        aggregate(draft, stmt);
    if (stmt->kind == PG_QUERY__OBJECT_TYPE__OBJECT_TYPE)
        base_type(draft, stmt);
}
