#include "run/snapshot.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "catalog/locked.h"
#include "run/session.h"

extern const struct zdm_embedded zdm_run_sql[];

/* How schema_objects.sql spells what is there: another number whenever it spells something in another way, or
 * finds what it did not find before. */
enum { FORM = 1 };

/* For the moment in which the server spells expressions, and for another run that writes its own. */
enum { LOCK_WAIT_MS = 500 };

/* Constants of timestamptz are spelled in the session's time zone. */
#define SETTINGS                                                                                   \
    "SET LOCAL search_path = pg_catalog; SET LOCAL TimeZone = 'UTC'; SET LOCAL jit = off"

/* "WITH now AS (every object) ..." */
static char *
over_objects(const char *file)
{
    return zdm_strf("WITH now AS MATERIALIZED (\n%s)\n%s",
        zdm_embedded_text(zdm_run_sql, "sql/schema_objects.sql"),
        zdm_embedded_text(zdm_run_sql, file));
}

static int
read_row(struct zdm_conn *conn, struct zdm_drift *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (zdm_conn_exec(conn, SETTINGS "; SELECT pg_catalog.to_regclass('zdm.object') IS NOT NULL",
            &r, err) < 0)
        return -1;
    bool there = zdm_result_bool(r, 0, 0);
    zdm_result_free(r);
    r = NULL;
    if (!there)
        return 0;
    if (zdm_conn_exec(conn, zdm_embedded_text(zdm_run_sql, "sql/snapshot_there.sql"), &r, err) < 0)
        return -1;
    if (zdm_result_rows(r) == 1) {
        out->known = true;
        out->plan = zdm_strdup(zdm_result_get(r, 0, 0));
        out->who = zdm_strdup(zdm_result_get(r, 0, 1));
        out->at_ms = zdm_result_i64(r, 0, 2);
        out->server = zdm_result_i64(r, 0, 3);
        out->same_form = zdm_result_get(r, 0, 4) && zdm_result_i64(r, 0, 4) == FORM;
    }
    zdm_result_free(r);
    return 0;
}

static int
read_items(struct zdm_conn *conn, struct zdm_drift *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *sql = over_objects("sql/snapshot_drift.sql");
    char most[16];

    snprintf(most, sizeof most, "%d", ZDM_DRIFT_MOST);
    int rc = ZDM_QUERY(conn, sql, &r, err, most, out->same_form ? "true" : "false");
    free(sql);
    if (rc < 0)
        return -1;
    int n = zdm_result_rows(r);
    out->items = zdm_alloc(((size_t)n + 1) * sizeof *out->items);
    for (int i = 0; i < n; i++)
        out->items[out->count++] = (struct zdm_drift_item){
            .change = zdm_strdup(zdm_result_get(r, i, 0)),
            .kind = zdm_strdup(zdm_result_get(r, i, 1)),
            .name = zdm_strdup(zdm_result_get(r, i, 2)),
            .was = zdm_strdup(zdm_result_get(r, i, 3)),
            .is = zdm_strdup(zdm_result_get(r, i, 4)),
            .partition = zdm_result_bool(r, i, 5),
            .plan = zdm_strdup(zdm_result_get(r, i, 7)),
        };
    out->total = n ? zdm_result_i64(r, 0, 6) : 0;
    zdm_result_free(r);
    return 0;
}

int
zdm_drift_read(struct zdm_conn *conn, struct zdm_drift *out, struct zdm_err *err)
{
    struct zdm_drift drift = {.known = false};

    if (read_row(conn, &drift, err) < 0 || (drift.known && read_items(conn, &drift, err) < 0)) {
        zdm_drift_release(&drift);
        return -1;
    }
    *out = drift;
    return 0;
}

void
zdm_drift_release(struct zdm_drift *drift)
{
    for (size_t i = 0; i < drift->count; i++) {
        struct zdm_drift_item *item = &drift->items[i];
        free(item->change);
        free(item->kind);
        free(item->name);
        free(item->was);
        free(item->is);
        free(item->plan);
    }
    free(drift->items);
    free(drift->plan);
    free(drift->who);
    *drift = (struct zdm_drift){.known = false};
}

/* What was accepted as gone and is there again: should it go once more, that is news. */
static int
void_accepted(struct zdm_conn *conn, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (zdm_conn_exec(
            conn, "SELECT pg_catalog.has_table_privilege('zdm.accepted', 'UPDATE')", &r, err) < 0)
        return -1;
    bool may = zdm_result_bool(r, 0, 0);
    zdm_result_free(r);
    return !may ? 0
                : zdm_conn_exec(
                      conn, zdm_embedded_text(zdm_run_sql, "sql/accepted_void.sql"), NULL, err);
}

int
zdm_snapshot_accept(struct zdm_conn *conn, const char *objects, struct zdm_err *err)
{
    char *sql = over_objects("sql/snapshot_accept.sql");
    int rc = zdm_conn_exec(conn, SETTINGS, NULL, err);

    if (rc == 0)
        rc = ZDM_QUERY(conn, sql, NULL, err, objects);
    free(sql);
    return rc == 0 ? void_accepted(conn, err) : -1;
}

