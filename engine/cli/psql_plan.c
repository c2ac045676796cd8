/* zdm plan --format sql. */
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/layout.h"
#include "cli/psql.h"
#include "plan/lock_policy.h"

extern const struct zdm_embedded zdm_cli_sql[];

static const char head[] =
    "-- Run it with\n"
    "--   psql -X -v ON_ERROR_STOP=1 -d DATABASE -f FILE\n"
    "-- and after an error or a gate go on with -v zdm_from=N, the number of the step.\n"
    "--\n"
    "-- zdm run does more: it slows down when the server suffers, sets rows aside that cannot\n"
    "-- be changed (here the first one stops the backfill), names who is in the way of a lock,\n"
    "-- and knows by itself where it was. zdm does not see what this script does: use one or\n"
    "-- the other.\n"
    "\\set ON_ERROR_STOP on\n"
    "\\if :{?zdm_from}\n"
    "\\else\n"
    "\\set zdm_from 1\n"
    "\\endif\n";

static const char settings[] = "SET lock_timeout = 0;\n"
                               "SET statement_timeout = 0;\n"
                               "SET standard_conforming_strings = on;\n"
                               "SET DateStyle = 'ISO';\n"
                               "SET extra_float_digits = 1;\n"
                               "SET client_min_messages = notice;\n";

static const char own_again[] = "-- What the step set ends with it.\n"
                                "RESET SESSION AUTHORIZATION;\nRESET ROLE;\n"
                                "RESET ALL;\n";

/* A comment at its end would swallow the semicolon. */
void
zdm_psql_statement(struct zdm_buf *out, const char *sql)
{
    size_t n = strlen(sql);

    while (n > 0 && strchr("; \t\r\n", sql[n - 1]))
        n--;
    char *bare = zdm_strndup(sql, n);
    const char *last = strrchr(bare, '\n');
    zdm_buf_addf(out, "%s%s;\n", bare, strstr(last ? last : bare, "--") ? "\n" : "");
    free(bare);
}

void
zdm_psql_own_again(struct zdm_buf *out)
{
    zdm_buf_addf(out, "%s%s", own_again, settings);
}

void
zdm_psql_begin(struct zdm_buf *out, const struct zdm_plan *plan)
{
    bool remembers = false;

    for (size_t i = 0; i < plan->n_steps; i++)
        remembers |= plan->steps[i].kind == ZDM_STEP_BACKFILL ||
                     (plan->steps[i].kind == ZDM_STEP_SQL && plan->steps[i].u.sql.sync);
    zdm_buf_add(out, settings);
    if (remembers)
        zdm_buf_add(out, zdm_embedded_text(zdm_cli_sql, "psql_by_hand.sql"));
}

static void
stop_unless(struct zdm_buf *out, const char *query, const char *message)
{
    struct zdm_buf body = ZDM_BUF_INIT;
    size_t n = strlen(query);

    while (n > 0 && strchr("; \t\r\n", query[n - 1]))
        n--;
    char *text = zdm_strndup(query, n);
    zdm_buf_add(&body, "\nDECLARE\n    zdm_holds boolean;\nBEGIN\n    EXECUTE ");
    zdm_psql_literal(&body, text);
    zdm_buf_add(&body, " INTO zdm_holds;\n"
                       "    IF zdm_holds IS NOT TRUE THEN\n        RAISE EXCEPTION '%', ");
    zdm_psql_literal(&body, message);
    zdm_buf_add(&body, ";\n    END IF;\nEND\n");
    char *quote = zdm_psql_dollar(body.s, "zdm");
    zdm_buf_addf(out, "DO %s%s%s;\n", quote, body.s, quote);
    free(quote);
    free(text);
    zdm_buf_release(&body);
}

void
zdm_psql_ask(struct zdm_buf *out, const char *question)
{
    char *prompt = zdm_strf("%s (yes/no) ", question);

    zdm_buf_add(out, "\\prompt ");
    zdm_psql_argument(out, prompt);
    zdm_buf_add(out, " zdm_answer\n"
                     "SELECT pg_catalog.lower(:'zdm_answer') = 'yes' AS zdm_yes \\gset\n"
                     "\\if :zdm_yes\n"
                     "\\else\n"
                     "DO $$BEGIN RAISE EXCEPTION 'not confirmed'; END$$;\n"
                     "\\endif\n");
    free(prompt);
}

