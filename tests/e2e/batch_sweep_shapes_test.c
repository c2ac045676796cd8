/* The final sweep over every shape of a backfill: WHERE, types, keys, delete, copy, workers, partitions. */
#include "batch_map_fixture.h"
#include "batch_sweep_fixture.h"

/* where says which rows are meant, set what is still to do in them. */
static void
test_where(void **state)
{
    struct fixture *f = mails("bs_where",
        "IF NEW.id = 900 THEN INSERT INTO t VALUES (-2, 'Even'), (-1, 'Odd'), (-4, NULL); END IF;");

    (void)state;
    f->spec.where = "id % 2 = 0 -- every other one";
    fixture_run_ok(f);
    assert_value(f->app,
        "SELECT count(*) FROM t WHERE (id % 2 = 0) <> (mail IS NOT NULL) AND id <> -4", "0");
    assert_repaired(f, "1:1");
    assert_int_equal(f->last.rows, 501);
    fixture_free(f);
}

/* A value that is an error in rows that where leaves out. */
static void
test_where_guards(void **state)
{
    struct fixture *f = fixture_new("bs_guard", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, txt text, n int);"
                "INSERT INTO t SELECT g, CASE WHEN g %% 3 = 0 THEN 'none' ELSE g::text END"
                "  FROM generate_series(1, 600) AS g; ANALYZE t");
    f->set = (struct zdm_assignment){"n", "txt::int"};
    f->spec.where = "txt ~ '^[0-9]+$'";
    f->spec.table = "bs_guard.t";
    f->spec.sweep.on = true;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(n) || ' ' || sum(n - id) FROM t", "400 0");
    assert_int_equal(f->notes.len, 0);
    fixture_free(f);
}

/* Types without equality, with another idea of it, and columns that make something else of a value. */
static void
test_types(void **state)
{
    struct fixture *f = fixture_new("bs_types", NULL);
    const struct zdm_assignment set[] = {{"j", "json_build_object('a', a)"}, {"p", "point(a, a)"},
        {"n", "a / 3.0"}, {"v", "'value ' || a"}, {"x", "xmlelement(name a, a)"}, {"c", "a::text"},
        {"\"Odd\"", "ARRAY[a, NULL]"}, {"f", "a / 3.0"}};

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, a int, j json, p point, n int, v varchar(20),"
                " x xml, c char(9), \"Odd\" int[], f real);"
                "INSERT INTO t SELECT g, g FROM generate_series(1, 300) AS g; ANALYZE t");
    sql(f->app,
        "CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql SET search_path = bs_types AS"
        " $$ BEGIN INSERT INTO t (id, a) VALUES (0, 5); UPDATE t SET j = '{\"a\":1}' WHERE id = 1;"
        "  UPDATE t SET p = '(9,9)' WHERE id = 2; RETURN NULL; END $$;"
        "CREATE TRIGGER meanwhile AFTER UPDATE ON t FOR EACH ROW WHEN (NEW.id = 300)"
        " EXECUTE FUNCTION meanwhile()");
    f->spec.set = set;
    f->spec.n_set = sizeof set / sizeof *set;
    f->spec.table = "bs_types.t";
    f->spec.sweep.on = true;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT string_agg(j || ' ' || p, ' ' ORDER BY id) FROM t WHERE id < 3",
        "{\"a\" : 5} (5,5) {\"a\" : 1} (1,1) {\"a\" : 2} (2,2)");
    assert_value(f->app,
        "SELECT string_agg(rows::text, ' ') FROM zdm.cursor WHERE plan = 'bs_types'"
        " AND round IS NOT NULL",
        "3");
    fixture_free(f);
}

