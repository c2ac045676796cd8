/* Functions that a query calls and that do more than give a value. */
#include <stdlib.h>
#include <string.h>

#include "sql/families.h"
#include "sql/object.h"
#include "sql/query.h"
#include "sql/volatility.h"

enum effect {
    EFFECT_NONE,
    EFFECT_SEQUENCE, /* takes a number from the sequence that the first argument names */
    EFFECT_ENDS,     /* ends what other sessions do */
    EFFECT_SERVER,   /* changes more than this database */
    EFFECT_REMOVES,  /* large objects, replication slots: gone */
};

/* Volatile functions of the server whose effects are known. Sorted. What is not in here, and is
 * volatile, may do anything: pg_read_file() and query_to_xml() among them. */
static const struct known {
    const char *name;
    enum effect effect;
} known[] = {
    {"clock_timestamp", EFFECT_NONE},
    {"currval", EFFECT_SEQUENCE},
    {"gen_random_uuid", EFFECT_NONE},
    {"lastval", EFFECT_NONE},
    {"lo_creat", EFFECT_NONE},
    {"lo_create", EFFECT_NONE},
    {"lo_from_bytea", EFFECT_NONE},
    {"lo_unlink", EFFECT_REMOVES},
    {"nextval", EFFECT_SEQUENCE},
    {"pg_advisory_lock", EFFECT_NONE},
    {"pg_advisory_lock_shared", EFFECT_NONE},
    {"pg_advisory_unlock", EFFECT_NONE},
    {"pg_advisory_unlock_shared", EFFECT_NONE},
    {"pg_advisory_xact_lock", EFFECT_NONE},
    {"pg_advisory_xact_lock_shared", EFFECT_NONE},
    {"pg_backend_memory_contexts", EFFECT_NONE},
    {"pg_cancel_backend", EFFECT_ENDS},
    {"pg_create_restore_point", EFFECT_SERVER},
    {"pg_current_wal_flush_lsn", EFFECT_NONE},
    {"pg_current_wal_insert_lsn", EFFECT_NONE},
    {"pg_current_wal_lsn", EFFECT_NONE},
    {"pg_database_size", EFFECT_NONE},
    {"pg_drop_replication_slot", EFFECT_REMOVES},
    {"pg_indexes_size", EFFECT_NONE},
    {"pg_is_in_recovery", EFFECT_NONE},
    {"pg_last_wal_receive_lsn", EFFECT_NONE},
    {"pg_last_wal_replay_lsn", EFFECT_NONE},
    {"pg_last_xact_replay_timestamp", EFFECT_NONE},
    {"pg_logical_emit_message", EFFECT_NONE},
    {"pg_notify", EFFECT_NONE},
    {"pg_promote", EFFECT_SERVER},
    {"pg_relation_size", EFFECT_NONE},
    {"pg_reload_conf", EFFECT_SERVER},
    {"pg_replication_slot_advance", EFFECT_REMOVES},
    {"pg_rotate_logfile", EFFECT_SERVER},
    {"pg_sequence_last_value", EFFECT_NONE},
    {"pg_size_bytes", EFFECT_NONE},
    {"pg_sleep", EFFECT_NONE},
    {"pg_sleep_for", EFFECT_NONE},
    {"pg_sleep_until", EFFECT_NONE},
    {"pg_stat_clear_snapshot", EFFECT_NONE},
    {"pg_stat_get_activity", EFFECT_NONE},
    {"pg_stat_reset", EFFECT_SERVER},
    {"pg_stat_reset_shared", EFFECT_SERVER},
    {"pg_switch_wal", EFFECT_SERVER},
    {"pg_table_size", EFFECT_NONE},
    {"pg_tablespace_size", EFFECT_NONE},
    {"pg_terminate_backend", EFFECT_ENDS},
    {"pg_total_relation_size", EFFECT_NONE},
    {"pg_try_advisory_lock", EFFECT_NONE},
    {"pg_try_advisory_lock_shared", EFFECT_NONE},
    {"pg_try_advisory_xact_lock", EFFECT_NONE},
    {"pg_try_advisory_xact_lock_shared", EFFECT_NONE},
    {"random", EFFECT_NONE},
    {"set_config", EFFECT_NONE},
    {"setseed", EFFECT_NONE},
    {"setval", EFFECT_SEQUENCE},
    {"timeofday", EFFECT_NONE},
    {"uuidv4", EFFECT_NONE},
    {"uuidv7", EFFECT_NONE},
};