static void
sql_step(struct zdm_buf *out, const struct zdm_plan *plan, const struct zdm_plan_report *report,
    size_t index, size_t *next)
{
    const struct zdm_step_sql *sql = &plan->steps[index].u.sql;
    bool alone = zdm_plan_run_mode(report, index) == ZDM_RUN_ALONE, sets = false;
    struct zdm_lock_policy policy;

    zdm_lock_policy_of(plan, report, index, &policy);
    bool tries = alone && policy.class != ZDM_LOCKS_ALONE;
    if (tries) {
        zdm_buf_addf(out,
            "-- Outside a transaction; when its lock is not free in time, try again from here.\n"
            "SET lock_timeout = '%lldms';\n",
            (long long)zdm_lock_share_ms(&policy, policy.most_ms));
    } else if (alone) {
        zdm_buf_add(out,
            "-- Outside a transaction, without a timeout: when it fails, look for what it "
            "left, such as\n-- an INVALID index, and drop that before going on here.\n");
    } else {
        zdm_buf_add(out, "BEGIN;\n");
        zdm_psql_locks(out, &policy, &plan->steps[index].locks);
        if (policy.most_ms)
            zdm_buf_addf(out, "SET LOCAL lock_timeout = '%lldms';\n",
                (long long)zdm_lock_share_ms(&policy, policy.most_ms));
        if (policy.statement_ms)
            zdm_buf_addf(out, "SET LOCAL statement_timeout = '%lldms';\n",
                (long long)(policy.most_ms + policy.statement_ms));
    }
    zdm_lock_policy_release(&policy);
    for (size_t i = 0; i < sql->n_requires; i++)
        stop_unless(out, sql->requires[i].sql.text, sql->requires[i].message);
    for (; *next < report->n_statements && report->statements[*next].step == index; ++*next) {
        const struct zdm_statement *st = &report->statements[*next].st;
        sets |= strcmp(st->kind, "SET") == 0 || strcmp(st->kind, "RESET") == 0 ||
                strcmp(st->kind, "SELECT") == 0;
        zdm_psql_statement(out, st->sql);
    }
    if (sql->behind)
        zdm_buf_addf(out, "%s\n\\gexec\n", sql->behind);
    if (!alone)
        zdm_buf_add(out, "COMMIT;\n");
    if (tries)
        zdm_buf_add(out, "SET lock_timeout = 0;\n");
    if (sets)
        zdm_psql_own_again(out);
}

static void
gate_step(struct zdm_buf *out, const struct zdm_step *step)
{
    char duration[32];

    for (size_t i = 0; i < step->u.gate.n_checks; i++) {
        const struct zdm_check *c = &step->u.gate.checks[i];
        struct zdm_buf text = ZDM_BUF_INIT;
        zdm_buf_addf(&text, "gate \"%s\": ", step->id);
        if (c->kind == ZDM_CHECK_SQL) {
            zdm_buf_addf(&text, "\"%s\" is not true", c->id);
            zdm_buf_add(out, "BEGIN READ ONLY;\n");
            stop_unless(out, c->sql.text, text.s);
            zdm_buf_add(out, "COMMIT;\n");
        } else {
            if (c->kind == ZDM_CHECK_SOAK)
                zdm_buf_addf(&text, "have %s passed since the step%s%s?",
                    zdm_show_duration(c->soak_ms, duration),
                    zdm_check_option(c, "since") ? " " : " before",
                    zdm_check_option(c, "since") ? zdm_check_option(c, "since") : "");
            else if (c->kind == ZDM_CHECK_APPROVAL)
                zdm_buf_addf(&text, "do you approve \"%s\"?", c->id);
            else
                zdm_buf_addf(&text, "%s: %s: is it so?", zdm_check_kind_name(c->kind), c->shown);
            zdm_psql_ask(out, text.s);
        }
        zdm_buf_release(&text);
    }
}

/* A backfill goes on where it was, which is wrong when a step before it is done once more: its columns
 * may be new. */
static void
stop_when_begun(struct zdm_buf *out, const struct zdm_plan *plan, const struct zdm_step *step)
{
    char *name = zdm_strf("%s/%s", plan->name, step->id);
    struct zdm_buf holds = ZDM_BUF_INIT;
    long number = step - plan->steps + 1;

    if (number > 1) {
        zdm_buf_addf(out, "SELECT :zdm_from < %ld AS zdm_early \\gset\n\\if :zdm_early\n", number);
        zdm_buf_add(&holds, "SELECT NOT EXISTS (SELECT FROM zdm.by_hand AS h WHERE h.step = ");
        zdm_psql_literal(&holds, name);
        zdm_buf_add(&holds, ")");
        char *message =
            zdm_strf("backfill \"%s\" was begun before: go on with -v zdm_from=%ld, or delete "
                     "its row of zdm.by_hand when it has to begin at its first row",
                step->id, number);
        stop_unless(out, holds.s, message);
        zdm_buf_add(out, "\\endif\n");
        free(message);
    }
    zdm_buf_release(&holds);
    free(name);
}

