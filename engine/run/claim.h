/*
 * claim.h - what other plans must know of this one: its tables, steps, `after` and `alongside`. Private to
 * run/.
 */
#ifndef ZDM_RUN_CLAIM_H
#define ZDM_RUN_CLAIM_H

#include "run/session.h"

/* Takes the plan over: zdm_journal_await, zdm_journal_take_over. s->epoch is ours. */
int zdm_claim_take_over(struct zdm_session *s, struct zdm_err *err);
/* Of a plan in which nothing is left to do, and that is not taken over: zdm_journal_note. */
int zdm_claim_note(struct zdm_session *s, struct zdm_err *err);
/* Warns of plans at work on tables that foreign keys join with this one's. */
void zdm_claim_tell(struct zdm_session *s);

/* Which plans this one would meet now; released by zdm_journal_meetings_release. */
int zdm_claim_meet(struct zdm_conn *conn, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, struct zdm_journal_meetings *out, struct zdm_err *err);

#endif