struct calls {
    struct zdm_draft *draft;
    bool bare; /* a SELECT that stands there for what it calls */
};

static int
by_name(const void *key, const void *item)
{
    return strcmp(key, ((const struct known *)item)->name);
}

static bool
is_callable(const struct zdm_function *function, const char *schema, const char *name, size_t n)
{
    size_t least = function->n_arguments - function->n_defaults - (function->variadic != NULL);

    return !function->dropped && strcmp(function->name, name) == 0 &&
           (!schema || (function->schema && strcmp(function->schema, schema) == 0)) && n >= least &&
           (n <= function->n_arguments || function->variadic);
}

static bool
in_path(const struct zdm_catalog *catalog, const char *schema)
{
    if (!schema) /* made by the text, which names none */
        return true;
    for (size_t i = 0; i < catalog->search_path.n; i++)
        if (strcmp(catalog->search_path.items[i], schema) == 0)
            return true;
    return strcmp(schema, "pg_catalog") == 0;
}

enum found { FOUND_NONE, FOUND_STEADY, FOUND_BUILTIN, FOUND_AUTHORS };

/* The most dangerous function that the call may mean; the types of its arguments are not looked at. */
static enum found
resolve(const struct zdm_catalog *catalog, const char *schema, const char *name, size_t n)
{
    enum found found = FOUND_NONE;
    const struct zdm_function *function = zdm_catalog_functions(catalog, name);

    for (; function; function = function->next) {
        if (!is_callable(function, schema, name, n) ||
            (!schema && !in_path(catalog, function->schema)))
            continue;
        enum found this = function->volatility != 'v' ? FOUND_STEADY
                          : function->schema && strcmp(function->schema, "pg_catalog") == 0
                              ? FOUND_BUILTIN
                              : FOUND_AUTHORS;
        if (this > found)
            found = this;
    }
    return found;
}

/* With one argument it may be a cast, or a column of a row; WITHIN GROUP has more than stand there. */
static bool
is_nowhere(
    struct zdm_draft *draft, const char *schema, const char *name, const PgQuery__FuncCall *call)
{
    const struct zdm_function *at = zdm_catalog_functions(draft->catalog, name);

    if (!draft->catalog->complete || call->agg_within_group || call->func_variadic ||
        (schema && strncmp(schema, "pg_temp", strlen("pg_temp")) == 0) ||
        (!schema && !draft->catalog->search_path_known))
        return false;
    if (schema && !zdm_catalog_schema(draft->catalog, schema))
        return false;
    if (call->n_args == 1 && (zdm_object_type_named(draft, call->n_funcname, call->funcname) ||
                                 call->args[0]->node_case == PG_QUERY__NODE__NODE_COLUMN_REF))
        return false;
    for (; at; at = at->next) /* OUT parameters of procedures count too */
        if (!at->dropped && strcmp(at->name, name) == 0 && at->kind == 'p')
            return false;
    return true;
}

static void
unknown(struct calls *calls, const PgQuery__FuncCall *call)
{
    struct zdm_draft *draft = calls->draft;
    const char *name = zdm_list_text(draft->arena, call->n_funcname, call->funcname);

    for (size_t i = 0; i < draft->st->n_findings; i++)
        if (draft->st->findings[i].hazard == ZDM_HAZARD_UNKNOWN)
            return; /* one is enough */
    zdm_draft_assume(draft);
    if (!calls->bare) {
        ZDM_FIND(draft, UNKNOWN_FUNCTION, .name = name);
        return;
    }
    ZDM_FIND(draft, UNKNOWN_STATEMENT, .kind = zdm_arena_strf(draft->arena, "%s()", name));
    zdm_draft_uncertain(draft);
}

static void
sequence(struct calls *calls, const PgQuery__FuncCall *call)
{
    struct zdm_draft *draft = calls->draft;
    const PgQuery__Node *arg = call->n_args ? call->args[0] : NULL;

    if (arg && arg->node_case == PG_QUERY__NODE__NODE_TYPE_CAST)
        arg = arg->type_cast->arg;
    if (!arg || arg->node_case != PG_QUERY__NODE__NODE_A_CONST ||
        arg->a_const->val_case != PG_QUERY__A__CONST__VAL_SVAL) {
        zdm_draft_assume(draft);
        return;
    }
    struct zdm_relation *relation = zdm_sequence_of_text(draft, arg->a_const->sval->sval);
    if (relation)
        zdm_draft_lock_on(draft, relation, ZDM_LOCK_ROW_EXCLUSIVE, ZDM_HELD_BRIEF);
    else if (draft->catalog->complete && calls->bare)
        zdm_draft_fails(draft, "42P01", "relation %s does not exist", arg->a_const->sval->sval);
}

