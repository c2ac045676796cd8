/* What cannot be backfilled is said before anything is touched, with what to do. */
#include "batch_fixture.h"

/* Running must fail with these words, and leave neither cursor nor changed row. */
static void
refuses(struct fixture *f, const char *message, const char *hint)
{
    char *cursors;

    assert_int_equal(fixture_run(f), -1);
    assert_int_equal(f->err.code, ZDM_ERR_FAILED);
    assert_has(f->err.message, message);
    if (hint)
        assert_has(f->err.hint, hint);
    cursors = value(f->app, "SELECT count(*) FROM zdm.cursor WHERE plan = '%s'", f->plan);
    assert_string_equal(cursors, "0");
    free(cursors);
    assert_int_equal(f->finished, 0);
}

static void
test_tables(void **state)
{
    struct fixture *f = fixture_new("bt_tables", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, n int); CREATE VIEW v AS TABLE t;"
                "CREATE MATERIALIZED VIEW mv AS TABLE t; CREATE SEQUENCE s;"
                "CREATE TABLE parent (id int PRIMARY KEY, n int);"
                "CREATE TABLE child () INHERITS (parent)");
    f->spec.table = "bt_tables.nowhere";
    refuses(f, "table bt_tables.nowhere does not exist", "schema.table");
    f->spec.table = "nowhere.t";
    refuses(f, "table nowhere.t does not exist", NULL);
    f->spec.table = "a b";
    refuses(f, "table a b", NULL);
    f->spec.table = "";
    refuses(f, "table ", NULL);
    f->spec.table = "bt_tables.v";
    refuses(f, "bt_tables.v is a view", "behind it");
    f->spec.table = "bt_tables.mv";
    refuses(f, "bt_tables.mv is a materialized view", NULL);
    f->spec.table = "bt_tables.s";
    refuses(f, "bt_tables.s is a sequence", NULL);
    f->spec.table = "pg_description";
    refuses(f, "pg_catalog.pg_description is the server's own", "tables of yours");
    f->spec.table = "information_schema.sql_features";
    refuses(f, "information_schema.sql_features is the server's own", NULL);
    f->spec.table = "bt_tables.parent";
    refuses(f, "bt_tables.parent has inheritance children", "one backfill for each");
    f->spec.table = "bt_tables.child";
    refuses(f, "table bt_tables.child has no key to walk along", "unique index");
    sql(f->app, "CREATE TABLE ruled (id int PRIMARY KEY, n int); INSERT INTO ruled VALUES (1, 0);"
                "CREATE RULE \"It's\" AS ON UPDATE TO ruled DO ALSO NOTIFY ruled;"
                "CREATE RULE other AS ON DELETE TO ruled DO INSTEAD NOTHING");
    f->spec.table = "bt_tables.ruled";
    refuses(f, "bt_tables.ruled has rule \"It's\" ON UPDATE", "DISABLE RULE \"It's\"");
    sql(f->app, "ALTER TABLE ruled DISABLE RULE \"It's\"");
    fixture_run_ok(f);
    assert_value(f->app, "SELECT n FROM ruled", "1");
    fixture_free(f);
}

static void
test_keys(void **state)
{
    struct fixture *f = fixture_new("bt_keys", NULL);

    (void)state;
    sql(f->app,
        "CREATE TABLE two (a int, b int, n int, PRIMARY KEY (a, b));"
        "CREATE TABLE bare (a int NOT NULL, b int UNIQUE, c text NOT NULL, d int NOT NULL, n int);"
        "CREATE UNIQUE INDEX ON bare (a) WHERE n IS NULL;"
        "CREATE UNIQUE INDEX ON bare (c text_pattern_ops);"
        "CREATE UNIQUE INDEX ON bare (d, b); CREATE UNIQUE INDEX ON bare ((d + 1));"
        "CREATE TABLE t (id int PRIMARY KEY, n int)");
    f->spec.table = "bt_keys.two";
    f->set.column = "b";
    refuses(f, "column b of bt_keys.two is in the key", "key = ");
    f->set.column = "n";
    f->spec.table = "bt_keys.bare";
    refuses(f, "table bt_keys.bare has no key to walk along", "unique index");
    fixture_key(f, "a", NULL, NULL);
    refuses(f, "no unique index of bt_keys.bare can lead a backfill along column a",
        "CREATE UNIQUE INDEX CONCURRENTLY ON bt_keys.bare (a)");
    fixture_key(f, "b", NULL, NULL);
    refuses(f, "column b of bt_keys.bare may be null", "NOT NULL");
    fixture_key(f, "c", NULL, NULL);
    refuses(f, "no unique index of bt_keys.bare can lead a backfill along column c", NULL);
    fixture_key(f, "d", NULL, NULL);
    refuses(f, "no unique index", NULL);
    fixture_key(f, "dd", NULL, NULL);
    refuses(f, "table bt_keys.bare has no column dd", NULL);
    fixture_key(f, "d d", NULL, NULL);
    refuses(f, "key d d of table bt_keys.bare", NULL);
    fixture_key(f, NULL, NULL, NULL);
    f->spec.table = "bt_keys.t";
    f->set.column = "ID";
    refuses(f, "column id of bt_keys.t is the key", "contract");
    sql(f->app,
        "CREATE TABLE made (a int NOT NULL, b int NOT NULL, n int, \"K\" int GENERATED ALWAYS AS"
        " (a + 1) STORED, PRIMARY KEY (b, \"K\"));"
        "INSERT INTO made SELECT g, g, 0 FROM generate_series(1, 10) AS g");
    f->spec.table = "bt_keys.made";
    f->set = (struct zdm_assignment){"a", "a + 100"};
    refuses(f,
        "column \"K\" of bt_keys.made is in the key that the backfill walks along, and is generated"
        " from a: a cannot be set",
        "met twice");
    f->set = (struct zdm_assignment){"n", "a + 100"};
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM made WHERE n = a + 100", "10");
    fixture_free(f);
}

