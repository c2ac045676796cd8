#include "cli/watch.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/again.h"
#include "cli/json.h"
#include "cli/preview.h"
#include "cli/layout.h"
#include "cli/locking.h"
#include "cli/render_run.h"
#include "cli/render_work.h"

enum { PROGRESS_EVERY_MS = 10000, PROGRESS_EVERY_LEAST_MS = 100 };

int
zdm_watch_check(const struct zdm_args *args, struct zdm_err *err)
{
    const char *every = zdm_args_get(args, ZDM_OPT_PROGRESS_EVERY);
    int64_t ms;

    if (!every || (zdm_parse_duration_ms(every, &ms) && ms >= PROGRESS_EVERY_LEAST_MS))
        return 0;
    zdm_fail(
        err, ZDM_ERR_USAGE, "--progress-every takes a time of at least 100ms, not \"%s\"", every);
    return zdm_err_hint(err, "write it as a plan does: 500ms, 10s, 5min");
}

void
zdm_watch_init(struct zdm_watch *watch, struct zdm_io *io, const struct zdm_args *args,
    const struct zdm_plan *plan)
{
    *watch = (struct zdm_watch){
        .io = io,
        .args = args,
        .plan = plan,
        .live = ZDM_BUF_INIT,
        .next_steps = ZDM_BUF_INIT,
    };
    const char *every = zdm_args_get(args, ZDM_OPT_PROGRESS_EVERY);
    if (!every || !zdm_parse_duration_ms(every, &watch->progress_every_ms))
        watch->progress_every_ms = PROGRESS_EVERY_MS;
    zdm_metrics_init(&watch->metrics, zdm_args_get(args, ZDM_OPT_METRICS), plan);
}

void
zdm_watch_release(struct zdm_watch *watch)
{
    zdm_metrics_release(&watch->metrics);
    zdm_buf_release(&watch->live);
    zdm_buf_release(&watch->next_steps);
    free(watch->closed);
    free(watch->cancelled);
    watch->closed = watch->cancelled = NULL;
}

static int
columns_of(FILE *file)
{
    const char *variable = getenv("COLUMNS");
    struct winsize size;
    int64_t n;

    if (ioctl(fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    if (variable && zdm_parse_i64(variable, &n) && n > 0 && n < 1000)
        return (int)n;
    return ZDM_COLUMNS;
}

/* Control sequences of our own go around zdm_io_write, which lets none through. A terminal that
 * cannot be written to is reported when the command ends. */
static void
draw(struct zdm_watch *watch, const char *text)
{
    if (fputs(text, watch->io->out.file) == EOF && !watch->io->out.failed)
        watch->io->out.failed = EIO;
    zdm_io_flush(&watch->io->out);
}

void
zdm_watch_clear_line(struct zdm_watch *watch)
{
    if (watch->live.len == 0)
        return;
    draw(watch, "\r\033[K");
    zdm_buf_clear(&watch->live);
}

static void
draw_live(struct zdm_watch *watch, const struct zdm_event *event)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    int columns = columns_of(watch->io->out.file);
    if (event->work)
        zdm_render_live_work(&text, event->step, event->work, columns);
    else
        zdm_render_live(&text, event->step, event->progress, columns);
    zdm_buf_clear(&watch->live);
    zdm_buf_addc(&watch->live, '\r');
    zdm_paint(&watch->live, text.s, watch->io->out.color);
    zdm_buf_add(&watch->live, "\033[K");
    draw(watch, watch->live.s);
    zdm_buf_release(&text);
}

/* A line above the live one, which stays when its step goes on. */
static void
print_line(struct zdm_watch *watch, const struct zdm_event *event)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    bool ends = event->kind == ZDM_EVENT_STEP_DONE || event->kind == ZDM_EVENT_STEP_UNDONE ||
                event->kind == ZDM_EVENT_ERROR || event->kind == ZDM_EVENT_RUN_END;

    zdm_render_event(&text, event);
    if (watch->live.len > 0)
        draw(watch, "\r\033[K");
    zdm_io_write(&watch->io->out, &text);
    if (ends)
        zdm_buf_clear(&watch->live);
    else if (watch->live.len > 0)
        draw(watch, watch->live.s);
    zdm_io_flush(&watch->io->out);
    zdm_buf_release(&text);
}

static void
show_text(struct zdm_watch *watch, const struct zdm_event *event)
{
    bool live = watch->io->out.terminal;

    if (live && (event->kind == ZDM_EVENT_STEP_START || event->kind == ZDM_EVENT_PROGRESS)) {
        if (event->kind == ZDM_EVENT_STEP_START && event->message)
            print_line(watch, event); /* "resumed": worth keeping */
        draw_live(watch, event);
        return;
    }
    if (event->kind == ZDM_EVENT_STEP_START)
        watch->progress_ms = event->at_ms;
    if (event->kind == ZDM_EVENT_PROGRESS) {
        if (event->at_ms - watch->progress_ms < watch->progress_every_ms)
            return;
        watch->progress_ms = event->at_ms;
    }
    print_line(watch, event);
}

