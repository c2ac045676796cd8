/*
 * render_source.h - lines of a source with a place in them underlined (pure, layout.h).
 */
#ifndef ZDM_CLI_RENDER_SOURCE_H
#define ZDM_CLI_RENDER_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Adds text that comes from outside without what a terminal or a reader could be fooled with:
 * control characters and those that turn the direction of writing become '?', stray bytes U+FFFD.
 * Newlines stay when `lines`, else they become blanks. */
void zdm_add_clean(struct zdm_buf *out, const char *s, size_t n, bool lines);

struct zdm_excerpt {
    const char *text;      /* the source, or the part of it that is known */
    size_t begin;          /* byte where the statement begins */
    size_t from, to;       /* bytes to underline, on one line; from >= begin */
    size_t begin_line;     /* number of the line of `begin` */
    size_t from_line;      /* number of the line of `from` */
    const char *underline; /* style mark */
    int columns;
};
/* The line where the statement begins and the one of the place, if they are two, each cut to the
 * columns around what is underlined. */
void zdm_render_excerpt(struct zdm_buf *out, const struct zdm_excerpt *excerpt);

#endif
