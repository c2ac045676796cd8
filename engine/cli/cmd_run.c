#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/signals.h"
#include "base/text.h"
#include "cli/again.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/layout.h"
#include "cli/load.h"
#include "cli/run_end.h"
#include "cli/watch.h"
#include "ledger/ledger.h"
#include "pg/conn.h"
#include "pg/sandbox.h"
#include "pg/sandbox_setup.h"
#include "run/runner.h"

static int
check_options(const struct zdm_args *args, struct zdm_err *err)
{
    bool sandbox = zdm_args_has(args, ZDM_OPT_SANDBOX);

    if (sandbox && zdm_args_has(args, ZDM_OPT_DB)) {
        zdm_fail(err, ZDM_ERR_USAGE, "--sandbox and --db exclude each other");
        return zdm_err_hint(err, "a sandbox is a server of its own, thrown away at the end");
    }
    if (!sandbox && zdm_args_has(args, ZDM_OPT_SETUP)) {
        zdm_fail(err, ZDM_ERR_USAGE, "--setup is for a sandbox");
        return zdm_err_hint(err, "add --sandbox, or run the file with psql yourself");
    }
    return zdm_watch_check(args, err);
}

static void
say_closed(
    struct zdm_buf *out, const struct zdm_args *args, const struct zdm_watch *watch, bool sandbox)
{
    zdm_buf_addf(out, "\nstopped at the closed gate \"%s\"; ", watch->closed);
    if (!sandbox) {
        zdm_buf_addf(out, "next:\n%s", watch->next_steps.s);
        return;
    }
    zdm_buf_add(out, "the sandbox ends here\n"
                     "to go on behind it, run, approve and run again in one that stays:\n"
                     "  zdm sandbox");
    for (size_t i = 0; i < args->n_values[ZDM_OPT_SETUP]; i++) {
        zdm_buf_add(out, " --setup ");
        zdm_add_shell_word(out, args->values[ZDM_OPT_SETUP][i]);
    }
    zdm_buf_add(out, " -- bash\n");
}

/* Who tries a plan for the first time meets this one first. */
static void
hint_empty_sandbox(const struct zdm_args *args, struct zdm_err *err)
{
    bool missing = strcmp(err->sqlstate, "42P01") == 0 || strcmp(err->sqlstate, "3F000") == 0;

    if (missing && !err->hint && zdm_args_has(args, ZDM_OPT_SANDBOX) &&
        !zdm_args_has(args, ZDM_OPT_SETUP))
        zdm_err_hint(err, "a sandbox is empty: make what the plan expects with --setup FILE.sql");
}

static void
say_interrupted(
    struct zdm_buf *out, const struct zdm_args *args, const struct zdm_watch *watch, bool sandbox)
{
    const struct zdm_plan *plan = watch->plan;

    zdm_buf_add(out, watch->cancelled ? watch->cancelled : "interrupted");
    if (!sandbox) {
        zdm_buf_add(out, "; this resumes:\n  ");
        zdm_add_again(out, args, "run", NULL, 1, &plan->file);
    }
    zdm_buf_addc(out, '\n');
}

static void
say_quarantined(struct zdm_buf *out, const struct zdm_args *args, const struct zdm_watch *watch)
{
    char count[32];

    if (watch->quarantined == 0)
        return;
    zdm_buf_addf(out,
        ZDM_YELLOW "%s row%s in quarantine" ZDM_PLAIN ", as they were; to look at %s:\n  ",
        zdm_show_count(watch->quarantined, count), watch->quarantined == 1 ? "" : "s",
        watch->quarantined == 1 ? "it" : "them");
    zdm_add_again(out, args, "quarantine list", NULL, 1, &watch->plan->file);
    zdm_buf_addc(out, '\n');
}

static void
say_done(struct zdm_buf *out, const struct zdm_watch *watch)
{
    char text[32];

    zdm_buf_addf(
        out, "\n" ZDM_GREEN "%s" ZDM_PLAIN ": ", watch->until ? "stopped as asked" : "done");
    if (watch->n_done)
        zdm_buf_addf(out, "%zu step%s in %s", watch->n_done, watch->n_done == 1 ? "" : "s",
            zdm_show_duration(watch->elapsed_ms, text));
    else
        zdm_buf_add(out, "nothing was left to do");
    if (watch->n_skipped)
        zdm_buf_addf(out, "; %zu done before", watch->n_skipped);
    zdm_buf_addc(out, '\n');
}

/* What remains to be said when a run has ended; returns the exit code. */
static int
end_run(const struct zdm_args *args, struct zdm_io *io, struct zdm_watch *watch, int rc,
    struct zdm_err *err)
{
    bool sandbox = zdm_args_has(args, ZDM_OPT_SANDBOX);
    struct zdm_buf text = ZDM_BUF_INIT;
    int code = rc < 0 ? zdm_err_exit_code(err->code) : 0;
    struct zdm_err trouble = ZDM_ERR_INIT;

