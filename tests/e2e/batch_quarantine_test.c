/* Rows whose data are bad are left behind, in quarantine; every other one is done once. */
#include "batch_fixture.h"

/* A table t (id, n, v) with rows 1 to `rows`; n + 1 is a bad thing for those of which `bad` is true. */
static struct fixture *
counters(const char *name, int rows, const char *bad)
{
    struct fixture *f = fixture_new(name, NULL);

    sql(f->app,
        "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, v text,"
        " CONSTRAINT t_n_check CHECK (n = 0 OR NOT (%s)));"
        "INSERT INTO t SELECT g, 0, 'v' || g FROM generate_series(1, %d) AS g; ANALYZE t",
        bad, rows);
    f->spec.table = f->table = zdm_strf("%s.t", name);
    f->spec.max_quarantine = 10;
    return f;
}

/* The keys in quarantine are those, and all the other rows were updated once and counted. */
static void
assert_quarantined(struct fixture *f, const char *keys, int64_t rows)
{
    char *seen = value(f->app,
        "SELECT COALESCE(string_agg(key, ' ' ORDER BY length(key), key), '')"
        " FROM zdm.quarantine WHERE plan = '%s'",
        f->plan);
    char *rest = value(f->app,
        "SELECT count(*) FILTER (WHERE n = 1) || ' ' || count(*) FILTER (WHERE n NOT IN (0, 1))"
        " FROM t");
    char *counted =
        value(f->app, "SELECT COALESCE(sum(rows), 0) FROM zdm.cursor WHERE plan = '%s'", f->plan);
    char *expected = zdm_strf("%lld 0", (long long)rows);

    assert_string_equal(seen, keys);
    assert_string_equal(rest, expected);
    assert_int_equal(atoll(counted), rows);
    free(seen);
    free(rest);
    free(counted);
    free(expected);
}

static void
test_one_of_many(void **state)
{
    struct fixture *f = counters("bq_one", 10000, "id = 7421");

    (void)state;
    f->spec.batch_max = 50000;
    fixture_run_ok(f);
    assert_quarantined(f, "7421", 9999);
    assert_int_equal(f->last.quarantined, 1);
    assert_int_equal(f->last.rows, 9999);
    assert_false(f->overdone);
    assert_value(f->app,
        "SELECT concat_ws(' ', step, relation, key_columns, sqlstate, message, tries,"
        " row_values IS NULL) FROM zdm.quarantine WHERE plan = 'bq_one'",
        "fill bq_one.t {\"id\":7421} 23514 new row for relation \"t\" violates check constraint "
        "\"t_n_check\" 1 t");
    assert_has(f->notes.s,
        "quarantined: row of bq_one.t with id = 7421 goes into quarantine, where "
        "1 of at most 10 are now: new row");
    fixture_free(f);
}

static void
test_none_allowed(void **state)
{
    struct fixture *f = counters("bq_none", 300, "id = 7");

    (void)state;
    f->spec.max_quarantine = 0;
    assert_int_equal(fixture_run(f), -1);
    assert_string_equal(f->err.sqlstate, "23514");
    assert_has(f->err.message, "row of bq_none.t with id = 7: new row");
    assert_value(f->app, "SELECT count(*) FROM zdm.quarantine WHERE plan = 'bq_none'", "0");
    fixture_free(f);
}

/* Those that are there stay; with more room it goes on behind them. */
static void
test_too_many(void **state)
{
    struct fixture *f = counters("bq_many", 1000, "id IN (100, 400, 700)");

    (void)state;
    f->spec.max_quarantine = 2;
    assert_int_equal(fixture_run(f), -1);
    assert_string_equal(f->err.sqlstate, "23514");
    assert_has(f->err.message,
        "one bad row more than max_quarantine = 2: row of bq_many.t with id = 700: new row");
    assert_has(f->err.hint, "zdm quarantine list bq_many");
    assert_quarantined(f, "100 400", 697);

    fixture_own(f);
    assert_int_equal(fixture_run(f), -1);
    assert_quarantined(f, "100 400", 697);

    f->spec.max_quarantine = 3;
    fixture_own(f);
    fixture_run_ok(f);
    assert_quarantined(f, "100 400 700", 997);
    assert_int_equal(f->last.quarantined, 3);
    fixture_free(f);
}

