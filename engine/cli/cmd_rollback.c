#include <stdlib.h>

#include "base/signals.h"
#include "base/text.h"
#include "cli/again.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/layout.h"
#include "cli/load.h"
#include "cli/render_undo.h"
#include "cli/run_end.h"
#include "cli/watch.h"
#include "ledger/ledger.h"
#include "pg/conn.h"
#include "run/rollback.h"

/* --dry-run: the exit code is that of the rollback, as far as it can be known. */
static int
show(struct zdm_io *io, const struct zdm_loaded *loaded, const struct zdm_rollback_view *view,
    struct zdm_err *refusal)
{
    struct zdm_errlist errors = ZDM_ERRLIST_INIT;
    int code;

    if (refusal->code != ZDM_OK)
        zdm_err_move(zdm_errlist_add(&errors), refusal);
    code = zdm_errlist_exit_code(&errors);
    if (io->json) {
        zdm_json_print(
            &io->out, zdm_json_rollback(loaded->plan, &loaded->report, view, &errors), false);
        zdm_errlist_release(&errors);
        return code;
    }
    struct zdm_buf text = ZDM_BUF_INIT;
    zdm_render_rollback(&text, loaded->plan, &loaded->report, view);
    zdm_io_write(&io->out, &text);
    zdm_buf_release(&text);
    return errors.count ? zdm_io_fail_list(io, &errors) : 0;
}

static int
end(const struct zdm_args *args, struct zdm_io *io, struct zdm_watch *watch, int rc,
    struct zdm_err *err)
{
    struct zdm_errlist none = ZDM_ERRLIST_INIT;
    struct zdm_buf text = ZDM_BUF_INIT;
    char elapsed[32];
    int code = rc < 0 ? zdm_err_exit_code(err->code) : 0;

    if (io->json)
        return rc < 0 ? zdm_run_end_with_error(io, watch, watch->plan, err)
                      : zdm_run_end_json(io, watch, watch->plan, &none);
    zdm_watch_clear_line(watch);
    if (rc == 0) {
        zdm_buf_addf(&text, "\n" ZDM_GREEN "rolled back" ZDM_PLAIN ": %zu step%s in %s\n",
            watch->n_done, watch->n_done == 1 ? "" : "s",
            zdm_show_duration(watch->elapsed_ms, elapsed));
        zdm_io_write(&io->out, &text);
    } else if (err->code == ZDM_ERR_INTERRUPTED) {
        zdm_io_flush(&io->out);
        zdm_buf_addf(
            &text, "%s; this goes on:\n  ", watch->cancelled ? watch->cancelled : "interrupted");
        zdm_add_again(&text, args, "rollback", NULL, args->n_words, args->words);
        zdm_buf_addc(&text, '\n');
        zdm_io_write(&io->err, &text);
    } else {
        zdm_io_fail(io, err);
    }
    zdm_err_clear(err);
    zdm_buf_release(&text);
    return code;
}

static int
roll_back(const struct zdm_args *args, struct zdm_io *io, const struct zdm_loaded *loaded,
    const char *conninfo, const struct zdm_rollback_options *rollback)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_watch watch;
    char *who = zdm_whoami();

    zdm_watch_init(&watch, io, args, loaded->plan);
    watch.undo = true;
    struct zdm_run_options options = {
        .conninfo = conninfo,
        .ledger_path = zdm_ledger_default_path(zdm_args_get(args, ZDM_OPT_LEDGER)),
        .who = who,
        .host = zdm_plan_file_host(loaded->file),
        .observer = zdm_watch_observer(&watch),
    };
    int rc = zdm_rollback(loaded->plan, &loaded->report, &options, rollback, &err);
    int code = end(args, io, &watch, rc, &err);
    zdm_watch_release(&watch);
    free(who);
    return code;
}

static int
look_and_roll_back(const struct zdm_args *args, struct zdm_io *io, const struct zdm_loaded *loaded,
    const char *conninfo)
{
    const struct zdm_rollback_options rollback = {
        .to = zdm_args_get(args, ZDM_OPT_TO),
        .accept_data_loss = zdm_args_has(args, ZDM_OPT_ACCEPT_DATA_LOSS),
    };
    struct zdm_rollback_view view;
    struct zdm_err err = ZDM_ERR_INIT;
    int code;

    if (zdm_rollback_look(conninfo, loaded->plan, &loaded->report, rollback.to, &view, &err) < 0)
        return zdm_run_end_with_error(io, NULL, loaded->plan, &err);
    zdm_rollback_may(&view, loaded->plan, rollback.accept_data_loss, &err);
    if (zdm_args_has(args, ZDM_OPT_DRY_RUN) || (view.n_steps == 0 && !io->json))
        code = show(io, loaded, &view, &err);
    else if (err.code != ZDM_OK)
        code = zdm_run_end_with_error(io, NULL, loaded->plan, &err);
    else if (view.n_steps == 0)
        code = zdm_run_end_json(io, NULL, loaded->plan, &(struct zdm_errlist)ZDM_ERRLIST_INIT);
    else
        code = roll_back(args, io, loaded, conninfo, &rollback);
    zdm_rollback_view_release(&view);
    return code;
}

int
zdm_cmd_rollback(const struct zdm_args *args, struct zdm_io *io)
{
    struct zdm_loaded loaded;
    int code;

    if (zdm_load(args, zdm_args_word(args, 0), &loaded) < 0) {
        code = zdm_run_end_with_errors(io, NULL, loaded.plan, &loaded.errors);
    } else {
        char *conninfo = zdm_target_conninfo(zdm_args_get(args, ZDM_OPT_DB));
        zdm_signals_install();
        code = look_and_roll_back(args, io, &loaded, conninfo);
        free(conninfo);
    }
    zdm_loaded_release(&loaded);
    return code;
}
