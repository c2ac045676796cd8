#include <strings.h>

#include "sql/families.h"

bool
zdm_option_is_on(size_t n, PgQuery__Node *const *options, const char *name)
{
    bool on = false;

    for (size_t i = 0; i < n; i++) {
        if (options[i]->node_case != PG_QUERY__NODE__NODE_DEF_ELEM ||
            strcasecmp(options[i]->def_elem->defname, name) != 0)
            continue;
        const PgQuery__Node *arg = options[i]->def_elem->arg;
        const char *word = "";
        if (arg && arg->node_case == PG_QUERY__NODE__NODE_STRING)
            word = arg->string->sval;
        else if (arg && arg->node_case == PG_QUERY__NODE__NODE_BOOLEAN)
            word = arg->boolean->boolval ? "on" : "off";
        else if (arg && arg->node_case == PG_QUERY__NODE__NODE_INTEGER)
            word = arg->integer->ival ? "on" : "off";
        on = strcasecmp(word, "off") != 0 && strcasecmp(word, "false") != 0;
    }
    return on;
}

/* Which triggers fire. */
static const char *const triggers[] = {"session_replication_role", "zdm.sync", NULL};
static const char *const guards[] = {"lock_timeout", "statement_timeout", NULL};

static bool
is_one_of(const char *name, const char *const *list)
{
    while (*list && strcasecmp(*list, name) != 0)
        list++;
    return *list;
}

void
zdm_family_set(struct zdm_draft *draft)
{
    const PgQuery__VariableSetStmt *stmt = draft->node->variable_set_stmt;
    bool reset = stmt->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET ||
                 stmt->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL;

    const char *name = stmt->name;

    draft->st->kind = reset ? "RESET" : "SET";
    if (!reset && !draft->script && is_one_of(name, guards))
        ZDM_FIND(draft, SET_GUARD, .name = name);
    if (!reset && is_one_of(name, triggers))
        ZDM_FIND(draft, DISABLE_TRIGGER, .table = "every table");
    /* Outside of a transaction SET LOCAL would do nothing. */
    if (!reset && !stmt->is_local && (!draft->script || draft->in_transaction) &&
        stmt->kind != PG_QUERY__VARIABLE_SET_KIND__VAR_SET_MULTI)
        ZDM_FIND(draft, SESSION_SETTING, .name = "");
}

void
zdm_family_transaction(struct zdm_draft *draft)
{
    draft->st->transaction_control = true;
    switch (draft->node->transaction_stmt->kind) {
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START:
        draft->st->kind = "BEGIN";
        break;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
        draft->st->kind = "COMMIT";
        break;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
        draft->st->kind = "ROLLBACK";
        break;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE:
        draft->st->kind = "PREPARE TRANSACTION";
        break;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT_PREPARED:
        draft->st->kind = "COMMIT PREPARED";
        zdm_draft_forbid_transaction(draft, false);
        break;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_PREPARED:
        draft->st->kind = "ROLLBACK PREPARED";
        zdm_draft_forbid_transaction(draft, false);
        break;
    default:
        draft->st->kind = "SAVEPOINT";
    }
}

void
zdm_family_discard(struct zdm_draft *draft)
{
    if (draft->node->discard_stmt->target != PG_QUERY__DISCARD_MODE__DISCARD_ALL)
        return;
    zdm_draft_forbid_transaction(draft, false);
    /* It lets go of every advisory lock, the one that keeps other runners out among them. */
    ZDM_FIND(draft, UNKNOWN_STATEMENT, .kind = "DISCARD ALL");
}