static void
test_both_ends(void **state)
{
    struct fixture *f = counters("bq_ends", 500, "id IN (1, 2, 499, 500)");

    (void)state;
    fixture_run_ok(f);
    assert_quarantined(f, "1 2 499 500", 496);
    fixture_free(f);
}

static void
test_the_only_row(void **state)
{
    struct fixture *f = counters("bq_only", 1, "true");

    (void)state;
    fixture_run_ok(f);
    assert_quarantined(f, "1", 0);
    assert_int_equal(f->finished, 1);
    fixture_free(f);
}

static void
test_every_row(void **state)
{
    struct fixture *f = counters("bq_every", 150, "true");

    (void)state;
    f->spec.max_quarantine = 150;
    fixture_run_ok(f);
    assert_int_equal(f->last.quarantined, 150);
    assert_int_equal(f->last.rows, 0);
    fixture_free(f);
}

/* In groups, in both directions, in the order of another collation. */
static void
test_composite_key(void **state)
{
    struct fixture *f = fixture_new("bq_pair", NULL);

    (void)state;
    sql(f->app,
        "CREATE TABLE t (a text NOT NULL COLLATE \"C\", b int NOT NULL, n int NOT NULL DEFAULT 0,"
        " CHECK (n = 0 OR (a, b) NOT IN (('x', 1), ('x\"y', 20), ('z', 40))));"
        "CREATE UNIQUE INDEX ON t (a, b DESC);"
        "INSERT INTO t SELECT a, b FROM unnest(ARRAY['x', 'x\"y', 'z']) AS a, generate_series(1, "
        "40)"
        " AS b");
    f->spec.table = "bq_pair.t";
    f->spec.max_quarantine = 3;
    f->spec.batch_max = 16;
    fixture_key(f, "a", "b", NULL);
    fixture_run_ok(f);
    assert_quarantined(f, "[\"x\",\"1\"] [\"z\",\"40\"] [\"x\\\"y\",\"20\"]", 117);
    assert_value(f->app,
        "SELECT string_agg(key_columns ->> 'a' || '/' || (key_columns ->> 'b'), ' '"
        " ORDER BY key COLLATE \"C\")"
        " FROM zdm.quarantine WHERE plan = 'bq_pair'",
        "x/1 x\"y/20 z/40");
    fixture_free(f);
}

/* A row is bad in its own stripe: where is asked of it in the others as well. */
static void
test_in_stripes(void **state)
{
    struct fixture *f = counters("bq_stripes", 2000, "id % 400 = 3");

    (void)state;
    f->spec.stripes = 8;
    f->spec.batch_max = 40;
    f->spec.where = "1 / (id - 1000) < 5";
    f->spec.max_quarantine = 6;
    fixture_run_ok(f);
    assert_quarantined(f, "3 403 803 1000 1203 1603", 1994);
    assert_value(f->app, "SELECT sum(tries) FROM zdm.quarantine WHERE plan = 'bq_stripes'", "6");
    assert_value(f->app,
        "SELECT string_agg(sqlstate, ' ' ORDER BY key::int) FROM zdm.quarantine"
        " WHERE plan = 'bq_stripes'",
        "23514 23514 23514 22012 23514 23514");
    fixture_free(f);
}

static void
test_three_workers(void **state)
{
    struct fixture *f = counters("bq_workers", 12000, "id % 1000 = 999");

    (void)state;
    f->spec.workers = 3;
    f->spec.stripes = 4;
    f->spec.batch_max = 20;
    f->spec.max_quarantine = 12;
    fixture_run_ok(f);
    assert_quarantined(f, "999 1999 2999 3999 4999 5999 6999 7999 8999 9999 10999 11999", 11988);
    assert_int_equal(f->last.quarantined, 12);
    fixture_free(f);
}

