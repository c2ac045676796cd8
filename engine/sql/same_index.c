#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sql/syntax.h"
#include "sql/tree.h"

/* The IndexStmt of a text that is one CREATE INDEX, NULL otherwise. */
static PgQuery__IndexStmt *
index_of(const struct zdm_tree *tree)
{
    if (tree->parsed->n_stmts != 1 ||
        tree->parsed->stmts[0]->stmt->node_case != PG_QUERY__NODE__NODE_INDEX_STMT)
        return NULL;
    return tree->parsed->stmts[0]->stmt->index_stmt;
}

/* Takes casts of constants and columns off, as the server puts them on: status = 'x' comes back as
 * (status)::text = 'x'::text. Counts them. */
struct strip {
    size_t casts;
    bool take;
};

static void
strip_node(PgQuery__Node *node, struct strip *strip)
{
    while (node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST) {
        PgQuery__TypeCast *cast = node->type_cast;
        PgQuery__Node *arg = cast->arg;
        bool plain = arg && (arg->node_case == PG_QUERY__NODE__NODE_A_CONST ||
                                arg->node_case == PG_QUERY__NODE__NODE_COLUMN_REF);
        strip->casts++;
        if (!plain || !strip->take)
            return;
        /* The argument moves up; the cast stays in the tree's memory. */
        node->node_case = arg->node_case;
        node->a_const = arg->a_const;
    }
}

static bool
see_cast(void *self, const ProtobufCMessage *message)
{
    if (message->descriptor == &pg_query__node__descriptor)
        strip_node((PgQuery__Node *)message, self);
    return true;
}

static size_t
strip_casts(PgQuery__Node *node, bool take)
{
    struct strip strip = {.take = take};

    zdm_node_walk(node, see_cast, &strip);
    return strip.casts;
}

static bool
zdm_same_text(struct zdm_arena *arena, PgQuery__Node *a, PgQuery__Node *b)
{
    char *x = zdm_deparse_expr(arena, a), *y = zdm_deparse_expr(arena, b);

    return x && y && strcmp(x, y) == 0;
}

/* Is `mine` what the server shows as `theirs`? Differences it may have made itself cannot be told
 * from real ones. */
static enum zdm_same
same_expr(struct zdm_arena *arena, PgQuery__Node *mine, PgQuery__Node *theirs)
{
    if (!mine && !theirs)
        return ZDM_SAME_YES;
    if (!mine || !theirs)
        return ZDM_SAME_NO;
    if (zdm_same_text(arena, mine, theirs))
        return ZDM_SAME_YES;
    if (strip_casts(mine, false) > 0)
        return ZDM_SAME_CANNOT_TELL;
    strip_casts(theirs, true);
    return zdm_same_text(arena, mine, theirs) ? ZDM_SAME_YES : ZDM_SAME_CANNOT_TELL;
}

static const char *
column_of(const PgQuery__IndexElem *elem)
{
    const PgQuery__Node *expr = elem->expr;

    if (!expr)
        return elem->name;
    if (expr->node_case == PG_QUERY__NODE__NODE_COLUMN_REF && expr->column_ref->n_fields == 1)
        return zdm_node_string(expr->column_ref->fields[0]);
    return NULL;
}

/* The server leaves defaults out: what is only on the author's side may be one. */
static enum zdm_same
same_list(struct zdm_arena *arena, size_t n, PgQuery__Node *const *mine, size_t m,
    PgQuery__Node *const *theirs)
{
    if (n == 0 && m == 0)
        return ZDM_SAME_YES;
    if (n && m && strcmp(zdm_last_string(n, mine), zdm_last_string(m, theirs)) == 0) {
        bool qualified = n > 1 && m > 1;
        if (!qualified ||
            strcmp(zdm_list_text(arena, n, mine), zdm_list_text(arena, m, theirs)) == 0)
            return ZDM_SAME_YES;
    }
    return m == 0 ? ZDM_SAME_CANNOT_TELL : ZDM_SAME_NO;
}

static bool
descending(const PgQuery__IndexElem *elem)
{
    return elem->ordering == PG_QUERY__SORT_BY_DIR__SORTBY_DESC;
}

static bool
nulls_first(const PgQuery__IndexElem *elem)
{
    if (elem->nulls_ordering == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_FIRST)
        return true;
    if (elem->nulls_ordering == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_LAST)
        return false;
    return descending(elem);
}

static enum zdm_same
worse(enum zdm_same a, enum zdm_same b)
{
    if (a == ZDM_SAME_NO || b == ZDM_SAME_NO)
        return ZDM_SAME_NO;
    return a == ZDM_SAME_YES ? b : a;
}

