/* verify_private.h - what the files of verify share. Private to run/. */
#ifndef ZDM_RUN_VERIFY_PRIVATE_H
#define ZDM_RUN_VERIFY_PRIVATE_H

#include "pg/journal.h"
#include "run/verify.h"

struct zdm_verify {
    const struct zdm_verify_options *options;
    struct zdm_conn *conn; /* in its transaction */
    struct zdm_journal_plan *plans;
    struct zdm_journal_rows *rows; /* of each plan */
    bool *asked;                   /* is it about this plan? */
    size_t n_plans;
    struct zdm_verification *out;
};

/* Adds an item; view until the next one. Texts of it that are not set are NULL. */
struct zdm_verify_item *zdm_verify_add(struct zdm_verify *v, enum zdm_verify_area area,
    bool mismatch, const char *plan, const char *step, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));
void zdm_verify_hint(struct zdm_verify_item *item, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* NULL: the options do not have it. */
const struct zdm_plan *zdm_verify_plan(const struct zdm_verify *v, const char *name);
/* "plans/x.lua", or "PLAN" where the file is not known; for hints. */
const char *zdm_verify_file(const struct zdm_verify *v, const char *name);

/* Behind all others, in the same transaction, which has to be committed. */
int zdm_verify_accept(struct zdm_verify *v, struct zdm_err *err);
int zdm_verify_ledger(struct zdm_verify *v, struct zdm_err *err);
int zdm_verify_catalog(struct zdm_verify *v, struct zdm_err *err);
int zdm_verify_schema(struct zdm_verify *v, struct zdm_err *err);
int zdm_verify_rows(struct zdm_verify *v, struct zdm_err *err); /* outside a transaction */

#endif
