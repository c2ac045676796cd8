#include "batch/mask.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

#define ELLIPSIS "\xe2\x80\xa6"

/* ", ', and in UTF-8: << >> as one character, single and double marks of all heights, corner brackets. */
static const char *const marks[] = {"\"", "'", "`", "\xc2\xab", "\xc2\xbb", "\xe2\x80\x98",
    "\xe2\x80\x99", "\xe2\x80\x9a", "\xe2\x80\x9c", "\xe2\x80\x9d", "\xe2\x80\x9e", "\xe2\x80\xb9",
    "\xe2\x80\xba", "\xe3\x80\x8c", "\xe3\x80\x8d", "\xe3\x80\x8e", "\xe3\x80\x8f"};

/* Bytes of the mark that stands at s; 0: none does. */
static size_t
mark_at(const char *s)
{
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t n = strlen(marks[i]);
        if (strncmp(s, marks[i], n) == 0)
            return n;
    }
    return 0;
}

static bool
in_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* An apostrophe: it opens nothing. */
static bool
apostrophe(const char *message, const char *s)
{
    return *s == '\'' && s > message && in_word(s[-1]) && in_word(s[1]);
}

/* Bytes of the quoted name that stands at s, with its marks; 0: none does. */
static size_t
name_at(
    const char *s, bool (*is_name)(const void *self, const char *text, size_t n), const void *self)
{
    size_t open = mark_at(s);

    for (const char *end = s + open; open > 0 && *end; end++)
        if (mark_at(end) > 0)
            return is_name(self, s + open, (size_t)(end - s) - open)
                       ? (size_t)(end - s) + mark_at(end)
                       : 0;
    return 0;
}

char *
zdm_mask_values(const char *message, bool (*is_name)(const void *self, const char *text, size_t n),
    const void *self)
{
    const char *first = NULL, *behind = NULL;
    struct zdm_buf b = ZDM_BUF_INIT;

    for (const char *s = message; *s;) {
        size_t name = name_at(s, is_name, self), mark = mark_at(s);
        if (name == 0 && mark > 0 && !apostrophe(message, s)) {
            first = first ? first : s + mark;
            behind = s; /* a mark alone masks the rest */
        }
        s += name > 0 ? name : mark > 0 ? mark : 1;
    }
    if (!first)
        return zdm_strdup(message);
    zdm_buf_addn(&b, message, (size_t)(first - message));
    zdm_buf_add(&b, ELLIPSIS);
    if (behind >= first)
        zdm_buf_add(&b, behind);
    return zdm_buf_take(&b);
}
