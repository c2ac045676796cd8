/*
 * sync{} on a real server: what applications write on either side, and what the other side gets.
 * Each case makes a schema of its own, starts the sync as the runner would, and compares.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lua/plan_file.h"
#include "pg/conn.h"

static struct zdm_conn *conn;

static void
exec(const char *sql)
{
    struct zdm_err err = ZDM_ERR_INIT;

    if (zdm_conn_exec(conn, sql, NULL, &err) < 0)
        fail_msg("%s\n%s: %s %s", sql, err.sqlstate, err.message, err.detail ? err.detail : "");
}

/* All cells of all rows, joined by '|' and '\n'; NULL is "~". Returns owned. */
static char *
rows(const char *sql)
{
    struct zdm_result *result = NULL;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_buf text = ZDM_BUF_INIT;

    if (zdm_conn_exec(conn, sql, &result, &err) < 0)
        fail_msg("%s\n%s: %s", sql, err.sqlstate, err.message);
    for (int i = 0; i < zdm_result_rows(result); i++) {
        for (int j = 0; j < zdm_result_columns(result); j++) {
            const char *cell = zdm_result_get(result, i, j);
            zdm_buf_add(&text, j ? "|" : i ? "\n" : "");
            zdm_buf_add(&text, cell ? cell : "~");
        }
    }
    zdm_result_free(result);
    return zdm_buf_take(&text);
}

static void
assert_rows(const char *sql, const char *expected)
{
    char *actual = rows(sql);

    assert_string_equal(actual, expected);
    free(actual);
}

/* A plan with these steps in expand. */
static struct zdm_plan_file *
load(const char *steps)
{
    char path[] = "/tmp/zdm-sync-test-XXXXXX";
    struct zdm_plan_file *file = NULL;
    struct zdm_errlist errors = ZDM_ERRLIST_INIT;
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    dprintf(fd, "return plan \"t\" { api = 1, expand { %s } }\n", steps);
    close(fd);
    if (zdm_plan_file_load(path, NULL, &file, &errors) < 0)
        fail_msg("%s: %s", steps, errors.items[0].message);
    unlink(path);
    return file;
}

static const struct zdm_step_sql *
step(const struct zdm_plan_file *file, size_t i)
{
    const struct zdm_plan *plan = zdm_plan_file_plan(file);

    assert_true(i < plan->n_steps && plan->steps[i].kind == ZDM_STEP_SQL);
    return &plan->steps[i].u.sql;
}

/* The message of the first requirement that does not hold, NULL when all do. */
static const char *
unmet(const struct zdm_step_sql *sql)
{
    for (size_t i = 0; i < sql->n_requires; i++) {
        char *answer = rows(sql->requires[i].sql.text);
        bool holds = answer[0] == 't' &&
                     strchr("|", answer[1]); /* a second column tells what is in the way */
        free(answer);
        if (!holds)
        return sql->requires[i].message;
    }
    return NULL;
}

static void
begin_case(const char *setup)
{
    exec("DROP SCHEMA IF EXISTS app, zdm, \"Other Schema\" CASCADE; CREATE SCHEMA app; CREATE "
         "SCHEMA zdm;"
         "DROP TABLE IF EXISTS public.zdm_sync_t; SET search_path = app; SET zdm.sync = DEFAULT");
    exec(setup);
}

