#include "sql/column_type.h"

#include <string.h>

#include "sql/constraint.h"
#include "sql/expression.h"
#include "sql/object.h"
#include "sql/volatility.h"

#define AT(name) PG_QUERY__ALTER_TABLE_TYPE__AT_##name

struct wish { /* what the author asks for */
    struct zdm_alter *alter;
    const PgQuery__ColumnDef *def;
    const PgQuery__Node *using;
    const char *column; /* quoted */
    struct zdm_typed to;
    const char *collation;
};

/* What USING makes of the column, as long as it is the column under other labels. */
static struct zdm_value
value_of(struct wish *wish, const PgQuery__Node *expr, const struct zdm_column *column)
{
    struct zdm_draft *draft = wish->alter->draft;
    struct zdm_value value = {.typed = {.typmod = ZDM_TYPMOD_NONE}};

    switch (expr->node_case) {
    case PG_QUERY__NODE__NODE_COLUMN_REF:
        if (strcmp(zdm_last_string(expr->column_ref->n_fields, expr->column_ref->fields),
                column->name) != 0)
            break;
        value.typed = (struct zdm_typed){.type = column->type, .typmod = column->typmod};
        value.same = true;
        return value;
    case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
        return value_of(wish, expr->collate_clause->arg, column);
    case PG_QUERY__NODE__NODE_TYPE_CAST: {
        struct zdm_typed to;
        value = value_of(wish, expr->type_cast->arg, column);
        if (!zdm_typed_of_name(draft, expr->type_cast->type_name, &to))
            return value;
        struct zdm_typed from = value.typed;
        if (!zdm_value_coerce(draft->catalog, &value, to, 'e'))
            zdm_draft_fails(draft, "42846", "there is no cast from %s to %s",
                zdm_typed_text(draft, from), zdm_typed_text(draft, to));
        return value;
    }
    default:
        break;
    }
    struct zdm_judged judged = zdm_expr_judge(draft, expr, wish->alter->relation);
    value.typed = judged.typed;
    value.literal = judged.literal;
    return value;
}

/* USING is about the rows as they were: a column that the same statement drops is still in them. */
static bool
dropped_too(const struct zdm_alter *alter, const char *column)
{
    for (size_t i = 0; i < alter->stmt->n_cmds; i++) {
        const PgQuery__AlterTableCmd *cmd = alter->stmt->cmds[i]->alter_table_cmd;
        if (cmd->subtype == AT(DropColumn) && strcmp(cmd->name, column) == 0)
            return true;
    }
    return false;
}

static bool
using_is_right(struct wish *wish)
{
    struct zdm_draft *draft = wish->alter->draft;

    if (!wish->using)
        return true;
    if (!zdm_expr_is_plain(draft, wish->using, "USING") ||
        !zdm_expr_is_over(draft, wish->using, wish->alter->relation))
        return false;
    const char *missing = zdm_expr_missing_column(wish->using, wish->alter->relation);
    if (missing && wish->alter->relation->known && !dropped_too(wish->alter, missing))
        zdm_draft_fails(
            draft, "42703", "column %s does not exist", zdm_ident_text(draft->arena, missing));
    return !zdm_draft_failed(draft);
}

/* Does the server rewrite? False: it refuses. */
static bool
judge_conversion(struct wish *wish, struct zdm_type_change *change)
{
    struct zdm_draft *draft = wish->alter->draft;
    struct zdm_value value = {.typed = change->from, .same = true};

    if (wish->using)
        value = value_of(wish, wish->using, change->column);
    if (zdm_draft_failed(draft))
        return false;
    if (!zdm_value_coerce(draft->catalog, &value, wish->to, 'a')) {
        zdm_draft_fails(draft, "42804",
            wish->using ? "what USING makes of column %s is no %s, and cannot become one by itself"
                        : "column %s cannot become %s by itself: it needs USING",
            wish->column, zdm_typed_text(draft, wish->to));
        return false;
    }
    change->rewrites = !value.same || value.unsure;
    change->unsure = value.unsure;
    return true;
}

