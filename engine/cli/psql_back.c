/* zdm plan --format sql --rollback. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/layout.h"
#include "cli/psql.h"
#include "run/rollback.h"

static const char head[] =
    "-- It begins with the last step of the plan and ends with the first. Run it with\n"
    "--   psql -X -v ON_ERROR_STOP=1 -v zdm_from=N -d DATABASE -f FILE\n"
    "-- where N is the number of the last step that was done; with -v zdm_to=M step M and those\n"
    "-- before stay. After an error go on with the number of the step at which it stopped.\n"
    "--\n"
    "-- zdm rollback does more: it knows what was done, asks the rows which values are kept\n"
    "-- elsewhere, and puts back what a step asked of the catalog before it ran. What zdm run did "
    "is\n"
    "-- for zdm rollback: its journal does not see what this script does.\n"
    "\\set ON_ERROR_STOP on\n";

static void
set_unless_given(struct zdm_buf *out, const char *name, size_t value)
{
    zdm_buf_addf(out, "\\if :{?%s}\n\\else\n\\set %s %zu\n\\endif\n", name, name, value);
}

static void
ask_of_step(struct zdm_buf *out, const struct zdm_step *step, const char *why, const char *question)
{
    char *text = zdm_strf("step \"%s\": %s: %s", step->id, why, question);

    zdm_psql_ask(out, text);
    free(text);
}

/* Of the plan's own words: what an undo without such a condition would find out too late. */
static void
stop_if(struct zdm_buf *out, const char *query)
{
    struct zdm_buf body = ZDM_BUF_INIT;

    if (!query ||
        strstr(query, "zdm.journal")) /* which a plan that was run by hand does not have */
        return;
    zdm_buf_add(&body, "\nDECLARE\n    zdm_why text;\nBEGIN\n    EXECUTE ");
    zdm_psql_literal(&body, query);
    zdm_buf_add(&body, " INTO zdm_why;\n    IF zdm_why IS NOT NULL THEN\n"
                       "        RAISE EXCEPTION '%', zdm_why;\n    END IF;\nEND\n");
    char *quote = zdm_psql_dollar(body.s, "zdm");
    zdm_buf_addf(out, "DO %s%s%s;\n", quote, body.s, quote);
    free(quote);
    zdm_buf_release(&body);
}

static char *
loss_of(const struct zdm_plan_undo *undo)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    for (size_t i = 0; i < undo->losses.count; i++) {
        const struct zdm_sql_loss *loss = &undo->losses.items[i];
        zdm_buf_addf(&text, "%s%s%s%s", i ? ", " : "it takes away what is in ", loss->name,
            loss->column ? "." : "", loss->column ? loss->column : "");
    }
    return text.len ? zdm_buf_take(&text) : NULL;
}

static void
add_sql(struct zdm_buf *out, const struct zdm_plan *plan, const struct zdm_plan_report *report,
    size_t index)
{
    const struct zdm_step *step = &plan->steps[index];
    const struct zdm_plan_undo *undo = &report->undos[index];
    enum zdm_run_mode mode = zdm_plan_undo_mode(report, index);
    struct zdm_lock_policy policy;

    zdm_lock_policy_of_sql(
        &step->locks, report->undo_statements, report->n_undo_statements, index, mode, &policy);
    if (undo->before)
        zdm_buf_addf(out, "%s\n\\gexec\n", undo->before);
    if (mode != ZDM_RUN_ALONE)
        zdm_buf_add(out, "BEGIN;\n");
    if (mode != ZDM_RUN_ALONE && !undo->before) /* whose lock is asked for in its own order */
        zdm_psql_locks(out, &policy, &step->locks);
    if (mode != ZDM_RUN_ALONE && policy.most_ms)
        zdm_buf_addf(out, "SET LOCAL lock_timeout = '%lldms';\n",
            (long long)zdm_lock_share_ms(&policy, policy.most_ms));
    zdm_lock_policy_release(&policy);
    zdm_psql_statement(out, undo->sql.text);
    if (undo->behind)
        zdm_buf_addf(out, "%s\n\\gexec\n", undo->behind);
    if (mode != ZDM_RUN_ALONE)
        zdm_buf_add(out, "COMMIT;\n");
    zdm_psql_own_again(out);
}

