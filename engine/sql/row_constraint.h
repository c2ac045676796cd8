/*
 * row_constraint.h - what is asked about constraints, old and new ones. Private to engine/sql; see
 * row_question.h.
 */
#ifndef ZDM_SQL_ROW_CONSTRAINT_H
#define ZDM_SQL_ROW_CONSTRAINT_H

#include "sql/row_query.h"

/* The server had it, with the rows and columns that it has now. */
bool zdm_ask_is_old(struct zdm_draft *draft, struct zdm_relation *relation);
/* The expression's text, when it may be evaluated here: see row_question.h. NULL otherwise. */
const char *zdm_ask_harmless(struct zdm_asking *asking, PgQuery__Node *expr);

void zdm_ask_not_null(struct zdm_asking *asking, const char *column);
void zdm_ask_new_constraint(struct zdm_asking *asking, const PgQuery__Constraint *constraint);
void zdm_ask_validation(struct zdm_asking *asking, const char *constraint);

#endif
