/* The ledger of this machine against the journal of the target. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "ledger/ledger.h"
#include "run/state.h"
#include "run/verify_private.h"

static size_t
plan_index(const struct zdm_verify *v, const char *name)
{
    size_t i = 0;

    while (i < v->n_plans && strcmp(v->plans[i].name, name) != 0)
        i++;
    return i;
}

static bool
is_done(const struct zdm_journal_rows *rows, const char *step)
{
    const struct zdm_journal_row *row = zdm_journal_find(rows, step, "");

    return row && strcmp(row->state, "done") == 0;
}

/* By zdm rollback or zdm resolve --not-done, maybe from another machine; NULL: it was not. */
static const struct zdm_journal_row *
taken_back(const struct zdm_journal_rows *rows, const char *step)
{
    const struct zdm_journal_row *row = zdm_journal_find(rows, step, "");

    if (row && (zdm_state_taken_back(row) || strcmp(row->state, "undoing") == 0))
        return row;
    return row ? NULL : zdm_journal_find_undone(rows, step);
}

/* What the ledger has as done, and the journal has not. */
static size_t
tell_rewound(struct zdm_verify *v, const char *plan, const struct zdm_journal_rows *rows,
    const struct zdm_ledger_step *steps, size_t n)
{
    size_t known = 0;
    char at[32];

    for (size_t i = 0; i < n; i++) {
        if (strcmp(steps[i].state, "done") != 0)
            continue;
        known++;
        if (is_done(rows, steps[i].id))
            continue;
        const struct zdm_journal_row *back = taken_back(rows, steps[i].id);
        if (back) {
            zdm_verify_add(v, ZDM_VERIFY_LEDGER, false, plan, steps[i].id,
                "it was taken back by %s at %s, with another ledger than this one: the next run "
                "here writes it down",
                back->who, zdm_iso8601(back->at_ms, at));
            continue;
        }
        struct zdm_verify_item *item = zdm_verify_add(v, ZDM_VERIFY_LEDGER, true, plan, steps[i].id,
            "the ledger has it as done at %s, the journal has not: the database is at an earlier "
            "point, restored or failed over. The journal is right",
            zdm_iso8601(steps[i].at_ms, at));
        zdm_verify_hint(
            item, "zdm run %s goes on from where the database is", zdm_verify_file(v, plan));
    }
    return known;
}

