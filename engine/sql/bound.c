#include <string.h>

#include "sql/partition.h"
#include "sql/tree.h"

static bool
is_null(const PgQuery__Node *node)
{
    return node->node_case == PG_QUERY__NODE__NODE_A_CONST && node->a_const->isnull;
}

/* A constant as the condition parser reads it; NULL for any other expression. */
static const char *
constant(struct zdm_arena *arena, PgQuery__Node *node)
{
    const char *text = zdm_deparse_expr(arena, node);
    const struct zdm_condition *condition =
        text ? zdm_condition_parse(arena, zdm_arena_strf(arena, "x = %s", text)) : NULL;

    if (!condition || condition->kind != ZDM_CONDITION_COMPARE || strcmp(condition->what, "x") != 0)
        return NULL;
    return condition->value;
}

static struct zdm_bound_edge
edge(struct zdm_arena *arena, PgQuery__Node *node, bool *plain)
{
    struct zdm_bound_edge edge = {.kind = ZDM_EDGE_VALUE};

    if (node->node_case == PG_QUERY__NODE__NODE_COLUMN_REF) {
        const char *name = zdm_last_string(node->column_ref->n_fields, node->column_ref->fields);
        edge.kind = strcmp(name, "minvalue") == 0 ? ZDM_EDGE_MIN : ZDM_EDGE_MAX;
        return edge;
    }
    edge.value = constant(arena, node);
    *plain &= edge.value != NULL;
    return edge;
}

struct zdm_bound *
zdm_bound_of(struct zdm_arena *arena, const PgQuery__PartitionBoundSpec *spec)
{
    struct zdm_bound *bound = zdm_arena_alloc(arena, sizeof *bound);

    bound->strategy = spec->strategy[0];
    bound->is_default = spec->is_default;
    bound->modulus = spec->modulus;
    bound->remainder = spec->remainder;
    bound->plain = true;
    bound->values = zdm_arena_alloc(arena, (spec->n_listdatums + 1) * sizeof *bound->values);
    for (size_t i = 0; i < spec->n_listdatums; i++) {
        if (is_null(spec->listdatums[i])) {
            bound->has_null = true;
            continue;
        }
        const char *value = constant(arena, spec->listdatums[i]);
        bound->plain &= value != NULL;
        if (value)
            bound->values[bound->n_values++] = value;
    }
    if (spec->n_lowerdatums != spec->n_upperdatums)
        bound->plain = false;
    bound->n_columns =
        spec->n_lowerdatums < spec->n_upperdatums ? spec->n_lowerdatums : spec->n_upperdatums;
    bound->lower = zdm_arena_alloc(arena, (bound->n_columns + 1) * sizeof *bound->lower);
    bound->upper = zdm_arena_alloc(arena, (bound->n_columns + 1) * sizeof *bound->upper);
    for (size_t i = 0; i < bound->n_columns; i++) {
        bound->lower[i] = edge(arena, spec->lowerdatums[i], &bound->plain);
        bound->upper[i] = edge(arena, spec->upperdatums[i], &bound->plain);
    }
    return bound;
}

struct zdm_bound *
zdm_bound_parse(struct zdm_arena *arena, const char *bound_sql)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_tree tree;
    struct zdm_bound *bound = NULL;
    char *text = zdm_arena_strf(arena, "ALTER TABLE x ATTACH PARTITION y %s", bound_sql);

    if (zdm_tree_parse(text, &tree, &err) < 0) {
        zdm_err_release(&err);
        return NULL;
    }
    const PgQuery__Node *node = tree.parsed->n_stmts == 1 ? tree.parsed->stmts[0]->stmt : NULL;
    if (node && node->node_case == PG_QUERY__NODE__NODE_ALTER_TABLE_STMT)
        bound = zdm_bound_of(
            arena, node->alter_table_stmt->cmds[0]->alter_table_cmd->def->partition_cmd->bound);
    zdm_tree_release(&tree);
    return bound;
}

const struct zdm_bound *
zdm_bound_of_partition(struct zdm_catalog *catalog, struct zdm_relation *partition)
{
    if (!partition->bound_sql)
        return NULL;
    /* A rollback may have brought another text back. */
    if (!partition->bound || partition->bound->sql != partition->bound_sql) {
        struct zdm_bound *bound = zdm_bound_parse(catalog->arena, partition->bound_sql);
        if (bound)
            bound->sql = partition->bound_sql;
        partition->bound = bound;
    }
    return partition->bound;
}

