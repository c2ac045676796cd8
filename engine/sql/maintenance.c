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

void
zdm_family_vacuum(struct zdm_draft *draft)
{
    const PgQuery__VacuumStmt *stmt = draft->node->vacuum_stmt;
    bool full = zdm_option_is_on(stmt->n_options, stmt->options, "full");

    draft->st->kind = stmt->is_vacuumcmd ? "VACUUM" : "ANALYZE";
    for (size_t i = 0; i < stmt->n_rels; i++) {
        const PgQuery__RangeVar *range = stmt->rels[i]->vacuum_relation->relation;
        const char *table = zdm_range_text(draft->arena, range);
        draft->fresh = zdm_context_is_new(draft->context, table);
        zdm_draft_lock(draft, table,
            full ? ZDM_LOCK_ACCESS_EXCLUSIVE : ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE,
            full ? ZDM_HELD_REWRITE : ZDM_HELD_SCAN);
        if (full) {
            zdm_draft_rewrite(draft, table);
            ZDM_FIND(draft, REWRITE_VACUUM_FULL, .table = table);
        }
    }
    if (full && stmt->n_rels == 0)
        ZDM_FIND(draft, REWRITE_VACUUM_FULL, .table = "every table");
    if (stmt->is_vacuumcmd) {
        draft->st->probe = ZDM_PROBE_REPEAT;
        zdm_draft_forbid_transaction(draft, false);
    }
}

void
zdm_family_cluster(struct zdm_draft *draft)
{
    const PgQuery__ClusterStmt *stmt = draft->node->cluster_stmt;

    if (!stmt->relation) {
        draft->st->probe = ZDM_PROBE_REPEAT;
        zdm_draft_forbid_transaction(draft, false);
        ZDM_FIND(draft, REWRITE_CLUSTER, .table = "every clustered table");
        return;
    }
    const char *table = zdm_range_text(draft->arena, stmt->relation);
    draft->fresh = zdm_context_is_new(draft->context, table);
    zdm_draft_lock(draft, table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_REWRITE);
    zdm_draft_rewrite(draft, table);
    ZDM_FIND(draft, REWRITE_CLUSTER, .table = table);
}

void
zdm_family_refresh(struct zdm_draft *draft)
{
    const PgQuery__RefreshMatViewStmt *stmt = draft->node->refresh_mat_view_stmt;
    const char *view = zdm_range_text(draft->arena, stmt->relation);

    draft->fresh = zdm_context_is_new(draft->context, view);
    if (stmt->concurrent) {
        zdm_draft_lock(draft, view, ZDM_LOCK_EXCLUSIVE, ZDM_HELD_STATEMENT);
        return;
    }
    zdm_draft_lock(draft, view, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_REWRITE);
    zdm_draft_rewrite(draft, view);
    zdm_draft_safer(draft, ZDM_FIND(draft, REFRESH_MATVIEW, .table = view),
        zdm_arena_strf(draft->arena, "REFRESH MATERIALIZED VIEW CONCURRENTLY %s", view));
}

void
zdm_family_lock(struct zdm_draft *draft)
{
    const PgQuery__LockStmt *stmt = draft->node->lock_stmt;
    /* The numbers of the tree are the server's, 1 for ACCESS SHARE to 8. */
    enum zdm_lock_mode mode = stmt->mode >= 1 && stmt->mode <= 8 ? (enum zdm_lock_mode)stmt->mode
                                                                 : ZDM_LOCK_ACCESS_EXCLUSIVE;

    for (size_t i = 0; i < stmt->n_relations; i++) {
        const char *table = zdm_range_text(draft->arena, stmt->relations[i]->range_var);
        draft->fresh = zdm_context_is_new(draft->context, table);
        zdm_draft_lock(draft, table, mode, ZDM_HELD_STATEMENT);
        if (mode >= ZDM_LOCK_SHARE)
            ZDM_FIND(draft, LOCK_TABLE, .table = table, .name = zdm_lock_mode_name(mode));
    }
}

/* What names mean, and which triggers fire. */
static const char *const naming[] = {"search_path", "role", "session_authorization", NULL};
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
    if (is_one_of(name, naming) || stmt->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL)
        zdm_context_renames_all(draft->context);
    if (!reset && is_one_of(name, guards))
        ZDM_FIND(draft, SET_GUARD, .name = name);
    if (!reset && is_one_of(name, triggers))
        ZDM_FIND(draft, DISABLE_TRIGGER, .table = "every table");
    if (!reset && !stmt->is_local && stmt->kind != PG_QUERY__VARIABLE_SET_KIND__VAR_SET_MULTI)
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
    if (draft->node->discard_stmt->target == PG_QUERY__DISCARD_MODE__DISCARD_TEMP)
        zdm_context_forget(draft->context);
    if (draft->node->discard_stmt->target != PG_QUERY__DISCARD_MODE__DISCARD_ALL)
        return;
    zdm_context_renames_all(draft->context);
    zdm_draft_forbid_transaction(draft, false);
    /* It lets go of every advisory lock, the one that keeps other runners out among them. */
    ZDM_FIND(draft, UNKNOWN_STATEMENT, .kind = "DISCARD ALL");
}