static void
say_drift(struct zdm_session *s, const struct zdm_drift *drift)
{
    enum { NAMED = 8 };
    struct zdm_buf text = ZDM_BUF_INIT;
    int64_t foreign = drift->total;

    for (size_t i = 0, named = 0; i < drift->count; i++) {
        const struct zdm_drift_item *item = &drift->items[i];
        if (item->plan || item->partition)
            foreign--;
        else if (named++ < NAMED)
            zdm_buf_addf(
                &text, "%s%s %s %s", text.len ? ", " : "", item->kind, item->name, item->change);
    }
    if (foreign > NAMED)
        zdm_buf_addf(&text, " and %lld more", (long long)foreign - NAMED);
    if (foreign > 0)
        zdm_session_say(s, ZDM_EVENT_DRIFT, "warning", NULL,
            "the schema is not as the last run left it (plan %s, by %s): %s", drift->plan,
            drift->who, text.s);
    zdm_buf_release(&text);
}

static void
say_not_compared(struct zdm_session *s, const struct zdm_err *err)
{
    char *who = NULL;

    if (strcmp(err->sqlstate, "55P03") == 0)
        zdm_catalog_lockers(s->conn, &who);
    zdm_session_say(s, ZDM_EVENT_NOTE, "info", NULL,
        "the schema was not compared with what the last run left: %s%s%s", err->message,
        who ? ": " : "", who ? who : "");
    free(who);
}

void
zdm_snapshot_tell(struct zdm_session *s)
{
    struct zdm_drift drift = {.known = false};
    struct zdm_err err = ZDM_ERR_INIT;
    char *begin = zdm_strf("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                           " SET LOCAL lock_timeout = %d",
        LOCK_WAIT_MS);

    int rc = zdm_conn_exec(s->conn, begin, NULL, &err);
    if (rc == 0)
        rc = zdm_drift_read(s->conn, &drift, &err);
    free(begin);
    zdm_conn_rollback(s->conn);
    if (rc == 0)
        say_drift(s, &drift);
    else if (err.code != ZDM_ERR_INTERRUPTED)
        say_not_compared(s, &err);
    zdm_drift_release(&drift);
    zdm_err_release(&err);
}

/* Something other than a look at gates. */
static bool
did_something(const struct zdm_session *s)
{
    for (size_t i = 0; i < s->rows.count; i++)
        if (s->rows.items[i].epoch == s->epoch && strcmp(s->rows.items[i].kind, "gate") != 0)
            return true;
    for (size_t i = 0; i < s->rows.n_undone; i++)
        if (s->rows.undone[i].epoch == s->epoch)
            return true;
    return false;
}

int
zdm_snapshot_owed(struct zdm_session *s, bool *owed, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (ZDM_QUERY(s->conn,
            "SELECT pg_catalog.max(j.at) OPERATOR(pg_catalog.>) (SELECT s.at FROM zdm.snapshot AS "
            "s)"
            " FROM zdm.journal AS j"
            " WHERE j.plan OPERATOR(pg_catalog.=) $1 AND j.kind OPERATOR(pg_catalog.<>) 'gate'",
            &r, err, s->plan->name) < 0)
        return -1;
    *owed = zdm_result_bool(r, 0, 0);
    zdm_result_free(r);
    return 0;
}

static int
keep(struct zdm_session *s, struct zdm_err *err)
{
    char epoch[24], version[16], form[16];

    snprintf(epoch, sizeof epoch, "%" PRId64, s->epoch);
    snprintf(version, sizeof version, "%d", zdm_conn_server_version(s->conn) / 10000);
    snprintf(form, sizeof form, "%d", FORM);
    if (zdm_session_begin(s, LOCK_WAIT_MS, err) < 0 ||
        zdm_conn_exec(s->conn, SETTINGS "; LOCK TABLE zdm.snapshot IN SHARE ROW EXCLUSIVE MODE",
            NULL, err) < 0)
        return -1;
    char *sql = over_objects("sql/snapshot_keep.sql");
    int rc =
        ZDM_QUERY(s->conn, sql, NULL, err, s->plan->name, epoch, s->options->who, version, form);
    free(sql);
    return rc < 0 || void_accepted(s->conn, err) < 0 ? -1 : zdm_conn_commit(s->conn, err);
}

void
zdm_snapshot_keep(struct zdm_session *s)
{
    struct zdm_err err = ZDM_ERR_INIT;

    if (s->epoch == 0 || zdm_conn_lost(s->conn) || !(s->owes_snapshot || did_something(s)))
        return;
    zdm_conn_rollback(s->conn);
    /* After ^C too: what was done was done. A second one leaves at once. */
    bool before = zdm_conn_shield(s->conn, true);
    if (keep(s, &err) < 0) {
        zdm_conn_rollback(s->conn);
        zdm_session_say(s, ZDM_EVENT_NOTE, "info", NULL,
            "the schema was not written down for zdm verify: %s", err.message);
    }
    zdm_conn_shield(s->conn, before);
    zdm_err_release(&err);
}
