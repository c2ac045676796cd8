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
#include "run/approve.h"
#include "run/runner.h"

#define NOTE_MAX 4000 /* bytes */

static void
print_text(struct zdm_io *io, const struct zdm_args *args, const struct zdm_plan *plan,
    const struct zdm_approve_options *options, const struct zdm_approved *approved)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_buf_addf(&text, ZDM_GREEN "%s" ZDM_PLAIN "  \"%s\" of gate \"%s\"",
        approved->already ? "approved before" : "approved", approved->item, options->gate);
    if (approved->already)
        zdm_buf_addf(&text, " by %s; nothing was changed\n",
            approved->by ? approved->by : "somebody unknown");
    else
        zdm_buf_addf(&text, " by %s: %s\n", options->who, options->note);
    if (approved->missing) {
        zdm_buf_addf(&text, "%lld of %lld approvals; still missing: ", (long long)approved->given,
            (long long)approved->needed);
        zdm_add_wrapped(&text, approved->missing, 2, ZDM_COLUMNS);
        zdm_buf_addc(&text, '\n');
    } else {
        zdm_buf_add(&text, "\nnext:\n  ");
        zdm_add_again(&text, args, "run", NULL, 1, &plan->file);
        zdm_buf_addc(&text, '\n');
    }
    zdm_io_write(&io->out, &text);
    zdm_buf_release(&text);
}

static void
print_json(struct zdm_io *io, const struct zdm_plan *plan,
    const struct zdm_approve_options *options, const struct zdm_approved *approved)
{
    json_t *object = json_object();
    bool already = approved->already;

    json_object_set_new(object, "plan", zdm_json_text(plan->name));
    json_object_set_new(object, "gate", zdm_json_text(options->gate));
    json_object_set_new(object, "item", zdm_json_text(approved->item));
    json_object_set_new(object, "already", json_boolean(already));
    json_object_set_new(object, "by", zdm_json_text(already ? approved->by : options->who));
    json_object_set_new(object, "note", zdm_json_text(already ? NULL : options->note));
    json_object_set_new(object, "needed", json_integer(approved->needed));
    json_object_set_new(object, "given", json_integer(approved->given));
    json_object_set_new(object, "missing", zdm_json_text(approved->missing));
    json_object_set_new(object, "published", zdm_json_text(approved->published));
    zdm_json_print(&io->out, object, false);
}

static int
approve(const struct zdm_args *args, struct zdm_io *io, const struct zdm_plan *plan)
{
    char *conninfo = zdm_target_conninfo(zdm_args_get(args, ZDM_OPT_DB));
    char *who = zdm_whoami();
    struct zdm_approved approved = {.item = NULL};
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_approve_options options = {
        .conninfo = conninfo,
        .ledger_path = zdm_ledger_default_path(zdm_args_get(args, ZDM_OPT_LEDGER)),
        .gate = zdm_args_word(args, 1),
        .item = zdm_args_word(args, 2),
        .note = zdm_args_get(args, ZDM_OPT_NOTE),
        .who = who,
    };
    int code = 0;

    zdm_signals_install();
    if (zdm_approve(plan, &options, &approved, &err) < 0)
        code = zdm_io_fail(io, &err);
    else if (io->json)
        print_json(io, plan, &options, &approved);
    else
        print_text(io, args, plan, &options, &approved);
    if (code == 0)
        zdm_io_warn(io, zdm_journal_published_words(approved.published));
    zdm_approved_release(&approved);
    free(who);
    free(conninfo);
    return code;
}

static int
check_note(const struct zdm_args *args, struct zdm_err *err)
{
    const char *note = zdm_args_get(args, ZDM_OPT_NOTE);
    struct zdm_buf again = ZDM_BUF_INIT;

    if (note && strlen(note) > NOTE_MAX) {
        zdm_fail(err, ZDM_ERR_USAGE, "the note is %zu bytes long, and %d are the most",
            strlen(note), NOTE_MAX);
        return zdm_err_hint(
            err, "every status and log shows it: say the rest where the note can point to");
    }
    if (note && note[strspn(note, " \t\r\n")])
        return 0;
    zdm_add_again(&again, args, "approve", "--note \"...\"", args->n_words, args->words);
    zdm_fail(err, ZDM_ERR_USAGE, "an approval needs a note: why is it given?");
    zdm_err_hint(err, "%s", again.s);
    zdm_buf_release(&again);
    return -1;
}

int
zdm_cmd_approve(const struct zdm_args *args, struct zdm_io *io)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_loaded loaded;
    int code;

    if (check_note(args, &err) < 0)
        return zdm_io_fail(io, &err);
    if (zdm_load(args, zdm_args_word(args, 0), &loaded) < 0)
        code = zdm_io_fail_list(io, &loaded.errors);
    else
        code = approve(args, io, loaded.plan);
    zdm_loaded_release(&loaded);
    return code;
}
