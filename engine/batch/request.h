/*
 * request.h - a batch statement together with its parameters.
 */
#ifndef ZDM_BATCH_REQUEST_H
#define ZDM_BATCH_REQUEST_H

#include <stdint.h>

#include "batch/statement.h"

struct zdm_request {
    const struct zdm_batch_text *batch; /* view of the struct zdm_batch_sql */
    struct zdm_parameters p;            /* views of what follows and of the arguments */
    char slice[24], epoch[24];
    struct zdm_position after, upto;
};

/* The batch behind `after` (NULL: the first) up to `upto`. The texts must outlive the request, which
 * must not be copied. ZDM_ERR_MISMATCH when a text is no position of this key. */
int zdm_request_fill(struct zdm_request *q, const struct zdm_batch_sql *sql,
    const struct zdm_backfill_spec *spec, int64_t slice, int64_t epoch, const char *after,
    const char *upto, struct zdm_err *err);
void zdm_request_release(struct zdm_request *q);

#endif
