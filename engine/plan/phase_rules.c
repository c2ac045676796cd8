#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "plan/checker.h"
#include "sql/catalog.h"
#include "sql/pages.h"

static bool
allows(const struct zdm_allow *allow, const char *rule)
{
    for (size_t i = 0; i < allow->n_rules; i++)
        if (strcmp(allow->rules[i], rule) == 0)
            return true;
    return false;
}

/* Breaking running code and losing data is what contract is for; a gate stands before it. */
static bool
is_for_contract(const struct zdm_finding *finding)
{
    return finding->hazard == ZDM_HAZARD_BREAKS || finding->hazard == ZDM_HAZARD_LOSES;
}

static void
advise(struct zdm_checker *checker, struct zdm_err *err, const struct zdm_finding *finding)
{
    struct zdm_buf hint = ZDM_BUF_INIT;

    if (is_for_contract(finding)) {
        zdm_buf_add(&hint, "move it to contract {} behind a gate");
        if (finding->hint)
            zdm_buf_addf(&hint, "; %s", finding->hint);
    } else if (finding->hint) {
        zdm_buf_add(&hint, finding->hint);
    }
    if (finding->n_safer && hint.len)
        zdm_buf_addc(&hint, ':');
    for (size_t i = 0; i < finding->n_safer; i++)
        zdm_buf_addf(&hint, "%s  %s;", hint.len ? "\n" : "", finding->safer[i]);
    zdm_buf_addf(&hint, "%sallow = { \"%s\" }, because = \"...\" accepts it in this step",
        hint.len ? "\nor: " : "", finding->rule);
    zdm_err_detail(err, "step \"%s\" in %s, rule %s", checker->step->id,
        zdm_phase_name(checker->step->phase), finding->rule);
    zdm_err_hint(err, "%s", hint.s);
    zdm_buf_release(&hint);
}

static void
judge(struct zdm_checker *checker, const struct zdm_plan_statement *statement, bool undo,
    const struct zdm_allow *allow)
{
    const struct zdm_statement *st = &statement->st;

    for (size_t i = 0; i < st->n_findings; i++) {
        const struct zdm_finding *finding = &st->findings[i];
        if (finding->severity != ZDM_SEVERITY_ERROR)
            continue;
        /* No reason makes run what cannot: nothing to allow. */
        if (finding->hazard == ZDM_HAZARD_TRANSACTION && st->transaction == ZDM_TX_FORBIDDEN)
            continue; /* zdm_check_transactions() has told */
        if (finding->hazard == ZDM_HAZARD_TRANSACTION ||
            (finding->hazard == ZDM_HAZARD_FAILS && st->fails_with)) {
            struct zdm_err *err =
                zdm_checker_fail(checker, statement->at, ZDM_ERR_PLAN, "%s", finding->message);
            zdm_err_detail(err, "step \"%s\", rule %s", checker->step->id, finding->rule);
            if (finding->hint)
                zdm_err_hint(err, "%s", finding->hint);
            continue;
        }
        if (allows(allow, finding->rule) ||
            ((checker->step->phase == ZDM_PHASE_CONTRACT || undo) && is_for_contract(finding)))
            continue;
        advise(checker,
            zdm_checker_fail(checker, statement->at, ZDM_ERR_REFUSED, "%s", finding->message),
            finding);
    }
}

int
zdm_plan_refuse_unsafe(const struct zdm_plan *plan, size_t index,
    const struct zdm_plan_statement *statements, size_t n, struct zdm_err *err)
{
    struct zdm_plan_report report = ZDM_PLAN_REPORT_INIT;
    struct zdm_checker checker = {
        .plan = plan, .step = &plan->steps[index], .index = index, .report = &report};
    int rc = 0;

    for (size_t i = 0; i < n; i++)
        judge(&checker, &statements[i], false, &checker.step->u.sql.allow);
    /* Whether it fails the server knows better. */
    for (size_t i = 0; rc == 0 && i < report.errors.count; i++) {
        if (report.errors.items[i].code != ZDM_ERR_REFUSED)
            continue;
        zdm_err_move(err, &report.errors.items[i]);
        rc = -1;
    }
    zdm_plan_report_release(&report);
    return rc;
}

static bool
triggers(const struct zdm_statement *st, const char *rule)
{
    for (size_t k = 0; k < st->n_findings; k++)
        if (strcmp(st->findings[k].rule, rule) == 0)
            return true;
    return false;
}

/* Where the statements of the step's undo begin: they are the last ones. Those that zdm wrote itself are
 * nothing to be allowed. */
