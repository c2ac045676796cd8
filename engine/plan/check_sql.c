#include <stdlib.h>

#include "plan/checker.h"
#include "plan/pieces.h"
#include "sql/syntax.h"

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

int
zdm_checker_classify(const struct zdm_sql_pieces *pieces, const char *text,
    struct zdm_sql_context *context, struct zdm_parsed **parsed, struct zdm_err *err)
{
    if (!pieces || pieces->count == 0)
        return zdm_sql_classify_in(text, ZDM_WRAP_SEVERAL, context, parsed, err);
    char *left = zdm_pieces_known(text, pieces, zdm_sql_context_catalog(context));
    int rc;
    if (zdm_pieces_none(left)) {
        struct zdm_sql_context *past = zdm_sql_context_new();
        rc = zdm_sql_classify_in(text, ZDM_WRAP_SEVERAL, past, parsed, err);
        zdm_sql_context_free(past);
    } else {
        rc = zdm_sql_classify_in(left, ZDM_WRAP_SEVERAL, context, parsed, err);
    }
    free(left);
    return rc;
}

/* Appends the statements of the step to the report; false when its text does not parse. */
static bool
classify(struct zdm_checker *checker)
{
    struct zdm_plan_report *report = checker->report;
    const struct zdm_sql_text *up = &checker->step->u.sql.up;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_parsed *parsed;

    if (zdm_checker_classify(
            &checker->step->u.sql.pieces, up->text, checker->context, &parsed, &err) < 0) {
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
