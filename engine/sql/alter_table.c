#include <stdlib.h>
#include <string.h>

#include "sql/alter_actions.h"
#include "sql/families.h"
#include "sql/proof.h"

#define AT(name) PG_QUERY__ALTER_TABLE_TYPE__AT_##name

static bool
is_locked(struct zdm_draft *draft, const struct zdm_relation *relation)
{
    const char *name = zdm_draft_name(draft, relation);

    for (size_t i = 0; i < draft->st->n_locks; i++)
        if (draft->st->locks[i].mode >= ZDM_LOCK_SHARE &&
            strcmp(draft->st->locks[i].relation, name) == 0)
            return true;
    return false;
}

/* Many locks at once, in the order in which the server finds the tables. */
static void
tell_fanout(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    size_t n;

    if (!alter->recurse || !alter->relation->children.n || zdm_draft_failed(draft) ||
        alter->mode < ZDM_LOCK_SHARE || !is_locked(draft, alter->relation->children.items[0]))
        return;
    zdm_draft_family(draft, alter->relation, &n);
    ZDM_FIND(draft, LOCK_PARENT_FANOUT, .table = alter->table,
        .name = n == 2 ? "the table that belongs"
                       : zdm_arena_strf(draft->arena, "%zu tables that belong", n - 1));
}

/* Where each sub-command begins: behind the target's name, then behind each comma that stands in no
 * brackets. NULL when the text does not look as expected. */
static int *
locations(const struct zdm_draft *draft, const PgQuery__AlterTableStmt *stmt)
{
    const PgQuery__ScanResult *scan = draft->tree->tokens;
    size_t first = zdm_tree_token_at(draft->tree, (size_t)stmt->relation->location);
    size_t found = 0, depth = 0;
    int *starts = zdm_arena_alloc(draft->arena, (stmt->n_cmds + 1) * sizeof *starts);
    bool in_name = true, wants = false;

    for (size_t i = first; i < scan->n_tokens; i++) {
        const PgQuery__ScanToken *token = scan->tokens[i];
        char c = draft->tree->text[token->start];
        if (zdm_tree_is_comment(token))
            continue;
        if (in_name) { /* a.b.c *: a name has no two words in a row */
            bool dot = c == '.' && token->end == token->start + 1;
            if (dot || wants || i == first) {
                wants = dot;
                continue;
            }
            if (c == '*' || c == ')') /* of the old way to say "and children"; of ONLY (t) */
                continue;
            in_name = false;
            wants = true;
        }
        if (c == ';' && depth == 0)
            break;
        if (wants && found < stmt->n_cmds)
            starts[found++] = token->start;
        wants = c == ',' && depth == 0;
        depth += c == '(' || c == '[';
        depth -= (c == ')' || c == ']') && depth;
    }
    return found == stmt->n_cmds ? starts : NULL;
}

struct step {
    const PgQuery__AlterTableCmd *cmd;
    enum zdm_alter_pass pass;
    size_t at;
};

static int
by_pass(const void *a, const void *b)
{
    const struct step *x = a, *y = b;

    if (x->pass != y->pass)
        return x->pass < y->pass ? -1 : 1;
    return x->at < y->at ? -1 : 1;
}

static void
run_step(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    const struct zdm_alter_action *action = zdm_alter_action_of(alter->cmd);
    size_t scans = draft->st->n_scans;
    bool fresh = draft->fresh;

    if (!action) {
        zdm_alter_lock(alter, ZDM_HELD_STATEMENT);
        ZDM_FIND(draft, UNKNOWN_STATEMENT, .kind = "this form of ALTER TABLE");
        return;
    }
    if (!zdm_alter_takes(action->kinds, alter->relation)) {
        zdm_draft_fails(draft, "42809", "%s cannot be done to %s", action->words, alter->table);
        return;
    }
    action->run(alter);
    if (zdm_draft_failed(draft) && alter->cmd->subtype == AT(AddColumn) && !alter->recurse &&
        alter->relation->children.n)
        ZDM_FIND(draft, FAIL_ONLY_PARENT_COLUMN, .table = alter->table);
    if (alter->cmd->subtype == AT(ValidateConstraint) && draft->st->n_scans > scans &&
        alter->mode > ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE)
        ZDM_FIND(draft, COMBINE_VALIDATE, .table = alter->table);
    draft->fresh = fresh;
}

