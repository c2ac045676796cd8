#include <string.h>

#include "sql/expression.h"
#include "sql/families.h"
#include "sql/object.h"

/*
 * Statistics objects are dependents of their table: "schema.name" by column. A name without a schema
 * is looked for by its last part.
 */
struct wanted {
    struct zdm_draft *draft;
    const char *schema, *name; /* quoted; schema NULL: none */
    struct zdm_relation *relation;
};

static bool
is_called(const struct zdm_dependent *dependent, const char *schema, const char *name)
{
    const char *text = dependent->name;
    size_t len = strlen(text), tail = strlen(name);

    if (strcmp(dependent->kind, "statistics") != 0 || len < tail ||
        strcmp(text + len - tail, name) != 0 || (len > tail && text[len - tail - 1] != '.'))
        return false;
    return !schema || (strncmp(text, schema, strlen(schema)) == 0 && text[strlen(schema)] == '.');
}

static bool
see(void *self, struct zdm_relation *relation)
{
    struct wanted *wanted = self;

    /* Those with another relation are on that one, and only name an attribute of this one's type. */
    for (size_t i = 0; i < relation->dependents.n; i++)
        if (!relation->dependents.items[i]->dependent &&
            is_called(relation->dependents.items[i], wanted->schema, wanted->name))
            wanted->relation = relation;
    return !wanted->relation;
}

struct zdm_relation *
zdm_statistics_relation(struct zdm_draft *draft, size_t n, PgQuery__Node *const *names)
{
    const char *schema = zdm_object_schema(n, names);
    struct wanted wanted = {.draft = draft,
        .schema = schema ? zdm_ident_text(draft->arena, schema) : NULL,
        .name = zdm_ident_text(draft->arena, zdm_object_name(n, names))};

    zdm_catalog_each_relation(draft->catalog, see, &wanted);
    return wanted.relation;
}

bool
zdm_statistics_taken(struct zdm_draft *draft, const PgQuery__CreateStatsStmt *stmt)
{
    const char *schema =
        zdm_object_target_schema(draft, zdm_object_schema(stmt->n_defnames, stmt->defnames));
    struct wanted wanted = {.draft = draft,
        .schema = schema ? zdm_ident_text(draft->arena, schema) : NULL,
        .name = zdm_ident_text(draft->arena, zdm_object_name(stmt->n_defnames, stmt->defnames))};

    zdm_catalog_each_relation(draft->catalog, see, &wanted);
    return wanted.relation != NULL;
}

void
zdm_statistics_forget(struct zdm_draft *draft, struct zdm_relation *relation, const char *name)
{
    const char *text = zdm_ident_text(draft->arena, name);

    for (size_t i = relation->dependents.n; i > 0; i--)
        if (is_called(relation->dependents.items[i - 1], NULL, text))
            zdm_catalog_remove(
                draft->catalog, &relation->dependents, relation->dependents.items[i - 1]);
}

void
zdm_statistics_rename(
    struct zdm_draft *draft, struct zdm_relation *relation, const char *from, const char *to)
{
    const char *text = zdm_ident_text(draft->arena, from);

    for (size_t i = 0; i < relation->dependents.n; i++) {
        struct zdm_dependent *dependent = relation->dependents.items[i];
        if (!is_called(dependent, NULL, text))
            continue;
        size_t head = strlen(dependent->name) - strlen(text);
        zdm_catalog_touch(draft->catalog, dependent, sizeof *dependent);
        dependent->name = zdm_catalog_string(
            draft->catalog, zdm_arena_strf(draft->arena, "%.*s%s", (int)head, dependent->name,
                                zdm_ident_text(draft->arena, to)));
    }
}

static void
add(struct zdm_draft *draft, struct zdm_relation *relation, const char *name, const char *column)
{
    struct zdm_dependent *dependent = zdm_catalog_alloc(draft->catalog, sizeof *dependent);

    dependent->kind = "statistics";
    dependent->name = zdm_catalog_string(draft->catalog, name);
    dependent->column = zdm_catalog_string(draft->catalog, column);
    dependent->automatic = true;
    zdm_catalog_append(draft->catalog, &relation->dependents, dependent);
}

struct on_field {
    struct zdm_draft *draft;
    struct zdm_relation *relation;
    const char *name;
};

/* It depends on the attribute of the type too. */
static void
add_to_type(void *self, const struct zdm_column *column, const char *attribute)
{
    const struct on_field *on = self;
    struct zdm_relation *type = column->type ? column->type->relation : NULL;

    if (!type)
        return;
    add(on->draft, type, on->name, attribute);
    struct zdm_dependent *made = type->dependents.items[type->dependents.n - 1];
    made->automatic = false;
    made->dependent = on->relation;
}

void
zdm_statistics_add(
    struct zdm_draft *draft, struct zdm_relation *relation, const PgQuery__CreateStatsStmt *stmt)
{
    const char *schema = zdm_object_schema(stmt->n_defnames, stmt->defnames);
    const char *name = zdm_object_name(stmt->n_defnames, stmt->defnames);

    if (!name[0]) /* the server makes one up */
        name = zdm_default_name(draft->arena, relation->name, "", "stat");
    schema = zdm_object_target_schema(draft, schema);
    const char *text =
        zdm_arena_strf(draft->arena, "%s%s%s", schema ? zdm_ident_text(draft->arena, schema) : "",
            schema ? "." : "", zdm_ident_text(draft->arena, name));
    bool any = false;
    for (size_t i = 0; i < stmt->n_exprs; i++) {
        const char *column = stmt->exprs[i]->stats_elem->name;
        if (!column[0]) {
            struct on_field on = {.draft = draft, .relation = relation, .name = text};
            zdm_expr_each_field(stmt->exprs[i]->stats_elem->expr, relation, add_to_type, &on);
            continue;
        }
        add(draft, relation, text, column);
        any = true;
    }
    if (!any)
        add(draft, relation, text, NULL);
}