static void
test_composite_key(void **state)
{
    struct fixture *f = fixture_new("bs_pair", NULL);

    (void)state;
    sql(f->app,
        "CREATE TABLE t (a text, b int, s int, d int, PRIMARY KEY (a, b));"
        "INSERT INTO t SELECT 'x' || g %% 3, g, g FROM generate_series(1, 900) AS g;"
        "CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql SET search_path = bs_pair AS"
        " $$ BEGIN INSERT INTO t VALUES ('x1', -1, 4), ('a', 1, 5), ('x2', 9999, 6);"
        "  RETURN NULL; END $$;"
        "CREATE TRIGGER meanwhile AFTER UPDATE ON t FOR EACH ROW WHEN (NEW.b = 899)"
        " EXECUTE FUNCTION meanwhile(); ANALYZE t");
    f->set = (struct zdm_assignment){"d", "s * 2"};
    f->spec.table = "bs_pair.t";
    f->spec.sweep.on = true;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) || ' ' || sum(d - 2 * s) FROM t", "903 0");
    assert_has(f->notes.s, "(a, b) = (a, 1), (a, b) = (x1, -1), (a, b) = (x2, 9999)");
    assert_int_equal(f->last.rows, 903);
    fixture_free(f);
}

static void
test_delete(void **state)
{
    struct fixture *f = fixture_new("bs_delete", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, old bool);"
                "INSERT INTO t SELECT g, g %% 2 = 0 FROM generate_series(1, 600) AS g;"
                "CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql SET search_path = "
                "bs_delete AS"
                " $$ BEGIN UPDATE t SET old = true WHERE id = 1; INSERT INTO t VALUES (-1, true), "
                "(-2, false),"
                "  (-3, NULL); RETURN NULL; END $$;"
                "CREATE TRIGGER meanwhile AFTER DELETE ON t FOR EACH ROW WHEN (OLD.id = 500)"
                " EXECUTE FUNCTION meanwhile(); ANALYZE t");
    f->spec.table = "bs_delete.t";
    f->spec.action = ZDM_BACKFILL_DELETE;
    f->spec.n_set = 0;
    f->spec.where = "old";
    f->spec.sweep.on = true;
    fixture_run_ok(f);
    assert_value(
        f->app, "SELECT count(*) || ' ' || min(id) || ' ' || bool_or(old) FROM t", "301 -3 false");
    assert_int_equal(f->last.rows, 302);
    fixture_free(f);
}

static void
test_copy(void **state)
{
    struct fixture *f = fixture_new("bs_copy", NULL);
    const struct zdm_assignment named[] = {{"ident", "id"}, {"text", "upper(name)"}};

    (void)state;
    sql(f->app,
        "CREATE TABLE t (id int PRIMARY KEY, name text); CREATE TABLE u (LIKE t INCLUDING ALL);"
        "CREATE TABLE w (ident int UNIQUE, text text); CREATE TABLE x (id int, name text);"
        "INSERT INTO t SELECT g, 'n' || g FROM generate_series(1, 600) AS g;"
        "CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql SET search_path = bs_copy AS"
        " $$ BEGIN INSERT INTO t VALUES (0, 'late'), (999, 'later'); RETURN NULL; END $$;"
        "CREATE TRIGGER meanwhile AFTER INSERT ON u FOR EACH ROW WHEN (NEW.id = 500)"
        " EXECUTE FUNCTION meanwhile(); ANALYZE t");
    f->spec.table = "bs_copy.t";
    f->spec.action = ZDM_BACKFILL_COPY;
    f->spec.n_set = 0;
    f->spec.into = "bs_copy.u";
    f->spec.sweep.on = true;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM (TABLE t EXCEPT TABLE u) AS s", "0");
    assert_int_equal(f->last.rows, 602);

    /* Under other names. */
    sql(f->app, "DELETE FROM zdm.cursor WHERE plan = 'bs_copy';"
                "DELETE FROM zdm.journal WHERE plan = 'bs_copy'; DELETE FROM t WHERE id = 0;"
                "CREATE TRIGGER meanwhile AFTER INSERT ON w FOR EACH ROW WHEN (NEW.ident = 501)"
                " EXECUTE FUNCTION meanwhile();"
                "DELETE FROM t WHERE id = 999");
    f->spec.set = named;
    f->spec.n_set = 2;
    f->spec.into = "bs_copy.w";
    fixture_own(f);
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) || ' ' || count(w.text) FROM t LEFT JOIN w ON ident = id",
        "602 602");

    /* A table that the key cannot be asked of. */
    sql(f->app, "DELETE FROM zdm.cursor WHERE plan = 'bs_copy';"
                "DELETE FROM zdm.journal WHERE plan = 'bs_copy'");
    f->spec.n_set = 0;
    f->spec.into = "bs_copy.x";
    fixture_own(f);
    fixture_run_ok(f);
    assert_has(f->notes.s, "bs_copy.x has no unique index on the key of bs_copy.t");
    fixture_free(f);
}