static void
sql_step(struct zdm_buf *out, const struct zdm_plan *plan, const struct zdm_plan_report *report,
    size_t index)
{
    const struct zdm_step *step = &plan->steps[index];
    const struct zdm_plan_undo *undo = &report->undos[index];
    const struct zdm_step *with = zdm_rollback_goes_with(plan, report, index);
    bool is_sql = step->kind == ZDM_STEP_SQL;
    char *loss = is_sql && step->u.sql.keeps ? NULL : loss_of(undo);

    if (undo->recall) {
        zdm_psql_comment(out, undo->sql.text);
        ask_of_step(out, step, "what was there before, this script does not know",
            "is the SQL of its undo right for that?");
    }
    if (with) {
        char *why = zdm_strf("what is written to what \"%s\" made, and nowhere else, is lost from "
                             "here on; zdm rollback takes both back at once",
            with->id);
        ask_of_step(out, step, why, "does nobody write there any more?");
        free(why);
    }
    if (loss)
        ask_of_step(out, step, loss, "may that go?");
    for (size_t i = 0; is_sql && i < step->u.sql.n_undo_unless; i++)
        stop_if(out, step->u.sql.undo_unless[i]);
    stop_if(out, undo->unless);
    add_sql(out, plan, report, index);
    free(loss);
}

/* It begins at its first row when it runs again. */
static void
forget(struct zdm_buf *out, const struct zdm_plan *plan, const char *id)
{
    char *name = zdm_strf("%s/%s", plan->name, id);

    zdm_buf_add(out, "DELETE FROM zdm.by_hand AS h WHERE h.step = ");
    zdm_psql_literal(out, name);
    zdm_buf_add(out, ";\n");
    free(name);
}

static void
fill_back(struct zdm_buf *out, const struct zdm_plan *plan, const struct zdm_step *step,
    const struct zdm_step_back *back)
{
    struct zdm_step fill = {.id = back->id, .kind = ZDM_STEP_BACKFILL, .at = step->at};

    fill.u.backfill = back->fill;
    zdm_psql_backfill(out, plan, &fill);
    forget(out, plan, back->id);
}

static void
body(struct zdm_buf *out, const struct zdm_plan *plan, const struct zdm_plan_report *report,
    size_t index)
{
    const struct zdm_step *step = &plan->steps[index];
    const struct zdm_plan_undo *undo = &report->undos[index];

    if (undo->back)
        fill_back(out, plan, step, undo->back);
    else if (undo->source == ZDM_UNDO_NONE)
        ask_of_step(out, step, undo->why, "it cannot be taken back here; go on?");
    else if (undo->source == ZDM_UNDO_NOTHING)
        zdm_psql_comment(out, undo->why);
    else if (undo->sql.text)
        sql_step(out, plan, report, index);
    else
        ask_of_step(out, step, undo->why ? undo->why : "a Lua function of the plan takes it back",
            "that is not part of this script: is it done?");
    if (step->kind == ZDM_STEP_BACKFILL)
        forget(out, plan, step->id);
}

static void
add_step(struct zdm_buf *out, const struct zdm_plan *plan, const struct zdm_plan_report *report,
    const struct zdm_plan_status *status, size_t index)
{
    const struct zdm_step *step = &plan->steps[index];
    struct zdm_buf title = ZDM_BUF_INIT;

    zdm_buf_addf(&title, "step %zu of %zu back: %s", index + 1, plan->n_steps, step->id);
    zdm_buf_addf(out,
        "\nSELECT :zdm_from >= %zu AND :zdm_to < %zu AS zdm_go \\gset\n\\if :zdm_go\n\\echo ",
        index + 1, index + 1);
    zdm_psql_argument(out, title.s);
    zdm_buf_addc(out, '\n');
    zdm_buf_clear(&title);
    if (status && status->steps[index].state == ZDM_STATE_DONE) {
        zdm_buf_addf(&title, "zdm itself ran step \"%s\": zdm rollback takes it back", step->id);
        zdm_buf_add(out, "DO $zdm$BEGIN RAISE EXCEPTION '%', ");
        zdm_psql_literal(out, title.s);
        zdm_buf_add(out, "; END$zdm$;\n");
    } else {
        body(out, plan, report, index);
    }
    zdm_buf_add(out, "\\endif\n");
    zdm_buf_release(&title);
}

void
zdm_psql_back(struct zdm_buf *out, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, const struct zdm_plan_status *status)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_buf_addf(&text, "%s: the way back of %s, as a script for psql.\nfingerprint %.12s\n\n",
        plan->name, plan->file, plan->fingerprint);
    zdm_psql_comment(out, text.s);
    zdm_buf_release(&text);
    zdm_buf_add(out, head);
    set_unless_given(out, "zdm_from", plan->n_steps);
    set_unless_given(out, "zdm_to", 0);
    zdm_psql_begin(out, plan);
    for (size_t i = plan->n_steps; i-- > 0;)
        if (plan->steps[i].kind != ZDM_STEP_GATE)
            add_step(out, plan, report, status, i);
    zdm_buf_add(out, "\n\\echo 'done'\n");
}