static const struct sync_case {
    const char *name, *setup, *sync, *writes, *query, *expected;
} cases[] = {
    {"old code inserts", "CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL, b text)",
        "sync { table = 'app.t', from = 'a', to = 'b' }", "INSERT INTO t (id, a) VALUES (1, 'x')",
        "TABLE t", "1|x|x"},
    {"new code inserts", "CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL, b text)",
        "sync { table = 'app.t', from = 'a', to = 'b' }", "INSERT INTO t (id, b) VALUES (1, 'x')",
        "TABLE t", "1|x|x"},
    {"new code inserts, the old column has a default",
        "CREATE TABLE t (id int PRIMARY KEY, a text DEFAULT 'none', b text)",
        "sync { table = 'app.t', from = 'a', to = 'b' }", "INSERT INTO t (id, b) VALUES (1, 'x')",
        "TABLE t", "1|x|x"},
    {"inserts of both and of neither", "CREATE TABLE t (id int PRIMARY KEY, a text, b text)",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "INSERT INTO t VALUES (1, 'x', 'x'), (2, 'x', 'y'), (3, NULL, NULL), (4, 'x', NULL)",
        "TABLE t", "1|x|x\n2|y|y\n3|~|~\n4|x|x"},
    {"updates of either side",
        "CREATE TABLE t (id int PRIMARY KEY, a text, b text);"
        "INSERT INTO t SELECT g, 'x', 'x' FROM generate_series(1, 7) g",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "UPDATE t SET a = 'y' WHERE id = 1; UPDATE t SET b = 'y' WHERE id = 2;"
        "UPDATE t SET a = NULL WHERE id = 3; UPDATE t SET b = NULL WHERE id = 4;"
        "UPDATE t SET a = 'y', b = 'y' WHERE id = 5; UPDATE t SET a = 'y', b = 'z' WHERE id = 6;"
        "UPDATE t SET a = 'x', b = 'x' WHERE id = 7",
        "SELECT * FROM t ORDER BY id", "1|y|y\n2|y|y\n3|~|~\n4|~|~\n5|y|y\n6|z|z\n7|x|x"},
    {"from and to NULL",
        "CREATE TABLE t (id int PRIMARY KEY, a text, b text); INSERT INTO t VALUES (1), (2)",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "UPDATE t SET a = 'y' WHERE id = 1; UPDATE t SET b = 'y' WHERE id = 2",
        "SELECT * FROM t ORDER BY id", "1|y|y\n2|y|y"},
    {"a row that is not backfilled yet",
        "CREATE TABLE t (id int PRIMARY KEY, a text, b text, n int);"
        "INSERT INTO t VALUES (1, 'x'), (2, 'x'), (3, 'x')",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "UPDATE t SET n = 1 WHERE id = 1; UPDATE t SET a = 'y' WHERE id = 2;"
        "UPDATE t SET b = 'z' WHERE id = 3",
        "SELECT * FROM t ORDER BY id", "1|x|~|1\n2|y|y|~\n3|z|z|~"},
    {"zdm.sync = off", "CREATE TABLE t (id int PRIMARY KEY, a text, b text)",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "INSERT INTO t VALUES (1, 'x'), (2, 'x'); SET zdm.sync = off;"
        "UPDATE t SET b = 'z' WHERE id = 1; UPDATE t SET a = 'y' WHERE id = 2; SET zdm.sync = ''",
        "SELECT * FROM t ORDER BY id", "1|x|z\n2|y|y"},
    {"a batch that changes another column of up",
        "CREATE TABLE t (id int, a text, b text, c text); INSERT INTO t VALUES (1, 'x', 'xy', 'y')",
        "sync { table = 'app.t', from = 'a', to = 'b', up = 'a || c', down = 'left(b, 1)' }",
        "SET zdm.sync = off; UPDATE t SET c = 'z'; SET zdm.sync = ''", "TABLE t", "1|x|xz|z"},
    {"a write of another column of up", "CREATE TABLE t (id int, a text, b text, c text, d text)",
        "sync { table = 'app.t', from = 'a', to = 'b', up = 'a || t.c', down = 'left(b, 1)' }",
        "INSERT INTO t VALUES (1, 'x', NULL, 'y'); UPDATE t SET c = 'z'", "TABLE t", "1|x|xz|z|~"},
    {"up fails for a row that nobody touches there",
        "CREATE TABLE t (a text, b int, n int); INSERT INTO t VALUES ('no number')",
        "sync { table = 'app.t', from = 'a', to = 'b', up = 'a::int + 0', down = 'b::text' }",
        "UPDATE t SET n = 1", "TABLE t", "no number|~|1"},
    {"names of 63 bytes, upper case, quotes and spaces",
        "CREATE SCHEMA \"Other Schema\"; CREATE TABLE \"Other Schema\".\"T\"\"x\" (id int,"
        "\"A "
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" text,"
        "\"A "
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\" text)",
        "sync { table = [[\"Other Schema\".\"T\"\"x\"]],"
        "from = [[\"A aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]],"
        "to = [[\"A aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"]] }",
        "INSERT INTO \"Other Schema\".\"T\"\"x\" VALUES (1, 'x'); UPDATE \"Other "
        "Schema\".\"T\"\"x\" SET"
        "\"A aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\" = 'y'",
        "TABLE \"Other Schema\".\"T\"\"x\"", "1|y|y"},
    {"columns named as variables of plpgsql",
        "CREATE TABLE t (\"new\" text, \"old\" text, tg_op text, zdm_expected text)",
        "sync { table = 'app.t', from = '\"new\"', to = '\"old\"', up = 'new || tg_op || "
        "zdm_expected',"
        "down = 'old' }",
        "INSERT INTO t VALUES ('a', NULL, 'b', 'c')", "TABLE t", "a|abc|b|c"},
    {"json has no equality", "CREATE TABLE t (a json, b json); INSERT INTO t VALUES ('1', '1')",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "UPDATE t SET a = '{\"x\": 1}'; INSERT INTO t (b) VALUES ('[1,  2]')", "TABLE t",
        "{\"x\": 1}|{\"x\": 1}\n[1,  2]|[1,  2]"},
    {"equal values that are written differently",
        "CREATE TABLE t (a numeric, b numeric); INSERT INTO t VALUES (1.0, 1.0)",
        "sync { table = 'app.t', from = 'a', to = 'b' }", "UPDATE t SET a = 1.00", "TABLE t",
        "1.00|1.00"},
    {"a narrower type: what up gives is compared after the cast",
        "CREATE TABLE t (a numeric, b numeric(10,2))",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "INSERT INTO t VALUES (1.0049, NULL), (1.0049, 1.00)", "TABLE t",
        "1.0049|1.00\n1.0049|1.00"},
    {"varchar(n)", "CREATE TABLE t (a text, b varchar(3))",
        "sync { table = 'app.t', from = 'a', to = 'b', up = 'left(a, 3)' }",
        "INSERT INTO t (a) VALUES ('abcdef'); INSERT INTO t (b) VALUES ('xyz')", "TABLE t",
        "abcdef|abc\nxyz|xyz"},
    {"int to bigint", "CREATE TABLE t (a int, b bigint)",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "INSERT INTO t (a) VALUES (1); INSERT INTO t (b) VALUES (2); UPDATE t SET a = a + 10",
        "TABLE t", "11|11\n12|12"},
    {"text to int and back", "CREATE TABLE t (a text, b int)",
        "sync { table = 'app.t', from = 'a', to = 'b', up = 'a::int', down = 'b::text' }",
        "INSERT INTO t (a) VALUES ('1'); INSERT INTO t (b) VALUES (2);"
        "UPDATE t SET b = 30 WHERE b = 2; UPDATE t SET a = NULL WHERE a = '1'",
        "SELECT * FROM t ORDER BY b", "30|30\n~|~"},
    {"expressions over other columns, a comment at the end, our dollar quote",
        "CREATE TABLE t (first text, last text, a text, b text)",
        "sync { table = 'app.t', from = 'a', to = 'b', up = [[t.first || '$zdm$' || t.last -- "
        "both]],"
        "down = [[b /* back */ -- ]] }",
        "INSERT INTO t VALUES ('x', 'y', 'q')", "TABLE t", "x|y|q|x$zdm$y"},
    {"a trigger of the application comes first",
        "CREATE TABLE t (a text, b text);"
        "CREATE FUNCTION low() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.a := lower(NEW.a); RETURN NEW; END';"
        "CREATE TRIGGER zlow BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION low()",
        "sync { table = 'app.t', from = 'a', to = 'b' }", "INSERT INTO t VALUES ('XY')", "TABLE t",
        "xy|xy"},
    {"ON CONFLICT DO UPDATE",
        "CREATE TABLE t (id int PRIMARY KEY, a text, b text); INSERT INTO t VALUES (1, 'x', 'x'), "
        "(2, 'x', "
        "'x')",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "INSERT INTO t (id, a) VALUES (1, 'y') ON CONFLICT (id) DO UPDATE SET a = EXCLUDED.a;"
        "INSERT INTO t (id, b) VALUES (2, 'z') ON CONFLICT (id) DO UPDATE SET b = EXCLUDED.b",
        "SELECT * FROM t ORDER BY id", "1|y|y\n2|z|z"},
    {"through a view, and COPY",
        "CREATE TABLE t (id int, a text, b text); CREATE VIEW v AS SELECT id, a FROM t",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "INSERT INTO v VALUES (1, 'x'); UPDATE v SET a = 'y';"
        "COPY t (id, a) FROM PROGRAM 'echo 2,c' (FORMAT csv)",
        "SELECT * FROM t ORDER BY id", "1|y|y\n2|c|c"},
    {"a partitioned table whose partitions have other column orders",
        "CREATE TABLE t (id int, a text, b text) PARTITION BY RANGE (id);"
        "CREATE TABLE t2 (b text, dropped int, id int, a text); ALTER TABLE t2 DROP COLUMN dropped;"
        "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);"
        "ALTER TABLE t ATTACH PARTITION t2 FOR VALUES FROM (10) TO (20)",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "INSERT INTO t (id, a) VALUES (1, 'x'), (11, 'x'); INSERT INTO t2 (id, b) VALUES (12, 'y');"
        "CREATE TABLE t3 PARTITION OF t FOR VALUES FROM (20) TO (30); INSERT INTO t VALUES (21, "
        "'n');"
        "UPDATE t SET id = 2 WHERE id = 11",
        "SELECT id, a, b FROM t ORDER BY id", "1|x|x\n2|x|x\n12|y|y\n21|n|n"},
    {"a dropped column, a generated one, an array, a composite type",
        "CREATE TYPE pair AS (x int, y text); CREATE TABLE t (gone int, a pair[], b pair[],"
        "n int GENERATED ALWAYS AS (coalesce(array_length(b, 1), 0)) STORED);"
        "ALTER TABLE t DROP COLUMN gone",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "INSERT INTO t (a) VALUES (ARRAY[(1, 'x')::app.pair])", "TABLE t",
        "{\"(1,x)\"}|{\"(1,x)\"}|1"},
    {"a role that may write the table and nothing else",
        "CREATE TABLE t (a text, b text); DROP ROLE IF EXISTS zdm_test_writer; CREATE ROLE "
        "zdm_test_writer; GRANT USAGE ON SCHEMA app TO zdm_test_writer;"
        "GRANT SELECT, INSERT, UPDATE ON t TO zdm_test_writer;"
        "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "SET ROLE zdm_test_writer; INSERT INTO t (a) VALUES ('x'); UPDATE t SET b = 'y'; RESET "
        "ROLE;"
        "ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;"
        "DROP OWNED BY zdm_test_writer; DROP ROLE zdm_test_writer",
        "TABLE t", "y|y"},
    {"a temporary table of the writer that hides a real one",
        "CREATE TABLE t (a text, b text); CREATE TABLE lookup (k text, v text);"
        "INSERT INTO lookup VALUES ('x', 'real')",
        "sync { table = 'app.t', from = 'a', to = 'b', up = '(SELECT v FROM lookup WHERE k = t.a)' "
        "}",
        "CREATE TEMP TABLE lookup AS SELECT 'x' AS k, 'hidden' AS v; INSERT INTO t VALUES ('x');"
        "DROP TABLE pg_temp.lookup",
        "TABLE t", "x|real"},
    {"a table without its schema",
        "SET search_path = public; CREATE TABLE zdm_sync_t (a text, b text)",
        "sync { table = 'zdm_sync_t', from = 'a', to = 'b', up = 'zdm_sync_t.a' }",
        "INSERT INTO zdm_sync_t VALUES ('x')", "TABLE zdm_sync_t", "x|x"},
    {"a hostile search_path of the writer",
        "CREATE TABLE t (a text, b text); CREATE FUNCTION public.lower(text) RETURNS text LANGUAGE "
        "sql"
        " AS $$SELECT 'hijacked'$$",
        "sync { table = 'app.t', from = 'a', to = 'b', up = 'lower(a)' }",
        "SET search_path = public, pg_catalog; INSERT INTO app.t VALUES ('X');"
        "DROP FUNCTION public.lower(text); SET search_path = app",
        "TABLE t", "X|x"},
    {"floats that a writer's session does not write out",
        "CREATE TABLE t (a float8, b float8); INSERT INTO t VALUES (0.3, 0.3)",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "SET extra_float_digits = 0; UPDATE t SET a = 0.30000000000000004; INSERT INTO t VALUES "
        "(0.3);"
        "UPDATE t SET b = 0.30000000000000004 WHERE a = 0.3; RESET extra_float_digits",
        "SELECT a, b FROM t",
        "0.30000000000000004|0.30000000000000004\n0.30000000000000004|0.30000000000000004"},
    {"a trigger that fires behind and sets neither; and one that sets one before",
        "CREATE TABLE t (a text, b text, c text);"
        "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.a = ''x'' THEN "
        "NEW.c := NEW.a; END IF; RETURN NEW; END';"
        "CREATE FUNCTION soon() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.a := ''x''; RETURN "
        "NEW; END';"
        "CREATE TRIGGER zzzz BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION late();"
        "CREATE TRIGGER zz BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION soon();"
        "CREATE TRIGGER zzzz_off BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION soon();"
        "ALTER TABLE t DISABLE TRIGGER zzzz_off",
        "sync { table = 'app.t', from = 'a', to = 'b' }", "INSERT INTO t VALUES ('y')", "TABLE t",
        "x|x|x"},
    {"times of one name: an hour that came twice",
        "CREATE TABLE t (a timestamptz, b timestamptz); INSERT INTO t SELECT x, x FROM "
        "CAST('2014-10-25 21:30+00' AS timestamptz) AS x",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "SET TimeZone = 'Europe/Moscow'; SET DateStyle = 'German'; UPDATE t SET a = a + '1 h';"
        "RESET DateStyle; RESET TimeZone",
        "SELECT a = b, a = '2014-10-25 22:30+00' FROM t", "t|t"},
    {"what an expression says in a session with settings of its own",
        "CREATE TABLE t (a bytea, b text, d date, i interval, f float4)",
        "sync { table = 'app.t', from = 'a', to = 'b', up = [[concat_ws(' ', a, d, i, f)]], down = "
        "'NULL' }",
        "SET bytea_output = 'escape'; SET DateStyle = 'German'; SET IntervalStyle = 'iso_8601';"
        "SET extra_float_digits = -2; INSERT INTO t VALUES ('x', NULL, '2026-02-03', '1 day', "
        "0.123456);"
        "RESET bytea_output; RESET DateStyle; RESET IntervalStyle; RESET extra_float_digits",
        "SELECT b FROM t", "\\x78 2026-02-03 1 day 0.123456"},
};

