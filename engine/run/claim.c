#include "run/claim.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/signals.h"
#include "run/status.h"

static char *
dump(json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT);

    json_decref(value);
    if (!text)
        zdm_die("a plan that is not UTF-8");
    return text;
}

static char *
names_json(const char *const *names, size_t n)
{
    json_t *array = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(array, json_string(names[i]));
    return dump(array);
}

/* What reads only, and what only refers to a table, is in nobody's way. */
static char *
relations_json(const struct zdm_plan *plan, const struct zdm_plan_report *report)
{
    json_t *names = json_object(); /* each once */

    for (size_t i = 0; i < report->n_statements; i++) {
        const struct zdm_statement *st = &report->statements[i].st;
        for (size_t k = 0; k < st->n_locks; k++)
            if (st->locks[k].mode >= ZDM_LOCK_ROW_EXCLUSIVE)
                json_object_set_new(names, st->locks[k].relation, json_true());
    }
    for (size_t i = 0; i < plan->n_steps; i++) {
        const struct zdm_step_backfill *backfill = &plan->steps[i].u.backfill;
        if (plan->steps[i].kind != ZDM_STEP_BACKFILL)
            continue;
        json_object_set_new(names, backfill->into ? backfill->into : backfill->table, json_true());
    }
    json_t *array = json_array(), *value;
    const char *name;
    json_object_foreach(names, name, value) json_array_append_new(array, json_string(name));
    json_decref(names);
    return dump(array);
}

/* {"t_idx": "public.t"} -> ["public.t"], each once. */
static char *
tables_json(json_t *tables)
{
    json_t *each = json_object(), *array = json_array(), *value;
    const char *name;

    json_object_foreach(tables, name, value)
        json_object_set_new(each, json_string_value(value), json_true());
    json_object_foreach(each, name, value) json_array_append_new(array, json_string(name));
    json_decref(each);
    return dump(array);
}

/* The tables of a step's n statements on which nobody else writes meanwhile; null: a function of the plan, a program,
 * and what cannot be read may lock anything. */
static json_t *
strong_json(const struct zdm_step *step, const struct zdm_plan_statement *statements, size_t n,
    const json_t *tables)
{
    json_t *strong = json_object(), *array = json_array(), *value;
    bool known = step->kind != ZDM_STEP_HOOK && step->kind != ZDM_STEP_COMMAND;
    const char *name;

    for (size_t i = 0; i < n; i++) {
        const struct zdm_statement *st = &statements[i].st;
        known = known && st->verdict != ZDM_VERDICT_UNKNOWN;
        for (size_t k = 0; k < st->n_locks; k++) {
            const json_t *table = json_object_get(tables, st->locks[k].relation);
            if (table && st->locks[k].mode >= ZDM_LOCK_SHARE)
                json_object_set_new(strong, json_string_value(table), json_true());
        }
    }
    json_object_foreach(strong, name, value) json_array_append_new(array, json_string(name));
    json_decref(strong);
    if (known)
        return array;
    json_decref(array);
    return json_null();
}

/* Statements stand in the order of their steps. */
static char *
steps_json(const struct zdm_plan *plan, const struct zdm_plan_report *report, const json_t *tables)
{
    json_t *array = json_array();

    for (size_t i = 0, first = 0, end; i < plan->n_steps; i++, first = end) {
        const struct zdm_step *step = &plan->steps[i];
        for (end = first; end < report->n_statements && report->statements[end].step == i;)
            end++;
        json_t *strong = strong_json(step, &report->statements[first], end - first, tables);
        json_array_append_new(array, json_pack("[s,s,s,o]", step->id, zdm_phase_name(step->phase),
                                         zdm_step_kind_name(step->kind), strong));
    }
    return dump(array);
}

/* Its texts are owned; the names of tables are looked up in the target. */
static int
claim_on(struct zdm_conn *conn, const struct zdm_plan *plan, const struct zdm_plan_report *report,
    struct zdm_journal_claim *out, struct zdm_err *err)
{
    char *names = relations_json(plan, report), *text = NULL;
    int rc = zdm_journal_tables(conn, names, &text, err);

    free(names);
    if (rc < 0)
        return -1;
    json_t *tables = json_loads(text, 0, NULL);
    free(text);
    if (!tables)
        zdm_die("the server gives JSON that is none");
    *out = (struct zdm_journal_claim){
        .tables = tables_json(tables),
        .steps = steps_json(plan, report, tables),
        .after = plan->n_after ? names_json(plan->after, plan->n_after) : NULL,
        .alongside = plan->n_alongside ? names_json(plan->alongside, plan->n_alongside) : NULL,
    };
    json_decref(tables);
    return 0;
}

