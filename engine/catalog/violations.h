/*
 * violations.h - asks a database whether the rows that are there stand in a statement's way.
 *
 * The questions come from the classifier (zdm_sql_context_ask_rows(), sql/row_question.h), which asks
 * only while the statement meets the tables as the database has them. Each is one query in a READ ONLY
 * transaction of its own, with a statement_timeout, a lock_timeout, and row level security off: a role
 * from which rows are hidden gets an error, not an empty answer.
 */
#ifndef ZDM_CATALOG_VIOLATIONS_H
#define ZDM_CATALOG_VIOLATIONS_H

#include "base/err.h"
#include "base/mem.h"
#include "pg/conn.h"
#include "sql/classify.h"

/*
 * Adds to the statement a finding `rows-violate` with the key of one row, and what it fails with; or
 * `rows-unknown` with the reason when there was no answer (too slow, no right to read). Judges the
 * verdict anew. Texts live in the arena. context: of whom severities of rules are asked; may be NULL. -1 only when the session is lost or interrupted.
 */
int zdm_violations_ask(struct zdm_conn *conn, struct zdm_statement *st,
    const struct zdm_sql_context *context, int64_t timeout_ms, struct zdm_arena *arena,
    struct zdm_err *err);

#endif
