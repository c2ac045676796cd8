#include "sql/call.h"

#include <string.h>

#include "sql/object.h"
#include "sql/query.h"
#include "sql/volatility.h"

struct name { /* of what is called */
    const char *schema, *last;
};

static struct name
name_of(const PgQuery__FuncCall *call)
{
    return (struct name){.schema = zdm_object_schema(call->n_funcname, call->funcname),
        .last = zdm_object_name(call->n_funcname, call->funcname)};
}

/* Place in the search path, pg_catalog first; SIZE_MAX: not seen without its schema. */
static size_t
place(const struct zdm_catalog *catalog, const struct zdm_function *function, const char *schema)
{
    if (schema)
        return function->schema && strcmp(function->schema, schema) == 0 ? 0 : SIZE_MAX;
    if (!function->schema || strcmp(function->schema, "pg_catalog") == 0)
        return 0;
    for (size_t i = 0; i < catalog->search_path.n; i++)
        if (strcmp(catalog->search_path.items[i], function->schema) == 0)
            return i + 1;
    return catalog->search_path_known ? SIZE_MAX : catalog->search_path.n + 1;
}

static bool
takes_count(const struct zdm_function *function, size_t n)
{
    if (function->variadic && n + 1 >= function->n_arguments)
        return true;
    return n <= function->n_arguments && n + function->n_defaults >= function->n_arguments;
}

size_t
zdm_call_parameter(const struct zdm_function *function, const PgQuery__FuncCall *call, size_t i)
{
    if (call->args[i]->node_case != PG_QUERY__NODE__NODE_NAMED_ARG_EXPR)
        return i;
    for (size_t k = 0; function->argument_names && k < function->n_arguments; k++)
        if (zdm_same_text(function->argument_names[k], call->args[i]->named_arg_expr->name))
            return k;
    return SIZE_MAX;
}

static const struct zdm_type *
parameter(const struct zdm_function *function, size_t i)
{
    if (function->variadic && i + 1 >= function->n_arguments)
        return function->variadic;
    return i < function->n_arguments ? function->arguments[i] : NULL;
}

enum { EXACT = 1000, PREFERRED = 1 };

/* How well the arguments fit: -1 not at all. */
static int
fitness(const struct zdm_catalog *catalog, const struct zdm_function *function,
    const PgQuery__FuncCall *call, const struct zdm_judged *args)
{
    int sum = 0;

    for (size_t i = 0; i < call->n_args; i++) {
        size_t at = zdm_call_parameter(function, call, i);
        if (at == SIZE_MAX && function->argument_names)
            return -1;
        const struct zdm_type *wanted = at == SIZE_MAX ? NULL : parameter(function, at);
        const struct zdm_type *given = args[i].typed.type;
        if (args[i].literal) {
            sum += zdm_type_is_string(wanted) ? PREFERRED : 0;
        } else if (given && wanted && wanted->kind != ZDM_TYPE_PSEUDO) {
            if (given == wanted || zdm_type_base(given, NULL) == wanted)
                sum += EXACT;
            else if (!zdm_type_casts(catalog, given, wanted, 'i'))
                return -1;
        }
    }
    return sum;
}

static bool
same_arguments(const struct zdm_function *a, const struct zdm_function *b)
{
    if (a->n_arguments != b->n_arguments)
        return false;
    for (size_t i = 0; i < a->n_arguments; i++)
        if (a->arguments[i] != b->arguments[i])
            return false;
    return true;
}

struct choice { /* the functions that a call may mean */
    const struct zdm_function **items;
    size_t n;
    bool by_name, by_count; /* any of that name; any that takes as many arguments */
};

/* A function hides those with the same arguments that come later in the search path. */
static void
add_candidate(const struct zdm_catalog *catalog, struct choice *choice,
    const struct zdm_function *function, const char *schema)
{
    for (size_t i = 0; i < choice->n; i++)
        if (same_arguments(choice->items[i], function)) {
            if (place(catalog, function, schema) < place(catalog, choice->items[i], schema))
                choice->items[i] = function;
            return;
        }
    choice->items[choice->n++] = function;
}

static struct choice
candidates(struct zdm_draft *draft, const PgQuery__FuncCall *call, const struct zdm_judged *args)
{
    struct name name = name_of(call);
    const struct zdm_catalog *catalog = draft->catalog;
    struct zdm_function *first = zdm_catalog_functions(catalog, name.last);
    struct choice choice = {0};
    size_t count = 0;
    int best = 0;

    for (const struct zdm_function *at = first; at; at = at->next)
        count++;
    choice.items = zdm_arena_alloc(draft->arena, (count + 1) * sizeof *choice.items);
    for (const struct zdm_function *at = first; at; at = at->next) {
        if (at->dropped || strcmp(at->name, name.last) != 0 ||
            place(catalog, at, name.schema) == SIZE_MAX)
            continue;
        choice.by_name = true;
        if (!takes_count(at, call->n_args))
            continue;
        choice.by_count = true;
        int fit = fitness(catalog, at, call, args);
        if (fit < best)
            continue;
        if (fit > best)
            choice.n = 0;
        best = fit;
        add_candidate(catalog, &choice, at, name.schema);
    }
    return choice;
}