static void
run_case(const struct sync_case *c)
{
    begin_case(c->setup);
    struct zdm_plan_file *file = load(c->sync);
    const struct zdm_step_sql *sql = step(file, 0);
    const char *missing = unmet(sql);

    if (missing)
        fail_msg("%s: %s", c->name, missing);
    exec(sql->up.text);
    exec(c->writes);
    char *actual = rows(c->query);
    if (strcmp(actual, c->expected) != 0)
        fail_msg("%s: got\n%s\ninstead of\n%s", c->name, actual, c->expected);
    free(actual);
    exec(sql->undo.text);
    assert_rows("SELECT count(*) FROM pg_catalog.pg_trigger WHERE tgname LIKE '%zdm%'", "0");
    assert_rows(
        "SELECT count(*) FROM pg_catalog.pg_proc WHERE pronamespace = 'zdm'::regnamespace", "0");
    zdm_plan_file_free(file);
}

static void
test_writes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        run_case(&cases[i]);
}

static const struct {
    const char *setup, *sync, *message;
} refusals[] = {
    {"CREATE TABLE t (b text)", "sync { table = 'app.t', from = 'a', to = 'b' }",
        "table app.t has no column a"},
    {"CREATE TABLE t (a text)", "sync { table = 'app.t', from = 'a', to = '\"B c\"' }",
        "table app.t has no column \"B c\""},
    {"SELECT 1", "sync { table = 'app.missing', from = 'a', to = 'b' }",
        "table app.missing has no column a"},
    {"CREATE TABLE t (a text, b text); CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS "
     "'BEGIN IF NEW.b IS NULL THEN NEW.a = lower(NEW.a); END IF; RETURN NEW; END';"
     "CREATE TRIGGER zzzz BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION late()",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "a trigger that fires behind the sync of a and b sets one of them: the other would not get "
        "that"},
    {"CREATE TABLE t (a text, b text); CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS "
     "'BEGIN SELECT upper(NEW.a) INTO NEW.b; RETURN NEW; END';"
     "CREATE TRIGGER zzzz BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION late()",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "a trigger that fires behind the sync of a and b sets one of them: the other would not get "
        "that"},
    {"CREATE TABLE t (a text, b text DEFAULT 'x')",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "column b of app.t has a default, or is generated or an identity"},
    {"CREATE TABLE t (a int, b int GENERATED BY DEFAULT AS IDENTITY)",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "column b of app.t has a default, or is generated or an identity"},
    {"CREATE DOMAIN d AS text DEFAULT 'x'; CREATE TABLE t (a text, b d)",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "column b of app.t has a default, or is generated or an identity"},
    {"CREATE TABLE t (a text, b text, c text, g text GENERATED ALWAYS AS (c || c) STORED)",
        "sync { table = 'app.t', from = 'a', to = 'b', up = 'a || g' }",
        "column g of app.t is generated or of the system: a trigger does not see its value"},
    {"CREATE TABLE t (a text, b text)",
        "sync { table = 'app.t', from = 'a', to = 'b', up = 'a || ctid::text' }",
        "column ctid of app.t is generated or of the system: a trigger does not see its value"},
    {"CREATE TABLE t (a int GENERATED ALWAYS AS (b + 1) STORED, b int)",
        "sync { table = 'app.t', from = 'a', to = 'b' }",
        "column a of app.t is generated: sync cannot write it"},
    {"CREATE TABLE t (a text, b text)", "sync { table = 't', from = 'a', to = 'b' }",
        "table t is not in the schema public"},
};

