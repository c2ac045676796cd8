/*
 * The network loses batches and replies. A proxy between zdm and the server cuts
 * the connection at every third batch, and at every second statement that leaves
 * a locked row for later, sets a bad row aside or takes it up again: before the server sees it, after its reply
 * was read, or while it is still at work on it. The replies to the commits that
 * make the cursor and that end the backfill are lost, too.
 */
#include "batch_map_fixture.h"
#include "pg_proxy.h"

struct cutter {
    int batches, cuts[CUTS];
    int deferrals, deferrals_cut[CUTS];
    int bad, bad_cut[CUTS];         /* rows that are set aside */
    int retries, retries_cut[CUTS]; /* and taken up again, or noted to have failed again */
    int sessions;                   /* to be cut as they begin */
    bool claiming, closing;         /* the next COMMIT is that of ... */
    int commits_cut;
};

/* Each nth time it is cut, in the three ways by turns. */
static enum cut
every(int nth, int *seen, int cuts[CUTS])
{
    if (++*seen % nth != 0)
        return FORWARD;
    enum cut cut = (enum cut)(*seen / nth % CUTS);
    cuts[cut]++;
    return cut;
}

static enum cut
decide(void *self, int connection, const char *data, ssize_t n)
{
    struct cutter *c = self;

    (void)connection;
    if (c->sessions > 0 && proxy_says(data, n, "set_config('application_name'"))
        return --c->sessions % 2 ? CUT_REPLY : CUT_BEFORE;
    c->claiming = c->claiming || proxy_says(data, n, "INSERT INTO zdm.cursor");
    c->closing = c->closing || proxy_says(data, n, "SET state = 'done'");
    if (proxy_says(data, n, "COMMIT") &&
        ((c->claiming && c->commits_cut == 0) || (c->closing && c->commits_cut == 1))) {
        c->commits_cut++;
        return CUT_REPLY;
    }
    if (proxy_says(data, n, "zdm_found"))
        return every(2, &c->bad, c->bad_cut);
    if (proxy_says(data, n, "zdm_fence"))
        return every(2, &c->retries, c->retries_cut);
    if (proxy_says(data, n, "zdm_part"))
        return every(2, &c->deferrals, c->deferrals_cut);
    /* From the third batch on it is sent by the name that it was prepared under. */
    bool batch = proxy_says(data, n, "zdm_cas") && !proxy_says(data, n, "EXPLAIN ");
    if (!batch && !proxy_says(data, n, "zdm_within"))
        return FORWARD;
    return every(3, &c->batches, c->cuts);
}

/* The fixture's control connection goes through the proxy from now on; its conninfo, owned. */
static char *
through(struct fixture *f, struct proxy *p, struct cutter *cutter)
{
    char *folder =
        value(f->app, "SELECT split_part(current_setting('unix_socket_directories'), ',', 1)");
    char *port = value(f->app, "SHOW port");
    proxy_start(p, folder, port, decide, cutter);
    free(folder);
    free(port);
    zdm_conn_close(f->control);
    char *conninfo = zdm_strf("%s host=%s port=5432", f->conninfo, p->folder);
    f->control = connect_to(conninfo, "zdm/test");
    return conninfo;
}

static void
exactly_once(int64_t stripes, bool map)
{
    struct fixture *f = fixture_new("bl_net", NULL);
    struct cutter cutter = {.batches = 0};
    struct proxy p;

    f->spec.stripes = stripes;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);"
                "INSERT INTO t SELECT g FROM generate_series(1, 600) AS g;"
                /* Long enough that a batch whose client is gone is still at work. */
                "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN PERFORM pg_sleep(0.02); RETURN NULL; END $$;"
                "CREATE TRIGGER slow AFTER UPDATE ON t EXECUTE FUNCTION slow()");
    char *conninfo = through(f, &p, &cutter);
    f->spec.table = "bl_net.t";
    if (map)
        fixture_map(f, "n", "n", map_script_add_one);
    f->spec.batch_max = 20;
    f->spec.lock_timeout_ms = 5; /* less than a batch: the look must ask more than once */
    fixture_run_ok(f);

    assert_value(f->app, "SELECT count(*) FROM t WHERE n <> 1", "0");
    assert_value(
        f->app, "SELECT rows || ' ' || state FROM zdm.cursor WHERE plan = 'bl_net'", "600 done");
    for (int cut = 0; cut < CUTS; cut++)
        assert_true(cutter.cuts[cut] > 2);
    assert_int_equal(cutter.commits_cut, 2);
    assert_int_equal(f->recovered, 2);
    assert_int_equal(f->finished, 1);
    assert_value(f->app, "SELECT count(*) FROM zdm.journal WHERE plan = 'bl_net'", "1");
    zdm_conn_close(f->control);
    f->control = NULL;
    proxy_stop(&p);
    free(conninfo);
    fixture_free(f);
}

static void
test_exactly_once(void **state)
{
    (void)state;
    exactly_once(1, false);
}

static void
test_in_stripes(void **state)
{
    (void)state;
    exactly_once(8, false);
}

/* A map sends twice for a batch: the connection is cut at both. */
static void
test_map(void **state)
{
    (void)state;
    exactly_once(1, true);
}

static void
test_map_in_stripes(void **state)
{
    (void)state;
    exactly_once(8, true);
}

