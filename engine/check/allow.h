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

struct zdm_permit;

/* The comments of one source, while its statements are reported portion by portion. */
struct zdm_allow {
    const struct zdm_source *source; /* borrowed */
    struct zdm_text_cursor cursor;
    size_t at;                  /* behind what was read */
    bool any;                   /* the text speaks to zdm at all */
    bool has_statement;         /* one stands before `at` */
    struct zdm_permit *permits; /* that wait: for the next statement, or for the file */
    size_t n, room;
    struct zdm_arena *arena; /* of what permits say: reasons are views until zdm_allow_close */
};

void zdm_allow_open(struct zdm_allow *allow, const struct zdm_source *source);
/* Applies the comments to the next statements of the source, all of the report, and adds notes about
 * comments that are wrong or not needed. next: where the statement behind them begins; SIZE_MAX: none
 * does. */
void zdm_allow_apply(struct zdm_allow *allow, struct zdm_check_report *report, size_t next);
void zdm_allow_close(struct zdm_allow *allow);

#endif
