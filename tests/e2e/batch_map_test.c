/*
 * A map: rows go through a function between two statements of one transaction. Types and NULLs come
 * back as they were, keys of every kind find their row, nobody's write is lost, and a batch that is
 * too much is done in smaller ones.
 */
#include "batch_map_fixture.h"

/* Every value of a column goes out and comes back unchanged. */
static void
round_trip(struct fixture *f, const char *type, const char *values)
{
    sql(f->app,
        "DROP TABLE IF EXISTS t; CREATE TABLE t (id int PRIMARY KEY, v %s, w %s);"
        "INSERT INTO t (id, v) SELECT row_number() OVER (), x FROM (VALUES %s, (NULL)) AS s (x)",
        type, type, values);
    sql(f->app, "DELETE FROM zdm.cursor WHERE plan = 'map_types'");
    fixture_map(f, "v", "w", map_script_same);
    f->spec.table = "map_types.t";
    fixture_run_ok(f);
    char *odd = value(f->app, "SELECT string_agg(format('%%s became %%s', v, w), '; ') FROM t"
                              " WHERE v::text IS DISTINCT FROM w::text");
    if (odd)
        fail_msg("%s: %s", type, odd);
    assert_value(f->app, "SELECT count(*) FROM t WHERE w IS NULL", "1");
}

static void
test_types(void **state)
{
    struct fixture *f = fixture_new("map_types", NULL);

    (void)state;
    sql(f->app, "CREATE TYPE mood AS ENUM ('so so', 'he\"s \\fine'); CREATE DOMAIN age AS int CHECK"
                " (VALUE > 0); CREATE TYPE pair AS (a int, b text); CREATE DOMAIN \"D d\" AS text");
    round_trip(f, "bigint", "(9223372036854775807), (-9223372036854775808), (9007199254740993)");
    round_trip(
        f, "text", "(''), ('NULL'), ('\"'), ('\\'), ('{a,b}'), (E'\\n\\t'), ('\u00e9\U0001F600')");
    round_trip(f, "varchar(5)", "('12345'), ('')");
    round_trip(f, "char(5)", "('a'), ('12345')");
    round_trip(f, "\"char\"", "('x'::\"char\")");
    round_trip(f, "boolean", "(true), (false)");
    round_trip(f, "double precision", "(0.1::float8), ('NaN'), ('-Infinity'), (1e-320)");
    round_trip(f, "real", "(0.1::float4), (16777216)");
    round_trip(f, "numeric(40,10)", "(12345678901234567890.0123456789), ('NaN')");
    round_trip(f, "numeric", "(1e100), (0.000)");
    round_trip(f, "timestamptz", "('2026-01-02 03:04:05.678901+05'::timestamptz), ('infinity')");
    round_trip(f, "interval", "('1 year -3 days 04:05:06.7'::interval)");
    round_trip(f, "date", "('0044-03-15 BC'::date)");
    round_trip(f, "jsonb", "('{\"a\": \"q\\\"\\\\\", \"b\": [1.10, null]}'::jsonb), ('null')");
    round_trip(f, "json", "('{\"a\" :  1}'::json)");
    round_trip(f, "bytea", "('\\x00ff5c22'::bytea), ('')");
    round_trip(f, "uuid", "('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)");
    round_trip(f, "int[]", "('{1,NULL,3}'::int[]), ('{}'), ('[2:3]={1,2}')");
    round_trip(f, "text[]", "(ARRAY['a,b', '\"', '\\', 'NULL', '', NULL])");
    round_trip(f, "box[]", "('{(1,2),(3,4);(5,6),(7,8)}'::box[])");
    round_trip(f, "bit(5)", "(B'10110')");
    round_trip(f, "inet", "('10.0.0.1/8'::inet)");
    round_trip(f, "xml", "('<a b=\"c\">&amp;</a>'::xml)");
    round_trip(f, "int4range", "('[1,5)'::int4range), ('empty')");
    round_trip(f, "mood", "('he\"s \\fine'::mood)");
    round_trip(f, "age", "(42::age)");
    round_trip(f, "\"D d\"", "('x'::\"D d\")");
    round_trip(f, "pair", "(ROW(1, 'a \"b\"')::pair), (ROW(NULL, '')::pair)");
    fixture_free(f);
}

/* Keys of every kind find their row, and only theirs. */
static void
keyed(const char *columns, const char *key, const char *rows)
{
    struct fixture *f = fixture_new("map_keys", NULL);

    sql(f->app, "CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2',"
                " deterministic = false)");
    sql(f->app, "CREATE TABLE t (%s, n int NOT NULL DEFAULT 0, PRIMARY KEY (%s))", columns, key);
    sql(f->app, "INSERT INTO t %s", rows);
    fixture_map(f, "n", "n", map_script_add_one);
    f->spec.table = "map_keys.t";
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n <> 1", "0");
    assert_value(f->app,
        "SELECT (sum(rows) = (SELECT count(*) FROM t))::text FROM zdm.cursor"
        " WHERE plan = 'map_keys'",
        "true");
    fixture_free(f);
}