static void
backfill_step(struct zdm_buf *out, const struct zdm_plan *plan, const struct zdm_step *step)
{
    const char *why_not = zdm_psql_cannot(&step->u.backfill);
    struct zdm_buf text = ZDM_BUF_INIT;

    if (!why_not) {
        stop_when_begun(out, plan, step);
        zdm_buf_add(out, "-- Rows that nobody may wait for are waited for here, and replicas are "
                         "not looked at.\n");
        zdm_psql_backfill(out, plan, step);
        zdm_psql_sweep(out, plan, (size_t)(step - plan->steps));
        return;
    }
    zdm_buf_addf(
        &text, "This backfill of %s cannot be given as SQL: %s.", step->u.backfill.table, why_not);
    zdm_psql_comment(out, text.s);
    zdm_buf_clear(&text);
    if (step->u.backfill.map_source)
        zdm_psql_comment(out, step->u.backfill.map_source);
    zdm_buf_addf(
        &text, "backfill \"%s\" cannot be given as SQL: is it done by other means?", step->id);
    zdm_psql_ask(out, text.s);
    zdm_buf_release(&text);
}

static void
outside_step(struct zdm_buf *out, const struct zdm_step *step)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    if (step->kind == ZDM_STEP_HOOK) {
        zdm_buf_add(out, "-- A Lua function of the plan, which cannot be given as SQL:\n");
        if (step->u.hook.source)
            zdm_psql_comment(out, step->u.hook.source);
    } else {
        zdm_buf_add(out, "-- A program, which the script does not start:\n");
        for (size_t i = 0; i < step->u.command.n_argv; i++) {
            zdm_buf_add(&text, i ? " " : "");
            zdm_add_shell_word(&text, step->u.command.argv[i]);
        }
        zdm_psql_comment(out, text.s);
        zdm_buf_clear(&text);
    }
    zdm_buf_addf(&text, "%s \"%s\" is not part of this script: is it done?",
        zdm_step_kind_name(step->kind), step->id);
    zdm_psql_ask(out, text.s);
    zdm_buf_release(&text);
}

static void
add_step(struct zdm_buf *out, const struct zdm_plan *plan, const struct zdm_plan_report *report,
    size_t index, size_t *next)
{
    const struct zdm_step *step = &plan->steps[index];
    struct zdm_buf title = ZDM_BUF_INIT;

    zdm_buf_addf(&title, "step %zu of %zu: %s (%s)", index + 1, plan->n_steps, step->id,
        zdm_step_kind_name(step->kind));
    zdm_buf_addf(out, "SELECT :zdm_from <= %zu AS zdm_go \\gset\n\\if :zdm_go\n\\echo ", index + 1);
    zdm_psql_argument(out, title.s);
    zdm_buf_addc(out, '\n');
    zdm_buf_release(&title);
    if (step->why)
        zdm_psql_comment(out, step->why);
    switch (step->kind) {
    case ZDM_STEP_SQL:
        sql_step(out, plan, report, index, next);
        break;
    case ZDM_STEP_BACKFILL:
        backfill_step(out, plan, step);
        break;
    case ZDM_STEP_GATE:
        gate_step(out, step);
        break;
    case ZDM_STEP_HOOK:
    case ZDM_STEP_COMMAND:
        outside_step(out, step);
        break;
    }
    zdm_buf_add(out, "\\endif\n");
}

void
zdm_psql_plan(struct zdm_buf *out, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, const struct zdm_plan_status *status)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    size_t next = 0;

    zdm_buf_addf(
        &text, "%s: what zdm run %s would do, as a script for psql.", plan->name, plan->file);
    if (plan->why)
        zdm_buf_addf(&text, "\n%s", plan->why);
    zdm_buf_addf(&text, "\nfingerprint %.12s\n\n", plan->fingerprint);
    zdm_psql_comment(out, text.s);
    zdm_buf_release(&text);
    zdm_buf_add(out, head);
    zdm_psql_begin(out, plan);
    for (size_t i = 0; i < plan->n_steps; i++) {
        enum zdm_phase phase = plan->steps[i].phase;
        if (i == 0 || phase != plan->steps[i - 1].phase)
            zdm_buf_addf(out, "\n-- === %s ===\n", zdm_phase_name(phase));
        zdm_buf_addc(out, '\n');
        if (!status || status->steps[i].state != ZDM_STATE_DONE) {
            add_step(out, plan, report, i, &next);
            continue;
        }
        zdm_buf_addf(&text, "step %zu, %s, is done", i + 1, plan->steps[i].id);
        zdm_psql_comment(out, text.s);
        zdm_buf_release(&text);
        while (next < report->n_statements && report->statements[next].step == i)
            next++;
    }
    zdm_buf_add(out, "\n\\echo 'done'\n");
    zdm_psql_undo(out, plan, report);
}
