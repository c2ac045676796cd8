/*
 * render_error.h - an error as text (layout.h): place, message, the line of the
 * source with a caret, detail and hint.
 */
#ifndef ZDM_CLI_RENDER_ERROR_H
#define ZDM_CLI_RENDER_ERROR_H

#include "base/buf.h"
#include "base/err.h"

/* source: text of the file err->file; NULL when it cannot be shown. */
void zdm_render_error(struct zdm_buf *out, const struct zdm_err *err, const char *source);
/* All of them, with the source lines read from the files, and their number when there are several. */
void zdm_render_errors(struct zdm_buf *out, const struct zdm_errlist *errors);
/* Orders by place: file, line, column; those without a place first. Keeps the order otherwise. */
void zdm_errlist_sort(struct zdm_errlist *errors);
/* Moves all errors of `from` behind those of `to`. */
void zdm_errlist_append(struct zdm_errlist *to, struct zdm_errlist *from);

#endif
