#include "sql/volatility.h"

#include <stdlib.h>
#include <string.h>

static const char *const stable[] = {
#include "sql/builtins.def"
};

/* Volatile, but all they touch is their own value, their session or a sequence. */
static const char *const harmless[] = {"clock_timestamp", "currval", "gen_random_uuid", "lastval",
    "nextval", "pg_advisory_lock", "pg_advisory_lock_shared", "pg_advisory_unlock",
    "pg_advisory_unlock_shared", "pg_advisory_xact_lock", "pg_advisory_xact_lock_shared",
    "pg_database_size", "pg_indexes_size", "pg_is_in_recovery", "pg_notify", "pg_relation_size",
    "pg_sleep", "pg_table_size", "pg_total_relation_size", "pg_try_advisory_lock",
    "pg_try_advisory_lock_shared", "pg_try_advisory_xact_lock", "pg_try_advisory_xact_lock_shared",
    "random", "set_config", "setval", "timeofday"};

static const char *const types[] = {"bigint", "bit", "bool", "boolean", "box", "bpchar", "bytea",
    "char", "cidr", "circle", "citext", "cube", "date", "datemultirange", "daterange", "float4",
    "float8", "geography", "geometry", "halfvec", "hstore", "inet", "int2", "int4",
    "int4multirange", "int4range", "int8", "int8multirange", "int8range", "interval", "json",
    "jsonb", "jsonpath", "line", "lquery", "lseg", "ltree", "ltxtquery", "macaddr", "macaddr8",
    "money", "name", "numeric", "nummultirange", "numrange", "oid", "path", "pg_lsn", "point",
    "polygon", "regclass", "regproc", "regrole", "regtype", "sparsevec", "text", "tid", "time",
    "timestamp", "timestamptz", "timetz", "tsmultirange", "tsquery", "tsrange", "tstzmultirange",
    "tstzrange", "tsvector", "uuid", "varbit", "varchar", "vector", "xid", "xid8", "xml"};

static int
by_name(const void *key, const void *item)
{
    return strcmp(key, *(const char *const *)item);
}

static bool
listed(const char *name, const char *const *list, size_t n)
{
    return bsearch(name, list, n, sizeof *list, by_name) != NULL;
}
#define LISTED(name, list) listed((name), (list), sizeof(list) / sizeof *(list))

/* The bare name of something that is not qualified, or with pg_catalog; NULL otherwise. */
static const char *
builtin_name(size_t n, PgQuery__Node *const *names)
{
    if (n == 0 || n > 2 || (n == 2 && strcmp(zdm_node_string(names[0]), "pg_catalog") != 0))
        return NULL;
    return zdm_node_string(names[n - 1]);
}

bool
zdm_function_is_stable(const PgQuery__FuncCall *call)
{
    const char *name = builtin_name(call->n_funcname, call->funcname);

    return name && LISTED(name, stable);
}

bool
zdm_function_is_builtin(const PgQuery__FuncCall *call)
{
    const char *name = builtin_name(call->n_funcname, call->funcname);

    return name && (LISTED(name, stable) || LISTED(name, harmless));
}

bool
zdm_function_changes(const PgQuery__FuncCall *call)
{
    static const char *const of_now[] = {"current_database", "current_schema", "current_schemas",
        "current_setting", "current_user", "getpgusername", "mxid_age", "now",
        "row_security_active", "session_user", "statement_timestamp", "transaction_timestamp"};
    static const char *const families[] = {"has_", "inet_", "pg_", "txid_"};
    const char *name = builtin_name(call->n_funcname, call->funcname);

    if (!name)
        return false;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (strncmp(name, families[i], strlen(families[i])) == 0)
            return true;
    /* age(x) is the time from x to today. */
    return LISTED(name, harmless) || LISTED(name, of_now) ||
           (strcmp(name, "age") == 0 && call->n_args == 1);
}

static bool
see_volatile(void *self, const ProtobufCMessage *message)
{
    bool *found = self;

    if (message->descriptor == &pg_query__func_call__descriptor)
        *found |= !zdm_function_is_stable((const PgQuery__FuncCall *)message);
    return !*found;
}

bool
zdm_expr_is_volatile(const PgQuery__Node *expr)
{
    bool found = false;

    zdm_node_walk(expr, see_volatile, &found);
    return found;
}

bool
zdm_expr_is_null(const PgQuery__Node *expr)
{
    while (expr && expr->node_case == PG_QUERY__NODE__NODE_TYPE_CAST)
        expr = expr->type_cast->arg;
    return expr && expr->node_case == PG_QUERY__NODE__NODE_A_CONST && expr->a_const->isnull;
}

static bool
see_unknown(void *self, const ProtobufCMessage *message)
{
    const PgQuery__FuncCall **found = self;

    if (message->descriptor == &pg_query__func_call__descriptor && !*found) {
        const PgQuery__FuncCall *call = (const PgQuery__FuncCall *)message;
        const char *name = builtin_name(call->n_funcname, call->funcname);
        if (!name || (!LISTED(name, stable) && !LISTED(name, harmless)))
            *found = call;
    }
    return !*found;
}

const PgQuery__FuncCall *
zdm_unknown_call(const PgQuery__Node *query)
{
    const PgQuery__FuncCall *found = NULL;

    zdm_node_walk(query, see_unknown, &found);
    return found;
}

bool
zdm_type_is_known(const PgQuery__TypeName *type)
{
    const char *name = builtin_name(type->n_names, type->names);

    if (name)
        return LISTED(name, types) || zdm_serial_base(type);
    /* public.citext and the like: extensions live in any schema. */
    name = zdm_last_string(type->n_names, type->names);
    return strcmp(name, "citext") == 0 || strcmp(name, "hstore") == 0 ||
           strcmp(name, "geometry") == 0 || strcmp(name, "geography") == 0 ||
           strcmp(name, "ltree") == 0 || strcmp(name, "vector") == 0;
}

const char *
zdm_serial_base(const PgQuery__TypeName *type)
{
    static const struct {
        const char *serial, *base;
    } serials[] = {{"serial", "integer"}, {"serial4", "integer"}, {"bigserial", "bigint"},
        {"serial8", "bigint"}, {"smallserial", "smallint"}, {"serial2", "smallint"}};

    if (type->n_names != 1)
        return NULL;
    for (size_t i = 0; i < sizeof serials / sizeof *serials; i++)
        if (strcmp(zdm_node_string(type->names[0]), serials[i].serial) == 0)
            return serials[i].base;
    return NULL;
}
