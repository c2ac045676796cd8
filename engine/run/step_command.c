#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/spawn.h"
#include "pg/conn.h"
#include "run/alone.h"

enum { PROBE_TIMEOUT_MS = 60 * 1000 };

static int
spawn(struct zdm_session *s, const struct zdm_step *step, const char *const *argv,
    int64_t timeout_ms, struct zdm_work_watch *watch, int *status, char **output,
    struct zdm_err *err)
{
    const char *conninfo = s->options->conninfo;
    char *plan = zdm_strf("ZDM_PLAN=%s", s->plan->name);
    char *id = zdm_strf("ZDM_STEP=%s", step->id);
    char *url = conninfo[0] ? zdm_strf("ZDM_DATABASE_URL=%s", conninfo) : NULL;
    const char *env[] = {plan, id, url, NULL};
    int rc = zdm_spawn_wait(
        &(struct zdm_spawn){
            .argv = argv,
            .env = env,
            .capture = true,
            .timeout_ms = timeout_ms,
            .new_session = true,
            .quiet_stdin = true,
            .tick_ms = watch ? ZDM_WORK_EVERY_MS : 0,
            .tick = zdm_work_tick,
            .tick_self = watch,
        },
        status, output, err);
    free(plan);
    free(id);
    free(url);
    if (rc < 0)
        return zdm_err_at(err, step->at);
    /* What it printed is told and recorded; it knows the target's password from its environment. */
    if (*output) {
        char *shown = zdm_conninfo_hide(conninfo, *output);
        free(*output);
        *output = shown;
    }
    return 0;
}

static int
command_settled(struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_alone_look *look, bool *done, struct zdm_err *err)
{
    (void)look;
    int status;
    char *output = NULL;
    *done = false;
    if (step->u.command.n_probe == 0)
        return 0;
    if (spawn(s, step, step->u.command.probe, PROBE_TIMEOUT_MS, NULL, &status, &output, err) < 0)
        return -1;
    free(output);
    *done = status == 0;
    return 0;
}

static void
tell_output(struct zdm_session *s, const struct zdm_step *step, const char *output)
{
    for (const char *line = output; line && *line;) {
        size_t n = strcspn(line, "\n");
        if (n > 0)
            zdm_session_say(s, ZDM_EVENT_NOTE, "info", step, "%.*s", (int)n, line);
        line += n + (line[n] == '\n');
    }
}

static int
run_program(struct zdm_session *s, const struct zdm_step *step, const char *const *argv,
    struct zdm_work_watch *watch, struct zdm_err *err)
{
    int status;
    char *output = NULL;
    if (spawn(s, step, argv, step->u.command.timeout_ms, watch, &status, &output, err) < 0)
        return -1;
    ZDM_FAIL_HERE(COMMAND_AFTER);
    if (status == 0) {
        tell_output(s, step, output);
        free(output);
        return 0;
    }
    zdm_fail(err, ZDM_ERR_FAILED, "command \"%s\" of step \"%s\" exited with %d", argv[0], step->id,
        status);
    if (output && output[0])
        zdm_err_detail(err, "its output ends with:\n%s", output);
    zdm_err_hint(err, "mend what it complains about and %s again: the command runs again",
        s->undoing ? "roll back" : "run the plan");
    free(output);
    return zdm_err_at(err, step->at);
}

static int
command_work(struct zdm_session *s, const struct zdm_step *step, struct zdm_work_watch *watch,
    struct zdm_err *err)
{
    return run_program(s, step, step->u.command.argv, watch, err);
}

int
zdm_step_command_undo(struct zdm_session *s, const struct zdm_step *step,
    struct zdm_work_watch *watch, struct zdm_err *err)
{
    return run_program(s, step, step->u.command.undo, watch, err);
}

int
zdm_step_command_run(struct zdm_session *s, size_t index, struct zdm_err *err)
{
    return zdm_alone_run(s, &s->plan->steps[index],
        &(struct zdm_alone){.settled = command_settled, .work = command_work}, err);
}