static void
show_json(struct zdm_watch *watch, const struct zdm_event *event)
{
    const struct zdm_step *step = event->step;
    json_t *object;

    if (event->kind == ZDM_EVENT_RUN_END)
        return; /* the command ends with its own, which has the exit code */
    object = json_object();
    json_object_set_new(object, "at", zdm_json_time(event->at_ms));
    json_object_set_new(object, "event", json_string(zdm_event_name(event->kind)));
    json_object_set_new(object, "level", zdm_json_text(event->level));
    json_object_set_new(object, "plan", zdm_json_text(watch->plan->name));
    json_object_set_new(object, "step", zdm_json_text(step ? step->id : NULL));
    json_object_set_new(object, "phase", zdm_json_text(step ? zdm_phase_name(step->phase) : NULL));
    json_object_set_new(object, "message", zdm_json_text(event->message));
    if (event->kind == ZDM_EVENT_STEP_UNDONE)
        json_object_set_new(object, "elapsed_ms", json_integer(event->elapsed_ms));
    if (event->kind == ZDM_EVENT_STEP_DONE) {
        json_object_set_new(object, "elapsed_ms", json_integer(event->elapsed_ms));
        json_object_set_new(object, "rows", zdm_json_known(event->rows));
        json_object_set_new(object, "quarantined", json_integer(event->quarantined));
        if (event->spent)
            json_object_set_new(object, "spent", zdm_json_spent(event->spent));
    }
    if (event->locking)
        json_object_set_new(object, "locking", zdm_json_policy(&step->locks, event->locking));
    if (event->progress)
        json_object_set_new(object, "progress", zdm_json_progress(event->progress));
    if (event->work)
        json_object_set_new(object, "work", zdm_json_work(event->work));
    if (event->gate)
        json_object_set_new(object, "gate", zdm_json_gate(event->gate));
    if (event->lock) {
        char *text = zdm_lock_report_json(event->lock);
        json_object_set_new(object, "lock", json_loads(text, 0, NULL));
        free(text);
    }
    if (event->outcome) {
        json_object_set_new(object, "predicted", zdm_json_costs(&event->outcome->predicted));
        json_object_set_new(object, "happened", zdm_json_costs(&event->outcome->happened));
    }
    zdm_json_print(&watch->io->out, object, true);
}

static void
see(void *self, const struct zdm_event *event)
{
    struct zdm_watch *watch = self;

    switch (event->kind) {
    case ZDM_EVENT_STEP_DONE:
    case ZDM_EVENT_STEP_UNDONE:
    case ZDM_EVENT_GATE_OPEN:
        watch->n_done++;
        break;
    case ZDM_EVENT_STEP_SKIP:
        watch->n_skipped++;
        break;
    case ZDM_EVENT_GATE_CLOSED:
        free(watch->closed);
        watch->closed = zdm_strdup(event->step->id);
        zdm_buf_clear(&watch->next_steps);
        zdm_add_next_steps(
            &watch->next_steps, watch->args, watch->plan, event->step, event->gate, 2);
        break;
    case ZDM_EVENT_CANCELLED:
        free(watch->cancelled);
        watch->cancelled = zdm_strdup(event->message);
        break;
    case ZDM_EVENT_UNTIL:
        watch->until = true;
        break;
    case ZDM_EVENT_RUN_END:
        watch->elapsed_ms = event->elapsed_ms;
        watch->quarantined = event->quarantined;
        break;
    default:
        break;
    }
    zdm_metrics_see(&watch->metrics, event);
    if (watch->io->json)
        show_json(watch, event);
    else
        show_text(watch, event);
}

static char *
describe(const struct zdm_event *event)
{
    struct zdm_buf words = ZDM_BUF_INIT;
    json_t *object = json_object();

    if (event->work)
        zdm_add_work_words(&words, event->work);
    else
        zdm_add_progress_words(&words, event->progress);
    json_object_set_new(object, "step", zdm_json_text(event->step->id));
    json_object_set_new(object, "words", zdm_json_text(words.s));
    if (event->work)
        json_object_set_new(object, "work", zdm_json_work(event->work));
    else
        json_object_set_new(object, "progress", zdm_json_progress(event->progress));
    char *line = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(15));
    if (!line)
        zdm_die("cannot write JSON");
    json_decref(object);
    zdm_buf_release(&words);
    return line;
}

struct zdm_observer
zdm_watch_observer(struct zdm_watch *watch)
{
    return (struct zdm_observer){.self = watch, .see = see, .describe = describe};
}
