#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/layout.h"
#include "cli/locking.h"
#include "cli/render_fact.h"
#include "cli/render_plan.h"
#include "cli/render_undo.h"
#include "plan/sweep.h"

/* Only what the author said: the defaults are in the reference. */
static void
throttle_facts(struct zdm_buf *out, const struct zdm_step_backfill *b)
{
    const struct zdm_step_throttle *t = &b->throttle;
    struct zdm_buf text = ZDM_BUF_INIT;

    if (b->wal_rate) {
        zdm_buf_addf(&text, "at most %.1f MB of WAL a second", (double)b->wal_rate / (1 << 20));
        zdm_add_fact_of(out, ZDM_DIM, "rate", &text);
    }
    if (t->n_replicas) {
        zdm_buf_add(&text, "only the lag of ");
        for (size_t i = 0; i < t->n_replicas; i++)
            zdm_buf_addf(&text, "%s%s",
                i == 0                  ? ""
                : i + 1 < t->n_replicas ? ", "
                                        : " and ",
                t->replicas[i]);
        zdm_buf_addf(&text, " counts; holds while %s not connected",
            t->n_replicas == 1 ? "it is" : "one of them is");
        zdm_add_fact_of(out, ZDM_DIM, "throttle", &text);
    }
    if (t->sql.text)
        zdm_add_sql_fact(out, "throttle", &t->sql);
    if (t->url) {
        zdm_buf_addf(&text, "holds unless %s answers 200", t->url);
        zdm_add_fact_of(out, ZDM_DIM, "throttle", &text);
    }
    if (t->file) {
        zdm_buf_addf(&text, "holds while the file %s is there", t->file);
        zdm_add_fact_of(out, ZDM_DIM, "throttle", &text);
    }
    if (t->source)
        zdm_add_fact(out, ZDM_DIM, "throttle", "a function of the plan, asked once a second");
}

/* The source of a hook or a map holds a line "run:" and the lines of the function, then the same for the others. */
static void
function_source(struct zdm_buf *out, const char *source)
{
    static const char *const labels[] = {"run:\n", "probe:\n", "undo:\n", "map:\n"};

    while (*source) {
        const char *end = source + strlen(source);
        for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
            size_t n = strlen(labels[i]);
            if (strncmp(source, labels[i], n) == 0) {
                zdm_add_blanks(out, ZDM_LABEL_COLUMN);
                zdm_buf_addf(out, ZDM_DIM "%.*s" ZDM_PLAIN "\n", (int)n - 2, source);
                source += n;
            }
        }
        for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
            for (const char *next = source; (next = strstr(next, labels[i])); next++) {
                if (next > source && next[-1] == '\n' && next < end)
                    end = next;
            }
        }
        zdm_add_block(out, source, (size_t)(end - source), ZDM_SQL_COLUMN, -1);
        source = end;
    }
}

static void
columns_fact(struct zdm_buf *out, const char *label, const char *const *columns, size_t n)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    for (size_t i = 0; i < n; i++)
        zdm_buf_addf(&text, "%s%s", i > 0 ? ", " : "", columns[i]);
    zdm_add_fact_of(out, ZDM_DIM, label, &text);
}

/* Who does rows that are written while it walks. */
static void
behind_fact(struct zdm_buf *out, const struct zdm_plan *plan,
    const struct zdm_step_preview *preview, size_t index)
{
    const struct zdm_step *sync = zdm_plan_sync_of(plan, index);
    struct zdm_sweep_outlook outlook;
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_sweep_outlook(&plan->steps[index].u.backfill, &outlook);
    const char *why_not = outlook.why_not || !preview ? outlook.why_not : preview->seen.no_sweep;
    if (sync)
        zdm_buf_addf(&text, "\"%s\" does rows that are written behind the cursor; ", sync->id);
    if (!why_not)
        zdm_buf_add(&text, sync ? "a final sweep proves that none is left"
                                : "a final sweep does rows that are written behind the cursor");
    else
        zdm_buf_addf(&text, "%s: %s",
            sync ? "no final sweep"
                 : "nobody does rows that are written behind the cursor: no sync, no final sweep",
            why_not);
    zdm_add_fact_of(out, sync || !why_not ? ZDM_DIM : ZDM_YELLOW, "behind", &text);
    zdm_sweep_outlook_release(&outlook);
}

