/* ALTER TYPE ... ADD VALUE: nobody may use the value before it is committed (55P04), unless the type
 * itself is as new (17). The literal is read while the statement is planned, so that rows do not matter. */
#include <string.h>

#include "sql/sequence.h"

/* Types by their last name: "mood" and "public.mood" are taken for one. */
static const char *
value_key(struct zdm_arena *arena, const char *type, const char *value)
{
    return zdm_arena_strf(arena, "%s %s", type, value);
}

void
zdm_enum_use_remember(struct zdm_sequence *sequence, const struct zdm_draft *draft)
{
    const PgQuery__AlterEnumStmt *stmt = draft->node->alter_enum_stmt;

    if (draft->node->node_case != PG_QUERY__NODE__NODE_ALTER_ENUM_STMT || stmt->old_val[0])
        return;
    /* Before 17 it does not matter that the type is new too. */
    if (draft->pg_version >= 17 &&
        zdm_tx_recall(sequence, ZDM_TX_TYPE,
            zdm_list_text(draft->arena, stmt->n_type_name, stmt->type_name)) >= 0)
        return;
    zdm_tx_remember(sequence, ZDM_TX_VALUE,
        value_key(draft->arena, zdm_last_string(stmt->n_type_name, stmt->type_name), stmt->new_val),
        1);
    sequence->tx.n_values++;
}

struct uses {
    struct zdm_sequence *sequence;
    struct zdm_draft *draft;
    const PgQuery__RangeVar *tables[16]; /* that the statement names */
    size_t n_tables;
    bool told;
};

static const char *
literal(const PgQuery__Node *node)
{
    if (!node || node->node_case != PG_QUERY__NODE__NODE_A_CONST || node->a_const->isnull ||
        node->a_const->val_case != PG_QUERY__A__CONST__VAL_SVAL)
        return NULL;
    return node->a_const->sval->sval;
}

static void
use(struct uses *uses, const char *type, const PgQuery__Node *node)
{
    const char *value = literal(node);
    struct zdm_draft *draft = uses->draft;

    if (!value || uses->told ||
        zdm_tx_recall(uses->sequence, ZDM_TX_VALUE, value_key(draft->arena, type, value)) < 0)
        return;
    uses->told = true;
    if (!draft->catalog->uncertain)
        draft->st->fails_with = "55P04";
    ZDM_FIND(draft, ENUM_USE_SAME_TX, .name = value, .type = zdm_ident_text(draft->arena, type));
}

static const struct zdm_relation *
relation_of(const struct uses *uses, const PgQuery__RangeVar *range)
{
    return zdm_catalog_relation(
        uses->draft->catalog, range->schemaname[0] ? range->schemaname : NULL, range->relname);
}

static void
use_in_column(struct uses *uses, const struct zdm_relation *relation, const char *name,
    const PgQuery__Node *node)
{
    const struct zdm_column *column = relation ? zdm_relation_column(relation, name) : NULL;

    if (column && column->type)
        use(uses, column->type->name, node);
}

static bool
see_table(void *self, const ProtobufCMessage *message)
{
    struct uses *uses = self;

    if (message->descriptor == &pg_query__range_var__descriptor && uses->n_tables < 16)
        uses->tables[uses->n_tables++] = (const PgQuery__RangeVar *)message;
    return true;
}

/* A comparison: the column on one side, the literal or a list of them on the other. */
static void
compare(struct uses *uses, const PgQuery__Node *column, const PgQuery__Node *other)
{
    if (!column || !other || column->node_case != PG_QUERY__NODE__NODE_COLUMN_REF)
        return;
    const PgQuery__ColumnRef *ref = column->column_ref;
    const char *name = zdm_last_string(ref->n_fields, ref->fields);
    for (size_t i = 0; i < uses->n_tables; i++) {
        const struct zdm_relation *relation = relation_of(uses, uses->tables[i]);
        if (other->node_case == PG_QUERY__NODE__NODE_LIST)
            for (size_t k = 0; k < other->list->n_items; k++)
                use_in_column(uses, relation, name, other->list->items[k]);
        else
            use_in_column(uses, relation, name, other);
    }
}

/* The i-th column that an INSERT fills. */
static const char *
target(const PgQuery__InsertStmt *stmt, const struct zdm_relation *relation, size_t i)
{
    if (stmt->n_cols)
        return i < stmt->n_cols ? stmt->cols[i]->res_target->name : "";
    return i < relation->columns.n ? relation->columns.items[i]->name : "";
}

static void
insert(struct uses *uses, const PgQuery__InsertStmt *stmt)
{
    const struct zdm_relation *relation = relation_of(uses, stmt->relation);
    const PgQuery__SelectStmt *select =
        stmt->select_stmt && stmt->select_stmt->node_case == PG_QUERY__NODE__NODE_SELECT_STMT
            ? stmt->select_stmt->select_stmt
            : NULL;

    if (!relation || !select)
        return;
    for (size_t row = 0; row < select->n_values_lists; row++) {
        const PgQuery__List *list = select->values_lists[row]->list;
        for (size_t i = 0; i < list->n_items; i++)
            use_in_column(uses, relation, target(stmt, relation, i), list->items[i]);
    }
    for (size_t i = 0; i < select->n_target_list; i++)
        use_in_column(
            uses, relation, target(stmt, relation, i), select->target_list[i]->res_target->val);
}

static void
column_def(struct uses *uses, const PgQuery__ColumnDef *column)
{
    const char *type = column->type_name
                           ? zdm_last_string(column->type_name->n_names, column->type_name->names)
                           : "";

    for (size_t i = 0; i < column->n_constraints; i++)
        use(uses, type, column->constraints[i]->constraint->raw_expr);
}

static bool
see_use(void *self, const ProtobufCMessage *message)
{
    struct uses *uses = self;

    if (message->descriptor == &pg_query__type_cast__descriptor) {
        const PgQuery__TypeCast *cast = (const PgQuery__TypeCast *)message;
        use(uses, zdm_last_string(cast->type_name->n_names, cast->type_name->names), cast->arg);
    } else if (message->descriptor == &pg_query__column_def__descriptor) {
        column_def(uses, (const PgQuery__ColumnDef *)message);
    } else if (message->descriptor == &pg_query__a__expr__descriptor) {
        const PgQuery__AExpr *expr = (const PgQuery__AExpr *)message;
        compare(uses, expr->lexpr, expr->rexpr);
        compare(uses, expr->rexpr, expr->lexpr);
    } else if (message->descriptor == &pg_query__insert_stmt__descriptor) {
        insert(uses, (const PgQuery__InsertStmt *)message);
    } else if (message->descriptor == &pg_query__update_stmt__descriptor) {
        const PgQuery__UpdateStmt *stmt = (const PgQuery__UpdateStmt *)message;
        for (size_t i = 0; i < stmt->n_target_list; i++)
            use_in_column(uses, relation_of(uses, stmt->relation),
                stmt->target_list[i]->res_target->name, stmt->target_list[i]->res_target->val);
    } else if (message->descriptor == &pg_query__alter_table_cmd__descriptor) {
        const PgQuery__AlterTableCmd *cmd = (const PgQuery__AlterTableCmd *)message;
        if (cmd->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_ColumnDefault && uses->n_tables)
            use_in_column(uses, relation_of(uses, uses->tables[0]), cmd->name, cmd->def);
    }
    return !uses->told;
}

void
zdm_enum_use_rules(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    struct uses uses = {.sequence = sequence, .draft = draft};

    if (zdm_draft_failed(draft))
        return;
    zdm_node_walk(draft->node, see_table, &uses);
    zdm_node_walk(draft->node, see_use, &uses);
}
