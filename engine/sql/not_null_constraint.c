#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sql/constraint.h"
#include "sql/expression.h"
#include "sql/families.h"
#include "sql/object.h"
#include "sql/proof.h"
#include "sql/tree.h"

struct adding { /* NOT NULL as a constraint of the table */
    struct zdm_alter *alter;
    const PgQuery__Constraint *given;
    const char *column, *quoted; /* its name, as it is and as people write it */
    bool later;                  /* NOT VALID */
    bool scans;
    const char *proof; /* the CHECK that says the same, or NULL */
};

static bool
may_add(const struct adding *adding)
{
    struct zdm_alter *alter = adding->alter;
    struct zdm_draft *draft = alter->draft;
    const struct zdm_relation *relation = alter->relation;

    if (zdm_is_system_column(adding->column))
        zdm_draft_fails(draft, "0A000", "%s is a column that every table has", adding->quoted);
    else if (relation->known && !zdm_relation_column(relation, adding->column))
        zdm_draft_fails(
            draft, "42703", "column %s of %s does not exist", adding->quoted, alter->table);
    else if (relation->kind == ZDM_RELATION_PARTITIONED && adding->given->is_no_inherit)
        zdm_draft_fails(draft, "0A000", "%s is partitioned: a NOT NULL of it cannot be NO INHERIT",
            alter->table);
    return !zdm_draft_failed(draft);
}

/* One that is there already stays; the new one must not ask for anything else. */
static bool
merged(const struct adding *adding, const struct zdm_relation *relation)
{
    struct zdm_draft *draft = adding->alter->draft;
    bool child = relation != adding->alter->relation;
    struct zdm_constraint *own = zdm_not_null_of(relation, adding->column);
    const char *name = own ? zdm_ident_text(draft->arena, own->name) : NULL;

    if (!own)
        return false;
    if (child ? own->no_inherit : own->no_inherit != adding->given->is_no_inherit)
        zdm_draft_fails(draft, "55000", "%s of %s is %s", name, zdm_draft_name(draft, relation),
            own->no_inherit ? "NO INHERIT" : "inherited, and cannot be NO INHERIT");
    else if (!own->validated && !adding->later)
        zdm_draft_fails(draft, "55000", "%s of %s is NOT VALID: it is to be validated", name,
            zdm_draft_name(draft, relation));
    else if (!child && adding->given->conname[0] && strcmp(adding->given->conname, own->name) != 0)
        zdm_draft_fails(draft, "55000", "%s is NOT NULL already: the constraint is called %s",
            adding->quoted, name);
    if (child) {
        zdm_catalog_touch(draft->catalog, own, sizeof *own);
        own->inherited = true;
    }
    return true;
}

static void
put(const struct adding *adding, struct zdm_relation *relation)
{
    struct zdm_draft *draft = adding->alter->draft;
    struct zdm_column *column = zdm_relation_column(relation, adding->column);
    const char *name =
        adding->given->conname[0]
            ? zdm_catalog_string(draft->catalog, adding->given->conname)
            : zdm_object_free_name(draft, relation, relation->name, adding->column, "not_null");
    struct zdm_constraint *made =
        zdm_relation_add_constraint(draft->catalog, relation, ZDM_CONSTRAINT_NOT_NULL, name, NULL);

    made->columns = zdm_catalog_alloc(draft->catalog, sizeof *made->columns);
    made->columns[0] = zdm_catalog_string(draft->catalog, adding->column);
    made->n_columns = 1;
    made->validated = !adding->later;
    made->no_inherit = adding->given->is_no_inherit;
    made->inherited = relation != adding->alter->relation;
    made->fresh = draft->in_transaction;
    if (!column)
        return;
    zdm_catalog_touch(draft->catalog, column, sizeof *column);
    column->not_null = true;
    column->not_null_valid = !adding->later;
}

static void
add_to(struct adding *adding, struct zdm_relation *relation)
{
    struct zdm_draft *draft = adding->alter->draft;

    zdm_draft_lock_on(draft, relation, adding->alter->mode, ZDM_HELD_BRIEF);
    if (merged(adding, relation))
        return;
    const struct zdm_constraint *proof = zdm_proof_not_null(relation, adding->column);
    if (proof && !adding->proof)
        adding->proof = proof->name;
    if (!adding->later && !proof && zdm_relation_has_rows(relation)) {
        zdm_draft_lock_on(draft, relation, adding->alter->mode, ZDM_HELD_SCAN);
        zdm_draft_scan_of(draft, relation);
        adding->scans = true;
    }
    put(adding, relation);
    if (adding->given->is_no_inherit)
        return;
    if (!adding->alter->recurse && relation->children.n) {
        zdm_draft_fails(draft, "42P16", "NOT NULL must be added to those that inherit from %s too",
            adding->alter->table);
        return;
    }
    for (size_t i = 0; i < relation->children.n && !zdm_draft_failed(draft); i++)
        add_to(adding, relation->children.items[i]);
}

