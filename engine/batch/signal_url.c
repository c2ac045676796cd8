#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "batch/reading.h"

#define TIMEOUT_MS 1000L

static void
begin(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        zdm_die("libcurl does not start");
}

static size_t
drop(char *data, size_t size, size_t n, void *self)
{
    (void)data;
    (void)self;
    return size * n;
}

/* The code of the answer; 0: none, with the reason in why. */
static long
ask(struct zdm_reading *r, char why[CURL_ERROR_SIZE])
{
    CURL *curl = curl_easy_init();
    long code = 0;

    if (!curl)
        zdm_die("libcurl does not start");
    why[0] = '\0';
    curl_easy_setopt(curl, CURLOPT_URL, r->options->limits->url);
    curl_easy_setopt(curl, CURLOPT_NOBODY, r->get ? 0L : 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L); /* we are in a thread */
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "zdm");
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
    CURLcode rc = curl_easy_perform(curl);
    if (rc == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    else if (!why[0])
        snprintf(why, CURL_ERROR_SIZE, "%s", curl_easy_strerror(rc));
    curl_easy_cleanup(curl);
    return code;
}

/* No answer holds, as any other than 200 does: who cannot be asked cannot say yes. */
int
zdm_read_url(struct zdm_reading *r, struct zdm_err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct zdm_signal *s = zdm_reading_signal(r, ZDM_SIGNAL_URL);
    const char *url = r->options->limits->url;
    char why[CURL_ERROR_SIZE];

    (void)err;
    pthread_once(&once, begin);
    long code = ask(r, why);
    if (!r->get && (code == 405 || code == 501)) {
        r->get = true;
        code = ask(r, why);
    }
    zdm_signal_set(s, code == 200 ? 0 : 1, NULL, zdm_monotonic_us());
    if (code)
        zdm_signal_words(s, "%s answers %ld", url, code);
    else
        zdm_signal_words(s, "%s does not answer: %s", url, why);
    return 0;
}
