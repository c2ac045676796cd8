/*
 * pages_sql.h - what the SQL of a walk by pages (pages.h) has of its own (pure text).
 *
 * A row has no key, so its place stands for it: relfilenode, ctid and xmin. It is another row's when the
 * table was rewritten, and its own no more when it was updated. Private to batch/.
 */
#ifndef ZDM_BATCH_PAGES_SQL_H
#define ZDM_BATCH_PAGES_SQL_H

#include "base/buf.h"
#include "batch/target.h"

/* Columns that tell a row: its key's, or ctid. */
size_t zdm_pages_row_keys(const struct zdm_backfill_target *t);

/* Rows from the page of parameter `after` (0: from the first) up to before that of `upto`. */
void zdm_pages_add_range(
    struct zdm_buf *b, const struct zdm_backfill_target *t, int after, int upto);
/* " AND ...": the table has the file of position $upto still. */
void zdm_pages_add_file(struct zdm_buf *b, const struct zdm_backfill_target *t, int upto);
/* The row whose place is in three parameters from `place` on. */
void zdm_pages_add_at(struct zdm_buf *b, const struct zdm_backfill_target *t, int place);
/* Is its place one of those in quarantine? */
void zdm_pages_add_listed(
    struct zdm_buf *b, const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t);
/* A row's place as a position, and as JSON for people; two columns. */
void zdm_pages_add_place(struct zdm_buf *b, const struct zdm_backfill_target *t);

/* $1 start, $2 page that ends it, $3 most -> numbers of the lines with rows between, in order. Owned, as
 * all that follow. */
char *zdm_pages_build_lines(const struct zdm_backfill_target *t);
/* -> does any row need it that is not in quarantine? ours: of those that transactions $1 wrote. */
char *zdm_pages_build_sweep(
    const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t, bool ours);
/* $1 start, $2 end, $3 most -> places of rows that are not in quarantine; with where: for which it is
 * true. */
char *zdm_pages_build_unlisted(
    const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t, bool where);
/* Sets the row at a place aside: the parameters of a retry, then identity, sqlstate and message -> 1 when the
 * plan is ours. */
char *zdm_pages_build_list(
    const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t);
/* Takes what is at its place no more out of quarantine. $1 plan, $2 step, $3 relation, $4 epoch -> 1
 * when the plan is ours, how many. clean: only when no row needs it but those in quarantine. */
char *zdm_pages_build_stale(
    const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t, bool clean);

#endif
