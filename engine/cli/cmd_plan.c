#include <stdlib.h>

#include "base/mem.h"
#include "base/signals.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/load.h"
#include "cli/render_plan.h"
#include "pg/conn.h"
#include "run/status.h"

static bool
is_set(const char *variable)
{
    const char *value = getenv(variable);

    return value && *value;
}

/* Connecting is for those who asked: a review needs no database. */
static bool
target_is_named(const struct zdm_args *args)
{
    if (zdm_args_has(args, ZDM_OPT_OFFLINE))
        return false;
    return zdm_args_has(args, ZDM_OPT_DB) || is_set("ZDM_DATABASE_URL") || is_set("DATABASE_URL");
}

static int
print_json(struct zdm_io *io, const char *path, const struct zdm_loaded *loaded,
    const struct zdm_plan_status *status)
{
    zdm_json_print(&io->out,
        zdm_json_plan(path, loaded->plan, &loaded->report, status, &loaded->errors), false);
    return zdm_errlist_exit_code(&loaded->errors);
}

int
zdm_cmd_plan(const struct zdm_args *args, struct zdm_io *io)
{
    const char *path = zdm_args_word(args, 0);
    struct zdm_plan_status status = {.where = NULL};
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_loaded loaded;
    bool online = target_is_named(args);
    int code = 0;

    if (zdm_args_has(args, ZDM_OPT_OFFLINE) && zdm_args_has(args, ZDM_OPT_DB)) {
        zdm_fail(&err, ZDM_ERR_USAGE, "--offline and --db exclude each other");
        return zdm_io_fail(io, &err);
    }
    if (zdm_load(path, &loaded) < 0) {
        code =
            io->json ? print_json(io, path, &loaded, NULL) : zdm_io_fail_list(io, &loaded.errors);
        zdm_loaded_release(&loaded);
        return code;
    }
    if (online) {
        char *conninfo = zdm_target_conninfo(zdm_args_get(args, ZDM_OPT_DB));
        zdm_signals_install();
        int rc = zdm_status_read(conninfo, loaded.plan, &status, &err);
        free(conninfo);
        if (rc < 0) {
            if (!err.hint)
                zdm_err_hint(&err, "zdm plan --offline does not connect");
            zdm_loaded_release(&loaded);
            return zdm_io_fail(io, &err);
        }
    }

    if (status.problem.code != ZDM_OK)
        zdm_err_move(zdm_errlist_add(&loaded.errors), &status.problem);
    if (io->json) {
        code = print_json(io, path, &loaded, online ? &status : NULL);
    } else {
        struct zdm_buf text = ZDM_BUF_INIT;
        zdm_render_plan(&text, loaded.plan, &loaded.report, online ? &status : NULL);
        zdm_io_write(&io->out, &text);
        zdm_buf_release(&text);
        if (loaded.errors.count)
            code = zdm_io_fail_list(io, &loaded.errors);
    }
    if (online)
        zdm_status_release(&status, loaded.plan->n_steps);
    zdm_loaded_release(&loaded);
    return code;
}
