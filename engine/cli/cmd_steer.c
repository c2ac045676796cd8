#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/signals.h"
#include "cli/again.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/layout.h"
#include "cli/plan_name.h"
#include "cli/render_status.h"
#include "ledger/ledger.h"
#include "pg/conn.h"
#include "pg/journal.h"
#include "run/runner.h"
#include "run/steer.h"

#define NOTE_MAX 4000 /* bytes */

static void
print_json(struct zdm_io *io, const char *plan, const struct zdm_order *order,
    const struct zdm_steered *done)
{
    json_t *object = json_object();

    json_object_set_new(object, "plan", zdm_json_text(plan));
    json_object_set_new(object, "target", zdm_json_text(done->where));
    json_object_set_new(object, "order", json_string(zdm_order_name(order->kind)));
    json_object_set_new(object, "changed", json_boolean(done->changed));
    json_object_set_new(object, "running", json_boolean(done->running));
    json_object_set_new(object, "through", json_string(done->socket ? "socket" : "target"));
    json_object_set_new(object, "paused", zdm_json_paused(&done->control));
    json_object_set_new(object, "tuned", zdm_json_tuned(&done->control));
    json_object_set_new(object, "published", zdm_json_text(done->published));
    zdm_json_print(&io->out, object, false);
}

/* What the run does about it, and when. */
static const char *
effect(enum zdm_order_kind kind, const struct zdm_steered *done)
{
    switch (kind) {
    case ZDM_ORDER_PAUSE:
        return !done->running ? "nobody runs it now; a run that is started exits with 6"
               : done->socket
                   ? "its run stops behind the batch or step that it is in"
                   : "its run stops within a second, behind the batch or step that it is in";
    case ZDM_ORDER_RESUME:
        return !done->running ? "nobody runs it now"
               : done->socket ? "its run goes on"
                              : "its run goes on within a second";
    case ZDM_ORDER_CANCEL:
        return done->control.cancel_now ? "its run cancels what it is doing and ends"
                                        : "its run ends behind the batch or step that it is in";
    case ZDM_ORDER_TUNE:
        return !done->running ? "from the next run on"
               : done->socket ? "from the next batch on"
                              : "within a second";
    }
    zdm_die("an order of no kind");
}

static void
print_text(struct zdm_io *io, const struct zdm_args *args, const char *plan,
    const struct zdm_order *order, const struct zdm_steered *done)
{
    static const char *const did[] = {"paused", "resumed", "cancelled", "tuned"};
    static const char *const was[] = {
        "paused before", "not paused", "cancelled before", "as it was"};
    enum zdm_order_kind kind = order->kind;
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_buf_addf(&text, ZDM_GREEN "%s" ZDM_PLAIN "  %s on %s",
        done->changed ? did[kind] : was[kind], plan, done->where);
    zdm_buf_addf(&text, ": %s\n", effect(kind, done));
    zdm_add_control(&text, &done->control);
    if ((kind == ZDM_ORDER_PAUSE || kind == ZDM_ORDER_CANCEL) ||
        (kind == ZDM_ORDER_RESUME && !done->running)) {
        zdm_buf_add(&text, "\nto go on:\n  ");
        zdm_add_again(&text, args, kind == ZDM_ORDER_PAUSE ? "resume" : "run", NULL, args->n_words,
            args->words);
        zdm_buf_addc(&text, '\n');
    }
    zdm_io_write(&io->out, &text);
    zdm_buf_release(&text);
}

static int
give(const struct zdm_args *args, struct zdm_io *io, const char *plan, struct zdm_order *order)
{
    char *conninfo = zdm_target_conninfo(zdm_args_get(args, ZDM_OPT_DB));
    struct zdm_steer_options options = {
        .conninfo = conninfo,
        .ledger_path = zdm_ledger_default_path(zdm_args_get(args, ZDM_OPT_LEDGER)),
        .plan = plan,
    };
    struct zdm_steered done;
    struct zdm_err err = ZDM_ERR_INIT;
    int code = 0;

    zdm_signals_install();
    if (zdm_steer(&options, order, &done, &err) < 0) {
        code = zdm_io_fail(io, &err);
    } else {
        if (io->json)
            print_json(io, plan, order, &done);
        else
            print_text(io, args, plan, order, &done);
        zdm_io_warn(io, zdm_journal_published_words(done.published));
        zdm_steered_release(&done);
    }
    free(conninfo);
    return code;
}

/* Takes what is in *order. */
static int
steer(const struct zdm_args *args, struct zdm_io *io, struct zdm_order *order)
{
    struct zdm_errlist errors = ZDM_ERRLIST_INIT;
    char *name = zdm_plan_name_of(args, &errors);
    int code;

    order->who = zdm_whoami();
    code = name ? give(args, io, name, order) : zdm_io_fail_list(io, &errors);
    free(name);
    zdm_order_release(order);
    return code;
}

int
zdm_cmd_pause(const struct zdm_args *args, struct zdm_io *io)
{
    const char *note = zdm_args_get(args, ZDM_OPT_NOTE);
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_order order;

    if (note && strlen(note) > NOTE_MAX) {
        zdm_fail(&err, ZDM_ERR_USAGE, "the note is %zu bytes long, and %d are the most",
            strlen(note), NOTE_MAX);
        zdm_err_hint(&err, "every status shows it: say the rest where the note can point to");
        return zdm_io_fail(io, &err);
    }
    zdm_order_init(&order, ZDM_ORDER_PAUSE);
    order.note = zdm_strdup(note);
    return steer(args, io, &order);
}

int
zdm_cmd_resume(const struct zdm_args *args, struct zdm_io *io)
{
    struct zdm_order order;

    zdm_order_init(&order, ZDM_ORDER_RESUME);
    return steer(args, io, &order);
}

int
zdm_cmd_cancel(const struct zdm_args *args, struct zdm_io *io)
{
    struct zdm_order order;

    zdm_order_init(&order, ZDM_ORDER_CANCEL);
    order.now = zdm_args_has(args, ZDM_OPT_NOW);
    return steer(args, io, &order);
}

int
zdm_cmd_tune(const struct zdm_args *args, struct zdm_io *io)
{
    static const enum zdm_option_id ids[ZDM_KNOBS] = {
        [ZDM_KNOB_TARGET] = ZDM_OPT_TARGET_MS,
        [ZDM_KNOB_WORKERS] = ZDM_OPT_WORKERS,
        [ZDM_KNOB_MAX_LAG] = ZDM_OPT_MAX_LAG,
        [ZDM_KNOB_WAL_RATE] = ZDM_OPT_WAL_RATE,
        [ZDM_KNOB_STRIPES] = ZDM_OPT_STRIPES,
    };
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_order order;
    bool any = false;

    zdm_order_init(&order, ZDM_ORDER_TUNE);
    for (int i = 0; i < ZDM_KNOBS; i++) {
        const char *text = zdm_args_get(args, ids[i]);
        any = any || text;
        if (text && zdm_knob_parse((enum zdm_knob)i, text, &order.knobs[i], &err) < 0)
            return zdm_io_fail(io, &err);
    }
    if (!any) {
        zdm_fail(&err, ZDM_ERR_USAGE, "nothing to tune");
        zdm_err_hint(&err, "say what: --target-ms, --workers, --max-lag, --wal-rate or --stripes");
        return zdm_io_fail(io, &err);
    }
    return steer(args, io, &order);
}
