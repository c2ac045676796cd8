/*
 * render_rehearse.h - what a rehearsal found (pure).
 */
#ifndef ZDM_CLI_RENDER_REHEARSE_H
#define ZDM_CLI_RENDER_REHEARSE_H

#include <jansson.h>

#include "base/buf.h"
#include "rehearse/rehearse.h"

struct zdm_rehearse_view {
    const struct zdm_plan *plan;
    const struct zdm_rehearsal *found;
    const struct zdm_compat *load;
    uint64_t seed;
    const char *again; /* the command that does the same again, "zdm rehearse ..." */
};

/* For people, in 80 columns. */
void zdm_render_rehearsal(struct zdm_buf *out, const struct zdm_rehearse_view *view);
/* Owned. */
json_t *zdm_json_rehearsal(const struct zdm_rehearse_view *view);
void zdm_junit_rehearsal(struct zdm_buf *out, const struct zdm_rehearse_view *view);
void zdm_markdown_rehearsal(struct zdm_buf *out, const struct zdm_rehearse_view *view);

/* "0.4 ms", "35 ms", "1.2 s". Fills out[32] and returns it. */
const char *zdm_show_us(int64_t us, char out[32]);
/* The strongest lock that a step was seen to hold; NULL: none. */
const struct zdm_rehearse_lock *zdm_rehearse_strongest(const struct zdm_rehearse_step *step);
/* Where the n-th thing that was observed differs from what the plan shows, in words; false: there is no n-th. */
bool zdm_rehearse_surprise(const struct zdm_rehearse_step *step, size_t n, struct zdm_buf *out);
/* Which steps before contract no client of the old version has met, in words; adds nothing when there is none. */
void zdm_rehearse_unseen_words(struct zdm_buf *out, const struct zdm_rehearse_view *view);
/* "error 42703 in step "drop column", query 2 of the old version (12 times, round up)" */
void zdm_rehearse_trouble_words(struct zdm_buf *out, const struct zdm_rehearse_trouble *trouble);

#endif
