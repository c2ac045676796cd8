/*
 * plan_name.h - a plan named by its file or by its name.
 */
#ifndef ZDM_CLI_PLAN_NAME_H
#define ZDM_CLI_PLAN_NAME_H

#include "base/err.h"
#include "ledger/ledger.h"

/* The plan's name: what the file says; a file that cannot be read any more is looked for among the
 * files that were run. Owned; NULL with *errors. */
char *zdm_plan_name(const char *word, const struct zdm_ledger_plan *plans, size_t n_plans,
    struct zdm_errlist *errors);

#endif
