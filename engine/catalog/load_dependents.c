/* Triggers, and what depends on relations: views, rules, functions, publications... */
#include "catalog/load_private.h"

#include <stdlib.h>
#include <string.h>

#include "sql/syntax.h"

enum { /* bits of pg_trigger.tgtype */
    TRIGGER_ROW = 1,
    TRIGGER_BEFORE = 2,
    TRIGGER_INSERT = 4,
    TRIGGER_DELETE = 8,
    TRIGGER_UPDATE = 16,
    TRIGGER_TRUNCATE = 32,
};

static void
add_trigger(
    struct zdm_load *load, struct zdm_load_relation *slot, const struct zdm_result *rows, int row)
{
    struct zdm_trigger *trigger = zdm_catalog_alloc(load->catalog, sizeof *trigger);
    int64_t type = zdm_result_i64(rows, row, 2);

    trigger->name = zdm_load_text(load, rows, row, 1);
    trigger->row = type & TRIGGER_ROW;
    trigger->before = type & TRIGGER_BEFORE;
    trigger->insert = type & TRIGGER_INSERT;
    trigger->delete_ = type & TRIGGER_DELETE;
    trigger->update = type & TRIGGER_UPDATE;
    trigger->truncate = type & TRIGGER_TRUNCATE;
    trigger->enabled = zdm_result_bool(rows, row, 3);
    trigger->constraint = zdm_result_bool(rows, row, 4);
    trigger->deferrable = zdm_result_bool(rows, row, 5);
    trigger->initially_deferred = zdm_result_bool(rows, row, 6);
    trigger->function = zdm_load_text(load, rows, row, 7);
    trigger->columns =
        zdm_load_column_names(load, slot, zdm_result_get(rows, row, 8), &trigger->n_columns);
    trigger->when_columns =
        zdm_load_uses(load, slot, zdm_result_get(rows, row, 9), NULL, &trigger->n_when_columns);
    zdm_catalog_append(load->catalog, &slot->relation->triggers, trigger);
}

void
zdm_load_triggers(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        struct zdm_load_relation *slot = zdm_load_relation_of(load, zdm_load_oid(rows, i, 0));
        if (slot)
            add_trigger(load, slot, rows, i);
    }
}

void
zdm_load_rules(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        struct zdm_relation *relation = zdm_load_relation_by(load, zdm_load_oid(rows, i, 0));
        if (!relation)
            continue;
        relation->has_rules = true;
        zdm_catalog_append(load->catalog, &relation->rules, zdm_load_text(load, rows, i, 1));
    }
}

/* Policies have few columns: a new array for each more. */
static void
add_policy_column(struct zdm_load *load, struct zdm_policy *policy, const char *column)
{
    size_t n = policy->n_columns;

    if (zdm_names_have(policy->columns, n, column))
        return;
    const char **columns = zdm_catalog_alloc(load->catalog, (n + 1) * sizeof *columns);
    if (n)
        memcpy(columns, policy->columns, n * sizeof *columns);
    columns[n] = column;
    policy->columns = columns;
    policy->n_columns = n + 1;
}

/* A view is told of its relations column by column: rows of one view come together. */
static void
add_read(struct zdm_load *load, struct zdm_relation *view, struct zdm_relation *relation)
{
    for (size_t i = view->reads.n; i > 0; i--)
        if (view->reads.items[i - 1] == relation)
            return;
    zdm_catalog_append(load->catalog, &view->reads, relation);
}

/* "amount_check on public.sales" */
static bool
is_on(const char *text, const char *name)
{
    char *quoted = zdm_sql_quote_ident(name);
    size_t n = strlen(quoted);
    bool is = strncmp(text, quoted, n) == 0 && strncmp(text + n, " on ", 4) == 0;

    free(quoted);
    return is;
}

/* "for public.sales.amount" */
static bool
is_for(const char *text, const char *name)
{
    char *quoted = zdm_sql_quote_ident(name);
    size_t n = strlen(quoted), whole = strlen(text);
    bool is = whole > n && strcmp(text + whole - n, quoted) == 0 && text[whole - n - 1] == '.';

    free(quoted);
    return is;
}

/* Which constraint or default it is, for it may go before, or get another name. */
static void
find_part(struct zdm_dependent *dependent)
{
    const struct zdm_relation *owner = dependent->dependent;

    for (size_t i = 0; strcmp(dependent->kind, "constraint") == 0 && i < owner->constraints.n; i++)
        if (owner->constraints.items[i]->name &&
            is_on(dependent->name, owner->constraints.items[i]->name))
            dependent->of_constraint = owner->constraints.items[i];
    for (size_t i = 0; strcmp(dependent->kind, "default") == 0 && i < owner->columns.n; i++)
        if (is_for(dependent->name, owner->columns.items[i]->name)) {
            dependent->of_column = owner->columns.items[i];
            dependent->of_default = dependent->of_column->default_sql;
        }
}

static void
add_dependent(struct zdm_load *load, struct zdm_relation *relation, const char *constraint,
    const char *column, const struct zdm_result *rows, int row)
{
    const char *kind = zdm_result_get(rows, row, 3);
    struct zdm_relation *other = zdm_load_relation_by(load, zdm_load_oid(rows, row, 5));
    struct zdm_dependent *dependent = zdm_catalog_alloc(load->catalog, sizeof *dependent);

    dependent->kind = zdm_catalog_string(load->catalog, kind);
    dependent->name = zdm_load_text(load, rows, row, 4);
    dependent->column = column;
    dependent->constraint = constraint;
    dependent->dependent = other == relation ? NULL : other;
    dependent->automatic = zdm_result_bool(rows, row, 7);
    if (dependent->dependent)
        find_part(dependent);
    zdm_catalog_append(load->catalog, &relation->dependents, dependent);
}

