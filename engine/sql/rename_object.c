#include <string.h>

#include "sql/families.h"
#include "sql/object.h"
#include "sql/rename.h"

struct moving { /* relations, types and functions of one schema to another name of it */
    struct zdm_catalog *catalog;
    const char *from, *to;
    struct zdm_relation **relations;
    struct zdm_type **types;
    struct zdm_function **functions;
    size_t n_relations, n_types, n_functions;
};

#define KEEP(moving, list, thing)                                                                  \
    do {                                                                                           \
        if (((moving)->n_##list & ((moving)->n_##list - 1)) == 0) {                                \
            size_t n_ = (moving)->n_##list;                                                        \
            void *grown_ =                                                                         \
                zdm_catalog_alloc((moving)->catalog, (n_ ? 2 * n_ : 1) * sizeof *(moving)->list);  \
            if (n_)                                                                                \
                memcpy(grown_, (moving)->list, n_ * sizeof *(moving)->list);                       \
            (moving)->list = grown_;                                                               \
        }                                                                                          \
        (moving)->list[(moving)->n_##list++] = (thing);                                            \
    } while (0)

static bool
is_in(const struct moving *moving, const char *schema)
{
    return schema && strcmp(schema, moving->from) == 0;
}

static bool
see_relation(void *self, struct zdm_relation *relation)
{
    struct moving *moving = self;

    if (is_in(moving, relation->schema))
        KEEP(moving, relations, relation);
    return true;
}

static void
see_type(void *self, struct zdm_type *type)
{
    struct moving *moving = self;

    if (is_in(moving, type->schema))
        KEEP(moving, types, type);
}

static void
see_function(void *self, struct zdm_function *function)
{
    struct moving *moving = self;

    if (is_in(moving, function->schema))
        KEEP(moving, functions, function);
}

static void
rename_in_path(struct moving *moving)
{
    struct zdm_catalog *catalog = moving->catalog;
    struct {
        const char **items;
        size_t n, room;
    } *path = zdm_catalog_alloc(catalog, sizeof *path); /* a rollback writes to it */

    /* A schema that the path does not name any more is not found by it. */
    for (size_t i = 0; i < catalog->search_path.n; i++)
        if (strcmp(catalog->search_path.items[i], moving->from) != 0)
            zdm_catalog_append(catalog, path, catalog->search_path.items[i]);
    zdm_catalog_touch(catalog, &catalog->search_path, sizeof catalog->search_path);
    memcpy(&catalog->search_path, path, sizeof catalog->search_path);
}

static void
move_contents(struct zdm_draft *draft, const char *from, const char *to)
{
    struct moving moving = {.catalog = draft->catalog, .from = from, .to = to};

    zdm_catalog_each_relation(draft->catalog, see_relation, &moving);
    zdm_catalog_each_type(draft->catalog, see_type, &moving);
    zdm_catalog_each_function(draft->catalog, see_function, &moving);
    for (size_t i = 0; i < moving.n_relations; i++)
        zdm_catalog_move_relation(
            draft->catalog, moving.relations[i], to, moving.relations[i]->name);
    for (size_t i = 0; i < moving.n_types; i++)
        zdm_catalog_move_type(draft->catalog, moving.types[i], to, moving.types[i]->name);
    for (size_t i = 0; i < moving.n_functions; i++) {
        zdm_catalog_touch(draft->catalog, moving.functions[i], sizeof *moving.functions[i]);
        moving.functions[i]->schema = zdm_catalog_string(draft->catalog, to);
    }
    rename_in_path(&moving);
}

static void
rename_schema(struct zdm_draft *draft, const PgQuery__RenameStmt *stmt)
{
    const char *name = zdm_ident_text(draft->arena, stmt->subname);
    const char *other = zdm_ident_text(draft->arena, stmt->newname);
    struct zdm_schema *schema = zdm_catalog_schema(draft->catalog, stmt->subname);

    if (!schema && !zdm_object_check_schema(draft, stmt->subname))
        return;
    if (zdm_catalog_schema(draft->catalog, stmt->newname) && draft->catalog->complete) {
        zdm_draft_fails(draft, "42P06", "schema %s exists already", other);
        return;
    }
    if (strncmp(stmt->newname, "pg_", 3) == 0) {
        zdm_draft_fails(draft, "42939", "%s is a name of the system's schemas", other);
        return;
    }
    draft->fresh = schema && schema->fresh;
    draft->st->breaks_plans |=
        ZDM_FIND(draft, BREAK_RENAME_SCHEMA, .name = name, .other = other) != NULL;
    if (!schema)
        return;
    bool fresh = schema->fresh;
    move_contents(draft, stmt->subname, stmt->newname);
    zdm_catalog_touch(draft->catalog, schema, sizeof *schema);
    schema->dropped = true;
    zdm_catalog_add_schema(draft->catalog, stmt->newname)->fresh = fresh;
}

/* NULL: not in the catalog, which a complete one makes an error. */
static struct zdm_type *
find_type(struct zdm_draft *draft, const PgQuery__Node *object, const char *text)
{
    if (!object || object->node_case != PG_QUERY__NODE__NODE_LIST)
        return NULL;
    struct zdm_type *type =
        zdm_object_type_named(draft, object->list->n_items, object->list->items);

    if (!type && draft->catalog->complete)
        zdm_draft_fails(draft, "42704", "type %s does not exist", text);
    return type;
}

static void
rename_type(struct zdm_draft *draft, const PgQuery__RenameStmt *stmt)
{
    const char *name = zdm_object_text(draft, stmt->object, 0);
    const char *other = zdm_ident_text(draft->arena, stmt->newname);
    struct zdm_type *type = find_type(draft, stmt->object, name);

    if (zdm_draft_failed(draft))
        return;
    if (type && stmt->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN &&
        type->kind != ZDM_TYPE_DOMAIN) {
        zdm_draft_fails(draft, "42809", "%s is not a domain", name);
        return;
    }
    if (type && type->relation && type->relation->kind != ZDM_RELATION_COMPOSITE) {
        zdm_draft_fails(draft, "42809", "%s is the row type of a relation", name);
        return;
    }
    if (type && type->schema &&
        (zdm_catalog_type(draft->catalog, type->schema, stmt->newname) ||
            (type->relation &&
                zdm_catalog_relation(draft->catalog, type->schema, stmt->newname)))) {
        bool relation =
            type->relation && zdm_catalog_relation(draft->catalog, type->schema, stmt->newname);
        zdm_draft_fails(draft, relation ? "42P07" : "42710", "the name %s is taken already", other);
        return;
    }
    draft->fresh = type && type->fresh;
    ZDM_FIND(draft, BREAK_RENAME_TYPE, .name = name, .other = other);
    if (!type)
        return;
    if (type->relation) {
        zdm_draft_lock_on(draft, type->relation, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
        zdm_catalog_move_relation(draft->catalog, type->relation, type->schema, stmt->newname);
    }
    zdm_object_move_type(draft, type, type->schema, stmt->newname);
}

static void
rename_domain_constraint(struct zdm_draft *draft, const PgQuery__RenameStmt *stmt)
{
    const char *name = zdm_object_text(draft, stmt->object, 0);
    struct zdm_type *domain = find_type(draft, stmt->object, name);
    struct zdm_constraint *found = NULL;

    for (size_t i = 0; domain && i < domain->domain_checks.n; i++)
        if (strcmp(domain->domain_checks.items[i]->name, stmt->subname) == 0)
            found = domain->domain_checks.items[i];
    if (domain && !found && draft->catalog->complete)
        zdm_draft_fails(draft, "42704", "%s has no constraint %s", name,
            zdm_ident_text(draft->arena, stmt->subname));
    ZDM_FIND(draft, RENAME_CONSTRAINT, .name = zdm_ident_text(draft->arena, stmt->subname),
        .other = zdm_ident_text(draft->arena, stmt->newname));
    if (!found)
        return;
    zdm_catalog_touch(draft->catalog, found, sizeof *found);
    found->name = zdm_catalog_string(draft->catalog, stmt->newname);
}

/* Of the same arguments, and called as the function is to be called. */
static bool
is_taken(struct zdm_draft *draft, const struct zdm_function *function, const char *name)
{
    struct zdm_function *at = zdm_catalog_functions(draft->catalog, name);

    for (; at; at = at->next) {
        if (at->dropped || strcmp(at->name, name) != 0 || !at->schema || !function->schema ||
            strcmp(at->schema, function->schema) != 0 || at->n_arguments != function->n_arguments)
            continue;
        bool equal = true;
        for (size_t i = 0; i < at->n_arguments; i++)
            equal &= at->arguments[i] == function->arguments[i];
        if (equal)
            return true;
    }
    return false;
}

static void
rename_function(struct zdm_draft *draft, const PgQuery__RenameStmt *stmt)
{
    const char *name = zdm_object_text(draft, stmt->object, 0);
    bool missing = false;
    struct zdm_function *function =
        stmt->object->node_case == PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS
            ? zdm_object_function(draft, stmt->object->object_with_args, &missing)
            : NULL;

    if (missing) {
        zdm_draft_fails(draft, "42883", "function %s does not exist", name);
        return;
    }
    bool procedure = stmt->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_PROCEDURE;
    bool aggregate = stmt->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_AGGREGATE;
    if (function && stmt->rename_type != PG_QUERY__OBJECT_TYPE__OBJECT_ROUTINE &&
        (procedure != (function->kind == 'p') || aggregate != (function->kind == 'a'))) {
        zdm_draft_fails(draft, "42809", "%s is not %s", name,
            procedure   ? "a procedure"
            : aggregate ? "an aggregate"
                        : "a function");
        return;
    }
    if (function && is_taken(draft, function, stmt->newname)) {
        zdm_draft_fails(draft, "42723", "function %s exists already",
            zdm_ident_text(draft->arena, stmt->newname));
        return;
    }
    draft->fresh = function && function->fresh;
    ZDM_FIND(draft, BREAK_RENAME_OBJECT, .name = name,
        .other = zdm_ident_text(draft->arena, stmt->newname));
    if (!function)
        return;
    struct zdm_function *copy =
        zdm_catalog_add_function(draft->catalog, function->schema, stmt->newname);
    struct zdm_function kept = *copy;
    *copy = *function;
    copy->name = kept.name;
    copy->next = kept.next;
    zdm_catalog_touch(draft->catalog, function, sizeof *function);
    function->dropped = true;
}

static void
rename_statistics(struct zdm_draft *draft, const PgQuery__RenameStmt *stmt, const char *name)
{
    if (stmt->object->node_case != PG_QUERY__NODE__NODE_LIST)
        return;
    const PgQuery__List *list = stmt->object->list;
    struct zdm_relation *relation = zdm_statistics_relation(draft, list->n_items, list->items);

    if (!relation && draft->catalog->complete)
        zdm_draft_fails(draft, "42704", "statistics object %s does not exist", name);
    if (relation)
        zdm_statistics_rename(
            draft, relation, zdm_last_string(list->n_items, list->items), stmt->newname);
}

void
zdm_rename_object(struct zdm_draft *draft, const PgQuery__RenameStmt *stmt)
{
    const char *name = zdm_object_text(draft, stmt->object, 0);

    switch (stmt->rename_type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA:
        rename_schema(draft, stmt);
        return;
    case PG_QUERY__OBJECT_TYPE__OBJECT_TYPE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN:
        rename_type(draft, stmt);
        return;
    case PG_QUERY__OBJECT_TYPE__OBJECT_DOMCONSTRAINT:
        rename_domain_constraint(draft, stmt);
        return;
    case PG_QUERY__OBJECT_TYPE__OBJECT_FUNCTION:
    case PG_QUERY__OBJECT_TYPE__OBJECT_PROCEDURE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_ROUTINE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_AGGREGATE:
        rename_function(draft, stmt);
        return;
    case PG_QUERY__OBJECT_TYPE__OBJECT_STATISTIC_EXT:
        rename_statistics(draft, stmt, name);
        return;
    default: /* roles, databases, publications, collations, ... */
        break;
    }
    if (stmt->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_DATABASE && draft->catalog->database &&
        strcmp(draft->catalog->database, stmt->subname) == 0) {
        zdm_draft_fails(
            draft, "0A000", "nobody can rename the database that they are connected to");
        return;
    }
    if (!name[0])
        name = zdm_ident_text(draft->arena, stmt->subname);
    ZDM_FIND(draft, BREAK_RENAME_OBJECT, .name = name,
        .other = zdm_ident_text(draft->arena, stmt->newname));
}
