#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sql/syntax.h"
#include "sql/tree.h"

/* As libpg_query writes it; NULL when it cannot. In the arena. */
static const char *
plain(struct zdm_arena *arena, const char *text)
{
    char *sql = zdm_strf("SELECT (%s\n)", text); /* the line break ends a comment of the author's */
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_tree tree;
    const char *out = NULL;

    if (zdm_tree_parse(sql, &tree, &err) == 0) {
        if (tree.parsed->n_stmts == 1)
            out = zdm_deparse(arena, tree.parsed->stmts[0]->stmt);
        zdm_tree_release(&tree);
    }
    zdm_err_release(&err);
    free(sql);
    return out;
}

bool
zdm_sql_same_expression(const char *a, const char *b)
{
    struct zdm_arena *arena = zdm_arena_new();
    const char *x = plain(arena, a), *y = x ? plain(arena, b) : NULL;
    bool same = y && strcmp(x, y) == 0;

    zdm_arena_free(arena);
    return same;
}
