/*
 * usage_search.h - one search for a column or relation in a statement: usage.c goes through the statement,
 * usage_from.c knows what its names stand for. Private to sql/.
 */
#ifndef ZDM_SQL_USAGE_SEARCH_H
#define ZDM_SQL_USAGE_SEARCH_H

#include "base/mem.h"
#include "sql/tree.h"
#include "sql/usage.h"

/* What stands in FROM under a name. */
struct zdm_usage_item {
    const char *name;
    bool itself; /* the table that is looked for, or a join over it */
    bool has;    /* another one that has a column of the name */
    struct zdm_usage_item *next;
};
/* One SELECT or change: names are looked for here first, then further out. */
struct zdm_usage_level {
    struct zdm_usage_item *items;
    const struct zdm_usage_level *outer;
};
struct zdm_usage_cte {
    const char *name;
    bool has;
    const struct zdm_usage_cte *next;
};
struct zdm_usage_search {
    const struct zdm_used *what;
    const struct zdm_usage_level *level;
    const struct zdm_usage_cte *ctes;
    struct zdm_arena *arena;
    bool found;
    bool merged; /* the statement may stand for one that uses it */
};

/* Of everything below a statement; self is the search. */
bool zdm_usage_see(void *self, const ProtobufCMessage *message);
void zdm_usage_walk_list(struct zdm_usage_search *s, size_t n, PgQuery__Node *const *nodes);

/* Is a relation of that role meant, maybe? */
bool zdm_usage_may_be(
    const struct zdm_usage_search *s, const PgQuery__RangeVar *range, enum zdm_used_role role);
/* Is it the name of the column, is it among them? */
bool zdm_usage_is_column(const struct zdm_usage_search *s, const char *name);
bool zdm_usage_holds_column(
    const struct zdm_usage_search *s, size_t n, PgQuery__Node *const *names);
/* The name under which a target of SELECT goes out; "" when the text does not say it. */
const char *zdm_usage_output_name(const PgQuery__Node *node);

/* In the arena of the search, the first of its level. */
struct zdm_usage_item *zdm_usage_add_item(
    struct zdm_usage_search *s, struct zdm_usage_level *level, const char *name);
void zdm_usage_add_relation(
    struct zdm_usage_search *s, struct zdm_usage_level *level, const PgQuery__RangeVar *range);
/* Whatever may stand in FROM; NULL is fine. */
void zdm_usage_add_from(
    struct zdm_usage_search *s, struct zdm_usage_level *level, const PgQuery__Node *node);
void zdm_usage_with(struct zdm_usage_search *s, const PgQuery__WithClause *clause);

#endif
