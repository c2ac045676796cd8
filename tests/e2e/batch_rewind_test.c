/* A failover to a replica that was behind: the database is at an earlier point, with fewer slices than the
 * run knows of. Played by putting table and cursors back to a snapshot while the sessions are ended. */
#include "batch_fixture.h"

struct world {
    struct fixture *f;
    const char *snapshot_when, *rewind_when; /* conditions */
    const char *then;                        /* behind the rewinding; may be NULL */
    bool rewinds;                            /* else only the part is deleted */
    struct zdm_conn *holder;
    pthread_t thread;
};

static void
take_snapshot(struct fixture *f)
{
    sql(f->app,
        "BEGIN ISOLATION LEVEL REPEATABLE READ; CREATE TABLE t_then AS TABLE t;"
        "CREATE TABLE cursor_then AS SELECT * FROM zdm.cursor WHERE plan = '%s'; COMMIT",
        f->plan);
}

/* Nothing is committed between the end of the workers' sessions and the end of this. */
static void
rewind_to_snapshot(struct world *w)
{
    struct fixture *f = w->f;

    sql(f->app,
        "BEGIN; LOCK TABLE zdm.cursor IN ACCESS EXCLUSIVE MODE;"
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name ~ '^zdm/%s/fill/[0-9]' OR application_name = 'zdm/test'",
        f->plan);
    if (w->rewinds)
        sql(f->app,
            "SET LOCAL session_replication_role = replica;"
            "UPDATE t SET n = o.n FROM t_then AS o WHERE o.id = t.id AND o.n <> t.n;"
            "DELETE FROM t WHERE id NOT IN (SELECT id FROM t_then);"
            "DELETE FROM zdm.cursor WHERE plan = '%s';"
            "INSERT INTO zdm.cursor SELECT * FROM cursor_then",
            f->plan);
    else
        sql(f->app, "DELETE FROM zdm.cursor WHERE plan = '%s' AND part_of IS NOT NULL", f->plan);
    if (w->then)
        sql(f->app, "%s", w->then);
    sql(f->app, "COMMIT");
}

static void *
world_main(void *arg)
{
    struct world *w = arg;

    if (w->rewinds) {
        await(w->f->app, w->snapshot_when);
        take_snapshot(w->f);
    }
    await(w->f->app, w->rewind_when);
    rewind_to_snapshot(w);
    if (w->holder)
        sql(w->holder, "COMMIT");
    return NULL;
}

static struct fixture *
counters(const char *name, struct world *w)
{
    struct fixture *f = fixture_new(name, NULL);

    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);"
                "INSERT INTO t SELECT g FROM generate_series(1, 4000) AS g; ANALYZE t");
    f->spec.table = f->table = zdm_strf("%s.t", name);
    f->spec.batch_max = 20;
    f->spec.lock_timeout_ms = 20;
    w->f = f;
    return f;
}

static void
hold(struct world *w, const char *lock)
{
    w->holder = connect_to(w->f->conninfo, "world");
    sql(w->holder, "SET search_path = \"%s\"; BEGIN; %s", w->f->plan, lock);
}

static void
counters_free(struct fixture *f, struct world *w)
{
    zdm_conn_close(w->holder);
    fixture_free(f);
}

static void
assert_once(struct fixture *f)
{
    assert_value(f->app, "SELECT count(*) || ' ' || min(n) || ' ' || max(n) FROM t", "4000 1 1");
    char *rows = value(f->app,
        "SELECT sum(rows) || ' ' || string_agg(DISTINCT state, ',') FROM zdm.cursor"
        " WHERE plan = '%s'",
        f->plan);
    assert_string_equal(rows, "4000 done");
    free(rows);
}

/* The part is gone together with the batches behind it. Its worker waits for the row at that time. */
static void
test_part(void **state)
{
    struct world w = {.rewinds = true,
        .snapshot_when = "SELECT count(*) > 0 FROM zdm.cursor WHERE plan = 'br_part'"
                         " AND batches >= 4",
        .rewind_when = "SELECT sum(n) = 3999 FROM t"};
    struct fixture *f = counters("br_part", &w);

    (void)state;
    hold(&w, "SELECT FROM t WHERE id = 2000 FOR UPDATE");
    assert_int_equal(pthread_create(&w.thread, NULL, world_main, &w), 0);
    fixture_run_ok(f);
    pthread_join(w.thread, NULL);
    assert_once(f);
    assert_has(f->notes.s, "rewound: the database is at an earlier point than before");
    counters_free(f, &w);
}

