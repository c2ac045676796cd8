/*
 * check_applied.h - leaves out what the target has already, before it is judged.
 */
#ifndef ZDM_CLI_CHECK_APPLIED_H
#define ZDM_CLI_CHECK_APPLIED_H

#include "check/source.h"

/* Asks the tables of the tools that the sources belong to. *n: how many were taken out. */
int zdm_check_leave_applied(
    const char *conninfo, struct zdm_sources *sources, size_t *n, struct zdm_err *err);

#endif
