#include <stdlib.h>
#include <string.h>

#include "sql/dropping_private.h"
#include "sql/object.h"
#include "sql/syntax.h"

/* Foreign keys to it, of it when it is a partition of what they point to. Those that the server made
 * for partitions go with the one they were made for. */
static void
expand_referenced(struct zdm_dropping *dropping, const struct zdm_relation *relation)
{
    for (size_t i = 0; i < relation->referenced_by.n; i++) {
        struct zdm_constraint *key = relation->referenced_by.items[i];
        if (key->relation != relation && !key->inherited)
            zdm_dropping_need(
                dropping, (struct zdm_gone){.kind = ZDM_GONE_FOREIGN_KEY, .object = key});
    }
    if (!relation->is_partition)
        return;
    for (size_t i = 0; i < relation->parents.n; i++)
        expand_referenced(dropping, relation->parents.items[i]);
}

/* The function that a text such as s.f(integer, text) means, by the number of its arguments. */
static struct zdm_function *
function_of_text(struct zdm_draft *draft, const char *text)
{
    struct zdm_err err = ZDM_ERR_INIT;
    const char *open = strchr(text, '(');
    char *schema = NULL, *name = NULL;
    struct zdm_function *found = NULL;

    if (!open)
        return NULL;
    size_t n = strncmp(open, "()", 2) != 0;
    for (const char *at = open; *at; at++)
        n += *at == ',';
    if (zdm_sql_split_name(zdm_arena_strndup(draft->arena, text, (size_t)(open - text)), &schema,
            &name, &err) < 0) {
        zdm_err_release(&err);
        return NULL;
    }
    struct zdm_function *at = zdm_catalog_functions(draft->catalog, name);
    for (; at; at = at->next)
        if (!at->dropped && strcmp(at->name, name) == 0 && at->n_arguments == n &&
            (!schema || zdm_same_text(at->schema, schema)))
            found = at;
    free(schema);
    free(name);
    return found;
}

/* A dependent that is no relation and belongs to none. */
static struct zdm_gone
named(struct zdm_dropping *dropping, const struct zdm_dependent *dependent)
{
    struct zdm_function *function = strcmp(dependent->kind, "function") == 0
                                        ? function_of_text(dropping->draft, dependent->name)
                                        : NULL;

    if (function)
        return (struct zdm_gone){.kind = ZDM_GONE_FUNCTION, .object = function};
    return (struct zdm_gone){
        .kind = ZDM_GONE_OTHER, .part = dependent->kind, .name = dependent->name};
}

/* A constraint or a default that was dropped earlier, or is another one now. */
static bool
part_is_gone(const struct zdm_relation *owner, const struct zdm_dependent *dependent)
{
    bool there = !dependent->of_constraint && !dependent->of_column;

    for (size_t i = 0; i < owner->constraints.n && !there; i++)
        there = owner->constraints.items[i] == dependent->of_constraint;
    for (size_t i = 0; i < owner->columns.n && !there; i++)
        there = owner->columns.items[i] == dependent->of_column &&
                owner->columns.items[i]->default_sql == dependent->of_default;
    return !there;
}

/* A trigger, a policy or a rule that was dropped earlier: its owner has none of that name any more. */
static bool
is_gone(struct zdm_dropping *dropping, const struct zdm_relation *owner,
    const struct zdm_dependent *dependent)
{
    struct zdm_draft *draft = dropping->draft;

    if (!owner->known)
        return false;
    if (strcmp(dependent->kind, "trigger") == 0) {
        for (size_t i = 0; i < owner->triggers.n; i++)
            if (zdm_gone_is_called(draft, owner->triggers.items[i]->name, dependent->name))
                return false;
        return true;
    }
    if (strcmp(dependent->kind, "policy") == 0) {
        for (size_t i = 0; i < owner->policies.n; i++)
            if (zdm_gone_is_called(draft, owner->policies.items[i]->name, dependent->name))
                return false;
        return true;
    }
    if (strcmp(dependent->kind, "rule") == 0) {
        for (size_t i = 0; i < owner->rules.n; i++)
            if (zdm_gone_is_called(draft, owner->rules.items[i], dependent->name))
                return false;
        return true;
    }
    if (strcmp(dependent->kind, "statistics") == 0) {
        for (size_t i = 0; i < owner->dependents.n; i++)
            if (strcmp(owner->dependents.items[i]->name, dependent->name) == 0)
                return false;
        return true;
    }
    return part_is_gone(owner, dependent);
}

