#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/signals.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/layout.h"
#include "cli/load.h"
#include "cli/plan_name.h"
#include "cli/render_status.h"
#include "ledger/ledger.h"
#include "pg/conn.h"
#include "run/status.h"
#include "run/steer.h"

/* How its run goes, when that is one of this machine and ledger; NULL otherwise. Owned. */
static json_t *
read_live(const struct zdm_args *args, const char *conninfo, const char *plan)
{
    const struct zdm_steer_options options = {
        .conninfo = conninfo,
        .ledger_path = zdm_ledger_default_path(zdm_args_get(args, ZDM_OPT_LEDGER)),
        .plan = plan,
    };
    char *line = zdm_steer_live(&options);
    json_t *live = line ? json_loads(line, 0, NULL) : NULL;

    free(line);
    if (json_is_string(json_object_get(live, "words")))
        return live;
    json_decref(live);
    return NULL;
}

static void
add_live(struct zdm_buf *out, const json_t *live)
{
    const char *step = json_string_value(json_object_get(live, "step"));
    const char *words = json_string_value(json_object_get(live, "words"));

    if (!step || !words)
        return;
    char *line = zdm_strf("%s: %s", step, words);
    zdm_buf_add(out, "\nnow: ");
    zdm_add_wrapped(out, line, (int)strlen("now: "), ZDM_COLUMNS);
    zdm_buf_addc(out, '\n');
    free(line);
}

/* Takes what is in *status. */
static int
show(const struct zdm_args *args, struct zdm_io *io, const char *conninfo,
    const struct zdm_plan *plan, struct zdm_plan_status *status)
{
    json_t *live = status->holder ? read_live(args, conninfo, plan->name) : NULL;
    int code = zdm_err_exit_code(status->problem.code);

    if (io->json) {
        json_t *object = zdm_json_status(plan, status);
        json_object_set(object, "live", live ? live : json_null());
        zdm_json_print(&io->out, object, false);
    } else {
        struct zdm_buf text = ZDM_BUF_INIT;
        zdm_render_status(&text, args, plan, status);
        add_live(&text, live);
        zdm_io_write(&io->out, &text);
        zdm_buf_release(&text);
        if (code) {
            struct zdm_err err = ZDM_ERR_INIT;
            zdm_err_move(&err, &status->problem);
            zdm_io_fail(io, &err);
        }
    }
    json_decref(live);
    zdm_status_release(status, plan->n_steps);
    return code;
}

static int
status_of_plan(const struct zdm_args *args, struct zdm_io *io, const char *conninfo)
{
    struct zdm_plan_status status = {.where = NULL};
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_loaded loaded;
    int code;

    if (zdm_load(args, zdm_args_word(args, 0), &loaded) < 0)
        code = zdm_io_fail_list(io, &loaded.errors);
    else if (zdm_status_read(conninfo, loaded.plan, &loaded.report, &status, &err) < 0)
        code = zdm_io_fail(io, &err);
    else
        code = show(args, io, conninfo, loaded.plan, &status);
    zdm_loaded_release(&loaded);
    return code;
}

/* Its file is not here: of that plan the target tells what it knows. */
static int
status_of_name(const struct zdm_args *args, struct zdm_io *io, const char *conninfo)
{
    struct zdm_errlist errors = ZDM_ERRLIST_INIT;
    struct zdm_plan_status status = {.where = NULL};
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_plan *plan = NULL;
    char *name = zdm_plan_name_of(args, &errors);
    int code;

    if (!name)
        code = zdm_io_fail_list(io, &errors);
    else if (zdm_status_by_name(conninfo, name, &plan, &status, &err) < 0)
        code = zdm_io_fail(io, &err);
    else
        code = show(args, io, conninfo, plan, &status);
    zdm_plan_free(plan);
    free(name);
    return code;
}

static int
status_of_target(struct zdm_io *io, const char *conninfo)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_known_plan *plans;
    char *where;
    size_t n;

    if (zdm_known_plans(conninfo, &where, &plans, &n, &err) < 0)
        return zdm_io_fail(io, &err);
    if (io->json) {
        zdm_json_print(&io->out, zdm_json_known_plans(where, plans, n), false);
    } else {
        struct zdm_buf text = ZDM_BUF_INIT;
        zdm_render_known_plans(&text, where, plans, n);
        zdm_io_write(&io->out, &text);
        zdm_buf_release(&text);
    }
    zdm_known_plans_free(plans, n);
    free(where);
    return 0;
}

int
zdm_cmd_status(const struct zdm_args *args, struct zdm_io *io)
{
    char *conninfo = zdm_target_conninfo(zdm_args_get(args, ZDM_OPT_DB));
    int code;

    zdm_signals_install();
    if (args->n_words == 0)
        code = status_of_target(io, conninfo);
    else if (zdm_load_finds(zdm_args_word(args, 0)))
        code = status_of_plan(args, io, conninfo);
    else
        code = status_of_name(args, io, conninfo);
    free(conninfo);
    return code;
}
