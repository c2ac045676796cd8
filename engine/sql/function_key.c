/* The signature of a function in the words of the text. */
#include <string.h>

#include "base/buf.h"
#include "sql/families.h"

const char *
zdm_function_key(struct zdm_draft *draft, size_t n, PgQuery__Node *const *name, size_t n_types,
    PgQuery__TypeName *const *types)
{
    struct zdm_buf key = ZDM_BUF_INIT;

    zdm_buf_addf(&key, "%s(", zdm_list_text(draft->arena, n, name));
    for (size_t i = 0; i < n_types; i++)
        zdm_buf_addf(&key, "%s%s%s", i ? ", " : "",
            zdm_last_string(types[i]->n_names, types[i]->names),
            types[i]->n_array_bounds ? "[]" : "");
    zdm_buf_addc(&key, ')');
    const char *copy = zdm_arena_strdup(draft->arena, key.s);
    zdm_buf_release(&key);
    return copy;
}

const char *
zdm_function_key_of(struct zdm_draft *draft, const PgQuery__ObjectWithArgs *function)
{
    if (function->args_unspecified)
        return NULL;
    PgQuery__TypeName **types =
        zdm_arena_alloc(draft->arena, (function->n_objargs + 1) * sizeof *types);
    for (size_t i = 0; i < function->n_objargs; i++) {
        if (function->objargs[i]->node_case != PG_QUERY__NODE__NODE_TYPE_NAME)
            return NULL;
        types[i] = function->objargs[i]->type_name;
    }
    return zdm_function_key(
        draft, function->n_objname, function->objname, function->n_objargs, types);
}

struct zdm_function *
zdm_function_by_key(const struct zdm_catalog *catalog, const char *name, const char *key)
{
    for (struct zdm_function *at = zdm_catalog_functions(catalog, name); at && key; at = at->next)
        if (!at->dropped && at->key && strcmp(at->key, key) == 0)
            return at;
    return NULL;
}
