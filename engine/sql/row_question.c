#include "sql/row_question.h"

#include <string.h>

#include "sql/expression.h"
#include "sql/object.h"
#include "sql/partition.h"
#include "sql/row_constraint.h"
#include "sql/volatility.h"

#define AT(name)     PG_QUERY__ALTER_TABLE_TYPE__AT_##name
#define CONSTR(name) PG_QUERY__CONSTR_TYPE__CONSTR_##name

/* A shorter string: an explicit cast would cut it, the statement refuses. Blanks at the end do not
 * count. */
static void
ask_length(struct zdm_asking *asking, const char *value, struct zdm_typed to, const char *what)
{
    struct zdm_arena *arena = asking->draft->arena;

    if (to.typmod < 4)
        return;
    zdm_ask_where(asking, "22001", what,
        zdm_arena_strf(arena,
            "pg_catalog.length(pg_catalog.rtrim((%s)::pg_catalog.text, ' ')) > %d", value,
            (int)to.typmod - 4));
}

static void
ask_type(struct zdm_asking *asking, const PgQuery__AlterTableCmd *cmd)
{
    struct zdm_draft *draft = asking->draft;
    const struct zdm_column *column = zdm_relation_column(asking->relation, cmd->name);
    const PgQuery__ColumnDef *def = cmd->def->column_def;
    const char *value = zdm_ask_ident(asking, cmd->name);
    struct zdm_typed to;

    if (!column || !column->type || !zdm_typed_of_name(draft, def->type_name, &to) || !to.type ||
        to.type->kind == ZDM_TYPE_DOMAIN ||
        (column->type == to.type && column->typmod == to.typmod))
        return;
    if (def->raw_default && !(value = zdm_ask_harmless(asking, def->raw_default)))
        return;
    const char *type = zdm_deparse_type(draft->arena, def->type_name);
    if (!type)
        return;
    const char *what = zdm_arena_strf(draft->arena, "has a value in %s that cannot become %s",
        zdm_ask_ident(asking, cmd->name), type);
    if (zdm_type_is(to.type, "varchar") || zdm_type_is(to.type, "bpchar")) {
        ask_length(asking, value, to, what);
        return;
    }
    zdm_ask(asking, "22", true, what,
        zdm_arena_strf(draft->arena, "SELECT pg_catalog.count((%s)::%s) FROM %s", value, type,
            zdm_ask_source(asking, asking->relation, asking->only)));
}

static void
ask_new_column(struct zdm_asking *asking, const PgQuery__AlterTableCmd *cmd)
{
    const PgQuery__ColumnDef *def = cmd->def->column_def;
    bool not_null = false;

    if (zdm_relation_column(asking->relation, def->colname) || zdm_serial_base(def->type_name))
        return;
    for (size_t i = 0; i < def->n_constraints; i++) {
        const PgQuery__Constraint *constraint = def->constraints[i]->constraint;
        switch (constraint->contype) {
        case CONSTR(NOTNULL):
        case CONSTR(PRIMARY):
            not_null = true;
            break;
        case CONSTR(DEFAULT):
        case CONSTR(IDENTITY):
        case CONSTR(GENERATED):
            return;
        default:
            break;
        }
    }
    const struct zdm_type *type = zdm_object_type(asking->draft, def->type_name);
    if (!not_null || (type && type->kind == ZDM_TYPE_DOMAIN)) /* which may have a default */
        return;
    zdm_ask_where(asking, "23502",
        zdm_arena_strf(
            asking->draft->arena, "would have NULL in %s", zdm_ask_ident(asking, def->colname)),
        "true");
}

/* Rows that a partition may not have, and rows of the default one that belong to it. child NULL: a new
 * one. */
static void
ask_bound(
    struct zdm_asking *asking, struct zdm_relation *child, const PgQuery__PartitionBoundSpec *spec)
{
    struct zdm_draft *draft = asking->draft;
    struct zdm_relation *parent = asking->relation, *rest = parent->default_partition;
    struct zdm_bound *bound = zdm_bound_of(draft->arena, spec);
    struct zdm_buf text = ZDM_BUF_INIT;
    bool unsure = false;

