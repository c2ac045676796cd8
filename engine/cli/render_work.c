#include "cli/render_work.h"

#include "base/text.h"
#include "cli/json.h"
#include "cli/layout.h"

static void
add_share(struct zdm_buf *out, const struct zdm_work_progress *w)
{
    char done[32], total[32];

    if (w->total <= 0 || w->done < 0)
        return;
    int64_t permille = w->done < w->total ? w->done * 1000 / w->total : 1000;
    zdm_buf_addf(out, "%d.%d %%, %s of %s %s, ", (int)(permille / 10), (int)(permille % 10),
        zdm_show_count(w->done, done), zdm_show_count(w->total, total), w->unit);
}

void
zdm_add_work_words(struct zdm_buf *out, const struct zdm_work_progress *w)
{
    char text[32];

    if (w->phase)
        zdm_buf_add(out, w->phase);
    if (w->phase && w->relation)
        zdm_buf_addf(out, " (%s)", w->relation);
    zdm_buf_add(out, w->phase ? ", " : "running, ");
    add_share(out, w);
    if (w->lockers_total > 0)
        zdm_buf_addf(out, "%lld of %lld transactions have ended, ", (long long)w->lockers_done,
            (long long)w->lockers_total);
    zdm_buf_add(out, zdm_show_duration(w->elapsed_ms, text));
    if (w->waiting)
        zdm_buf_addf(out, "; waiting for %s", w->waiting);
}

void
zdm_render_live_work(struct zdm_buf *out, const struct zdm_step *step,
    const struct zdm_work_progress *work, int columns)
{
    struct zdm_buf line = ZDM_BUF_INIT;
    int room = columns - 1;

    if (room < 1)
        return;
    if (room >= 60) { /* as in the lines above it */
        zdm_add_padded(out, "running", 10);
        zdm_add_padded(out, zdm_phase_name(step->phase), 10);
        room -= 20;
    }
    zdm_buf_addf(&line, "%s: ", step->id);
    zdm_add_work_words(&line, work);
    zdm_add_cut(out, line.s, room);
    zdm_buf_release(&line);
}

json_t *
zdm_json_work(const struct zdm_work_progress *w)
{
    json_t *object = json_object();

    json_object_set_new(object, "command", zdm_json_text(w->command));
    json_object_set_new(object, "phase", zdm_json_text(w->phase));
    json_object_set_new(object, "relation", zdm_json_text(w->relation));
    json_object_set_new(object, "unit", zdm_json_text(w->unit));
    json_object_set_new(object, "done", zdm_json_known(w->done));
    json_object_set_new(object, "total", zdm_json_known(w->total));
    json_object_set_new(object, "lockers_done", zdm_json_known(w->lockers_done));
    json_object_set_new(object, "lockers_total", zdm_json_known(w->lockers_total));
    json_object_set_new(object, "waiting", zdm_json_text(w->waiting));
    json_object_set_new(object, "elapsed_ms", json_integer(w->elapsed_ms));
    return object;
}

json_t *
zdm_json_spent(const struct zdm_spent *spent)
{
    json_t *object = json_object();

    json_object_set_new(object, "kind", json_string(zdm_speed_name(spent->kind)));
    json_object_set_new(object, "bytes", json_integer(spent->bytes));
    json_object_set_new(object, "least_ms", json_integer(spent->least_ms));
    json_object_set_new(object, "most_ms", json_integer(spent->most_ms));
    return object;
}
