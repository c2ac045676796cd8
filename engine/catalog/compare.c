#include "catalog/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sql/acl.h"

struct lines {
    struct zdm_arena *arena;
    const struct zdm_catalog *other; /* that it is compared with; may be NULL */
    char **items;
    size_t n;
    struct zdm_buf line; /* that is being made */
};

static void
finish(struct lines *lines)
{
    lines->items = zdm_grow(lines->items, lines->n + 1, sizeof *lines->items);
    lines->items[lines->n++] = zdm_arena_strdup(lines->arena, lines->line.s);
    zdm_buf_clear(&lines->line);
}

static void
add_flag(struct lines *lines, bool is, const char *word)
{
    if (is)
        zdm_buf_addf(&lines->line, " %s", word);
}

static void
add_names(struct lines *lines, const char *const *names, size_t n)
{
    zdm_buf_add(&lines->line, " (");
    for (size_t i = 0; names && i < n; i++)
        zdm_buf_addf(&lines->line, "%s%s", i ? ", " : "", names[i] ? names[i] : "<expression>");
    zdm_buf_addc(&lines->line, ')');
}

static void
add_relation(struct lines *lines, const struct zdm_relation *relation)
{
    if (relation)
        zdm_buf_addf(
            &lines->line, " %s.%s", relation->schema ? relation->schema : "?", relation->name);
}

static void
add_type(struct lines *lines, const struct zdm_type *type)
{
    zdm_buf_addf(
        &lines->line, " %s.%s", type && type->schema ? type->schema : "?", type ? type->name : "?");
}

static void
tell_column(
    struct lines *lines, const struct zdm_relation *relation, const struct zdm_column *column)
{
    zdm_buf_add(&lines->line, "column");
    add_relation(lines, relation);
    zdm_buf_addf(&lines->line, ".%s", column->name);
    add_type(lines, column->type);
    if (column->typmod != -1)
        zdm_buf_addf(&lines->line, " typmod %d", column->typmod);
    if (column->collation)
        zdm_buf_addf(&lines->line, " collate %s", column->collation);
    add_flag(lines, column->not_null, "not null");
    add_flag(lines, !column->not_null_valid, "not valid");
    add_flag(lines, column->default_sql && !column->generated, "default");
    if (column->identity)
        zdm_buf_addf(&lines->line, " identity %c", column->identity);
    if (column->generated)
        zdm_buf_addf(&lines->line, " generated %c", column->generated);
    add_flag(lines, column->inherited, "inherited");
    add_flag(lines, !column->local, "not local");
    finish(lines);
}

static bool
same_columns(const struct zdm_constraint *a, const struct zdm_constraint *b)
{
    if (a->n_columns != b->n_columns)
        return false;
    for (size_t i = 0; i < a->n_columns; i++)
        if (!a->columns[i] || !b->columns[i] || strcmp(a->columns[i], b->columns[i]) != 0)
            return false;
    return true;
}

/* The server keeps one foreign key more for each partition of the referenced table. */
static bool
to_a_partition(const struct zdm_constraint *key)
{
    if (key->kind != ZDM_CONSTRAINT_FOREIGN || !key->inherited || !key->references ||
        !key->references->is_partition)
        return false;
    for (size_t i = 0; i < key->relation->constraints.n; i++) {
        const struct zdm_constraint *other = key->relation->constraints.items[i];
        for (size_t k = 0; k < key->references->parents.n; k++)
            if (other->kind == ZDM_CONSTRAINT_FOREIGN &&
                other->references == key->references->parents.items[k] && same_columns(other, key))
                return true;
    }
    return false;
}

static void
tell_constraint(struct lines *lines, const struct zdm_constraint *constraint)
{
    if (constraint->kind == ZDM_CONSTRAINT_NOT_NULL || to_a_partition(constraint))
        return;
    zdm_buf_add(&lines->line, "constraint");
    add_relation(lines, constraint->relation);
    zdm_buf_addf(
        &lines->line, ".%s %c", constraint->name ? constraint->name : "?", constraint->kind);
    add_names(lines, constraint->columns, constraint->n_columns);
    if (constraint->references) {
        zdm_buf_add(&lines->line, " references");
        add_relation(lines, constraint->references);
        if (constraint->referenced)
            add_names(lines, constraint->referenced, constraint->n_columns);
        zdm_buf_addf(
            &lines->line, " delete %c update %c", constraint->on_delete, constraint->on_update);
        add_flag(lines, constraint->match == 'f', "match full");
    }
    if (constraint->index)
        zdm_buf_addf(&lines->line, " index %s", constraint->index->self->name);
    add_flag(lines, !constraint->validated, "not valid");
    add_flag(lines, !constraint->enforced, "not enforced");
    add_flag(lines, constraint->deferrable, "deferrable");
    add_flag(lines, constraint->initially_deferred, "deferred");
    add_flag(lines, constraint->inherited, "inherited");
    add_flag(
        lines, constraint->no_inherit && constraint->kind == ZDM_CONSTRAINT_CHECK, "no inherit");
    finish(lines);
}