static void
test_keys(void **state)
{
    (void)state;
    keyed("id bigint", "id", "SELECT g * 1000000000000 - 5 FROM generate_series(-150, 150) AS g");
    keyed("id uuid", "id", "SELECT md5(g::text)::uuid FROM generate_series(1, 300) AS g");
    keyed("id text", "id",
        "SELECT chr(34) || g || chr(92) || '{,}' FROM generate_series(1, 300) AS g UNION SELECT "
        "''");
    keyed("id text COLLATE nocase", "id", "SELECT 'Key' || g FROM generate_series(1, 300) AS g");
    keyed("id numeric", "id", "SELECT g / 7.0 FROM generate_series(1, 300) AS g");
    keyed("id timestamptz", "id",
        "SELECT '2026-01-01'::timestamptz + g * '1 microsecond'::interval FROM generate_series(1, "
        "300)"
        " AS g");
    keyed("id float8", "id", "SELECT g / 7.0 FROM generate_series(1, 300) AS g");
    keyed("a int, b text", "a, b", "SELECT g % 3, 'x' || g FROM generate_series(1, 300) AS g");
    keyed("a date, b int, \"C c\" text", "\"C c\", b, a",
        "SELECT '2026-01-01'::date + g, g % 7, 'c' || g % 5 FROM generate_series(1, 300) AS g");
}

/* In stripes, by three workers, with a row that somebody keeps locked; WHERE leaves rows out. */
static void
test_together(void **state)
{
    struct fixture *f = fixture_new("map_all", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, m int);"
                "INSERT INTO t SELECT g FROM generate_series(1, 5000) AS g; ANALYZE t");
    sql(f->app, "BEGIN; SELECT FROM t WHERE id = 777 FOR UPDATE");
    fixture_map(f, "n", "n", map_script_add_one);
    f->spec.table = "map_all.t";
    f->spec.where = "id % 10 <> 3";
    f->spec.stripes = 8;
    f->spec.workers = 3;
    f->spec.patience_ms = 300;
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "row of map_all.t with id = 777");
    sql(f->app, "COMMIT");
    assert_value(f->app,
        "SELECT count(*) FROM t WHERE n <> CASE WHEN id % 10 = 3 OR id = 777 THEN 0"
        " ELSE 1 END",
        "0");
    f->spec.patience_ms = 60000;
    fixture_run_ok(f);
    assert_value(
        f->app, "SELECT count(*) FROM t WHERE n <> CASE WHEN id % 10 = 3 THEN 0 ELSE 1 END", "0");
    assert_value(f->app, "SELECT sum(rows)::text FROM zdm.cursor WHERE plan = 'map_all'", "4500");
    assert_has(f->notes.s, "deferred: ");
    fixture_free(f);
}

/* Rows that stay as they are are not written and not counted. */
static void
test_kept(void **state)
{
    struct fixture *f = fixture_new("map_kept", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, v text, w text DEFAULT 'old');"
                "INSERT INTO t SELECT g, CASE WHEN g %% 2 = 0 THEN 'stay' ELSE 'go' END"
                " FROM generate_series(1, 1000) AS g");
    fixture_map(f, "v", "w", map_script_same);
    map_script.keeps = "stay";
    f->spec.table = "map_kept.t";
    fixture_run_ok(f);
    assert_value(
        f->app, "SELECT count(*) FROM t WHERE w <> CASE v WHEN 'stay' THEN 'old' ELSE v END", "0");
    assert_value(f->app,
        "SELECT count(*) FROM t WHERE xmin <> (SELECT xmin FROM t WHERE id = 2)"
        " AND v = 'stay'",
        "0");
    assert_value(f->app, "SELECT rows::text FROM zdm.cursor WHERE plan = 'map_kept'", "500");
    fixture_free(f);
}

