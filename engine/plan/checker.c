#include "plan/checker.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "sql/syntax.h"

struct zdm_err *
zdm_checker_fail(
    struct zdm_checker *checker, struct zdm_place at, enum zdm_code code, const char *fmt, ...)
{
    struct zdm_err *err = zdm_errlist_add(&checker->report->errors);
    va_list ap;

    va_start(ap, fmt);
    char *message = zdm_vstrf(fmt, ap);
    va_end(ap);
    zdm_fail(err, code, "%s", message);
    zdm_err_at(err, at);
    free(message);
    return err;
}

void
zdm_checker_take(struct zdm_checker *checker, const struct zdm_sql_text *sql, const char *what,
    struct zdm_err *err)
{
    size_t offset = err->position > 0 ? zdm_character_offset(sql->text, err->position) : 0;
    struct zdm_err *added = zdm_errlist_add(&checker->report->errors);

    zdm_err_move(added, err);
    if (what)
        zdm_err_wrap(added, "%s", what);
    if (!added->detail)
        zdm_err_detail(added, "step \"%s\"", checker->step->id);
    zdm_err_at(added, zdm_sql_place(sql, offset));
}

void
zdm_plan_report_release(struct zdm_plan_report *report)
{
    for (size_t i = 0; i < report->n_parsed; i++)
        zdm_parsed_free(report->parsed[i]);
    free(report->parsed);
    free(report->statements);
    for (size_t i = 0; i < report->n_undos; i++)
        zdm_sql_losses_release(&report->undos[i].losses);
    free(report->undos);
    free(report->undo_statements);
    free(report->tables);
    zdm_arena_free(report->arena);
    zdm_errlist_release(&report->errors);
    *report = (struct zdm_plan_report)ZDM_PLAN_REPORT_INIT;
}
