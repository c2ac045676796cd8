/*
 * probe_index.h - settles concurrent index statements by the catalog. Private
 * to run/.
 *
 * CREATE: valid and equal is done; invalid is dropped concurrently, to be built
 * again; being built by a live session is waited for; different under the same
 * name is refused. IF NOT EXISTS is never relied on: it takes an INVALID index
 * for a finished one. begun: the journal says that this very step was begun, so
 * an index that cannot be compared is taken for our own.
 */
#ifndef ZDM_RUN_PROBE_INDEX_H
#define ZDM_RUN_PROBE_INDEX_H

#include "run/session.h"
#include "sql/classify.h"

int zdm_probe_index_valid(struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_statement *st, bool begun, bool *done, struct zdm_err *err);
int zdm_probe_index_absent(
    struct zdm_session *s, const struct zdm_statement *st, bool *done, struct zdm_err *err);

#endif
