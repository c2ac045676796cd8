/*
 * allow.h - comments by which an author accepts findings. Private to engine/check.
 *
 *     -- zdm: allow RULE[, RULE] because REASON         directly above a statement, behind it on its
 *                                                       line, or inside it
 *     -- zdm: allow-file RULE[, RULE] because REASON    above the first statement: for all of them
 */
#ifndef ZDM_CHECK_ALLOW_H
#define ZDM_CHECK_ALLOW_H

#include "check/report.h"

/* Applies the comments of an SQL source to its statements, and adds notes about comments that are wrong
 * or not needed. */
void zdm_allow_apply(struct zdm_check_report *report, const struct zdm_source *source);

#endif
