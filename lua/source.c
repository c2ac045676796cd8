#include "lua/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#define MAX_BYTES (1024 * 1024)
#define PLAN      "plan"

static int
read_all(int fd, const char *what, const char *path, struct zdm_buf *text, struct zdm_err *err)
{
    char chunk[65536];

    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return zdm_fail_errno(err, ZDM_ERR_USAGE, "cannot read %s \"%s\"", what, path);
        if (n == 0)
            return 0;
        zdm_buf_addn(text, chunk, (size_t)n);
        if (text->len > MAX_BYTES) {
            zdm_fail(err, ZDM_ERR_USAGE, "%s \"%s\" is too big", what, path);
            return zdm_err_detail(err, "a %s may have at most %d bytes", what, MAX_BYTES);
        }
    }
}

static void
give_path(const char *what, struct zdm_err *err)
{
    if (strcmp(what, PLAN) == 0)
        zdm_err_hint(err, "give the path of a plan file, or NAME for plans/NAME.lua");
    else
        zdm_err_hint(err, "give the path of a %s", what);
}

static int
open_file(const char *path, const char *what, struct zdm_err *err)
{
    struct stat st;

    /* O_NONBLOCK: a FIFO without a writer must not hang the open. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        int reason = errno;
        zdm_fail_errno(err, ZDM_ERR_USAGE, "cannot read %s \"%s\"", what, path);
        if (reason == ENOENT)
            give_path(what, err);
        else if (reason == EACCES)
            zdm_err_hint(err, "make it readable: chmod +r \"%s\"", path);
        return -1;
    }
    if (fstat(fd, &st) < 0) {
        zdm_fail_errno(err, ZDM_ERR_USAGE, "cannot read %s \"%s\"", what, path);
    } else if (S_ISREG(st.st_mode)) {
        return fd;
    } else {
        zdm_fail(err, ZDM_ERR_USAGE, "%s \"%s\" is %s", what, path,
            S_ISDIR(st.st_mode) ? "a folder" : "not a regular file");
        give_path(what, err);
    }
    close(fd);
    return -1;
}

static int
not_text(const char *what, const char *path, const char *text, size_t offset, const char *why,
    struct zdm_err *err)
{
    struct zdm_place at = {.file = path};

    zdm_line_column(text, offset, &at.line, &at.column);
    zdm_fail(err, ZDM_ERR_PLAN, "%s is not a text: %s", what, why);
    zdm_err_hint(err, "save the %s as UTF-8", what);
    return zdm_err_at(err, at);
}

static int
check_text(const char *what, const char *path, const struct zdm_buf *text, struct zdm_err *err)
{
    char why[32];

    if (text->s[0] == '\033') /* LUA_SIGNATURE */
        return not_text(what, path, text->s, 0, "it is compiled Lua", err);
    for (size_t i = 0; i < text->len;) {
        size_t n = zdm_utf8_length(text->s + i, text->len - i);
        if (text->s[i] == '\0')
            return not_text(what, path, text->s, i, "it has a NUL byte", err);
        if (n == 0) {
            snprintf(why, sizeof why, "byte 0x%02X is not UTF-8", (unsigned char)text->s[i]);
            return not_text(what, path, text->s, i, why, err);
        }
        i += n;
    }
    return 0;
}

/* Without byte order mark, and with \n for \r\n: Lua reads strings in this way too. */
static char *
normalise(const struct zdm_buf *text, size_t *len)
{
    char *out = zdm_alloc(text->len + 1);
    size_t from = text->len >= 3 && memcmp(text->s, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0, to = 0;

    for (; from < text->len; from++)
        if (text->s[from] != '\r' || text->s[from + 1] != '\n')
            out[to++] = text->s[from];
    out[to] = '\0';
    *len = to;
    return out;
}

static int
compare_text(const char *a, size_t n, const char *b, size_t m)
{
    int c = memcmp(a, b, n < m ? n : m);

    return c ? c : (n > m) - (n < m);
}

/* qsort() has no context, and both point into one text. */
struct said {
    const char *text;
    const struct zdm_token *token;
};

static int
by_what_it_says(const void *a, const void *b)
{
    const struct said *x = a, *y = b;
    int c = compare_text(x->text, x->token->len, y->text, y->token->len);

    return c ? c : (x->token > y->token) - (x->token < y->token);
}

static void
sort_strings(struct zdm_source *source)
{
    struct said *all = zdm_alloc((source->n_tokens + 1) * sizeof *all);
    size_t n = 0;

    for (size_t i = 0; i < source->n_tokens; i++)
        if (source->tokens[i].kind == ZDM_TOKEN_STRING)
            all[n++] = (struct said){source->text + source->tokens[i].start, &source->tokens[i]};
    qsort(all, n, sizeof *all, by_what_it_says);
    source->strings = zdm_alloc((n + 1) * sizeof *source->strings);
    for (size_t i = 0; i < n; i++)
        source->strings[i] = all[i].token;
    source->n_strings = n;
    free(all);
}

static void
find_lines(struct zdm_source *source)
{
    size_t n = 1;

    for (size_t i = 0; i < source->len; i++)
        n += source->text[i] == '\n';
    source->lines = zdm_alloc(n * sizeof *source->lines);
    source->n_lines = 1;
    for (size_t i = 0; i < source->len; i++)
        if (source->text[i] == '\n')
            source->lines[source->n_lines++] = i + 1;
}

int
zdm_source_read(const char *path, struct zdm_source **out, struct zdm_err *err)
{
    return zdm_source_read_as(path, PLAN, out, err);
}

int
zdm_source_read_as(const char *path, const char *what, struct zdm_source **out, struct zdm_err *err)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    int result = -1;
    int fd = open_file(path, what, err);

    if (fd < 0)
        return -1;
    if (read_all(fd, what, path, &text, err) < 0 || check_text(what, path, &text, err) < 0)
        goto out;

    struct zdm_source *source = zdm_alloc(sizeof *source);
    source->path = zdm_strdup(path);
    source->text = normalise(&text, &source->len);
    zdm_source_lex(source);
    sort_strings(source);
    find_lines(source);
    *out = source;
    result = 0;
out:
    zdm_buf_release(&text);
    close(fd);
    return result;
}

