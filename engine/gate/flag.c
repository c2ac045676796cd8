#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/http.h"
#include "base/mem.h"
#include "base/text.h"
#include "gate/gate.h"

#define VALUE_MOST ((size_t)4096)
#define SHOWN_MOST 100
#define BOOL_TYPE  16 /* pg_catalog.bool; its Oid is fixed */

/* One value out of one of the sources, or why there is none. Both owned. */
struct found {
    char *value, *why;
};

static void
read_file(const char *path, struct found *out)
{
    char text[VALUE_MOST + 1];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = fd < 0 ? -1 : read(fd, text, VALUE_MOST);

    if (n < 0) {
        out->why = zdm_strf("%s: %s", path, strerror(errno));
    } else {
        text[n] = '\0';
        out->value = zdm_strdup(text);
    }
    if (fd >= 0)
        close(fd);
}

static int
ask_url(const struct zdm_gate_question *g, const struct zdm_check *check, const char *url,
    struct found *out, struct zdm_err *err)
{
    struct zdm_http question = {
        .url = url,
        .timeout_ms = zdm_check_number(check, "timeout"),
        .most = VALUE_MOST,
        .stopped = g->stopped,
        .self = g->self,
    };
    char why[ZDM_HTTP_WHY], *body = NULL;
    long code = zdm_http_ask(&question, &body, why);

    if (zdm_gate_stopped(g)) {
        free(body);
        return zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted");
    }
    if (code == 200) {
        out->value = body;
        return 0;
    }
    out->why = code ? zdm_strf("it answers %ld", code) : zdm_strf("no answer: %s", why);
    free(body);
    return 0;
}

static int
ask_server(const struct zdm_gate_question *g, const struct zdm_check *check, struct found *out,
    struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (zdm_gate_query(
            g, check, check->sql.text, 0, 0, NULL, zdm_check_number(check, "timeout"), &r, err) < 0)
        return -1;
    int rows = zdm_result_rows(r), columns = zdm_result_columns(r);
    const char *value = rows == 1 && columns == 1 ? zdm_result_get(r, 0, 0) : NULL;
    if (rows != 1 || columns != 1)
        out->why = zdm_strf("its query gave %d rows of %d columns, not one value", rows, columns);
    else if (!value)
        out->why = zdm_strdup("it is null");
    else if (zdm_result_type(r, 0) == BOOL_TYPE)
        out->value = zdm_strdup(zdm_result_bool(r, 0, 0) ? "true" : "false");
    else
        out->value = zdm_strdup(value);
    zdm_result_free(r);
    return 0;
}

static char *
trim(char *value)
{
    static const char space[] = " \t\r\n";

    value += strspn(value, space);
    size_t n = strlen(value);
    while (n > 0 && strchr(space, value[n - 1]))
        value[--n] = '\0';
    return value;
}

int
zdm_gate_look_flag(const struct zdm_gate_question *g, const struct zdm_check *check,
    struct zdm_check_result *out, struct zdm_err *err)
{
    const char *file = zdm_check_option(check, "file"), *env = zdm_check_option(check, "env");
    const char *url = zdm_check_option(check, "url");
    struct found found = {NULL, NULL};
    int rc = 0;

    if (file)
        read_file(file, &found);
    else if (url)
        rc = ask_url(g, check, url, &found, err);
    else if (!env)
        rc = ask_server(g, check, &found, err);
    else if (getenv(env))
        found.value = zdm_strdup(getenv(env));
    else
        found.why = zdm_strf("%s is not set", env);
    if (rc < 0)
        return -1;
    if (found.value) {
        const char *value = trim(found.value);
        out->open = strcmp(value, zdm_check_option(check, "is")) == 0;
        out->seen = zdm_strf("it is \"%.*s\"", zdm_whole_characters(value, SHOWN_MOST), value);
    } else {
        out->seen = zdm_strf("not known: %s", found.why);
    }
    if (!out->open)
        out->todo = zdm_strf("run the plan again when it is \"%s\"", zdm_check_option(check, "is"));
    free(found.value);
    free(found.why);
    return 0;
}
