#include <string.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "base/text.h"
#include "gate/gate.h"

#define LOOK_MS 30000
#define VALUES  4
#define PLAN    "the plan's name" /* in place of an option */

extern const struct zdm_embedded zdm_gate_sql[];

/* Options are parameters of the query, in this order. */
static const struct question {
    const char *file;
    const char *options[VALUES];
    size_t n;
} questions[ZDM_CHECK_KINDS] = {
    [ZDM_CHECK_NOT_BEFORE] = {"sql/not_before.sql", {"time", "zone"}, 2},
    [ZDM_CHECK_WINDOW] = {"sql/window.sql", {"from", "to", "zone", "days"}, 4},
    [ZDM_CHECK_NO_CLIENTS] = {"sql/no_clients.sql", {"application", "user", "address"}, 3},
    [ZDM_CHECK_NO_LONG_TRANSACTIONS] = {"sql/no_long_transactions.sql", {"limit"}, 1},
    [ZDM_CHECK_QUARANTINE_EMPTY] = {"sql/quarantine_empty.sql", {"step", PLAN}, 2},
};

/* The queries answer: is it open, what was seen, in how many ms it opens (or NULL). */
int
zdm_gate_look_server(const struct zdm_gate_question *g, const struct zdm_check *check,
    struct zdm_check_result *out, struct zdm_err *err)
{
    const struct question *question = &questions[check->kind];
    struct zdm_result *r = NULL;
    const char *values[VALUES];
    char left[32];

    for (size_t i = 0; i < question->n; i++)
        values[i] = strcmp(question->options[i], PLAN) == 0
                        ? g->plan->name
                        : zdm_check_option(check, question->options[i]);
    if (zdm_gate_query(g, check, zdm_embedded_text(zdm_gate_sql, question->file), 0, question->n,
            values, LOOK_MS, &r, err) < 0)
        return -1;
    out->open = zdm_result_bool(r, 0, 0);
    out->seen = zdm_strdup(zdm_result_get(r, 0, 1));
    if (zdm_result_get(r, 0, 2))
        out->ready_in_ms = zdm_result_i64(r, 0, 2);
    if (!out->open && out->ready_in_ms >= 0)
        out->todo = zdm_strf("wait %s", zdm_show_duration(out->ready_in_ms, left));
    else if (!out->open)
        out->todo = zdm_strf("run the plan again when %s", check->shown);
    zdm_result_free(r);
    return 0;
}