/* The row is named, everything before it is done, and the run after a repair does the rest. */
static void
test_errors(void **state)
{
    struct fixture *f = fixture_new("map_bad", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0,"
                " v text NOT NULL DEFAULT '7', w int CHECK (w < 1000));"
                "INSERT INTO t SELECT g FROM generate_series(1, 1000) AS g;"
                "UPDATE t SET v = 'bad' WHERE id = 500");
    fixture_map(f, "v", "w", map_script_same);
    map_script.fails_on = "bad";
    f->spec.table = "map_bad.t";
    assert_int_equal(fixture_run(f), -1);
    assert_int_equal(f->err.code, ZDM_ERR_FAILED);
    assert_string_equal(f->err.sqlstate, ZDM_MAP_FAILED);
    assert_has(f->err.message, "row of map_bad.t with id = 500: map: no way to map \"bad\"");
    assert_has(f->err.hint, "the batches before it are done");
    assert_value(f->app, "SELECT count(*) FROM t WHERE (w IS NULL) <> (id >= 500)", "0");

    map_script.fails_on = NULL; /* then the server finds it */
    assert_int_equal(fixture_run(f), -1);
    assert_string_equal(f->err.sqlstate, "22P02");
    assert_has(f->err.message, "row of map_bad.t with id = 500");
    assert_has(f->err.message, "\"bad\"");
    sql(f->app, "UPDATE t SET v = '1000' WHERE id = 500");
    assert_int_equal(fixture_run(f), -1);
    assert_string_equal(f->err.sqlstate, "23514");
    assert_has(f->err.message, "row of map_bad.t with id = 500");

    sql(f->app, "UPDATE t SET v = '7' WHERE id = 500");
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE w IS DISTINCT FROM 7", "0");
    assert_value(f->app, "SELECT rows::text FROM zdm.cursor WHERE plan = 'map_bad'", "1000");
    /* Nothing is left open behind an error. */
    assert_value(f->app,
        "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE"
        " 'zdm/map_bad/%' AND state LIKE 'idle in%'",
        "0");
    fixture_free(f);
}

/* What cannot be is said before the first batch. */
static void
refused(struct fixture *f, const char *message, const char *hint)
{
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, message);
    assert_has(f->err.hint, hint);
    assert_int_equal(map_script.rows, 0);
}

static void
test_refused(void **state)
{
    struct fixture *f = fixture_new("map_no", NULL);

    (void)state;
    sql(f->app,
        "CREATE TABLE t (id int PRIMARY KEY, v text, value text, g int GENERATED ALWAYS AS (id + 1)"
        " STORED); CREATE TABLE bare (v text, w text)");
    f->spec.table = "map_no.t";
    fixture_map(f, "valu", "v", map_script_same);
    refused(f, "read: table map_no.t has no column valu", "did you mean value?");
    fixture_map(f, "v", "valeu", map_script_same);
    refused(f, "table map_no.t has no column valeu", "did you mean value?");
    fixture_map(f, "v", "g", map_script_same);
    refused(f, "column g of map_no.t is generated", "");
    fixture_map(f, "v", "id", map_script_same);
    refused(f, "the key that the backfill walks along", "swap the two");
    f->spec.table = "map_no.bare";
    fixture_map(f, "v", "w", map_script_same);
    refused(f, "has no key to walk along", "or say where");
    fixture_free(f);
}

/* One that writes a column of another unique key locks as strongly as its UPDATE will. */
static void
test_unique(void **state)
{
    struct fixture *f = fixture_new("map_unique", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, n int UNIQUE);"
                "INSERT INTO t SELECT g, g * 10 FROM generate_series(1, 500) AS g;"
                "CREATE TABLE r (n int REFERENCES t (n)); INSERT INTO r VALUES (10)");
    fixture_map(f, "n", "n", map_script_add_one);
    f->spec.table = "map_unique.t";
    f->spec.where = "id > 1";
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n <> id * 10 + (id > 1)::int", "0");
    f->spec.step = "again";
    f->spec.where = NULL;
    assert_int_equal(fixture_run(f), -1);
    assert_string_equal(f->err.sqlstate, "23503");
    assert_has(f->err.message, "row of map_unique.t with id = 1");
    fixture_free(f);
}

/* A function that takes long for a row holds the locks of few rows. */
static void
test_slow_function(void **state)
{
    struct fixture *f = fixture_new("map_slow", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);"
                "INSERT INTO t SELECT g FROM generate_series(1, 200) AS g");
    fixture_map(f, "n", "n", map_script_add_one);
    map_script.nap_ms = 3;
    f->spec.table = "map_slow.t";
    f->spec.target_ms = 5;
    f->spec.batch_min = 1;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n <> 1", "0");
    /* 20 ms of 3 ms each, and once more as many in the batch that was cut off. */
    assert_value(f->app,
        "SELECT (batches > 200 / 10)::text FROM zdm.cursor WHERE plan = 'map_slow'", "true");
    fixture_free(f);
}

