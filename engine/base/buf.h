/*
 * buf.h - a growable string, always NUL-terminated.
 *
 *     struct zdm_buf sql = ZDM_BUF_INIT;
 *     zdm_buf_addf(&sql, "SELECT %d", 1);
 *     use(sql.s);
 *     zdm_buf_release(&sql);
 */
#ifndef ZDM_BASE_BUF_H
#define ZDM_BASE_BUF_H

#include <stddef.h>

struct zdm_buf {
    char *s;    /* never NULL; view until the next change */
    size_t len; /* bytes, without the NUL */
    size_t cap; /* bytes allocated, 0 while nothing was added */
};

extern char zdm_buf_empty[1];
#define ZDM_BUF_INIT                                                                               \
    {                                                                                              \
        .s = zdm_buf_empty, .len = 0, .cap = 0                                                     \
    }

void zdm_buf_add(struct zdm_buf *buf, const char *s);
void zdm_buf_addn(struct zdm_buf *buf, const void *data, size_t n);
void zdm_buf_addc(struct zdm_buf *buf, char c);
void zdm_buf_addf(struct zdm_buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void zdm_buf_clear(struct zdm_buf *buf);
void zdm_buf_release(struct zdm_buf *buf);
/* Returns the owned string and leaves the buffer empty. */
char *zdm_buf_take(struct zdm_buf *buf);

#endif