static void
test_requirements(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        begin_case(refusals[i].setup);
        struct zdm_plan_file *file = load(refusals[i].sync);
        const char *message = unmet(step(file, 0));
        assert_non_null(message);
        assert_string_equal(message, refusals[i].message);
        zdm_plan_file_free(file);
    }
}

/* A sync of an earlier plan, whatever it calls the table. */
static void
test_another_sync(void **state)
{
    static const struct {
        const char *sync;
        bool fits;
    } others[] = {
        {"from = 'b', to = 'c'", false},
        {"from = 'c', to = 'a'", false},
        {"from = 'c', to = 'b'", false},
        {"from = 'a', to = 'c'", false},
        {"from = 'a', to = 'c', down = 'b || c'", true},
        {"from = 'c', to = 'd'", true},
    };

    (void)state;
    begin_case("SET search_path = app; CREATE TABLE t (a text, b text, c text, d text)");
    struct zdm_plan_file *file =
        load("sync { table = 'app.t', from = 'a', to = 'b', down = 'b || c' }");
    exec(step(file, 0)->up.text);
    assert_null(unmet(step(file, 0)));
    zdm_plan_file_free(file);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char *steps = zdm_strf("sync { table = 'app.t', %s }", others[i].sync);
        file = load(steps);
        const char *message = unmet(step(file, 0));
        if (others[i].fits)
            assert_null(message);
        else
            assert_non_null(strstr(message, "another sync of app.t has the column"));
        zdm_plan_file_free(file);
        free(steps);
    }
}

