#include "cli/check_formats.h"

#include <string.h>
#include <sys/ioctl.h>

#include "cli/layout.h"

#define COLUMNS_MAX 120 /* longer lines are hard to read */

#define WHOLE(name) zdm_check_##name##_begin, zdm_check_##name##_add, zdm_check_##name##_end
#define LINES(name) NULL, zdm_check_##name##_add, NULL

const struct zdm_check_format zdm_check_formats[] = {
    {"text", "for people: source lines, what each statement does, safer SQL", true, WHOLE(text)},
    {"json", "everything that is known of every statement", false, WHOLE(json)},
    {"sarif", "SARIF 2.1.0, for code scanning", false, WHOLE(sarif)},
    {"github", "annotations of a GitHub workflow", false, LINES(github)},
    {"gitlab", "code quality report of GitLab", false, WHOLE(gitlab)},
    {"junit", "JUnit XML, one test case a statement", false, WHOLE(junit)},
    {"gcc", "one line a finding, as compilers print them, for editors", false, LINES(gcc)},
    {"markdown", "a comment for a pull request", false, WHOLE(markdown)},
};
const size_t zdm_n_check_formats = sizeof zdm_check_formats / sizeof *zdm_check_formats;

const struct zdm_check_format *
zdm_check_format(const char *name)
{
    for (size_t i = 0; i < zdm_n_check_formats; i++) {
        if (strcmp(zdm_check_formats[i].name, name) == 0)
            return &zdm_check_formats[i];
    }
    return NULL;
}

static int
columns_of(const struct zdm_stream *stream)
{
    struct winsize size;

    if (!stream->terminal || ioctl(fileno(stream->file), TIOCGWINSZ, &size) < 0 ||
        size.ws_col < ZDM_COLUMNS)
        return ZDM_COLUMNS;
    return size.ws_col < COLUMNS_MAX ? size.ws_col : COLUMNS_MAX;
}

#define PIECE 65536 /* bytes: a write of its own pays */

static void
write_out(struct zdm_buf *out, const struct zdm_check_view *view)
{
    if (view->styled)
        zdm_io_write(view->stream, out);
    else
        zdm_io_write_raw(view->stream, out);
}

void
zdm_check_emit(struct zdm_buf *out, const struct zdm_check_view *view)
{
    if (view->stream && out->len >= PIECE)
        write_out(out, view);
}

void
zdm_check_emit_text(
    struct zdm_buf *out, const struct zdm_check_view *view, const struct zdm_buf *text)
{
    for (size_t at = 0; at < text->len; at += PIECE) {
        zdm_buf_addn(out, text->s + at, text->len - at < PIECE ? text->len - at : PIECE);
        zdm_check_emit(out, view);
    }
}

void
zdm_check_writer_open(struct zdm_check_writer *writer, struct zdm_io *io,
    const struct zdm_check_format *format, const struct zdm_check_settings *settings,
    const char *evidence)
{
    *writer = (struct zdm_check_writer){.format = format, .out = ZDM_BUF_INIT};
    writer->view =
        (struct zdm_check_view){settings, evidence, columns_of(&io->out), &io->out, format->styled};
    if (format->begin)
        writer->self = format->begin(&writer->out, &writer->view);
}

static void
add(void *self, const struct zdm_check_report *report)
{
    struct zdm_check_writer *writer = self;

    writer->format->add(writer->self, &writer->out, &writer->view, report);
}

struct zdm_check_listener
zdm_check_writer_listener(struct zdm_check_writer *writer)
{
    return (struct zdm_check_listener){.self = writer, .found = add};
}

void
zdm_check_writer_close(struct zdm_check_writer *writer, const struct zdm_check_end *end)
{
    if (writer->format->end)
        writer->format->end(writer->self, &writer->out, &writer->view, end);
    write_out(&writer->out, &writer->view);
    zdm_buf_release(&writer->out);
}
