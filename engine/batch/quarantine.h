/*
 * quarantine.h - zdm.quarantine: rows that a backfill left behind because their data are bad.
 *
 * With max_quarantine a backfill goes on behind a row that the server refuses (SQLSTATE 22*, 23*,
 * P0001): one statement moves the cursor past it and writes down its key and what the server said. A
 * row is there until a retry changes it, or finds that nothing is left to change.
 */
#ifndef ZDM_BATCH_QUARANTINE_H
#define ZDM_BATCH_QUARANTINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "batch/statement.h"
#include "pg/conn.h"

struct zdm_bad_row { /* all owned */
    char *step;
    char *relation;    /* quoted as in SQL: "public.users" */
    char *key;         /* a position (position.h) */
    char *identity;    /* table and key (target.h) */
    char *key_columns; /* JSON: {"id":7} */
    char *sqlstate, *message;
    char *row_values; /* JSON, or NULL */
    int64_t tries, at_ms;
};
struct zdm_bad_rows {
    struct zdm_bad_row *items;
    size_t count;
};

/* Those of a plan in order of step, table and time; of one step, with one key, when that is not NULL. */
int zdm_quarantine_read(struct zdm_conn *conn, const char *plan, const char *step, const char *key,
    struct zdm_bad_rows *out, struct zdm_err *err);
void zdm_bad_rows_release(struct zdm_bad_rows *rows);
/* A database whose zdm schema is older than quarantine has none. */
int zdm_quarantine_exists(struct zdm_conn *conn, bool *yes, struct zdm_err *err);
/* How many there are, in a database that has it; step NULL: of all steps. */
int zdm_quarantine_count(
    struct zdm_conn *conn, const char *plan, const char *step, int64_t *n, struct zdm_err *err);

/* "Is the row in quarantine?", of a row of the table. */
void zdm_quarantine_add_keys(struct zdm_buf *b, const struct zdm_backfill_spec *spec,
    const struct zdm_backfill_target *target);

/* The message without values of the row (mask.h), right behind the error on that session; owned. */
char *zdm_quarantine_mask(const struct zdm_conn *conn, const char *message);

/* Parameters of the statement that sets a row aside: those of a batch (statement.h), then these, then
 * upto, and the columns of after but the first `common`. */
#define ZDM_SET_ASIDE_PARAMETERS (ZDM_BATCH_PARAMETERS + 6)
/* common -1: without a lower end. -> rows and batches so far, NULL: it was not moved; 1 when the row is new
 * there; is it the one row of the batch? No row: the cursor is elsewhere. Owned. */
char *zdm_set_aside_sql(const struct zdm_backfill_spec *spec,
    const struct zdm_backfill_target *target, int common, bool striped);
/* A row failed again: the parameters of a retry (statement.h), the columns of its key, then how often it
 * failed before, sqlstate and message. -> 1 when the plan is ours. Owned. */
char *zdm_failed_again_sql(const struct zdm_backfill_target *target, bool values);

#endif
