#include <string.h>

#include "sql/families.h"
#include "sql/granting.h"
#include "sql/object.h"
#include "sql/result_columns.h"
#include "sql/row_security.h"
#include "sql/table_parts.h"

struct looking {
    struct zdm_draft *draft;
    const PgQuery__RangeVar *target; /* of a change: locked as one */
};

static bool
see_read(void *self, const ProtobufCMessage *message)
{
    struct looking *looking = self;

    if (message->descriptor != &pg_query__range_var__descriptor)
        return true;
    const PgQuery__RangeVar *range = (const PgQuery__RangeVar *)message;
    const struct zdm_relation *relation = zdm_draft_find_relation(
        looking->draft, range->schemaname[0] ? range->schemaname : NULL, range->relname);
    if (relation)
        zdm_draft_lock_on(looking->draft, relation,
            range == looking->target ? ZDM_LOCK_ROW_EXCLUSIVE : ZDM_LOCK_ACCESS_SHARE,
            ZDM_HELD_BRIEF);
    return true;
}

/* What is looked up while an expression or a statement is stored, not run. */
static void
look_up(struct zdm_draft *draft, const PgQuery__Node *node)
{
    struct looking looking = {.draft = draft};

    if (node && node->node_case == PG_QUERY__NODE__NODE_INSERT_STMT)
        looking.target = node->insert_stmt->relation;
    else if (node && node->node_case == PG_QUERY__NODE__NODE_UPDATE_STMT)
        looking.target = node->update_stmt->relation;
    else if (node && node->node_case == PG_QUERY__NODE__NODE_DELETE_STMT)
        looking.target = node->delete_stmt->relation;
    zdm_node_walk(node, see_read, &looking);
}

const char *
zdm_relation_rule(const struct zdm_relation *relation, const char *name)
{
    for (size_t i = 0; i < relation->rules.n; i++)
        if (strcmp(relation->rules.items[i], name) == 0)
            return relation->rules.items[i];
    return NULL;
}

void
zdm_relation_forget_rule(struct zdm_draft *draft, struct zdm_relation *relation, const char *rule)
{
    zdm_catalog_remove(draft->catalog, &relation->rules, rule);
    zdm_catalog_touch(draft->catalog, relation, sizeof *relation);
    relation->has_rules = relation->rules.n > 0;
}

/* Until 15 a table that is empty, with such a rule, becomes a view. */
static bool
may_become_view(
    struct zdm_draft *draft, const struct zdm_relation *relation, const PgQuery__RuleStmt *stmt)
{
    const char *table = zdm_range_text(draft->arena, stmt->relation);
    bool view = relation->kind == ZDM_RELATION_VIEW;

    if (relation->kind == ZDM_RELATION_ANY)
        return true;
    if (!view && draft->pg_version >= 16)
        zdm_draft_fails(draft, "42809", "%s is a table, and cannot have a rule ON SELECT", table);
    else if (!stmt->instead || !stmt->n_actions || stmt->where_clause)
        zdm_draft_fails(draft, "0A000", "a rule ON SELECT is DO INSTEAD SELECT, without WHERE");
    else if (view && !stmt->replace)
        zdm_draft_fails(draft, "55000", "%s is a view already", table);
    else
        zdm_draft_assume(draft);
    return !zdm_draft_failed(draft);
}

