/* The way back, at the end of the script. */
#include <string.h>

#include "cli/psql.h"

/* Without the semicolon at its end. */
static int
length(const char *sql)
{
    size_t n = strlen(sql);

    while (n > 0 && strchr("; \t\r\n", sql[n - 1]))
        n--;
    return (int)n;
}

static bool
ends_in_comment(const char *sql)
{
    size_t n = (size_t)length(sql), line = n;

    while (line > 0 && sql[line - 1] != '\n')
        line--;
    return memmem(sql + line, n - line, "--", 2) != NULL;
}

static void
add_step(struct zdm_buf *text, const struct zdm_plan *plan, const struct zdm_plan_report *report,
    size_t index)
{
    const struct zdm_plan_undo *undo = &report->undos[index];

    zdm_buf_addf(text, "\nstep %zu, %s:", index + 1, plan->steps[index].id);
    if (undo->source == ZDM_UNDO_NONE)
        zdm_buf_addf(text, " cannot be taken back: %s\n", undo->why);
    else if (undo->source == ZDM_UNDO_NOTHING)
        zdm_buf_addf(text, " nothing to take back: %s\n", undo->why);
    else if (!undo->sql.text)
        zdm_buf_addf(text, " %s\n",
            undo->why ? undo->why : "a Lua function of the plan, which cannot be given as SQL");
    else
        zdm_buf_addf(text, "%s\n%.*s%s;\n",
            zdm_plan_undo_mode(report, index) == ZDM_RUN_ALONE ? " (outside a transaction)" : "",
            length(undo->sql.text), undo->sql.text, ends_in_comment(undo->sql.text) ? "\n" : "");
}

void
zdm_psql_undo(
    struct zdm_buf *out, const struct zdm_plan *plan, const struct zdm_plan_report *report)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    if (report->n_undos < plan->n_steps)
        return;
    zdm_buf_add(&text,
        "=== the way back ===\n"
        "Not run by this script: take out the dashes of the steps that were done, the "
        "last\nfirst. A backfill that is to run once more begins where it was until its "
        "row of\nzdm.by_hand is deleted.\n");
    for (size_t i = plan->n_steps; i-- > 0;)
        if (plan->steps[i].kind != ZDM_STEP_GATE)
            add_step(&text, plan, report, i);
    zdm_buf_addc(out, '\n');
    zdm_psql_comment(out, text.s);
    zdm_buf_release(&text);
}
