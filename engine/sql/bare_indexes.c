#include <stdlib.h>
#include <string.h>

#include "sql/reverse.h"
#include "sql/tree.h"

/* The CREATE INDEX of that name; NULL: there is none. View of the tree. */
static const PgQuery__IndexStmt *
made_by(const struct zdm_tree *tree, const char *name)
{
    for (size_t i = 0; i < tree->parsed->n_stmts; i++) {
        const PgQuery__Node *node = tree->parsed->stmts[i]->stmt;
        if (node->node_case == PG_QUERY__NODE__NODE_INDEX_STMT &&
            strcmp(node->index_stmt->idxname, name) == 0)
            return node->index_stmt;
    }
    return NULL;
}

static void
of_drop(struct zdm_bare_indexes *out, const PgQuery__DropStmt *st, const struct zdm_tree *up)
{
    struct zdm_arena *arena = zdm_arena_new();

    for (size_t i = 0; i < st->n_objects; i++) {
        const PgQuery__List *name = st->objects[i]->list;
        const PgQuery__IndexStmt *made =
            name->n_items == 1 ? made_by(up, zdm_node_string(name->items[0])) : NULL;
        if (!made)
            continue;
        out->items = zdm_grow(out->items, out->count, sizeof *out->items);
        out->items[out->count++] = (struct zdm_bare_index){
            .index = zdm_strdup(zdm_ident_text(arena, made->idxname)),
            .table = zdm_strdup(zdm_range_text(arena, made->relation)),
        };
    }
    zdm_arena_free(arena);
}

void
zdm_sql_bare_indexes(const char *up, const char *undo, struct zdm_bare_indexes *out)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_tree made, dropped;

    *out = (struct zdm_bare_indexes){.items = NULL};
    if (zdm_tree_parse(up, &made, &err) == 0) {
        if (zdm_tree_parse(undo, &dropped, &err) == 0) {
            for (size_t i = 0; i < dropped.parsed->n_stmts; i++) {
                const PgQuery__Node *node = dropped.parsed->stmts[i]->stmt;
                if (node->node_case == PG_QUERY__NODE__NODE_DROP_STMT &&
                    node->drop_stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_INDEX)
                    of_drop(out, node->drop_stmt, &made);
            }
            zdm_tree_release(&dropped);
        }
        zdm_tree_release(&made);
    }
    zdm_err_release(&err);
}

void
zdm_bare_indexes_release(struct zdm_bare_indexes *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].index);
        free(list->items[i].table);
    }
    free(list->items);
    *list = (struct zdm_bare_indexes){.items = NULL};
}