static size_t
first_undo(const struct zdm_checker *checker)
{
    const struct zdm_plan_report *report = checker->report;
    size_t first = report->n_undo_statements;

    if (report->undos[checker->index].source != ZDM_UNDO_AUTHOR)
        return first;
    while (first > 0 && report->undo_statements[first - 1].step == checker->index)
        first--;
    return first;
}

static bool
triggered(const struct zdm_checker *checker, size_t first, const char *rule)
{
    const struct zdm_plan_report *report = checker->report;

    for (size_t i = first; i < report->n_statements; i++)
        if (triggers(&report->statements[i].st, rule))
            return true;
    for (size_t i = first_undo(checker); i < report->n_undo_statements; i++)
        if (triggers(&report->undo_statements[i].st, rule))
            return true;
    return false;
}

/* Which rules allow could name here. */
static void
list_triggered(struct zdm_checker *checker, size_t first, struct zdm_err *err)
{
    const struct zdm_plan_report *report = checker->report;
    struct zdm_buf list = ZDM_BUF_INIT;
    size_t n;
    const struct zdm_rule *rules = zdm_sql_rules(&n);

    for (size_t i = 0; i < n; i++)
        if (triggered(checker, first, rules[i].id))
            zdm_buf_addf(&list, "%s\"%s\"", list.len ? ", " : "", rules[i].id);
    if (list.len)
        zdm_err_detail(err, "the step triggers %s", list.s);
    else if (first == report->n_statements)
        zdm_err_detail(err, "a step of this kind triggers no rule");
    else
        zdm_err_detail(err, "the step triggers no rule");
    zdm_buf_release(&list);
}

static const char *
nearest_rule(const char *name)
{
    size_t n;
    const struct zdm_rule *rules = zdm_sql_rules(&n);
    const char **ids = zdm_alloc(n * sizeof *ids);

    for (size_t i = 0; i < n; i++)
        ids[i] = rules[i].id;
    const char *nearest = zdm_nearest(name, ids, n);
    free(ids);
    return nearest;
}

/* Does the text of a statement show the rule, without a catalog? Its page's example tells. */
static bool
shows_in_text(const char *rule)
{
    struct zdm_rule_page *page = zdm_rule_page(rule);
    struct zdm_sql_context *context = zdm_sql_context_new();
    struct zdm_parsed *parsed = NULL;
    bool shown = false;

    if (page && !page->needs_catalog) {
        zdm_sql_classify_script(page->bad, page->wrap, context, &parsed);
        for (size_t i = 0; i < parsed->count; i++)
            shown |= triggers(&parsed->statements[i], rule);
    }
    zdm_parsed_free(parsed);
    zdm_sql_context_free(context);
    zdm_rule_page_free(page);
    return shown;
}

static void
check_allow(struct zdm_checker *checker, size_t first, const struct zdm_allow *allow)
{
    struct zdm_place at = checker->step->at;

    if (allow->n_rules && (!allow->because || !allow->because[strspn(allow->because, " \t\r\n")]))
        zdm_err_hint(zdm_checker_fail(checker, at, ZDM_ERR_PLAN,
                         "step \"%s\" allows a rule without a reason", checker->step->id),
            "add because = \"why it is safe here\"");
    for (size_t i = 0; i < allow->n_rules; i++) {
        const char *rule = allow->rules[i];
        if (!zdm_sql_rule(rule)) {
            const char *nearest = nearest_rule(rule);
            struct zdm_err *err = zdm_checker_fail(
                checker, at, ZDM_ERR_PLAN, "there is no rule \"%s\" to allow", rule);
            list_triggered(checker, first, err);
            if (nearest)
                zdm_err_hint(err, "did you mean \"%s\"?", nearest);
        } else if (!zdm_sql_context_catalog(checker->context)->complete &&
                   !triggered(checker, first, rule) && shows_in_text(rule)) {
            /* A target that needs no excuse does not make it wrong for the others; nor is it wrong that only a
             * catalog shows what is excused. */
            struct zdm_err *err = zdm_checker_fail(checker, at, ZDM_ERR_PLAN,
                "nothing in step \"%s\" triggers rule \"%s\"", checker->step->id, rule);
            list_triggered(checker, first, err);
            zdm_err_hint(err, "take it out of allow");
        }
    }
}

void
zdm_check_phase_rules(struct zdm_checker *checker, size_t first, const struct zdm_allow *allow)
{
    const struct zdm_plan_report *report = checker->report;

    for (size_t i = first; i < report->n_statements; i++)
        judge(checker, &report->statements[i], false, allow);
    for (size_t i = first_undo(checker); i < report->n_undo_statements; i++)
        judge(checker, &report->undo_statements[i], true, allow);
    check_allow(checker, first, allow);
}