void
zdm_family_rule(struct zdm_draft *draft)
{
    const PgQuery__RuleStmt *stmt = draft->node->rule_stmt;
    const char *table = zdm_range_text(draft->arena, stmt->relation);
    struct zdm_relation *relation = zdm_draft_relation(draft, stmt->relation);

    if (relation->missing ||
        !zdm_object_check_kind(draft, relation, table, "rpv", "a table or a view"))
        return;
    if (stmt->event == PG_QUERY__CMD_TYPE__CMD_SELECT && !may_become_view(draft, relation, stmt))
        return;
    bool select = stmt->event == PG_QUERY__CMD_TYPE__CMD_SELECT; /* that of the view itself */
    bool old = zdm_relation_rule(relation, stmt->rulename) != NULL;
    if (old && !stmt->replace) {
        zdm_draft_fails(draft, "42710", "%s has a rule %s already", table,
            zdm_ident_text(draft->arena, stmt->rulename));
        return;
    }
    zdm_draft_lock_on(draft, relation, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    for (size_t i = 0; i < stmt->n_actions; i++) {
        look_up(draft, stmt->actions[i]);
        if (!select)
            zdm_part_links(draft, relation, "rule", stmt->rulename, stmt->actions[i]);
    }
    if (!old && !select) {
        zdm_catalog_touch(draft->catalog, relation, sizeof *relation);
        relation->has_rules = true;
        zdm_catalog_append(
            draft->catalog, &relation->rules, zdm_catalog_string(draft->catalog, stmt->rulename));
    }
    /* Of a new table too: what it does may concern old ones. */
    ZDM_FIND(draft, CREATE_RULE, .table = table);
    /* From now on running code may reach the new ones by it. */
    if (!relation->fresh)
        zdm_catalog_settle(draft->catalog);
}

struct zdm_policy *
zdm_relation_policy(const struct zdm_relation *relation, const char *name)
{
    for (size_t i = 0; i < relation->policies.n; i++)
        if (strcmp(relation->policies.items[i]->name, name) == 0)
            return relation->policies.items[i];
    return NULL;
}

static void
set_columns(struct zdm_draft *draft, struct zdm_policy *policy, const PgQuery__Node *qual,
    const PgQuery__Node *check)
{
    struct zdm_names names = {0};

    zdm_names_of_expression(draft, qual, &names);
    zdm_names_of_expression(draft, check, &names);
    zdm_catalog_touch(draft->catalog, policy, sizeof *policy);
    policy->columns = zdm_names_keep(draft, &names);
    policy->n_columns = names.n;
}

static void
set_roles(struct zdm_draft *draft, struct zdm_relation *relation, struct zdm_policy *policy,
    size_t n, PgQuery__Node *const *roles)
{
    zdm_catalog_touch(draft->catalog, policy, sizeof *policy);
    policy->roles = zdm_catalog_alloc(draft->catalog, (n + 1) * sizeof *policy->roles);
    policy->n_roles = 0;
    for (size_t i = 0; i < n; i++) {
        const char *name;
        if (zdm_granting_role(draft->catalog, roles[i]->role_spec, &name)) {
            if (!name) /* beside PUBLIC the server ignores the others */
                policy->n_roles = 0;
            else if (policy->n_roles && !policy->roles[0])
                break;
            policy->roles[policy->n_roles++] = zdm_catalog_string(draft->catalog, name);
        } else {
            zdm_catalog_touch(draft->catalog, relation, sizeof *relation);
            relation->acl_known = false;
        }
    }
}

static char
command_of(const char *word)
{
    return strcmp(word, "select") == 0   ? 'r'
           : strcmp(word, "insert") == 0 ? 'a'
           : strcmp(word, "update") == 0 ? 'w'
           : strcmp(word, "delete") == 0 ? 'd'
                                         : '*';
}

void
zdm_family_policy(struct zdm_draft *draft)
{
    bool create = draft->node->node_case == PG_QUERY__NODE__NODE_CREATE_POLICY_STMT;
    const PgQuery__CreatePolicyStmt *made = create ? draft->node->create_policy_stmt : NULL;
    const PgQuery__AlterPolicyStmt *altered = create ? NULL : draft->node->alter_policy_stmt;
    const PgQuery__RangeVar *range = create ? made->table : altered->table;
    const char *name = create ? made->policy_name : altered->policy_name;
    const PgQuery__Node *qual = create ? made->qual : altered->qual;
    const PgQuery__Node *check = create ? made->with_check : altered->with_check;
    const char *table = zdm_range_text(draft->arena, range);
    struct zdm_relation *relation = zdm_draft_relation(draft, range);

    if (relation->missing || !zdm_object_check_kind(draft, relation, table, "rp", "a table"))
        return;
    struct zdm_policy *policy = zdm_relation_policy(relation, name);
    if (relation->known && create == (policy != NULL)) {
        zdm_draft_fails(draft, create ? "42710" : "42704", "%s %s policy %s", table,
            create ? "has already a" : "has no", zdm_ident_text(draft->arena, name));
        return;
    }
    draft->fresh = relation->fresh;
    const char *before = zdm_row_security_shuts_out(draft, relation);
    zdm_draft_lock_on(draft, relation, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    look_up(draft, qual);
    look_up(draft, check);
    if (create) {
        policy = zdm_catalog_alloc(draft->catalog, sizeof *policy);
        policy->name = zdm_catalog_string(draft->catalog, name);
        policy->restrictive = !made->permissive;
        policy->command = command_of(made->cmd_name);
        set_roles(draft, relation, policy, made->n_roles, made->roles);
        zdm_catalog_append(draft->catalog, &relation->policies, policy);
    } else if (policy && altered->n_roles) {
        set_roles(draft, relation, policy, altered->n_roles, altered->roles);
    }
    zdm_part_links(draft, relation, "policy", name, qual);
    zdm_part_links(draft, relation, "policy", name, check);
    if (policy && (qual || check))
        set_columns(draft, policy, qual, check);
    zdm_row_security_tell(draft, relation, table, create ? NULL : before);
}