static const struct zdm_type *
key_type(const struct zdm_relation *parent, size_t i)
{
    const char *name = i < parent->n_partition_columns ? parent->partition_columns[i] : NULL;
    const struct zdm_column *column = name ? zdm_relation_column(parent, name) : NULL;

    return column ? column->type : NULL;
}

enum { CANNOT_TELL = 2 };

/* Of two edges of ranges, column by column. */
static int
edge_order(const struct zdm_catalog *catalog, const struct zdm_relation *parent,
    const struct zdm_bound_edge *a, const struct zdm_bound_edge *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (a[i].kind != b[i].kind)
            return a[i].kind < b[i].kind ? -1 : 1;
        if (a[i].kind != ZDM_EDGE_VALUE)
            return 0;
        if (!a[i].value || !b[i].value)
            return CANNOT_TELL;
        int order = zdm_constant_order(catalog, key_type(parent, i), a[i].value, b[i].value);
        if (order != 0)
            return order;
    }
    return 0;
}

static int
gcd(int a, int b)
{
    while (b) {
        int rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static enum zdm_truth
meet(const struct zdm_catalog *catalog, const struct zdm_relation *parent,
    const struct zdm_bound *a, const struct zdm_bound *b)
{
    if (a->strategy == 'h')
        return a->remainder % gcd(a->modulus, b->modulus) ==
                       b->remainder % gcd(a->modulus, b->modulus)
                   ? ZDM_YES
                   : ZDM_NO;
    if (a->strategy == 'r') {
        size_t n = a->n_columns < b->n_columns ? a->n_columns : b->n_columns;
        int one = edge_order(catalog, parent, a->lower, b->upper, n);
        int other = edge_order(catalog, parent, b->lower, a->upper, n);
        if (one == CANNOT_TELL || other == CANNOT_TELL)
            return ZDM_UNSURE;
        return one < 0 && other < 0 ? ZDM_YES : ZDM_NO;
    }
    if (a->has_null && b->has_null)
        return ZDM_YES;
    for (size_t i = 0; i < a->n_values; i++)
        for (size_t k = 0; k < b->n_values; k++)
            if (zdm_constant_order(catalog, key_type(parent, 0), a->values[i], b->values[k]) == 0)
                return ZDM_YES;
    return a->plain && b->plain ? ZDM_NO : ZDM_UNSURE;
}

static bool
fits_key(struct zdm_draft *draft, const struct zdm_relation *parent, const struct zdm_bound *bound)
{
    if (bound->is_default) {
        if (parent->partition_strategy == 'h')
            zdm_draft_fails(draft, "42P16", "a hash-partitioned table has no default partition");
        return parent->partition_strategy != 'h';
    }
    if (bound->strategy != parent->partition_strategy) {
        zdm_draft_fails(draft, "42P16", "the bound is of another kind than the partitions of %s",
            zdm_draft_name(draft, parent));
        return false;
    }
    if (bound->strategy == 'r' && bound->n_columns != parent->n_partition_columns) {
        zdm_draft_fails(
            draft, "42P16", "each side of the bound needs %zu values", parent->n_partition_columns);
        return false;
    }
    if (bound->strategy == 'h' && bound->modulus > 0 && bound->remainder >= bound->modulus) {
        zdm_draft_fails(draft, "42P16", "the remainder must be less than the modulus");
        return false;
    }
    if (bound->strategy == 'r') {
        int order =
            edge_order(draft->catalog, parent, bound->lower, bound->upper, bound->n_columns);
        if (order == 0 || order == 1)
            zdm_draft_fails(draft, "42P17", "the bound leaves no room between its two ends");
    }
    return !zdm_draft_failed(draft);
}

/* Each modulus must be a factor of the next larger one. */
static bool
moduli_fit(struct zdm_draft *draft, const struct zdm_bound *bound, const struct zdm_bound *other)
{
    int small = bound->modulus < other->modulus ? bound->modulus : other->modulus;
    int large = bound->modulus < other->modulus ? other->modulus : bound->modulus;

    if (small <= 0 || large % small == 0)
        return true;
    zdm_draft_fails(
        draft, "42P17", "modulus %d does not go with %d", bound->modulus, other->modulus);
    return false;
}

void
zdm_bound_check(struct zdm_draft *draft, const struct zdm_relation *parent,
    const struct zdm_bound *bound, const char *name)
{
    if (!parent->known || !fits_key(draft, parent, bound))
        return;
    if (bound->is_default) {
        if (parent->default_partition)
            zdm_draft_fails(draft, "42P17", "%s has a default partition, %s",
                zdm_draft_name(draft, parent), zdm_draft_name(draft, parent->default_partition));
        return;
    }
    for (size_t i = 0; i < parent->children.n && !zdm_draft_failed(draft); i++) {
        struct zdm_relation *sibling = parent->children.items[i];
        const struct zdm_bound *other = zdm_bound_of_partition(draft->catalog, sibling);
        if (!other || other->is_default || other->strategy != bound->strategy)
            continue;
        if (bound->strategy == 'h' && !moduli_fit(draft, bound, other))
            return;
        enum zdm_truth truth = meet(draft->catalog, parent, bound, other);
        if (truth == ZDM_YES)
            zdm_draft_fails(draft, "42P17", "the bound of %s meets that of %s", name,
                zdm_draft_name(draft, sibling));
        else if (truth == ZDM_UNSURE)
            zdm_draft_assume(draft);
    }
}

static struct zdm_condition *
list_condition(
    struct zdm_arena *arena, const char *key, const struct zdm_bound *bound, bool nullable)
{
    struct zdm_condition *any = zdm_condition_list(arena, ZDM_CONDITION_OR);
    struct zdm_condition *all;

    for (size_t i = 0; i < bound->n_values; i++)
        zdm_condition_add(
            arena, any, zdm_condition_compare(arena, key, ZDM_OP_EQ, bound->values[i]));
    if (bound->has_null) {
        zdm_condition_add(arena, any, zdm_condition_null(arena, key, true));
        return any;
    }
    if (nullable)
        return any;
    all = zdm_condition_list(arena, ZDM_CONDITION_AND);
    zdm_condition_add(arena, all, zdm_condition_null(arena, key, false));
    zdm_condition_add(arena, all, any);
    return all;
}

struct side { /* of a range: arms of its OR */
    struct zdm_condition *arms, *arm;
    bool more;
};

static void
compare_edge(struct zdm_arena *arena, struct side *side, const char *key, enum zdm_operator op,
    const struct zdm_bound_edge *edge)
{
    if (side->more && edge->kind == ZDM_EDGE_VALUE)
        zdm_condition_add(arena, side->arm, zdm_condition_compare(arena, key, op, edge->value));
}

static void
end_arm(struct zdm_arena *arena, struct side *side)
{
    if (side->arm->n_args)
        zdm_condition_add(
            arena, side->arms, side->arm->n_args == 1 ? side->arm->args[0] : side->arm);
}

/* As the server spells it out: the columns that are equal on both ends, then for each end
 * a > x OR (a = x AND b >= y), in as many arms as there are values. */
static struct zdm_condition *
range_condition(struct zdm_draft *draft, const struct zdm_relation *parent,
    const struct zdm_bound *bound, bool nulls)
{
    struct zdm_arena *arena = draft->arena;
    struct zdm_condition *all = zdm_condition_list(arena, ZDM_CONDITION_AND);
    struct side low = {.arms = zdm_condition_list(arena, ZDM_CONDITION_OR), .more = true};
    struct side high = {.arms = zdm_condition_list(arena, ZDM_CONDITION_OR), .more = true};
    const char *const *keys = parent->partition_columns;
    size_t n = bound->n_columns, i = 0;

    for (size_t k = 0; nulls && k < n; k++)
        zdm_condition_add(arena, all, zdm_condition_null(arena, keys[k], false));
    for (; i + 1 < n && bound->lower[i].kind == ZDM_EDGE_VALUE &&
           bound->upper[i].kind == ZDM_EDGE_VALUE &&
           zdm_constant_order(draft->catalog, key_type(parent, i), bound->lower[i].value,
               bound->upper[i].value) == 0;
         i++)
        zdm_condition_add(
            arena, all, zdm_condition_compare(arena, keys[i], ZDM_OP_EQ, bound->lower[i].value));
    for (size_t arm = 0; arm < n - i && (low.more || high.more); arm++) {
        low.arm = zdm_condition_list(arena, ZDM_CONDITION_AND);
        high.arm = zdm_condition_list(arena, ZDM_CONDITION_AND);
        bool low_more = low.more, high_more = high.more;
        for (size_t j = i; j <= i + arm; j++) {
            bool last = j + 1 == n, equal = j - i < arm;
            const struct zdm_bound_edge *next_low = last ? NULL : &bound->lower[j + 1];
            const struct zdm_bound_edge *next_high = last ? NULL : &bound->upper[j + 1];
            compare_edge(arena, &low, keys[j],
                equal                                    ? ZDM_OP_EQ
                : last || next_low->kind == ZDM_EDGE_MIN ? ZDM_OP_GE
                                                         : ZDM_OP_GT,
                &bound->lower[j]);
            compare_edge(arena, &high, keys[j],
                equal                                          ? ZDM_OP_EQ
                : next_high && next_high->kind == ZDM_EDGE_MAX ? ZDM_OP_LE
                                                               : ZDM_OP_LT,
                &bound->upper[j]);
            if (j - i < arm)
                continue;
            low_more &= next_low && bound->lower[j].kind == ZDM_EDGE_VALUE &&
                        next_low->kind == ZDM_EDGE_VALUE;
            high_more &= next_high && bound->upper[j].kind == ZDM_EDGE_VALUE &&
                         next_high->kind == ZDM_EDGE_VALUE;
        }
        end_arm(arena, &low);
        end_arm(arena, &high);
        low.more = low_more;
        high.more = high_more;
    }
    if (low.arms->n_args)
        zdm_condition_add(arena, all, low.arms->n_args == 1 ? low.arms->args[0] : low.arms);
    if (high.arms->n_args)
        zdm_condition_add(arena, all, high.arms->n_args == 1 ? high.arms->args[0] : high.arms);
    return all;
}

static bool
keys_are_columns(const struct zdm_relation *parent)
{
    for (size_t i = 0; i < parent->n_partition_columns; i++)
        if (!parent->partition_columns[i])
            return false;
    return parent->n_partition_columns > 0;
}

/* Everything that no other partition takes. */
static struct zdm_condition *
default_condition(struct zdm_draft *draft, const struct zdm_relation *parent, bool *unsure)
{
    struct zdm_arena *arena = draft->arena;
    struct zdm_condition *taken = zdm_condition_list(arena, ZDM_CONDITION_OR);
    struct zdm_condition *all = zdm_condition_list(arena, ZDM_CONDITION_AND);
    bool list = parent->partition_strategy == 'l', has_null = false;

    for (size_t i = 0; i < parent->children.n; i++) {
        const struct zdm_bound *bound =
            zdm_bound_of_partition(draft->catalog, parent->children.items[i]);
        if (!bound || bound->is_default)
            continue;
        if (!bound->plain) {
            *unsure = true;
            return NULL;
        }
        has_null |= bound->has_null;
        zdm_condition_add(arena, taken,
            list ? list_condition(arena, parent->partition_columns[0], bound, true)
                 : range_condition(draft, parent, bound, false));
    }
    if (!taken->n_args)
        return NULL;
    for (size_t i = 0; i < parent->n_partition_columns && !has_null; i++)
        zdm_condition_add(
            arena, all, zdm_condition_null(arena, parent->partition_columns[i], false));
    zdm_condition_add(arena, all, taken);
    return zdm_condition_not(arena, all);
}

struct zdm_condition *
zdm_bound_condition(struct zdm_draft *draft, const struct zdm_relation *parent,
    const struct zdm_bound *bound, bool *unsure)
{
    *unsure = !bound->plain || !keys_are_columns(parent);
    if (*unsure)
        return NULL;
    if (bound->is_default)
        return default_condition(draft, parent, unsure);
    switch (bound->strategy) {
    case 'l':
        return list_condition(draft->arena, parent->partition_columns[0], bound, false);
    case 'r':
        return range_condition(draft, parent, bound, true);
    default: { /* the server calls a function that no CHECK implies */
        struct zdm_condition *hash = zdm_condition_list(draft->arena, ZDM_CONDITION_OTHER);
        hash->what = "satisfies_hash_partition";
        return hash;
    }
    }
}
