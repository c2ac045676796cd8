/* Deleting and copying rows: which ones, how often, and what is refused. */
#include "batch_fixture.h"

static void
test_delete(void **state)
{
    struct fixture *f = fixture_new("ba_delete", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, old bool); CREATE TABLE child (t int"
                " REFERENCES t ON DELETE CASCADE);"
                "INSERT INTO t SELECT g, g %% 3 = 0 FROM generate_series(1, 900) AS g;"
                "INSERT INTO child SELECT generate_series(1, 900)");
    f->spec.table = "ba_delete.t";
    f->spec.action = ZDM_BACKFILL_DELETE;
    f->spec.n_set = 0;
    f->spec.where = "old -- and only those";
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t", "600");
    assert_value(f->app, "SELECT count(*) FROM t WHERE old", "0");
    assert_value(f->app, "SELECT count(*) FROM child", "600");
    assert_int_equal(f->last.rows, 300);

    f->spec.step = "wrong";
    f->spec.where = "oldd";
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "where: column \"oldd\" does not exist");
    assert_int_equal(f->fault.set_index, -1);
    fixture_free(f);
}

static void
test_foreign_key_stops_a_delete_at_its_row(void **state)
{
    struct fixture *f = fixture_new("ba_fk", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE child (t int REFERENCES t);"
                "INSERT INTO t SELECT generate_series(1, 500); INSERT INTO child VALUES (321)");
    f->spec.table = "ba_fk.t";
    f->spec.action = ZDM_BACKFILL_DELETE;
    f->spec.n_set = 0;
    f->spec.where = "true";
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "row of ba_fk.t with id = 321");
    assert_string_equal(f->err.sqlstate, "23503");
    assert_value(f->app, "SELECT min(id) || ' ' || count(*) FROM t", "321 180");
    sql(f->app, "DELETE FROM child");
    fixture_own(f);
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t", "0");
    fixture_free(f);
}

static struct fixture *
copying(const char *name)
{
    struct fixture *f = fixture_new(name, NULL);

    sql(f->app,
        "CREATE TABLE t (id int PRIMARY KEY, a text, b int, gone int);"
        "CREATE TABLE shadow (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text NOT NULL,"
        " twice int GENERATED ALWAYS AS (b * 2) STORED, b int, note text DEFAULT 'new');"
        "INSERT INTO t SELECT g, 'a' || g, g, g FROM generate_series(1, 500) AS g");
    f->spec.table = f->table = zdm_strf("%s.t", name);
    f->spec.into = zdm_strf("%s.shadow", name);
    f->spec.action = ZDM_BACKFILL_COPY;
    f->spec.n_set = 0;
    return f;
}

static void
copying_free(struct fixture *f)
{
    free((char *)f->spec.into);
    fixture_free(f);
}

static void
test_copy_of_the_columns_that_both_have(void **state)
{
    struct fixture *f = copying("ba_copy");

    (void)state;
    fixture_run_ok(f);
    assert_value(f->app,
        "SELECT count(*) FROM t JOIN shadow AS s USING (id, a, b)"
        " WHERE s.note = 'new' AND s.twice = 2 * t.b",
        "500");
    assert_int_equal(f->last.rows, 500);

    f->spec.step = "again";
    assert_int_equal(fixture_run(f), -1);
    assert_string_equal(f->err.sqlstate, "23505");
    assert_has(f->err.message, "row of ba_copy.t with id = 1");
    copying_free(f);
}

static void
test_copy_of_expressions(void **state)
{
    struct fixture *f = copying("ba_exprs");
    const struct zdm_assignment set[] = {{"ID", "-t.id"}, {"a", "upper(a) -- loud"}};

    (void)state;
    f->spec.set = set;
    f->spec.n_set = 2;
    f->spec.where = "b > 400";
    fixture_run_ok(f);
    assert_value(f->app,
        "SELECT count(*) FROM t JOIN shadow AS s ON s.id = -t.id"
        " WHERE s.a = upper(t.a) AND s.b IS NULL AND t.b > 400",
        "100");
    assert_value(f->app, "SELECT count(*) FROM shadow", "100");

    const struct zdm_assignment wrong[] = {{"id", "id"}, {"a", "lower(aa)"}};
    f->spec.set = wrong;
    f->spec.step = "wrong";
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "columns a: column \"aa\" does not exist");
    assert_int_equal(f->fault.set_index, 1);
    assert_int_equal(f->fault.position, 7);
    copying_free(f);
}

