#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/signals.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/load.h"
#include "cli/render_error.h"
#include "cli/render_verify.h"
#include "ledger/ledger.h"
#include "pg/conn.h"
#include "pg/journal.h"
#include "run/runner.h"

static int
print(struct zdm_io *io, const struct zdm_verification *found)
{
    int code = found->mismatches ? zdm_err_exit_code(ZDM_ERR_MISMATCH) : 0;

    if (io->json) {
        json_t *object = zdm_json_verification(found);
        json_object_set_new(object, "exit_code", json_integer(code));
        zdm_json_print(&io->out, object, false);
        return code;
    }
    struct zdm_buf text = ZDM_BUF_INIT;
    zdm_render_verification(&text, found);
    zdm_io_write(&io->out, &text);
    zdm_buf_release(&text);
    return code;
}

static int
verify(const struct zdm_args *args, struct zdm_io *io, const struct zdm_plan *const *plans)
{
    char *conninfo = zdm_target_conninfo(zdm_args_get(args, ZDM_OPT_DB)), *who = zdm_whoami();
    const struct zdm_verify_options options = {
        .conninfo = conninfo,
        .ledger_path = zdm_ledger_default_path(zdm_args_get(args, ZDM_OPT_LEDGER)),
        .plans = plans,
        .n_plans = args->n_words,
        .rows = zdm_args_has(args, ZDM_OPT_VERIFY_ROWS),
        .accept = args->values[ZDM_OPT_ACCEPT],
        .n_accept = args->n_values[ZDM_OPT_ACCEPT],
        .accept_all = zdm_args_has(args, ZDM_OPT_ACCEPT_ALL),
        .because = zdm_args_get(args, ZDM_OPT_BECAUSE),
        .who = who,
    };
    struct zdm_verification found;
    struct zdm_err err = ZDM_ERR_INIT;
    int code;

    zdm_signals_install();
    if (zdm_verify(&options, &found, &err) < 0) {
        code = zdm_io_fail(io, &err);
    } else {
        code = print(io, &found);
        zdm_io_warn(io, zdm_journal_published_words(found.published));
        zdm_verification_release(&found);
    }
    free(conninfo);
    free(who);
    return code;
}

static int
check_options(const struct zdm_args *args, struct zdm_err *err)
{
    bool accepts = zdm_args_has(args, ZDM_OPT_ACCEPT) || zdm_args_has(args, ZDM_OPT_ACCEPT_ALL);
    const char *because = zdm_args_get(args, ZDM_OPT_BECAUSE);

    if (zdm_args_has(args, ZDM_OPT_VERIFY_ROWS) && args->n_words == 0) {
        zdm_fail(err, ZDM_ERR_USAGE, "--rows needs the plan whose backfills are meant");
        return zdm_err_hint(err, "zdm verify PLAN --rows");
    }
    if (accepts == (because && because[strspn(because, " \t\r\n")]))
        return 0;
    zdm_fail(err, ZDM_ERR_USAGE,
        accepts ? "what is accepted needs a reason: why is it wanted?"
                : "--because is the reason of --accept or --accept-all");
    if (accepts)
        zdm_err_hint(err, "--because \"...\": it stands in zdm.accepted of the target");
    return -1;
}

int
zdm_cmd_verify(const struct zdm_args *args, struct zdm_io *io)
{
    struct zdm_loaded *loaded = zdm_alloc((args->n_words + 1) * sizeof *loaded);
    const struct zdm_plan **plans = zdm_alloc((args->n_words + 1) * sizeof *plans);
    struct zdm_errlist errors = ZDM_ERRLIST_INIT;
    struct zdm_err err = ZDM_ERR_INIT;
    int code;

    if (check_options(args, &err) < 0)
        zdm_err_move(zdm_errlist_add(&errors), &err);
    for (size_t i = 0; i < args->n_words; i++) {
        if (zdm_load(args, args->words[i], &loaded[i]) < 0)
            zdm_errlist_append(&errors, &loaded[i].errors);
        plans[i] = loaded[i].plan;
    }
    code = errors.count ? zdm_io_fail_list(io, &errors) : verify(args, io, plans);
    for (size_t i = 0; i < args->n_words; i++)
        zdm_loaded_release(&loaded[i]);
    free(loaded);
    free(plans);
    return code;
}
