#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/listener.h"
#include "base/mem.h"
#include "base/text.h"
#include "ledger/ledger.h"
#include "pg/conn.h"
#include "pg/journal.h"
#include "run/steer.h"

#define PATIENCE_MS 5000 /* of a runner, whose listener does nothing else */

void
zdm_steer_route(const char *conninfo, char out[65])
{
    static const char *const variables[] = {
        "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE"};
    char *key = zdm_conninfo_public_key(conninfo);
    struct zdm_buf all = ZDM_BUF_INIT;
    zdm_buf_add(&all, key);
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *value = getenv(variables[i]);
        zdm_buf_addf(&all, "\n%s", value ? value : "");
    }
    zdm_sha256_hex(all.s, all.len, out);
    zdm_buf_release(&all);
    free(key);
}

struct client {
    const struct zdm_steer_options *options;
    struct zdm_ledger_socket *sockets;
    size_t n_sockets;
    char route[65];
};

/* Tells the runner that was started with these settings, or for that target. 1: done; 0: there is none
 * that answers, and the target itself has to be asked. */
static int
by_socket(const struct client *c, const char *target, const struct zdm_order *order,
    struct zdm_steered *out, struct zdm_err *err)
{
    for (size_t i = 0; i < c->n_sockets; i++) {
        const struct zdm_ledger_socket *s = &c->sockets[i];
        struct zdm_err why = ZDM_ERR_INIT;
        char *line, *reply = NULL;
        bool meant =
            target ? strcmp(s->target, target) == 0 : s->route && strcmp(s->route, c->route) == 0;
        if (!meant)
            continue;
        line = zdm_order_line(order);
        /* Stopped, or dying: the target is the way that is left. */
        if (zdm_listener_ask(s->socket, line, PATIENCE_MS, &reply, &why) < 0)
            zdm_err_clear(&why);
        free(line);
        if (!reply)
            continue;
        int rc = zdm_steered_parse(reply, out, err);
        free(reply);
        return rc < 0 ? -1 : 1;
    }
    return 0;
}

static int
find_plan(struct zdm_conn *conn, const char *name, bool exists, int64_t *epoch, char **fingerprint,
    struct zdm_err *err)
{
    struct zdm_journal_plan *plans = NULL;
    size_t n = 0;
    if (exists && zdm_journal_plans(conn, &plans, &n, err) < 0)
        return -1;
    const char **names = zdm_grow(NULL, n + 1, sizeof *names);
    int rc = -1;
    for (size_t i = 0; i < n; i++) {
        names[i] = plans[i].name;
        if (strcmp(names[i], name) == 0) {
            *epoch = plans[i].epoch;
            *fingerprint = zdm_strdup(plans[i].fingerprint);
            rc = 0;
        }
    }
    if (rc < 0) {
        const char *near = zdm_nearest(name, names, n);
        zdm_fail(err, ZDM_ERR_USAGE, "%s knows no plan \"%s\"", zdm_conn_where(conn), name);
        if (near)
            zdm_err_hint(err, "did you mean \"%s\"?", near);
        else
            zdm_err_hint(err, "a plan is known from its first run on; zdm status lists them");
    }
    free(names);
    zdm_journal_plans_free(plans, n);
    return rc;
}

/* The runner tells what it was asked for; without one it is told here. */
static int
record(const struct client *c, struct zdm_conn *conn, const char *target, const char *fingerprint,
    const struct zdm_order *order, struct zdm_err *err)
{
    static const char *const kinds[] = {"paused", "resumed", "cancelled", "tuned"};
    struct zdm_ledger *ledger = NULL;
    struct zdm_ledger_plan *plan = NULL;
    struct zdm_buf message = ZDM_BUF_INIT;
    char value[48];
    int rc = -1;
    zdm_buf_addf(&message, "%s by %s", kinds[order->kind], order->who);
    if (order->note)
        zdm_buf_addf(&message, ": %s", order->note);
    const char *comma = ": ";
    for (int i = 0; i < ZDM_KNOBS; i++) {
        if (order->knobs[i] == ZDM_AS_IT_IS)
            continue;
        zdm_buf_addf(&message, "%s%s to %s", comma, zdm_knobs[i].option,
            zdm_knob_show((enum zdm_knob)i, order->knobs[i], value));
        comma = ", ";
    }
    if (zdm_ledger_open(c->options->ledger_path, ZDM_LEDGER_WRITE, &ledger, err) < 0 ||
        zdm_ledger_plan_find(ledger, target, c->options->plan, &plan, err) < 0)
        goto out;
    int64_t id = plan ? plan->id : 0;
    if (!plan && zdm_ledger_plan_put(ledger, target, zdm_conn_where(conn), c->options->plan, NULL,
                     fingerprint, NULL, &id, err) < 0)
        goto out;
    rc =
        zdm_ledger_event_add(ledger, id, 0, NULL, "info", kinds[order->kind], message.s, NULL, err);
out:
    zdm_ledger_plan_list_free(plan, plan ? 1 : 0);
    zdm_ledger_close(ledger);
    zdm_buf_release(&message);
    return rc < 0 ? zdm_err_wrap(err, "it is stored in the database, but not in the ledger") : 0;
}