static void
tell_index(struct lines *lines, const struct zdm_index *index)
{
    zdm_buf_add(&lines->line, "index");
    add_relation(lines, index->self);
    zdm_buf_add(&lines->line, " on");
    add_relation(lines, index->table);
    zdm_buf_addf(&lines->line, " %s (", index->method);
    for (size_t i = 0; i < index->n_columns; i++) {
        const struct zdm_index_column *key = &index->columns[i];
        zdm_buf_addf(&lines->line, "%s%s", i ? ", " : "", key->name ? key->name : "<expression>");
        if (key->collation)
            zdm_buf_addf(&lines->line, " collate %s", key->collation);
        add_flag(lines, !key->default_opclass, "other class");
        add_flag(lines, !key->plain_order, "other order");
    }
    zdm_buf_addc(&lines->line, ')');
    if (index->n_included) {
        zdm_buf_add(&lines->line, " include");
        add_names(lines, index->included, index->n_included);
    }
    add_flag(lines, index->predicate_sql, "partial");
    add_flag(lines, index->unique, "unique");
    add_flag(lines, index->nulls_not_distinct, "nulls not distinct");
    add_flag(lines, index->primary, "primary");
    add_flag(lines, !index->immediate, "deferrable");
    add_flag(lines, !index->valid, "invalid");
    add_flag(lines, index->replica_identity, "replica identity");
    add_flag(lines, index->clustered, "clustered");
    if (index->parent) {
        zdm_buf_add(&lines->line, " part of");
        add_relation(lines, index->parent->self);
    }
    finish(lines);
}

static void
tell_trigger(
    struct lines *lines, const struct zdm_relation *relation, const struct zdm_trigger *trigger)
{
    zdm_buf_add(&lines->line, "trigger");
    add_relation(lines, relation);
    zdm_buf_addf(&lines->line, ".%s", trigger->name);
    add_flag(lines, trigger->before, "before");
    add_flag(lines, trigger->row, "row");
    add_flag(lines, trigger->insert, "insert");
    add_flag(lines, trigger->update, "update");
    if (trigger->n_columns)
        add_names(lines, trigger->columns, trigger->n_columns);
    add_flag(lines, trigger->delete_, "delete");
    add_flag(lines, trigger->truncate, "truncate");
    add_flag(lines, trigger->constraint, "constraint");
    add_flag(lines, !trigger->enabled, "disabled");
    finish(lines);
}

static bool
is_view(const struct zdm_relation *relation)
{
    return relation->kind == ZDM_RELATION_VIEW || relation->kind == ZDM_RELATION_MATVIEW;
}

static void
tell_dependent(
    struct lines *lines, const struct zdm_relation *relation, const struct zdm_dependent *dependent)
{
    if (!dependent->dependent || dependent->dependent->dropped || !is_view(dependent->dependent) ||
        dependent->constraint || dependent->dependent->temporary)
        return;
    zdm_buf_addf(&lines->line, "%s", dependent->kind);
    add_relation(lines, dependent->dependent);
    zdm_buf_add(&lines->line, " reads");
    add_relation(lines, relation);
    if (dependent->column)
        zdm_buf_addf(&lines->line, ".%s", dependent->column);
    finish(lines);
}

