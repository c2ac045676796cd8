#include "run/approve.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/buf.h"
#include "base/failpoint.h"
#include "base/mem.h"
#include "base/text.h"
#include "gate/gate.h"
#include "ledger/ledger.h"
#include "pg/conn.h"
#include "pg/journal.h"

static int
no_such_gate(const struct zdm_plan *plan, const char *gate, struct zdm_err *err)
{
    struct zdm_buf gates = ZDM_BUF_INIT;
    for (size_t i = 0; i < plan->n_steps; i++)
        if (plan->steps[i].kind == ZDM_STEP_GATE)
            zdm_buf_addf(&gates, "%s\"%s\"", gates.len ? ", " : "", plan->steps[i].id);
    zdm_fail(err, ZDM_ERR_USAGE, "plan \"%s\" has no gate \"%s\"", plan->name, gate);
    zdm_err_hint(err, gates.len ? "its gates: %s" : "the plan has no gates%s", gates.s);
    zdm_buf_release(&gates);
    return -1;
}

/* The approval meant: by name, or the only one of the gate. */
static int
find_item(const struct zdm_step *gate, const char *wanted, const struct zdm_check **item,
    struct zdm_err *err)
{
    struct zdm_buf known = ZDM_BUF_INIT;
    const struct zdm_check *only = NULL;
    size_t n = 0;
    for (size_t i = 0; i < gate->u.gate.n_checks; i++) {
        const struct zdm_check *check = &gate->u.gate.checks[i];
        if (check->kind != ZDM_CHECK_APPROVAL)
            continue;
        zdm_buf_addf(&known, "%s\"%s\"", known.len ? ", " : "", check->id);
        if (!wanted || strcmp(check->id, wanted) == 0) {
            only = check;
            n++;
        }
    }
    int rc = 0;
    if (n == 1)
        *item = only;
    else if (known.len == 0)
        rc = zdm_fail(err, ZDM_ERR_USAGE, "gate \"%s\" does not ask for an approval", gate->id);
    else if (wanted)
        rc = zdm_fail(err, ZDM_ERR_USAGE, "gate \"%s\" has no approval \"%s\"", gate->id, wanted);
    else
        rc = zdm_fail(
            err, ZDM_ERR_USAGE, "gate \"%s\" asks for %zu approvals: say which", gate->id, n);
    if (rc < 0 && known.len)
        zdm_err_hint(err, "its approvals: %s", known.s);
    zdm_buf_release(&known);
    return rc;
}