/* What becomes of a row that changes its place in the walk. */
static void
twice_fact(struct zdm_buf *out, const struct zdm_step_backfill *b)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    char *twice = zdm_backfill_twice(b);

    if (twice) {
        zdm_buf_addf(&text,
            "a row whose key somebody changes meanwhile may be changed twice, or not at all (%s): "
            "where_becomes_false rules that out",
            twice);
        zdm_add_fact_of(out, ZDM_YELLOW, "keys", &text);
    }
    free(twice);
}

static void
backfill_step(struct zdm_buf *out, const struct zdm_plan *plan,
    const struct zdm_step_preview *preview, size_t index)
{
    const struct zdm_step_backfill *b = &plan->steps[index].u.backfill;
    struct zdm_buf text = ZDM_BUF_INIT;
    char low[32], high[32], target[32], lock[32], pause[32], lag[32];

    zdm_buf_addf(&text, "%s, along %s", b->table,
        b->n_key > 1   ? "("
        : b->n_key > 0 ? ""
                       : "its primary key or a unique one");
    for (size_t i = 0; i < b->n_key; i++)
        zdm_buf_addf(&text, "%s%s", i > 0 ? ", " : "", b->key[i]);
    zdm_buf_add(&text, b->n_key > 1 ? ")" : "");
    zdm_add_fact(out, ZDM_DIM, "table", text.s);
    for (size_t i = 0; i < b->n_set; i++) {
        zdm_buf_clear(&text);
        zdm_buf_addf(&text, "%s = %s", b->set[i].column, b->set[i].expr.text);
        zdm_add_fact(out, ZDM_DIM, i ? "" : "sets", text.s);
    }
    if (b->into) {
        zdm_buf_clear(&text);
        zdm_buf_addf(
            &text, "into %s%s", b->into, b->n_set > 0 ? "" : ", every column that both have");
        zdm_add_fact(out, ZDM_DIM, "copies", text.s);
        zdm_add_fact(out, ZDM_DIM, "",
            strcmp(b->on_conflict, "nothing") == 0  ? "a row that is there already stays"
            : strcmp(b->on_conflict, "update") == 0 ? "a row that is there already is overwritten"
                                                    : "a row that is there already is an error");
    } else if (b->erase) {
        zdm_add_fact(out, ZDM_DIM, "deletes", "the rows");
    }
    if (b->map) {
        columns_fact(out, "reads", b->read, b->n_read);
        columns_fact(out, "writes", b->write, b->n_write);
        function_source(out, b->map_source);
    }
    if (b->where.text)
        zdm_add_sql_fact(out, "where", &b->where);
    if (b->where_becomes_false)
        zdm_add_fact(out, ZDM_DIM, "", "each batch checks that the change makes it false");
    if (!b->where.text)
        zdm_add_fact(out, ZDM_DIM, "where", "every row");
    zdm_buf_clear(&text);
    zdm_buf_addf(&text, "of about %s, %s to %s rows; a row lock is waited for %s",
        zdm_show_duration(b->target_ms, target), zdm_show_count(b->batch_min, low),
        zdm_show_count(b->batch_max, high), zdm_show_duration(b->lock_timeout_ms, lock));
    if (b->workers > 1)
        zdm_buf_addf(&text, "; %lld at the same time", (long long)b->workers);
    if (b->stripes == 1)
        zdm_buf_add(&text, "; no stripes");
    else if (b->stripes > 1 && b->stripes != 8) /* the default says nothing */
        zdm_buf_addf(&text, "; ranges in %lld stripes", (long long)b->stripes);
    if (b->synchronous_commit)
        zdm_buf_addf(&text, "; synchronous_commit %s", b->synchronous_commit);
    if (b->pause_ms)
        zdm_buf_addf(&text, "; pause %s", zdm_show_duration(b->pause_ms, pause));
    if (b->max_lag_ms)
        zdm_buf_addf(
            &text, "; waits while a replica is %s behind", zdm_show_duration(b->max_lag_ms, lag));
    zdm_add_fact_of(out, ZDM_DIM, "batches", &text);
    behind_fact(out, plan, preview, index);
    twice_fact(out, b);
    if (b->max_quarantine) {
        zdm_buf_addf(&text, "at most %s bad row%s, with their keys and errors%s",
            zdm_show_count(b->max_quarantine, low), b->max_quarantine == 1 ? "" : "s",
            b->quarantine_values ? " and what is in them" : "");
        zdm_add_fact_of(out, ZDM_DIM, "quarantine", &text);
    }
    throttle_facts(out, b);
    zdm_add_because(out, &b->allow);
}

