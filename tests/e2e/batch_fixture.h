/*
 * batch_fixture.h - a plan of one backfill on a real server, for the tests of batch/.
 *
 * Each test gets a schema and a plan of its own (named after it), a control
 * connection that has taken the plan over, and a second connection to play the
 * application with. Everything is removed afterwards.
 */
#ifndef ZDM_TEST_BATCH_FIXTURE_H
#define ZDM_TEST_BATCH_FIXTURE_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "batch/backfill.h"
#include "batch/cursor.h"
#include "pg/journal.h"

struct fixture {
    char *plan, *conninfo;
    struct zdm_conn *control, *app;
    int64_t epoch;
    struct zdm_assignment set;
    const char *key[3];
    struct zdm_backfill_spec spec;
    char *table; /* owned, of spec, or NULL */
    struct zdm_backfill_hooks hooks;
    struct zdm_backfill_fault fault;
    struct zdm_backfill_progress last;
    struct zdm_buf notes; /* "kind: message\n" */
    _Atomic int noted;    /* lines of notes */
    int finished, recovered;
    bool overdone; /* progress said more than 100 % */
    struct zdm_err err;
};

/* Runs SQL; a failure fails the test with the server's words. */
__attribute__((format(printf, 2, 3))) static inline void
sql(struct zdm_conn *conn, const char *fmt, ...)
{
    struct zdm_err err = ZDM_ERR_INIT;
    va_list ap;

    va_start(ap, fmt);
    char *text = zdm_vstrf(fmt, ap);
    va_end(ap);
    if (zdm_conn_exec(conn, text, NULL, &err) < 0)
        fail_msg("%s: %s", text, err.message);
    free(text);
}

/* The one value of a query, as text; owned. */
__attribute__((format(printf, 2, 3))) static inline char *
value(struct zdm_conn *conn, const char *fmt, ...)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_result *r = NULL;
    va_list ap;

    va_start(ap, fmt);
    char *text = zdm_vstrf(fmt, ap);
    va_end(ap);
    if (zdm_conn_exec(conn, text, &r, &err) < 0)
        fail_msg("%s: %s", text, err.message);
    char *v = zdm_result_rows(r) > 0 ? zdm_strdup(zdm_result_get(r, 0, 0)) : NULL;
    zdm_result_free(r);
    free(text);
    return v;
}

static inline void
assert_value(struct zdm_conn *conn, const char *query, const char *expected)
{
    char *v = value(conn, "%s", query);

    if (!v || strcmp(v, expected) != 0)
        fail_msg("%s\n  gives %s, not %s", query, v ? v : "NULL", expected);
    free(v);
}

/* Waits until a boolean query is true; a minute is as good as never. */
static inline void
await(struct zdm_conn *conn, const char *query)
{
    int64_t start = zdm_monotonic_us();

    for (;;) {
        char *v = value(conn, "%s", query);
        bool yes = v && strcmp(v, "t") == 0;
        free(v);
        if (yes)
            return;
        if (zdm_monotonic_us() - start > 60 * 1000000LL)
            fail_msg("never true: %s", query);
        zdm_sleep_ms(2);
    }
}

static inline struct zdm_conn *
connect_to(const char *conninfo, const char *application)
{
    struct zdm_conn *conn = NULL;
    struct zdm_err err = ZDM_ERR_INIT;

    if (zdm_conn_open(conninfo, application, &conn, &err) < 0)
        fail_msg("%s", err.message);
    return conn;
}

static inline void
fixture_progress(void *self, const struct zdm_backfill_progress *p)
{
    struct fixture *f = self;

    f->last = *p;
    f->last.pos = f->last.bound = f->last.waiting = NULL; /* views for the call */
    if (p->total >= 0 && p->walked > p->total)
        f->overdone = true;
}

static inline void
fixture_note(void *self, const char *level, const char *kind, const char *message)
{
    struct fixture *f = self;

    (void)level;
    zdm_buf_addf(&f->notes, "%s: %s\n", kind, message);
    f->noted++;
}

static inline int
fixture_recover(void *self, struct zdm_err *err)
{
    struct fixture *f = self;

    f->recovered++;
    if (zdm_conn_reconnect(f->control, err) < 0)
        return -1;
    return zdm_journal_settle(f->control, f->plan, f->epoch, 10000, err);
}

