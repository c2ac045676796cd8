/*
 * snapshot.h - the schema as the last run left it, kept in the target (zdm.snapshot, zdm.object), and what
 * somebody changed since. Private to run/ and verify.
 *
 * At its end a run that did something writes down every object that people made, as the server spells it
 * (sql/schema_objects.sql): only what differs from last time is written. Spelling takes ACCESS SHARE on
 * tables for a moment, for which it waits half a second at most.
 */
#ifndef ZDM_RUN_SNAPSHOT_H
#define ZDM_RUN_SNAPSHOT_H

#include "pg/conn.h"

struct zdm_session;

struct zdm_drift_item {
    char *change;   /* "added", "removed", "changed" */
    char *kind;     /* "table", "column", ... */
    char *name;     /* as SQL names it, with its schema; a constraint, trigger: "public.t: name" */
    char *was, *is; /* NULL: it was not, is not there */
    char *plan;     /* that worked on its table since the snapshot, so maybe it did it; or NULL */
    bool partition; /* it is a partition, or belongs to one */
};
struct zdm_drift {
    bool known; /* there is a snapshot */
    char *plan, *who;
    bool
        same_form; /* it is spelled as we do: else only what is there is compared, not how it is defined */
    int64_t at_ms, server; /* when, and the major version of the server that spelled it */
    struct zdm_drift_item
        *items; /* at most ZDM_DRIFT_MOST; parts of what was added or removed are left out */
    size_t count;
    int64_t total;
};
enum { ZDM_DRIFT_MOST = 1000 };

/* In an open transaction, which it gives search_path = pg_catalog. A target without snapshot: known false. */
int zdm_drift_read(struct zdm_conn *conn, struct zdm_drift *out, struct zdm_err *err);
void zdm_drift_release(struct zdm_drift *drift);

/* In an open transaction: what the last run left of these is what they are now. objects: JSON, as
 * sql/snapshot_accept.sql says. */
int zdm_snapshot_accept(struct zdm_conn *conn, const char *objects, struct zdm_err *err);

/* At the start of a run: tells what changed since the last one, before its own end covers that up. */
void zdm_snapshot_tell(struct zdm_session *s);
/* Did the plan do something since the schema was written down last? */
int zdm_snapshot_owed(struct zdm_session *s, bool *owed, struct zdm_err *err);
/* At the end of a run, when it did something, or the one before it did and could not write it down; what fails is told, and fails nothing. */
void zdm_snapshot_keep(struct zdm_session *s);

#endif
