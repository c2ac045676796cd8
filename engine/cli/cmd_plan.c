#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/signals.h"
#include "base/text.h"
#include "catalog/copy.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/load.h"
#include "cli/planned_rows.h"
#include "cli/preview.h"
#include "cli/psql.h"
#include "cli/render_plan.h"
#include "cli/target_catalog.h"
#include "gate/gate.h"
#include "ledger/ledger.h"
#include "pg/conn.h"
#include "run/status.h"

/* A plan as it is shown; status and previews NULL: offline. */
struct view {
    const char *path;
    const struct zdm_loaded *loaded;
    const struct zdm_plan_status *status;
    const struct zdm_previews *previews;
    bool back;  /* the way back is asked for */
    bool sound; /* the plan is: what its errors are about is the target */
};

static void
print_json(struct zdm_io *io, const struct view *v)
{
    zdm_json_print(&io->out,
        zdm_json_plan(v->path, v->loaded->plan, &v->loaded->report, v->status, v->previews,
            &v->loaded->errors),
        false);
}

static void
print_markdown(struct zdm_io *io, const struct view *v)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_markdown_plan(&text, v->path, v->loaded->plan, &v->loaded->report, v->status, v->previews,
        &v->loaded->errors, v->sound);
    zdm_io_write_raw(&io->out, &text);
    zdm_buf_release(&text);
}

static void
print_sql(struct zdm_io *io, const struct view *v)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    if (v->back)
        zdm_psql_back(&text, v->loaded->plan, &v->loaded->report, v->status);
    else
        zdm_psql_plan(&text, v->loaded->plan, &v->loaded->report, v->status);
    zdm_io_write_raw(&io->out, &text);
    zdm_buf_release(&text);
}

static void
print_text(struct zdm_io *io, const struct view *v)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_render_plan(&text, v->loaded->plan, &v->loaded->report, v->status, v->previews);
    zdm_io_write(&io->out, &text);
    zdm_buf_release(&text);
}

static const struct format {
    const char *name;
    void (*print)(struct zdm_io *io, const struct view *v);
    bool holds_errors; /* they are part of what is printed, and not on stderr */
    bool
        on_mismatch; /* it has something to show when the target is another one than the plan thinks */
} formats[] = {
    {"text", print_text, false, true},
    {"json", print_json, true, true},
    {"markdown", print_markdown, true, true},
    {"sql", print_sql, false, false},
};