/* However many find one at the same time, there is never one too many. */
static void
test_three_workers_are_too_many(void **state)
{
    struct fixture *f = counters("bq_limit", 12000, "id % 3 = 0");

    (void)state;
    f->spec.workers = 3;
    f->spec.batch_max = 20;
    f->spec.max_quarantine = 5;
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "one bad row more than max_quarantine = 5");
    assert_value(f->app, "SELECT count(*) FROM zdm.quarantine WHERE plan = 'bq_limit'", "5");
    assert_value(f->app, "SELECT count(*) FROM t WHERE n > 1", "0");
    fixture_free(f);
}

/* A row that was left for later because it was locked turns out to be bad. */
static void
in_a_part(int64_t stripes)
{
    struct fixture *f = counters("bq_part", 600, "id = 207");

    sql(f->app,
        "CREATE FUNCTION locked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NEW.id IN (7, 207) AND NOT EXISTS (SELECT FROM zdm.cursor WHERE plan = 'bq_part'"
        "   AND part_of IS NOT NULL AND bound = NEW.id::text) THEN"
        "   RAISE 'locked' USING ERRCODE = 'lock_not_available'; END IF; RETURN NEW; END $$;"
        "CREATE TRIGGER locked BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION locked()");
    f->spec.batch_max = 20;
    f->spec.stripes = stripes;
    fixture_run_ok(f);
    assert_quarantined(f, "207", 599);
    assert_value(f->app,
        "SELECT count(*) || ' ' || string_agg(DISTINCT state, ',') FROM zdm.cursor"
        " WHERE plan = 'bq_part'",
        "3 done");
    fixture_free(f);
}

static void
test_in_a_part(void **state)
{
    (void)state;
    in_a_part(1);
}

static void
test_in_a_part_of_a_stripe(void **state)
{
    (void)state;
    in_a_part(8);
}

/* What makes a row bad: a trigger, a cast, a division, a unique index; and what is kept of it. */
static void
test_kinds(void **state)
{
    struct fixture *f = fixture_new("bq_kinds", NULL);

    (void)state;
    sql(f->app,
        "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, v text NOT NULL,"
        " d int NOT NULL DEFAULT 1, u int UNIQUE);"
        "INSERT INTO t SELECT g, 0, g FROM generate_series(1, 200) AS g;"
        "UPDATE t SET v = 'four\"teen' WHERE id = 14; UPDATE t SET d = 0 WHERE id = 50;"
        "UPDATE t SET u = 1001 WHERE id = 199;"
        "CREATE FUNCTION picky() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NEW.id = 120 THEN RAISE 'not \"%%\", please', NEW.v; END IF; RETURN NEW; END $$;"
        "CREATE TRIGGER picky BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION picky()");
    f->set = (struct zdm_assignment){"n", "0 * v::int + 1 / d"};
    struct zdm_assignment set[] = {
        f->set, {"u", "CASE id WHEN 80 THEN 1001 WHEN 199 THEN 1001 ELSE id END"}};
    f->spec.set = set;
    f->spec.n_set = 2;
    f->spec.table = "bq_kinds.t";
    f->spec.max_quarantine = 4;
    fixture_run_ok(f);
    assert_quarantined(f, "14 50 80 120", 196);
    assert_value(f->app,
        "SELECT string_agg(sqlstate || ' ' || message, '; ' ORDER BY key::int)"
        " FROM zdm.quarantine WHERE plan = 'bq_kinds'",
        "22P02 invalid input syntax for type integer: \"…\"; 22012 division by zero; "
        "23505 duplicate key value violates unique constraint \"t_u_key\"; "
        "P0001 not \"…\", please");
    assert_value(f->app,
        "SELECT count(*) FROM zdm.quarantine WHERE plan = 'bq_kinds' AND row_values IS NOT NULL",
        "0");
    fixture_free(f);
}