static void
test_columns(void **state)
{
    struct fixture *f = fixture_new("bt_columns", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, name text, \"Name\" text,"
                " up text GENERATED ALWAYS AS (upper(name)) STORED,"
                " no bigint GENERATED ALWAYS AS IDENTITY); INSERT INTO t (id) VALUES (1)");
    f->spec.table = "bt_columns.t";
    f->set = (struct zdm_assignment){"nane", "'x'"};
    refuses(f, "table bt_columns.t has no column nane", "did you mean name?");
    f->set.column = "\"NAME\"";
    refuses(f, "has no column \"NAME\"", NULL);
    f->set.column = "ctid";
    refuses(f, "has no column ctid", NULL);
    f->set.column = "up";
    refuses(f, "column up of bt_columns.t is generated", NULL);
    f->set.column = "no";
    refuses(f, "column no of bt_columns.t is an identity column", NULL);
    fixture_free(f);
}

/* An error in the author's SQL is found by name, type and position before the first batch. */
static void
test_expressions(void **state)
{
    struct fixture *f = fixture_new("bt_sql", NULL);
    const struct zdm_assignment set[] = {{"a", "'é' || b"}, {"b", "lower(bb)"}};

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, a text, b text, d int);"
                "INSERT INTO t VALUES (1, 'a', 'b')");
    f->spec.table = "bt_sql.t";
    f->spec.set = set;
    f->spec.n_set = 2;
    refuses(f, "set b: column \"bb\" does not exist", NULL);
    assert_string_equal(f->err.sqlstate, "42703");
    assert_int_equal(f->fault.set_index, 1);
    assert_int_equal(f->fault.position, 7);

    f->spec.n_set = 1;
    f->spec.where = "a = 'é' AND\n  nope > 3";
    refuses(f, "where: column \"nope\" does not exist", NULL);
    assert_int_equal(f->fault.set_index, -1);
    assert_int_equal(f->fault.position, 15);

    f->spec.where = "a = ";
    refuses(f, "syntax error", NULL);
    f->spec.where = "a";
    refuses(f, "must be type boolean", NULL);
    f->spec.where = NULL;
    f->spec.set = &f->set;
    f->set = (struct zdm_assignment){"d", "a"};
    refuses(f, "is of type integer but expression is of type text", NULL);
    f->set.expr = "1, b = 'injected'";
    refuses(f, "expression is of type record", NULL);
    f->set.expr = "1 / (2 - 2)";
    refuses(f, "division by zero", NULL);
    assert_value(f->app, "SELECT count(*) FROM t WHERE a = 'a' AND b = 'b' AND d IS NULL", "1");
    fixture_free(f);
}

static void
test_rights(void **state)
{
    struct fixture *f = fixture_new("bt_rights", NULL);

    (void)state;
    sql(f->app, "DROP ROLE IF EXISTS bt_worker; CREATE ROLE bt_worker LOGIN;"
                "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, secret text);"
                "INSERT INTO t SELECT g FROM generate_series(1, 20) AS g;"
                "GRANT USAGE ON SCHEMA zdm, bt_rights TO bt_worker;"
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA zdm TO bt_worker");
    char *conninfo = zdm_strf("%s user=bt_worker", f->conninfo);
    zdm_conn_close(f->control);
    f->control = connect_to(conninfo, "zdm/test");
    fixture_own(f);
    f->spec.table = "bt_rights.t";
    refuses(f, "role \"bt_worker\" may not read column id of bt_rights.t",
        "GRANT SELECT ON bt_rights.t");
    sql(f->app, "GRANT SELECT (id, n) ON t TO bt_worker");
    refuses(f, "may not update column n of bt_rights.t", "GRANT SELECT, UPDATE ON bt_rights.t");
    sql(f->app, "GRANT UPDATE (n) ON t TO bt_worker");
    f->spec.where = "secret IS NULL";
    refuses(f, "permission denied for table t", NULL);

    /* Policies would hide rows: that is an error, never a shorter backfill. */
    f->spec.where = NULL;
    sql(f->app, "ALTER TABLE t ENABLE ROW LEVEL SECURITY;"
                "CREATE POLICY p ON t USING (id < 10)");
    refuses(f, "row-level security of bt_rights.t applies to role \"bt_worker\"", "BYPASSRLS");
    sql(f->app, "ALTER ROLE bt_worker BYPASSRLS");
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n = 1", "20");
    sql(f->app, "DROP OWNED BY bt_worker; DROP ROLE bt_worker");
    free(conninfo);
    fixture_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_expressions),
        cmocka_unit_test(test_rights),
    };

    return cmocka_run_group_tests_name("batch_target", tests, NULL, NULL);
}
