#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/plan_name.h"
#include "cli/render_log.h"
#include "ledger/ledger.h"
#include "pg/conn.h"
#include "pg/journal.h"

struct entry {
    const struct zdm_ledger_plan *plan;
    struct zdm_ledger_event event; /* view */
    size_t order;
};

struct log {
    struct zdm_ledger *ledger;
    struct zdm_ledger_plan *plans;
    size_t n_plans;
    struct zdm_ledger_event **lists; /* of each plan, NULL where it was not asked for */
    size_t *counts;
    struct entry *entries; /* all of them in order of time */
    size_t n_entries;
    size_t n_targets; /* that they come from */
};

static void
log_release(struct log *log)
{
    for (size_t i = 0; i < log->n_plans; i++) {
        if (log->lists && log->lists[i])
            zdm_ledger_event_list_free(log->lists[i], log->counts[i]);
    }
    free(log->lists);
    free(log->counts);
    free(log->entries);
    zdm_ledger_plan_list_free(log->plans, log->n_plans);
    zdm_ledger_close(log->ledger);
}

/* The id of the database behind --db: "" without a zdm schema. */
static int
find_target(const char *option, char target[33], struct zdm_err *err)
{
    char *conninfo = zdm_target_conninfo(option);
    struct zdm_conn *conn = NULL;
    bool exists = false;
    int rc = -1;

    if (zdm_conn_open(conninfo, "zdm/log", &conn, err) < 0 ||
        zdm_journal_exists(conn, &exists, err) < 0)
        goto out;
    *target = '\0';
    rc = exists ? zdm_journal_target(conn, target, err) : 0;
out:
    zdm_conn_close(conn);
    free(conninfo);
    return rc;
}

static int
unknown_plan(const struct log *log, const char *name, bool one_target, struct zdm_err *err)
{
    const char **names = zdm_grow(NULL, log->n_plans + 1, sizeof *names);

    for (size_t i = 0; i < log->n_plans; i++)
        names[i] = log->plans[i].name;
    const char *nearest = zdm_nearest(name, names, log->n_plans);
    free(names);
    zdm_fail(err, ZDM_ERR_USAGE, "the ledger \"%s\" knows no plan \"%s\"%s",
        zdm_ledger_path(log->ledger), name, one_target ? " of this database" : "");
    if (nearest && strcmp(nearest, name) != 0)
        return zdm_err_hint(err, "did you mean \"%s\"?", nearest);
    return zdm_err_hint(err, "the ledger holds what was run with it; zdm status asks the database");
}

static int
compare(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->event.at_ms != y->event.at_ms)
        return x->event.at_ms < y->event.at_ms ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

/* Collects the events of every plan of that name, on `target` only when it is given. */
static int
collect(struct log *log, const char *name, const char *target, struct zdm_err *err)
{
    log->lists = zdm_alloc((log->n_plans + 1) * sizeof *log->lists);
    log->counts = zdm_alloc((log->n_plans + 1) * sizeof *log->counts);
    for (size_t i = 0; i < log->n_plans; i++) {
        const struct zdm_ledger_plan *plan = &log->plans[i];
        if (strcmp(plan->name, name) != 0 || (target && strcmp(plan->target, target) != 0))
            continue;
        if (zdm_ledger_event_list(log->ledger, plan->id, &log->lists[i], &log->counts[i], err) < 0)
            return -1;
        log->n_targets++;
        log->entries =
            zdm_grow(log->entries, log->n_entries + log->counts[i] + 1, sizeof *log->entries);
        for (size_t j = 0; j < log->counts[i]; j++) {
            log->entries[log->n_entries] =
                (struct entry){.plan = plan, .event = log->lists[i][j], .order = log->n_entries};
            log->n_entries++;
        }
    }
    if (log->n_targets == 0)
        return unknown_plan(log, name, target, err);
    if (log->n_entries)
        qsort(log->entries, log->n_entries, sizeof *log->entries, compare);
    return 0;
}

static void
print(struct zdm_io *io, const struct log *log)
{
    const struct zdm_ledger_plan *plan = NULL;

    for (size_t i = 0; i < log->n_entries && !io->out.failed; i++) {
        const struct entry *e = &log->entries[i];
        if (io->json) {
            zdm_json_print(&io->out, zdm_json_log_event(e->plan, &e->event), true);
            continue;
        }
        struct zdm_buf text = ZDM_BUF_INIT;
        if (e->plan != plan && log->n_targets > 1)
            zdm_buf_addf(&text, "%son %s\n", plan ? "\n" : "", e->plan->where);
        plan = e->plan;
        zdm_render_log_event(&text, &e->event);
        zdm_io_write(&io->out, &text);
        zdm_buf_release(&text);
    }
}

int
zdm_cmd_log(const struct zdm_args *args, struct zdm_io *io)
{
    const char *path = zdm_ledger_default_path(zdm_args_get(args, ZDM_OPT_LEDGER));
    const char *db = zdm_args_get(args, ZDM_OPT_DB);
    struct zdm_errlist errors = ZDM_ERRLIST_INIT;
    struct zdm_err err = ZDM_ERR_INIT;
    struct log log = {.ledger = NULL};
    char target[33];
    int code = 0;

    if (zdm_ledger_open(path, ZDM_LEDGER_INSPECT, &log.ledger, &err) < 0 ||
        zdm_ledger_plan_list(log.ledger, &log.plans, &log.n_plans, &err) < 0 ||
        (db && find_target(db, target, &err) < 0)) {
        code = zdm_io_fail(io, &err);
    } else {
        char *name = zdm_plan_name(zdm_args_word(args, 0), log.plans, log.n_plans, &errors);
        if (!name)
            code = zdm_io_fail_list(io, &errors);
        else if (collect(&log, name, db ? target : NULL, &err) < 0)
            code = zdm_io_fail(io, &err);
        else
            print(io, &log);
        free(name);
    }
    log_release(&log);
    return code;
}
