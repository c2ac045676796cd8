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
    zdm_buf_addn(buf, &c, 1);
}

void
zdm_buf_addf(struct zdm_buf *buf, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    char *s = zdm_vstrf(fmt, ap);
    va_end(ap);
    zdm_buf_add(buf, s);
    free(s);
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