    if (zdm_metrics_end(&watch->metrics, code, &trouble) < 0) {
        zdm_buf_addf(&text, ZDM_YELLOW "warning" ZDM_PLAIN ": %s\n", trouble.message);
        zdm_io_write(&io->err, &text);
        zdm_err_clear(&trouble);
    }
    if (rc < 0)
        hint_empty_sandbox(args, err);
    if (io->json) {
        struct zdm_errlist none = ZDM_ERRLIST_INIT;
        return rc < 0 ? zdm_run_end_with_error(io, watch, watch->plan, err)
                      : zdm_run_end_json(io, watch, watch->plan, &none);
    }
    zdm_watch_clear_line(watch);
    if (rc == 0) {
        say_done(&text, watch);
        say_quarantined(&text, args, watch);
        zdm_io_write(&io->out, &text);
    } else if (err->code == ZDM_ERR_CLOSED && watch->closed) {
        say_closed(&text, args, watch, sandbox);
        say_quarantined(&text, args, watch);
        zdm_io_write(&io->out, &text);
    } else if (err->code == ZDM_ERR_INTERRUPTED) {
        zdm_io_flush(&io->out);
        say_interrupted(&text, args, watch, sandbox);
        zdm_io_write(&io->err, &text);
    } else {
        zdm_io_fail(io, err);
    }
    zdm_err_clear(err);
    zdm_buf_release(&text);
    return code;
}

static int
run_on(const struct zdm_args *args, struct zdm_io *io, const struct zdm_loaded *loaded,
    const char *conninfo, const char *ledger)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_watch watch;
    char *who = zdm_whoami();

    zdm_watch_init(&watch, io, args, loaded->plan);
    struct zdm_run_options options = {
        .conninfo = conninfo,
        .ledger_path = ledger,
        .until = zdm_args_get(args, ZDM_OPT_UNTIL),
        .wait = zdm_args_has(args, ZDM_OPT_WAIT),
        .who = who,
        .described = loaded->described,
        .host = zdm_plan_file_host(loaded->file),
        .observer = zdm_watch_observer(&watch),
    };
    int rc = zdm_run(loaded->plan, &loaded->report, &options, &err);
    int code = end_run(args, io, &watch, rc, &err);
    zdm_watch_release(&watch);
    free(who);
    return code;
}

static int
load_failed(struct zdm_io *io, struct zdm_loaded *loaded)
{
    return zdm_run_end_with_errors(io, NULL, loaded->plan, &loaded->errors);
}

static int
check_in_nothing(struct zdm_loaded *loaded)
{
    struct zdm_sql_context *context = zdm_sql_context_new();
    int rc = zdm_load_check(loaded, context, NULL);

    zdm_sql_context_free(context);
    return rc;
}

/* What is wrong with a plan is said before a server is started for it. */
static int
load_for_sandbox(const char *word, struct zdm_loaded *loaded)
{
    if (zdm_load_file(NULL, NULL, word, loaded) < 0)
        return -1;
    return zdm_plan_file_undescribed(loaded->file) ? 0 : check_in_nothing(loaded);
}

/* Recipes read what the setup made. */
static int
load_in_sandbox(const char *conninfo, const struct zdm_args *args, struct zdm_loaded *loaded)
{
    if (!zdm_plan_file_undescribed(loaded->file))
        return 0;
    zdm_loaded_release(loaded);
    if (zdm_load_file(conninfo, NULL, zdm_args_word(args, 0), loaded) < 0)
        return -1;
    return check_in_nothing(loaded);
}

static int
run_in_sandbox(const struct zdm_args *args, struct zdm_io *io, struct zdm_loaded *loaded)
{
    struct zdm_sandbox *sandbox = NULL;
    struct zdm_err err = ZDM_ERR_INIT;
    int code;

    if (zdm_sandbox_start(NULL, &sandbox, &err) < 0)
        return zdm_run_end_with_error(io, NULL, loaded->plan, &err);

    const char *conninfo = zdm_sandbox_conninfo(sandbox);
    if (zdm_sandbox_setup(
            conninfo, args->values[ZDM_OPT_SETUP], args->n_values[ZDM_OPT_SETUP], &err) < 0) {
        code = zdm_run_end_with_error(io, NULL, loaded->plan, &err);
    } else if (load_in_sandbox(conninfo, args, loaded) < 0) {
        code = load_failed(io, loaded);
    } else {
        const char *given = zdm_args_get(args, ZDM_OPT_LEDGER);
        char *inside = zdm_strf("%s/ledger/ledger.db", zdm_sandbox_folder(sandbox));
        code = run_on(args, io, loaded, conninfo, given ? given : inside);
        free(inside);
    }
    zdm_sandbox_stop(sandbox);
    return code;
}

int
zdm_cmd_run(const struct zdm_args *args, struct zdm_io *io)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_loaded loaded;
    int code;

    if (check_options(args, &err) < 0)
        return zdm_run_end_with_error(io, NULL, NULL, &err);
    bool sandbox = zdm_args_has(args, ZDM_OPT_SANDBOX);
    int rc = sandbox ? load_for_sandbox(zdm_args_word(args, 0), &loaded)
                     : zdm_load(args, zdm_args_word(args, 0), &loaded);
    if (rc < 0) {
        code = load_failed(io, &loaded);
        zdm_loaded_release(&loaded);
        return code;
    }
    zdm_signals_install();
    if (sandbox) {
        code = run_in_sandbox(args, io, &loaded);
    } else {
        char *conninfo = zdm_target_conninfo(zdm_args_get(args, ZDM_OPT_DB));
        code = run_on(args, io, &loaded, conninfo,
            zdm_ledger_default_path(zdm_args_get(args, ZDM_OPT_LEDGER)));
        free(conninfo);
    }
    zdm_loaded_release(&loaded);
    return code;
}