/* Many pieces, several workers and stripes. */
static void
test_workers_and_stripes(void **state)
{
    struct fixture *f = mails("bs_many", "IF NEW.id > 0 AND NEW.id % 5000 = 0 THEN INSERT INTO t "
                                         "VALUES (-NEW.id, 'Behind'); END IF;");

    (void)state;
    sql(f->app, "INSERT INTO t SELECT g, 'User ' || g FROM generate_series(1001, 30000) AS g;"
                "ANALYZE t");
    f->spec.workers = 3;
    f->spec.stripes = 4;
    fixture_run_ok(f);
    assert_all_done(f);
    assert_int_equal(f->last.rows, 30006);
    assert_value(f->app,
        "SELECT count(*) > 1 FROM zdm.cursor WHERE plan = 'bs_many' AND round IS NULL", "t");
    assert_value(f->app, "SELECT sum(rows) FROM zdm.cursor WHERE plan = 'bs_many'", "30006");
    fixture_free(f);
}

/* Partition by partition, each along its own key; by one worker, so that the last is the last. */
static void
test_partitions(void **state)
{
    struct fixture *f = fixture_new("bs_parts", NULL);

    (void)state;
    sql(f->app,
        "CREATE TABLE t (id int, email text, mail text) PARTITION BY RANGE (id);"
        "CREATE TABLE a PARTITION OF t (PRIMARY KEY (id)) FOR VALUES FROM (0) TO (1000);"
        "CREATE TABLE b PARTITION OF t FOR VALUES FROM (1000) TO (2000);"
        "ALTER TABLE b ALTER email SET NOT NULL, ADD UNIQUE (email);"
        "CREATE TABLE c PARTITION OF t (PRIMARY KEY (id)) FOR VALUES FROM (2000) TO (3000);"
        "INSERT INTO t SELECT g, 'User ' || g FROM generate_series(100, 2400) AS g;"
        "CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql SET search_path = bs_parts AS"
        " $$ BEGIN INSERT INTO t VALUES (1, 'A'), (1001, 'A'), (2900, 'Beyond'); RETURN NULL; END "
        "$$;"
        "CREATE TRIGGER meanwhile AFTER UPDATE ON c FOR EACH ROW WHEN (NEW.id = 2400)"
        " EXECUTE FUNCTION meanwhile(); ANALYZE");
    f->set = (struct zdm_assignment){"mail", "lower(t.email)"};
    f->spec.table = "bs_parts.t";
    f->spec.sweep.on = true;
    fixture_run_ok(f);
    assert_all_done(f);
    assert_int_equal(f->last.rows, 2304);
    assert_value(f->app,
        "SELECT count(*) || ' ' || sum(rows) FROM zdm.cursor WHERE plan = 'bs_parts'"
        " AND round IS NOT NULL",
        "3 3");
    fixture_free(f);
}

