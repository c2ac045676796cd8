/*
 * rollback_together.h - which undos share a transaction. Private to run/.
 *
 * The undo of a sync drops its triggers, that of an earlier step the column (of split_table: the table; of
 * move_columns: the columns there) that they kept in step. What was written to that column alone between the two
 * would be lost. So both, and what stands between them,
 * are one transaction, in the order that they have anyway: it looks at the rows under its locks, while the triggers
 * are there. DROP INDEX CONCURRENTLY, which cannot be in it, comes before, when nothing but triggers is
 * dropped ahead of it, and what forgets a gate behind the index before that.
 *
 * Where something else stands between (a hook, a command, what takes longer than an instant under these locks), each
 * undo has its own transaction, and the later one finds what was written to one of the columns alone: old code's
 * writes, too, so that it may stop where nothing would have been lost, never the other way round.
 */
#ifndef ZDM_RUN_ROLLBACK_TOGETHER_H
#define ZDM_RUN_ROLLBACK_TOGETHER_H

#include "run/rollback.h"
#include "run/session.h"

/* Sets `with_next` in view->steps, and their order. first: the first step of the plan that goes; a sync that goes alone,
 * while its column stays, says so in `lacks`. */
void zdm_rollback_join(const struct zdm_plan *plan, const struct zdm_plan_report *report,
    size_t first, struct zdm_rollback_view *view);
/* How many from view->steps[at] on are one transaction: 1 or more. */
size_t zdm_rollback_joined(const struct zdm_rollback_view *view, size_t at);
/* In the transaction of these n, before it looks: the tables whose triggers go are locked in the order in which
 * they would be, or backwards. Whoever writes to the one writes to the other by them, and then nobody is in the
 * middle of it. Old code holds the one while it comes to the other, new code the other way round: so each try has
 * another order. */
int zdm_rollback_lock_mirrors(struct zdm_conn *conn, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, const struct zdm_rollback_step *first, size_t n,
    bool backwards, struct zdm_err *err);
/* When the undo of that step, the first of its transaction, has failed: what is taken back and what is not, by the
 * journal as last read: an index may be before its turn, and a gate. Owned. */
char *zdm_rollback_so_far(const struct zdm_session *s, size_t index);

#endif
