/*
 * check_plans.h - plans among the sources of zdm check: engine/check knows no Lua.
 */
#ifndef ZDM_CLI_CHECK_PLANS_H
#define ZDM_CLI_CHECK_PLANS_H

#include "check/check.h"

/* conninfo (borrowed): the target, which knows what steps are done; NULL: offline. */
struct zdm_check_plans zdm_check_plan_files(const char *conninfo);

#endif