/* What depends on a relation, or on one of its columns. Its own parts matter only to the column. */
static void
expand_dependents(struct zdm_dropping *dropping, struct zdm_relation *relation, const char *column)
{
    for (size_t i = 0; i < relation->dependents.n; i++) {
        const struct zdm_dependent *dependent = relation->dependents.items[i];
        struct zdm_relation *owner = dependent->dependent;
        if ((column && !zdm_same_text(dependent->column, column)) || (owner && owner->dropped) ||
            (!owner && strcmp(dependent->kind, "statistics") == 0) ||
            is_gone(dropping, owner ? owner : relation, dependent))
            continue;
        if (strcmp(dependent->kind, "publication") == 0) { /* it lists or filters by the column */
            if (column && !dependent->automatic)
                zdm_dropping_need(
                    dropping, zdm_gone_part(dropping, relation, dependent->kind, dependent->name));
            continue;
        }
        if (!owner && strcmp(dependent->kind, "function") == 0) {
            zdm_dropping_need(dropping, named(dropping, dependent));
            continue;
        }
        if (!owner && !column)
            continue;
        if (owner && owner->kind == ZDM_RELATION_SEQUENCE) {
            /* Unless it was given to another one since. */
            if (owner->sequence_of != relation)
                continue;
            zdm_dropping_take(
                dropping, (struct zdm_gone){.kind = ZDM_GONE_RELATION, .object = owner});
            continue;
        }
        struct zdm_gone item = owner && strstr(dependent->kind, "view")
                                   ? (struct zdm_gone){.kind = ZDM_GONE_RELATION, .object = owner}
                                   : zdm_gone_part(dropping, owner ? owner : relation,
                                         dependent->kind, dependent->name);
        if (dependent->automatic)
            zdm_dropping_take(dropping, item);
        else
            zdm_dropping_need(dropping, item);
    }
}

/* Is the column of the type itself, or an array of it? */
static bool
is_of(const struct zdm_type *type, const struct zdm_type *of)
{
    return type && (type == of || type->element == of);
}

struct users { /* of a type or of a function */
    struct zdm_dropping *dropping;
    const struct zdm_type *type;
    const char *function; /* schema.name */
    const char *call;     /* "name(" */
};

static bool
see_columns(void *self, struct zdm_relation *relation)
{
    struct users *users = self;

    for (size_t i = 0; i < relation->columns.n; i++) {
        const struct zdm_column *column = relation->columns.items[i];
        if (!is_of(column->type, users->type) || strchr("vm", (int)relation->kind))
            continue;
        zdm_dropping_need(users->dropping,
            (struct zdm_gone){.kind = ZDM_GONE_COLUMN, .object = relation, .name = column->name});
    }
    if (users->type->relation && relation->of_type == users->type->relation)
        zdm_dropping_need(
            users->dropping, (struct zdm_gone){.kind = ZDM_GONE_RELATION, .object = relation});
    return true;
}

static void
see_domains(void *self, struct zdm_type *type)
{
    struct users *users = self;

    if (type->kind == ZDM_TYPE_DOMAIN && type->base == users->type)
        zdm_dropping_need(
            users->dropping, (struct zdm_gone){.kind = ZDM_GONE_TYPE, .object = type});
}

/* Those that the text made: what the server has is listed. */
static void
see_functions(void *self, struct zdm_function *function)
{
    struct users *users = self;
    bool uses = is_of(function->result, users->type);

    for (size_t i = 0; i < function->n_arguments; i++)
        uses |= is_of(function->arguments[i], users->type);
    for (size_t i = 0; i < function->n_outputs; i++)
        uses |= is_of(function->outputs[i], users->type);
    if (uses && function->key && !function->dropped)
        zdm_dropping_need(
            users->dropping, (struct zdm_gone){.kind = ZDM_GONE_FUNCTION, .object = function});
}

