/*
 * io.h - where a command's output goes.
 *
 * What was asked for goes to stdout, errors to stderr. Every write is checked:
 * a full disk is reported, a reader that went away (zdm log | head) is not.
 */
#ifndef ZDM_CLI_IO_H
#define ZDM_CLI_IO_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"

struct zdm_stream {
    FILE *file;
    bool color;
    bool terminal;
    int failed; /* errno of the first write that failed; 0 none */
};

struct zdm_io {
    struct zdm_stream out, err;
    bool json;       /* --format json */
    bool json_lines; /* errors as one line, which is a document too */
};

/* color: "auto", "always", "never" or NULL (auto). NO_COLOR and TERM=dumb mean never for auto. */
void zdm_io_init(struct zdm_io *io, bool json, const char *color);

/* Writes text: style marks become colour or nothing, other control characters than newline and tab
 * become '?', stray bytes U+FFFD. Clears the buffer. */
void zdm_io_write(struct zdm_stream *stream, struct zdm_buf *text);
/* Writes text that programs read, byte for byte. Clears the buffer. */
void zdm_io_write_raw(struct zdm_stream *stream, struct zdm_buf *text);
void zdm_io_flush(struct zdm_stream *stream);
/* The exit code of a command that has printed everything: `code`, or 1 with a message when stdout
 * could not be written and code is 0. */
int zdm_io_finish(struct zdm_io *io, int code);

/* What zdm_io_write does to text, into out (pure). */
void zdm_paint(struct zdm_buf *out, const char *text, bool color);

/* Prints the errors (text to stderr, or as one JSON document to stdout), releases them, and returns
 * the exit code they ask for. */
int zdm_io_fail(struct zdm_io *io, struct zdm_err *err);
int zdm_io_fail_list(struct zdm_io *io, struct zdm_errlist *errors);
/* Text to stderr, unless JSON was asked for: that has it too. Takes words; NULL: nothing to say. */
void zdm_io_warn(struct zdm_io *io, char *words);
/* The exit code of several errors: 4 when all are refusals, else that of the first other one. */
int zdm_errlist_exit_code(const struct zdm_errlist *errors);

#endif
