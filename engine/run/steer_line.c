#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "run/steer.h"

static void
put_text(json_t *object, const char *key, const char *text)
{
    json_t *value = text ? json_string(text) : NULL;
    json_object_set_new(object, key, value ? value : json_null());
}

static char *
take_line(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    if (!text)
        zdm_die("cannot write JSON");
    json_decref(object);
    return text;
}

static char *
get_text(const json_t *object, const char *key)
{
    return zdm_strdup(json_string_value(json_object_get(object, key)));
}

static int64_t
get_int(const json_t *object, const char *key, int64_t absent)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? json_integer_value(value) : absent;
}

char *
zdm_order_line(const struct zdm_order *order)
{
    json_t *object = json_object();
    put_text(object, "do", zdm_order_name(order->kind));
    put_text(object, "who", order->who);
    put_text(object, "note", order->note);
    json_object_set_new(object, "now", json_boolean(order->now));
    for (int i = 0; i < ZDM_KNOBS; i++)
        if (order->knobs[i] != ZDM_AS_IT_IS)
            json_object_set_new(object, zdm_knobs[i].name, json_integer(order->knobs[i]));
    return take_line(object);
}

static int
find_kind(const char *word, enum zdm_order_kind *kind)
{
    for (int i = ZDM_ORDER_PAUSE; i <= ZDM_ORDER_TUNE; i++) {
        if (word && strcmp(word, zdm_order_name((enum zdm_order_kind)i)) == 0) {
            *kind = (enum zdm_order_kind)i;
            return 0;
        }
    }
    return -1;
}

static int
read_knobs(const json_t *object, struct zdm_order *order, struct zdm_err *err)
{
    for (int i = 0; i < ZDM_KNOBS; i++) {
        order->knobs[i] = get_int(object, zdm_knobs[i].name, ZDM_AS_IT_IS);
        if (order->knobs[i] != ZDM_AS_IT_IS &&
            zdm_knob_check((enum zdm_knob)i, order->knobs[i], err) < 0)
            return -1;
    }
    return 0;
}

int
zdm_order_parse(const char *line, struct zdm_order *out, struct zdm_err *err)
{
    json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    enum zdm_order_kind kind;
    struct zdm_order order;
    int rc = -1;
    if (!json_is_object(object) ||
        find_kind(json_string_value(json_object_get(object, "do")), &kind) < 0) {
        zdm_fail(err, ZDM_ERR_USAGE, "that is no order");
        zdm_err_hint(err, "zdm pause, resume, cancel and tune speak to this socket");
        json_decref(object);
        return -1;
    }
    zdm_order_init(&order, kind);
    order.who = get_text(object, "who");
    order.note = get_text(object, "note");
    order.now = json_is_true(json_object_get(object, "now"));
    if (!order.who)
        zdm_fail(err, ZDM_ERR_USAGE, "an order needs a \"who\"");
    else
        rc = read_knobs(object, &order, err);
    json_decref(object);
    if (rc < 0) {
        zdm_order_release(&order);
        return -1;
    }
    zdm_order_release(out);
    *out = order;
    return 0;
}

char *
zdm_steer_error_line(const struct zdm_err *err)
{
    json_t *object = json_object();
    json_object_set_new(object, "ok", json_false());
    put_text(object, "error", err->message);
    put_text(object, "hint", err->hint);
    return take_line(object);
}

char *
zdm_steered_line(const struct zdm_steered *steered)
{
    const struct zdm_control *c = &steered->control;
    json_t *object = json_object();
    json_object_set_new(object, "ok", json_true());
    json_object_set_new(object, "changed", json_boolean(steered->changed));
    put_text(object, "target", steered->where);
    put_text(object, "who", c->who);
    put_text(object, "paused_by", c->paused_by);
    put_text(object, "paused_note", c->paused_note);
    json_object_set_new(object, "paused_ms", json_integer(c->paused_ms));
    json_object_set_new(object, "cancel_epoch", json_integer(c->cancel_epoch));
    json_object_set_new(object, "cancel_now", json_boolean(c->cancel_now));
    for (int i = 0; i < ZDM_KNOBS; i++)
        json_object_set_new(object, zdm_knobs[i].name,
            c->knobs[i] == ZDM_AS_PLANNED ? json_null() : json_integer(c->knobs[i]));
    return take_line(object);
}

int
zdm_steered_parse(const char *line, struct zdm_steered *out, struct zdm_err *err)
{
    json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    struct zdm_steered steered = {.running = true, .socket = true};
    if (!json_is_true(json_object_get(object, "ok"))) {
        const char *error = json_string_value(json_object_get(object, "error"));
        const char *hint = json_string_value(json_object_get(object, "hint"));
        zdm_fail(err, ZDM_ERR_USAGE, "%s", error ? error : "the run gave no answer that zdm knows");
        if (hint)
            zdm_err_hint(err, "%s", hint);
        json_decref(object);
        return -1;
    }
    steered.changed = json_is_true(json_object_get(object, "changed"));
    steered.where = get_text(object, "target");
    zdm_control_init(&steered.control);
    steered.control.who = get_text(object, "who");
    steered.control.paused_by = get_text(object, "paused_by");
    steered.control.paused_note = get_text(object, "paused_note");
    steered.control.paused_ms = get_int(object, "paused_ms", 0);
    steered.control.cancel_epoch = get_int(object, "cancel_epoch", 0);
    steered.control.cancel_now = json_is_true(json_object_get(object, "cancel_now"));
    for (int i = 0; i < ZDM_KNOBS; i++)
        steered.control.knobs[i] = get_int(object, zdm_knobs[i].name, ZDM_AS_PLANNED);
    json_decref(object);
    *out = steered;
    return 0;
}

void
zdm_steered_release(struct zdm_steered *steered)
{
    zdm_control_release(&steered->control);
    free(steered->where);
    free(steered->published);
    steered->where = NULL;
}
