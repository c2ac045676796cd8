/*
 * check_formats.h - the formats of zdm check, one table for --format, help and printing.
 *
 * A renderer writes a report into a buffer, and says where it may be emptied into the output: however
 * much it writes, little of it is held. Only `text` holds style marks (layout.h);
 * the others are exactly what a program reads.
 */
#ifndef ZDM_CLI_CHECK_FORMATS_H
#define ZDM_CLI_CHECK_FORMATS_H

#include <stdbool.h>

#include "base/buf.h"
#include "check/check.h"
#include "cli/io.h"

struct zdm_check_view {
    const struct zdm_check_report *report;
    const struct zdm_check_settings *settings;
    int columns; /* that a line of text may take */
    /* Where the text goes when there is much of it; NULL: nowhere, it stays in the buffer. */
    struct zdm_stream *stream;
    bool styled;
};

/* Between two pieces: writes what has gathered once it is much, and empties the buffer. */
void zdm_check_emit(struct zdm_buf *out, const struct zdm_check_view *view);

struct zdm_check_format {
    const char *name;
    const char *does; /* one line, for help and the reference */
    bool styled;      /* holds style marks */
    void (*render)(struct zdm_buf *out, const struct zdm_check_view *view);
};
extern const struct zdm_check_format zdm_check_formats[];
extern const size_t zdm_n_check_formats;
/* "text|json|...": the values of --format. */
#define ZDM_CHECK_FORMAT_NAMES "text|json|sarif|github|gitlab|junit|gcc|markdown"

/* NULL when there is no such format. */
const struct zdm_check_format *zdm_check_format(const char *name);

/* Renders and writes it to stdout; text as wide as the terminal, between 80 and 120 columns. */
void zdm_check_print(struct zdm_io *io, const struct zdm_check_format *format,
    const struct zdm_check_report *report, const struct zdm_check_settings *settings);

struct zdm_check_rows;
/* The findings of the text format alone, without the lines that sum up. */
void zdm_render_check_rows(
    struct zdm_buf *out, const struct zdm_check_rows *rows, const struct zdm_check_view *view);
void zdm_render_check_text(struct zdm_buf *out, const struct zdm_check_view *view);
void zdm_render_check_json(struct zdm_buf *out, const struct zdm_check_view *view);
void zdm_render_check_sarif(struct zdm_buf *out, const struct zdm_check_view *view);
void zdm_render_check_github(struct zdm_buf *out, const struct zdm_check_view *view);
void zdm_render_check_gitlab(struct zdm_buf *out, const struct zdm_check_view *view);
void zdm_render_check_junit(struct zdm_buf *out, const struct zdm_check_view *view);
void zdm_render_check_gcc(struct zdm_buf *out, const struct zdm_check_view *view);
void zdm_render_check_markdown(struct zdm_buf *out, const struct zdm_check_view *view);

#endif