/* The default is cast along; it must be of a type that can be. */
static bool
default_fits(struct wish *wish, const struct zdm_column *column)
{
    struct zdm_draft *draft = wish->alter->draft;
    struct zdm_tree tree;

    if (!column->default_sql || !draft->catalog->complete)
        return true;
    const PgQuery__Node *expr = zdm_expr_parse(column->default_sql, &tree);
    if (!expr)
        return true;
    struct zdm_judged judged = zdm_expr_judge(draft, expr, wish->alter->relation);
    zdm_tree_release(&tree);
    if (judged.literal || zdm_type_casts(draft->catalog, judged.typed.type, wish->to.type, 'a'))
        return true;
    zdm_draft_fails(draft, "42804", "the default of column %s cannot become %s by itself",
        wish->column, zdm_typed_text(draft, wish->to));
    return false;
}

static bool
in_partition_key(struct wish *wish, const struct zdm_relation *relation)
{
    struct zdm_draft *draft = wish->alter->draft;

    if (!zdm_names_have(
            relation->partition_uses, relation->n_partition_uses, wish->alter->cmd->name))
        return false;
    zdm_draft_fails(draft, "42P16", "column %s is in the partition key of %s", wish->column,
        zdm_draft_name(draft, relation));
    return true;
}

static bool
changed_before(const struct zdm_alter *alter)
{
    for (size_t i = 0; i < alter->stmt->n_cmds; i++) {
        const PgQuery__AlterTableCmd *cmd = alter->stmt->cmds[i]->alter_table_cmd;
        if (cmd == alter->cmd)
            return false;
        if (cmd->subtype == AT(AlterColumnType) && strcmp(cmd->name, alter->cmd->name) == 0)
            return true;
    }
    return false;
}

/* A child that inherits the column from elsewhere too keeps its type. */
static bool
inherits_elsewhere(const struct zdm_relation *child, struct zdm_relation *const *family, size_t n,
    const char *column)
{
    for (size_t i = 0; i < child->parents.n; i++) {
        bool inside = false;
        for (size_t k = 0; k < n; k++)
            inside |= family[k] == child->parents.items[i];
        if (!inside && zdm_relation_column(child->parents.items[i], column))
            return true;
    }
    return false;
}

/* ATPrepAlterColumnType() */
static bool
may_change(struct wish *wish, struct zdm_relation **family, size_t n)
{
    struct zdm_alter *alter = wish->alter;
    struct zdm_draft *draft = alter->draft;
    struct zdm_column *column = NULL;

    if (zdm_is_system_column(alter->cmd->name))
        zdm_draft_fails(draft, "0A000", "%s is a column that every table has", wish->column);
    else
        column = zdm_alter_column(alter, alter->cmd->name);
    if (alter->relation->of_type)
        zdm_draft_fails(draft, "42809", "%s is a typed table", alter->table);
    else if (column && column->inherited)
        zdm_draft_fails(draft, "42P16", "column %s of %s is inherited", wish->column, alter->table);
    else if (!alter->recurse && alter->relation->children.n)
        zdm_draft_fails(draft, "42P16", "column %s must be changed in the tables below %s too",
            wish->column, alter->table);
    for (size_t i = 0; i < n && !zdm_draft_failed(draft); i++) {
        if (in_partition_key(wish, family[i]))
            return false;
        if (i > 0 && inherits_elsewhere(family[i], family, n, alter->cmd->name))
            zdm_draft_fails(draft, "42P16", "%s inherits column %s from another table too",
                zdm_draft_name(draft, family[i]), wish->column);
    }
    if (column && wish->to.type && wish->to.type->kind == ZDM_TYPE_PSEUDO)
        zdm_draft_fails(
            draft, "42P16", "%s is no type of a column", zdm_typed_text(draft, wish->to));
    else if (column && wish->def->coll_clause && wish->to.type && draft->catalog->complete &&
             !zdm_type_has_collation(wish->to.type) &&
             zdm_type_is(wish->to.type, wish->to.type->name))
        zdm_draft_fails(
            draft, "42804", "type %s has no collation", zdm_typed_text(draft, wish->to));
    return !zdm_draft_failed(draft);
}

