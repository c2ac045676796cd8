/*
 * judge.h - what the steps to come do, by the target's catalog: the relations that only the catalog knows of
 * (the other side of a foreign key, partitions, child tables, views), and whether a lock is held briefly. It is the
 * judgement that zdm plan --db shows, made anew while the plan runs. Private to run/.
 *
 * The catalog is read when the first SQL step comes, and the steps behind it are judged at once, each in the catalog
 * as the ones before leave it, up to one of which nobody knows what it does (a hook, a command, a DO block). Behind
 * that one the catalog is read again, and also when a relation that a step locks was changed by somebody else
 * meanwhile: that is asked before each step, of its relations only. A catalog that cannot be read is told;
 * then the text of the plan decides, as it does offline.
 */
#ifndef ZDM_RUN_JUDGE_H
#define ZDM_RUN_JUDGE_H

#include "plan/lock_policy.h"
#include "run/session.h"

/* Before step `index` is run, or taken back (s->undoing). On s->conn, outside a transaction. */
void zdm_judge_step(struct zdm_session *s, size_t index);
/* Fails when the catalog shows that it would work on several tables (zdm_plan_refuse_several): it is partitioned.
 * With `begins`, for a step that is not half done, also when it shows a hazard that the text did not, and that the
 * step does not allow: what zdm plan --db refuses is not run. */
int zdm_judge_refuse(const struct zdm_session *s, size_t index, bool begins, struct zdm_err *err);
/* It is done: what it changed is our own work. */
void zdm_judge_done(struct zdm_session *s, size_t index);
/* How the step, or its undo, gets its locks: by the catalog, else by the text. Views in *out until the next
 * zdm_judge_step(). */
void zdm_judged_policy(const struct zdm_session *s, size_t index, struct zdm_lock_policy *out);
/* The session was lost: whoever answers now may have another catalog. */
void zdm_judge_forget(struct zdm_session *s);
void zdm_judge_free(struct zdm_session *s);

#endif
