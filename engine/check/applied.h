/*
 * applied.h - migrations that the target has already are not judged again: what they made stands in
 * its catalog.
 */
#ifndef ZDM_CHECK_APPLIED_H
#define ZDM_CHECK_APPLIED_H

#include "check/source.h"

/* Takes out the sources of a tool that stand in its history; n versions as catalog/history.h has them.
 * Only those that were found in a folder: a file that was named is judged. Returns how many. */
size_t zdm_sources_drop_applied(
    struct zdm_sources *sources, const char *tool, char *const *versions, size_t n);

#endif
