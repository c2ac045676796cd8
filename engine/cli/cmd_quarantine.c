#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/signals.h"
#include "base/text.h"
#include "batch/quarantine.h"
#include "cli/again.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/layout.h"
#include "cli/load.h"
#include "cli/plan_name.h"
#include "cli/render_run.h"
#include "cli/render_status.h"
#include "ledger/ledger.h"
#include "pg/conn.h"
#include "pg/journal.h"
#include "run/retry.h"

static void
add_row(struct zdm_buf *out, const struct zdm_bad_row *row)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_buf_addf(&text, "%s %s", row->sqlstate, row->message);
    if (row->tries > 1)
        zdm_buf_addf(&text, " (failed %lld times)", (long long)row->tries);
    zdm_buf_addf(out, "  " ZDM_BOLD "%s" ZDM_PLAIN "  " ZDM_DIM, row->key);
    zdm_add_time(out, row->at_ms);
    zdm_buf_add(out, ZDM_PLAIN "\n    ");
    zdm_add_wrapped(out, text.s, 4, ZDM_COLUMNS);
    zdm_buf_addc(out, '\n');
    if (row->row_values)
        zdm_buf_addf(out, "    %s\n", row->row_values);
    zdm_buf_release(&text);
}

static void
print_text(struct zdm_io *io, const struct zdm_args *args, const char *plan, const char *where,
    const struct zdm_bad_rows *rows)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    const char *word = zdm_args_word(args, 1);
    char count[32];

    zdm_buf_addf(&text, ZDM_BOLD "%s" ZDM_PLAIN ": %s row%s in quarantine\non %s\n", plan,
        rows->count ? zdm_show_count((int64_t)rows->count, count) : "no",
        rows->count == 1 ? "" : "s", where);
    for (size_t i = 0; i < rows->count; i++) {
        const struct zdm_bad_row *row = &rows->items[i], *before = i > 0 ? row - 1 : NULL;
        if (!before || strcmp(before->step, row->step) != 0 ||
            strcmp(before->relation, row->relation) != 0)
            zdm_buf_addf(&text, "\n%s: rows of %s\n", row->step, row->relation);
        add_row(&text, row);
    }
    if (rows->count && strcmp(word, plan) != 0) { /* a file: retry takes no name */
        zdm_buf_add(&text, "\nwhen they are corrected:\n  ");
        zdm_add_again(&text, args, "quarantine retry", NULL, 1, &word);
        zdm_buf_addc(&text, '\n');
    }
    zdm_io_write(&io->out, &text);
    zdm_buf_release(&text);
}

static json_t *
parsed(const char *text)
{
    json_t *value = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;

    return value ? value : zdm_json_text(text);
}

static void
print_json(struct zdm_io *io, const char *plan, const char *where, const struct zdm_bad_rows *rows)
{
    json_t *object = json_object(), *array = json_array();

    for (size_t i = 0; i < rows->count; i++) {
        const struct zdm_bad_row *row = &rows->items[i];
        json_t *one = json_object();
        json_object_set_new(one, "step", zdm_json_text(row->step));
        json_object_set_new(one, "relation", zdm_json_text(row->relation));
        json_object_set_new(one, "key", zdm_json_text(row->key));
        json_object_set_new(one, "key_columns", parsed(row->key_columns));
        json_object_set_new(one, "sqlstate", zdm_json_text(row->sqlstate));
        json_object_set_new(one, "message", zdm_json_text(row->message));
        json_object_set_new(one, "values", parsed(row->row_values));
        json_object_set_new(one, "tries", json_integer(row->tries));
        json_object_set_new(one, "at", zdm_json_time(row->at_ms));
        json_array_append_new(array, one);
    }
    json_object_set_new(object, "plan", zdm_json_text(plan));
    json_object_set_new(object, "target", zdm_json_text(where));
    json_object_set_new(object, "rows", array);
    zdm_json_print(&io->out, object, false);
}

/* Without a zdm schema, or with an old one, there are none. */
static int
read_rows(const struct zdm_args *args, const char *plan, char **where, struct zdm_bad_rows *rows,
    struct zdm_err *err)
{
    char *conninfo = zdm_target_conninfo(zdm_args_get(args, ZDM_OPT_DB));
    struct zdm_conn *conn = NULL;
    bool there = false;
    int rc = -1;

    if (zdm_conn_open(conninfo, "zdm/quarantine", &conn, err) < 0 ||
        zdm_journal_exists(conn, &there, err) < 0 ||
        (there && zdm_quarantine_exists(conn, &there, err) < 0) ||
        (there && zdm_quarantine_read(conn, plan, zdm_args_get(args, ZDM_OPT_STEP),
                      zdm_args_get(args, ZDM_OPT_KEY), rows, err) < 0))
        goto out;
    *where = zdm_strdup(zdm_conn_where(conn));
    rc = 0;
out:
    zdm_conn_close(conn);
    free(conninfo);
    return rc;
}