static const struct {
    const char *setup, *sync, *sqlstate;
} failures[] = {
    /* What would otherwise fail at the application's first write. */
    {"CREATE TABLE t (a text, b text)",
        "sync { table = 'app.t', from = 'a', to = 'b', up = 'lower(aa)' }", "42703"},
    {"CREATE TABLE t (a text, b text)",
        "sync { table = 'app.t', from = 'a', to = 'b', down = 'no_such(b)' }", "42883"},
    {"CREATE TABLE t (a text, b int)", "sync { table = 'app.t', from = 'a', to = 'b' }", "42804"},
};

static void
test_wrong_expressions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        begin_case(failures[i].setup);
        struct zdm_plan_file *file = load(failures[i].sync);
        const struct zdm_step_sql *sql = step(file, 0);
        struct zdm_err err = ZDM_ERR_INIT;
        assert_null(unmet(sql));
        assert_int_equal(zdm_conn_exec(conn, sql->up.text, NULL, &err), -1);
        assert_string_equal(err.sqlstate, failures[i].sqlstate);
        zdm_err_release(&err);
        assert_rows(
            "SELECT count(*) FROM pg_catalog.pg_proc WHERE pronamespace = 'zdm'::regnamespace",
            "0");
        zdm_plan_file_free(file);
    }
}

