#include "base/clock.h"
#include "base/http.h"
#include "batch/reading.h"

#define TIMEOUT_MS 1000

static long
ask(const struct zdm_reading *r, char why[ZDM_HTTP_WHY])
{
    struct zdm_http question = {
        .url = r->options->limits->url, .head = !r->get, .timeout_ms = TIMEOUT_MS};

    return zdm_http_ask(&question, NULL, why);
}

/* No answer holds, as any other than 200 does: who cannot be asked cannot say yes. */
int
zdm_read_url(struct zdm_reading *r, struct zdm_err *err)
{
    struct zdm_signal *s = zdm_reading_signal(r, ZDM_SIGNAL_URL);
    const char *url = r->options->limits->url;
    char why[ZDM_HTTP_WHY];

    (void)err;
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