void
zdm_source_free(struct zdm_source *source)
{
    if (!source)
        return;
    free(source->path);
    free(source->text);
    free(source->tokens);
    free(source->strings);
    free(source->lines);
    free(source);
}

static bool
is_text(const struct zdm_source *source, size_t i, enum zdm_token_kind kind, const char *text)
{
    const struct zdm_token *token = &source->tokens[i];

    return i < source->n_tokens && token->kind == kind && token->len == strlen(text) &&
           memcmp(source->text + token->start, text, token->len) == 0;
}

static void
place_of(const struct zdm_source *source, size_t i, struct zdm_place *at)
{
    size_t start = source->tokens[i].start, low = 0, high = source->n_lines;

    while (high - low > 1) { /* the last line that begins at or before it */
        size_t middle = low + (high - low) / 2;
        if (source->lines[middle] <= start)
            low = middle;
        else
            high = middle;
    }
    zdm_line_column(
        source->text + source->lines[low], start - source->lines[low], &at->line, &at->column);
    at->line += (int)low;
    at->file = source->path;
}

/* Token i is `key = "text"` seen from the string; key may stand in brackets. */
static bool
behind_key(const struct zdm_source *source, size_t i, const char *key)
{
    if (i < 2 || !is_text(source, i - 1, ZDM_TOKEN_OTHER, "="))
        return false;
    return is_text(source, i - 2, ZDM_TOKEN_NAME, key) ||
           (i > 2 && is_text(source, i - 2, ZDM_TOKEN_OTHER, "]") &&
               is_text(source, i - 3, ZDM_TOKEN_STRING, key));
}

/* Among source->strings: the first one that says text, and stands on or below line; of those that say it,
 * else the first one that says more. */
static size_t
first_string(const struct zdm_source *source, const char *text, size_t len, int line)
{
    size_t low = 0, high = source->n_strings;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct zdm_token *token = source->strings[middle];
        int c = compare_text(source->text + token->start, token->len, text, len);
        if (c < 0 || (c == 0 && token->line < line))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool
says(const struct zdm_source *source, size_t i, const char *text, size_t len)
{
    return i < source->n_strings && source->strings[i]->len == len &&
           memcmp(source->text + source->strings[i]->start, text, len) == 0;
}

bool
zdm_source_find_text(const struct zdm_source *source, const char *text, const char *key, int line,
    struct zdm_place *at)
{
    size_t len = strlen(text), first = first_string(source, text, len, line), found = first;

    if (says(source, first, text, len))
        for (size_t i = first; key && says(source, i, text, len); i++) {
            if (!behind_key(source, (size_t)(source->strings[i] - source->tokens), key))
                continue;
            found = i;
            break;
        }
    else if (first > 0 && says(source, first - 1, text, len))
        found = first - 1; /* the last one above */
    else
        return false;
    place_of(source, (size_t)(source->strings[found] - source->tokens), at);
    return true;
}

bool
zdm_source_locate(const struct zdm_source *source, const char *text, const char *key, int line,
    int position, struct zdm_place *at)
{
    if (!zdm_source_find_text(source, text, key, line, at))
        return false;
    for (const char *s = text; *s && position > 1; s++) {
        if (*s == '\n') {
            at->line++;
            at->column = 1;
            position--;
        } else if (((unsigned char)s[1] & 0xC0) != 0x80) {
            at->column++; /* the next byte starts a character */
            position--;
        }
    }
    return true;
}

bool
zdm_source_find_name(
    const struct zdm_source *source, const char *name, bool key, int line, struct zdm_place *at)
{
    for (size_t i = 0; i < source->n_tokens; i++) {
        if (source->tokens[i].line < line)
            continue;
        bool plain = is_text(source, i, ZDM_TOKEN_NAME, name);
        bool bracketed = key && is_text(source, i, ZDM_TOKEN_STRING, name) &&
                         is_text(source, i + 1, ZDM_TOKEN_OTHER, "]");
        if ((plain || bracketed) &&
            (!key || is_text(source, i + 1 + bracketed, ZDM_TOKEN_OTHER, "="))) {
            place_of(source, i, at);
            return true;
        }
    }
    return false;
}