static enum zdm_same
same_elem(struct zdm_arena *arena, PgQuery__IndexElem *mine, PgQuery__IndexElem *theirs)
{
    const char *a = column_of(mine), *b = column_of(theirs);
    enum zdm_same same;

    if (descending(mine) != descending(theirs) || nulls_first(mine) != nulls_first(theirs))
        return ZDM_SAME_NO;
    if (a && b)
        same = strcmp(a, b) == 0 ? ZDM_SAME_YES : ZDM_SAME_NO;
    else if (a || b)
        same = ZDM_SAME_NO;
    else
        same = same_expr(arena, mine->expr, theirs->expr);
    same = worse(same, same_list(arena, mine->n_collation, mine->collation, theirs->n_collation,
                           theirs->collation));
    same = worse(
        same, same_list(arena, mine->n_opclass, mine->opclass, theirs->n_opclass, theirs->opclass));
    if (mine->n_opclassopts != theirs->n_opclassopts)
        return ZDM_SAME_NO;
    return mine->n_opclassopts ? worse(same, ZDM_SAME_CANNOT_TELL) : same;
}

static enum zdm_same
same_elems(struct zdm_arena *arena, size_t n, PgQuery__Node *const *mine, size_t m,
    PgQuery__Node *const *theirs)
{
    enum zdm_same same = ZDM_SAME_YES;

    if (n != m)
        return ZDM_SAME_NO;
    for (size_t i = 0; i < n; i++)
        same = worse(same, same_elem(arena, mine[i]->index_elem, theirs[i]->index_elem));
    return same;
}

/* An option's value as text: 70, '70' and true. */
static char *
option_text(struct zdm_arena *arena, const PgQuery__DefElem *option)
{
    const PgQuery__Node *arg = option->arg;

    if (!arg)
        return zdm_arena_strdup(arena, "true");
    switch (arg->node_case) {
    case PG_QUERY__NODE__NODE_STRING:
        return zdm_arena_strdup(arena, arg->string->sval);
    case PG_QUERY__NODE__NODE_INTEGER:
        return zdm_arena_strf(arena, "%d", arg->integer->ival);
    case PG_QUERY__NODE__NODE_FLOAT:
        return zdm_arena_strdup(arena, arg->float_->fval);
    case PG_QUERY__NODE__NODE_BOOLEAN:
        return zdm_arena_strdup(arena, arg->boolean->boolval ? "true" : "false");
    case PG_QUERY__NODE__NODE_TYPE_NAME: /* a bare word, such as off or auto */
        return zdm_list_text(arena, arg->type_name->n_names, arg->type_name->names);
    default:
        return zdm_arena_strdup(arena, "");
    }
}

static enum zdm_same
same_options(
    struct zdm_arena *arena, const PgQuery__IndexStmt *mine, const PgQuery__IndexStmt *theirs)
{
    if (mine->n_options != theirs->n_options)
        return ZDM_SAME_NO;
    for (size_t i = 0; i < mine->n_options; i++) {
        const PgQuery__DefElem *option = mine->options[i]->def_elem;
        bool found = false;
        for (size_t k = 0; k < theirs->n_options; k++) {
            const PgQuery__DefElem *other = theirs->options[k]->def_elem;
            found |= strcmp(option->defname, other->defname) == 0 &&
                     strcmp(option_text(arena, option), option_text(arena, other)) == 0;
        }
        if (!found)
            return ZDM_SAME_NO;
    }
    return ZDM_SAME_YES;
}

static enum zdm_same
same_index(struct zdm_arena *arena, PgQuery__IndexStmt *mine, PgQuery__IndexStmt *theirs)
{
    const char *schema = mine->relation->schemaname;

    if (strcmp(mine->relation->relname, theirs->relation->relname) != 0 ||
        (schema[0] && strcmp(schema, theirs->relation->schemaname) != 0) ||
        strcmp(mine->access_method, theirs->access_method) != 0 || mine->unique != theirs->unique ||
        mine->nulls_not_distinct != theirs->nulls_not_distinct)
        return ZDM_SAME_NO;

    enum zdm_same same = same_elems(arena, mine->n_index_params, mine->index_params,
        theirs->n_index_params, theirs->index_params);
    same =
        worse(same, same_elems(arena, mine->n_index_including_params, mine->index_including_params,
                        theirs->n_index_including_params, theirs->index_including_params));
    same = worse(same, same_options(arena, mine, theirs));
    return worse(same, same_expr(arena, mine->where_clause, theirs->where_clause));
}

enum zdm_same
zdm_sql_same_index(const char *statement, const char *indexdef)
{
    enum zdm_same same = ZDM_SAME_CANNOT_TELL;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_tree a = {.text = NULL}, b = {.text = NULL};
    struct zdm_arena *arena = zdm_arena_new();

    /* A newer server may show what this grammar cannot read: then nobody can tell. */
    if (zdm_tree_parse(statement, &a, &err) == 0 && zdm_tree_parse(indexdef, &b, &err) == 0 &&
        index_of(&a) && index_of(&b))
        same = same_index(arena, index_of(&a), index_of(&b));
    zdm_err_release(&err);
    zdm_tree_release(&a);
    zdm_tree_release(&b);
    zdm_arena_free(arena);
    return same;
}
