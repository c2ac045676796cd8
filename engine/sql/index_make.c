#include "sql/index_make.h"

#include <string.h>

#include "base/buf.h"
#include "sql/condition.h"
#include "sql/expression.h"
#include "sql/named.h"
#include "sql/object.h"
#include "sql/table_parts.h"

/* What the server calls an expression in a name: the column or function that it is about. */
static const char *
expression_name(const PgQuery__Node *expr)
{
    while (expr && expr->node_case == PG_QUERY__NODE__NODE_TYPE_CAST)
        expr = expr->type_cast->arg;
    switch (expr ? expr->node_case : PG_QUERY__NODE__NODE__NOT_SET) {
    case PG_QUERY__NODE__NODE_FUNC_CALL:
        return zdm_last_string(expr->func_call->n_funcname, expr->func_call->funcname);
    case PG_QUERY__NODE__NODE_COLUMN_REF:
        return zdm_last_string(expr->column_ref->n_fields, expr->column_ref->fields);
    case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
        return expression_name(expr->collate_clause->arg);
    case PG_QUERY__NODE__NODE_COALESCE_EXPR:
        return "coalesce";
    case PG_QUERY__NODE__NODE_CASE_EXPR:
        return "case";
    default:
        return "expr";
    }
}

static const char *
element_name(const PgQuery__Node *key)
{
    if (key->node_case != PG_QUERY__NODE__NODE_INDEX_ELEM)
        return zdm_node_string(key);
    return key->index_elem->expr ? expression_name(key->index_elem->expr) : key->index_elem->name;
}

/* a_b_c; a name that comes again gets a number. */
static const char *
middle(struct zdm_draft *draft, size_t n, PgQuery__Node *const *keys, size_t n_included,
    PgQuery__Node *const *included)
{
    struct zdm_names names = {NULL, 0};
    struct zdm_buf buf = ZDM_BUF_INIT;

    for (size_t i = 0; i < n + n_included; i++) {
        const char *given = element_name(i < n ? keys[i] : included[i - n]), *name = given;
        for (unsigned k = 1; zdm_names_have(names.items, names.n, name); k++)
            name = zdm_arena_strf(draft->arena, "%s%u", given, k);
        zdm_names_add(draft, &names, name);
        if (i)
            zdm_buf_addc(&buf, '_');
        zdm_buf_add(&buf, name);
    }
    char *text = zdm_arena_strndup(draft->arena, buf.len ? buf.s : "", buf.len);
    zdm_buf_release(&buf);
    return text;
}