static void
test_values_when_asked_for(void **state)
{
    struct fixture *f = counters("bq_values", 100, "false");

    (void)state;
    sql(f->app, "UPDATE t SET v = 'seven' WHERE id = 7");
    f->set = (struct zdm_assignment){"n", "CASE id WHEN 7 THEN v::int ELSE n + 1 END"};
    f->spec.quarantine_values = true;
    fixture_run_ok(f);
    assert_quarantined(f, "7", 99);
    assert_value(f->app,
        "SELECT message || ' ' || row_values FROM zdm.quarantine WHERE plan = 'bq_values'",
        "invalid input syntax for type integer: \"seven\" {\"id\":7,\"n\":0,\"v\":\"seven\"}");
    fixture_free(f);
}

static void *
insert_before(void *arg)
{
    struct fixture *f = arg;

    await(
        f->app, "SELECT EXISTS (SELECT FROM zdm.cursor WHERE plan = 'bq_between' AND pos = '40')");
    await(f->app, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
                  " AND application_name LIKE 'zdm/bq_between/%')");
    sql(f->app, "INSERT INTO t (id) VALUES (45)");
    return NULL;
}

/* While the one row of a batch fails, somebody inserts another one in front of it. */
static void
test_a_row_comes_between(void **state)
{
    struct fixture *f = fixture_new("bq_between", NULL);
    pthread_t thread;

    (void)state;
    sql(f->app,
        "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);"
        "INSERT INTO t SELECT g FROM generate_series(10, 100, 10) AS g;"
        "CREATE FUNCTION picky() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NEW.id = 50 THEN PERFORM pg_sleep(0.5); RAISE 'no'; END IF; RETURN NEW; END $$;"
        "CREATE TRIGGER picky BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION picky()");
    f->spec.table = "bq_between.t";
    f->spec.batch_min = 1;
    f->spec.batch_max = 2;
    f->spec.max_quarantine = 1;
    assert_int_equal(pthread_create(&thread, NULL, insert_before, f), 0);
    fixture_run_ok(f);
    pthread_join(thread, NULL);
    assert_quarantined(f, "50", 10);
    fixture_free(f);
}

/* Somebody let it begin again: the same rows are bad a second time, and there once. */
static void
test_begun_again(void **state)
{
    struct fixture *f = counters("bq_again", 300, "id IN (5, 250)");

    (void)state;
    f->spec.where = "n = 0";
    f->spec.max_quarantine = 3;
    fixture_run_ok(f);
    sql(f->app, "DELETE FROM zdm.cursor WHERE plan = 'bq_again';"
                "DELETE FROM zdm.journal WHERE plan = 'bq_again'");
    fixture_own(f);
    fixture_run_ok(f);
    assert_value(f->app,
        "SELECT string_agg(key || ' ' || tries, ', ' ORDER BY key) FROM zdm.quarantine"
        " WHERE plan = 'bq_again'",
        "250 2, 5 2");
    assert_int_equal(f->last.quarantined, 2);

    /* For those that are there no more room is needed. */
    f->spec.max_quarantine = 2;
    sql(f->app, "DELETE FROM zdm.cursor WHERE plan = 'bq_again';"
                "DELETE FROM zdm.journal WHERE plan = 'bq_again'");
    fixture_own(f);
    fixture_run_ok(f);
    assert_value(f->app,
        "SELECT count(*) || ' ' || sum(tries) FROM zdm.quarantine WHERE plan = 'bq_again'", "2 6");
    fixture_free(f);
}

static char *
retried(struct fixture *f)
{
    struct zdm_retried r = {.done = 0};

    zdm_err_clear(&f->err);
    if (zdm_backfill_retry(f->control, &f->spec, f->epoch, &f->hooks, NULL, &r, &f->err) < 0)
        fail_msg("%s", f->err.message);
    return zdm_strf(
        "%lld %lld %lld", (long long)r.done, (long long)r.unneeded, (long long)r.failed);
}

