/* What the server puts in for arguments that a call leaves out. */
#include <stdlib.h>

#include "sql/call.h"
#include "sql/tree.h"

/* The arguments that the call gives, by their place. */
static bool *
given(struct zdm_arena *arena, const struct zdm_function *function, const PgQuery__FuncCall *call)
{
    bool *given = zdm_arena_alloc(arena, (function->n_arguments + 1) * sizeof *given);

    for (size_t i = 0; i < call->n_args; i++) {
        size_t at = zdm_call_parameter(function, call, i);
        if (at < function->n_arguments)
            given[at] = true;
    }
    return given;
}

static bool
any_is_volatile(struct zdm_judge *judge, const struct zdm_function *function,
    const PgQuery__SelectStmt *values, const bool *given, bool *unsure)
{
    struct zdm_judge inner = {.draft = judge->draft, .depth = judge->depth + 1};
    size_t first = function->n_arguments - function->n_defaults;

    for (size_t i = 0; i < function->n_defaults; i++)
        if (!given[first + i] &&
            zdm_judge_is_volatile(&inner, values->target_list[i]->res_target->val, unsure))
            return true;
    return false;
}

bool
zdm_call_defaults_are_volatile(struct zdm_judge *judge, const struct zdm_function *function,
    const PgQuery__FuncCall *call, bool *unsure)
{
    struct zdm_arena *arena = judge->draft->arena;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_tree tree;

    if (!function->defaults_sql || call->n_args >= function->n_arguments)
        return false;
    /* One that calls itself in a default runs as deep as the stack of the server allows. */
    if (judge->depth >= ZDM_JUDGE_DEPTH) {
        *unsure = true;
        return true;
    }
    if (zdm_tree_parse(zdm_arena_strf(arena, "SELECT %s", function->defaults_sql), &tree, &err) <
        0) {
        zdm_err_release(&err); /* newer than the grammar */
        *unsure = true;
        return true;
    }
    const PgQuery__Node *node = tree.parsed->n_stmts == 1 ? tree.parsed->stmts[0]->stmt : NULL;
    bool list = node && node->node_case == PG_QUERY__NODE__NODE_SELECT_STMT &&
                node->select_stmt->n_target_list == function->n_defaults &&
                function->n_defaults <= function->n_arguments;
    bool is_volatile = !list || any_is_volatile(judge, function, node->select_stmt,
                                    given(arena, function, call), unsure);
    *unsure |= !list;
    zdm_tree_release(&tree);
    return is_volatile;
}
