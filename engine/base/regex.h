/*
 * regex.h - extended regular expressions (POSIX), as grep -E takes them.
 */
#ifndef ZDM_BASE_REGEX_H
#define ZDM_BASE_REGEX_H

#include <stdbool.h>

#include "base/err.h"

/* ZDM_ERR_PLAN with what is wrong with it. */
int zdm_regex_check(const char *pattern, struct zdm_err *err);
/* Does it occur in the text? The pattern was checked. */
bool zdm_regex_occurs(const char *pattern, const char *text);

#endif
