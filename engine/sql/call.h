/*
 * call.h - the function that a call resolves to. Private to engine/sql; see expression.h.
 */
#ifndef ZDM_SQL_CALL_H
#define ZDM_SQL_CALL_H

#include "sql/expression.h"

enum { ZDM_JUDGE_DEPTH = 8 };

struct zdm_judge { /* an expression that is being judged */
    struct zdm_draft *draft;
    const struct zdm_relation *columns;
    unsigned depth; /* of functions in SQL that were put in place */
};

struct zdm_called {
    const struct zdm_type *result; /* NULL: not known */
    bool is_volatile, unsure;
};

struct zdm_called zdm_call_resolve(
    struct zdm_judge *judge, const PgQuery__FuncCall *call, const struct zdm_judged *args);
/* Which parameter of the function argument `i` of the call is for, by name or by place; SIZE_MAX: it
 * has none of that name. */
size_t zdm_call_parameter(
    const struct zdm_function *function, const PgQuery__FuncCall *call, size_t i);
/* call_defaults.c: is one of the values volatile that the server puts in for arguments that the call
 * leaves out? */
bool zdm_call_defaults_are_volatile(struct zdm_judge *judge, const struct zdm_function *function,
    const PgQuery__FuncCall *call, bool *unsure);
/* For the body of a function in SQL. */
bool zdm_judge_is_volatile(struct zdm_judge *judge, const PgQuery__Node *expr, bool *unsure);

/* What the functions behind a value lock when they run: sequences, and the tables that a function in
 * standard SQL reads. */
void zdm_call_locks(struct zdm_draft *draft, const PgQuery__Node *expr);

/* A certain error when the expression calls aggregates (42803), window functions or sets. */
void zdm_call_check_kinds(struct zdm_draft *draft, const PgQuery__Node *expr, const char *what);

#endif
