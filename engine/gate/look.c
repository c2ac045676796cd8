#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/signals.h"
#include "base/text.h"
#include "gate/gate.h"

bool
zdm_gate_stopped(const struct zdm_gate_question *g)
{
    return zdm_stop_requested() || (g->stopped && g->stopped(g->self));
}

int
zdm_gate_blame(
    const struct zdm_gate_question *g, const struct zdm_check *check, struct zdm_err *err)
{
    if (err->code == ZDM_ERR_INTERRUPTED)
        return -1;
    zdm_err_wrap(err, "check \"%s\" of gate \"%s\"", check->id, g->plan->steps[g->index].id);
    return zdm_err_at(err, check->sql.at.file ? check->sql.at : check->at);
}

/* Bytes before the 1-based character `position` of UTF-8 text. */
static size_t
byte_offset(const char *text, int position)
{
    size_t at = 0;

    for (int seen = 0; text[at]; at++) {
        if (((unsigned char)text[at] & 0xC0) != 0x80 && ++seen == position)
            break;
    }
    return at;
}

static int
blame_query(const struct zdm_gate_question *g, const struct zdm_check *check, const char *text,
    size_t prefix, int64_t timeout_ms, struct zdm_err *err)
{
    char duration[32];
    size_t at = err->position > 0 ? byte_offset(text, err->position) : 0;
    bool inside = err->position > 0 && check->sql.text && at >= prefix &&
                  at <= prefix + strlen(check->sql.text);

    if (strcmp(err->sqlstate, "57014") == 0)
        zdm_err_hint(err, "a gate may look for %s: an index, EXISTS or LIMIT 1 makes it faster",
            zdm_show_duration(timeout_ms, duration));
    else if (strcmp(err->sqlstate, "25006") == 0)
        zdm_err_hint(err, "a gate only looks: what changes data belongs into a step of its own");
    zdm_gate_blame(g, check, err);
    return inside ? zdm_err_at(err, zdm_sql_place(&check->sql, at - prefix)) : -1;
}

int
zdm_gate_begin(const struct zdm_gate_question *g, const struct zdm_check *check, int64_t timeout_ms,
    struct zdm_err *err)
{
    char begin[160];

    if (zdm_conn_in_transaction(g->conn))
        zdm_die("a gate looks inside a transaction");
    /* Rows that a policy hides could differ: comparing without them is an error of the server. After a
     * first query nothing can make the transaction read-write. */
    snprintf(begin, sizeof begin, "BEGIN READ ONLY; SET LOCAL statement_timeout = %lld%s; SELECT",
        (long long)timeout_ms,
        check->kind == ZDM_CHECK_CONSISTENT ? "; SET LOCAL row_security = off" : "");
    if (zdm_conn_exec(g->conn, begin, NULL, err) == 0)
        return 0;
    if (zdm_conn_lost(g->conn))
        return -1;
    zdm_conn_rollback(g->conn); /* it may be a later part that failed */
    return zdm_gate_blame(g, check, err);
}

/* Statistics of the server show what ran: by the mark `unused` knows what was a gate's look. */
static char *
marked(const char *text)
{
    size_t n = strlen(text);

    while (n > 0 && strchr(" \t\r\n;", text[n - 1]))
        n--;
    return zdm_strf("%.*s%s", (int)n, text, ZDM_GATE_MARK);
}

int
zdm_gate_query(const struct zdm_gate_question *g, const struct zdm_check *check, const char *text,
    size_t prefix, size_t n, const char *const *values, int64_t timeout_ms, struct zdm_result **r,
    struct zdm_err *err)
{
    if (zdm_gate_begin(g, check, timeout_ms, err) < 0)
        return -1;
    /* As a statement of the extended protocol it can be one only: no COMMIT in between. */
    char *sent = marked(text);
    int rc = zdm_conn_query(g->conn, sent, n, values, r, err);
    free(sent);
    if (rc < 0 && !zdm_conn_lost(g->conn))
        blame_query(g, check, text, prefix, timeout_ms, err);
    zdm_conn_rollback(g->conn);
    return rc;
}
