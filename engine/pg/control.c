#include "pg/control.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/mem.h"

extern const struct zdm_embedded zdm_pg_sql[];

void
zdm_control_init(struct zdm_control *control)
{
    *control = (struct zdm_control){.version = 0};
    for (int i = 0; i < ZDM_KNOBS; i++)
        control->knobs[i] = ZDM_AS_PLANNED;
}

void
zdm_control_release(struct zdm_control *control)
{
    free(control->paused_by);
    free(control->paused_note);
    free(control->who);
    zdm_control_init(control);
}

void
zdm_control_copy(struct zdm_control *to, const struct zdm_control *from)
{
    zdm_control_release(to);
    *to = *from;
    to->paused_by = zdm_strdup(from->paused_by);
    to->paused_note = zdm_strdup(from->paused_note);
    to->who = zdm_strdup(from->who);
}

void
zdm_order_init(struct zdm_order *order, enum zdm_order_kind kind)
{
    *order = (struct zdm_order){.kind = kind};
    for (int i = 0; i < ZDM_KNOBS; i++)
        order->knobs[i] = ZDM_AS_IT_IS;
}

void
zdm_order_release(struct zdm_order *order)
{
    free(order->who);
    free(order->note);
    zdm_order_init(order, order->kind);
}

const char *
zdm_order_name(enum zdm_order_kind kind)
{
    static const char *const names[] = {"pause", "resume", "cancel", "tune"};
    return names[kind];
}

static bool
apply(struct zdm_control *c, const struct zdm_order *order)
{
    bool changed = false;

    switch (order->kind) {
    case ZDM_ORDER_PAUSE:
        if (c->paused_by)
            return false; /* whoever was first has said why */
        c->paused_by = zdm_strdup(order->who);
        c->paused_note = zdm_strdup(order->note);
        return true;
    case ZDM_ORDER_RESUME:
        changed = c->paused_by != NULL;
        free(c->paused_by);
        free(c->paused_note);
        c->paused_by = c->paused_note = NULL;
        c->paused_ms = 0;
        return changed;
    case ZDM_ORDER_CANCEL:
        if (c->cancel_epoch == order->epoch && (c->cancel_now || !order->now))
            return false;
        c->cancel_epoch = order->epoch;
        c->cancel_now = order->now;
        return true;
    case ZDM_ORDER_TUNE:
        for (int i = 0; i < ZDM_KNOBS; i++) {
            if (order->knobs[i] == ZDM_AS_IT_IS || order->knobs[i] == c->knobs[i])
                continue;
            c->knobs[i] = order->knobs[i];
            changed = true;
        }
        return changed;
    }
    zdm_die("an order of no kind");
}

bool
zdm_control_apply(struct zdm_control *control, const struct zdm_order *order)
{
    if (!apply(control, order))
        return false;
    free(control->who);
    control->who = zdm_strdup(order->who);
    return true;
}

int
zdm_control_read(
    struct zdm_conn *conn, const char *plan, struct zdm_control *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (zdm_conn_run(conn, "control_read", zdm_embedded_text(zdm_pg_sql, "sql/control_read.sql"), 1,
            &plan, &r, err) < 0) {
        if (strcmp(err->sqlstate, "42P01") != 0)
            return -1;
        zdm_err_clear(err); /* the tables of an older zdm */
        zdm_control_release(out);
        return 0;
    }
    zdm_control_release(out);
    if (zdm_result_rows(r) == 1) {
        out->version = zdm_result_i64(r, 0, 0);
        out->paused_by = zdm_strdup(zdm_result_get(r, 0, 1));
        out->paused_note = zdm_strdup(zdm_result_get(r, 0, 2));
        out->paused_ms = zdm_result_i64(r, 0, 3);
        out->cancel_epoch = zdm_result_i64(r, 0, 4);
        out->cancel_now = zdm_result_bool(r, 0, 5);
        out->who = zdm_strdup(zdm_result_get(r, 0, 6));
        for (int i = 0; i < ZDM_KNOBS; i++)
            out->knobs[i] =
                zdm_result_get(r, 0, 7 + i) ? zdm_result_i64(r, 0, 7 + i) : ZDM_AS_PLANNED;
    }
    zdm_result_free(r);
    return 0;
}

/* *written false: somebody was faster. */
static int
write_row(struct zdm_conn *conn, const char *plan, const struct zdm_control *c, bool *written,
    struct zdm_err *err)
{
    char version[24], epoch[24], knobs[ZDM_KNOBS][24];
    const char *values[7 + ZDM_KNOBS] = {plan, version, c->paused_by, c->paused_note, epoch,
        c->cancel_now ? "true" : "false", c->who};
    struct zdm_result *r = NULL;

    snprintf(version, sizeof version, "%" PRId64, c->version);
    snprintf(epoch, sizeof epoch, "%" PRId64, c->cancel_epoch);
    for (int i = 0; i < ZDM_KNOBS; i++) {
        snprintf(knobs[i], sizeof knobs[i], "%" PRId64, c->knobs[i]);
        values[7 + i] = c->knobs[i] == ZDM_AS_PLANNED ? NULL : knobs[i];
    }
    if (zdm_conn_query(conn, zdm_embedded_text(zdm_pg_sql, "sql/control_write.sql"), 7 + ZDM_KNOBS,
            values, &r, err) < 0)
        return -1;
    *written = zdm_result_rows(r) == 1;
    zdm_result_free(r);
    return 0;
}

int
zdm_control_order(struct zdm_conn *conn, const char *plan, const struct zdm_order *order,
    struct zdm_control *out, bool *changed, struct zdm_err *err)
{
    for (bool written = false;;) {
        if (zdm_control_read(conn, plan, out, err) < 0)
            return -1;
        if (written)
            return 0;
        *changed = zdm_control_apply(out, order);
        if (!*changed)
            return 0;
        if (write_row(conn, plan, out, &written, err) < 0)
            return -1;
    }
}