static bool
see_triggers(void *self, struct zdm_relation *relation)
{
    struct users *users = self;

    for (size_t i = 0; i < relation->triggers.n; i++)
        if (zdm_same_text(relation->triggers.items[i]->function, users->function) &&
            !relation->is_partition)
            zdm_dropping_need(users->dropping, (struct zdm_gone){.kind = ZDM_GONE_PART,
                                                   .object = relation,
                                                   .part = "trigger",
                                                   .name = relation->triggers.items[i]->name});
    return true;
}

/* As an author writes a call. What the server spells has a schema before it, and is listed. */
static bool
calls(const char *text, const char *call)
{
    for (const char *at = text; at && (at = strstr(at, call)); at++)
        if (at == text || strchr(" (,=<>+-*/|:[", at[-1]))
            return true;
    return false;
}

/* What the text itself made, and wrote a call in. */
static bool
see_calls(void *self, struct zdm_relation *relation)
{
    struct users *users = self;
    struct zdm_dropping *dropping = users->dropping;

    if (relation->view_sql && calls(relation->view_sql, users->call))
        zdm_dropping_need(
            dropping, (struct zdm_gone){.kind = ZDM_GONE_RELATION, .object = relation});
    for (size_t i = 0; i < relation->columns.n; i++)
        if (calls(relation->columns.items[i]->default_sql, users->call))
            zdm_dropping_need(dropping,
                zdm_gone_part(dropping, relation, "default", relation->columns.items[i]->name));
    for (size_t i = 0; i < relation->constraints.n; i++)
        if (calls(relation->constraints.items[i]->check_sql, users->call))
            zdm_dropping_need(dropping, zdm_gone_part(dropping, relation, "constraint",
                                            relation->constraints.items[i]->name));
    for (size_t i = 0; i < relation->indexes.n; i++) {
        struct zdm_index *index = relation->indexes.items[i];
        if (calls(index->expressions_sql, users->call) || calls(index->predicate_sql, users->call))
            zdm_dropping_need(
                dropping, zdm_gone_part(dropping, index->self, "index", index->self->name));
    }
    return true;
}

/* The dependents of a type or of a function. */
static void
expand_listed(struct zdm_dropping *dropping, struct zdm_dependent *const *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct zdm_dependent *dependent = items[i];
        struct zdm_relation *owner = dependent->dependent;
        if (owner && (owner->dropped || is_gone(dropping, owner, dependent)))
            continue;
        /* Columns of every kind of relation are found as such. */
        if (strcmp(dependent->kind, "type") == 0 || strcmp(dependent->kind, "foreign table") == 0)
            continue;
        if (!owner)
            zdm_dropping_need(dropping, named(dropping, dependent));
        else if (strstr(dependent->kind, "view"))
            zdm_dropping_need(
                dropping, (struct zdm_gone){.kind = ZDM_GONE_RELATION, .object = owner});
        else if (dependent->automatic)
            zdm_dropping_take(
                dropping, zdm_gone_part(dropping, owner, dependent->kind, dependent->name));
        else
            zdm_dropping_need(
                dropping, zdm_gone_part(dropping, owner, dependent->kind, dependent->name));
    }
}

static void
expand_type(struct zdm_dropping *dropping, struct zdm_type *type)
{
    struct users users = {.dropping = dropping, .type = type};
    const struct zdm_catalog *catalog = dropping->draft->catalog;

    zdm_catalog_each_relation(catalog, see_columns, &users);
    zdm_catalog_each_type(catalog, see_domains, &users);
    if (type->in_functions)
        zdm_catalog_each_function(catalog, see_functions, &users);
    expand_listed(dropping, type->dependents.items, type->dependents.n);
    if (type->relation && type->relation->kind == ZDM_RELATION_COMPOSITE)
        zdm_dropping_take(
            dropping, (struct zdm_gone){.kind = ZDM_GONE_RELATION, .object = type->relation});
}

