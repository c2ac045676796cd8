/*
 * json_out.h - writes one JSON document into a buffer piece by piece, so that no tree of it is ever
 * held: indented by two, exactly as zdm_json_print has it.
 *
 *     struct zdm_json_out json = {.out = &buf};
 *     zdm_json_open(&json, NULL, '{');
 *     zdm_json_put_text(&json, "file", path);
 *     zdm_json_close(&json, '}');
 *
 * key is the member's name in an object and NULL in an array and for the document itself. The buffer
 * may be emptied between any two calls.
 */
#ifndef ZDM_CLI_JSON_OUT_H
#define ZDM_CLI_JSON_OUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "sql/classify.h"

struct zdm_json_out {
    struct zdm_buf *out; /* borrowed */
    int depth;           /* of what is open */
    bool any;            /* there is something in what was opened last */
};

void zdm_json_open(struct zdm_json_out *json, const char *key, char bracket);
/* The document ends with a newline. */
void zdm_json_close(struct zdm_json_out *json, char bracket);
/* null for NULL; stray bytes become U+FFFD. */
void zdm_json_put_text(struct zdm_json_out *json, const char *key, const char *s);
void zdm_json_put_texts(
    struct zdm_json_out *json, const char *key, const char *const *texts, size_t n);
void zdm_json_put_number(struct zdm_json_out *json, const char *key, int64_t n);
/* null for 0: lines and columns are counted from 1. */
void zdm_json_put_place(struct zdm_json_out *json, const char *key, int64_t n);
void zdm_json_put_bool(struct zdm_json_out *json, const char *key, bool yes);
/* Takes a value. */
void zdm_json_put(struct zdm_json_out *json, const char *key, json_t *value);

#endif