static void
assert_retried(struct fixture *f, const char *expected)
{
    char *seen = retried(f);

    assert_string_equal(seen, expected);
    free(seen);
}

/* One for which somebody made `where` true even behind the change keeps nobody else from being done. */
static void
test_where_stays(void **state)
{
    struct fixture *f = counters("bq_stays", 300, "v IN ('v5', 'v7')");

    (void)state;
    f->spec.where = "n <= 0";
    f->spec.where_becomes_false = true;
    fixture_run_ok(f);
    assert_quarantined(f, "5 7", 298);
    sql(f->app, "UPDATE t SET v = 'x', n = CASE id WHEN 5 THEN -5 ELSE 0 END WHERE id IN (5, 7)");
    assert_retried(f, "1 0 1");
    assert_value(f->app,
        "SELECT concat_ws(' ', key, sqlstate, message, tries) FROM zdm.quarantine"
        " WHERE plan = 'bq_stays'",
        "5 22000 where is still true for the row behind its change 2");
    assert_value(
        f->app, "SELECT string_agg(n::text, ' ' ORDER BY id) FROM t WHERE id IN (5, 7)", "-5 1");
    sql(f->app, "UPDATE t SET n = 0 WHERE id = 5");
    assert_retried(f, "1 0 0");
    assert_value(f->app, "SELECT count(*) FROM t WHERE n = 1", "300");
    fixture_free(f);
}

/* Partition by partition, each with a key of its own; one of them is detached, one is dropped. */
static void
test_partitions(void **state)
{
    struct fixture *f = fixture_new("bq_parts", NULL);

    (void)state;
    sql(f->app,
        "CREATE TABLE t (id int NOT NULL, part text NOT NULL, n int NOT NULL DEFAULT 0,"
        " bad boolean NOT NULL DEFAULT false, CHECK (NOT bad OR n = 0)) PARTITION BY LIST (part);"
        "CREATE TABLE t_a PARTITION OF t (PRIMARY KEY (id)) FOR VALUES IN ('a');"
        "CREATE TABLE t_b PARTITION OF t (PRIMARY KEY (part, id)) FOR VALUES IN ('b');"
        "CREATE TABLE t_c PARTITION OF t (PRIMARY KEY (id)) FOR VALUES IN ('c');"
        "CREATE TABLE t_d PARTITION OF t (PRIMARY KEY (id)) FOR VALUES IN ('d');"
        "INSERT INTO t SELECT g, p, 0, g = 70 FROM generate_series(1, 100) AS g,"
        " unnest(ARRAY['a', 'b', 'c', 'd']) AS p");
    f->spec.table = "bq_parts.t";
    f->spec.where = "bad OR n = 0";
    f->spec.max_quarantine = 4;
    f->spec.quarantine_values = true;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n <> CASE WHEN bad THEN 0 ELSE 1 END", "0");
    assert_value(f->app,
        "SELECT string_agg(relation || ' ' || key, ', ' ORDER BY relation) FROM zdm.quarantine"
        " WHERE plan = 'bq_parts'",
        "bq_parts.t_a 70, bq_parts.t_b [\"b\",\"70\"], bq_parts.t_c 70, bq_parts.t_d 70");
    assert_int_equal(f->last.quarantined, 4);
    assert_retried(f, "0 0 4");

    sql(f->app, "UPDATE t SET bad = false; ALTER TABLE t DETACH PARTITION t_c; DROP TABLE t_d");
    assert_retried(f, "2 2 0");
    assert_value(f->app, "SELECT count(*) || ' ' || min(n) || ' ' || max(n) FROM t", "200 1 1");
    assert_value(f->app, "SELECT n FROM t_c WHERE id = 70", "0");
    assert_value(f->app, "SELECT count(*) FROM zdm.quarantine WHERE plan = 'bq_parts'", "0");
    fixture_free(f);
}

