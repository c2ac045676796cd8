/* The process dies or is asked to stop: the next one goes on, and every row is done once. */
#include "batch_child.h"

#include "base/failpoint.h"

static struct fixture *
counters(const char *name)
{
    struct fixture *f = fixture_new(name, NULL);

    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);"
                "INSERT INTO t SELECT g FROM generate_series(1, 1000) AS g");
    f->spec.table = f->table = zdm_strf("%s.t", name);
    f->spec.batch_max = 20;
    return f;
}

static void
resume(struct fixture *f)
{
    fixture_own(f);
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n <> 1", "0");
    char *rows =
        value(f->app, "SELECT rows || ' ' || state FROM zdm.cursor WHERE plan = '%s'", f->plan);
    assert_string_equal(rows, "1000 done");
    free(rows);
}

#ifdef ZDM_FAILPOINTS
static void
run_to_death(struct fixture *f)
{
    zdm_failpoints_init();
    fixture_run(f);
}

static void
killed_at_each_point(struct fixture *(*make)(const char *name), void (*go_on)(struct fixture *f))
{
    static const char *const points[] = {"cursor.after", "batch.before", "batch.before:3",
        "batch.after", "batch.after:7", "barrier.before"};

    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        struct fixture *f = make("bc_kill");
        setenv("ZDM_FAILPOINT", points[i], 1);
        int status = in_child(f, run_to_death);
        unsetenv("ZDM_FAILPOINT");
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
            fail_msg("%s did not kill: status %d", points[i], status);
        assert_int_equal(f->finished, 0);
        go_on(f);
        fixture_free(f);
    }
}

static void
test_killed_at_each_point(void **state)
{
    (void)state;
    killed_at_each_point(counters, resume);
}

/* Without a unique key of the copy's own a batch that ran twice would show. */
static struct fixture *
copies(const char *name)
{
    struct fixture *f = counters(name);

    sql(f->app, "CREATE TABLE copy AS TABLE t WITH NO DATA");
    f->spec.action = ZDM_BACKFILL_COPY;
    f->spec.into = "bc_kill.copy";
    f->spec.n_set = 0;
    return f;
}

static void
resume_copies(struct fixture *f)
{
    fixture_own(f);
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) || ' ' || count(DISTINCT id) FROM copy", "1000 1000");
    assert_value(
        f->app, "SELECT rows || ' ' || state FROM zdm.cursor WHERE plan = 'bc_kill'", "1000 done");
}

static void
test_copy_killed_at_each_point(void **state)
{
    (void)state;
    killed_at_each_point(copies, resume_copies);
}

static struct fixture *
pages(const char *name)
{
    struct fixture *f = counters(name);

    sql(f->app, "ALTER TABLE t DROP CONSTRAINT t_pkey; ALTER TABLE t SET (fillfactor = 10)");
    sql(f->app, "VACUUM FULL t");
    f->spec.where = "n = 0";
    return f;
}

static void
test_pages_killed_at_each_point(void **state)
{
    (void)state;
    killed_at_each_point(pages, resume);
}

static struct fixture *
deletes(const char *name)
{
    struct fixture *f = counters(name);

    f->spec.action = ZDM_BACKFILL_DELETE;
    f->spec.where = "id % 2 = 0";
    f->spec.n_set = 0;
    return f;
}

static void
resume_deletes(struct fixture *f)
{
    fixture_own(f);
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) || ' ' || sum(id % 2) FROM t", "500 500");
    assert_value(
        f->app, "SELECT rows || ' ' || state FROM zdm.cursor WHERE plan = 'bc_kill'", "500 done");
}

static void
test_delete_killed_at_each_point(void **state)
{
    (void)state;
    killed_at_each_point(deletes, resume_deletes);
}
#endif

static void
test_interrupted(void **state)
{
    struct fixture *f = counters("bc_stop");

    (void)state;
    int status = in_child(f, run_until_stopped);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 42);
    /* Whole batches only, and the cursor knows of each. */
    assert_value(f->app,
        "SELECT c.rows = (SELECT sum(n) FROM t) AND c.rows < 1000 AND"
        " c.pos::int = c.rows FROM zdm.cursor AS c WHERE plan = 'bc_stop'",
        "t");
    resume(f);
    assert_int_equal(f->last.walked, f->last.total);
    assert_false(f->overdone);
    fixture_free(f);
}

static void
run_until_it_ends(struct fixture *f)
{
    _exit(fixture_run(f) == 0 ? 0 : 1);
}

static void
await_another_batch(struct fixture *f)
{
    static const char batches[] =
        "(SELECT COALESCE(sum(batches), 0) FROM zdm.cursor WHERE plan = 'bc_random')";
    char *before = value(f->app, "SELECT %s", batches),
         *more = zdm_strf("SELECT %s > %s", batches, before);

    await(f->app, more);
    free(before);
    free(more);
}

/* At any instant, not only at those that we thought of: 50 times in one backfill, from its first statement on. */
static void
test_killed_at_random_instants(void **state)
{
    const char *given = getenv("ZDM_SEED");
    unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)zdm_monotonic_us();
    struct fixture *f = fixture_new("bc_random", NULL);

    (void)state;
    printf("ZDM_SEED=%u\n", seed);
    fflush(stdout);
    srand(seed);
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);"
                "INSERT INTO t SELECT g FROM generate_series(1, 40000) AS g; ANALYZE t");
    f->spec.table = f->table = zdm_strdup("bc_random.t");
    f->spec.batch_max = 20;
    f->spec.pause_ms = 5;
    for (int i = 0; i < 50; i++) {
        f->spec.workers = 1 + i % 2;
        f->spec.stripes = i % 3 == 0 ? 1 : 4;
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            f->control = connect_to(f->conninfo, "zdm/test");
            run_until_it_ends(f);
        }
        int status;
        if (i % 2 == 0) /* among the batches; else while it begins, mostly */
            await_another_batch(f);
        zdm_sleep_ms(rand() % 30); /* that is the instant */
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status)); /* it had not ended by itself */
        fixture_own(f);
    }
    assert_value(f->app, "SELECT max(n) FROM t", "1"); /* some were done, none twice */
    f->spec.pause_ms = 0;
    f->spec.batch_max = 5000;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) || ' ' || min(n) || ' ' || max(n) FROM t", "40000 1 1");
    assert_value(f->app, "SELECT sum(rows) FROM zdm.cursor WHERE plan = 'bc_random'", "40000");
    fixture_free(f);
}

/* A cursor that says "done" with no journal row is not ours to guess about. */
static void
test_done_but_not_journaled(void **state)
{
    struct fixture *f = counters("bc_half");

    (void)state;
    fixture_run_ok(f);
    sql(f->app, "DELETE FROM zdm.journal WHERE plan = 'bc_half'");
    assert_int_equal(fixture_run(f), -1);
    assert_int_equal(f->err.code, ZDM_ERR_MISMATCH);
    assert_has(f->err.hint, "DELETE FROM zdm.cursor WHERE plan = 'bc_half' AND step = 'fill'");
    assert_value(f->app, "SELECT count(*) FROM t WHERE n <> 1", "0");
    fixture_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef ZDM_FAILPOINTS
        cmocka_unit_test(test_killed_at_each_point),
        cmocka_unit_test(test_copy_killed_at_each_point),
        cmocka_unit_test(test_delete_killed_at_each_point),
        cmocka_unit_test(test_pages_killed_at_each_point),
#endif
        cmocka_unit_test(test_killed_at_random_instants),
        cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_done_but_not_journaled),
    };

    return cmocka_run_group_tests_name("batch_crash", tests, NULL, NULL);
}
