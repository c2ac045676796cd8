#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/spawn.h"
#include "base/text.h"
#include "gate/gate.h"
#include "pg/conn_info.h"

#define SHOWN_MOST 200

/* The last line of what it printed says why. */
static const char *
last_line(char *output)
{
    size_t n = output ? strlen(output) : 0;

    while (n > 0 && (output[n - 1] == '\n' || output[n - 1] == '\r'))
        output[--n] = '\0';
    for (; n > 0; n--)
        if (output[n - 1] == '\n')
            return output + n;
    return output ? output : "";
}

int
zdm_gate_look_command(const struct zdm_gate_question *g, const struct zdm_check *check,
    struct zdm_check_result *out, struct zdm_err *err)
{
    const char *conninfo = zdm_conn_conninfo(g->conn);
    char *output = NULL;
    int status;

    char *plan = zdm_strf("ZDM_PLAN=%s", g->plan->name);
    char *step = zdm_strf("ZDM_STEP=%s", g->plan->steps[g->index].id);
    char *url = conninfo[0] ? zdm_strf("ZDM_DATABASE_URL=%s", conninfo) : NULL;
    int rc = zdm_spawn_wait(
        &(struct zdm_spawn){
            .argv = check->argv,
            .env = (const char *const[]){plan, step, url, NULL},
            .capture = true,
            .timeout_ms = zdm_check_number(check, "timeout"),
            .new_session = true,
            .quiet_stdin = true,
            .stopped = g->stopped,
            .stopped_self = g->self,
        },
        &status, &output, err);
    free(plan);
    free(step);
    free(url);
    if (rc < 0)
        return zdm_gate_blame(g, check, err);
    /* It knows the target's password from its environment. */
    char *said = zdm_conninfo_hide(conninfo, last_line(output));
    out->open = status == 0;
    out->seen = *said ? zdm_strf("exited with %d: %.*s", status,
                            zdm_whole_characters(said, SHOWN_MOST), said)
                      : zdm_strf("exited with %d", status);
    if (!out->open)
        out->todo = zdm_strf("run the plan again when %s", check->shown);
    free(said);
    free(output);
    return 0;
}
