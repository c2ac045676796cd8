#include "cli/check_plans.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/target_catalog.h"
#include "cli/load.h"
#include "plan/check.h"

/* From places to offsets; places of a plan mostly grow. */
struct walk {
    const char *text;
    size_t at, line; /* the beginning of a line */
};

static size_t
offset_of(struct walk *walk, size_t line, size_t column)
{
    if (line < walk->line)
        *walk = (struct walk){.text = walk->text, .line = 1};
    while (walk->line < line) {
        const char *end = strchr(walk->text + walk->at, '\n');
        if (!end)
            break;
        walk->at = (size_t)(end + 1 - walk->text);
        walk->line++;
    }
    size_t at = walk->at;
    for (size_t i = 1; i < column && walk->text[at] && walk->text[at] != '\n'; i++) {
        at++;
        while (((unsigned char)walk->text[at] & 0xC0) == 0x80)
            at++;
    }
    return at;
}

/* Why a finding is no reason to fail, NULL when it is one. */
static const char *
reason_of(const struct zdm_step *step, const struct zdm_finding *finding)
{
    const struct zdm_allow *allow = &step->u.sql.allow;

    for (size_t i = 0; i < allow->n_rules; i++)
        if (strcmp(allow->rules[i], finding->rule) == 0)
            return allow->because;
    if (step->phase == ZDM_PHASE_CONTRACT &&
        (finding->hazard == ZDM_HAZARD_BREAKS || finding->hazard == ZDM_HAZARD_LOSES))
        return "in contract"; /* without a gate before it the plan is invalid */
    return NULL;
}

static void
add_statement(struct zdm_check_report *report, const struct zdm_source *source,
    const struct zdm_plan *plan, struct zdm_plan_statement *statement, struct walk *walk)
{
    const struct zdm_step *step = &plan->steps[statement->step];
    struct zdm_statement *st = &statement->st;
    size_t line = statement->at.line > 0 ? (size_t)statement->at.line : 1;
    size_t column = statement->at.column > 0 ? (size_t)statement->at.column : 1;
    size_t before = st->offset;

    st->offset = offset_of(walk, line, column);
    for (size_t i = 0; i < st->n_findings; i++) {
        struct zdm_finding *finding = &st->findings[i];
        size_t inside = finding->offset > before ? finding->offset - before : 0;
        /* Text that was put together does not stand in the file: the statement's place it is. */
        finding->offset = st->offset + (step->u.sql.up.exact ? inside : 0);
    }

    struct zdm_statement *copy = zdm_arena_alloc(report->arena, sizeof *copy);
    *copy = *st;
    struct zdm_checked *item = zdm_check_add(report, source, line, column, copy);
    item->step = zdm_arena_strdup(report->arena, step->id);
    for (size_t i = 0; i < st->n_findings; i++)
        item->allowed[i] = zdm_arena_strdup(report->arena, reason_of(step, &st->findings[i]));
}

/* A statement's own finding says it already. */
static bool
is_finding(const struct zdm_check_report *report, const struct zdm_err *err)
{
    for (size_t i = 0; i < report->n; i++) {
        const struct zdm_checked *item = &report->items[i];
        for (size_t k = 0; (int)item->line == err->line && k < item->st->n_findings; k++)
            if (strcmp(item->st->findings[k].message, err->message) == 0)
                return true;
    }
    return false;
}

/* What is refused as unsafe is a finding; the rest says that the plan cannot run at all. */
static void
add_errors(struct zdm_check_report *report, const struct zdm_source *source,
    const struct zdm_errlist *errors)
{
    for (size_t i = 0; i < errors->count; i++) {
        const struct zdm_err *error = &errors->items[i];
        if (error->code == ZDM_ERR_REFUSED || is_finding(report, error))
            continue;
        zdm_check_note(report, source, error->line > 0 ? (size_t)error->line : 0, "invalid-plan",
            error->hint, "%s", error->message);
    }
}

static int
steps_done(const char *conninfo, const struct zdm_plan *plan, bool **done, struct zdm_err *err)
{
    struct zdm_plan_status status;

    if (zdm_status_read(conninfo, plan, NULL, &status, err) < 0)
        return -1;
    *done = zdm_steps_in_catalog(plan, &status);
    zdm_status_release(&status, plan->n_steps);
    return 0;
}

/* self: the conninfo, or NULL. */
static int
check_plan(void *self, const struct zdm_source *source, struct zdm_sql_context *context,
    struct zdm_check_report *report, struct zdm_err *err)
{
    struct zdm_plan_report found = ZDM_PLAN_REPORT_INIT;
    struct walk walk = {.text = source->original, .line = 1};
    struct zdm_loaded loaded;
    bool *done = NULL;

    if (zdm_load_file(self, NULL, source->path, &loaded) < 0 || zdm_load_complete(&loaded) < 0) {
        add_errors(report, source, &loaded.errors);
        zdm_loaded_release(&loaded);
        return 0;
    }
    const struct zdm_plan *plan = loaded.plan;
    if (self && steps_done(self, plan, &done, err) < 0) {
        zdm_loaded_release(&loaded);
        return -1;
    }
    zdm_plan_check_in(plan, context, done, &found);
    free(done);
    for (size_t i = 0; i < found.n_statements; i++)
        add_statement(report, source, plan, &found.statements[i], &walk);
    for (size_t i = 0; i < found.n_parsed; i++)
        zdm_check_keep(report, found.parsed[i]);
    found.n_parsed = 0;
    add_errors(report, source, &found.errors);
    zdm_plan_report_release(&found);
    zdm_loaded_release(&loaded);
    return 0;
}

struct zdm_check_plans
zdm_check_plan_files(const char *conninfo)
{
    return (struct zdm_check_plans){.self = (void *)(uintptr_t)conninfo, .check = check_plan};
}
