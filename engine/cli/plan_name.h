/*
 * plan_name.h - a plan named by its file or by its name.
 */
#ifndef ZDM_CLI_PLAN_NAME_H
#define ZDM_CLI_PLAN_NAME_H

#include "base/err.h"
#include "cli/options.h"
#include "ledger/ledger.h"

/* The plan's name: what the file says; a file that cannot be read any more is looked for among the
 * files that were run. Owned; NULL with *errors. */
char *zdm_plan_name(const char *word, const struct zdm_ledger_plan *plans, size_t n_plans,
    struct zdm_errlist *errors);
/* The same of the command's first word; the ledger knows the files of the plans that were run, and without one the file
 * has to be readable. */
char *zdm_plan_name_of(const struct zdm_args *args, struct zdm_errlist *errors);

#endif