static void
tell_partitioning(struct lines *lines, const struct zdm_relation *relation)
{
    for (size_t i = 0; i < relation->parents.n; i++) {
        add_flag(lines, true, relation->is_partition ? "partition of" : "inherits");
        add_relation(lines, relation->parents.items[i]);
    }
    add_flag(lines, relation->detach_pending, "detach pending");
    add_flag(lines, relation->bound_sql && strcmp(relation->bound_sql, "DEFAULT") == 0, "default");
    if (relation->kind == ZDM_RELATION_PARTITIONED) {
        zdm_buf_addf(&lines->line, " by %c",
            relation->partition_strategy ? relation->partition_strategy : '?');
        add_names(lines, relation->partition_columns, relation->n_partition_columns);
    }
    if (relation->default_partition) {
        zdm_buf_add(&lines->line, " default");
        add_relation(lines, relation->default_partition);
    }
}

static void
tell_properties(struct lines *lines, const struct zdm_relation *relation)
{
    zdm_buf_addf(&lines->line, "relation %c", relation->kind);
    add_relation(lines, relation);
    add_flag(lines, relation->unlogged, "unlogged");
    add_flag(lines, relation->temporary, "temporary");
    if (relation->tablespace)
        zdm_buf_addf(&lines->line, " tablespace %s", relation->tablespace);
    tell_partitioning(lines, relation);
    if (relation->of_type) {
        zdm_buf_add(&lines->line, " of");
        add_relation(lines, relation->of_type);
    }
    if (relation->n_dropped_columns)
        zdm_buf_addf(&lines->line, " dropped columns %u", relation->n_dropped_columns);
    add_flag(lines, relation->row_security, "row security");
    add_flag(lines, relation->force_row_security, "forced row security");
    if (relation->kind == ZDM_RELATION_TABLE && relation->replica_identity != 'd')
        zdm_buf_addf(&lines->line, " replica identity %c", relation->replica_identity);
    add_flag(lines, relation->published, "published");
    add_flag(lines, relation->has_rules, "rules");
    add_flag(lines, relation->kind == ZDM_RELATION_MATVIEW && !relation->populated, "no data");
    if (relation->sequence_of) {
        zdm_buf_add(&lines->line, " owned by");
        add_relation(lines, relation->sequence_of);
        zdm_buf_addf(&lines->line, ".%s", relation->sequence_column);
    }
    finish(lines);
}

static void
tell_policy(struct lines *lines, const struct zdm_policy *policy)
{
    zdm_buf_addf(&lines->line, ".%s %c%s", policy->name, policy->command,
        policy->restrictive ? " restrictive" : "");
    for (size_t i = 0; i < policy->n_roles; i++)
        zdm_buf_addf(&lines->line, " %s", policy->roles[i] ? policy->roles[i] : "public");
    finish(lines);
}

static void
tell_acl(struct lines *lines, const struct zdm_relation *relation, const char *column,
    const struct zdm_acl *acl)
{
    for (size_t i = 0; acl && i < acl->n; i++) {
        const struct zdm_grant *grant = &acl->grants[i];
        /* With the default alone there is no ACL at all. */
        if (!column && zdm_same_text(grant->role, relation->owner))
            continue;
        zdm_buf_add(&lines->line, "grant");
        add_relation(lines, relation);
        zdm_buf_addf(&lines->line, "%s%s to %s: %x %x", column ? "." : "", column ? column : "",
            grant->role ? grant->role : "public", grant->rights, grant->options);
        finish(lines);
    }
}

/* What a text did to the grants is not always known. */
static bool
grants_known(const struct lines *lines, const struct zdm_relation *relation)
{
    const struct zdm_relation *other =
        lines->other ? zdm_catalog_relation(lines->other, relation->schema, relation->name)
                     : relation;

    return relation->acl_known && (!other || other->acl_known);
}

static void
tell_grants(struct lines *lines, const struct zdm_relation *relation)
{
    if (!grants_known(lines, relation))
        return;
    tell_acl(lines, relation, NULL, relation->acl);
    for (size_t i = 0; i < relation->columns.n; i++)
        tell_acl(
            lines, relation, relation->columns.items[i]->name, relation->columns.items[i]->acl);
}

