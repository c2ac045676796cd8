/*
 * request.h - a batch statement together with its parameters.
 */
#ifndef ZDM_BATCH_REQUEST_H
#define ZDM_BATCH_REQUEST_H

#include <stdint.h>

#include "batch/cursor.h"
#include "batch/quarantine.h"
#include "batch/statement.h"

/* Which batch: the cursor must be `from`, at its batch number `batches`, and is moved to `to`. Rows
 * behind from.stripe_pos, or from.pos, up to `upto`; all of them, or those of from.stripe when a range
 * is in progress or begun by this batch (`striped`). */
struct zdm_batch {
    int64_t slice, epoch, batches;
    const struct zdm_spot *from, *to;
    const char *upto;
    bool striped;
    int64_t keys; /* that lie between the ends, of all stripes; 0: not known */
    bool repair;  /* only the rows that need it */
};

struct zdm_request {
    const struct zdm_batch_text *text; /* view of the struct zdm_batch_sql */
    struct zdm_parameters p;           /* views of what follows and of the arguments */
    char slice[24], epoch[24], batches[24], stripe[24], to_stripe[24], stripes[24], first[24];
    struct zdm_position after, upto;
};

/* The texts of the batch must outlive the request, which must not be copied. ZDM_ERR_MISMATCH when one
 * is no position of this key. */
int zdm_request_fill(struct zdm_request *q, const struct zdm_batch_sql *sql,
    const struct zdm_backfill_spec *spec, const struct zdm_batch *batch, struct zdm_err *err);
/* The statement that moves the cursor in the same way and leaves the rows for later: the parameters of
 * sql/cursor_defer.sql. q->text stays NULL. */
void zdm_request_fill_deferral(
    struct zdm_request *q, const struct zdm_backfill_spec *spec, const struct zdm_batch *batch);
/* The statement that moves the cursor in the same way and puts the row into quarantine, with sqlstate and
 * message of *bad, when there is room or it is there: the parameters of zdm_set_aside_sql, and its *common. q->text stays NULL. */
int zdm_request_fill_set_aside(struct zdm_request *q, const struct zdm_batch_sql *sql,
    const struct zdm_backfill_spec *spec, const struct zdm_batch *batch,
    const struct zdm_bad_row *bad, bool room, int *common, struct zdm_err *err);
void zdm_request_release(struct zdm_request *q);

#endif