/* As zdm_constraint_later_steps, which counts on the library to write it. */
static void
later_steps(const struct adding *adding, struct zdm_finding *finding)
{
    struct zdm_alter *alter = adding->alter;
    struct zdm_arena *arena = alter->draft->arena;
    const char *name = zdm_ident_text(arena, zdm_constraint_name(alter, adding->given, NULL));

    zdm_draft_safer(alter->draft, finding,
        zdm_arena_strf(arena, "ALTER TABLE %s ADD CONSTRAINT %s NOT NULL %s%s NOT VALID",
            alter->table, name, adding->quoted, adding->given->is_no_inherit ? " NO INHERIT" : ""));
    zdm_draft_safer(alter->draft, finding,
        zdm_arena_strf(arena, "ALTER TABLE %s VALIDATE CONSTRAINT %s", alter->table, name));
}

static void
tell(struct adding *adding)
{
    struct zdm_alter *alter = adding->alter;
    struct zdm_draft *draft = alter->draft;

    if (adding->later) {
        ZDM_FIND(draft, ADD_CONSTRAINT,
            .name = zdm_ident_text(draft->arena, zdm_constraint_name(alter, adding->given, NULL)));
    } else if (!adding->scans) {
        ZDM_FIND(draft, SET_NOT_NULL_PROVEN, .table = alter->table, .column = adding->quoted,
            .name = adding->proof ? zdm_arena_strf(draft->arena, "the validated %s proves it",
                                        zdm_ident_text(draft->arena, adding->proof))
                                  : "it is NOT NULL already, or no rows are in it");
    } else {
        struct zdm_finding *finding =
            ZDM_FIND(draft, SCAN_SET_NOT_NULL, .table = alter->table, .column = adding->quoted);
        later_steps(adding, finding);
        draft->st->breaks_writers |= finding != NULL;
    }
}

void
zdm_constraint_add_not_null(struct zdm_alter *alter, const PgQuery__Constraint *constraint)
{
    struct zdm_draft *draft = alter->draft;
    const char *column = zdm_node_string(constraint->keys[0]);
    struct adding adding = {.alter = alter,
        .given = constraint,
        .column = column,
        .quoted = zdm_ident_text(draft->arena, column),
        .later = constraint->skip_validation};

    if (!may_add(&adding))
        return;
    if (!zdm_not_null_of(alter->relation, column) &&
        !zdm_constraint_name_is_free(alter, constraint))
        return;
    add_to(&adding, alter->relation);
    if (!zdm_draft_failed(draft))
        tell(&adding);
}

void
zdm_not_null_inheritance(struct zdm_alter *alter, struct zdm_constraint *constraint, bool inherit)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_relation *relation = alter->relation;
    const char *column = constraint->columns[0];
    PgQuery__Constraint given = PG_QUERY__CONSTRAINT__INIT;
    struct adding adding = {.alter = alter,
        .given = &given,
        .column = column,
        .quoted = zdm_ident_text(draft->arena, column)};

    if (constraint->no_inherit != inherit)
        return;
    zdm_catalog_touch(draft->catalog, constraint, sizeof *constraint);
    constraint->no_inherit = !inherit;
    given.conname = zdm_arena_strdup(draft->arena, constraint->name);
    for (size_t i = 0; i < relation->children.n && !zdm_draft_failed(draft); i++) {
        struct zdm_relation *child = relation->children.items[i];
        struct zdm_constraint *own = zdm_not_null_of(child, column);
        zdm_draft_lock_on(draft, child, alter->mode, ZDM_HELD_BRIEF);
        if (inherit) {
            add_to(&adding, child);
        } else if (own) {
            zdm_catalog_touch(draft->catalog, own, sizeof *own);
            own->inherited = false;
        }
    }
    if (adding.scans)
        ZDM_FIND(draft, SCAN_SET_NOT_NULL, .table = alter->table, .column = adding.quoted);
}

/* The first of a statement. */
static const PgQuery__Constraint *
first_of(const PgQuery__AlterTableStmt *stmt)
{
    for (size_t i = 0; i < stmt->n_cmds; i++) {
        const PgQuery__AlterTableCmd *cmd = stmt->cmds[i]->alter_table_cmd;
        if (cmd->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint &&
            cmd->def->constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL)
            return cmd->def->constraint;
    }
    return NULL;
}

char *
zdm_not_null_in_words(struct zdm_arena *arena, const PgQuery__Node *statement)
{
    const PgQuery__Constraint *given = statement->node_case == PG_QUERY__NODE__NODE_ALTER_TABLE_STMT
                                           ? first_of(statement->alter_table_stmt)
                                           : NULL;

    if (!given)
        return NULL;
    const PgQuery__RangeVar *range = statement->alter_table_stmt->relation;
    const char *relation = zdm_range_text(arena, range), *only = range->inh ? "" : "ONLY ";
    const char *column = zdm_ident_text(arena, zdm_node_string(given->keys[0]));
    const char *name = given->conname[0] ? zdm_ident_text(arena, given->conname) : "is_not_null";
    return zdm_arena_strf(arena,
        "every version knows, as four statements in transactions of their own: ALTER TABLE %s%s "
        "ADD CONSTRAINT %s CHECK (%s IS NOT NULL) NOT VALID; ALTER TABLE %s%s VALIDATE CONSTRAINT "
        "%s; ALTER TABLE %s%s ALTER COLUMN %s SET NOT NULL; ALTER TABLE %s%s DROP CONSTRAINT %s. "
        "recipe.set_not_null does that",
        only, relation, name, column, only, relation, name, only, relation, column, only, relation,
        name);
}