/* "SELECT 1", "RETURN 1", "BEGIN ATOMIC SELECT 1; END": the one expression that it comes to, as text
 * that can be parsed as a query. NULL when it is more than that. */
static const char *
query_of_body(struct zdm_arena *arena, const char *body)
{
    static const char atomic[] = "BEGIN ATOMIC", ret[] = "RETURN ";

    body += strspn(body, " \t\r\n");
    if (strncmp(body, ret, strlen(ret)) == 0)
        return zdm_arena_strf(arena, "SELECT %s", body + strlen(ret));
    if (strncmp(body, atomic, strlen(atomic)) != 0)
        return body;
    body += strlen(atomic);
    const char *end = strrchr(body, ';');
    return end ? zdm_arena_strndup(arena, body, (size_t)(end - body)) : NULL;
}

/* What inline_function() takes: one SELECT of one value and nothing else. */
static const PgQuery__Node *
inlined(const struct zdm_tree *tree)
{
    if (tree->parsed->n_stmts != 1)
        return NULL;
    const PgQuery__Node *node = tree->parsed->stmts[0]->stmt;
    if (node->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
        return NULL;
    const PgQuery__SelectStmt *select = node->select_stmt;
    if (select->n_target_list != 1 || select->n_from_clause || select->where_clause ||
        select->n_group_clause || select->having_clause || select->n_window_clause ||
        select->n_sort_clause || select->limit_count || select->limit_offset ||
        select->with_clause || select->n_distinct_clause || select->larg || select->n_values_lists)
        return NULL;
    return select->target_list[0]->res_target->val;
}

/* A VOLATILE function in SQL is what its body is, when the server puts that in its place. */
static bool
body_is_volatile(struct zdm_judge *judge, const char *body, bool *unsure)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_tree tree;
    const char *query = query_of_body(judge->draft->arena, body);
    struct zdm_judge inner = {.draft = judge->draft, .depth = judge->depth + 1};

    if (!query || inner.depth > ZDM_JUDGE_DEPTH)
        return true;
    if (zdm_tree_parse(query, &tree, &err) < 0) {
        zdm_err_release(&err);
        *unsure = true;
        return true;
    }
    const PgQuery__Node *expr = inlined(&tree);
    bool is_volatile = !expr || zdm_judge_is_volatile(&inner, expr, unsure);
    zdm_tree_release(&tree);
    return is_volatile;
}

static bool
is_volatile(struct zdm_judge *judge, const struct zdm_function *function,
    const PgQuery__FuncCall *call, bool *unsure)
{
    if (zdm_call_defaults_are_volatile(judge, function, call, unsure))
        return true;
    if (function->volatility != 'v')
        return false;
    return !function->sql_body || body_is_volatile(judge, function->sql_body, unsure);
}

/* date('2024-01-01') is a cast when there is such a type. */
static const struct zdm_type *
as_cast(struct zdm_draft *draft, struct name name, size_t n)
{
    return n == 1 ? zdm_catalog_type(draft->catalog, name.schema, name.last) : NULL;
}

static struct zdm_called
not_found(struct zdm_judge *judge, const PgQuery__FuncCall *call, const struct choice *choice)
{
    struct zdm_draft *draft = judge->draft;
    struct name name = name_of(call);
    const struct zdm_type *type = as_cast(draft, name, call->n_args);

    if (type)
        return (struct zdm_called){.result = type};
    if (!draft->catalog->complete) {
        bool known = zdm_function_is_stable(call);
        return (struct zdm_called){
            .is_volatile = !known, .unsure = !known && !zdm_function_is_builtin(call)};
    }
    if (!choice->by_count)
        zdm_draft_fails(draft, "42883", "function %s does not exist with %zu argument%s",
            zdm_list_text(draft->arena, call->n_funcname, call->funcname), call->n_args,
            call->n_args == 1 ? "" : "s");
    return (struct zdm_called){.is_volatile = true, .unsure = true};
}

struct zdm_called
zdm_call_resolve(
    struct zdm_judge *judge, const PgQuery__FuncCall *call, const struct zdm_judged *args)
{
    struct zdm_draft *draft = judge->draft;
    struct choice choice = candidates(draft, call, args);
    struct zdm_called called = {0};