/* What a row says beside that there is a dependent. */
static void
note_dependent(struct zdm_load *load, struct zdm_relation *relation, const char *column,
    const struct zdm_result *rows, int row)
{
    const char *kind = zdm_result_get(rows, row, 3);
    struct zdm_relation *other = zdm_load_relation_by(load, zdm_load_oid(rows, row, 5));

    if (!other)
        return;
    if (strcmp(kind, "view") == 0 || strcmp(kind, "materialized view") == 0) {
        add_read(load, other, relation);
    } else if (strcmp(kind, "sequence") == 0) {
        zdm_catalog_own_sequence(load->catalog, other, relation, column);
    } else if (strcmp(kind, "policy") == 0 && other == relation && column) {
        struct zdm_policy *policy = zdm_oid_map_get(&load->policies, zdm_load_oid(rows, row, 6));
        if (policy)
            add_policy_column(load, policy, column);
    }
}

static void
load_dependent(struct zdm_load *load, const struct zdm_result *rows, int row)
{
    uint32_t oid = zdm_load_oid(rows, row, 1);
    struct zdm_constraint *constraint = NULL;
    struct zdm_load_relation *slot = NULL;

    if (zdm_result_bool(rows, row, 0)) {
        constraint = zdm_oid_map_get(&load->constraints, oid);
        if (constraint && constraint->relation)
            add_dependent(load, constraint->relation, constraint->name, NULL, rows, row);
        return;
    }
    slot = zdm_load_relation_of(load, oid);
    if (!slot)
        return;
    struct zdm_column *column = zdm_load_column(slot, zdm_result_i64(rows, row, 2));
    const char *name = column ? column->name : NULL;
    add_dependent(load, slot->relation, NULL, name, rows, row);
    note_dependent(load, slot->relation, name, rows, row);
}

/* A function that takes rows of a table stands in the way of dropping it too. */
static void
load_user(struct zdm_load *load, const struct zdm_result *rows, int row)
{
    bool of_function = zdm_load_char(rows, row, 0) == 'f';
    uint32_t oid = zdm_load_oid(rows, row, 1);
    struct zdm_function *function = of_function ? zdm_oid_map_get(&load->functions, oid) : NULL;
    struct zdm_type *type = of_function ? NULL : zdm_load_type_by(load, oid);
    struct zdm_dependent *dependent = zdm_catalog_alloc(load->catalog, sizeof *dependent);

    dependent->kind = zdm_load_text(load, rows, row, 2);
    dependent->name = zdm_load_text(load, rows, row, 3);
    dependent->dependent = zdm_load_relation_by(load, zdm_load_oid(rows, row, 4));
    dependent->automatic = zdm_result_bool(rows, row, 5);
    if (dependent->dependent)
        find_part(dependent);
    if (function)
        zdm_catalog_append(load->catalog, &function->dependents, dependent);
    if (!type)
        return;
    zdm_catalog_append(load->catalog, &type->dependents, dependent);
    const struct zdm_type *of_rows = type->element ? type->element : type;
    if (of_rows->relation && of_rows->relation->kind != ZDM_RELATION_COMPOSITE)
        zdm_catalog_append(load->catalog, &of_rows->relation->dependents, dependent);
}

void
zdm_load_users(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++)
        load_user(load, rows, i);
}

void
zdm_load_dependents(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++)
        load_dependent(load, rows, i);
}

/* A publication of a partitioned table sends its partitions too. */
static void
publish(struct zdm_relation *relation)
{
    if (relation->published)
        return;
    relation->published = true;
    for (size_t i = 0; i < relation->children.n; i++)
        if (relation->children.items[i]->is_partition)
            publish(relation->children.items[i]);
}

static bool
publish_table(void *self, struct zdm_relation *relation)
{
    (void)self;
    if ((relation->kind == ZDM_RELATION_TABLE || relation->kind == ZDM_RELATION_PARTITIONED) &&
        !relation->temporary && !relation->unlogged)
        relation->published = true;
    return true;
}

void
zdm_load_extensions(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        struct zdm_relation *relation = zdm_load_relation_by(load, zdm_load_oid(rows, i, 1));
        char *name = zdm_load_text(load, rows, i, 0);
        if (relation)
            relation->extension = name;
        else if (!zdm_result_get(rows, i, 1))
            zdm_catalog_append(load->catalog, &load->catalog->extensions, name);
    }
}

void
zdm_load_publications(struct zdm_load *load, const struct zdm_result *rows)
{
    struct zdm_catalog *catalog = load->catalog;

    for (int i = 0; i < zdm_result_rows(rows); i++) {
        struct zdm_relation *relation = zdm_load_relation_by(load, zdm_load_oid(rows, i, 1));
        if (relation)
            publish(relation);
        else if (!zdm_result_get(rows, i, 1))
            zdm_catalog_append(
                catalog, &catalog->publications_all, zdm_load_text(load, rows, i, 0));
    }
    if (catalog->publications_all.n)
        zdm_catalog_each_relation(catalog, publish_table, NULL);
}
