/*
 * layout.h - text in columns (pure): widths, wrapping, cutting, style marks.
 *
 * Renderers write style marks, not escape sequences: a mark is one control byte
 * that out.c turns into colour on a terminal and drops elsewhere, and that has
 * no width here. So rendering knows nothing of terminals, and text that comes
 * from a plan or a server cannot smuggle escape sequences to one.
 */
#ifndef ZDM_CLI_LAYOUT_H
#define ZDM_CLI_LAYOUT_H

#include <stddef.h>

#include "base/buf.h"

#define ZDM_BOLD   "\001"
#define ZDM_DIM    "\002"
#define ZDM_RED    "\003"
#define ZDM_YELLOW "\004"
#define ZDM_GREEN  "\005"
#define ZDM_CYAN   "\006"
#define ZDM_PLAIN  "\016" /* back to normal; a line's end does it too */

#define ZDM_COLUMNS 80

/* Reads one character: its length in bytes (1 for a stray byte), its columns in *width
 * (0, 1 or 2). Never reads past the NUL; at the NUL it returns 0. */
size_t zdm_utf8_next(const char *s, int *width);
/* How many of the next n bytes are printable ASCII, each a character one column wide. */
size_t zdm_plain_run(const char *s, size_t n);
/* Columns of s. */
int zdm_width(const char *s);

/* Adds s, then blanks up to `columns`. */
void zdm_add_padded(struct zdm_buf *out, const char *s, int columns);
/* Adds s, cut to `columns` with "..." at its end when it is wider. */
void zdm_add_cut(struct zdm_buf *out, const char *s, int columns);
/* Adds text wrapped at blanks to `columns`, for a cursor that stands at column `indent`; later
 * lines are indented by as much. A line of the text that begins with a blank is kept as it is. */
void zdm_add_wrapped(struct zdm_buf *out, const char *text, int indent, int columns);
/* The same for a cursor that stands at column `at`. */
void zdm_add_hanging(struct zdm_buf *out, const char *text, int at, int indent, int columns);
/* Adds the lines of n bytes of text, each behind `indent` blanks, without the indentation that all
 * of them share, without empty lines at both ends, and a newline at the end. `before`: columns that
 * stood before the text where it was cut out, as its first line's indentation; -1 unknown. */
void zdm_add_block(struct zdm_buf *out, const char *text, size_t n, int indent, int before);
/* Adds n blanks. */
void zdm_add_blanks(struct zdm_buf *out, int n);

/* One word for a shell: as it is when that is safe, else in single quotes. */
void zdm_add_shell_word(struct zdm_buf *out, const char *word);

#endif
