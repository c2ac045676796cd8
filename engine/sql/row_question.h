/*
 * row_question.h - whether the rows that are there stand in a statement's way: what to ask the server.
 * Private to engine/sql; the questions are in struct zdm_statement.
 *
 * A question is a query that returns the key of one row with which the statement fails, or nothing.
 * Nothing is run here: engine/catalog/violations.h does that, when somebody asked for it
 * (zdm_sql_context_ask_rows).
 *
 * Asked is only what the rows of tables decide that the server had before the text, and only as long
 * as no earlier statement may have changed those rows or their columns; after a statement that may do
 * anything nothing is asked at all. An expression of the author (CHECK, USING, an index on an
 * expression) is evaluated only when nothing in it is VOLATILE by the catalog. The search path is the
 * one that the text has at that place.
 *
 * Not asked: EXCLUDE, domains, constraints of new columns other than NOT NULL, partitions by an
 * expression or by hash, MATCH FULL and operator classes of the author's choice.
 */
#ifndef ZDM_SQL_ROW_QUESTION_H
#define ZDM_SQL_ROW_QUESTION_H

#include "sql/draft.h"

/* Before the family: the catalog is as it was before the statement. */
void zdm_row_questions(struct zdm_draft *draft);
/* Behind it: a statement that fails has none, and what it changed is asked for no more. */
void zdm_row_questions_follow(struct zdm_draft *draft);

#endif
