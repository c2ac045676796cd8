/*
 * query.h - what a client asks, made ready to be sent (pure).
 *
 * A query is one statement, or several that form a transaction. In their texts `:row` stands for a
 * random number of a row and `:n` for a number that never comes twice; both become parameters of type
 * integer. What stands in quotes or comments is text, and `::type` a cast.
 */
#ifndef ZDM_REHEARSE_QUERY_H
#define ZDM_REHEARSE_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "plan/plan.h"

struct zdm_query_statement {
    char *sql; /* with $1 and $2 */
    size_t n_params;
    bool is_n[2];  /* which of the two each parameter is */
    bool prepared; /* PREPARE takes it */
};

struct zdm_query {
    const char *shown; /* its first statement as written; view */
    struct zdm_query_statement *statements;
    size_t n;
    bool uses_row, uses_n;
    bool steady; /* by its text, the same rows give the same answer: see zdm_query_is_steady() */
};

/* *out owned. Views of `from` stay in it. */
void zdm_query_init(struct zdm_query *out, const struct zdm_compat_query *from);
void zdm_query_release(struct zdm_query *query);

/*
 * Does the answer of a statement follow from the rows it reads alone? Where this says no, values are
 * not compared, because they may differ although nothing is wrong: the clock, random numbers, places
 * of rows (ctid, xmin), and the order in which rows are found, which shows with LIMIT, in windows and
 * in aggregates that keep it. Errs towards no.
 */
bool zdm_query_is_steady(const char *sql);

#endif
