/*
 * live_rules.h - how much work a statement is, by the sizes on the server. Private to engine/sql.
 */
#ifndef ZDM_SQL_LIVE_RULES_H
#define ZDM_SQL_LIVE_RULES_H

#include "sql/live.h"
#include "sql/sequence.h"

struct zdm_live_work {                   /* bytes */
    int64_t scanned, rewritten, indexed; /* of tables: read, written anew, read for an index */
    int64_t files;                       /* made beside those that are there until it commits */
    int64_t wal;
    int64_t largest_index;
    const struct zdm_relation *table; /* the largest of them; NULL: there is no work */
    size_t n_tables;
};

void zdm_live_measure(struct zdm_draft *draft, struct zdm_live_work *out);
/* Shortest and longest time for it, in milliseconds. */
void zdm_live_time(
    const struct zdm_live *live, const struct zdm_live_work *work, int64_t *least, int64_t *most);
/* What that time is said from, in the arena. */
const char *zdm_live_basis(
    struct zdm_arena *arena, const struct zdm_live *live, const struct zdm_live_work *work);
/* For people, in the arena: "20 s to 3 min", "12 GB". */
const char *zdm_live_range(struct zdm_arena *arena, int64_t least_ms, int64_t most_ms);
const char *zdm_live_age(struct zdm_arena *arena, int64_t ms);
const char *zdm_live_bytes(struct zdm_arena *arena, int64_t bytes);
/* "reads 12 GB of public.t (80,000,000 rows)" */
const char *zdm_live_work_text(struct zdm_draft *draft, const struct zdm_live_work *work);
/* Does the transaction have the i-th lock of the statement already, or a stronger one? */
bool zdm_live_has_lock(struct zdm_sequence *sequence, const struct zdm_draft *draft, size_t i);

#endif
