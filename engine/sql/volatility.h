/*
 * volatility.h - what an expression calls, as far as its text tells. Private to engine/sql.
 */
#ifndef ZDM_SQL_VOLATILITY_H
#define ZDM_SQL_VOLATILITY_H

#include "sql/tree.h"

/* Built in, and none of its variants is VOLATILE. */
bool zdm_function_is_stable(const PgQuery__FuncCall *call);
/* One that zdm knows to be VOLATILE, such as random(). */
bool zdm_function_is_builtin(const PgQuery__FuncCall *call);
/* Built in, and another value some time later or in another session. */
bool zdm_function_changes(const PgQuery__FuncCall *call);
/* Does it call anything that may give another value for every row? */
bool zdm_expr_is_volatile(const PgQuery__Node *expr);
/* NULL, or a cast of it. */
bool zdm_expr_is_null(const PgQuery__Node *expr);
/* Does a query call something that zdm does not know? The call, or NULL. */
const PgQuery__FuncCall *zdm_unknown_call(const PgQuery__Node *query);

/* A type of PostgreSQL or of a common extension: no domain hides behind its name. */
bool zdm_type_is_known(const PgQuery__TypeName *type);
/* "bigint" for bigserial; NULL when the type is no serial. */
const char *zdm_serial_base(const PgQuery__TypeName *type);

#endif
