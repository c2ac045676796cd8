/*
 * http.h - asks a web server one question. From any thread; a stop that is asked for (signals.h) ends it.
 */
#ifndef ZDM_BASE_HTTP_H
#define ZDM_BASE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZDM_HTTP_WHY 256

struct zdm_http {
    const char *url; /* http or https; redirects are not followed */
    bool head;       /* HEAD, else GET */
    int64_t timeout_ms;
    size_t most; /* bytes of the answer to keep; the rest is not waited for */
    /* Asked about once a second while it waits: true ends it. NULL: only a stop does. */
    bool (*stopped)(void *self);
    void *self;
};

/* The code of the answer; 0: none, with the reason in `why`. *body (may be NULL) is owned. */
long zdm_http_ask(const struct zdm_http *question, char **body, char why[ZDM_HTTP_WHY]);

#endif
