#include "cli/render_verify.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/json.h"
#include "cli/layout.h"
#include "cli/render_status.h"

enum { SHOWN_LINES = 12 };

static const char *
heading(enum zdm_verify_area area)
{
    switch (area) {
    case ZDM_VERIFY_LEDGER:
        return "ledger and journal";
    case ZDM_VERIFY_JOURNAL:
        return "journal and plans";
    case ZDM_VERIFY_CATALOG:
        return "what finished steps left in the catalog";
    case ZDM_VERIFY_SCHEMA:
        return "the schema since the last run";
    case ZDM_VERIFY_ROWS:
        return "rows and what backfills left";
    }
    return "";
}

/* One definition, its lines behind a sign; what is long is cut. */
static void
add_definition(struct zdm_buf *out, const char *sign, const char *text)
{
    int lines = 0;

    while (text && *text && lines++ < SHOWN_LINES) {
        size_t n = strcspn(text, "\n");
        zdm_buf_addf(out, "      %s ", sign);
        zdm_buf_addn(out, text, n);
        zdm_buf_addc(out, '\n');
        text += n + (text[n] == '\n');
    }
    if (text && *text)
        zdm_buf_addf(out, "      %s ...\n", sign);
}

static void
add_item(struct zdm_buf *out, const struct zdm_verify_item *item, const char **hint)
{
    zdm_buf_addf(
        out, "  %s", item->mismatch ? ZDM_RED "x" ZDM_PLAIN " " : ZDM_DIM "-" ZDM_PLAIN " ");
    struct zdm_buf text = ZDM_BUF_INIT;
    if (item->plan)
        zdm_buf_addf(
            &text, "%s%s%s: ", item->plan, item->step ? " / " : "", item->step ? item->step : "");
    zdm_buf_addf(&text, "%s%s", item->message, item->accepted ? ": accepted" : "");
    zdm_add_wrapped(out, text.s, 4, ZDM_COLUMNS);
    zdm_buf_addc(out, '\n');
    zdm_buf_release(&text);
    add_definition(out, "-", item->was);
    add_definition(out, "+", item->is);
    /* Said once for those that have the same. */
    if (item->hint && (!*hint || strcmp(*hint, item->hint) != 0)) {
        zdm_buf_add(out, "    " ZDM_DIM);
        zdm_add_wrapped(out, item->hint, 4, ZDM_COLUMNS);
        zdm_buf_add(out, ZDM_PLAIN "\n");
    }
    *hint = item->hint;
}

static void
add_summary(struct zdm_buf *out, const struct zdm_verification *found)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    char one[32], two[32], three[32];

    zdm_buf_addf(&text, "looked at %s plan%s, %s finished SQL step%s, %s object%s of theirs",
        zdm_show_count(found->plans, one), found->plans == 1 ? "" : "s",
        zdm_show_count(found->steps, two), found->steps == 1 ? "" : "s",
        zdm_show_count(found->objects, three), found->objects == 1 ? "" : "s");
    if (found->snapshot) {
        zdm_buf_add(&text, ", and the schema against what it was at ");
        zdm_add_time(&text, found->snapshot_ms);
        zdm_buf_addf(&text, ", at the end of a run of plan %s by %s", found->snapshot_plan,
            found->snapshot_who);
    } else {
        zdm_buf_add(&text,
            "; the schema could not be compared: no run has written it down yet, or none "
            "since an upgrade of zdm; the next run that does something will");
    }
    zdm_add_wrapped(out, text.s, 0, ZDM_COLUMNS);
    zdm_buf_addc(out, '\n');
    zdm_buf_release(&text);
}

void
zdm_render_verification(struct zdm_buf *out, const struct zdm_verification *found)
{
    const char *hint = NULL;
    char count[32];

    zdm_buf_addf(out, "on %s\n", found->where);
    if (!found->target[0]) {
        zdm_buf_add(out, "no plan was run here\n");
        return;
    }
    for (int area = ZDM_VERIFY_LEDGER; area <= ZDM_VERIFY_ROWS; area++) {
        bool any = false;
        for (size_t i = 0; i < found->count; i++) {
            if (found->items[i].area != (enum zdm_verify_area)area)
                continue;
            if (!any)
                zdm_buf_addf(out, "\n%s\n", heading((enum zdm_verify_area)area));
            any = true;
            add_item(out, &found->items[i], &hint);
        }
    }
    zdm_buf_addc(out, '\n');
    add_summary(out, found);
    if (found->mismatches)
        zdm_buf_addf(out, ZDM_RED "%s disagreement%s" ZDM_PLAIN "\n",
            zdm_show_count(found->mismatches, count), found->mismatches == 1 ? "" : "s");
    else
        zdm_buf_add(out, ZDM_GREEN "all agree" ZDM_PLAIN "\n");
}

static json_t *
item_json(const struct zdm_verify_item *item)
{
    json_t *object = json_object();

    json_object_set_new(object, "area", json_string(zdm_verify_area_name(item->area)));
    json_object_set_new(object, "mismatch", json_boolean(item->mismatch));
    json_object_set_new(object, "plan", zdm_json_text(item->plan));
    json_object_set_new(object, "step", zdm_json_text(item->step));
    json_object_set_new(object, "change", zdm_json_text(item->change));
    json_object_set_new(object, "kind", zdm_json_text(item->kind));
    json_object_set_new(object, "name", zdm_json_text(item->name));
    json_object_set_new(object, "old", zdm_json_text(item->was));
    json_object_set_new(object, "new", zdm_json_text(item->is));
    json_object_set_new(object, "message", zdm_json_text(item->message));
    json_object_set_new(object, "hint", zdm_json_text(item->hint));
    json_object_set_new(object, "accepted", json_boolean(item->accepted));
    return object;
}

json_t *
zdm_json_verification(const struct zdm_verification *found)
{
    json_t *object = json_object(), *items = json_array(), *snapshot = json_null();

    if (found->snapshot) {
        snapshot = json_object();
        json_object_set_new(snapshot, "at", zdm_json_time(found->snapshot_ms));
        json_object_set_new(snapshot, "plan", zdm_json_text(found->snapshot_plan));
        json_object_set_new(snapshot, "who", zdm_json_text(found->snapshot_who));
    }
    for (size_t i = 0; i < found->count; i++)
        json_array_append_new(items, item_json(&found->items[i]));
    json_object_set_new(object, "where", zdm_json_text(found->where));
    json_object_set_new(object, "target", zdm_json_text(found->target[0] ? found->target : NULL));
    json_object_set_new(object, "published", zdm_json_text(found->published));
    json_object_set_new(object, "snapshot", snapshot);
    json_object_set_new(object, "items", items);
    json_t *summary = json_object();
    json_object_set_new(summary, "plans", json_integer(found->plans));
    json_object_set_new(summary, "steps", json_integer(found->steps));
    json_object_set_new(summary, "objects", json_integer(found->objects));
    json_object_set_new(summary, "accepted", json_integer(found->accepted));
    json_object_set_new(summary, "mismatches", json_integer(found->mismatches));
    json_object_set_new(object, "summary", summary);
    return object;
}