/* A row that somebody moves from a partition that is still to come to one that is done, with keys and without. */
static void
test_moved_behind(void **state)
{
    static const char *const keys[][3] = {
        {"PRIMARY KEY (id)", "PRIMARY KEY (id)", "PRIMARY KEY (id)"},
        {"CHECK (true)", "CHECK (true)", "CHECK (true)"},
        {"CHECK (true)", "PRIMARY KEY (id)", "CHECK (true)"}};

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct fixture *f = fixture_new("bs_moved", NULL);
        sql(f->app,
            "CREATE TABLE t (id int, part text, email text, mail text) PARTITION BY LIST (part);"
            "CREATE TABLE a PARTITION OF t (%s) FOR VALUES IN ('a');"
            "CREATE TABLE b PARTITION OF t (%s) FOR VALUES IN ('b');"
            "CREATE TABLE c PARTITION OF t (%s) FOR VALUES IN ('c');"
            "INSERT INTO t SELECT g, chr(97 + g / 100), 'User ' || g FROM generate_series(0, 299) "
            "AS g;"
            "CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql SET search_path = "
            "bs_moved"
            " AS $$ BEGIN UPDATE t SET part = 'a' WHERE id IN (210, 220); RETURN NULL; END $$;"
            "CREATE TRIGGER meanwhile AFTER UPDATE ON b FOR EACH ROW WHEN (NEW.id = 150)"
            " EXECUTE FUNCTION meanwhile(); ANALYZE",
            keys[i][0], keys[i][1], keys[i][2]);
        f->set = (struct zdm_assignment){"mail", "lower(t.email)"};
        f->spec.table = "bs_moved.t";
        f->spec.where = "t.mail IS DISTINCT FROM lower(t.email)";
        f->spec.sweep.on = true;
        fixture_run_ok(f);
        assert_all_done(f);
        assert_value(f->app, "SELECT count(*) FROM a", "102");
        assert_int_equal(f->last.rows, 300);
        fixture_free(f);
    }
}

struct mover {
    struct fixture *f;
    const char *moves;
    pthread_t thread;
};

/* The sweep waits for a lock of ours; by then something moves. */
static void *
move_meanwhile(void *arg)
{
    struct mover *m = arg;
    struct zdm_conn *conn = connect_to(m->f->conninfo, "world");

    sql(conn, "SELECT pg_advisory_lock(7011)");
    await(conn, "SELECT count(*) > 0 FROM pg_locks WHERE objid = 7011 AND NOT granted");
    sql(conn, "%s", m->moves);
    zdm_conn_close(conn);
    return NULL;
}

/* t is walked: while the final sweep looks at the row `at`, `moves` happens, of a row that needs it, is still to be
 * looked at, and came behind the walk. */
static void
moved_while_sweeping(struct fixture *f, int at, const char *moves)
{
    struct mover m = {.f = f, .moves = moves};
    const char *calls[] = {NULL};

    sql(f->app,
        "CREATE TABLE came (id int);"
        "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql SET search_path = \"%s\" AS"
        " $$ BEGIN INSERT INTO t VALUES (900, 'Late'); INSERT INTO came VALUES (1); RETURN NULL; "
        "END $$;"
        "CREATE TRIGGER late AFTER UPDATE ON t FOR EACH ROW WHEN (OLD.id = 1000) EXECUTE FUNCTION "
        "late();"
        "CREATE FUNCTION mail(int, text) RETURNS text IMMUTABLE LANGUAGE plpgsql SET search_path = "
        "\"%s\" AS"
        " $$ BEGIN PERFORM pg_sleep(0.0002); IF $1 = %d AND EXISTS (SELECT FROM came) THEN"
        " PERFORM pg_advisory_xact_lock_shared(7011); END IF; RETURN lower($2); END $$;"
        "INSERT INTO t SELECT g, 'User ' || g FROM generate_series(1, 1000) AS g WHERE g <> 900; "
        "ANALYZE t",
        f->plan, f->plan, at);
    char *name = zdm_strf("%s.mail", f->plan), *expr = zdm_strf("%s(t.id, t.email)", name);
    calls[0] = name;
    f->set = (struct zdm_assignment){"mail", expr};
    f->spec.table = f->table = zdm_strf("%s.t", f->plan);
    f->spec.sweep.on = true;
    f->spec.sweep.calls = calls;
    f->spec.sweep.n_calls = 1;
    f->spec.batch_min = f->spec.batch_max = 1000;
    f->spec.target_ms = 5;
    assert_int_equal(pthread_create(&m.thread, NULL, move_meanwhile, &m), 0);
    await(f->app, "SELECT count(*) > 0 FROM pg_locks WHERE objid = 7011 AND granted");
    fixture_run_ok(f);
    pthread_join(m.thread, NULL);
    assert_all_done(f);
    assert_value(f->app, "SELECT id || mail FROM t WHERE email = 'Late'", "0late");
    assert_has(f->notes.s, "the final sweep found 1 rows of ");
    free(name);
    free(expr);
}