/* The column goes, and its sync with it, in one transaction; the new code never notices. */
static void
test_drop_column(void **state)
{
    (void)state;
    begin_case("CREATE TABLE \"T\" (id int, \"A\" text NOT NULL, b text, c text)");
    struct zdm_plan_file *file =
        load("sync { table = 'app.\"T\"', from = '\"A\"', to = 'b', down = 'b || c' },"
             "sync { table = 'app.\"T\"', from = '\"A\"', to = 'C', down = 'b || c', id = 'two' },"
             "drop_column { table = 'APP.\"T\"', column = '\"A\"' }");
    exec(step(file, 0)->up.text);
    exec(step(file, 1)->up.text);
    exec(step(file, 2)->up.text);
    exec("INSERT INTO \"T\" VALUES (1, 'x', 'y')");
    assert_rows("TABLE \"T\"", "1|x|y");
    assert_rows(
        "SELECT count(*) FROM pg_catalog.pg_proc WHERE pronamespace = 'zdm'::regnamespace", "0");
    zdm_plan_file_free(file);
}

static void
test_unsync(void **state)
{
    (void)state;
    begin_case("CREATE TABLE t (a text, b text)");
    struct zdm_plan_file *file = load("sync { table = 'app.t', from = 'a', to = 'b' },"
                                      "unsync { table = 'app.t', from = 'a', to = 'b' },"
                                      "drop_column { table = 'app.t', column = 'a' }");
    exec(step(file, 0)->up.text);
    exec(step(file, 1)->up.text);
    exec("INSERT INTO t VALUES ('x')");
    assert_rows("TABLE t", "x|~");
    exec(step(file, 1)->undo.text);
    exec("INSERT INTO t VALUES ('y')");
    assert_rows("TABLE t", "x|~\ny|y");
    exec(step(file, 1)->up.text);
    exec(step(file, 2)->up.text);
    assert_rows("TABLE t", "~\ny");
    zdm_plan_file_free(file);
}

static int
setup(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *conninfo = zdm_target_conninfo(NULL);

    (void)state;
    if (zdm_conn_open(conninfo, "zdm/test", &conn, &err) < 0)
        fail_msg("%s", err.message);
    free(conninfo);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    exec("DROP SCHEMA IF EXISTS app, zdm, \"Other Schema\" CASCADE;"
         "DROP TABLE IF EXISTS public.zdm_sync_t");
    zdm_conn_close(conn);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writes),
        cmocka_unit_test(test_requirements),
        cmocka_unit_test(test_another_sync),
        cmocka_unit_test(test_wrong_expressions),
        cmocka_unit_test(test_drop_column),
        cmocka_unit_test(test_unsync),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
