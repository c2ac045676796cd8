/*
 * gate.c - gates of a copy that only time, people or the world outside can open.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "pg/journal.h"
#include "rehearse/private.h"

/* What the database answers itself, so that the answer of a copy counts. */
static bool
counts(enum zdm_check_kind kind)
{
    switch (kind) {
    case ZDM_CHECK_SQL:
    case ZDM_CHECK_CONSISTENT:
    case ZDM_CHECK_QUARANTINE_EMPTY:
    case ZDM_CHECK_FUNCTION:
        return true;
    default:
        return false;
    }
}

bool
zdm_rehearse_is_outside(const struct zdm_step *gate)
{
    for (size_t i = 0; i < gate->u.gate.n_checks; i++)
        if (counts(gate->u.gate.checks[i].kind))
            return false;
    return true;
}

char *
zdm_rehearse_opened_words(const struct zdm_step *gate)
{
    struct zdm_buf words = ZDM_BUF_INIT;

    for (size_t i = 0; i < gate->u.gate.n_checks; i++) {
        const struct zdm_check *check = &gate->u.gate.checks[i];
        const char *kind = zdm_check_kind_name(check->kind);
        if (counts(check->kind))
            continue;
        zdm_buf_addf(&words, "%s%s", words.len ? ", " : "", kind);
        if (strcmp(check->id, kind) != 0)
            zdm_buf_addf(&words, " \"%s\"", check->id);
    }
    return words.len ? zdm_buf_take(&words) : NULL;
}

char *
zdm_rehearse_in_the_way(const struct zdm_step *gate, json_t *event)
{
    json_t *checks = json_object_get(json_object_get(event, "gate"), "checks"), *check;
    struct zdm_buf closed = ZDM_BUF_INIT;
    size_t i;

    json_array_foreach(checks, i, check)
    {
        if (i >= gate->u.gate.n_checks || !counts(gate->u.gate.checks[i].kind) ||
            json_is_true(json_object_get(check, "open")))
            continue;
        const char *seen = json_string_value(json_object_get(check, "seen"));
        zdm_buf_addf(&closed, "%s%s \"%s\" is closed: %s", closed.len ? "; " : "",
            zdm_check_kind_name(gate->u.gate.checks[i].kind), gate->u.gate.checks[i].id,
            seen ? seen : "");
    }
    return closed.len ? zdm_buf_take(&closed) : NULL;
}

/* The epoch of the last run; 0: the plan has not begun. */
static int
read_epoch(struct zdm_round *round, int64_t *epoch, struct zdm_err *err)
{
    struct zdm_result *result = NULL;
    bool exists = false;

    *epoch = 0;
    if (zdm_journal_exists(round->conn, &exists, err) < 0)
        return -1;
    if (!exists)
        return 0;
    if (ZDM_QUERY(round->conn, "SELECT epoch FROM zdm.plan WHERE name = $1", &result, err,
            round->options->plan->name) < 0)
        return -1;
    if (zdm_result_rows(result) > 0)
        *epoch = zdm_result_i64(result, 0, 0);
    zdm_result_free(result);
    return 0;
}

int
zdm_rehearse_open(struct zdm_round *round, const struct zdm_step *gate, struct zdm_err *err)
{
    struct zdm_journal_entry entry = {
        .plan = round->options->plan->name,
        .step = gate->id,
        .state = "done",
        .kind = "gate",
        .fingerprint = gate->fingerprint,
        .definition = gate->definition,
        .detail = "[]",
        .who = "zdm rehearse",
    };

    if (read_epoch(round, &entry.epoch, err) < 0)
        return -1;
    if (entry.epoch == 0)
        return 1;
    return zdm_journal_write(round->conn, &entry, err);
}