static struct zdm_relation *
resolve(struct zdm_draft *draft, const PgQuery__AlterTableStmt *stmt)
{
    const char *schema = stmt->relation->schemaname;

    if (strcmp(schema, "pg_catalog") == 0 || strcmp(schema, "pg_toast") == 0) {
        zdm_draft_fails(
            draft, "42501", "%s is a system catalog", zdm_range_text(draft->arena, stmt->relation));
        return NULL;
    }
    if (stmt->missing_ok)
        return zdm_draft_find_relation(draft, schema[0] ? schema : NULL, stmt->relation->relname);
    struct zdm_relation *relation = zdm_draft_relation(draft, stmt->relation);
    if (draft->catalog->complete && zdm_draft_is_system(draft, stmt->relation)) {
        zdm_draft_fails(
            draft, "42501", "%s is a system catalog", zdm_range_text(draft->arena, stmt->relation));
        return NULL;
    }
    return relation->missing ? NULL : relation;
}

void
zdm_family_alter_table(struct zdm_draft *draft)
{
    const PgQuery__AlterTableStmt *stmt = draft->node->alter_table_stmt;
    const struct zdm_alter_target *target = zdm_alter_target_of(stmt);
    struct zdm_alter alter = {.draft = draft,
        .stmt = stmt,
        .table = zdm_range_text(draft->arena, stmt->relation),
        .recurse = stmt->relation->inh};
    struct step *steps = zdm_arena_alloc(draft->arena, (stmt->n_cmds + 1) * sizeof *steps);

    draft->st->kind = target->kind;
    alter.relation = resolve(draft, stmt);
    if (!alter.relation)
        return;
    if (!zdm_alter_takes(target->kinds, alter.relation)) {
        zdm_draft_fails(draft, "42809", "%s is not %s", alter.table, target->what);
        return;
    }
    if (!zdm_typed_tables_may_follow(draft, stmt, alter.relation))
        return;
    /* Said so by the text: it has no rows here that could be scanned or rewritten. */
    if (alter.relation->kind == ZDM_RELATION_ANY &&
        stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE) {
        zdm_catalog_touch(draft->catalog, alter.relation, sizeof *alter.relation);
        alter.relation->kind = ZDM_RELATION_FOREIGN;
    }
    draft->fresh = alter.relation->fresh;
    for (size_t i = 0; i < stmt->n_cmds; i++) {
        const PgQuery__AlterTableCmd *cmd = stmt->cmds[i]->alter_table_cmd;
        enum zdm_lock_mode mode = zdm_alter_mode_of(cmd);
        steps[i] = (struct step){.cmd = cmd, .pass = zdm_alter_pass_of(cmd), .at = i};
        if (mode > alter.mode)
            alter.mode = mode;
    }
    if (stmt->n_cmds)
        qsort(steps, stmt->n_cmds, sizeof *steps, by_pass);
    zdm_alter_lock(&alter, ZDM_HELD_BRIEF);

    zdm_proof_note_dropped(&alter);
    int *starts = locations(draft, stmt);
    for (size_t i = 0; i < stmt->n_cmds && !zdm_draft_failed(draft); i++) {
        alter.cmd = steps[i].cmd;
        draft->location = starts ? starts[steps[i].at] : -1;
        run_step(&alter);
    }
    draft->location = -1;
    tell_fanout(&alter);
    zdm_typed_tables_follow(draft, alter.relation);
}
