/*
 * result_columns.h - what a query gives and what it reads, for views and tables made from it.
 * Private to engine/sql.
 */
#ifndef ZDM_SQL_RESULT_COLUMNS_H
#define ZDM_SQL_RESULT_COLUMNS_H

#include "sql/draft.h"

struct zdm_result_column {
    const char *name;            /* NULL: the server makes one up that is not known here */
    const struct zdm_type *type; /* NULL: not known */
    int32_t typmod;
    const char *collation;
};
struct zdm_result_columns {
    struct zdm_result_column *items;
    size_t n;
    bool complete; /* these are all, in their order */
};
/* In the arena of the draft. aliases: the names that stand behind the view. */
void zdm_query_columns(struct zdm_draft *draft, const PgQuery__Node *query, size_t n_aliases,
    PgQuery__Node *const *aliases, struct zdm_result_columns *out);
/* Gives them to a new relation. */
void zdm_query_columns_give(struct zdm_draft *draft, struct zdm_relation *relation,
    const struct zdm_result_columns *columns);
/* The view reads what stands in its query: views through views are theirs. */
void zdm_query_links(
    struct zdm_draft *draft, struct zdm_relation *view, const PgQuery__Node *query);
/* It has a column of the type. A view keeps no rows of it, as tables do: zdm_object_uses_type(). */
void zdm_view_has_type(
    struct zdm_draft *draft, struct zdm_relation *view, const struct zdm_type *type);
/* A part of `owner`, a rule or a policy, depends on what stands in a statement or an expression. */
void zdm_part_links(struct zdm_draft *draft, struct zdm_relation *owner, const char *kind,
    const char *name, const PgQuery__Node *node);
/* Takes the links away again. */
void zdm_query_unlink(struct zdm_draft *draft, struct zdm_relation *view);
/* ACCESS SHARE on what a view reads, at any depth, and on the children of tables; not on itself. */
void zdm_view_reads(struct zdm_draft *draft, const struct zdm_relation *view);

#endif
