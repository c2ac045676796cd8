/*
 * recall.h - undos that depend on what the catalog was when their step ran. Private to run/.
 *
 * What a step replaces (an old default, a comment, NOT NULL) its text does not hold. Such a step asks the
 * catalog before it runs, in its own transaction, and the undo that the answer makes goes into its journal
 * row: {"undo": "SQL"}, null when there is nothing to do.
 */
#ifndef ZDM_RUN_RECALL_H
#define ZDM_RUN_RECALL_H

#include "pg/conn.h"
#include "pg/journal.h"
#include "plan/check.h"

/* In the transaction of the step, before its work. *detail is owned. A second column of the answer is what the
 * undo does not bring back, in words: {"undo": SQL, "lacks": text}. */
int zdm_recall_ask(struct zdm_conn *conn, const char *query, char **detail, struct zdm_err *err);

/* The undo in the row of a finished step; *sql owned, NULL: nothing is to be done; *lacks (which may be NULL)
 * owned, NULL: it brings all back. false: the row does not say, for somebody marked the step as done. */
bool zdm_recall_read(const struct zdm_journal_row *row, char **sql, char **lacks);

/* Why the step cannot be taken back as things are now: the first of its conditions that speaks against it.
 * *why owned, NULL: nothing does. One that takes longer than 5 s, or finds nothing
 * aside, is left to the undo itself. */
int zdm_recall_look(
    struct zdm_conn *conn, const struct zdm_step *step, char **why, struct zdm_err *err);
/* The answer to a query about the undo, in as much time; *answer owned, NULL: none. */
int zdm_recall_tell(struct zdm_conn *conn, const char *query, char **answer, struct zdm_err *err);

#endif