/* The statements that leave locked rows for later get lost as well. A row is locked until it was. */
static void
deferred_once(int64_t stripes)
{
    struct fixture *f = fixture_new("bl_later", NULL);
    struct cutter cutter = {.batches = 0};
    struct proxy p;

    sql(f->app,
        "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);"
        "INSERT INTO t SELECT g FROM generate_series(1, 600) AS g;"
        "CREATE FUNCTION locked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NEW.id %% 50 = 7 AND NOT EXISTS (SELECT FROM zdm.cursor WHERE plan = 'bl_later'"
        "   AND part_of IS NOT NULL AND bound = NEW.id::text) THEN"
        "   RAISE 'locked' USING ERRCODE = 'lock_not_available'; END IF; RETURN NEW; END $$;"
        "CREATE TRIGGER locked BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION locked()");
    char *conninfo = through(f, &p, &cutter);
    f->spec.table = "bl_later.t";
    f->spec.batch_max = 20;
    f->spec.stripes = stripes;
    fixture_run_ok(f);

    assert_value(f->app, "SELECT count(*) FROM t WHERE n <> 1", "0");
    assert_value(f->app,
        "SELECT sum(rows) || ' ' || count(*) || ' ' || string_agg(DISTINCT state, ',')"
        " FROM zdm.cursor WHERE plan = 'bl_later'",
        "600 13 done");
    for (int cut = 0; cut < CUTS; cut++)
        assert_true(cutter.deferrals_cut[cut] > 0);
    assert_int_equal(f->finished, 1);
    zdm_conn_close(f->control);
    f->control = NULL;
    proxy_stop(&p);
    free(conninfo);
    fixture_free(f);
}

static void
test_deferred_once(void **state)
{
    (void)state;
    deferred_once(1);
}

static void
test_deferred_in_stripes(void **state)
{
    (void)state;
    deferred_once(8);
}

/* So do those that set bad rows aside, and those that take them up again. */
static void
quarantined_once(int64_t stripes)
{
    struct fixture *f = fixture_new("bl_bad", NULL);
    struct cutter cutter = {.batches = 0};
    struct zdm_retried retried = {.done = 0};
    struct proxy p;

    sql(f->app,
        "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, bad boolean NOT NULL,"
        " CHECK (NOT bad OR n = 0));"
        "INSERT INTO t SELECT g, 0, g %% 50 = 7 FROM generate_series(1, 600) AS g;"
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM pg_sleep(0.02); RETURN NULL; END $$;"
        "CREATE TRIGGER slow AFTER UPDATE ON t EXECUTE FUNCTION slow()");
    char *conninfo = through(f, &p, &cutter);
    f->spec.table = "bl_bad.t";
    f->spec.batch_max = 20;
    f->spec.stripes = stripes;
    f->spec.max_quarantine = 12;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n <> CASE WHEN bad THEN 0 ELSE 1 END", "0");
    assert_value(f->app,
        "SELECT sum(rows) || ' ' || string_agg(DISTINCT state, ',')"
        " FROM zdm.cursor WHERE plan = 'bl_bad'",
        "588 done");
    assert_value(f->app,
        "SELECT count(*) || ' ' || sum(tries) FROM zdm.quarantine WHERE plan = 'bl_bad'", "12 12");
    assert_int_equal(f->last.quarantined, 12);
    for (int cut = 0; cut < CUTS; cut++)
        assert_true(cutter.bad_cut[cut] > 0);

    sql(f->app, "UPDATE t SET bad = false WHERE id < 300");
    if (zdm_backfill_retry(f->control, &f->spec, f->epoch, &f->hooks, NULL, &retried, &f->err) < 0)
        fail_msg("%s", f->err.message);
    assert_int_equal(retried.done, 6);
    assert_int_equal(retried.failed, 6);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n <> CASE WHEN bad THEN 0 ELSE 1 END", "0");
    assert_value(f->app,
        "SELECT count(*) || ' ' || min(tries) || ' ' || max(tries) FROM zdm.quarantine"
        " WHERE plan = 'bl_bad'",
        "6 2 2");
    for (int cut = 0; cut < CUTS; cut++)
        assert_true(cutter.retries_cut[cut] > 0);
    zdm_conn_close(f->control);
    f->control = NULL;
    proxy_stop(&p);
    free(conninfo);
    fixture_free(f);
}

static void
test_quarantined_once(void **state)
{
    (void)state;
    quarantined_once(1);
}

static void
test_quarantined_in_stripes(void **state)
{
    (void)state;
    quarantined_once(8);
}

/* A worker's session is lost before it has done anything. */
static void
test_lost_at_its_start(void **state)
{
    struct fixture *f = fixture_new("bl_start", NULL);
    struct cutter cutter = {.sessions = 3};
    struct proxy p;

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);"
                "INSERT INTO t SELECT g FROM generate_series(1, 600) AS g; ANALYZE t");
    char *conninfo = through(f, &p, &cutter);
    f->spec.table = "bl_start.t";
    fixture_run_ok(f);
    assert_int_equal(cutter.sessions, 0);
    assert_has(f->notes.s, "reconnect: ");
    assert_value(f->app, "SELECT min(n) || ' ' || max(n) FROM t", "1 1");
    zdm_conn_close(f->control);
    f->control = NULL;
    proxy_stop(&p);
    free(conninfo);
    fixture_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lost_at_its_start),
        cmocka_unit_test(test_exactly_once),
        cmocka_unit_test(test_in_stripes),
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_map_in_stripes),
        cmocka_unit_test(test_deferred_once),
        cmocka_unit_test(test_deferred_in_stripes),
        cmocka_unit_test(test_quarantined_once),
        cmocka_unit_test(test_quarantined_in_stripes),
    };

    return cmocka_run_group_tests_name("batch_lost_reply", tests, NULL, NULL);
}