static void
test_conflicts(void **state)
{
    struct fixture *f = copying("ba_conflict");

    (void)state;
    sql(f->app,
        "INSERT INTO shadow (id, a) OVERRIDING SYSTEM VALUE VALUES (7, 'mine'), (600, 'x')");
    f->spec.on_conflict = ZDM_CONFLICT_NOTHING;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT a FROM shadow WHERE id = 7", "mine");
    assert_value(f->app, "SELECT count(*) FROM shadow", "501");
    assert_int_equal(f->last.rows, 499);

    f->spec.step = "update";
    f->spec.on_conflict = ZDM_CONFLICT_UPDATE;
    sql(f->app, "DELETE FROM shadow WHERE id BETWEEN 100 AND 199; UPDATE shadow SET note = 'kept'");
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t JOIN shadow USING (id, a, b)", "500");
    assert_value(f->app, "SELECT count(*) FROM shadow WHERE note = 'kept'", "401");
    assert_int_equal(f->last.rows, 500);
    copying_free(f);
}

/* Any unique key of the table counts, not only that by which the rows are told; which the sweep sees. */
static void
test_conflict_of_another_key(void **state)
{
    struct fixture *f = copying("ba_other");

    (void)state;
    sql(f->app, "CREATE UNIQUE INDEX ON shadow (a);"
                "INSERT INTO shadow (id, a) OVERRIDING SYSTEM VALUE VALUES (600, 'a7')");
    f->spec.on_conflict = ZDM_CONFLICT_NOTHING;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM shadow WHERE id = 7", "0");
    f->spec.step = "swept";
    f->spec.sweep.on = true;
    fixture_run_ok(f);
    assert_has(f->notes.s,
        "a row of ba_other.t that was copied is not in ba_other.shadow (id = 7), "
        "as if another row there had the same in one of its unique keys: "
        "on_conflict = \"nothing\" keeps that one and leaves this out; look at "
        "the unique keys and triggers of ba_other.shadow");
    assert_has(f->notes.s, "leaves this out; so the final sweep cannot tell what is done");
    assert_value(f->app, "SELECT count(*) FROM shadow WHERE id = 7", "0");
    f->spec.step = "update";
    f->spec.on_conflict = ZDM_CONFLICT_UPDATE;
    assert_int_equal(fixture_run(f), -1);
    assert_string_equal(f->err.sqlstate, "23505");
    copying_free(f);
}