    if (!bound || !bound->plain || bound->is_default || bound->strategy == 'h')
        return;
    for (size_t i = 0; i < parent->n_partition_columns; i++)
        if (!parent->partition_columns[i])
            return;
    const struct zdm_condition *condition = zdm_bound_condition(draft, parent, bound, &unsure);
    if (!condition || unsure)
        return;
    zdm_ask_condition(draft->arena, &text, condition);
    if (zdm_ask_is_old(draft, child)) {
        struct zdm_asking of_child = {
            .draft = draft, .relation = child, .table = zdm_draft_name(draft, child)};
        zdm_ask_where(&of_child, "23514", "does not fit the bound of the partition",
            zdm_arena_strf(draft->arena, "%s IS NOT TRUE", text.s));
    }
    if (zdm_ask_is_old(draft, rest)) {
        struct zdm_asking of_rest = {
            .draft = draft, .relation = rest, .table = zdm_draft_name(draft, rest)};
        zdm_ask_where(&of_rest, "23514", "belongs to the new partition, and is in the default one",
            zdm_arena_strf(draft->arena, "%s IS TRUE", text.s));
    }
    zdm_buf_release(&text);
}

static bool
changes_columns(PgQuery__AlterTableType type)
{
    return type == AT(DropColumn) || type == AT(AlterColumnType) || type == AT(AttachPartition) ||
           type == AT(DetachPartition) || type == AT(DetachPartitionFinalize) ||
           type == AT(AddInherit) || type == AT(DropInherit);
}

static void
ask_alter(struct zdm_asking *asking, const PgQuery__AlterTableStmt *stmt)
{
    bool changes = false;

    for (size_t i = 0; i < stmt->n_cmds; i++)
        changes |= changes_columns(stmt->cmds[i]->alter_table_cmd->subtype);
    for (size_t i = 0; i < stmt->n_cmds; i++) {
        const PgQuery__AlterTableCmd *cmd = stmt->cmds[i]->alter_table_cmd;
        if (changes && stmt->n_cmds > 1 && cmd->subtype != AT(AlterColumnType))
            continue; /* they see what the others make */
        switch (cmd->subtype) {
        case AT(AddColumn):
            ask_new_column(asking, cmd);
            break;
        case AT(SetNotNull):
            zdm_ask_not_null(asking, cmd->name);
            break;
        case AT(AddConstraint):
            zdm_ask_new_constraint(asking, cmd->def->constraint);
            break;
        case AT(ValidateConstraint):
            zdm_ask_validation(asking, cmd->name);
            break;
        case AT(AlterColumnType):
            ask_type(asking, cmd);
            break;
        case AT(AttachPartition): {
            const PgQuery__PartitionCmd *attach = cmd->def->partition_cmd;
            if (attach->bound)
                ask_bound(asking,
                    zdm_catalog_relation(asking->draft->catalog,
                        attach->name->schemaname[0] ? attach->name->schemaname : NULL,
                        attach->name->relname),
                    attach->bound);
            break;
        }
        default:
            break;
        }
    }
}

static void
ask_index(struct zdm_asking *asking, const PgQuery__IndexStmt *stmt)
{
    struct zdm_arena *arena = asking->draft->arena;
    const char **values = zdm_arena_alloc(arena, (stmt->n_index_params + 1) * sizeof *values);
    const char *condition = NULL;

    if (!stmt->unique)
        return;
    for (size_t i = 0; i < stmt->n_index_params; i++) {
        const PgQuery__IndexElem *elem = stmt->index_params[i]->index_elem;
        if (elem->n_opclass)
            return;
        if (!elem->expr && !zdm_relation_column(asking->relation, elem->name))
            return;
        values[i] =
            elem->expr ? zdm_ask_harmless(asking, elem->expr) : zdm_ask_ident(asking, elem->name);
        if (!values[i])
            return;
        if (elem->expr || elem->n_collation)
            values[i] = zdm_arena_strf(arena, "(%s)", values[i]);
        if (elem->n_collation)
            values[i] = zdm_arena_strf(arena, "(%s COLLATE %s)", values[i],
                zdm_list_text(arena, elem->n_collation, elem->collation));
    }
    if (stmt->where_clause && !(condition = zdm_ask_harmless(asking, stmt->where_clause)))
        return;
    zdm_ask_unique(asking, stmt->n_index_params, values, stmt->nulls_not_distinct, condition);
}

