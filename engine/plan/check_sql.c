#include <string.h>

#include "plan/checker.h"
#include "sql/syntax.h"

void
zdm_refuse_control(struct zdm_checker *checker, struct zdm_place at, const char *kind)
{
    zdm_err_hint(zdm_checker_fail(checker, at, ZDM_ERR_PLAN, "%s cannot stand in a step", kind),
        "zdm begins and ends the transaction of a step itself; leave it out");
}

/* Outside a transaction no row can be journaled with the work: something must tell whether it ran. */
static void
demand_probe(struct zdm_checker *checker, struct zdm_place at, const struct zdm_statement *st)
{
    if (strcmp(st->kind, "CREATE INDEX") == 0)
        zdm_err_hint(
            zdm_checker_fail(checker, at, ZDM_ERR_PLAN, "CREATE INDEX CONCURRENTLY needs a name"),
            "name the index, so that zdm can find it again after an interruption");
    else
        zdm_err_hint(zdm_checker_fail(checker, at, ZDM_ERR_PLAN,
                         "step \"%s\" needs a probe: this %s runs outside a transaction",
                         checker->step->id, st->kind),
            "give probe = \"SELECT ...\", a query that is true when the statement has been done");
}

void
zdm_refuse_several(struct zdm_checker *checker, struct zdm_place at, const struct zdm_statement *st)
{
    struct zdm_err err = ZDM_ERR_INIT;

    if (zdm_plan_refuse_several(st, &err) == 0)
        return;
    zdm_err_at(&err, at);
    zdm_err_move(zdm_errlist_add(&checker->report->errors), &err);
}

void
zdm_check_transactions(struct zdm_checker *checker, size_t first)
{
    const struct zdm_plan_report *report = checker->report;
    const struct zdm_step_sql *sql = &checker->step->u.sql;
    bool several = report->n_statements - first > 1;

    for (size_t i = first; i < report->n_statements; i++) {
        const struct zdm_statement *st = &report->statements[i].st;
        struct zdm_place at = report->statements[i].at;
        if (st->transaction_control) {
            zdm_refuse_control(checker, at, st->kind);
        } else if (st->transaction == ZDM_TX_FORBIDDEN && several) {
            zdm_err_hint(
                zdm_checker_fail(checker, at, ZDM_ERR_PLAN,
                    "this %s cannot run inside a transaction, so it must be alone in its step",
                    st->kind),
                "move it to a step of its own");
        } else if (st->transaction == ZDM_TX_FORBIDDEN && sql->n_requires) {
            zdm_err_hint(
                zdm_checker_fail(checker, at, ZDM_ERR_PLAN,
                    "this %s cannot run inside a transaction, and its step has a condition "
                    "that is checked in one",
                    st->kind),
                "check the condition in a step before it");
        } else if (st->transaction == ZDM_TX_FORBIDDEN && st->probe == ZDM_PROBE_NONE &&
                   !sql->probe.text && !st->fails_with) {
            demand_probe(checker, at, st);
        } else {
            zdm_refuse_several(checker, at, st);
        }
    }
}

static void
check_query(struct zdm_checker *checker, const struct zdm_sql_text *sql, const char *what)
{
    struct zdm_err err = ZDM_ERR_INIT;

    if (sql->text && zdm_sql_check_query(sql->text, &err) < 0)
        zdm_checker_take(checker, sql, what, &err);
}

/* Places of growing offsets into a long text: each begins where the last one's line began. */
struct walk {
    struct zdm_sql_text rest; /* from the beginning of a line; `at` is its place */
    size_t skipped;           /* bytes of the text before it */
};

static struct zdm_place
walk_to(struct walk *walk, size_t offset)
{
    struct zdm_place place = zdm_sql_place(&walk->rest, offset - walk->skipped);
    size_t line = offset - walk->skipped;

    while (line > 0 && walk->rest.text[line - 1] != '\n')
        line--;
    if (line > 0 && walk->rest.exact) {
        walk->rest.text += line;
        walk->rest.at.line = place.line;
        walk->rest.at.column = 1;
        walk->skipped += line;
    }
    return place;
}

/* Appends the statements of the step to the report; false when its text does not parse. */
static bool
classify(struct zdm_checker *checker)
{
    struct zdm_plan_report *report = checker->report;
    const struct zdm_sql_text *up = &checker->step->u.sql.up;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_parsed *parsed;

    if (zdm_sql_classify_in(up->text, ZDM_WRAP_SEVERAL, checker->context, &parsed, &err) < 0) {
        zdm_checker_take(checker, up, NULL, &err);
        return false;
    }
    struct walk walk = {.rest = *up};
    report->parsed = zdm_grow(report->parsed, report->n_parsed, sizeof *report->parsed);
    report->parsed[report->n_parsed++] = parsed;
    for (size_t i = 0; i < parsed->count; i++) {
        report->statements =
            zdm_grow(report->statements, report->n_statements, sizeof *report->statements);
        report->statements[report->n_statements++] =
            (struct zdm_plan_statement){.step = checker->index,
                .at = walk_to(&walk, parsed->statements[i].offset),
                .st = parsed->statements[i]};
    }
    if (parsed->count == 0) {
        zdm_err_hint(zdm_checker_fail(checker, zdm_sql_place(up, 0), ZDM_ERR_PLAN,
                         "step \"%s\" has no statement", checker->step->id),
            "write SQL into it or leave it out");
        return false;
    }
    return true;
}

void
zdm_check_sql_step(struct zdm_checker *checker)
{
    const struct zdm_step_sql *sql = &checker->step->u.sql;
    size_t first = checker->report->n_statements;

    bool parsed = classify(checker);
    zdm_check_undo(checker);
    if (parsed) {
        zdm_check_transactions(checker, first);
        zdm_check_phase_rules(checker, first, &sql->allow);
    }
    check_query(checker, &sql->probe, "probe");
    for (size_t i = 0; i < sql->n_requires; i++)
        check_query(checker, &sql->requires[i].sql, "condition");
}
