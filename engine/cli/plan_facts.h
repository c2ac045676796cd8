/*
 * plan_facts.h - what the steps of a plan come to, for those who sum up (pure).
 */
#ifndef ZDM_CLI_PLAN_FACTS_H
#define ZDM_CLI_PLAN_FACTS_H

#include "cli/preview.h"
#include "plan/check.h"
#include "run/status.h"

enum zdm_time_known {
    ZDM_TIME_NONE,    /* a gate, or it is done already */
    ZDM_TIME_INSTANT, /* nothing is read, written or waited for but its locks */
    ZDM_TIME_RANGE,   /* least_ms to most_ms */
    ZDM_TIME_UNKNOWN,
};

struct zdm_step_facts {
    const struct zdm_lock *strongest; /* view; NULL: it takes none that is known */
    size_t n_locks;                   /* of all its statements */
    size_t n_warnings, n_momentary;   /* findings that count; those of them that may be gone soon */
    size_t n_allowed;                 /* findings that the plan accepts */
    bool scans, rewrites, builds;
    bool breaks, data_loss;
    enum zdm_verdict verdict;   /* the worst of its statements */
    enum zdm_evidence evidence; /* the weakest */
    enum zdm_time_known time;
    int64_t least_ms, most_ms;
    int64_t disk_bytes;     /* of new files of one statement, at most */
    const char *tablespace; /* where; NULL not known */
};

struct zdm_plan_facts {
    struct zdm_step_facts *steps; /* n_steps of the plan */
    size_t n_warnings, n_momentary, n_allowed, n_assumed, n_loses;
    int64_t least_ms, most_ms; /* together, of those that are not done */
    size_t n_unknown;          /* steps whose time is not in it */
    int64_t disk_bytes;        /* the most of one step */
    const char *tablespace;
};

/* status, previews NULL: offline. Views of what it is made of; zdm_plan_facts_release(). */
void zdm_plan_facts(const struct zdm_plan *plan, const struct zdm_plan_report *report,
    const struct zdm_plan_status *status, const struct zdm_previews *previews,
    struct zdm_plan_facts *out);
void zdm_plan_facts_release(struct zdm_plan_facts *facts);

/* Does the rule tell what the server does at the moment? Of those in rules/live.def. */
bool zdm_is_momentary(const char *rule);
/* Is the rule accepted by the step? */
bool zdm_allows(const struct zdm_allow *allow, const char *rule);
/* "about 4 s to 40 s in all, step \"x\" aside" of what is left to do; nothing when nothing takes long. */
void zdm_add_plan_work(struct zdm_buf *out, const struct zdm_plan_facts *facts);

#endif