void
zdm_row_questions(struct zdm_draft *draft)
{
    const PgQuery__Node *node = draft->node;
    const PgQuery__RangeVar *range = NULL;

    if (!zdm_context_asks_rows(draft->context) || !draft->catalog->complete ||
        draft->catalog->uncertain)
        return;
    if (node->node_case == PG_QUERY__NODE__NODE_ALTER_TABLE_STMT)
        range = node->alter_table_stmt->relation;
    else if (node->node_case == PG_QUERY__NODE__NODE_INDEX_STMT)
        range = node->index_stmt->relation;
    else if (node->node_case == PG_QUERY__NODE__NODE_CREATE_STMT && node->create_stmt->partbound &&
             node->create_stmt->n_inh_relations)
        range = node->create_stmt->inh_relations[0]->range_var;
    if (!range)
        return;
    struct zdm_asking asking = {.draft = draft,
        .relation = zdm_catalog_relation(
            draft->catalog, range->schemaname[0] ? range->schemaname : NULL, range->relname),
        .table = zdm_range_text(draft->arena, range),
        .only = !range->inh};
    if (!zdm_ask_is_old(draft, asking.relation) || !strchr("rp", (int)asking.relation->kind))
        return;
    if (node->node_case == PG_QUERY__NODE__NODE_ALTER_TABLE_STMT)
        ask_alter(&asking, node->alter_table_stmt);
    else if (node->node_case == PG_QUERY__NODE__NODE_INDEX_STMT)
        ask_index(&asking, node->index_stmt);
    else
        ask_bound(&asking, NULL, node->create_stmt->partbound);
}

/* Leaves rows and columns as they are, whatever it locks. */
static bool
keeps_rows(const PgQuery__Node *node)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_INDEX_STMT:
    case PG_QUERY__NODE__NODE_CREATE_STMT:
    case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
    case PG_QUERY__NODE__NODE_CREATE_STATS_STMT:
    case PG_QUERY__NODE__NODE_COMMENT_STMT:
    case PG_QUERY__NODE__NODE_LOCK_STMT:
    case PG_QUERY__NODE__NODE_VACUUM_STMT:
    case PG_QUERY__NODE__NODE_REINDEX_STMT:
        return true;
    case PG_QUERY__NODE__NODE_DROP_STMT:
        return node->drop_stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_INDEX;
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        for (size_t i = 0; i < node->alter_table_stmt->n_cmds; i++)
            if (changes_columns(node->alter_table_stmt->cmds[i]->alter_table_cmd->subtype))
                return false;
        return true;
    default:
        return false;
    }
}

void
zdm_row_questions_follow(struct zdm_draft *draft)
{
    struct zdm_statement *st = draft->st;

    if (!zdm_context_asks_rows(draft->context))
        return;
    if (zdm_draft_failed(draft)) {
        /* For its rows, by their estimate: which one is still worth knowing. */
        if (!st->fails_with || strncmp(st->fails_with, "23", 2) != 0)
            st->n_questions = 0;
        return;
    }
    if (keeps_rows(draft->node))
        return;
    for (size_t i = 0; i < st->n_locks; i++)
        if (st->locks[i].mode >= ZDM_LOCK_ROW_EXCLUSIVE)
            zdm_context_change_rows(draft->context, st->locks[i].relation);
}