static const struct format *
format_of(const struct zdm_args *args)
{
    const char *name = zdm_args_get(args, ZDM_OPT_PLAN_FORMAT);

    for (size_t i = 0; name && i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return &formats[0];
}

/* Prints it; returns the exit code that its errors ask for. */
static int
show(struct zdm_io *io, const struct format *format, const struct view *v,
    struct zdm_errlist *errors, bool broken)
{
    if (format->holds_errors || (!broken && (errors->count == 0 || format->on_mismatch)))
        format->print(io, v);
    if (errors->count == 0)
        return 0;
    return format->holds_errors ? zdm_errlist_exit_code(errors) : zdm_io_fail_list(io, errors);
}

/* 0: it was not asked for. */
static int
sample_rows(const struct zdm_args *args, int64_t *rows, struct zdm_err *err)
{
    const char *n = zdm_args_get(args, ZDM_OPT_SAMPLE);

    *rows = 0;
    if (!n || (zdm_parse_i64(n, rows) && *rows >= 1 && *rows <= ZDM_SAMPLE_MOST))
        return 0;
    zdm_fail(err, ZDM_ERR_USAGE, "--sample takes a number of rows, not \"%s\"", n);
    return zdm_err_hint(err, "such as --sample 1000, at most %d", ZDM_SAMPLE_MOST);
}

static int
check_options(const struct zdm_args *args, bool online, struct zdm_err *err)
{
    int64_t rows;

    if (zdm_args_has(args, ZDM_OPT_OFFLINE) && zdm_args_has(args, ZDM_OPT_DB))
        return zdm_fail(err, ZDM_ERR_USAGE, "--offline and --db exclude each other");
    if (zdm_args_has(args, ZDM_OPT_SCHEMA) && zdm_args_has(args, ZDM_OPT_DB)) {
        zdm_fail(err, ZDM_ERR_USAGE, "--db and --schema exclude each other");
        return zdm_err_hint(err, "the catalog comes from one of them");
    }
    if (zdm_args_has(args, ZDM_OPT_SHOW_VALUES) && !zdm_args_has(args, ZDM_OPT_SAMPLE))
        return zdm_fail(err, ZDM_ERR_USAGE, "--show-values is for rows of --sample");
    const char *format = zdm_args_get(args, ZDM_OPT_PLAN_FORMAT);
    if (zdm_args_has(args, ZDM_OPT_WAY_BACK) && (!format || strcmp(format, "sql") != 0)) {
        zdm_fail(err, ZDM_ERR_USAGE, "--rollback is for --format sql");
        return zdm_err_hint(err, "zdm rollback PLAN --dry-run shows the way back of what was run");
    }
    if (zdm_args_has(args, ZDM_OPT_SAMPLE) && !online) {
        zdm_fail(err, ZDM_ERR_USAGE, "--sample needs a database whose rows to try");
        return zdm_err_hint(err, "name it: --db DSN");
    }
    return sample_rows(args, &rows, err);
}

static int
preview(const char *conninfo, const struct zdm_args *args, struct zdm_loaded *loaded,
    struct zdm_plan_status *status, struct zdm_previews *previews, struct zdm_err *err)
{
    struct zdm_preview_options options = {
        .ledger = zdm_ledger_default_path(zdm_args_get(args, ZDM_OPT_LEDGER)),
        .values = zdm_args_has(args, ZDM_OPT_SHOW_VALUES),
    };
    struct zdm_conn *conn;

    if (sample_rows(args, &options.sample, err) < 0 ||
        zdm_conn_open(conninfo, "zdm/plan", &conn, err) < 0)
        return -1;
    int rc = zdm_gate_check_zones(conn, loaded->plan, err);
    if (rc == 0)
        rc = zdm_previews_read(conn, loaded, status, &options, previews, err);
    if (rc == 0)
        rc = zdm_status_meet(conn, loaded->plan, &loaded->report, status, err);
    if (rc == 0)
        rc = zdm_planned_rows(conn, loaded, status, previews->arena, err);
    zdm_conn_close(conn);
    return rc;
}

/* What stands in the target, and the plan judged by what is there. *where owned. -1: it could not be asked; 0 with
 * errors of the plan in `loaded`. */
static int
look(const struct zdm_args *args, struct zdm_loaded *loaded, struct zdm_plan_status *status,
    struct zdm_previews *previews, char **where, struct zdm_err *err)
{
    char *conninfo = zdm_target_conninfo(zdm_args_get(args, ZDM_OPT_DB));
    const char *ledger = zdm_ledger_default_path(zdm_args_get(args, ZDM_OPT_LEDGER));
    struct zdm_catalog *catalog;
    int rc = -1;

    zdm_signals_install();
    if (zdm_status_read(conninfo, loaded->plan, NULL, status, err) < 0)
        goto out;
    if (zdm_target_catalog(conninfo, ledger, &catalog, where, err) < 0) {
        zdm_status_release(status, loaded->plan->n_steps);
        goto out;
    }
    bool *done = zdm_steps_in_catalog(loaded->plan, status);
    struct zdm_sql_context *context = zdm_sql_context_on(catalog, 0);
    zdm_load_check(loaded, context, done);
    zdm_sql_context_free(context);
    free(done);
    rc = loaded->errors.count ? 0 : preview(conninfo, args, loaded, status, previews, err);
    if (rc < 0) {
        zdm_status_release(status, loaded->plan->n_steps);
        free(*where);
        *where = NULL;
    }
out:
    free(conninfo);
    if (rc < 0) {
        char *hint =
            zdm_strf("%s%szdm plan --offline does not connect: without sizes, times and state",
                err->hint ? err->hint : "", err->hint ? "\n" : "");
        zdm_err_hint(err, "%s", hint);
        free(hint);
    }
    return rc;
}

static int
load_on_target(const struct zdm_args *args, const char *path, struct zdm_loaded *loaded)
{
    char *conninfo = zdm_target_conninfo(zdm_args_get(args, ZDM_OPT_DB));
    int rc = zdm_load_file(conninfo, zdm_args_get(args, ZDM_OPT_LEDGER), path, loaded);

    free(conninfo);
    return rc;
}

/* By the schema of a file alone: recipes read it, and it judges the plan. -1: it could not be made; errors of the plan
 * are in `loaded`. */
static int
load_on_schema(const char *file, const char *path, struct zdm_loaded *loaded, struct zdm_err *err)
{
    struct zdm_schema_copy *copy;
    struct zdm_catalog *catalog;

    zdm_signals_install();
    if (zdm_schema_copy_open(NULL, file, &copy, err) < 0)
        return -1;
    const char *conninfo = zdm_schema_copy_conninfo(copy);
    int rc = zdm_schema_catalog(conninfo, &catalog, err);
    if (rc == 0) {
        struct zdm_sql_context *context = zdm_sql_context_on(catalog, 0);
        if (zdm_load_file(conninfo, NULL, path, loaded) == 0)
            zdm_load_check(loaded, context, NULL);
        zdm_sql_context_free(context);
    }
    zdm_schema_copy_close(copy);
    return rc;
}

int
zdm_cmd_plan(const struct zdm_args *args, struct zdm_io *io)
{
    const char *schema = zdm_args_get(args, ZDM_OPT_SCHEMA);
    const char *path = zdm_args_word(args, 0);
    struct zdm_plan_status status = {.where = NULL};
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_previews previews = ZDM_PREVIEWS_INIT;
    struct zdm_loaded loaded;
    bool online = !schema && zdm_target_is_named(args);
    char *where = NULL;
    int code = 0;

    if (check_options(args, online, &err) < 0)
        return zdm_io_fail(io, &err);
    if (schema) {
        if (load_on_schema(schema, path, &loaded, &err) < 0)
            return zdm_io_fail(io, &err);
    } else if (!online) {
        zdm_load(NULL, path, &loaded);
    } else if (load_on_target(args, path, &loaded) == 0 &&
               look(args, &loaded, &status, &previews, &where, &err) < 0) {
        zdm_previews_release(&previews);
        zdm_loaded_release(&loaded);
        return zdm_io_fail(io, &err);
    }
    online = online && loaded.plan;
    bool broken = loaded.errors.count > 0;
    if (!broken && status.problem.code != ZDM_OK)
        zdm_err_move(zdm_errlist_add(&loaded.errors), &status.problem);
    /* A script for psql does not make what this is about, or asks itself. */
    bool stops = !broken && previews.stop.code != ZDM_OK && format_of(args)->on_mismatch;
    if (stops)
        zdm_err_move(zdm_errlist_add(&loaded.errors), &previews.stop);
    if (online && !broken && where && !io->json) { /* with what the role could not see */
        free(status.where);
        status.where = where;
        where = NULL;
    }
    bool looked = online && !broken;
    struct view view = {path, &loaded, looked ? &status : NULL, looked ? &previews : NULL,
        zdm_args_has(args, ZDM_OPT_WAY_BACK), stops};
    code = show(io, format_of(args), &view, &loaded.errors, broken);
    if (code == 0)
        code = zdm_previews_exit_code(&previews);
    if (online)
        zdm_status_release(&status, loaded.plan->n_steps);
    zdm_previews_release(&previews);
    zdm_loaded_release(&loaded);
    free(where);
    return code;
}
