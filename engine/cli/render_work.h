/*
 * render_work.h - what a statement or a program does that takes long, for
 * people and programs (pure).
 */
#ifndef ZDM_CLI_RENDER_WORK_H
#define ZDM_CLI_RENDER_WORK_H

#include <jansson.h>

#include "base/buf.h"
#include "run/observer.h"

/* "building index: scanning table (t_v), 45.0 %, 1,200 of 2,666 blocks, 20 s; waiting for pid ..." */
void zdm_add_work_words(struct zdm_buf *out, const struct zdm_work_progress *work);
/* As zdm_render_live (render_run.h). */
void zdm_render_live_work(struct zdm_buf *out, const struct zdm_step *step,
    const struct zdm_work_progress *work, int columns);
json_t *zdm_json_work(const struct zdm_work_progress *work); /* owned */
json_t *zdm_json_spent(const struct zdm_spent *spent);       /* owned */

#endif