static void
add_approval(struct zdm_buf *text, const struct zdm_check *check)
{
    const char *n = zdm_check_option(check, "approvals"), *by = zdm_check_option(check, "by");

    zdm_buf_addf(text, "approval \"%s\"", check->id);
    if (n || by)
        zdm_buf_addf(text, " by %s%s%s", n ? n : "one", by ? " of " : "", by ? by : " people");
    if (zdm_check_option(check, "not_runner"))
        zdm_buf_add(text, ", not by who runs the plan");
}

static void
gate_step(struct zdm_buf *out, const struct zdm_step_gate *gate)
{
    char duration[32];

    for (size_t i = 0; i < gate->n_checks; i++) {
        const struct zdm_check *c = &gate->checks[i];
        struct zdm_buf text = ZDM_BUF_INIT;
        switch (c->kind) {
        case ZDM_CHECK_SOAK:
            zdm_buf_addf(&text, "%s since ", zdm_show_duration(c->soak_ms, duration));
            if (zdm_check_option(c, "since"))
                zdm_buf_addf(&text, "\"%s\"", zdm_check_option(c, "since"));
            else
                zdm_buf_add(&text, "the last step before it");
            break;
        case ZDM_CHECK_APPROVAL:
            add_approval(&text, c);
            break;
        case ZDM_CHECK_SQL:
            zdm_buf_addf(&text, "\"%s\" to be true:", c->id);
            break;
        default:
            zdm_buf_addf(&text, "%s: %s", zdm_check_kind_name(c->kind), c->shown);
        }
        zdm_add_fact_of(out, ZDM_DIM, "needs", &text);
        if (c->kind == ZDM_CHECK_SQL || (c->kind == ZDM_CHECK_FLAG && c->sql.text))
            zdm_add_sql_block(out, &c->sql, ZDM_TEXT_COLUMN + 2);
    }
}

static void
hook_step(struct zdm_buf *out, const struct zdm_step_hook *hook)
{
    if (hook->source)
        function_source(out, hook->source);
    zdm_add_fact(out, ZDM_DIM, "runs",
        hook->transaction ? "Lua, in one transaction with its journal row"
                          : "Lua, outside a transaction");
}

static void
add_argv(struct zdm_buf *out, const char *const *argv, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            zdm_buf_addc(out, ' ');
        zdm_add_shell_word(out, argv[i]);
    }
}

static void
command_step(struct zdm_buf *out, const struct zdm_step_command *command)
{
    struct zdm_buf text = ZDM_BUF_INIT, probe = ZDM_BUF_INIT;
    char duration[32];

    add_argv(&text, command->argv, command->n_argv);
    zdm_add_fact_of(out, ZDM_DIM, "runs", &text);
    if (command->n_probe) {
        add_argv(&probe, command->probe, command->n_probe);
        zdm_add_fact_of(out, ZDM_DIM, "probe", &probe);
    }
    if (command->timeout_ms)
        zdm_add_fact(out, ZDM_DIM, "timeout", zdm_show_duration(command->timeout_ms, duration));
    zdm_add_fact(out, ZDM_DIM, "again",
        command->idempotent ? "may simply run again after an interruption"
        : command->n_probe  ? "after an interruption its probe tells whether it is done"
                            : "after an interruption zdm stops and asks");
}

void
zdm_render_step(struct zdm_buf *out, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, const struct zdm_step_preview *preview, size_t index)
{
    const struct zdm_step *step = &plan->steps[index];

    if (step->why)
        zdm_add_fact(out, ZDM_DIM, "why", step->why);
    switch (step->kind) {
    case ZDM_STEP_SQL:
        zdm_render_sql_step(out, step, report, index);
        break;
    case ZDM_STEP_BACKFILL:
        backfill_step(out, plan, preview, index);
        zdm_add_undo_fact(out, &report->undos[index]);
        break;
    case ZDM_STEP_GATE:
        gate_step(out, &step->u.gate);
        break;
    case ZDM_STEP_HOOK:
        hook_step(out, &step->u.hook);
        zdm_add_undo_fact(out, &report->undos[index]);
        break;
    case ZDM_STEP_COMMAND:
        command_step(out, &step->u.command);
        zdm_add_undo_fact(out, &report->undos[index]);
        break;
    }
    struct zdm_buf text = ZDM_BUF_INIT;
    zdm_add_locking(&text, plan, report, index);
    if (text.len)
        zdm_add_fact(out, ZDM_DIM, "waits", text.s);
    zdm_buf_release(&text);
}