static void
test_copy_refused(void **state)
{
    struct fixture *f = copying("ba_refused");
    const struct zdm_assignment only[] = {{"a", "a"}}, made[] = {{"twice", "1"}};
    char *into = (char *)f->spec.into;

    (void)state;
    sql(f->app, "CREATE VIEW v AS TABLE shadow; CREATE TABLE other (x int)");
    f->spec.into = "ba_refused.nowhere";
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "copy into: table ba_refused.nowhere does not exist");
    f->spec.into = "ba_refused.v";
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "ba_refused.v is not a table");
    f->spec.into = "ba_refused.t";
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "is the table that is copied");
    f->spec.into = "pg_catalog.pg_statistic_ext";
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "copy into: pg_catalog.pg_statistic_ext is the server's own");
    sql(f->app, "CREATE TABLE ruled (LIKE shadow); CREATE TABLE log (id bigint);"
                "CREATE RULE \"Log\" AS ON INSERT TO ruled DO ALSO INSERT INTO log VALUES (NEW.id);"
                "CREATE RULE later AS ON UPDATE TO ruled DO INSTEAD NOTHING");
    f->spec.into = "ba_refused.ruled";
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "copy into: ba_refused.ruled has rule \"Log\" ON INSERT");
    assert_has(f->err.hint, "ALTER TABLE ba_refused.ruled DISABLE RULE \"Log\"");
    sql(f->app, "ALTER TABLE ruled DISABLE RULE \"Log\"");
    f->spec.on_conflict = ZDM_CONFLICT_NOTHING;
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "ba_refused.ruled has rule later ON UPDATE");
    f->spec.on_conflict = ZDM_CONFLICT_ERROR;
    f->spec.step = "ruled";
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM ruled", "500");
    f->spec.step = "fill";
    f->spec.into = "ba_refused.other";
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "have no column in common");
    f->spec.into = into;
    f->spec.set = made;
    f->spec.n_set = 1;
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "column twice of ba_refused.shadow is generated");
    f->spec.set = only;
    f->spec.on_conflict = ZDM_CONFLICT_UPDATE;
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "column id, of the primary key of ba_refused.shadow, is not copied");
    assert_value(f->app, "SELECT count(*) FROM shadow", "0");
    copying_free(f);
}

static void *
run_it(void *f)
{
    fixture_run(f);
    ((struct fixture *)f)->noted++; /* over, if nothing was noted */
    return NULL;
}

/* Rows that change and go while they are copied, with a trigger of the application's own that carries
 * each write over: the copy waits for them, and in the end both tables are equal. */
static void
test_copy_beside_a_writer(void **state)
{
    struct fixture *f = fixture_new("ba_live", NULL);
    pthread_t thread;

    (void)state;
    sql(f->app,
        "CREATE TABLE t (id int PRIMARY KEY, b int); CREATE TABLE shadow (LIKE t INCLUDING ALL);"
        "INSERT INTO t SELECT g, 0 FROM generate_series(1, 100) AS g;"
        "CREATE FUNCTION carry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " DELETE FROM ba_live.shadow WHERE id = OLD.id;"
        " IF TG_OP <> 'DELETE' THEN INSERT INTO ba_live.shadow VALUES (NEW.*)"
        "  ON CONFLICT (id) DO UPDATE SET b = EXCLUDED.b; END IF; RETURN NULL; END $$;"
        "CREATE TRIGGER carry AFTER UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION carry()");
    sql(f->app, "BEGIN; DELETE FROM t WHERE id = 50; UPDATE t SET b = 1 WHERE id = 60");
    f->spec.table = "ba_live.t";
    f->spec.into = "ba_live.shadow";
    f->spec.action = ZDM_BACKFILL_COPY;
    f->spec.n_set = 0;
    f->spec.on_conflict = ZDM_CONFLICT_UPDATE;
    assert_int_equal(pthread_create(&thread, NULL, run_it, f), 0);
    while (f->noted == 0)
        zdm_sleep_ms(2);
    sql(f->app, "COMMIT");
    pthread_join(thread, NULL);
    assert_null(f->err.message);
    assert_has(f->notes.s, "deferred: the row of ba_live.t with id = 50");
    assert_value(f->app,
        "SELECT count(*) FROM t FULL JOIN shadow AS s USING (id) WHERE t.b IS DISTINCT FROM s.b"
        " OR t.id IS NULL OR s.id IS NULL",
        "0");
    assert_value(f->app, "SELECT count(*) FROM shadow", "99");
    fixture_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delete),
        cmocka_unit_test(test_foreign_key_stops_a_delete_at_its_row),
        cmocka_unit_test(test_copy_of_the_columns_that_both_have),
        cmocka_unit_test(test_copy_of_expressions),
        cmocka_unit_test(test_conflicts),
        cmocka_unit_test(test_conflict_of_another_key),
        cmocka_unit_test(test_copy_refused),
        cmocka_unit_test(test_copy_beside_a_writer),
    };

    return cmocka_run_group_tests_name("batch_actions", tests, NULL, NULL);
}