/* A row that a trigger leaves as it is stays in quarantine, with that as the reason. */
static void
test_suppressed(void **state)
{
    struct fixture *f = counters("bq_away", 50, "id IN (7, 9) AND v <> 'good'");

    (void)state;
    f->spec.where = "n = 0";
    fixture_run_ok(f);
    assert_quarantined(f, "7 9", 48);
    sql(f->app,
        "UPDATE t SET v = 'good';"
        "CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
        "CREATE TRIGGER away BEFORE UPDATE OF n ON t FOR EACH ROW EXECUTE FUNCTION away()");
    assert_retried(f, "0 0 2");
    assert_value(f->app,
        "SELECT string_agg(concat_ws(' ', key, sqlstate, tries, message), ', ' ORDER BY key)"
        " FROM zdm.quarantine WHERE plan = 'bq_away'",
        "7 09000 2 the row stayed as it was, as if a trigger kept the change away, "
        "9 09000 2 the row stayed as it was, as if a trigger kept the change away");
    sql(f->app, "ALTER TABLE t DISABLE TRIGGER away; UPDATE t SET n = 1 WHERE id = 9;"
                "ALTER TABLE t ENABLE TRIGGER away");
    assert_retried(f, "0 1 1");
    sql(f->app, "DROP TRIGGER away ON t");
    assert_retried(f, "1 0 0");
    assert_value(f->app, "SELECT count(*) FROM t WHERE n = 1", "50");
    fixture_free(f);
}

/* Under another name, or with another key, it is not the row that was meant. */
static void
test_another_table(void **state)
{
    struct fixture *f = counters("bq_other", 50, "id = 7");
    struct zdm_retried r = {.done = 0};

    (void)state;
    fixture_run_ok(f);
    sql(f->app, "ALTER TABLE t RENAME TO was; CREATE TABLE t (LIKE was INCLUDING INDEXES);"
                "INSERT INTO t SELECT * FROM was");
    assert_int_equal(
        zdm_backfill_retry(f->control, &f->spec, f->epoch, &f->hooks, NULL, &r, &f->err), -1);
    assert_int_equal(f->err.code, ZDM_ERR_MISMATCH);
    assert_has(f->err.message, "bq_other.t is another table");
    assert_value(f->app, "SELECT n FROM t WHERE id = 7", "0");
    fixture_free(f);
}

/* The final sweep leaves out what is in quarantine, and its repairs set aside what is bad, too. */
static void
swept(bool pair)
{
    struct fixture *f = fixture_new("bq_swept", NULL);

    sql(f->app,
        "CREATE TABLE t (id int, part text NOT NULL DEFAULT 'a\"b', age text, n int,"
        " PRIMARY KEY (id%s), CHECK (n >= 0));"
        "INSERT INTO t SELECT g, 'x', g::text FROM generate_series(1, 1000) AS g;"
        "UPDATE t SET age = 'old' WHERE id = 300; UPDATE t SET age = '-1' WHERE id = 900;"
        "CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql SET search_path = bq_swept AS"
        " $$ BEGIN INSERT INTO t VALUES (-1, DEFAULT, 'bad'), (-2, DEFAULT, '-7'), (-3, DEFAULT, "
        "'3');"
        " RETURN NULL; END $$;"
        "CREATE TRIGGER meanwhile AFTER UPDATE ON t FOR EACH ROW WHEN (NEW.id = 500)"
        " EXECUTE FUNCTION meanwhile()",
        pair ? ", part" : "");
    f->set = (struct zdm_assignment){"n", "age::int"};
    f->spec.table = "bq_swept.t";
    f->spec.sweep.on = true;
    f->spec.max_quarantine = 4;
    fixture_run_ok(f);
    assert_value(f->app,
        "SELECT string_agg(key_columns ->> 'id' || ' ' || tries, ', ' ORDER BY (key_columns ->> "
        "'id')"
        "::int) FROM zdm.quarantine WHERE plan = 'bq_swept'",
        "-2 1, -1 1, 300 1, 900 1");
    assert_value(f->app,
        "SELECT count(*) || ' ' || min(n) FROM t WHERE n = age::int"
        " AND age ~ '^[0-9]+$'",
        "999 1");
    assert_int_equal(f->last.rows, 999);
    assert_int_equal(f->last.quarantined, 4);
    fixture_free(f);
}