static inline int
fixture_finish(void *self, const struct zdm_backfill_progress *p, struct zdm_err *err)
{
    struct fixture *f = self;
    char *detail = zdm_strf("{\"rows\": %lld}", (long long)p->rows);
    struct zdm_journal_entry entry = {
        .plan = f->plan,
        .step = f->spec.step,
        .item = "",
        .state = "done",
        .kind = "backfill",
        .fingerprint = "0",
        .definition = "{}",
        .detail = detail,
        .who = "test",
        .epoch = f->epoch,
    };
    int rc = zdm_journal_write(f->control, &entry, err);

    f->finished++;
    free(detail);
    return rc;
}

static inline void
fixture_own(struct fixture *f)
{
    if (zdm_journal_take_over(f->control, f->plan, "0", "test", NULL, 10000, &f->epoch, &f->err) <
        0)
        fail_msg("%s", f->err.message);
}

/* A fixture on the server of `conninfo`; NULL: ZDM_DATABASE_URL. */
static inline struct fixture *
fixture_new(const char *plan, const char *conninfo)
{
    struct fixture *f = zdm_alloc(sizeof *f);
    const char *url = conninfo ? conninfo : getenv("ZDM_DATABASE_URL");

    if (!url)
        fail_msg("ZDM_DATABASE_URL is not set");
    f->plan = zdm_strdup(plan);
    f->conninfo = zdm_strdup(url);
    f->notes = (struct zdm_buf)ZDM_BUF_INIT;
    f->control = connect_to(url, "zdm/test");
    f->app = connect_to(url, "app");
    if (zdm_journal_install(f->control, &f->err) < 0)
        fail_msg("%s", f->err.message);
    sql(f->app,
        "DROP SCHEMA IF EXISTS \"%s\" CASCADE; CREATE SCHEMA \"%s\";"
        "DELETE FROM zdm.cursor WHERE plan = '%s'; DELETE FROM zdm.journal WHERE plan = '%s';"
        "DELETE FROM zdm.quarantine WHERE plan = '%s'",
        plan, plan, plan, plan, plan);
    sql(f->app, "SET search_path = \"%s\", public", plan);
    fixture_own(f);
    f->set = (struct zdm_assignment){"n", "n + 1"};
    f->spec = (struct zdm_backfill_spec){
        .plan = f->plan,
        .step = "fill",
        .set = &f->set,
        .n_set = 1,
        .target_ms = 25,
        .batch_min = 10,
        .batch_max = 100,
        .lock_timeout_ms = 50,
        .patience_ms = 60000,
    };
    f->hooks = (struct zdm_backfill_hooks){
        .self = f,
        .fault = &f->fault,
        .progress = fixture_progress,
        .note = fixture_note,
        .recover = fixture_recover,
        .finish = fixture_finish,
    };
    return f;
}

/* The columns to walk along, up to three; NULL: whichever zdm chooses. */
static inline void
fixture_key(struct fixture *f, const char *a, const char *b, const char *c)
{
    f->key[0] = a;
    f->key[1] = b;
    f->key[2] = c;
    f->spec.key = f->key;
    f->spec.n_key = a ? b ? c ? 3 : 2 : 1 : 0;
}

static inline int
fixture_run(struct fixture *f)
{
    zdm_err_clear(&f->err);
    f->fault = (struct zdm_backfill_fault){.position = 0};
    return zdm_backfill_run(f->control, &f->spec, f->epoch, &f->hooks, &f->err);
}

static inline void
fixture_run_ok(struct fixture *f)
{
    if (fixture_run(f) < 0)
        fail_msg("%s | %s | %s", f->err.message, f->err.detail ? f->err.detail : "",
            f->err.hint ? f->err.hint : "");
}

static inline void
fixture_free(struct fixture *f)
{
    sql(f->app,
        "DROP SCHEMA \"%s\" CASCADE; DELETE FROM zdm.cursor WHERE plan = '%s';"
        "DELETE FROM zdm.journal WHERE plan = '%s'; DELETE FROM zdm.plan WHERE name = '%s';"
        "DELETE FROM zdm.quarantine WHERE plan = '%s'",
        f->plan, f->plan, f->plan, f->plan, f->plan);
    zdm_conn_close(f->control);
    zdm_conn_close(f->app);
    zdm_buf_release(&f->notes);
    zdm_err_release(&f->err);
    free(f->table);
    free(f->plan);
    free(f->conninfo);
    free(f);
}

static inline void
assert_has(const char *text, const char *part)
{
    if (!text || !strstr(text, part))
        fail_msg("\"%s\" does not say \"%s\"", text ? text : "NULL", part);
}

#endif