static void
tell(struct wish *wish, const struct zdm_type_change *change, size_t n_rewritten)
{
    struct zdm_alter *alter = wish->alter;
    struct zdm_draft *draft = alter->draft;
    const char *type = zdm_deparse_type(draft->arena, wish->def->type_name);

    if (!type)
        type = "another one";
    if (n_rewritten)
        ZDM_FIND(draft, REWRITE_COLUMN_TYPE, .table = alter->table, .column = wish->column,
            .type = type,
            .other = change->unsure ? ", unless the types are binary compatible" : "");
    else
        ZDM_FIND(
            draft, TYPE_METADATA_ONLY, .table = alter->table, .column = wish->column, .type = type);
    if (n_rewritten && alter->recurse && alter->relation->children.n)
        ZDM_FIND(draft, SCAN_TYPE_PARTITIONED, .table = alter->table, .column = wish->column,
            .name = zdm_arena_strf(draft->arena, "%zu", n_rewritten));
    if (change->column && zdm_typed_narrows(change->from, change->to) &&
        ZDM_FIND(draft, BREAK_TYPE_NARROWING, .table = alter->table, .column = wish->column,
            .type = type, .other = zdm_typed_text(draft, change->from)))
        draft->st->breaks_writers = true;
    if (ZDM_FIND(draft, TYPE_PLAN_INVALIDATION, .table = alter->table, .column = wish->column))
        draft->st->breaks_plans = true;
}

/* Of a relation or a column of which nothing is known. */
static void
change_unknown(struct wish *wish)
{
    struct zdm_alter *alter = wish->alter;
    struct zdm_draft *draft = alter->draft;
    struct zdm_type_change change = {.alter = alter, .unsure = true};

    bool rows = alter->relation->kind != ZDM_RELATION_FOREIGN || alter->relation->children.n;

    zdm_draft_assume(draft);
    zdm_alter_lock_family(alter, rows ? ZDM_HELD_REWRITE : ZDM_HELD_BRIEF);
    if (rows)
        zdm_draft_rewrite_of(draft, alter->relation);
    tell(wish, &change, rows);
}

static void
put(const struct zdm_type_change *change)
{
    struct zdm_catalog *catalog = change->alter->draft->catalog;

    zdm_catalog_touch(catalog, change->column, sizeof *change->column);
    change->column->type = change->to.type;
    change->column->typmod =
        change->to.typmod == ZDM_TYPMOD_UNKNOWN ? ZDM_TYPMOD_NONE : change->to.typmod;
    change->column->collation = change->collation;
    change->column->storage = 0;
}

static void
change_one(const struct zdm_type_change *change)
{
    struct zdm_draft *draft = change->alter->draft;
    bool rewrites = change->rewrites && zdm_relation_has_rows(change->relation);

    if (change->unsure)
        zdm_draft_assume(draft);
    zdm_draft_lock_on(
        draft, change->relation, change->alter->mode, rewrites ? ZDM_HELD_REWRITE : ZDM_HELD_BRIEF);
    if (rewrites)
        zdm_draft_rewrite_of(draft, change->relation);
    zdm_type_change_effects(change);
    put(change);
}

/* COLLATE names one; without it the column gets that of its new type. */
static const char *
collation_of(struct wish *wish)
{
    struct zdm_draft *draft = wish->alter->draft;
    const PgQuery__CollateClause *clause = wish->def->coll_clause;

    return clause ? zdm_object_collation(draft, clause) : NULL;
}

