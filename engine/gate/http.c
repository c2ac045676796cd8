#include <stdlib.h>

#include "base/http.h"
#include "base/mem.h"
#include "base/regex.h"
#include "gate/gate.h"

#define BODY_MOST ((size_t)64 * 1024) /* matching takes the square of it at worst */

/* No answer keeps it closed, as a wrong one does. */
int
zdm_gate_look_http(const struct zdm_gate_question *g, const struct zdm_check *check,
    struct zdm_check_result *out, struct zdm_err *err)
{
    struct zdm_http question = {
        .url = zdm_check_option(check, "url"),
        .timeout_ms = zdm_check_number(check, "timeout"),
        .most = BODY_MOST,
        .stopped = g->stopped,
        .self = g->self,
    };
    const char *pattern = zdm_check_option(check, "body");
    char *body = NULL, why[ZDM_HTTP_WHY];

    long code = zdm_http_ask(&question, &body, why);
    if (zdm_gate_stopped(g)) {
        free(body);
        return zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted");
    }
    bool expected = code == zdm_check_number(check, "status");
    out->open = expected && (!pattern || zdm_regex_occurs(pattern, body));
    if (!code)
        out->seen = zdm_strf("no answer: %s", why);
    else
        out->seen =
            zdm_strf("it answers %ld%s", code, expected && !out->open ? ", with another text" : "");
    if (!out->open)
        out->todo = zdm_strf("run the plan again when %s", check->shown);
    free(body);
    return 0;
}