static void
test_swept(void **state)
{
    (void)state;
    swept(false);
}

static void
test_swept_by_two_columns(void **state)
{
    (void)state;
    swept(true);
}

/* One partition was renamed: the rows of the others are tried all the same. */
static void
test_renamed_partition(void **state)
{
    struct fixture *f = fixture_new("bq_renamed", NULL);
    struct zdm_retried retried = {.done = 0};

    (void)state;
    sql(f->app,
        "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, bad boolean NOT NULL,"
        " CHECK (NOT bad OR n = 0)) PARTITION BY RANGE (id);"
        "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (100);"
        "CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (100) TO (200);"
        "CREATE TABLE t3 PARTITION OF t FOR VALUES FROM (200) TO (300);"
        "INSERT INTO t SELECT g, 0, g %% 50 = 7 FROM generate_series(1, 299) AS g; ANALYZE t");
    f->spec.table = "bq_renamed.t";
    f->spec.max_quarantine = 10;
    fixture_run_ok(f);
    sql(f->app, "UPDATE t SET bad = false; ALTER TABLE t1 RENAME TO t0");
    assert_int_equal(
        zdm_backfill_retry(f->control, &f->spec, f->epoch, &f->hooks, NULL, &retried, &f->err), -1);
    assert_int_equal(f->err.code, ZDM_ERR_MISMATCH);
    assert_has(f->err.message, "bq_renamed.t1 is another table");
    assert_has(f->err.detail, "2 of 6 rows");
    assert_int_equal(retried.done, 4);
    assert_value(f->app, "SELECT sum(n) FROM t", "297");
    assert_value(f->app,
        "SELECT string_agg(key, ' ' ORDER BY key::int) FROM zdm.quarantine WHERE plan = "
        "'bq_renamed'",
        "7 57");

    sql(f->app, "ALTER TABLE t0 RENAME TO t1");
    zdm_err_clear(&f->err);
    retried = (struct zdm_retried){.done = 0};
    if (zdm_backfill_retry(f->control, &f->spec, f->epoch, &f->hooks, NULL, &retried, &f->err) < 0)
        fail_msg("%s", f->err.message);
    assert_int_equal(retried.done, 2);
    assert_value(f->app, "SELECT sum(n) FROM t", "299");
    fixture_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_of_many),
        cmocka_unit_test(test_none_allowed),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_both_ends),
        cmocka_unit_test(test_the_only_row),
        cmocka_unit_test(test_every_row),
        cmocka_unit_test(test_composite_key),
        cmocka_unit_test(test_in_stripes),
        cmocka_unit_test(test_three_workers),
        cmocka_unit_test(test_three_workers_are_too_many),
        cmocka_unit_test(test_in_a_part),
        cmocka_unit_test(test_in_a_part_of_a_stripe),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_values_when_asked_for),
        cmocka_unit_test(test_a_row_comes_between),
        cmocka_unit_test(test_begun_again),
        cmocka_unit_test(test_where_stays),
        cmocka_unit_test(test_partitions),
        cmocka_unit_test(test_suppressed),
        cmocka_unit_test(test_renamed_partition),
        cmocka_unit_test(test_another_table),
        cmocka_unit_test(test_swept),
        cmocka_unit_test(test_swept_by_two_columns),
    };

    return cmocka_run_group_tests_name("batch_quarantine", tests, NULL, NULL);
}
