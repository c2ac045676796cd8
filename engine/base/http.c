#include "base/http.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/signals.h"

_Static_assert(ZDM_HTTP_WHY >= CURL_ERROR_SIZE, "libcurl's messages must fit");

struct answer {
    struct zdm_buf text;
    size_t most;
    bool full;
};

static void
begin(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        zdm_die("libcurl does not start");
}

static size_t
keep(char *data, size_t size, size_t n, void *self)
{
    struct answer *answer = self;
    size_t room = answer->most - answer->text.len, bytes = size * n;

    for (size_t i = 0; i < bytes && i < room; i++)
        zdm_buf_addc(&answer->text, data[i] ? data[i] : ' ');
    answer->full = answer->most > 0 && bytes > room;
    return answer->full ? CURL_WRITEFUNC_ERROR : bytes; /* enough was read */
}

static int
stop(void *self, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct zdm_http *question = self;

    (void)a, (void)b, (void)c, (void)d;
    return zdm_stop_requested() || (question->stopped && question->stopped(question->self));
}

long
zdm_http_ask(const struct zdm_http *question, char **body, char why[ZDM_HTTP_WHY])
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct answer answer = {.text = ZDM_BUF_INIT, .most = question->most};
    long code = 0;

    pthread_once(&once, begin);
    CURL *curl = curl_easy_init();
    if (!curl)
        zdm_die("libcurl does not start");
    why[0] = '\0';
    curl_easy_setopt(curl, CURLOPT_URL, question->url);
    curl_easy_setopt(curl, CURLOPT_NOBODY, question->head ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, stop);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, (void *)question);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)question->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L); /* there are threads */
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "zdm");
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
    CURLcode rc = curl_easy_perform(curl);
    if (rc == CURLE_OK || (rc == CURLE_WRITE_ERROR && answer.full))
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    else if (!why[0])
        snprintf(why, ZDM_HTTP_WHY, "%s", curl_easy_strerror(rc));
    curl_easy_cleanup(curl);
    if (body)
        *body = zdm_strdup(answer.text.len ? answer.text.s : "");
    zdm_buf_release(&answer.text);
    return code;
}