    if (!choice.n)
        return not_found(judge, call, &choice);
    /* Without a catalog only those that the text made are known. */
    called.unsure = !draft->catalog->complete && zdm_function_is_stable(call);
    for (size_t i = 0; i < choice.n; i++) {
        bool one = is_volatile(judge, choice.items[i], call, &called.unsure);
        if (i == 0) {
            called.is_volatile = one;
            called.result = choice.items[i]->result;
            continue;
        }
        if (one != called.is_volatile)
            called.unsure = called.is_volatile = true;
        if (choice.items[i]->result != called.result)
            called.result = NULL;
    }
    if (called.result && called.result->kind == ZDM_TYPE_PSEUDO)
        called.result = NULL;
    return called;
}

struct kinds {
    struct zdm_draft *draft;
    const char *what;
};

/* All functions of that name and count are of one kind, or nothing is said. */
static bool
see_kind(void *self, const ProtobufCMessage *message)
{
    struct kinds *kinds = self;

    if (message->descriptor != &pg_query__func_call__descriptor)
        return true;
    const PgQuery__FuncCall *call = (const PgQuery__FuncCall *)message;
    struct name name = name_of(call);
    bool aggregates = true, sets = true, any = false;
    const struct zdm_function *at = zdm_catalog_functions(kinds->draft->catalog, name.last);
    for (; at; at = at->next) {
        if (at->dropped || strcmp(at->name, name.last) != 0 ||
            place(kinds->draft->catalog, at, name.schema) == SIZE_MAX ||
            !takes_count(at, call->n_args))
            continue;
        any = true;
        aggregates = aggregates && at->kind == 'a';
        sets = sets && at->returns_set;
    }
    if (any && aggregates)
        zdm_draft_fails(kinds->draft, "42803", "%s cannot have an aggregate function", kinds->what);
    else if (any && sets)
        zdm_draft_fails(
            kinds->draft, "0A000", "%s cannot have a function that returns a set", kinds->what);
    return true;
}

void
zdm_call_check_kinds(struct zdm_draft *draft, const PgQuery__Node *expr, const char *what)
{
    struct kinds kinds = {.draft = draft, .what = what};

    if (draft->catalog->complete)
        zdm_node_walk(expr, see_kind, &kinds);
}

static void
lock_sequence(struct zdm_draft *draft, const PgQuery__FuncCall *call)
{
    const PgQuery__Node *arg = call->n_args ? call->args[0] : NULL;

    if (arg && arg->node_case == PG_QUERY__NODE__NODE_TYPE_CAST)
        arg = arg->type_cast->arg;
    if (!arg || arg->node_case != PG_QUERY__NODE__NODE_A_CONST ||
        arg->a_const->val_case != PG_QUERY__A__CONST__VAL_SVAL)
        return;
    const struct zdm_relation *sequence = zdm_sequence_of_text(draft, arg->a_const->sval->sval);
    if (sequence)
        zdm_draft_lock_on(draft, sequence, ZDM_LOCK_ROW_EXCLUSIVE, ZDM_HELD_BRIEF);
}

struct reader { /* a function in standard SQL: its dependents tell what it reads */
    struct zdm_draft *draft;
    const char *name;
};

static bool
see_read(void *self, struct zdm_relation *relation)
{
    const struct reader *reader = self;
    size_t n = strlen(reader->name);

    for (size_t i = 0; i < relation->dependents.n; i++) {
        const struct zdm_dependent *dependent = relation->dependents.items[i];
        const char *dot = strrchr(dependent->name, '.');
        const char *name = dot ? dot + 1 : dependent->name;
        if (strcmp(dependent->kind, "function") == 0 && strncmp(name, reader->name, n) == 0 &&
            name[n] == '(')
            zdm_draft_lock_on(reader->draft, relation, ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_BRIEF);
    }
    return true;
}

static bool
see_locks(void *self, const ProtobufCMessage *message)
{
    struct zdm_draft *draft = self;

    if (message->descriptor != &pg_query__func_call__descriptor)
        return true;
    const PgQuery__FuncCall *call = (const PgQuery__FuncCall *)message;
    struct name name = name_of(call);
    if (strcmp(name.last, "nextval") == 0 || strcmp(name.last, "setval") == 0 ||
        strcmp(name.last, "currval") == 0) {
        lock_sequence(draft, call);
        return true;
    }
    for (const struct zdm_function *at = zdm_catalog_functions(draft->catalog, name.last); at;
         at = at->next)
        if (!at->dropped && strcmp(at->name, name.last) == 0 && at->schema &&
            strcmp(at->schema, "pg_catalog") != 0) {
            struct reader reader = {
                .draft = draft, .name = zdm_ident_text(draft->arena, name.last)};
            zdm_catalog_each_relation(draft->catalog, see_read, &reader);
            break;
        }
    return true;
}

void
zdm_call_locks(struct zdm_draft *draft, const PgQuery__Node *expr)
{
    zdm_node_walk(expr, see_locks, draft);
}