static int
by_target(
    const struct client *c, struct zdm_order *order, struct zdm_steered *out, struct zdm_err *err)
{
    struct zdm_steered done = {.socket = false};
    struct zdm_conn *conn = NULL;
    char target[33], *holder = NULL, *fingerprint = NULL;
    bool exists = false;
    int rc = -1;
    zdm_control_init(&done.control);
    if (zdm_conn_open(c->options->conninfo, "zdm/steer", &conn, err) < 0 ||
        zdm_journal_exists(conn, &exists, err) < 0 ||
        find_plan(conn, c->options->plan, exists, &order->epoch, &fingerprint, err) < 0 ||
        zdm_journal_target(conn, target, err) < 0)
        goto out;
    int told = by_socket(c, target, order, out, err);
    if (told != 0) {
        rc = told < 0 ? -1 : 0;
        goto out;
    }
    if (zdm_journal_install_for(conn, "control", &done.published, err) < 0 ||
        zdm_journal_holder(conn, c->options->plan, &holder, err) < 0)
        goto out;
    done.running = holder != NULL;
    if (order->kind == ZDM_ORDER_CANCEL && !holder) {
        zdm_fail(err, ZDM_ERR_FAILED, "nobody runs plan \"%s\" on %s now", c->options->plan,
            zdm_conn_where(conn));
        zdm_err_hint(err, "zdm pause keeps the next run from starting");
        goto out;
    }
    if (zdm_control_order(conn, c->options->plan, order, &done.control, &done.changed, err) < 0)
        goto out;
    if (done.changed && !holder && record(c, conn, target, fingerprint, order, err) < 0)
        goto out;
    done.where = zdm_strdup(zdm_conn_where(conn));
    *out = done;
    zdm_control_init(&done.control);
    done.where = done.published = NULL;
    rc = 0;
out:
    zdm_steered_release(&done);
    free(holder);
    free(fingerprint);
    zdm_conn_close(conn);
    return rc;
}

static void
client_open(struct client *c, const struct zdm_steer_options *options)
{
    struct zdm_ledger *ledger = NULL;
    struct zdm_err why = ZDM_ERR_INIT;
    *c = (struct client){.options = options};
    zdm_steer_route(options->conninfo, c->route);
    /* No ledger here, or one that cannot be read: then there is the target. */
    if (zdm_ledger_open(options->ledger_path, ZDM_LEDGER_INSPECT, &ledger, &why) < 0 ||
        zdm_ledger_socket_list(ledger, options->plan, &c->sockets, &c->n_sockets, &why) < 0)
        zdm_err_clear(&why);
    zdm_ledger_close(ledger);
}

char *
zdm_steer_live(const struct zdm_steer_options *options)
{
    struct client c;
    char *reply = NULL;
    client_open(&c, options);
    for (size_t i = 0; i < c.n_sockets && !reply; i++) {
        struct zdm_err why = ZDM_ERR_INIT;
        if (c.sockets[i].route && strcmp(c.sockets[i].route, c.route) == 0 &&
            zdm_listener_ask(c.sockets[i].socket, ZDM_ASK_LIVE, PATIENCE_MS, &reply, &why) < 0)
            zdm_err_clear(&why);
    }
    zdm_ledger_socket_list_free(c.sockets, c.n_sockets);
    return reply;
}

int
zdm_steer(const struct zdm_steer_options *options, struct zdm_order *order, struct zdm_steered *out,
    struct zdm_err *err)
{
    struct client c;
    client_open(&c, options);
    int rc = by_socket(&c, NULL, order, out, err);
    if (rc == 0)
        rc = by_target(&c, order, out, err);
    zdm_ledger_socket_list_free(c.sockets, c.n_sockets);
    return rc < 0 ? -1 : 0;
}