static bool
is_system_column(const char *name)
{
    static const char *const names[] = {"tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void
use_column(struct zdm_draft *draft, struct zdm_names *uses, const struct zdm_relation *relation,
    const char *name)
{
    const struct zdm_column *column = zdm_relation_column(relation, name);

    zdm_names_add(draft, uses, name);
    if (column && column->generated == 'v')
        zdm_draft_fails(draft, "0A000", "virtual generated column %s cannot be in an index",
            zdm_ident_text(draft->arena, name));
    if (!relation->known || column)
        return;
    if (is_system_column(name))
        zdm_draft_fails(draft, "0A000", "system column %s cannot be in an index", name);
    else
        zdm_draft_fails(draft, "42703", "column %s of %s does not exist",
            zdm_ident_text(draft->arena, name), zdm_draft_name(draft, relation));
}

static void
use_expression(struct zdm_draft *draft, struct zdm_names *uses, const struct zdm_relation *relation,
    const PgQuery__Node *expr, const char *where)
{
    struct zdm_names names = {NULL, 0};

    zdm_names_of_expression(draft, expr, &names);
    for (size_t i = 0; i < names.n; i++)
        if (strcmp(names.items[i], relation->name) != 0) /* the whole row */
            use_column(draft, uses, relation, names.items[i]);
    const char *fault = zdm_index_expression_fault(draft, relation, expr);
    if (fault)
        zdm_draft_fails(draft, fault, "the %s of the index %s", where,
            strcmp(fault, "42P17") == 0 ? "calls what is not IMMUTABLE" : "is not allowed there");
}

static bool
plain_order(const PgQuery__IndexElem *elem)
{
    bool descending = elem->ordering == PG_QUERY__SORT_BY_DIR__SORTBY_DESC;

    return !descending && elem->nulls_ordering != PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_FIRST;
}

/* The column that is the key; NULL: an expression. ((a)) is column a. */
static const char *
key_column(const PgQuery__Node *key, const struct zdm_relation *relation)
{
    if (key->node_case != PG_QUERY__NODE__NODE_INDEX_ELEM)
        return zdm_node_string(key);
    const PgQuery__Node *expr = key->index_elem->expr;
    if (!expr)
        return key->index_elem->name;
    if (expr->node_case != PG_QUERY__NODE__NODE_COLUMN_REF)
        return NULL;
    const char *name = zdm_last_string(expr->column_ref->n_fields, expr->column_ref->fields);
    return zdm_relation_column(relation, name) ? name : NULL;
}

static void
plan_key(struct zdm_draft *draft, struct zdm_index_plan *plan, const struct zdm_relation *relation,
    const PgQuery__Node *key, struct zdm_names *uses, struct zdm_buf *expressions)
{
    struct zdm_index_column *column = &plan->like.columns[plan->like.n_columns++];
    const PgQuery__IndexElem *elem =
        key->node_case == PG_QUERY__NODE__NODE_INDEX_ELEM ? key->index_elem : NULL;

    *column = (struct zdm_index_column){.default_opclass = true, .plain_order = true};
    const char *name = key_column(key, relation);
    const struct zdm_column *from = name ? zdm_relation_column(relation, name) : NULL;
    if (elem && elem->expr && !zdm_expr_is_over(draft, elem->expr, relation))
        return;
    if (name) {
        use_column(draft, uses, relation, name);
        column->name = zdm_catalog_string(draft->catalog, name);
        if (from && (!elem || !elem->n_opclass) &&
            !zdm_index_method_takes(draft, plan->like.method, from->type))
            zdm_draft_fails(draft, "42704", "type %s has no default operator class for %s",
                from->type->name, plan->like.method);
    } else {
        char *text = zdm_deparse_expr(draft->arena, elem->expr);
        use_expression(draft, uses, relation, elem->expr, "expression");
        zdm_buf_addf(expressions, "%s%s", expressions->len ? ", " : "", text ? text : "?");
    }
    if (!elem)
        return;
    column->default_opclass = elem->n_opclass == 0;
    column->plain_order = plain_order(elem);
    const char *given = NULL;
    if (elem->n_collation)
        given = zdm_named_collation(draft, elem->n_collation, elem->collation);
    if (elem->n_collation && !given)
        given = "pg_catalog.default";
    if (given && !zdm_same_text(given, from ? from->collation : NULL))
        column->collation = given; /* else as the column has it */
}

void
zdm_index_plan_columns(struct zdm_draft *draft, struct zdm_index_plan *plan,
    const struct zdm_relation *relation, size_t n, PgQuery__Node *const *keys, size_t n_included,
    PgQuery__Node *const *included, PgQuery__Node *predicate)
{
    struct zdm_index *like = &plan->like;
    struct zdm_names uses = {NULL, 0};
    struct zdm_buf expressions = ZDM_BUF_INIT;

    plan->middle = middle(draft, n, keys, n_included, included);
    like->columns = zdm_catalog_alloc(draft->catalog, (n + 1) * sizeof *like->columns);
    like->included = zdm_catalog_alloc(draft->catalog, (n_included + 1) * sizeof *like->included);
    for (size_t i = 0; i < n; i++)
        plan_key(draft, plan, relation, keys[i], &uses, &expressions);
    for (size_t i = 0; i < n_included; i++) {
        const char *name = element_name(included[i]);
        use_column(draft, &uses, relation, name);
        like->included[like->n_included++] = zdm_catalog_string(draft->catalog, name);
    }
    if (predicate && zdm_expr_is_over(draft, predicate, relation)) {
        use_expression(draft, &uses, relation, predicate, "predicate");
        char *text = zdm_deparse_expr(draft->arena, predicate);
        like->predicate_sql = zdm_catalog_string(draft->catalog, text ? text : "?");
    }
    if (expressions.len)
        like->expressions_sql = zdm_catalog_string(draft->catalog, expressions.s);
    zdm_buf_release(&expressions);
    like->uses = zdm_names_keep(draft, &uses);
    like->n_uses = uses.n;
}

const char *
zdm_index_plan_name(
    struct zdm_draft *draft, const struct zdm_index_plan *plan, const struct zdm_relation *relation)
{
    switch (plan->constraint) {
    case ZDM_CONSTRAINT_PRIMARY:
        return zdm_object_free_name(draft, relation, relation->name, "", "pkey");
    case ZDM_CONSTRAINT_UNIQUE:
        return zdm_object_free_name(draft, relation, relation->name, plan->middle, "key");
    case ZDM_CONSTRAINT_EXCLUDE:
        return zdm_object_free_name(draft, relation, relation->name, plan->middle, "excl");
    default:
        return zdm_object_free_name(draft, relation, relation->name, plan->middle, "idx");
    }
}

void
zdm_index_check_partition_key(struct zdm_draft *draft, const struct zdm_index_plan *plan,
    const struct zdm_relation *relation, const char *table, bool only)
{
    if (relation->kind != ZDM_RELATION_PARTITIONED ||
        (!plan->like.unique && plan->constraint != ZDM_CONSTRAINT_EXCLUDE))
        return;
    for (size_t i = 0; !only && i < relation->children.n; i++)
        zdm_index_check_partition_key(draft, plan, relation->children.items[i],
            zdm_draft_name(draft, relation->children.items[i]), false);
    for (size_t i = 0; i < relation->n_partition_columns; i++) {
        bool found = false;
        for (size_t k = 0; k < plan->like.n_columns && relation->partition_columns[i]; k++)
            found |= plan->like.columns[k].name &&
                     strcmp(plan->like.columns[k].name, relation->partition_columns[i]) == 0;
        if (found)
            continue;
        zdm_draft_fails(draft, "0A000",
            "a unique index on partitioned table %s must contain its partition key", table);
        return;
    }
}

static struct zdm_constraint *
constrain(struct zdm_draft *draft, const struct zdm_index_plan *plan, struct zdm_index *index)
{
    struct zdm_constraint *constraint = zdm_relation_add_constraint(
        draft->catalog, index->table, plan->constraint, index->self->name, NULL);

    constraint->index = index;
    constraint->n_columns = 0;
    constraint->columns =
        zdm_catalog_alloc(draft->catalog, (index->n_columns + 1) * sizeof *constraint->columns);
    for (size_t i = 0; i < index->n_columns; i++)
        if (index->columns[i].name)
            constraint->columns[constraint->n_columns++] = index->columns[i].name;
    constraint->deferrable = plan->deferrable;
    constraint->initially_deferred = plan->initially_deferred;
    constraint->no_inherit = index->table->kind != ZDM_RELATION_PARTITIONED;
    constraint->fresh = draft->in_transaction;
    return constraint;
}

static struct zdm_index *
add(struct zdm_draft *draft, const struct zdm_index_plan *plan, struct zdm_relation *relation,
    const char *name)
{
    struct zdm_index *index = zdm_relation_add_index(draft->catalog, relation, name);
    struct zdm_relation *self = index->self;

    *index = plan->like;
    self->access_method = plan->like.method;
    index->self = self;
    index->table = relation;
    index->parent = NULL;
    memset(&index->children, 0, sizeof index->children);
    index->valid = index->ready = true;
    index->immediate = !plan->deferrable;
    index->replica_identity = index->clustered = false;
    index->constraint = NULL;
    self->owner = relation->owner;
    if (relation->kind == ZDM_RELATION_PARTITIONED)
        self->kind = ZDM_RELATION_PARTITIONED_INDEX;
    if (plan->constraint)
        index->constraint = constrain(draft, plan, index);
    return index;
}

/* With all that is below, even when an index that is there already spares the building. */
static void
lock_partitions(
    struct zdm_draft *draft, const struct zdm_index_plan *plan, struct zdm_relation *partition)
{
    size_t n;
    struct zdm_relation **family = zdm_draft_family(draft, partition, &n);

    for (size_t i = 0; i < n; i++)
        zdm_draft_lock_on(draft, family[i], plan->partition_mode, ZDM_HELD_BUILD);
}

struct zdm_index *
zdm_index_make(struct zdm_draft *draft, const struct zdm_index_plan *plan,
    struct zdm_relation *relation, const char *name, bool only, struct zdm_index *parent)
{
    struct zdm_index *index = add(draft, plan, relation, name);

    if (parent)
        zdm_index_attach(draft, index, parent);
    if (relation->kind != ZDM_RELATION_PARTITIONED) {
        zdm_draft_build_of(draft, index);
        return index;
    }
    index->valid = !only || relation->children.n == 0;
    for (size_t i = 0; !only && i < relation->children.n; i++) {
        struct zdm_relation *partition = relation->children.items[i];
        if (partition->kind == ZDM_RELATION_FOREIGN) {
            if (plan->like.unique)
                zdm_draft_fails(draft, "42809", "partition %s is a foreign table",
                    zdm_draft_name(draft, partition));
            zdm_draft_lock_on(draft, partition, plan->partition_mode, ZDM_HELD_BUILD);
            continue;
        }
        lock_partitions(draft, plan, partition);
        struct zdm_index *old =
            zdm_index_matching(draft, partition, &plan->like, plan->constraint, false);
        if (old) {
            zdm_index_attach(draft, old, index);
            index->valid &= old->valid;
        } else {
            struct zdm_index *made = zdm_index_make(
                draft, plan, partition, zdm_index_plan_name(draft, plan, partition), false, index);
            index->valid &= made->valid;
        }
    }
    return index;
}

void
zdm_index_plan_like(
    struct zdm_draft *draft, struct zdm_index_plan *plan, const struct zdm_index *index)
{
    const char *text = "";
    struct zdm_tree tree;
    const PgQuery__Node *row =
        index->expressions_sql
            ? zdm_expr_parse(zdm_arena_strf(draft->arena, "ROW(%s)", index->expressions_sql), &tree)
            : NULL;
    size_t n_expressions = 0;

    *plan = (struct zdm_index_plan){.like = *index};
    if (index->constraint) {
        plan->constraint = index->constraint->kind;
        plan->deferrable = index->constraint->deferrable;
        plan->initially_deferred = index->constraint->initially_deferred;
    }
    for (size_t i = 0; i < index->n_columns + index->n_included; i++) {
        const char *name =
            i < index->n_columns ? index->columns[i].name : index->included[i - index->n_columns];
        if (!name)
            name = row && row->node_case == PG_QUERY__NODE__NODE_ROW_EXPR &&
                           n_expressions < row->row_expr->n_args
                       ? expression_name(row->row_expr->args[n_expressions++])
                       : "expr";
        text = zdm_arena_strf(draft->arena, "%s%s%s", text, i ? "_" : "", name);
    }
    if (row)
        zdm_tree_release(&tree);
    plan->middle = text;
}
