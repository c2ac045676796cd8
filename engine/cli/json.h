/*
 * json.h - what several commands say in JSON.
 */
#ifndef ZDM_CLI_JSON_H
#define ZDM_CLI_JSON_H

#include <jansson.h>

#include "base/err.h"
#include "batch/backfill.h"
#include "batch/cursor.h"
#include "cli/io.h"
#include "gate/gate.h"

/* All return owned values. */
json_t *zdm_json_text(const char *s);  /* null for NULL; stray bytes become U+FFFD */
json_t *zdm_json_time(int64_t at_ms);  /* "2026-11-21T07:03:38Z"; null for 0 */
json_t *zdm_json_known(int64_t n);     /* null when negative */
json_t *zdm_json_number(double value); /* one decimal */
json_t *zdm_json_texts(char *const *texts, size_t n);
json_t *zdm_json_errors(const struct zdm_errlist *errors);
/* { file, line, column, code, sqlstate, message, detail, hint } */
json_t *zdm_json_error(const struct zdm_err *err);
json_t *zdm_json_progress(const struct zdm_backfill_progress *progress);
json_t *zdm_json_cursor(const struct zdm_cursor *cursor);
/* { by, note, at } or null; { target_ms, workers, ... }, null: as planned. */
json_t *zdm_json_paused(const struct zdm_control *control);
json_t *zdm_json_tuned(const struct zdm_control *control);
json_t *zdm_json_gate(const struct zdm_gate_result *gate);

/* Prints a document (indented), or one line of a stream, and drops it. */
void zdm_json_print(struct zdm_stream *stream, json_t *value, bool line);

#endif
