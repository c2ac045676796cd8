/*
 * runner.h - runs a plan, or resumes it, until it is done or a gate is closed.
 */
#ifndef ZDM_RUN_RUNNER_H
#define ZDM_RUN_RUNNER_H

#include "plan/check.h"
#include "plan/plan.h"
#include "run/host.h"
#include "run/observer.h"

struct zdm_run_options {
    const char *conninfo;
    const char *ledger_path;
    const char *until; /* stop after this step id; NULL: run to the end. Unknown: ZDM_ERR_USAGE */
    bool wait;         /* at closed gates, until they open */
    const char *who;   /* "ann@laptop" */
    const char
        *described; /* JSON: what recipes read of the tables (zdm.plan); NULL: there are none */
    struct zdm_host host;
    struct zdm_observer observer;
};

/* 0: the plan is done (or --until was reached). -1: err->code says why it stopped:
 * ZDM_ERR_CLOSED, ZDM_ERR_OWNED, ZDM_ERR_MISMATCH, ZDM_ERR_INTERRUPTED, ZDM_ERR_FAILED ... */
int zdm_run(const struct zdm_plan *plan, const struct zdm_plan_report *report,
    const struct zdm_run_options *options, struct zdm_err *err);

/* "user@host" of whoever runs this process; owned. */
char *zdm_whoami(void);

#endif
