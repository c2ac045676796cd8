#include "cli/render_log.h"

#include <string.h>

#include "cli/json.h"
#include "cli/layout.h"
#include "cli/render_status.h"

#define MESSAGE 44 /* column of the message */

static void
add_lines(struct zdm_buf *out, const char *text)
{
    for (; *text; text++) {
        zdm_buf_addc(out, *text);
        if (*text == '\n')
            zdm_add_blanks(out, MESSAGE);
    }
}

/* Of a gate: what each of its checks saw. */
static void
add_checks(struct zdm_buf *out, const char *detail)
{
    json_t *checks = detail ? json_loads(detail, 0, NULL) : NULL, *check;
    size_t i;

    json_array_foreach(checks, i, check)
    {
        const char *kind, *id, *seen;
        int open;
        if (json_unpack(check, "{s:s, s:s, s:b, s:s}", "kind", &kind, "check", &id, "open", &open,
                "seen", &seen) < 0)
            continue; /* not of a gate */
        zdm_add_blanks(out, MESSAGE);
        zdm_add_padded(out, open ? "open" : "closed", 8);
        zdm_buf_add(out, kind);
        if (strcmp(kind, id) != 0)
            zdm_buf_addf(out, " \"%s\"", id);
        zdm_buf_add(out, ": ");
        add_lines(out, seen);
        zdm_buf_addc(out, '\n');
    }
    json_decref(checks);
}

void
zdm_render_log_event(struct zdm_buf *out, const struct zdm_ledger_event *event)
{
    const char *style = strcmp(event->level, "error") == 0     ? ZDM_RED
                        : strcmp(event->level, "warning") == 0 ? ZDM_YELLOW
                                                               : "";
    bool message = event->message && *event->message;

    zdm_buf_add(out, ZDM_DIM);
    zdm_add_time(out, event->at_ms);
    zdm_buf_addf(out, ZDM_PLAIN "  %s", style);
    zdm_add_padded(out, event->level, 9);
    zdm_buf_add(out, *style ? ZDM_PLAIN : "");
    zdm_add_padded(out, event->kind, event->step || message ? 13 : 0);
    if (event->step)
        zdm_buf_addf(out, "%s%s", event->step, message ? ": " : "");
    if (message)
        add_lines(out, event->message);
    zdm_buf_addc(out, '\n');
    add_checks(out, event->detail);
}

json_t *
zdm_json_log_event(const struct zdm_ledger_plan *plan, const struct zdm_ledger_event *event)
{
    json_t *object = json_object();
    json_t *detail = event->detail ? json_loads(event->detail, JSON_DECODE_ANY, NULL) : NULL;

    json_object_set_new(object, "at", zdm_json_time(event->at_ms));
    json_object_set_new(object, "event", zdm_json_text(event->kind));
    json_object_set_new(object, "level", zdm_json_text(event->level));
    json_object_set_new(object, "plan", zdm_json_text(plan->name));
    json_object_set_new(object, "target", zdm_json_text(plan->where));
    json_object_set_new(object, "run", event->run ? json_integer(event->run) : json_null());
    json_object_set_new(object, "step", zdm_json_text(event->step));
    json_object_set_new(object, "message",
        zdm_json_text(event->message && *event->message ? event->message : NULL));
    json_object_set_new(object, "detail", detail ? detail : zdm_json_text(event->detail));
    return object;
}
