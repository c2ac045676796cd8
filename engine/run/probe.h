/*
 * probe.h - what became of a statement that runs outside transactions, asked of
 * the catalog: one function a kind (enum zdm_probe_kind). Private to run/.
 *
 * Each sets *done when the work is there, and leaves the database so that the
 * statement can run when it is not: waits for a live session that is at it,
 * drops what an interrupted one left INVALID. Only leftovers that are certainly
 * that are dropped; others are told, with the statement that drops them.
 *
 * What there is nothing to ask about (VACUUM, ALTER SYSTEM, REINDEX DATABASE
 * ...) has ZDM_PROBE_REPEAT: it runs again, which is harmless.
 */
#ifndef ZDM_RUN_PROBE_H
#define ZDM_RUN_PROBE_H

#include "run/alone.h"
#include "sql/classify.h"

struct zdm_probe {
    struct zdm_session *s;
    const struct zdm_step *step;
    const struct zdm_statement *st;
    const struct zdm_alone_look *look;
};

/* CREATE INDEX CONCURRENTLY, probe_index.c: valid and equal is done; INVALID is dropped concurrently, to
 * be built again; being built by a live session is waited for; different under the same name is refused.
 * IF NOT EXISTS is never relied on: it takes an INVALID index for a finished one. */
int zdm_probe_index_valid(const struct zdm_probe *probe, bool *done, struct zdm_err *err);
/* DROP INDEX CONCURRENTLY: an INVALID index that is left is dropped again by the statement itself. */
int zdm_probe_index_absent(const struct zdm_probe *probe, bool *done, struct zdm_err *err);

/* REINDEX CONCURRENTLY, probe_reindex.c: never done, since an index that was rebuilt looks like one that
 * was not. The INVALID ..._ccnew and ..._ccold that this step left are dropped: those that were not there
 * when it was announced, which the note remembers, and that no live session works on. */
int zdm_probe_reindex(const struct zdm_probe *probe, bool *done, struct zdm_err *err);
/* *note: JSON for the announcing row, owned. */
int zdm_probe_reindex_note(const struct zdm_probe *probe, char **note, struct zdm_err *err);

/* DETACH PARTITION ... CONCURRENTLY, probe_detach.c: pending is finalized, when no live session is at it. */
/* *before: it was none at the first look. */
int zdm_probe_detached(
    const struct zdm_probe *probe, bool *done, bool *before, struct zdm_err *err);

/* CREATE and DROP DATABASE, TABLESPACE, SUBSCRIPTION, probe_named.c: is one of that name there? */
int zdm_probe_named(const struct zdm_probe *probe, bool *there, struct zdm_err *err);

/* For a loop that waits for another session's work: tells how far pid (0 unknown) is, and sleeps. -1 when
 * the run shall stop. */
int zdm_probe_wait(const struct zdm_probe *probe, int pid, struct zdm_err *err);

#endif
