#include <stdlib.h>
#include <string.h>

#include "catalog/trace_private.h"

/* Names stand between quotes as they are, with quotes of their own and all: what surrounds them is
 * looked for from both ends. Both parts of NULL when the message is another one. */
static bool
between(const char *message, const char *before, const char *after, const char *end, char **first,
    char **second)
{
    size_t skip = strlen(before);

    if (strncmp(message, before, skip) != 0)
        return false;
    message += skip;
    const char *stop = NULL;
    for (const char *at = message; (at = strstr(at, end)); at++)
        stop = at;
    if (!stop)
        return false;
    if (!after) {
        *first = zdm_strndup(message, (size_t)(stop - message));
        return true;
    }
    const char *middle = NULL;
    for (const char *at = message; (at = strstr(at, after)) && at < stop; at++)
        middle = at;
    if (!middle || middle + strlen(after) > stop)
        return false;
    *first = zdm_strndup(message, (size_t)(middle - message));
    middle += strlen(after);
    *second = zdm_strndup(middle, (size_t)(stop - middle));
    return true;
}

void
zdm_trace_hear(void *self, const char *severity, const char *sqlstate, const char *message)
{
    struct zdm_trace *trace = self;
    struct zdm_news news = {.name = NULL};

    (void)sqlstate;
    if (strncmp(severity, "DEBUG", 5) != 0)
        return;
    if (between(message, "verifying table \"", NULL, "\"", &news.name, NULL))
        news.kind = ZDM_NEWS_VERIFYING;
    else if (between(message, "validating foreign key constraint \"", NULL, "\"", &news.name, NULL))
        news.kind = ZDM_NEWS_KEY;
    else if (between(
                 message, "building index \"", "\" on table \"", "\" ", &news.name, &news.table))
        news.kind = ZDM_NEWS_BUILDING;
    else
        return;
    trace->news = zdm_grow(trace->news, trace->n_news, sizeof *trace->news);
    trace->news[trace->n_news++] = news;
}

void
zdm_trace_forget(struct zdm_trace *trace)
{
    for (size_t i = 0; i < trace->n_news; i++) {
        free(trace->news[i].name);
        free(trace->news[i].table);
    }
    free(trace->news);
    trace->news = NULL;
    trace->n_news = 0;
}