static void
change_known(struct wish *wish, struct zdm_relation **family, size_t n)
{
    struct zdm_alter *alter = wish->alter;
    struct zdm_draft *draft = alter->draft;
    struct zdm_type_change *changes = zdm_arena_alloc(draft->arena, n * sizeof *changes);
    size_t rewritten = 0;

    for (size_t i = 0; i < n; i++) {
        struct zdm_column *column = zdm_relation_column(family[i], alter->cmd->name);
        changes[i] = (struct zdm_type_change){.alter = alter,
            .relation = family[i],
            .column = column,
            .to = wish->to,
            .collation = wish->collation};
        if (!column) { /* of a child that nobody described */
            changes[i].rewrites = changes[i].unsure = true;
            continue;
        }
        changes[i].from = (struct zdm_typed){.type = column->type, .typmod = column->typmod};
        /* It has no rows; tables that are made of it, or have a column of it, are asked. */
        if (family[i]->kind == ZDM_RELATION_COMPOSITE ? !zdm_type_change_allowed(&changes[i])
                                                      : !judge_conversion(wish, &changes[i]))
            return;
    }
    for (size_t i = 0; i < n; i++)
        if (changes[i].column &&
            (!zdm_type_change_allowed(&changes[i]) || !default_fits(wish, changes[i].column)))
            return;
    if (changed_before(alter)) {
        zdm_draft_fails(draft, "0A000", "the type of column %s is changed twice", wish->column);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        rewritten += changes[i].rewrites && zdm_relation_has_rows(family[i]);
        if (changes[i].column)
            change_one(&changes[i]);
        else
            zdm_draft_rewrite_of(draft, family[i]);
        if (zdm_draft_failed(draft))
            return;
    }
    if (rewritten)
        zdm_alter_lock(alter, ZDM_HELD_REWRITE);
    tell(wish, &changes[0], rewritten);
}

/* Nothing inherits from a composite type; tables may be of it, and change with it, and with them what
 * inherits from them. */
static struct zdm_relation **
with_typed_tables(struct zdm_alter *alter, size_t *n)
{
    struct zdm_draft *draft = alter->draft;
    size_t n_tables, n_family;
    struct zdm_relation **tables = zdm_typed_tables(draft, alter->relation, &n_tables);
    size_t room = 1;

    for (size_t i = 0; i < n_tables; i++) {
        zdm_draft_family(draft, tables[i], &n_family);
        room += n_family;
    }
    struct zdm_relation **all = zdm_arena_alloc(draft->arena, room * sizeof(struct zdm_relation *));
    all[0] = alter->relation;
    *n = 1;
    for (size_t i = 0; i < n_tables; i++) {
        struct zdm_relation **family = zdm_draft_family(draft, tables[i], &n_family);
        for (size_t k = 0; k < n_family; k++) {
            bool twice = false; /* it inherits from two of them */
            for (size_t j = 0; j < *n; j++)
                twice |= all[j] == family[k];
            if (!twice)
                all[(*n)++] = family[k];
        }
    }
    return all;
}

void
zdm_alter_column_type(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    const PgQuery__ColumnDef *def = alter->cmd->def->column_def;
    struct wish wish = {.alter = alter,
        .def = def,
        .using = def->raw_default,
        .column = zdm_ident_text(draft->arena, alter->cmd->name)};
    size_t n;
    struct zdm_relation **family = zdm_alter_family(alter, &n);

    if (!zdm_typed_of_name(draft, def->type_name, &wish.to))
        return;
    if (!may_change(&wish, family, n) || !using_is_right(&wish))
        return;
    wish.collation = collation_of(&wish);
    if (alter->relation->kind == ZDM_RELATION_COMPOSITE)
        family = with_typed_tables(alter, &n);
    if (!zdm_relation_column(alter->relation, alter->cmd->name))
        change_unknown(&wish);
    else
        change_known(&wish, family, n);
}
