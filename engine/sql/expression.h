/*
 * expression.h - the type and the volatility of an expression, with the functions that its calls
 * resolve to. Private to engine/sql.
 *
 * The server picks a function by its arguments and the search path, and puts simple functions in SQL
 * in their place before it asks whether the whole is volatile; so does this. What the catalog cannot
 * tell is taken as volatile, and said to be assumed.
 */
#ifndef ZDM_SQL_EXPRESSION_H
#define ZDM_SQL_EXPRESSION_H

#include "sql/coercion.h"

struct zdm_judged {
    struct zdm_typed typed;
    bool literal;     /* a string or NULL that takes on any type */
    bool is_volatile; /* may be another value for each row */
    bool unsure;      /* `is_volatile` is the cautious guess */
};

/* columns: whose columns it may name; NULL: none. A call of a function that does not exist is a
 * certain error (42883). */
struct zdm_judged zdm_expr_judge(
    struct zdm_draft *draft, const PgQuery__Node *expr, const struct zdm_relation *columns);

/* Where an expression of one row is asked for: no sub-select, aggregate, window function or set. False,
 * and a certain error, otherwise. what: "a DEFAULT". */
bool zdm_expr_is_plain(struct zdm_draft *draft, const PgQuery__Node *expr, const char *what);
/* Where only columns of one relation can be named: false, and a certain error, when a reference has
 * another one in front, as in b.x. */
bool zdm_expr_is_over(
    struct zdm_draft *draft, const PgQuery__Node *expr, const struct zdm_relation *relation);
/* The first column that it names and the relation does not have, or NULL. */
const char *zdm_expr_missing_column(const PgQuery__Node *expr, const struct zdm_relation *relation);
/* ctid and the like, which every table has. */
bool zdm_is_system_column(const char *name);
/* Calls see for every relation that the text of an expression names as a constant, as in
 * nextval('s'::regclass). */
void zdm_expr_each_relation(struct zdm_draft *draft, const char *sql,
    void (*see)(void *self, struct zdm_relation *relation), void *self);
/* Does it name a column at all? */
bool zdm_expr_has_columns(const PgQuery__Node *expr);
/* Does it name this one? */
bool zdm_expr_has_column(const PgQuery__Node *expr, const char *name);

/* Calls see for each (column).attribute of a column of the relation. */
void zdm_expr_each_field(const PgQuery__Node *expr, const struct zdm_relation *relation,
    void (*see)(void *self, const struct zdm_column *column, const char *attribute), void *self);

/* An expression that a catalog gave as text, parsed for as long as *tree lives; NULL when it cannot be
 * parsed, and nothing is to be released then. */
struct zdm_tree;
const PgQuery__Node *zdm_expr_parse(const char *sql, struct zdm_tree *tree);

#endif