/* The part is done when the failover takes it away: the end of the run notices. */
static void
test_part_that_was_done(void **state)
{
    struct world w = {.rewinds = true,
        .snapshot_when = "SELECT count(*) > 0 FROM zdm.cursor WHERE plan = 'br_done'"
                         " AND batches >= 4",
        .rewind_when = "SELECT EXISTS (SELECT FROM zdm.cursor WHERE plan = 'br_done'"
                       " AND part_of IS NOT NULL AND pos = bound)"};
    struct fixture *f = counters("br_done", &w);

    (void)state;
    /* Locked until it is a part, and not again. */
    sql(f->app, "CREATE TABLE again (); CREATE FUNCTION busy() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN IF NOT EXISTS (SELECT FROM zdm.cursor WHERE plan = 'br_done'"
                "   AND part_of IS NOT NULL) AND to_regclass('br_done.again') IS NOT NULL THEN"
                "  RAISE 'locked' USING ERRCODE = 'lock_not_available'; END IF; RETURN NEW; END $$;"
                "CREATE TRIGGER busy BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.id = 1000)"
                " EXECUTE FUNCTION busy()");
    w.then = "DROP TABLE again";
    hold(&w, "SELECT FROM t WHERE id = 3000 FOR UPDATE"); /* it does not end before */
    assert_int_equal(pthread_create(&w.thread, NULL, world_main, &w), 0);
    f->spec.pause_ms = 1;
    fixture_run_ok(f);
    pthread_join(w.thread, NULL);
    assert_once(f);
    counters_free(f, &w);
}

/* The row of a part that somebody deletes is not gone with anything: its row would be left out. */
static void
test_deleted(void **state)
{
    struct world w = {.rewind_when = "SELECT sum(n) = 3999 FROM t"};
    struct fixture *f = counters("br_deleted", &w);

    (void)state;
    hold(&w, "SELECT FROM t WHERE id = 2000 FOR UPDATE");
    assert_int_equal(pthread_create(&w.thread, NULL, world_main, &w), 0);
    assert_int_equal(fixture_run(f), -1);
    pthread_join(w.thread, NULL);
    assert_int_equal(f->err.code, ZDM_ERR_MISMATCH);
    assert_has(f->err.message, "the cursor of backfill \"fill\" is gone");
    counters_free(f, &w);
}

/* What a sweep found, taken away before it is repaired, is found again. */
static void
test_repair(void **state)
{
    struct world w = {.rewinds = true,
        .snapshot_when = "SELECT count(*) > 0 FROM zdm.cursor WHERE plan = 'br_repair'"
                         " AND batches >= 4",
        .rewind_when = "SELECT EXISTS (SELECT FROM zdm.cursor WHERE plan = 'br_repair'"
                       " AND round IS NOT NULL)"};
    struct fixture *f = counters("br_repair", &w);

    (void)state;
    sql(f->app,
        "CREATE FUNCTION behind() RETURNS trigger LANGUAGE plpgsql SET search_path = br_repair AS"
        " $$ BEGIN INSERT INTO t VALUES (0); RETURN NULL; END $$;"
        "CREATE TRIGGER behind AFTER UPDATE ON t FOR EACH ROW WHEN (NEW.id = 4000)"
        " EXECUTE FUNCTION behind(); DELETE FROM t WHERE id = 1;"
        "CREATE FUNCTION busy() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM pg_advisory_xact_lock(54321); RETURN NEW; END $$;"
        "CREATE TRIGGER busy BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.id = 0)"
        " EXECUTE FUNCTION busy()");
    f->set = (struct zdm_assignment){"n", "1"};
    f->spec.sweep.on = true;
    hold(&w, "SELECT pg_advisory_xact_lock(54321)");
    assert_int_equal(pthread_create(&w.thread, NULL, world_main, &w), 0);
    fixture_run_ok(f);
    pthread_join(w.thread, NULL);
    assert_once(f);
    counters_free(f, &w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_part),
        cmocka_unit_test(test_part_that_was_done),
        cmocka_unit_test(test_deleted),
        cmocka_unit_test(test_repair),
    };

    return cmocka_run_group_tests_name("batch_rewind", tests, NULL, NULL);
}
