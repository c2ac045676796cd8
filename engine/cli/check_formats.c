#include "cli/check_formats.h"

#include <string.h>
#include <sys/ioctl.h>

#include "cli/layout.h"

#define COLUMNS_MAX 120 /* longer lines are hard to read */

const struct zdm_check_format zdm_check_formats[] = {
    {"text", "for people: source lines, what each statement does, safer SQL", true,
        zdm_render_check_text},
    {"json", "everything that is known of every statement", false, zdm_render_check_json},
    {"sarif", "SARIF 2.1.0, for code scanning", false, zdm_render_check_sarif},
    {"github", "annotations of a GitHub workflow", false, zdm_render_check_github},
    {"gitlab", "code quality report of GitLab", false, zdm_render_check_gitlab},
    {"junit", "JUnit XML, one test case a statement", false, zdm_render_check_junit},
    {"gcc", "one line a finding, as compilers print them, for editors", false,
        zdm_render_check_gcc},
    {"markdown", "a comment for a pull request", false, zdm_render_check_markdown},
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
zdm_check_print(struct zdm_io *io, const struct zdm_check_format *format,
    const struct zdm_check_report *report, const struct zdm_check_settings *settings)
{
    struct zdm_check_view view = {report, settings, columns_of(&io->out), &io->out, format->styled};
    struct zdm_buf text = ZDM_BUF_INIT;

    format->render(&text, &view);
    write_out(&text, &view);
    zdm_buf_release(&text);
}
