#include <stdlib.h>
#include <string.h>

#include "base/signals.h"
#include "cli/again.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/layout.h"
#include "cli/load.h"
#include "ledger/ledger.h"
#include "pg/conn.h"
#include "pg/journal.h"
#include "run/resolve.h"
#include "run/runner.h"

#define BECAUSE_MAX 4000 /* bytes */

static void
print(struct zdm_io *io, const struct zdm_args *args, const struct zdm_plan *plan,
    const struct zdm_resolve_options *options, const char *was, const char *published)
{
    if (io->json) {
        json_t *object = json_object();
        json_object_set_new(object, "plan", zdm_json_text(plan->name));
        json_object_set_new(object, "step", zdm_json_text(options->step));
        json_object_set_new(object, "done", json_boolean(options->done));
        json_object_set_new(object, "was", zdm_json_text(was));
        json_object_set_new(object, "by", zdm_json_text(options->who));
        json_object_set_new(object, "because", zdm_json_text(options->because));
        json_object_set_new(object, "published", zdm_json_text(published));
        zdm_json_print(&io->out, object, false);
        return;
    }
    struct zdm_buf text = ZDM_BUF_INIT;
    zdm_buf_addf(&text, ZDM_GREEN "%s" ZDM_PLAIN "  step \"%s\" by %s: %s\n",
        options->done ? "done" : "not done", options->step, options->who, options->because);
    zdm_buf_addf(&text, "the journal had: %s\n\nnext:\n  ", was);
    zdm_add_again(&text, args, "run", NULL, 1, &plan->file);
    zdm_buf_addc(&text, '\n');
    zdm_io_write(&io->out, &text);
    zdm_buf_release(&text);
}

static int
resolve(const struct zdm_args *args, struct zdm_io *io, const struct zdm_plan *plan)
{
    char *conninfo = zdm_target_conninfo(zdm_args_get(args, ZDM_OPT_DB));
    char *who = zdm_whoami();
    const struct zdm_resolve_options options = {
        .conninfo = conninfo,
        .ledger_path = zdm_ledger_default_path(zdm_args_get(args, ZDM_OPT_LEDGER)),
        .step = zdm_args_word(args, 1),
        .done = zdm_args_has(args, ZDM_OPT_DONE),
        .because = zdm_args_get(args, ZDM_OPT_BECAUSE),
        .who = who,
    };
    struct zdm_err err = ZDM_ERR_INIT;
    const char *was = NULL;
    char *published = NULL;
    int code = 0;

    zdm_signals_install();
    if (zdm_resolve(plan, &options, &was, &published, &err) < 0)
        code = zdm_io_fail(io, &err);
    else
        print(io, args, plan, &options, was, published);
    if (code == 0)
        zdm_io_warn(io, zdm_journal_published_words(published));
    free(published);
    free(who);
    free(conninfo);
    return code;
}

static int
check_options(const struct zdm_args *args, struct zdm_err *err)
{
    const char *because = zdm_args_get(args, ZDM_OPT_BECAUSE);

    if (zdm_args_has(args, ZDM_OPT_DONE) == zdm_args_has(args, ZDM_OPT_NOT_DONE)) {
        zdm_fail(err, ZDM_ERR_USAGE, "is the step done or not?");
        return zdm_err_hint(err, "say one of --done and --not-done");
    }
    if (!because || !because[strspn(because, " \t\r\n")]) {
        zdm_fail(err, ZDM_ERR_USAGE, "the answer needs a reason: how do you know?");
        return zdm_err_hint(err, "--because \"...\": it stands in the journal and the log");
    }
    if (strlen(because) > BECAUSE_MAX)
        return zdm_fail(err, ZDM_ERR_USAGE, "the reason is %zu bytes long, and %d are the most",
            strlen(because), BECAUSE_MAX);
    return 0;
}

int
zdm_cmd_resolve(const struct zdm_args *args, struct zdm_io *io)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_loaded loaded;
    int code;

    if (check_options(args, &err) < 0)
        return zdm_io_fail(io, &err);
    if (zdm_load(args, zdm_args_word(args, 0), &loaded) < 0)
        code = zdm_io_fail_list(io, &loaded.errors);
    else
        code = resolve(args, io, loaded.plan);
    zdm_loaded_release(&loaded);
    return code;
}