static int
compare_progress(struct zdm_verify *v, struct zdm_ledger *ledger,
    const struct zdm_ledger_plan *plan, const struct zdm_journal_rows *rows, struct zdm_err *err)
{
    struct zdm_ledger_progress *seen = NULL;
    struct zdm_result *r = NULL;
    char here[32], there[32];
    size_t n = 0;
    int rc = -1;

    if (zdm_ledger_progress_list(ledger, plan->id, &seen, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (taken_back(rows, seen[i].step))
            continue;
        if (ZDM_QUERY(v->conn,
                "SELECT COALESCE(pg_catalog.sum(batches), 0)::pg_catalog.int8 FROM zdm.cursor"
                " WHERE plan OPERATOR(pg_catalog.=) $1 AND step OPERATOR(pg_catalog.=) $2",
                &r, err, plan->name, seen[i].step) < 0)
            goto out;
        int64_t batches = zdm_result_i64(r, 0, 0);
        zdm_result_free(r);
        if (batches >= seen[i].batches)
            continue;
        zdm_verify_add(v, ZDM_VERIFY_LEDGER, true, plan->name, seen[i].step,
            "the ledger has the backfill at batch %s, zdm.cursor at %s: the database is at an "
            "earlier point, restored or failed over. The database is right",
            zdm_show_count(seen[i].batches, there), zdm_show_count(batches, here));
    }
    rc = 0;
out:
    zdm_ledger_progress_list_free(seen, n);
    return rc;
}

static json_t *
parsed(const char *text)
{
    return text ? json_loads(text, 0, NULL) : NULL;
}

static void
tell_described(struct zdm_verify *v, const char *plan, json_t *here, json_t *there)
{
    const char *relation;
    json_t *one;
    struct zdm_verify_item *item;

    if (here && json_object_size(here) > 0 && !there) {
        item = zdm_verify_add(v, ZDM_VERIFY_LEDGER, true, plan, NULL,
            "zdm.plan.described is lost: what the recipes read of the tables when the plan began. "
            "The ledger has it");
        zdm_verify_hint(item, "zdm run %s with this ledger puts it back", zdm_verify_file(v, plan));
        return;
    }
    json_object_foreach(here, relation, one)
    {
        json_t *other = json_object_get(there, relation);
        if (other && !json_equal(one, other))
            zdm_verify_add(v, ZDM_VERIFY_LEDGER, true, plan, NULL,
                "ledger and zdm.plan.described do not have the same of %s as the plan's recipes "
                "read it when the plan began. The target is right",
                relation);
    }
}

/* Of a plan that has begun: what its recipes mean hangs on it. */
static int
compare_described(struct zdm_verify *v, struct zdm_ledger *ledger,
    const struct zdm_ledger_plan *plan, struct zdm_err *err)
{
    char *here = NULL, *there = NULL;
    bool begun;
    int rc = -1;

    if (zdm_ledger_described(ledger, plan->target, plan->name, &here, err) == 0 &&
        zdm_journal_described(v->conn, plan->name, &begun, &there, err) == 0) {
        json_t *ours = parsed(here), *theirs = parsed(there);
        if (begun)
            tell_described(v, plan->name, ours, theirs);
        json_decref(ours);
        json_decref(theirs);
        rc = 0;
    }
    free(here);
    free(there);
    return rc;
}

static int
compare_plan(struct zdm_verify *v, struct zdm_ledger *ledger, const struct zdm_ledger_plan *plan,
    struct zdm_err *err)
{
    static const struct zdm_journal_rows none = {.count = 0};
    size_t i = plan_index(v, plan->name);
    const struct zdm_journal_rows *rows = i < v->n_plans ? &v->rows[i] : &none;
    struct zdm_ledger_step *steps = NULL;
    size_t n = 0, done = 0, known;

    if (zdm_ledger_step_list(ledger, plan->id, &steps, &n, err) < 0)
        return -1;
    known = tell_rewound(v, plan->name, rows, steps, n);
    for (size_t k = 0; k < rows->count; k++)
        done += !rows->items[k].item[0] && strcmp(rows->items[k].state, "done") == 0;
    zdm_ledger_step_list_free(steps, n);
    if (done > known)
        zdm_verify_add(v, ZDM_VERIFY_LEDGER, false, plan->name, NULL,
            "the journal has %zu step%s more as done than this ledger: it was run with another "
            "one, "
            "too. The next run here writes them down",
            done - known, done - known == 1 ? "" : "s");
    return compare_described(v, ledger, plan, err) < 0
               ? -1
               : compare_progress(v, ledger, plan, rows, err);
}

static bool
in_ledger(const struct zdm_ledger_plan *plans, size_t n, const char *target, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(plans[i].target, target) == 0 && strcmp(plans[i].name, name) == 0)
            return true;
    return false;
}

/* The address of the ledger's plans leads to another database now. */
static void
tell_other_target(struct zdm_verify *v, const struct zdm_ledger_plan *plans, size_t n)
{
    bool same = false, other = false;

    for (size_t i = 0; i < n; i++)
        if (strcmp(plans[i].where, v->out->where) == 0) {
            same = same || strcmp(plans[i].target, v->out->target) == 0;
            other = other || strcmp(plans[i].target, v->out->target) != 0;
        }
    if (other && !same)
        zdm_verify_add(v, ZDM_VERIFY_LEDGER, true, NULL, NULL,
            "the ledger knows %s as another database: it was made anew, or the address leads "
            "elsewhere now",
            v->out->where);
}

int
zdm_verify_ledger(struct zdm_verify *v, struct zdm_err *err)
{
    const char *path = v->options->ledger_path;
    struct zdm_ledger *ledger = NULL;
    struct zdm_ledger_plan *plans = NULL;
    size_t n = 0;
    int rc = -1;

    if (access(path, F_OK) < 0) {
        zdm_verify_add(v, ZDM_VERIFY_LEDGER, false, NULL, NULL,
            "there is no ledger \"%s\" to compare the journal with", path);
        return 0;
    }
    if (zdm_ledger_open(path, ZDM_LEDGER_INSPECT, &ledger, err) < 0 ||
        zdm_ledger_plan_list(ledger, &plans, &n, err) < 0)
        goto out;
    tell_other_target(v, plans, n);
    for (size_t i = 0; i < n; i++) {
        bool ours = strcmp(plans[i].target, v->out->target) == 0 &&
                    (v->options->n_plans == 0 || zdm_verify_plan(v, plans[i].name));
        if (ours && compare_plan(v, ledger, &plans[i], err) < 0)
            goto out;
    }
    for (size_t i = 0; i < v->n_plans; i++)
        if (v->asked[i] && !in_ledger(plans, n, v->out->target, v->plans[i].name))
            zdm_verify_add(v, ZDM_VERIFY_LEDGER, false, v->plans[i].name, NULL,
                "this ledger does not know the plan: it was run elsewhere, by %s",
                v->plans[i].runner);
    rc = 0;
out:
    zdm_ledger_plan_list_free(plans, n);
    zdm_ledger_close(ledger);
    return rc;
}