static void
expand_row_type(struct zdm_dropping *dropping, const struct zdm_relation *relation)
{
    struct zdm_type *type =
        relation->schema && !strchr("SiI", (int)relation->kind)
            ? zdm_catalog_type(dropping->draft->catalog, relation->schema, relation->name)
            : NULL;

    if (type && type->relation == relation &&
        (type->used_by.n || type->dependents.n || type->in_functions))
        expand_type(dropping, type);
}

/* Sequences of columns that take their values from one; those that a server had are dependents. */
static void
expand_sequences(struct zdm_dropping *dropping, const struct zdm_relation *relation)
{
    for (size_t i = 0; i < relation->columns.n; i++) {
        const struct zdm_column *column = relation->columns.items[i];
        struct zdm_relation *sequence =
            column->identity || (column->default_sql && strstr(column->default_sql, "nextval("))
                ? zdm_catalog_sequence_of(relation, column->name)
                : NULL;
        if (sequence)
            zdm_dropping_take(
                dropping, (struct zdm_gone){.kind = ZDM_GONE_RELATION, .object = sequence});
    }
}

static void
expand_relation(struct zdm_dropping *dropping, struct zdm_relation *relation)
{
    for (size_t i = 0; i < relation->children.n; i++) {
        struct zdm_gone child = {.kind = ZDM_GONE_RELATION, .object = relation->children.items[i]};
        if (relation->children.items[i]->is_partition || relation->kind == ZDM_RELATION_PARTITIONED)
            zdm_dropping_take(dropping, child);
        else
            zdm_dropping_need(dropping, child);
    }
    expand_sequences(dropping, relation);
    expand_referenced(dropping, relation);
    expand_dependents(dropping, relation, NULL);
    expand_row_type(dropping, relation);
}

/* An exclusion constraint goes with a column that it compares, but not with one that stands in an
 * expression or in WHERE: only its index depends on that one. */
static bool
needs_column(const struct zdm_constraint *constraint, const char *column)
{
    const struct zdm_index *index = constraint->index;

    if (constraint->kind != ZDM_CONSTRAINT_EXCLUDE || !constraint->name || !index ||
        !zdm_names_have(index->uses, index->n_uses, column))
        return false;
    for (size_t i = 0; i < index->n_columns; i++)
        if (zdm_same_text(index->columns[i].name, column))
            return false;
    return true;
}

static void
expand_column(struct zdm_dropping *dropping, struct zdm_relation *relation, const char *column)
{
    for (size_t i = 0; i < relation->referenced_by.n; i++) {
        struct zdm_constraint *key = relation->referenced_by.items[i];
        if (key->referenced && zdm_names_have(key->referenced, key->n_columns, column) &&
            !key->inherited)
            zdm_dropping_need(
                dropping, (struct zdm_gone){.kind = ZDM_GONE_FOREIGN_KEY, .object = key});
    }
    for (size_t i = 0; i < relation->constraints.n; i++) {
        const struct zdm_constraint *exclude = relation->constraints.items[i];
        if (needs_column(exclude, column))
            zdm_dropping_need(
                dropping, zdm_gone_part(dropping, relation, "constraint", exclude->name));
    }
    expand_dependents(dropping, relation, column);
    zdm_dropping_fields(dropping, relation, column);
}

void
zdm_dropping_expand(struct zdm_dropping *dropping, struct zdm_gone item)
{
    struct users users = {.dropping = dropping};

    switch (item.kind) {
    case ZDM_GONE_RELATION:
        expand_relation(dropping, item.object);
        break;
    case ZDM_GONE_COLUMN:
        expand_column(dropping, item.object, item.name);
        break;
    case ZDM_GONE_TYPE:
        expand_type(dropping, item.object);
        break;
    case ZDM_GONE_FUNCTION: {
        const struct zdm_function *function = item.object;
        users.function = zdm_arena_strf(dropping->draft->arena, "%s.%s",
            function->schema ? function->schema : "", function->name);
        users.call = zdm_arena_strf(dropping->draft->arena, "%s(", function->name);
        zdm_catalog_each_relation(dropping->draft->catalog, see_triggers, &users);
        zdm_catalog_each_relation(dropping->draft->catalog, see_calls, &users);
        expand_listed(dropping, function->dependents.items, function->dependents.n);
        break;
    }
    default:
        break;
    }
}