static int
claim_of(struct zdm_session *s, struct zdm_journal_claim *out, struct zdm_err *err)
{
    int rc = claim_on(s->conn, s->plan, s->report, out, err);
    if (rc == 0)
        out->described = s->options->described;
    return rc;
}

static void
claim_release(struct zdm_journal_claim *claim)
{
    free((char *)claim->tables);
    free((char *)claim->steps);
    free((char *)claim->after);
    free((char *)claim->alongside);
    *claim = (struct zdm_journal_claim){.tables = NULL};
}

/* Until the plans of `after` are done, with --wait. Nothing of this one has begun, so a lost connection
 * costs nothing but another start. */
static int
await(struct zdm_session *s, const struct zdm_journal_claim *claim, struct zdm_err *err)
{
    struct zdm_backoff backoff = {.base_ms = 500, .max_ms = 10000};
    char *told = NULL;
    int rc;

    while ((rc = zdm_journal_await(
                s->conn, s->plan->name, s->plan->fingerprint, s->options->who, claim, err)) < 0) {
        if (err->code != ZDM_ERR_CLOSED || !s->options->wait)
            break;
        if (!told || strcmp(told, err->message) != 0) {
            zdm_session_say(s, ZDM_EVENT_NOTE, "info", NULL, "%s: waiting; ^C stops", err->message);
            free(told);
            told = zdm_strdup(err->message);
        }
        zdm_err_clear(err);
        if (zdm_sleep_ms(zdm_backoff_next(&backoff)) < 0) {
            zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted");
            break;
        }
    }
    free(told);
    return rc;
}

int
zdm_claim_take_over(struct zdm_session *s, struct zdm_err *err)
{
    const struct zdm_plan *plan = s->plan;
    struct zdm_journal_claim claim;

    if (s->undoing) /* what it did before, it takes back: nobody is asked */
        return zdm_journal_take_over(s->conn, plan->name, plan->fingerprint, s->options->who, NULL,
            plan->locks.patience_ms, &s->epoch, err);
    if (claim_of(s, &claim, err) < 0)
        return -1;
    int rc = await(s, &claim, err);
    if (rc == 0)
        rc = zdm_journal_take_over(s->conn, plan->name, plan->fingerprint, s->options->who, &claim,
            plan->locks.patience_ms, &s->epoch, err);
    claim_release(&claim);
    return rc;
}

int
zdm_claim_note(struct zdm_session *s, struct zdm_err *err)
{
    struct zdm_journal_claim claim;

    if (claim_of(s, &claim, err) < 0)
        return -1;
    int rc = zdm_journal_note(s->conn, s->plan->name, &claim, err);
    claim_release(&claim);
    return rc;
}

int
zdm_claim_meet(struct zdm_conn *conn, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, struct zdm_journal_meetings *out, struct zdm_err *err)
{
    struct zdm_journal_claim claim;

    if (claim_on(conn, plan, report, &claim, err) < 0)
        return -1;
    int rc = zdm_journal_meet(conn, plan->name, &claim, out, err);
    claim_release(&claim);
    return rc;
}

char *
zdm_meeting_words(const struct zdm_journal_meeting *other)
{
    const char *is = other->holder ? "is being run" : "was interrupted";

    if (*other->shared)
        return zdm_strf(
            "plan \"%s\" %s, and changes %s too: until it is done or at a gate, a run is refused",
            other->plan, is, other->shared);
    return zdm_strf(
        "plan \"%s\" %s, and %s: while one of the two locks such a table strongly, the other "
        "one waits, or is in its way",
        other->plan, is, other->linked);
}

void
zdm_claim_tell(struct zdm_session *s)
{
    struct zdm_journal_meetings others;
    struct zdm_err err = ZDM_ERR_INIT;

    if (zdm_claim_meet(s->conn, s->plan, s->report, &others, &err) < 0) {
        zdm_err_clear(&err); /* a lost session shows when it is used next */
        return;
    }
    for (size_t i = 0; i < others.count; i++) {
        char *words = zdm_meeting_words(&others.items[i]);
        zdm_session_say(s, ZDM_EVENT_NOTE, "warning", NULL, "%s", words);
        free(words);
    }
    zdm_journal_meetings_release(&others);
}
