#include "check/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

/* The parser counts bytes in an int. */
#define MAX_BYTES ((size_t)512 * 1024 * 1024)

static int
read_all(int fd, const char *name, struct zdm_buf *text, struct zdm_err *err)
{
    char chunk[65536];

    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return zdm_fail_errno(err, ZDM_ERR_USAGE, "cannot read \"%s\"", name);
        if (n == 0)
            return 0;
        zdm_buf_addn(text, chunk, (size_t)n);
        if (text->len > MAX_BYTES) {
            zdm_fail(err, ZDM_ERR_USAGE, "\"%s\" is too big", name);
            return zdm_err_hint(
                err, "split it: a file may have at most %d MB", (int)(MAX_BYTES / 1024 / 1024));
        }
    }
}

static int
open_file(const char *path, struct zdm_err *err)
{
    struct stat st;
    int fd = -1;

    /* A pipe is waited for: that is what check <(...) gives. */
    if (stat(path, &st) == 0)
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        int reason = errno;
        zdm_fail_errno(err, ZDM_ERR_USAGE, "cannot read \"%s\"", path);
        if (reason == EACCES)
            zdm_err_hint(err, "make it readable: chmod +r \"%s\"", path);
    }
    return fd;
}

static int
no_text(const char *name, const char *text, size_t offset, const char *what, struct zdm_err *err)
{
    struct zdm_place at = {.file = name};

    zdm_line_column(text, offset, &at.line, &at.column);
    zdm_fail(err, ZDM_ERR_USAGE, "\"%s\" is not a text: %s", name, what);
    zdm_err_hint(err, "save it as UTF-8");
    return zdm_err_at(err, at);
}

static int
check_text(const char *name, const struct zdm_buf *text, struct zdm_err *err)
{
    const unsigned char *s = (const unsigned char *)text->s;
    char what[64];

    if (text->len >= 2 && ((s[0] == 0xFF && s[1] == 0xFE) || (s[0] == 0xFE && s[1] == 0xFF))) {
        zdm_fail(err, ZDM_ERR_USAGE, "\"%s\" is UTF-16", name);
        return zdm_err_hint(
            err, "save it as UTF-8, the encoding that psql and every driver expect");
    }
    for (size_t i = 0; i < text->len;) {
        size_t n = zdm_utf8_length(text->s + i, text->len - i);
        if (s[i] == '\0')
            return no_text(name, text->s, i, "it has a NUL byte", err);
        if (n == 0) {
            snprintf(what, sizeof what, "byte 0x%02X is not UTF-8", s[i]);
            return no_text(name, text->s, i, what, err);
        }
        i += n;
    }
    return 0;
}

static void
drop(struct zdm_buf *text, bool lua)
{
    size_t from = text->len >= 3 && memcmp(text->s, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0, to = 0;

    if (from == 0 && !lua)
        return;
    for (; from < text->len; from++)
        if (!lua || text->s[from] != '\r' || text->s[from + 1] != '\n')
            text->s[to++] = text->s[from];
    text->s[to] = '\0';
    text->len = to;
}

int
zdm_text_file_read(const char *path, bool lua, char **out, size_t *len, struct zdm_err *err)
{
    const char *name = path ? path : "<stdin>";
    struct zdm_buf text = ZDM_BUF_INIT;
    int fd = path ? open_file(path, err) : STDIN_FILENO, rc = -1;

    if (fd < 0)
        return -1;
    if (read_all(fd, name, &text, err) == 0 && check_text(name, &text, err) == 0) {
        drop(&text, lua);
        *len = text.len;
        *out = zdm_buf_take(&text);
        rc = 0;
    }
    zdm_buf_release(&text);
    if (path)
        close(fd);
    return rc;
}

int
zdm_text_file_beside(const char *path, char **text, struct zdm_err *err)
{
    size_t len;

    if (access(path, F_OK) < 0) {
        *text = NULL;
        return 0;
    }
    return zdm_text_file_read(path, false, text, &len, err);
}
