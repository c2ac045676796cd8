/* journal_private.h - what the files of the journal share. Private to pg/. */
#ifndef ZDM_PG_JOURNAL_PRIVATE_H
#define ZDM_PG_JOURNAL_PRIVATE_H

#include "pg/journal.h"

/* In the transaction of a take-over, behind the update of the plan's row: ZDM_ERR_REFUSED when another
 * plan is at work on one of its tables. */
int zdm_journal_admit(struct zdm_conn *conn, const char *plan,
    const struct zdm_journal_claim *claim, struct zdm_err *err);

#endif
