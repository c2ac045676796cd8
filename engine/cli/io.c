#include "cli/io.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/json.h"
#include "cli/layout.h"
#include "cli/render_error.h"

static void
stream_init(struct zdm_stream *stream, FILE *file, const char *color)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    bool capable = term && *term && strcmp(term, "dumb") != 0;

    stream->file = file;
    stream->terminal = capable && isatty(fileno(file));
    stream->failed = 0;
    if (color && strcmp(color, "auto") != 0)
        stream->color = strcmp(color, "always") == 0;
    else
        stream->color = stream->terminal && !(no_color && *no_color);
}

void
zdm_io_init(struct zdm_io *io, bool json, const char *color)
{
    stream_init(&io->out, stdout, color);
    stream_init(&io->err, stderr, color);
    io->json = json;
    io->json_lines = false;
}

static const struct {
    const char *mark, *escape;
} styles[] = {
    {ZDM_BOLD, "\033[1m"},
    {ZDM_DIM, "\033[2m"},
    {ZDM_RED, "\033[31m"},
    {ZDM_YELLOW, "\033[33m"},
    {ZDM_GREEN, "\033[32m"},
    {ZDM_CYAN, "\033[36m"},
    {ZDM_PLAIN, "\033[0m"},
};

/* NULL: c is no style mark. */
static const char *
escape_of(char c)
{
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++) {
        if (styles[i].mark[0] == c)
            return styles[i].escape;
    }
    return NULL;
}

void
zdm_paint(struct zdm_buf *out, const char *text, bool color)
{
    bool styled = false;
    int width;
    size_t n;

    for (const char *end = text + strlen(text); text < end; text += n) {
        n = zdm_plain_run(text, (size_t)(end - text));
        if (n > 0) {
            zdm_buf_addn(out, text, n);
            continue;
        }
        n = zdm_utf8_next(text, &width);
        unsigned char c = (unsigned char)*text;
        const char *escape = n == 1 ? escape_of(*text) : NULL;
        if (escape) {
            if (color)
                zdm_buf_add(out, escape);
            styled = *text != ZDM_PLAIN[0];
        } else if (c == '\n') {
            if (styled && color)
                zdm_buf_add(out, "\033[0m");
            styled = false;
            zdm_buf_addc(out, '\n');
        } else if (n == 1 && c >= 0x80) {
            zdm_buf_add(out, "\xef\xbf\xbd");
        } else if ((c < 0x20 && c != '\t') || c == 0x7f ||
                   (c == 0xc2 && (unsigned char)text[1] < 0xa0)) {
            zdm_buf_addc(out, '?');
        } else {
            zdm_buf_addn(out, text, n);
        }
    }
    if (styled && color)
        zdm_buf_add(out, "\033[0m");
}

void
zdm_io_write(struct zdm_stream *stream, struct zdm_buf *text)
{
    struct zdm_buf painted = ZDM_BUF_INIT;

    zdm_paint(&painted, text->s, stream->color);
    zdm_buf_clear(text);
    if (!stream->failed && fwrite(painted.s, 1, painted.len, stream->file) < painted.len)
        stream->failed = errno;
    zdm_buf_release(&painted);
}

void
zdm_io_write_raw(struct zdm_stream *stream, struct zdm_buf *text)
{
    if (!stream->failed && fwrite(text->s, 1, text->len, stream->file) < text->len)
        stream->failed = errno;
    zdm_buf_clear(text);
}

void
zdm_io_flush(struct zdm_stream *stream)
{
    if (fflush(stream->file) != 0 && !stream->failed)
        stream->failed = errno;
}

int
zdm_io_finish(struct zdm_io *io, int code)
{
    zdm_io_flush(&io->out);
    if (!io->out.failed || io->out.failed == EPIPE)
        return code;

    struct zdm_err err = ZDM_ERR_INIT;
    errno = io->out.failed;
    zdm_fail_errno(&err, ZDM_ERR_FAILED, "cannot write the output");
    io->json = false;
    int failed = zdm_io_fail(io, &err);
    return code ? code : failed;
}

int
zdm_errlist_exit_code(const struct zdm_errlist *errors)
{
    for (size_t i = 0; i < errors->count; i++) {
        if (errors->items[i].code != ZDM_ERR_REFUSED)
            return zdm_err_exit_code(errors->items[i].code);
    }
    return errors->count ? zdm_err_exit_code(ZDM_ERR_REFUSED) : 0;
}

int
zdm_io_fail_list(struct zdm_io *io, struct zdm_errlist *errors)
{
    int code = zdm_errlist_exit_code(errors);

    if (io->json) {
        json_t *document = json_object();
        json_object_set_new(document, "errors", zdm_json_errors(errors));
        json_object_set_new(document, "exit_code", json_integer(code));
        zdm_json_print(&io->out, document, io->json_lines);
    } else {
        struct zdm_buf text = ZDM_BUF_INIT;
        zdm_io_flush(&io->out);
        zdm_render_errors(&text, errors);
        zdm_io_write(&io->err, &text);
        zdm_buf_release(&text);
    }
    zdm_errlist_release(errors);
    return code;
}

int
zdm_io_fail(struct zdm_io *io, struct zdm_err *err)
{
    struct zdm_errlist one = ZDM_ERRLIST_INIT;

    zdm_err_move(zdm_errlist_add(&one), err);
    return zdm_io_fail_list(io, &one);
}

void
zdm_io_warn(struct zdm_io *io, char *words)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    if (words && !io->json) {
        zdm_io_flush(&io->out);
        zdm_buf_add(&text, ZDM_YELLOW "warning" ZDM_PLAIN ": ");
        zdm_add_wrapped(&text, words, 2, ZDM_COLUMNS);
        zdm_buf_addc(&text, '\n');
        zdm_io_write(&io->err, &text);
        zdm_buf_release(&text);
    }
    free(words);
}