/* Rows of megabytes come a few at a time, though batches had grown on small ones. */
static void
test_wide_rows(void **state)
{
    struct fixture *f = fixture_new("map_wide", NULL);

    (void)state;
    sql(f->app,
        "CREATE TABLE t (id int PRIMARY KEY, v text, w int);"
        "ALTER TABLE t ALTER v SET STORAGE EXTERNAL;"
        "INSERT INTO t SELECT g, CASE WHEN g > 3000 THEN repeat('x', 3000000) ELSE g::text END"
        " FROM generate_series(1, 3012) AS g");
    fixture_map(f, "v", "w", map_script_length);
    f->spec.table = "map_wide.t";
    f->spec.batch_min = 1;
    f->spec.batch_max = 50000;
    f->spec.target_ms = 5000;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE w <> length(v)", "0");
    assert_value(f->app, "SELECT rows::text FROM zdm.cursor WHERE plan = 'map_wide'", "3012");
    assert_true(map_script.rows == 3012); /* none of them was fetched in vain */
    fixture_free(f);
}

struct writer {
    struct zdm_conn *conn;
    _Atomic bool stop;
    long writes;
};

static void *
write_all_the_time(void *arg)
{
    struct writer *w = arg;

    while (!w->stop) {
        sql(w->conn, "UPDATE t SET n = n + 100 WHERE id = %ld", w->writes % 2000 + 1);
        w->writes++;
    }
    return NULL;
}

/* The application adds to the column that is read and written: what it adds is never lost. */
static void
test_writers(void **state)
{
    struct fixture *f = fixture_new("map_writers", NULL);
    struct writer w = {.conn = f->app};
    pthread_t thread;

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);"
                "INSERT INTO t SELECT g FROM generate_series(1, 2000) AS g");
    fixture_map(f, "n", "n", map_script_add_one);
    f->spec.table = "map_writers.t";
    f->spec.stripes = 8;
    pthread_create(&thread, NULL, write_all_the_time, &w);
    fixture_run_ok(f);
    w.stop = true;
    pthread_join(thread, NULL);
    char *sum = value(f->app, "SELECT sum(n)::text FROM t"), expected[32];
    snprintf(expected, sizeof expected, "%ld", w.writes * 100 + 2000);
    assert_string_equal(sum, expected);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n % 100 <> 1", "0");
    free(sum);
    fixture_free(f);
}

/* Its session ends, on the first of every hundred rows that it sees. */
static const char *
lose_session(void *self, const char *text, struct zdm_buf *room)
{
    struct fixture *f = self;

    if (map_script.rows % 100 == 1)
        sql(f->app, "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                    " WHERE application_name = 'zdm/map_gone/fill/0'");
    return map_script_add_one(self, text, room);
}

/* A session that ends while its rows go through the function, as one does that was idle in its
 * transaction for too long, has changed nothing. */
static void
test_session_ends(void **state)
{
    struct fixture *f = fixture_new("map_gone", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);"
                "INSERT INTO t SELECT g FROM generate_series(1, 400) AS g");
    fixture_map(f, "n", "n", lose_session);
    map_script.self = f;
    f->spec.table = "map_gone.t";
    f->spec.batch_max = 30;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n <> 1", "0");
    assert_value(f->app, "SELECT rows::text FROM zdm.cursor WHERE plan = 'map_gone'", "400");
    assert_true(map_script.rows > 400);
    assert_has(f->notes.s, "reconnect: ");
    fixture_free(f);
}

/* Sync triggers look away from the writing statement as from a batch of set. */
static void
test_sync_off(void **state)
{
    struct fixture *f = fixture_new("map_sync", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, v text, w text, fired int DEFAULT 0);"
                "INSERT INTO t SELECT g, 'x' FROM generate_series(1, 100) AS g;"
                "CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN NEW.fired := NEW.fired + 1; RETURN NEW; END $$;"
                "CREATE TRIGGER fire BEFORE UPDATE ON t FOR EACH ROW"
                " WHEN (current_setting('zdm.sync', true) IS DISTINCT FROM 'off')"
                " EXECUTE FUNCTION fire()");
    fixture_map(f, "v", "w", map_script_same);
    f->spec.table = "map_sync.t";
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE w = 'x' AND fired = 0", "100");
    fixture_free(f);
}

/* Partitions are found by their keys. */
static void
test_partitioned(void **state)
{
    struct fixture *f = fixture_new("map_parts", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (a int, b int, n int NOT NULL DEFAULT 0, PRIMARY KEY (a, b))"
                " PARTITION BY RANGE (b);"
                "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (500);"
                "CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (500) TO (2000);"
                "INSERT INTO t SELECT g %% 7, g FROM generate_series(1, 1000) AS g");
    fixture_map(f, "n", "n", map_script_add_one);
    f->spec.table = "map_parts.t";
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n <> 1", "0");
    fixture_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_together),
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_unique),
        cmocka_unit_test(test_slow_function),
        cmocka_unit_test(test_wide_rows),
        cmocka_unit_test(test_writers),
        cmocka_unit_test(test_session_ends),
        cmocka_unit_test(test_sync_off),
        cmocka_unit_test(test_partitioned),
    };

    return cmocka_run_group_tests_name("batch_map", tests, NULL, NULL);
}
