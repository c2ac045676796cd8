#include "base/signals.h"
#include "cli/cmd_sandbox.h"
#include "cli/commands.h"

int
zdm_cmd_sandbox(const struct zdm_args *args, struct zdm_io *io)
{
    struct zdm_err err = ZDM_ERR_INIT;
    int status;

    zdm_signals_install();
    if (zdm_sandbox_command(args->values[ZDM_OPT_SETUP], args->n_values[ZDM_OPT_SETUP],
            zdm_args_has(args, ZDM_OPT_TCP), args->words, &status, &err) < 0)
        return zdm_io_fail(io, &err);
    return status;
}
