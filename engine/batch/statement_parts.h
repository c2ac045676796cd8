/*
 * statement_parts.h - what the statements of a batch are put together from (pure text). Private to
 * statement*.c.
 */
#ifndef ZDM_BATCH_STATEMENT_PARTS_H
#define ZDM_BATCH_STATEMENT_PARTS_H

#include "base/buf.h"
#include "batch/statement.h"

/* The author's expressions need the role's search_path, which may have an = of its own. */
#define EQ "OPERATOR(pg_catalog.=)"

/* "WITH zdm_cas AS (...), zdm_rows AS (": the cursor's row is locked if it stands where we think.
 * columns: what else zdm_cas gives; zdm_batch_add_move wants "wal", where the WAL was before. These names begin
 * with zdm_backfill_target_own(), so that no sub-select of the author's takes one for a table. */
/* file: by pages, the first of the parameters of upto. */
void zdm_batch_add_cas(
    struct zdm_buf *b, const struct zdm_backfill_target *t, const char *columns, int file);
/* "RETURNING ...)": the end of zdm_rows of what changes rows. By pages: is `where` false by now? */
void zdm_batch_add_returning(
    struct zdm_buf *b, const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t);
/* 1; by pages an expression that fails when it is not. Owned. */
char *zdm_batch_counted(const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t);
/* ", ...": fails with ZDM_SUPPRESSED when zdm_rows is empty although `meant`, a condition, is true. */
void zdm_batch_add_suppressed(
    struct zdm_buf *b, const struct zdm_backfill_target *t, const char *meant);
/* Behind zdm_rows: the cursor moves. batches: by how many, an expression. By pages it also gives the
 * number of the transaction, as rows have it for xmin. */
void zdm_batch_add_move(
    struct zdm_buf *b, const char *batches, const struct zdm_backfill_target *t);

/* --- statement_map.c -------------------------------------------------------------- */
/* zdm_cas of the reading statement. It has the parameters of a batch, of which it does not need all;
 * and where the WAL was is kept for the writing one. */
#define ZDM_MAP_CAS                                                                                \
    "pg_catalog.set_config('zdm.wal', pg_catalog.pg_current_wal_insert_lsn()::pg_catalog.text,\n"  \
    "      true) AS wal, $8::pg_catalog.text, $9::pg_catalog.int4, $10::pg_catalog.int4,\n"        \
    "    $11::pg_catalog.text, $12::pg_catalog.text"
/* SELECT of keys and columns, up to its WHERE. */
void zdm_map_add_select(struct zdm_buf *b, const struct zdm_backfill_target *t);
/* From behind the WHERE of zdm_rows to the end. */
void zdm_map_add_rows(struct zdm_buf *b, const struct zdm_backfill_target *t);
/* " FOR UPDATE", as strong as the change needs it. */
void zdm_map_add_lock(struct zdm_buf *b, const struct zdm_backfill_target *t);
/* Returns owned. */
char *zdm_map_build_write(
    const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t);
/* The same without a cursor, and only the arrays for parameters -> rows changed. */
char *zdm_map_build_once(const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t);

/* --- statement_ahead.c --------------------------------------------------------------- */
/* bound, cut, count, ahead_*, probe_* */
void zdm_batch_build_ahead(const struct zdm_backfill_target *target, struct zdm_batch_sql *out);

/* --- statement_sweep.c ----------------------------------------------------------------- */
/* Each returns owned. common as in batches: how many first columns both ends of the range share; -1: there is
 * no lower end. */
char *zdm_batch_build_found(
    const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t, int common);
char *zdm_batch_build_any(
    const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t);
char *zdm_batch_build_still(
    const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t);

#endif
