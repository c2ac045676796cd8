/*
 * verify.h - do ledger, journal and catalog agree, and did anybody else change the schema?
 *
 * One read-only transaction. The journal is the truth about what was done; where it and the ledger
 * differ the journal is right, and the next run corrects the ledger. Of the catalog it asks
 *   - what the finished steps of all plans left behind, by the text of their statements as the journal has
 *     it (sql/made.h): so no plan file is needed, and what a later plan took back is not missed;
 *   - what is not as the last run left it (snapshot.h).
 * With plans: whether they still fit the journal.
 *
 * On request: whether the rows are as finished backfills left them (batch/recheck.h), outside that transaction.
 *
 * A difference of catalog or schema that is wanted can be accepted: it is told no more as long as it is as it is
 * now. What of the schema is accepted becomes what the last run left; zdm.accepted has who said so and why.
 */
#ifndef ZDM_RUN_VERIFY_H
#define ZDM_RUN_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/plan.h"
#include "run/snapshot.h"

enum zdm_verify_area {
    ZDM_VERIFY_LEDGER,  /* ledger and journal */
    ZDM_VERIFY_JOURNAL, /* the journal and the plan file, or itself */
    ZDM_VERIFY_CATALOG, /* the journal and the catalog */
    ZDM_VERIFY_SCHEMA,  /* the schema and what the last run left */
    ZDM_VERIFY_ROWS,    /* finished backfills and the rows */
};
const char *zdm_verify_area_name(enum zdm_verify_area area); /* "ledger" ... */

struct zdm_verify_item {
    enum zdm_verify_area area;
    bool mismatch;     /* false: worth knowing, and no disagreement */
    char *plan, *step; /* NULL: none */
    char *change;      /* "added", "removed", "changed": of SCHEMA; else NULL */
    char *kind, *name; /* the object; NULL: none */
    char *was, *is;    /* its definitions; NULL: not there, or not known */
    char *state;   /* of CATALOG and SCHEMA: what it is accepted as; NULL: it cannot be accepted */
    bool accepted; /* just now, so it is no mismatch any more */
    char *message;
    char *hint; /* NULL: none */
};

struct zdm_verification {
    char *where;
    char *
        published; /* by which publications zdm's tables are, made or changed now; NULL: nothing to tell */
    char target[33]; /* "" : no plan was ever run here */
    bool snapshot;   /* the schema was compared; with what: */
    char *snapshot_plan, *snapshot_who;
    int64_t snapshot_ms;
    int64_t plans, steps,
        objects; /* looked at: plans of the journal, finished steps, what they left */
    struct zdm_verify_item *items;
    size_t count;
    int64_t accepted; /* items */
    int64_t
        mismatches; /* of all, also those that are not in items: of the schema at most 1,000 are */
};

struct zdm_verify_options {
    const char *conninfo;
    const char *ledger_path;
    const struct zdm_plan *const *plans; /* n_plans; none: all that the journal has */
    size_t n_plans;
    bool rows; /* of finished backfills of these plans, too: reads their tables, after the rest */
    /* Objects, by their names as items have them (a schema before them may be left out), whose differences are
     * accepted; n_accept 0: none. One that has none is ZDM_ERR_USAGE, and nothing is accepted. */
    const char *const *accept;
    size_t n_accept;
    bool accept_all;
    const char *because, *who; /* then needed */
};

int zdm_verify(
    const struct zdm_verify_options *options, struct zdm_verification *out, struct zdm_err *err);
void zdm_verification_release(struct zdm_verification *verification);

#endif