/* From a partition that is still to be looked at to one that was. */
static void
test_moved_while_sweeping(void **state)
{
    struct fixture *f = fixture_new("bs_late", NULL);

    (void)state;
    sql(f->app,
        "CREATE TABLE t (id int PRIMARY KEY, email text, mail text) PARTITION BY RANGE (id);"
        "CREATE TABLE a PARTITION OF t FOR VALUES FROM (0) TO (300);"
        "CREATE TABLE b PARTITION OF t FOR VALUES FROM (300) TO (600);"
        "CREATE TABLE c PARTITION OF t FOR VALUES FROM (600) TO (2000)");
    moved_while_sweeping(f, 500, "UPDATE bs_late.t SET id = 0 WHERE id = 900");
    fixture_free(f);
}

/* From a part of a table that is read in parts. */
static void
test_moved_between_parts(void **state)
{
    struct fixture *f = fixture_new("bs_later", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, email text, mail text)");
    f->spec.sweep.whole_most = 1;
    moved_while_sweeping(f, 500, "UPDATE bs_later.t SET id = 0 WHERE id = 900");
    fixture_free(f);
}

/* Page by page there are passes, whatever the sweep. */
static void
test_pages(void **state)
{
    struct fixture *f = mails("bs_pages", "");

    (void)state;
    sql(f->app, "ALTER TABLE t DROP CONSTRAINT t_pkey; ALTER TABLE t ALTER id DROP NOT NULL");
    f->spec.where = "mail IS DISTINCT FROM lower(email)";
    fixture_run_ok(f);
    assert_all_done(f);
    assert_repaired(f, "");
    fixture_free(f);
}

/* Rows of even keys. One that is done moves in front of the walk, one behind it before it is. */
static struct fixture *
counted(const char *name, const char *come)
{
    struct fixture *f = fixture_new(name, NULL);

    sql(f->app,
        "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, done bool NOT NULL DEFAULT "
        "false);"
        "INSERT INTO t SELECT 2 * g FROM generate_series(1, 1000) AS g; ANALYZE t;"
        "CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql SET search_path = \"%s\" AS"
        " $$ BEGIN UPDATE t SET id = 1501 WHERE id = 6; UPDATE t SET id = -1 WHERE id = 1800; %s"
        " RETURN NULL; END $$;"
        "CREATE TRIGGER meanwhile AFTER UPDATE ON t FOR EACH ROW WHEN (NEW.id = 1000)"
        " EXECUTE FUNCTION meanwhile()",
        name, come);
    f->spec.table = f->table = zdm_strf("%s.t", name);
    f->spec.sweep.on = true;
    return f;
}

static const char *
add_hundred(void *self, const char *text, struct zdm_buf *room)
{
    (void)self;
    zdm_buf_addf(room, "%lld", (long long)strtoll(text, NULL, 10) + 100);
    return room->s;
}

