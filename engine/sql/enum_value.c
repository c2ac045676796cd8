#include <string.h>

#include "sql/families.h"
#include "sql/object.h"

bool
zdm_enum_drops_value(const char *sql)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_tree tree;
    int last = 0;
    bool found = false;

    if (zdm_tree_scan(sql, &tree, &err) < 0) {
        zdm_err_release(&err);
        return false;
    }
    const PgQuery__ScanResult *tokens = tree.tokens;
    if (tokens->n_tokens > 2 && tokens->tokens[0]->token == PG_QUERY__TOKEN__ALTER &&
        tokens->tokens[1]->token == PG_QUERY__TOKEN__TYPE_P)
        for (size_t i = 2; i < tokens->n_tokens && !found; i++) {
            found = last == PG_QUERY__TOKEN__DROP &&
                    tokens->tokens[i]->token == PG_QUERY__TOKEN__VALUE_P;
            last = (int)tokens->tokens[i]->token;
        }
    zdm_tree_release(&tree);
    return found;
}

/* Where it stands among the values; n when it is none. */
static size_t
place_of(const struct zdm_type *type, const char *value)
{
    size_t i = 0;

    while (i < type->values.n && strcmp(type->values.items[i], value) != 0)
        i++;
    return i;
}

/* The values anew, with one more at `at`, or another one there. */
static void
set_values(struct zdm_draft *draft, struct zdm_type *type, size_t at, const char *value, bool more)
{
    struct zdm_catalog *catalog = draft->catalog;
    struct {
        const char **items;
        size_t n, room;
    } *values = zdm_catalog_alloc(catalog, sizeof *values); /* a rollback writes to it */

    for (size_t i = 0; i <= type->values.n; i++) {
        if (i == at)
            zdm_catalog_append(catalog, values, zdm_catalog_string(catalog, value));
        if (i < type->values.n && (more || i != at))
            zdm_catalog_append(catalog, values, type->values.items[i]);
    }
    zdm_catalog_touch(catalog, &type->values, sizeof type->values);
    memcpy(&type->values, values, sizeof *values);
}

void
zdm_enum_rename_value(struct zdm_draft *draft, struct zdm_type *type,
    const PgQuery__AlterEnumStmt *stmt, const char *name)
{
    if (type && place_of(type, stmt->old_val) == type->values.n) {
        zdm_draft_fails(draft, "22023", "%s has no value '%s'", name, stmt->old_val);
        return;
    }
    if (type && place_of(type, stmt->new_val) < type->values.n) {
        zdm_draft_fails(draft, "42710", "%s has a value '%s' already", name, stmt->new_val);
        return;
    }
    ZDM_FIND(draft, BREAK_RENAME_ENUM_VALUE, .name = name,
        .other = zdm_arena_strf(draft->arena, "'%s'", stmt->old_val));
    if (type)
        set_values(draft, type, place_of(type, stmt->old_val), stmt->new_val, false);
}

void
zdm_enum_add_value(struct zdm_draft *draft, struct zdm_type *type,
    const PgQuery__AlterEnumStmt *stmt, const char *name)
{
    size_t at = type ? type->values.n : 0;

    if (type && place_of(type, stmt->new_val) < type->values.n) {
        if (!stmt->skip_if_new_val_exists)
            zdm_draft_fails(draft, "42710", "%s has a value '%s' already", name, stmt->new_val);
        return;
    }
    if (type && stmt->new_val_neighbor[0]) {
        at = place_of(type, stmt->new_val_neighbor);
        if (at == type->values.n) {
            zdm_draft_fails(draft, "22023", "%s has no value '%s'", name, stmt->new_val_neighbor);
            return;
        }
        at += stmt->new_val_is_after;
    }
    ZDM_FIND(draft, ENUM_ADD_VALUE, .name = name);
    if (type)
        set_values(draft, type, at, stmt->new_val, true);
}
