/*
 * proof.h - what proves that a column holds no NULL. Private to engine/sql.
 *
 * SET NOT NULL needs no scan when a valid CHECK implies it. The server looks for "column IS NOT NULL"
 * among the parts of AND, and in every arm of an OR; nothing else counts, not even a comparison that
 * NULL would not pass: a CHECK that is NULL is not violated.
 */
#ifndef ZDM_SQL_PROOF_H
#define ZDM_SQL_PROOF_H

#include "sql/alter.h"

/* The valid CHECK that proves it, or NULL. */
const struct zdm_constraint *zdm_proof_not_null(
    const struct zdm_relation *relation, const char *column);
/* The NOT NULL constraint of a column, which servers have since 18; NULL: none. */
struct zdm_constraint *zdm_not_null_of(const struct zdm_relation *relation, const char *column);
/* Makes it, where the server would, or valid. */
void zdm_not_null_put(
    struct zdm_draft *draft, struct zdm_relation *relation, const char *column, bool inherited);
/* Before the first sub-command: what proofs of its SET NOT NULLs the statement itself drops. */
void zdm_proof_note_dropped(struct zdm_alter *alter);

#endif
