#include <string.h>

#include "sql/index_make.h"

/* What stands for a value that changes with the session or the clock. */
struct search {
    struct zdm_draft *draft;
    const struct zdm_relation *relation;
    const char *fault;
};

static const struct zdm_type *
type_of(const struct search *search, const PgQuery__Node *node)
{
    if (node->node_case != PG_QUERY__NODE__NODE_COLUMN_REF)
        return NULL;
    const struct zdm_column *column = zdm_relation_column(
        search->relation, zdm_last_string(node->column_ref->n_fields, node->column_ref->fields));
    const struct zdm_type *type = column ? column->type : NULL;
    while (type && type->kind == ZDM_TYPE_DOMAIN)
        type = type->base;
    return type;
}

static bool
fits(const struct search *search, const struct zdm_function *function, const char *schema,
    const PgQuery__FuncCall *call)
{
    size_t n = call->n_args;

    if (schema[0] && strcmp(function->schema, schema) != 0)
        return false;
    if (function->dropped || n > function->n_arguments)
        return function->variadic != NULL;
    if (n + function->n_defaults < function->n_arguments)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct zdm_type *type = type_of(search, call->args[i]);
        const struct zdm_type *wanted = function->arguments[i];
        if (type && wanted && type != wanted && wanted->kind != ZDM_TYPE_PSEUDO &&
            type->kind == ZDM_TYPE_BASE && strcmp(type->name, "varchar") != 0)
            return false;
    }
    return true;
}

/* 'i' when every function it may mean is IMMUTABLE, 'v' when none is, '?' when that depends. */
static char
volatility(const struct search *search, const PgQuery__FuncCall *call)
{
    const char *name = zdm_last_string(call->n_funcname, call->funcname);
    const char *schema = call->n_funcname > 1 ? zdm_node_string(call->funcname[0]) : "";
    const struct zdm_function *function = zdm_catalog_functions(search->draft->catalog, name);
    size_t immutable = 0, others = 0;

    for (; function; function = function->next)
        if (strcmp(function->name, name) == 0 && fits(search, function, schema, call)) {
            if (function->volatility == 'i')
                immutable++;
            else
                others++;
        }
    if (immutable && others)
        return '?';
    return others ? 'v' : immutable ? 'i' : '?';
}

static bool
one_of(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

/* Casts that go by DateStyle or TimeZone. */
static bool
cast_depends_on_session(const struct search *search, const PgQuery__TypeCast *cast)
{
    static const char *const dates[] = {"date", "timestamp", "timestamptz", "time", "timetz", NULL};
    static const char *const texts[] = {"text", "varchar", "bpchar", NULL};
    const struct zdm_type *from = type_of(search, cast->arg);
    const char *to = zdm_last_string(cast->type_name->n_names, cast->type_name->names);

    if (!from || strcmp(from->name, to) == 0 || cast->type_name->n_array_bounds)
        return false;
    if (one_of(from->name, texts))
        return one_of(to, dates);
    if (from->kind == ZDM_TYPE_ENUM)
        return one_of(to, texts);
    if (!one_of(from->name, dates))
        return false;
    if (one_of(to, texts))
        return strcmp(from->name, "time") != 0;
    /* Between instants and local times the zone decides. */
    return strcmp(from->name, "timestamptz") == 0
               ? strcmp(to, "timestamptz") != 0 && strcmp(to, "timetz") != 0
               : strcmp(to, "timestamptz") == 0;
}

static bool
see(void *self, const ProtobufCMessage *message)
{
    struct search *search = self;

    if (search->fault)
        return false;
    if (message->descriptor == &pg_query__sub_link__descriptor) {
        search->fault = "0A000";
    } else if (message->descriptor == &pg_query__sqlvalue_function__descriptor) {
        search->fault = "42P17";
    } else if (message->descriptor == &pg_query__type_cast__descriptor) {
        if (cast_depends_on_session(search, (const PgQuery__TypeCast *)message))
            search->fault = "42P17";
    } else if (message->descriptor == &pg_query__func_call__descriptor) {
        const PgQuery__FuncCall *call = (const PgQuery__FuncCall *)message;
        char kind = volatility(search, call);
        if (kind == 'v')
            search->fault = "42P17";
        else if (kind == '?')
            zdm_draft_assume(search->draft);
    }
    return true;
}

const char *
zdm_index_expression_fault(
    struct zdm_draft *draft, const struct zdm_relation *relation, const PgQuery__Node *expr)
{
    struct search search = {.draft = draft, .relation = relation};

    /* Without a catalog any name may be another function than the built-in one. */
    if (draft->catalog->complete)
        zdm_node_walk(expr, see, &search);
    return search.fault;
}

static bool
has_extension(const struct zdm_catalog *catalog, const char *name)
{
    for (size_t i = 0; i < catalog->extensions.n; i++)
        if (strcmp(catalog->extensions.items[i], name) == 0)
            return true;
    return false;
}

bool
zdm_index_method_takes(struct zdm_draft *draft, const char *method, const struct zdm_type *type)
{
    static const char *const unordered[] = {"json", "xml", "point", "line", "lseg", "box", "path",
        "polygon", "circle", "cid", "xid", "aclitem", NULL};
    static const char *const scalars[] = {"int2", "int4", "int8", "oid", "numeric", "float4",
        "float8", "text", "varchar", "bpchar", "bool", "date", "time", "timetz", "timestamp",
        "timestamptz", "interval", "uuid", "bytea", "money", "bit", "varbit", "macaddr", NULL};

    while (type && type->kind == ZDM_TYPE_DOMAIN)
        type = type->base;
    if (!type || !type->schema || strcmp(type->schema, "pg_catalog") != 0)
        return true;
    if (strcmp(method, "btree") == 0)
        return !one_of(type->name, unordered);
    if (strcmp(method, "gin") == 0 && one_of(type->name, scalars))
        return has_extension(draft->catalog, "btree_gin");
    if (strcmp(method, "gist") == 0 && one_of(type->name, scalars))
        return has_extension(draft->catalog, "btree_gist");
    if (strcmp(method, "hash") == 0)
        return strcmp(type->name, "json") != 0 && strcmp(type->name, "point") != 0;
    return true;
}
