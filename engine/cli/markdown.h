/*
 * markdown.h - a comment for a pull request (pure): what comes from files and servers can neither
 * format anything, nor mention anybody, nor leave its fence; and it is never longer than a comment
 * may be.
 */
#ifndef ZDM_CLI_MARKDOWN_H
#define ZDM_CLI_MARKDOWN_H

#include <stddef.h>

#include "base/buf.h"

enum {
    ZDM_MARKDOWN_BYTES = 60000, /* GitHub takes comments of 65,536 characters */
    ZDM_MARKDOWN_FENCE_BYTES = 8000,
};

/* Text as it is, on one line: what Markdown or GitHub (@name, #1) would read as its own is disarmed. */
void zdm_markdown_add(struct zdm_buf *out, const char *s);
/* A text and `end` between fences that are longer than any in it. Of a text that is too long the
 * beginning, and how much is left out. language: "sql", static. */
void zdm_markdown_fence(
    struct zdm_buf *out, const char *language, const char *text, const char *end);

/* Pieces that may be shown: as many as there is room for. All zero is empty. */
struct zdm_markdown_pieces {
    struct zdm_buf text; /* ZDM_BUF_INIT */
    size_t *ends;        /* of each in the text: n */
    size_t n;
    size_t count; /* also of those for which there was no room */
};
/* Adds one when all together are then not longer than `room`. */
void zdm_markdown_piece(
    struct zdm_markdown_pieces *pieces, const struct zdm_buf *piece, size_t room);
/* Adds the first ones, with which `out` is not longer than `room`; returns how many are left out. */
size_t zdm_markdown_put(struct zdm_buf *out, const struct zdm_markdown_pieces *pieces, size_t room);
void zdm_markdown_release(struct zdm_markdown_pieces *pieces);

#endif