static bool
see_call(void *self, const ProtobufCMessage *message)
{
    struct calls *calls = self;

    if (message->descriptor != &pg_query__func_call__descriptor)
        return true;
    const PgQuery__FuncCall *call = (const PgQuery__FuncCall *)message;
    const char *name = zdm_last_string(call->n_funcname, call->funcname);
    const char *schema =
        call->n_funcname > 1 ? zdm_node_string(call->funcname[call->n_funcname - 2]) : NULL;
    enum found found = resolve(calls->draft->catalog, schema, name, call->n_args);
    const struct known *row = NULL;

    if (found == FOUND_STEADY)
        return true;
    if (found != FOUND_AUTHORS && (!schema || strcmp(schema, "pg_catalog") == 0)) {
        row = bsearch(name, known, sizeof known / sizeof *known, sizeof *known, by_name);
        if (!row && found == FOUND_NONE && zdm_function_is_stable(call))
            return true;
    }
    if (!row && found == FOUND_NONE && is_nowhere(calls->draft, schema, name, call)) {
        zdm_draft_fails(calls->draft, "42883", "function %s does not exist with %zu arguments",
            zdm_list_text(calls->draft->arena, call->n_funcname, call->funcname), call->n_args);
        return false;
    }
    if (!row) {
        unknown(calls, call);
        return true;
    }
    switch (row->effect) {
    case EFFECT_NONE:
        break;
    case EFFECT_SEQUENCE:
        sequence(calls, call);
        break;
    case EFFECT_ENDS:
        ZDM_FIND(calls->draft, ENDS_SESSIONS, .name = name);
        break;
    case EFFECT_SERVER:
        ZDM_FIND(calls->draft, CHANGES_SERVER, .name = name);
        break;
    case EFFECT_REMOVES:
        if (ZDM_FIND(calls->draft, REMOVES_FOREVER, .name = name))
            calls->draft->st->data_loss = true;
        break;
    }
    return true;
}

/* Whatever else it does, there must be one of that name. */
void
zdm_family_call(struct zdm_draft *draft)
{
    const PgQuery__FuncCall *call = draft->node->call_stmt->funccall;
    const char *schema = zdm_object_schema(call->n_funcname, call->funcname);
    const char *name = zdm_object_name(call->n_funcname, call->funcname);
    const char *text = zdm_list_text(draft->arena, call->n_funcname, call->funcname);
    bool found = !draft->catalog->complete || (!schema && !draft->catalog->search_path_known);
    bool other = false; /* there is one, and it is no procedure */

    for (const struct zdm_function *at = zdm_catalog_functions(draft->catalog, name); at && !found;
         at = at->next)
        if (!at->dropped && strcmp(at->name, name) == 0 &&
            (schema ? zdm_same_text(at->schema, schema) : in_path(draft->catalog, at->schema))) {
            found = at->kind == 'p';
            other |= !found && at->n_arguments == call->n_args;
        }
    if (zdm_object_check_schema(draft, schema) && !found)
        zdm_draft_fails(draft, other ? "42809" : "42883", "there is no procedure %s", text);
    zdm_family_unseen(draft);
}

void
zdm_query_calls(struct zdm_draft *draft, const PgQuery__Node *query)
{
    struct calls calls = {
        .draft = draft, .bare = draft->node->node_case == PG_QUERY__NODE__NODE_SELECT_STMT};

    zdm_node_walk(query, see_call, &calls);
}

void
zdm_family_unseen(struct zdm_draft *draft)
{
    const char *kind = draft->st->kind;

    struct zdm_finding *finding = ZDM_FIND(draft, UNKNOWN_STATEMENT,
        .kind = strcmp(kind, "statement") == 0 ? "this kind of statement" : kind);
    if (finding)
        finding->hint = zdm_arena_strdup(draft->arena,
            "read it yourself and accept it, or let zdm check --trace run it on a copy");
    zdm_draft_uncertain(draft);
}
