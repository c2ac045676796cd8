#include "run/lock_report.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"

enum { BLOCKERS_TOLD = 3 };

void
zdm_add_blockers(struct zdm_buf *out, const struct zdm_blocker *blockers, size_t n)
{
    for (size_t i = 0; i < n && i < BLOCKERS_TOLD; i++) {
        char *line = zdm_blocker_line(&blockers[i]);
        zdm_buf_addf(out, "%s%s", i ? "; " : "", line);
        free(line);
    }
    if (n > BLOCKERS_TOLD)
        zdm_buf_addf(out, "; and %zu more", n - BLOCKERS_TOLD);
}

void
zdm_add_behind(struct zdm_buf *out, const struct zdm_lock_report *report)
{
    char longest[32];

    if (report->n_behind > 0)
        zdm_buf_addf(out, "; %zu session%s waited behind us, up to %s", report->n_behind,
            report->n_behind == 1 ? "" : "s", zdm_show_duration(report->behind_ms, longest));
}

/* Text of a database whose encoding is not UTF-8 cannot be put into JSON as it is. */
static json_t *
text(const char *s)
{
    json_t *value = s ? json_string(s) : json_null();

    return value ? value : json_string("(not UTF-8)");
}

static json_t *
known(int64_t n)
{
    return n < 0 ? json_null() : json_integer(n);
}

static json_t *
blocker_json(const struct zdm_blocker *b)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "pid",
        b->pid ? json_integer(b->pid) : json_null(), "prepared",
        text(b->pid ? NULL : b->application), "user", text(b->user), "application",
        text(b->pid ? b->application : NULL), "client", text(b->client), "state", text(b->state),
        "mode", text(b->mode), "relation", text(b->relation), "transaction_age_ms",
        known(b->transaction_age_ms), "statement_age_ms", known(b->statement_age_ms), "query",
        text(b->query), "prevents_wraparound", b->prevents_wraparound);
}

char *
zdm_lock_report_json(const struct zdm_lock_report *report)
{
    static const char *const stages[] = {"old-transactions", "try", "unblock"};
    json_t *blockers = json_array();

    for (size_t i = 0; i < report->n_blockers; i++)
        json_array_append_new(blockers, blocker_json(&report->blockers[i]));
    json_t *object = json_pack("{s:s, s:I, s:I, s:I, s:o, s:I, s:I, s:o}", "stage",
        stages[report->stage], "tries", (json_int_t)report->tries, "try_ms",
        (json_int_t)report->try_ms, "waited_ms", (json_int_t)report->waited_ms, "blockers",
        blockers, "behind", (json_int_t)report->n_behind, "behind_ms",
        (json_int_t)report->behind_ms, "act", text(report->act));
    char *dump = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    if (!dump)
        zdm_die("out of memory");
    char *owned = zdm_strdup(dump); /* ours: allocated as everything else is */
    free(dump);
    return owned;
}
