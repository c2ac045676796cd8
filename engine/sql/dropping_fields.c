/* What names an attribute of a composite type, as in (y).a: it depends on the attribute. Of what the server
 * has pg_depend tells; this is for what the text made. */
#include <string.h>

#include "sql/dropping_private.h"
#include "sql/expression.h"

struct wanted {
    struct zdm_dropping *dropping;
    const struct zdm_type *type;
    const char *attribute;
    struct zdm_relation *relation; /* that has columns of the type */
    bool found;
};

static void
see_field(void *self, const struct zdm_column *column, const char *attribute)
{
    struct wanted *wanted = self;

    wanted->found |= column->type == wanted->type && strcmp(attribute, wanted->attribute) == 0;
}

static bool
names(struct wanted *wanted, const char *sql)
{
    struct zdm_tree tree;
    const PgQuery__Node *expr = sql && strchr(sql, '.') ? zdm_expr_parse(sql, &tree) : NULL;

    if (!expr)
        return false;
    wanted->found = false;
    zdm_expr_each_field(expr, wanted->relation, see_field, wanted);
    zdm_tree_release(&tree);
    return wanted->found;
}

static void
need_part(struct wanted *wanted, struct zdm_relation *owner, const char *kind, const char *name)
{
    zdm_dropping_need(
        wanted->dropping, zdm_gone_part(wanted->dropping, owner, kind, name ? name : ""));
}

/* Before 15 such a column was dropped along. */
static void
see_computed(struct wanted *wanted, const char *name)
{
    int version = wanted->dropping->draft->pg_version;

    if (version && version < 15)
        zdm_dropping_take(wanted->dropping,
            (struct zdm_gone){.kind = ZDM_GONE_COLUMN, .object = wanted->relation, .name = name});
    else
        need_part(wanted, wanted->relation, "generated column", name);
}

static void
see_parts(struct wanted *wanted)
{
    struct zdm_relation *relation = wanted->relation;

    for (size_t i = 0; i < relation->constraints.n; i++)
        if (relation->constraints.items[i]->kind == ZDM_CONSTRAINT_CHECK &&
            names(wanted, relation->constraints.items[i]->check_sql))
            need_part(wanted, relation, "constraint", relation->constraints.items[i]->name);
    for (size_t i = 0; i < relation->columns.n; i++)
        if (relation->columns.items[i]->generated &&
            names(wanted, relation->columns.items[i]->default_sql))
            see_computed(wanted, relation->columns.items[i]->name);
    for (size_t i = 0; i < relation->indexes.n; i++) {
        const struct zdm_index *index = relation->indexes.items[i];
        if (names(wanted, index->expressions_sql) || names(wanted, index->predicate_sql))
            need_part(wanted, index->self, "index", index->self->name);
    }
}

static void
see_query(void *self, const PgQuery__Node *statement)
{
    struct wanted *wanted = self;

    zdm_expr_each_field(statement, wanted->relation, see_field, wanted);
}

static bool
see_views(void *self, struct zdm_relation *relation)
{
    struct wanted *wanted = self;

    wanted->found = false;
    for (size_t i = 0; i < relation->reads.n && relation->view_sql; i++)
        if (relation->reads.items[i] == wanted->relation)
            zdm_text_statements(relation->view_sql, see_query, wanted);
    if (wanted->found)
        zdm_dropping_need(
            wanted->dropping, (struct zdm_gone){.kind = ZDM_GONE_RELATION, .object = relation});
    return true;
}

void
zdm_dropping_fields(
    struct zdm_dropping *dropping, const struct zdm_relation *relation, const char *attribute)
{
    struct zdm_draft *draft = dropping->draft;
    const struct zdm_type *type =
        relation->schema ? zdm_catalog_type(draft->catalog, relation->schema, relation->name)
                         : NULL;

    if (!type || type->relation != relation)
        return;
    for (size_t i = 0; i < type->used_by.n; i++) {
        struct wanted wanted = {.dropping = dropping,
            .type = type,
            .attribute = attribute,
            .relation = type->used_by.items[i]};
        if (wanted.relation->dropped)
            continue;
        see_parts(&wanted);
        zdm_catalog_each_relation(draft->catalog, see_views, &wanted);
    }
}