static bool
tell_relation(void *self, struct zdm_relation *relation)
{
    struct lines *lines = self;

    /* Those of another session are never read. */
    if (relation->temporary)
        return true;
    if (relation->index) {
        tell_index(lines, relation->index);
        return true;
    }
    tell_properties(lines, relation);
    tell_grants(lines, relation);
    for (size_t i = 0; i < relation->columns.n; i++)
        tell_column(lines, relation, relation->columns.items[i]);
    for (size_t i = 0; i < relation->constraints.n; i++)
        tell_constraint(lines, relation->constraints.items[i]);
    for (size_t i = 0; i < relation->triggers.n; i++)
        tell_trigger(lines, relation, relation->triggers.items[i]);
    for (size_t i = 0; i < relation->policies.n; i++) {
        zdm_buf_add(&lines->line, "policy");
        add_relation(lines, relation);
        tell_policy(lines, relation->policies.items[i]);
    }
    for (size_t i = 0; i < relation->dependents.n; i++)
        tell_dependent(lines, relation, relation->dependents.items[i]);
    return true;
}

static bool
of_the_system(const char *schema)
{
    return schema &&
           (strcmp(schema, "pg_catalog") == 0 || strcmp(schema, "information_schema") == 0);
}

/* Row types of relations and arrays come by themselves. */
static void
tell_type(void *self, struct zdm_type *type)
{
    struct lines *lines = self;

    if (of_the_system(type->schema) || type->kind == ZDM_TYPE_COMPOSITE || type->element)
        return;
    zdm_buf_addf(&lines->line, "type %c", type->kind);
    add_type(lines, type);
    if (type->base) {
        zdm_buf_add(&lines->line, " over");
        add_type(lines, type->base);
        if (type->base_typmod != -1)
            zdm_buf_addf(&lines->line, " typmod %d", type->base_typmod);
        add_flag(lines, type->domain_not_null, "not null");
        add_flag(lines, type->domain_default, "default");
        for (size_t i = 0; i < type->domain_checks.n; i++) {
            const struct zdm_constraint *check = type->domain_checks.items[i];
            zdm_buf_addf(&lines->line, " check %s%s", check->name ? check->name : "?",
                check->validated ? "" : " not valid");
        }
    }
    if (type->kind == ZDM_TYPE_ENUM)
        add_names(lines, type->values.items, type->values.n);
    finish(lines);
}

static void
tell_function(void *self, struct zdm_function *function)
{
    struct lines *lines = self;

    if (function->dropped || of_the_system(function->schema))
        return;
    zdm_buf_addf(&lines->line, "function %c %s.%s(", function->kind,
        function->schema ? function->schema : "?", function->name);
    for (size_t i = 0; i < function->n_arguments; i++)
        add_type(lines, function->arguments[i]);
    zdm_buf_addf(&lines->line, " ) %c", function->volatility);
    if (function->kind != 'p')
        add_type(lines, function->result);
    finish(lines);
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **
lines_of(const struct zdm_catalog *catalog, const struct zdm_catalog *other,
    struct zdm_arena *arena, size_t *n)
{
    struct lines lines = {.arena = arena, .other = other, .line = ZDM_BUF_INIT};

    zdm_catalog_each_relation(catalog, tell_relation, &lines);
    zdm_catalog_each_type(catalog, tell_type, &lines);
    zdm_catalog_each_function(catalog, tell_function, &lines);
    zdm_buf_release(&lines.line);
    if (lines.n)
        qsort(lines.items, lines.n, sizeof *lines.items, by_text);
    char **out = zdm_arena_alloc(arena, (lines.n + 1) * sizeof *out);
    if (lines.n)
        memcpy(out, lines.items, lines.n * sizeof *out);
    free(lines.items);
    *n = lines.n;
    return out;
}

char **
zdm_catalog_lines(const struct zdm_catalog *catalog, struct zdm_arena *arena, size_t *n)
{
    return lines_of(catalog, NULL, arena, n);
}

char **
zdm_catalog_compare(
    const struct zdm_catalog *a, const struct zdm_catalog *b, struct zdm_arena *arena, size_t *n)
{
    size_t n_a, n_b, i = 0, k = 0;
    char **in_a = lines_of(a, b, arena, &n_a), **in_b = lines_of(b, a, arena, &n_b);
    char **out = zdm_arena_alloc(arena, (n_a + n_b + 1) * sizeof *out);

    *n = 0;
    while (i < n_a || k < n_b) {
        int order = i == n_a ? 1 : k == n_b ? -1 : strcmp(in_a[i], in_b[k]);
        if (order < 0)
            out[(*n)++] = zdm_arena_strf(arena, "- %s", in_a[i]);
        else if (order > 0)
            out[(*n)++] = zdm_arena_strf(arena, "+ %s", in_b[k]);
        i += order <= 0;
        k += order >= 0;
    }
    return out;
}
