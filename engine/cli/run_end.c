#include "cli/run_end.h"

#include "base/clock.h"
#include "cli/json.h"

int
zdm_run_end_json(struct zdm_io *io, const struct zdm_watch *watch, const struct zdm_plan *plan,
    const struct zdm_errlist *errors)
{
    int code = zdm_errlist_exit_code(errors);
    json_t *object = json_object();

    json_object_set_new(object, "at", zdm_json_time(zdm_now_ms()));
    json_object_set_new(object, "event", json_string("run-end"));
    json_object_set_new(object, "level", json_string(code == 0 || code == 3 ? "info" : "error"));
    json_object_set_new(object, "plan", zdm_json_text(plan ? plan->name : NULL));
    json_object_set_new(object, "message",
        zdm_json_text(code                    ? errors->items[0].message
                      : watch && watch->until ? "stopped"
                      : watch && watch->undo  ? "rolled back"
                                              : "done"));
    json_object_set_new(object, "elapsed_ms", json_integer(watch ? watch->elapsed_ms : 0));
    json_object_set_new(object, "quarantined", json_integer(watch ? watch->quarantined : 0));
    json_object_set_new(object, "exit_code", json_integer(code));
    json_object_set_new(object, "errors", zdm_json_errors(errors));
    zdm_json_print(&io->out, object, true);
    return code;
}

int
zdm_run_end_with_errors(struct zdm_io *io, const struct zdm_watch *watch,
    const struct zdm_plan *plan, struct zdm_errlist *errors)
{
    int code;

    if (!io->json)
        return zdm_io_fail_list(io, errors);
    code = zdm_run_end_json(io, watch, plan, errors);
    zdm_errlist_release(errors);
    return code;
}

int
zdm_run_end_with_error(struct zdm_io *io, const struct zdm_watch *watch,
    const struct zdm_plan *plan, struct zdm_err *err)
{
    struct zdm_errlist one = ZDM_ERRLIST_INIT;

    zdm_err_move(zdm_errlist_add(&one), err);
    return zdm_run_end_with_errors(io, watch, plan, &one);
}
