/*
 * query.h - what a client asks, made ready to be sent (pure).
 *
 * A query is one statement, or several that form a transaction. In their texts `:row` stands for a
 * random number of a row and `:n` for a number that never comes twice; both become parameters of type
 * integer. `:users.id` stands for a value of a column (pool.h), and is of its type. What stands in quotes or
 * comments is text, and `::type` a cast.
 */
#ifndef ZDM_REHEARSE_QUERY_H
#define ZDM_REHEARSE_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "plan/plan.h"
#include "rehearse/pool.h"

enum zdm_query_kind { ZDM_QUERY_ROW, ZDM_QUERY_N, ZDM_QUERY_VALUE };
struct zdm_query_param {
    enum zdm_query_kind kind;
    const struct zdm_pool *pool; /* of a value; borrowed */
};
struct zdm_query_statement {
    char *sql; /* with $1, ... */
    struct zdm_query_param *params;
    size_t n_params;
    bool prepared; /* PREPARE takes it */
};

struct zdm_query {
    const char *shown; /* its first statement as written; view */
    struct zdm_query_statement *statements;
    size_t n;
    bool uses_row,
        uses_n;  /* uses_row: a value of a column, too, which the number of the row decides */
    bool steady; /* by its text, the same rows give the same answer: see zdm_query_is_steady() */
};

/* *out owned. Views of `from` and `pools` stay in it. */
void zdm_query_init(
    struct zdm_query *out, const struct zdm_compat_query *from, const struct zdm_pools *pools);
/* Adds the parameters of a statement as SQL: "7, 1000000003, 'a'". */
void zdm_query_arguments(
    const struct zdm_query_statement *statement, int64_t row, int64_t number, struct zdm_buf *out);
/* What the query was asked with for a number of a row: ":row was 7, :users.id was a0ee"; NULL: nothing. Owned. */
char *zdm_query_given(const struct zdm_query *query, int64_t row);
/* Calls fn for the name of each value of a column in the text: "users.id". */
void zdm_query_each_value(
    const char *text, void (*fn)(void *self, const char *name, size_t n), void *self);
void zdm_query_release(struct zdm_query *query);

/*
 * Does the answer of a statement follow from the rows it reads alone? Where this says no, values are
 * not compared, because they may differ although nothing is wrong: the clock, random numbers, places
 * of rows (ctid, xmin), and the order in which rows are found, which shows with LIMIT, in windows and
 * in aggregates that keep it. Errs towards no.
 */
bool zdm_query_is_steady(const char *sql);

#endif
