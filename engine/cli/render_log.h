/*
 * render_log.h - events of the ledger as lines of text (layout.h) or JSON (pure).
 */
#ifndef ZDM_CLI_RENDER_LOG_H
#define ZDM_CLI_RENDER_LOG_H

#include <jansson.h>

#include "base/buf.h"
#include "ledger/ledger.h"

/* "2026-11-21 07:03:38Z  info     step-done    add column", and a line more for each check of a
 * gate. */
void zdm_render_log_event(struct zdm_buf *out, const struct zdm_ledger_event *event);
json_t *zdm_json_log_event(
    const struct zdm_ledger_plan *plan, const struct zdm_ledger_event *event);

#endif
