#include <string.h>

#include "sql/alter.h"
#include "sql/object.h"

#define AT(name) PG_QUERY__ALTER_TABLE_TYPE__AT_##name

struct zdm_relation *
zdm_typed_table_type(struct zdm_draft *draft, const PgQuery__TypeName *name)
{
    struct zdm_relation *type = zdm_object_composite(draft, name->n_names, name->names);
    const char *text = zdm_list_text(draft->arena, name->n_names, name->names);

    if (type && type->kind == ZDM_RELATION_COMPOSITE)
        return type;
    if (draft->catalog->complete && zdm_object_type(draft, name))
        zdm_draft_fails(draft, "42809", "type %s is no composite type", text);
    else if (draft->catalog->complete)
        zdm_draft_fails(draft, "42704", "type %s does not exist", text);
    return NULL;
}

struct typed { /* tables of a composite type */
    struct zdm_draft *draft;
    const struct zdm_relation *type;
    struct zdm_relation *found;
};

static bool
see_typed(void *self, struct zdm_relation *relation)
{
    struct typed *typed = self;

    if (relation->of_type == typed->type)
        typed->found = relation;
    return !typed->found;
}

bool
zdm_typed_tables_may_follow(
    struct zdm_draft *draft, const PgQuery__AlterTableStmt *stmt, const struct zdm_relation *type)
{
    struct typed typed = {.draft = draft, .type = type};
    bool cascade = true;

    if (type->kind != ZDM_RELATION_COMPOSITE)
        return true;
    /* A change of type looks at columns of the type first: type_obstacles.c. */
    for (size_t i = 0; i < stmt->n_cmds; i++) {
        const PgQuery__AlterTableCmd *cmd = stmt->cmds[i]->alter_table_cmd;
        cascade &= cmd->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE ||
                   cmd->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType;
    }
    if (cascade)
        return true;
    zdm_catalog_each_relation(draft->catalog, see_typed, &typed);
    if (typed.found)
        zdm_draft_fails(draft, "2BP01", "%s is the type of table %s", zdm_draft_name(draft, type),
            zdm_draft_name(draft, typed.found));
    return !typed.found;
}

struct tables {
    struct zdm_draft *draft;
    const struct zdm_relation *type;
    struct zdm_relation **items;
    size_t n;
};

static bool
see_table(void *self, struct zdm_relation *relation)
{
    struct tables *tables = self;
    struct zdm_arena *arena = tables->draft->arena;

    if (relation->of_type != tables->type || relation->dropped)
        return true;
    struct zdm_relation **grown = zdm_arena_alloc(arena, (tables->n + 1) * sizeof *grown);
    if (tables->n)
        memcpy(grown, tables->items, tables->n * sizeof *grown);
    grown[tables->n++] = relation;
    tables->items = grown;
    return true;
}

struct zdm_relation **
zdm_typed_tables(struct zdm_draft *draft, const struct zdm_relation *type, size_t *n)
{
    struct tables tables = {.draft = draft, .type = type};

    if (type->kind == ZDM_RELATION_COMPOSITE)
        zdm_catalog_each_relation(draft->catalog, see_table, &tables);
    *n = tables.n;
    return tables.items;
}

static void
add_missing(struct zdm_draft *draft, struct zdm_relation *table, const struct zdm_column *from,
    bool is_child)
{
    struct zdm_column *column = zdm_relation_column(table, from->name);

    zdm_draft_lock_on(draft, table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    if (column && column->type && from->type &&
        (column->type != from->type || column->typmod != from->typmod)) {
        zdm_draft_fails(draft, "42804", "column %s of %s has another type",
            zdm_ident_text(draft->arena, from->name), zdm_draft_name(draft, table));
        return;
    }
    if (column) { /* of a child: it becomes an inherited one */
        zdm_catalog_touch(draft->catalog, column, sizeof *column);
        column->inherited = true;
        return;
    }
    column = zdm_relation_add_column(draft->catalog, table, from->name);
    column->type = from->type;
    column->typmod = from->typmod;
    column->collation = from->collation;
    column->inherited = is_child;
    column->local = !is_child;
    for (size_t i = 0; i < table->children.n && !zdm_draft_failed(draft); i++)
        add_missing(draft, table->children.items[i], from, true);
}

void
zdm_typed_tables_follow(struct zdm_draft *draft, struct zdm_relation *type)
{
    size_t n;
    struct zdm_relation **tables = zdm_typed_tables(draft, type, &n);

    for (size_t i = 0; i < n && !zdm_draft_failed(draft); i++) {
        zdm_draft_lock_on(draft, tables[i], ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
        for (size_t k = 0; k < type->columns.n && !zdm_draft_failed(draft); k++)
            if (!zdm_relation_column(tables[i], type->columns.items[k]->name))
                add_missing(draft, tables[i], type->columns.items[k], false);
    }
}

/* False: they differ, told already. A type that is not known is taken for the same. */
static bool
has_columns_of(const struct zdm_alter *alter, const struct zdm_relation *type)
{
    struct zdm_draft *draft = alter->draft;
    const struct zdm_relation *relation = alter->relation;
    const char *name = zdm_draft_name(draft, type);

    for (size_t i = 0; i < relation->columns.n || i < type->columns.n; i++) {
        const struct zdm_column *is = i < relation->columns.n ? relation->columns.items[i] : NULL;
        const struct zdm_column *wanted = i < type->columns.n ? type->columns.items[i] : NULL;
        const char *fault = NULL;
        if (!is || !wanted)
            fault = is ? "is not in the type" : "is missing";
        else if (strcmp(is->name, wanted->name) != 0)
            fault = "stands elsewhere in the type";
        else if (is->type && wanted->type &&
                 (is->type != wanted->type || is->typmod != wanted->typmod ||
                     !zdm_same_text(is->collation, wanted->collation)))
            fault = "has another type";
        if (!fault)
            continue;
        zdm_draft_fails(draft, "42804", "%s is no table of %s: column %s %s", alter->table, name,
            zdm_ident_text(draft->arena, is ? is->name : wanted->name), fault);
        return false;
    }
    return true;
}

static void
become_typed(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_relation *relation = alter->relation;
    struct zdm_relation *type = zdm_typed_table_type(draft, alter->cmd->def->type_name);

    if (!type) {
        if (!zdm_draft_failed(draft))
            zdm_draft_assume(draft);
        return;
    }
    zdm_draft_lock_on(draft, type, ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_BRIEF);
    if (relation->parents.n) {
        zdm_draft_fails(draft, "42809", "%s inherits from %s: it cannot be a typed table",
            alter->table, zdm_draft_name(draft, relation->parents.items[0]));
        return;
    }
    if (!relation->known || !type->known)
        zdm_draft_assume(draft);
    else if (!has_columns_of(alter, type))
        return;
    zdm_catalog_touch(draft->catalog, relation, sizeof *relation);
    relation->of_type = type;
}

void
zdm_alter_of_type(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_relation *relation = alter->relation;

    if (alter->cmd->subtype == AT(AddOf)) {
        become_typed(alter);
        return;
    }
    if (relation->known && !relation->of_type) {
        zdm_draft_fails(draft, "42809", "%s is no typed table", alter->table);
        return;
    }
    zdm_catalog_touch(draft->catalog, relation, sizeof *relation);
    relation->of_type = NULL;
}
