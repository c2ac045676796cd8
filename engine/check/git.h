/*
 * git.h - which sources changed since a revision. Private to engine/check.
 */
#ifndef ZDM_CHECK_GIT_H
#define ZDM_CHECK_GIT_H

#include "check/source.h"

/* Makes context of every file that is the same as in the commit where HEAD and `revision` parted.
 * What was edited, added, renamed or is not in git yet counts as changed, and so does standard
 * input. No git, no repository, no such revision: ZDM_ERR_USAGE. */
int zdm_git_mark(const char *revision, struct zdm_sources *sources, struct zdm_err *err);

#endif