/* The change makes where false, and batches check it: each row once, wherever its key goes. */
static void
test_where_becomes_false(void **state)
{
    static const char come[] = "INSERT INTO t VALUES (-3), (5000);";
    static const struct zdm_assignment set[] = {{"n", "n + 1"}, {"done", "true"}};

    (void)state;
    /* What it is for: without it one row is done twice, and one that moved and two that came not at all. */
    struct fixture *f = counted("bs_moves", come);
    f->spec.sweep.why_not = "n is made of n, which is set too";
    fixture_run_ok(f);
    assert_value(f->app, "SELECT string_agg(id || ':' || n, ' ' ORDER BY id) FROM t WHERE n <> 1",
        "-3:0 -1:0 1501:2 5000:0");
    fixture_free(f);

    f = counted("bs_ends", come);
    f->spec.set = set;
    f->spec.n_set = 2;
    f->spec.where = "NOT done";
    f->spec.where_becomes_false = true;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT min(n) || ' ' || max(n) || ' ' || count(*) FROM t", "1 1 1002");
    assert_has(f->notes.s, "the final sweep found 3 rows of bs_ends.t that were written meanwhile "
                           "and need it (id = -3, id = -1, id = 5000)");
    assert_int_equal(f->last.rows, 1002);
    fixture_free(f);

    /* A map, and of the rows of the sweep one goes into quarantine. */
    f = counted("bs_mapped", "INSERT INTO t VALUES (-3, 0), (5000, 7);");
    fixture_map(f, "n", "n", add_hundred);
    map_script.fails_on = "7";
    f->spec.where = "n < 100";
    f->spec.where_becomes_false = true;
    f->spec.max_quarantine = 1;
    f->spec.workers = 2;
    fixture_run_ok(f);
    assert_value(f->app,
        "SELECT string_agg(n || ':' || c, ' ' ORDER BY n) FROM"
        " (SELECT n, count(*) AS c FROM t GROUP BY n) AS s",
        "7:1 100:1001");
    assert_value(f->app, "SELECT key FROM zdm.quarantine WHERE plan = 'bs_mapped'", "5000");
    struct zdm_retried r = {.done = 0};
    map_script.fails_on = NULL;
    if (zdm_backfill_retry(f->control, &f->spec, f->epoch, &f->hooks, NULL, &r, &f->err) < 0)
        fail_msg("%s", f->err.message);
    assert_int_equal(r.done, 1);
    assert_value(f->app, "SELECT n FROM t WHERE id = 5000", "107");
    fixture_free(f);
}

/* Where it stays true, nothing of the batch is done; in a retry the row fails by itself. */
static void
test_where_stays(void **state)
{
    struct fixture *f = counted("bs_stays", "");
    struct zdm_retried r = {.done = 0};

    (void)state;
    f->spec.where = "n < 2";
    f->spec.where_becomes_false = true;
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "where is still true for rows of bs_stays.t that were updated");
    assert_has(f->err.hint, "leave where_becomes_false out");
    assert_value(f->app, "SELECT max(n) FROM t", "0");

    sql(f->app, "UPDATE t SET n = 1; ALTER TABLE t ADD CHECK (id <> 8 OR n <> 2) NOT VALID;"
                "DELETE FROM zdm.cursor WHERE plan = 'bs_stays'");
    f->spec.max_quarantine = 1;
    fixture_own(f);
    fixture_run_ok(f);
    sql(f->app, "ALTER TABLE t DROP CONSTRAINT t_check; UPDATE t SET n = 0 WHERE id = 8");
    if (zdm_backfill_retry(f->control, &f->spec, f->epoch, &f->hooks, NULL, &r, &f->err) < 0)
        fail_msg("%s", f->err.message);
    assert_int_equal(r.failed, 1);
    assert_value(f->app, "SELECT message FROM zdm.quarantine WHERE plan = 'bs_stays' AND key = '8'",
        "where is still true for the row behind its change");
    assert_value(f->app, "SELECT n FROM t WHERE id = 8", "0");
    fixture_free(f);

    f = counted("bs_kept", "");
    fixture_map(f, "n", "n", add_hundred);
    map_script.keeps = "9";
    sql(f->app, "UPDATE t SET n = 9 WHERE id = 20");
    f->spec.where = "n < 100";
    f->spec.where_becomes_false = true;
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message,
        "the map leaves a row of bs_kept.t as it is, for which where is true: id = 20");
    fixture_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_where_becomes_false),
        cmocka_unit_test(test_where_stays),
        cmocka_unit_test(test_where),
        cmocka_unit_test(test_where_guards),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_composite_key),
        cmocka_unit_test(test_delete),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_workers_and_stripes),
        cmocka_unit_test(test_partitions),
        cmocka_unit_test(test_moved_behind),
        cmocka_unit_test(test_moved_while_sweeping),
        cmocka_unit_test(test_moved_between_parts),
        cmocka_unit_test(test_pages),
    };

    return cmocka_run_group_tests_name("batch_sweep_shapes", tests, NULL, NULL);
}