static int
list(const struct zdm_args *args, struct zdm_io *io)
{
    struct zdm_errlist errors = ZDM_ERRLIST_INIT;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_bad_rows rows = {.count = 0};
    char *plan = zdm_plan_name(zdm_args_word(args, 1), NULL, 0, &errors), *where = NULL;
    int code = 0;

    if (!plan)
        return zdm_io_fail_list(io, &errors);
    if (read_rows(args, plan, &where, &rows, &err) < 0)
        code = zdm_io_fail(io, &err);
    else if (io->json)
        print_json(io, plan, where, &rows);
    else
        print_text(io, args, plan, where, &rows);
    zdm_bad_rows_release(&rows);
    free(where);
    free(plan);
    return code;
}

static void
print_event(void *self, const struct zdm_event *event)
{
    struct zdm_io *io = self;
    struct zdm_buf text = ZDM_BUF_INIT;

    if (!io->json)
        zdm_render_event(&text, event);
    zdm_io_write(&io->out, &text);
    zdm_io_flush(&io->out);
    zdm_buf_release(&text);
}

static void
print_left(
    struct zdm_io *io, const struct zdm_args *args, const struct zdm_plan *plan, int64_t left)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    char count[32];

    if (left == 0) {
        zdm_buf_add(&text, ZDM_GREEN "done" ZDM_PLAIN ": quarantine is empty\n\nnext:\n  ");
        zdm_add_again(&text, args, "run", NULL, 1, &plan->file);
    } else {
        zdm_buf_addf(&text, "%s row%s left in quarantine:\n  ", zdm_show_count(left, count),
            left == 1 ? " is" : "s are");
        zdm_add_again(&text, args, "quarantine list", NULL, 1, &plan->file);
    }
    zdm_buf_addc(&text, '\n');
    zdm_io_write(&io->out, &text);
    zdm_buf_release(&text);
}

static void
print_retried(
    struct zdm_io *io, const struct zdm_plan *plan, const struct zdm_retried *retried, int64_t left)
{
    json_t *object = json_object(), *steps = json_array();

    for (size_t i = 0; i < plan->n_steps; i++) {
        const struct zdm_retried *r = &retried[i];
        if (r->done + r->unneeded + r->failed == 0)
            continue;
        json_t *step = json_object();
        json_object_set_new(step, "step", zdm_json_text(plan->steps[i].id));
        json_object_set_new(step, "changed", json_integer(r->done));
        json_object_set_new(step, "unneeded", json_integer(r->unneeded));
        json_object_set_new(step, "failed", json_integer(r->failed));
        json_array_append_new(steps, step);
    }
    json_object_set_new(object, "plan", zdm_json_text(plan->name));
    json_object_set_new(object, "steps", steps);
    json_object_set_new(object, "left", json_integer(left));
    zdm_json_print(&io->out, object, false);
}

static int
retry_plan(const struct zdm_args *args, struct zdm_io *io, const struct zdm_loaded *loaded)
{
    const struct zdm_plan *plan = loaded->plan;
    char *conninfo = zdm_target_conninfo(zdm_args_get(args, ZDM_OPT_DB)), *who = zdm_whoami();
    struct zdm_retried *retried = zdm_alloc((plan->n_steps + 1) * sizeof *retried);
    struct zdm_err err = ZDM_ERR_INIT;
    const struct zdm_retry_options options = {
        .conninfo = conninfo,
        .ledger_path = zdm_ledger_default_path(zdm_args_get(args, ZDM_OPT_LEDGER)),
        .who = who,
        .step = zdm_args_get(args, ZDM_OPT_STEP),
        .key = zdm_args_get(args, ZDM_OPT_KEY),
        .host = zdm_plan_file_host(loaded->file),
        .observer = {.self = io, .see = print_event},
    };
    int64_t left = 0;
    int code = 0;

    if (zdm_retry(plan, &loaded->report, &options, retried, &left, &err) < 0) {
        code = zdm_io_fail(io, &err);
    } else {
        if (io->json)
            print_retried(io, plan, retried, left);
        else
            print_left(io, args, plan, left);
        for (size_t i = 0; i < plan->n_steps; i++)
            code = retried[i].failed > 0 ? 1 : code;
    }
    free(retried);
    free(who);
    free(conninfo);
    return code;
}

static int
retry(const struct zdm_args *args, struct zdm_io *io)
{
    struct zdm_loaded loaded;
    int code;

    if (zdm_load(args, zdm_args_word(args, 1), &loaded) < 0)
        code = zdm_io_fail_list(io, &loaded.errors);
    else
        code = retry_plan(args, io, &loaded);
    zdm_loaded_release(&loaded);
    return code;
}

int
zdm_cmd_quarantine(const struct zdm_args *args, struct zdm_io *io)
{
    const char *what = zdm_args_word(args, 0);
    struct zdm_err err = ZDM_ERR_INIT;

    zdm_signals_install();
    if (strcmp(what, "list") == 0)
        return list(args, io);
    if (strcmp(what, "retry") == 0)
        return retry(args, io);
    zdm_fail(&err, ZDM_ERR_USAGE, "zdm quarantine does not know \"%s\"", what);
    zdm_err_hint(&err, "say list or retry, then the plan");
    return zdm_io_fail(io, &err);
}
