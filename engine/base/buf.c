#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

char zdm_buf_empty[1] = "";

static void
reserve(struct zdm_buf *buf, size_t extra)
{
    size_t need = buf->len + extra + 1;

    if (need <= buf->cap)
        return;
    size_t cap = buf->cap ? buf->cap * 2 : 64;
    if (cap < need)
        cap = need;
    buf->s = zdm_realloc(buf->cap ? buf->s : NULL, cap);
    buf->s[buf->len] = '\0';
    buf->cap = cap;
}

void
zdm_buf_addn(struct zdm_buf *buf, const void *data, size_t n)
{
    if (!n)
        return;
    reserve(buf, n);
    memcpy(buf->s + buf->len, data, n);
    buf->len += n;
    buf->s[buf->len] = '\0';
}

void
zdm_buf_add(struct zdm_buf *buf, const char *s)
{
    zdm_buf_addn(buf, s, strlen(s));
}

void
zdm_buf_addc(struct zdm_buf *buf, char c)
{
    reserve(buf, 1);
    buf->s[buf->len++] = c;
    buf->s[buf->len] = '\0';
}

void
zdm_buf_addf(struct zdm_buf *buf, const char *fmt, ...)
{
    va_list ap;

    /* Once more when it does not fit. */
    for (size_t room = 128;;) {
        reserve(buf, room);
        va_start(ap, fmt);
        int n = vsnprintf(buf->s + buf->len, buf->cap - buf->len, fmt, ap);
        va_end(ap);
        if (n < 0)
            zdm_die("bad format");
        if ((size_t)n < buf->cap - buf->len) {
            buf->len += (size_t)n;
            return;
        }
        room = (size_t)n;
    }
}

void
zdm_buf_clear(struct zdm_buf *buf)
{
    buf->len = 0;
    if (buf->cap)
        buf->s[0] = '\0';
}

void
zdm_buf_release(struct zdm_buf *buf)
{
    if (buf->cap)
        free(buf->s);
    *buf = (struct zdm_buf)ZDM_BUF_INIT;
}

char *
zdm_buf_take(struct zdm_buf *buf)
{
    char *s = buf->cap ? buf->s : zdm_strdup("");

    *buf = (struct zdm_buf)ZDM_BUF_INIT;
    return s;
}
