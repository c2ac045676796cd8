/*
 * render_verify.h - what zdm verify found, as text (layout.h) or JSON (pure).
 */
#ifndef ZDM_CLI_RENDER_VERIFY_H
#define ZDM_CLI_RENDER_VERIFY_H

#include <jansson.h>

#include "base/buf.h"
#include "run/verify.h"

void zdm_render_verification(struct zdm_buf *out, const struct zdm_verification *found);
json_t *zdm_json_verification(const struct zdm_verification *found); /* owned */

#endif
