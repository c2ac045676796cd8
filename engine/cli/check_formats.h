/*
 * check_formats.h - the formats of zdm check, one table for --format, help and printing.
 *
 * A format is told what was found source by source, and portion by portion of a large one
 * (check/check.h), writes its part of it into a buffer, and says where that may be emptied into the
 * output: however much there is to say, little of it is held. Only `text` holds style marks
 * (layout.h); the others are exactly what a program reads.
 *
 * `sarif` and `gitlab` remember a number or two for each row of a source: no two may have the same
 * fingerprint. Two formats hold what they wrote, as text: `junit` that of a source, whose first line
 * counts its cases, and `markdown` all until the end, since it begins with the sums and is never longer
 * than a comment may be.
 */
#ifndef ZDM_CLI_CHECK_FORMATS_H
#define ZDM_CLI_CHECK_FORMATS_H

#include <stdbool.h>

#include "base/buf.h"
#include "check/check.h"
#include "cli/io.h"

struct zdm_check_view {
    const struct zdm_check_settings *settings;
    const char *evidence; /* "assumed", or what --db and --trace gave */
    int columns;          /* that a line of text may take */
    /* Where the text goes when there is much of it; NULL: nowhere, it stays in the buffer. */
    struct zdm_stream *stream;
    bool styled;
};

/* Between two pieces: writes what has gathered once it is much, and empties the buffer. */
void zdm_check_emit(struct zdm_buf *out, const struct zdm_check_view *view);
/* Adds a text of any length to a format without style marks. */
void zdm_check_emit_text(
    struct zdm_buf *out, const struct zdm_check_view *view, const struct zdm_buf *text);

struct zdm_check_end {
    const struct zdm_check_summary *summary;
    int exit_code;
    const struct zdm_err *failed; /* why not all was judged; NULL: all was */
};

struct zdm_check_format {
    const char *name;
    const char *does; /* one line, for help and the reference */
    bool styled;      /* holds style marks */
    /* What the format remembers from one source to the next, owned by `end`; NULL: nothing. */
    void *(*begin)(struct zdm_buf *out, const struct zdm_check_view *view);
    void (*add)(void *self, struct zdm_buf *out, const struct zdm_check_view *view,
        const struct zdm_check_report *report);
    /* Also ends the document when the work broke off, so that what was written is one. NULL: nothing. */
    void (*end)(void *self, struct zdm_buf *out, const struct zdm_check_view *view,
        const struct zdm_check_end *end);
};
extern const struct zdm_check_format zdm_check_formats[];
extern const size_t zdm_n_check_formats;
/* "text|json|...": the values of --format. */
#define ZDM_CHECK_FORMAT_NAMES "text|json|sarif|github|gitlab|junit|gcc|markdown"

/* NULL when there is no such format. */
const struct zdm_check_format *zdm_check_format(const char *name);

/* A format at work. */
struct zdm_check_writer {
    const struct zdm_check_format *format;
    struct zdm_check_view view;
    struct zdm_buf out;
    void *self;
};

/* Writes to stdout; text as wide as the terminal, between 80 and 120 columns. Borrows settings and
 * evidence. */
void zdm_check_writer_open(struct zdm_check_writer *writer, struct zdm_io *io,
    const struct zdm_check_format *format, const struct zdm_check_settings *settings,
    const char *evidence);
/* Adds each source to the writer, which stays where it is. */
struct zdm_check_listener zdm_check_writer_listener(struct zdm_check_writer *writer);
void zdm_check_writer_close(struct zdm_check_writer *writer, const struct zdm_check_end *end);

struct zdm_check_rows;
/* The findings of the text format alone, without the lines that sum up. */
void zdm_render_check_rows(
    struct zdm_buf *out, const struct zdm_check_rows *rows, const struct zdm_check_view *view);

#define ZDM_CHECK_FORMAT(name)                                                                     \
    void *zdm_##name##_begin(struct zdm_buf *out, const struct zdm_check_view *view);              \
    void zdm_##name##_add(void *self, struct zdm_buf *out, const struct zdm_check_view *view,      \
        const struct zdm_check_report *report);                                                    \
    void zdm_##name##_end(void *self, struct zdm_buf *out, const struct zdm_check_view *view,      \
        const struct zdm_check_end *end)
ZDM_CHECK_FORMAT(check_text);
ZDM_CHECK_FORMAT(check_json);
ZDM_CHECK_FORMAT(check_sarif);
ZDM_CHECK_FORMAT(check_gitlab);
ZDM_CHECK_FORMAT(check_junit);
ZDM_CHECK_FORMAT(check_markdown);
#undef ZDM_CHECK_FORMAT
void zdm_check_github_add(void *self, struct zdm_buf *out, const struct zdm_check_view *view,
    const struct zdm_check_report *report);
void zdm_check_gcc_add(void *self, struct zdm_buf *out, const struct zdm_check_view *view,
    const struct zdm_check_report *report);

#endif