static char *
note_json(const char *note)
{
    json_t *detail = json_pack("{s:s}", "note", note);
    if (!detail)
        return NULL;
    char *text = json_dumps(detail, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(detail);
    return text;
}

static int
refuse(const struct zdm_approval_question *q, const char *who, const char *why, struct zdm_err *err)
{
    const char *by = zdm_check_option(q->check, "by");

    zdm_fail(err, ZDM_ERR_REFUSED, "%s may not give the approval \"%s\": %s %s", who, q->check->id,
        who, why);
    if (by)
        zdm_err_hint(err, "the plan names who may: %s", by);
    else
        zdm_err_hint(err, "somebody who does not run the plan has to");
    return zdm_err_at(err, q->check->at);
}

/* Inside a transaction that other approvers wait for. */
static int
approve_once(struct zdm_conn *conn, const struct zdm_approval_question *q,
    struct zdm_journal_entry *entry, struct zdm_approved *out, struct zdm_err *err)
{
    const struct zdm_journal_row *own = zdm_gate_approval_of(q, entry->who);
    const char *why = zdm_gate_may_not_approve(q, entry->who);
    struct zdm_approvals before;

    zdm_gate_approvals(q, &before);
    out->already = own != NULL || before.given >= before.needed;
    zdm_gate_approvals_release(&before);
    if (out->already) {
        const struct zdm_journal_row *row = own ? own : zdm_gate_approval_of(q, NULL);
        out->by = row ? zdm_strdup(row->who) : NULL;
        return 0;
    }
    if (why)
        return refuse(q, entry->who, why, err);
    char *item = zdm_gate_approval_of(q, NULL) ? zdm_gate_approval_item(q->check->id, entry->who)
                                               : zdm_strdup(q->check->id);
    entry->item = item;
    int rc = zdm_journal_barrier(conn, err) < 0 ? -1 : zdm_journal_write(conn, entry, err);
    free(item);
    entry->item = q->check->id;
    return rc;
}

static int
write_approval(struct zdm_conn *conn, const struct zdm_plan *plan, const struct zdm_step *gate,
    const struct zdm_check *check, const struct zdm_approve_options *options,
    struct zdm_approved *out, struct zdm_err *err)
{
    struct zdm_journal_rows rows = {0};
    struct zdm_approval_question q = {.check = check, .gate = gate->id, .rows = &rows};
    struct zdm_approvals now;
    char *detail = note_json(options->note), *runner = NULL;
    int rc = -1;
    if (!detail)
        return zdm_fail(err, ZDM_ERR_USAGE, "the note is not valid UTF-8");
    struct zdm_journal_entry entry = {
        .plan = plan->name,
        .step = gate->id,
        .state = "approved",
        .kind = "approval",
        .fingerprint = gate->fingerprint,
        .definition = gate->definition,
        .detail = detail,
        .who = options->who,
    };
    if (zdm_conn_exec(conn,
            "BEGIN; SELECT pg_catalog.pg_advisory_xact_lock("
            "pg_catalog.hashtextextended('zdm approve', 0))",
            NULL, err) < 0 ||
        zdm_journal_read(conn, plan->name, &rows, err) < 0 ||
        zdm_journal_runner(conn, plan->name, &runner, err) < 0)
        goto out;
    q.runner = runner;
    if (approve_once(conn, &q, &entry, out, err) < 0)
        goto out;
    zdm_journal_rows_release(&rows);
    if (zdm_journal_read(conn, plan->name, &rows, err) < 0 ||
        (!out->already && zdm_conn_commit(conn, err) < 0))
        goto out;
    zdm_gate_approvals(&q, &now);
    out->needed = now.needed;
    out->given = now.given;
    out->missing = zdm_strdup(now.missing);
    zdm_gate_approvals_release(&now);
    rc = 0;
out:
    zdm_conn_rollback(conn);
    zdm_journal_rows_release(&rows);
    free(runner);
    free(detail);
    return rc;
}

/* The journal has it already: what fails here is only the local record. */
static int
record(struct zdm_ledger *ledger, struct zdm_conn *conn, const struct zdm_plan *plan,
    const struct zdm_step *gate, const char *item, const struct zdm_approve_options *options,
    struct zdm_err *err)
{
    char target[33];
    int64_t id;
    if (zdm_journal_target(conn, target, err) < 0 ||
        zdm_ledger_plan_put(ledger, target, zdm_conn_where(conn), plan->name, plan->file,
            plan->fingerprint, plan->canonical, &id, err) < 0 ||
        zdm_ledger_approval_put(
            ledger, id, gate->id, item, options->who, options->note, zdm_now_ms(), err) < 0)
        return -1;
    char *message = zdm_strf("%s approved by %s: %s", item, options->who, options->note);
    int rc = zdm_ledger_event_add(ledger, id, 0, gate->id, "info", "approved", message, NULL, err);
    free(message);
    return rc;
}

int
zdm_approve(const struct zdm_plan *plan, const struct zdm_approve_options *options,
    struct zdm_approved *out, struct zdm_err *err)
{
    const struct zdm_step *gate = zdm_plan_step(plan, options->gate);
    if (!gate || gate->kind != ZDM_STEP_GATE)
        return no_such_gate(plan, options->gate, err);
    if (!options->note || !options->note[0]) {
        zdm_fail(err, ZDM_ERR_USAGE, "an approval needs a note");
        return zdm_err_hint(err, "say why in --note: it stands in the log for whoever asks later");
    }
    const struct zdm_check *check = NULL;
    if (find_item(gate, options->item, &check, err) < 0)
        return -1;

    struct zdm_approved approved = {.item = check->id};
    struct zdm_ledger *ledger = NULL;
    struct zdm_conn *conn = NULL;
    int rc = -1;
    if (zdm_ledger_open(options->ledger_path, ZDM_LEDGER_WRITE, &ledger, err) < 0 ||
        zdm_conn_open(options->conninfo, "zdm/approve", &conn, err) < 0 ||
        zdm_journal_install_for(conn, "journal", &approved.published, err) < 0 ||
        write_approval(conn, plan, gate, check, options, &approved, err) < 0)
        goto out;
    rc = 0;
    if (!approved.already) {
        ZDM_FAIL_HERE(APPROVE_AFTER);
        rc = record(ledger, conn, plan, gate, check->id, options, err);
        if (rc < 0)
            zdm_err_wrap(err, "the approval is recorded in the database, but not in the ledger");
    }
out:
    zdm_conn_close(conn);
    zdm_ledger_close(ledger);
    if (rc < 0)
        zdm_approved_release(&approved);
    else
        *out = approved;
    return rc;
}

void
zdm_approved_release(struct zdm_approved *approved)
{
    free(approved->by);
    free(approved->missing);
    free(approved->published);
    *approved = (struct zdm_approved){.item = NULL};
}
