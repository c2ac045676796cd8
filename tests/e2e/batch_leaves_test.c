/* A partitioned table is walked partition by partition: every row once, whatever keys they have. */
#include "batch_fixture.h"

#include "base/failpoint.h"

static struct fixture *
parts(const char *name)
{
    struct fixture *f = fixture_new(name, NULL);

    f->spec.table = f->table = zdm_strf("%s.t", name);
    f->spec.batch_max = 20;
    f->spec.workers = 3;
    f->spec.stripes = 8;
    return f;
}

/* "1 1 ROWS done": every row once, and the cursors say so. */
static void
assert_once(struct fixture *f, const char *rows)
{
    char *seen = value(f->app, "SELECT concat_ws(' ', min(n), max(n), count(*)) FROM t");
    char *counted = value(f->app,
        "SELECT sum(rows) || ' ' || string_agg(DISTINCT state, ',') FROM zdm.cursor"
        " WHERE plan = '%s'",
        f->plan);
    char *all = zdm_strf("1 1 %s", rows), *done = zdm_strf("%s done", rows);

    assert_string_equal(seen, all);
    assert_string_equal(counted, done);
    assert_int_equal(f->last.rows, atoi(rows));
    assert_false(f->overdone);
    free(seen);
    free(counted);
    free(all);
    free(done);
}

/* Range, list, hash, a default, two levels, names that must be quoted, another schema, other orders of
 * columns, and each of them with a key of its own or none. */
static void
test_all_kinds(void **state)
{
    struct fixture *f = parts("bl_kinds");

    (void)state;
    sql(f->app,
        "CREATE TABLE t (id int NOT NULL, kind text NOT NULL, n int NOT NULL DEFAULT 0)"
        " PARTITION BY RANGE (id);"
        "CREATE TABLE \"Own key\" PARTITION OF t (PRIMARY KEY (id)) FOR VALUES FROM (0) TO (3000);"
        "CREATE TABLE lists PARTITION OF t FOR VALUES FROM (3000) TO (6000) PARTITION BY LIST "
        "(kind);"
        "CREATE TABLE list_a PARTITION OF lists (PRIMARY KEY (kind, id)) FOR VALUES IN ('a');"
        "CREATE TABLE list_rest PARTITION OF lists DEFAULT;"
        "CREATE UNIQUE INDEX ON list_rest (kind DESC, id);"
        "CREATE TABLE hashes PARTITION OF t FOR VALUES FROM (6000) TO (9000) PARTITION BY HASH "
        "(id);"
        "CREATE TABLE h0 PARTITION OF hashes FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
        "CREATE SCHEMA \"bl_kinds'\\ 2\";"
        "CREATE TABLE \"bl_kinds'\\ 2\".\"h'\\ 1\" (gone int, n int NOT NULL DEFAULT 0,"
        " kind text NOT NULL, id int NOT NULL UNIQUE);"
        "ALTER TABLE \"bl_kinds'\\ 2\".\"h'\\ 1\" DROP gone;"
        "ALTER TABLE hashes ATTACH PARTITION \"bl_kinds'\\ 2\".\"h'\\ 1\""
        " FOR VALUES WITH (MODULUS 2, REMAINDER 1);"
        "CREATE TABLE empty PARTITION OF t FOR VALUES FROM (20000) TO (21000);"
        "CREATE TABLE none PARTITION OF t FOR VALUES FROM (21000) TO (22000) PARTITION BY LIST "
        "(id);"
        "CREATE TABLE rest PARTITION OF t DEFAULT;"
        "INSERT INTO t SELECT g, chr(97 + g %% 3) FROM generate_series(-500, 10499) AS g");
    f->spec.where = "t.n = 0";
    f->set.expr = "t.n + 1";
    fixture_run_ok(f);
    assert_once(f, "11000");
    assert_int_equal(f->last.walked, f->last.total);
    assert_int_equal(f->finished, 1);
    assert_has(f->notes.s, "bl_kinds.t is walked partition by partition: 7 of them");
    assert_has(f->notes.s, "and others have no key: page by page");
    assert_has(f->notes.s, "no primary key: walking along ");
    assert_value(f->app,
        "SELECT string_agg(DISTINCT split_part(relation, '/', 4), ' ' ORDER BY"
        " split_part(relation, '/', 4)) || count(*) FROM zdm.cursor WHERE plan = 'bl_kinds'",
        " \"bl_kinds'\\ 2\".\"h'\\ 1\" bl_kinds.\"Own key\" bl_kinds.empty bl_kinds.h0 "
        "bl_kinds.list_a"
        " bl_kinds.list_rest bl_kinds.rest8");
    sql(f->app, "DROP SCHEMA \"bl_kinds'\\ 2\" CASCADE");
    fixture_free(f);
}

/* Eight partitions with the key of the whole, of different sizes. */
static struct fixture *
keyed(const char *name)
{
    struct fixture *f = parts(name);

    sql(f->app, "CREATE TABLE t (id int, day int, n int NOT NULL DEFAULT 0, PRIMARY KEY (day, id))"
                " PARTITION BY RANGE (day)");
    for (int i = 0; i < 8; i++)
        sql(f->app, "CREATE TABLE t%d PARTITION OF t FOR VALUES FROM (%d) TO (%d)", i, i, i + 1);
    sql(f->app,
        "INSERT INTO t SELECT g, greatest(g %% 8, g %% 5) FROM generate_series(1, 12000) AS g;"
        "ANALYZE t");
    return f;
}

static void
test_slices_by_size(void **state)
{
    struct fixture *f = keyed("bl_size");

    (void)state;
    sql(f->app, "INSERT INTO t SELECT g, 7 FROM generate_series(20001, 30000) AS g; ANALYZE t");
    fixture_run_ok(f);
    assert_once(f, "22000");
    assert_value(f->app,
        "SELECT bool_and(n > 0) AND max(n) FILTER (WHERE leaf = 'bl_size.t7') > 3 AND sum(n) < 64"
        " FROM (SELECT count(*) AS n, split_part(relation, '/', 4) AS leaf FROM zdm.cursor"
        "       WHERE plan = 'bl_size' GROUP BY 2) AS s",
        "t");
    fixture_free(f);
}

static void
test_empty(void **state)
{
    struct fixture *f = parts("bl_empty");

    (void)state;
    sql(f->app, "CREATE TABLE t (id int, n int) PARTITION BY LIST (id)");
    fixture_run_ok(f);
    assert_int_equal(f->last.rows, 0);
    assert_int_equal(f->finished, 1);
    fixture_free(f);
}

static void
test_delete_and_copy(void **state)
{
    struct fixture *f = keyed("bl_acts");

    (void)state;
    sql(f->app, "CREATE TABLE copy (id int, day int, n int, PRIMARY KEY (id, day))"
                " PARTITION BY HASH (day);"
                "CREATE TABLE copy0 PARTITION OF copy FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
                "CREATE TABLE copy1 PARTITION OF copy FOR VALUES WITH (MODULUS 2, REMAINDER 1)");
    f->spec.action = ZDM_BACKFILL_COPY;
    f->spec.into = "bl_acts.copy";
    f->spec.n_set = 0;
    f->spec.on_conflict = ZDM_CONFLICT_UPDATE;
    fixture_run_ok(f);
    assert_value(f->app,
        "SELECT (SELECT count(*) FROM copy) || ' ' || count(*) FROM (TABLE t EXCEPT TABLE copy) AS "
        "s",
        "12000 0");
    f->spec.step = "away";
    f->spec.action = ZDM_BACKFILL_DELETE;
    f->spec.where = "t.id % 2 = 0";
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) || ' ' || bool_and(id % 2 = 1) FROM t", "6000 true");
    assert_int_equal(f->last.rows, 6000);
    fixture_free(f);
}

/* --- what has to name the partitioned table ---------------------------------------- */

static void
assert_whole(struct fixture *f, const char *why)
{
    assert_has(f->notes.s, "is walked as a whole, not partition by partition: ");
    assert_has(f->notes.s, why);
    char *of_leaves = value(f->app,
        "SELECT count(*) FROM zdm.cursor WHERE plan = '%s' AND split_part(relation, '/', 3) <> "
        "'2,1'",
        f->plan);
    assert_string_equal(of_leaves, "0");
    free(of_leaves);
}

static void
test_no_rights_on_partitions(void **state)
{
    struct fixture *f = keyed("bl_role");

    (void)state;
    sql(f->app,
        "DROP ROLE IF EXISTS bl_role; CREATE ROLE bl_role LOGIN;"
        "GRANT USAGE ON SCHEMA bl_role, zdm TO bl_role; GRANT SELECT, UPDATE ON t TO bl_role;"
        "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA zdm TO bl_role");
    zdm_conn_close(f->control);
    char *conninfo = zdm_strf("%s user=bl_role", f->conninfo);
    f->control = connect_to(conninfo, "zdm/test");
    fixture_run_ok(f);
    assert_whole(f, "role \"bl_role\" may not ");
    assert_once(f, "12000");
    sql(f->app, "DROP OWNED BY bl_role; DROP ROLE bl_role");
    free(conninfo);
    fixture_free(f);
}

static void
test_statement_trigger(void **state)
{
    struct fixture *f = keyed("bl_trigger");

    (void)state;
    sql(f->app, "CREATE TABLE log (n int);"
                "CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " INSERT INTO bl_trigger.log SELECT count(*) FROM new; RETURN NULL; END $$;"
                "CREATE TRIGGER \"Log\" AFTER UPDATE ON t REFERENCING NEW TABLE AS new"
                " EXECUTE FUNCTION log()");
    fixture_run_ok(f);
    assert_whole(f, "trigger \"Log\" works only for statements that name it");
    assert_once(f, "12000");
    assert_value(f->app, "SELECT sum(n) FROM log", "12000");
    /* Without a key of the whole there is no such way. */
    sql(f->app, "ALTER TABLE t DROP CONSTRAINT t_pkey");
    f->spec.step = "again";
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "has no key to walk along");
    assert_has(
        f->err.detail, "trigger \"Log\" of it works only for statements that name bl_trigger.t");
    fixture_free(f);
}

/* An expression may name the schema too, or mean the row type of the whole. */
static void
test_expressions_that_need_the_whole(void **state)
{
    struct fixture *f = keyed("bl_words");

    (void)state;
    f->set.expr = "bl_words.t.n + 1";
    fixture_run_ok(f);
    assert_whole(f, "set n: ");
    assert_once(f, "12000");
    /* Nobody can do what is wrong. */
    f->spec.step = "wrong";
    f->set.expr = "n + nowhere";
    assert_int_equal(fixture_run(f), -1);
    assert_string_equal(f->err.sqlstate, "42703");
    assert_int_equal(f->fault.set_index, 0);
    assert_int_equal(f->fault.position, 5);
    fixture_free(f);
}

static void
test_partition_key_is_set(void **state)
{
    struct fixture *f = parts("bl_move");

    (void)state;
    sql(f->app,
        "CREATE TABLE t (id int, at date, n int) PARTITION BY RANGE (extract(year FROM at));"
        "CREATE TABLE t1 PARTITION OF t (PRIMARY KEY (id)) DEFAULT;"
        "INSERT INTO t VALUES (1, '2020-02-02', 0)");
    f->set = (struct zdm_assignment){"AT", "date '2021-01-01'"};
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "column at is in the partition key of bl_move.t: it cannot be set");
    assert_value(f->app, "SELECT at FROM t", "2020-02-02");
    fixture_free(f);
}

static void
test_foreign_partition(void **state)
{
    struct fixture *f = keyed("bl_foreign");

    (void)state;
    sql(f->app,
        "CREATE FOREIGN DATA WRAPPER bl_none; CREATE SERVER bl_far FOREIGN DATA WRAPPER bl_none;"
        "CREATE FOREIGN TABLE far (id int NOT NULL, day int NOT NULL, n int NOT NULL DEFAULT 0)"
        " SERVER bl_far; ALTER TABLE t DROP CONSTRAINT t_pkey;"
        "ALTER TABLE t ATTACH PARTITION far FOR VALUES FROM (100) TO (200)");
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "partition bl_foreign.far of bl_foreign.t is a foreign table");
    sql(f->app, "DROP FOREIGN DATA WRAPPER bl_none CASCADE");
    fixture_free(f);
}

/* One that comes meanwhile is no reason to call it done without it. */
static void
test_foreign_partition_meanwhile(void **state)
{
    struct fixture *f = parts("bl_far");

    (void)state;
    sql(f->app,
        "CREATE TABLE t (id int NOT NULL, n int NOT NULL DEFAULT 0) PARTITION BY RANGE (id);"
        "CREATE TABLE t0 PARTITION OF t (PRIMARY KEY (id)) FOR VALUES FROM (0) TO (1000);"
        "INSERT INTO t SELECT g FROM generate_series(0, 999) AS g;"
        "CREATE FOREIGN DATA WRAPPER bl_far; CREATE SERVER bl_far FOREIGN DATA WRAPPER bl_far;"
        "CREATE FUNCTION come() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF to_regclass('bl_far.far') IS NULL THEN"
        "  CREATE FOREIGN TABLE bl_far.far PARTITION OF bl_far.t FOR VALUES FROM (1000) TO (2000)"
        "   SERVER bl_far; END IF; RETURN NULL; END $$;"
        "CREATE TRIGGER come AFTER UPDATE ON t0 EXECUTE FUNCTION come()");
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "partition bl_far.far of bl_far.t is a foreign table");
    assert_has(f->err.hint, "detach it");
    assert_int_equal(f->finished, 0);
    sql(f->app, "ALTER TABLE t DETACH PARTITION far");
    fixture_own(f);
    fixture_run_ok(f);
    assert_once(f, "1000");
    sql(f->app, "DROP FOREIGN DATA WRAPPER bl_far CASCADE");
    fixture_free(f);
}

/* What an older zdm began along the key of the whole goes on so. */
static void
test_begun_as_a_whole(void **state)
{
    struct fixture *f = keyed("bl_old");

    (void)state;
    sql(f->app,
        "UPDATE t SET n = 1 WHERE (day, id) <= (3, 3000);"
        "INSERT INTO zdm.cursor (plan, step, slice, epoch, pos, bound, total, batches, rows,"
        "  relation)"
        " SELECT 'bl_old', 'fill', 0, 0, '[\"3\",\"3000\"]',"
        "  (SELECT json_build_array(day::text, id::text)::text FROM t ORDER BY day DESC, id DESC"
        "   LIMIT 1), 12000, 7, (SELECT sum(n) FROM t),"
        "  format('%%s/%%s/2,1', (SELECT oid FROM pg_database WHERE datname = current_database()),"
        "  't'::regclass::oid)");
    fixture_run_ok(f);
    assert_once(f, "12000");
    assert_value(f->app, "SELECT count(*) FROM zdm.cursor WHERE plan = 'bl_old'", "1");
    fixture_free(f);
}

/* --- what happens to partitions meanwhile ------------------------------------------ */

struct helper {
    struct fixture *f;
    const char *then;
    pthread_t thread;
};

/* Once some batches ran, does `then`. */
static void *
help(void *arg)
{
    struct helper *h = arg;
    struct zdm_conn *conn = connect_to(h->f->conninfo, "world");
    char *when = zdm_strf(
        "SELECT coalesce(sum(rows), 0) >= 300 FROM zdm.cursor WHERE plan = '%s'", h->f->plan);

    sql(conn, "SET search_path = \"%s\"", h->f->plan);
    await(conn, when);
    sql(conn, "%s", h->then);
    free(when);
    zdm_conn_close(conn);
    return NULL;
}

static void
run_while(struct fixture *f, const char *then)
{
    struct helper h = {.f = f, .then = then};

    f->spec.pause_ms = 3;
    assert_int_equal(pthread_create(&h.thread, NULL, help, &h), 0);
    fixture_run_ok(f);
    pthread_join(h.thread, NULL);
    f->spec.pause_ms = 0;
}

static void
test_new_partitions(void **state)
{
    struct fixture *f = keyed("bl_new");

    (void)state;
    run_while(f,
        "CREATE TABLE t8 (n int NOT NULL DEFAULT 0, day int NOT NULL, id int NOT NULL);"
        "INSERT INTO t8 SELECT 0, 8, g FROM generate_series(1, 500) AS g;"
        "ALTER TABLE t ATTACH PARTITION t8 FOR VALUES FROM (8) TO (9);"
        "CREATE TABLE t9 PARTITION OF t FOR VALUES FROM (9) TO (10) PARTITION BY LIST (id);"
        "CREATE TABLE t91 PARTITION OF t9 DEFAULT;"
        "INSERT INTO t SELECT g, 9 FROM generate_series(1, 500) AS g");
    assert_once(f, "13000");
    assert_int_equal(f->finished, 1);
    fixture_free(f);
}

/* One that is being walked, one that is yet to come, one whose turn is over maybe. */
static void
test_gone_partitions(void **state)
{
    struct fixture *f = keyed("bl_gone");

    (void)state;
    f->spec.workers = 1;
    run_while(f,
        "ALTER TABLE t DETACH PARTITION t0; ALTER TABLE t DETACH PARTITION t6; DROP TABLE t7;"
        "ALTER TABLE t5 RENAME TO t50; ALTER TABLE t50 RENAME TO t5");
    assert_value(f->app, "SELECT concat_ws(' ', min(n), max(n)) FROM t", "1 1");
    assert_value(f->app, "SELECT max(n) FROM t6", "0");
    assert_value(f->app,
        "SELECT string_agg(DISTINCT state, ',') FROM zdm.cursor WHERE plan = 'bl_gone'", "done");
    assert_value(f->app,
        "SELECT (SELECT sum(rows) FROM zdm.cursor WHERE plan = 'bl_gone' AND relation NOT LIKE "
        "'%.t7')"
        " = (SELECT sum(n) FROM t) + (SELECT sum(n) FROM t0)",
        "t");
    assert_has(f->notes.s, "bl_gone.t6 is no partition of bl_gone.t any more");
    assert_has(f->notes.s, "bl_gone.t7 is no partition of bl_gone.t any more");
    fixture_free(f);
}

/* Pages too; and what takes the name of a partition is not that partition. */
static void
test_another_under_the_name(void **state)
{
    struct fixture *f = parts("bl_name");

    (void)state;
    sql(f->app, "CREATE TABLE t (id int, n int NOT NULL DEFAULT 0) PARTITION BY RANGE (id);"
                "CREATE TABLE t0 PARTITION OF t FOR VALUES FROM (0) TO (6000);"
                "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (6000) TO (12000);"
                "INSERT INTO t SELECT g FROM generate_series(0, 11999) AS g");
    f->spec.where = "n = 0";
    f->spec.workers = 1;
    run_while(f, "BEGIN; ALTER TABLE t DETACH PARTITION t0; ALTER TABLE t0 RENAME TO old;"
                 "CREATE TABLE t0 (LIKE old INCLUDING ALL); INSERT INTO t0 SELECT id, 0 FROM old;"
                 "ALTER TABLE t ATTACH PARTITION t0 FOR VALUES FROM (0) TO (6000); COMMIT");
    assert_value(f->app, "SELECT concat_ws(' ', min(n), max(n), count(*)) FROM t", "1 1 12000");
    assert_value(f->app, "SELECT min(n) || ' ' || max(n) FROM old", "0 1");
    assert_has(f->notes.s, "bl_name.t0 is no partition of bl_name.t any more");
    fixture_free(f);
}

/* Away and back before the end: it is gone on with. */
static void
test_attached_again(void **state)
{
    struct fixture *f = keyed("bl_back");

    (void)state;
    f->spec.workers = 1;
    sql(f->app, "CREATE FUNCTION back() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " IF EXISTS (SELECT FROM pg_inherits WHERE inhrelid = 'bl_back.t6'::regclass) THEN"
                "  RETURN NULL; END IF;"
                " ALTER TABLE bl_back.t ATTACH PARTITION bl_back.t6 FOR VALUES FROM (6) TO (7);"
                " RETURN NULL; END $$;"
                "CREATE TRIGGER back AFTER UPDATE ON t7 WHEN (pg_trigger_depth() = 0)"
                " EXECUTE FUNCTION back()");
    run_while(f, "ALTER TABLE t DETACH PARTITION t6");
    assert_once(f, "12000");
    assert_has(f->notes.s, "bl_back.t6 is no partition of bl_back.t any more");
    fixture_free(f);
}

static void
test_renamed(void **state)
{
    struct fixture *f = keyed("bl_rename");

    (void)state;
    f->spec.workers = 1;
    f->spec.pause_ms = 3;
    struct helper h = {
        .f = f, .then = "ALTER TABLE t0 RENAME TO first; ALTER TABLE t7 RENAME TO last"};
    assert_int_equal(pthread_create(&h.thread, NULL, help, &h), 0);
    assert_int_equal(fixture_run(f), -1);
    pthread_join(h.thread, NULL);
    assert_has(f->err.message, "is called bl_rename.");
    assert_has(f->err.hint, "again: the backfill goes on where it is");
    f->spec.pause_ms = 0;
    fixture_own(f);
    fixture_run_ok(f);
    assert_once(f, "12000");
    fixture_free(f);
}

/* A row that moves from a partition that is still to come to one that is done is found by the sweep, which
 * is nothing to a partition that is gone by then. */
static void
test_swept(void **state)
{
    struct fixture *f = keyed("bl_sweep");

    (void)state;
    f->set = (struct zdm_assignment){"n", "id * 2"};
    f->spec.sweep.on = true;
    f->spec.workers = 1;
    run_while(f,
        "UPDATE t SET day = 0 WHERE id IN (15, 23, 31); INSERT INTO t VALUES (0, 1), (12345, 1);"
        "ALTER TABLE t DETACH PARTITION t6; DROP TABLE t5");
    assert_value(f->app, "SELECT bool_and(n = id * 2) FROM t", "t");
    assert_value(f->app, "SELECT count(*) FROM t WHERE day = 0 AND id IN (15, 23, 31)", "3");
    assert_has(f->notes.s, "the final sweep found ");
    assert_value(f->app,
        "SELECT count(*) FILTER (WHERE round IS NOT NULL) > 0 FROM zdm.cursor"
        " WHERE plan = 'bl_sweep'",
        "t");
    fixture_free(f);
}

/* In a restored dump the oids are others: the names tell. */
static void
test_restored(void **state)
{
    struct fixture *f = keyed("bl_dump");

    (void)state;
    sql(f->app, "ALTER TABLE t7 ADD CONSTRAINT stop CHECK (n = 0) NOT VALID");
    assert_int_equal(fixture_run(f), -1);
    sql(f->app, "ALTER TABLE t7 DROP CONSTRAINT stop;"
                "UPDATE zdm.cursor SET relation = regexp_replace(relation, '^[0-9]+/[0-9]+', '0/0')"
                " WHERE plan = 'bl_dump'");
    fixture_own(f);
    fixture_run_ok(f);
    assert_once(f, "12000");
    fixture_free(f);
}

static void
test_made_again(void **state)
{
    struct fixture *f = keyed("bl_again");

    (void)state;
    sql(f->app, "ALTER TABLE t7 ADD CONSTRAINT stop CHECK (n = 0) NOT VALID");
    assert_int_equal(fixture_run(f), -1);
    sql(f->app, "CREATE TABLE other (LIKE t INCLUDING ALL) PARTITION BY RANGE (day); DROP TABLE t;"
                "ALTER TABLE other RENAME TO t");
    fixture_own(f);
    assert_int_equal(fixture_run(f), -1);
    assert_int_equal(f->err.code, ZDM_ERR_MISMATCH);
    assert_has(f->err.message, "bl_again.t is another table than the one");
    assert_has(f->err.hint, "regexp_replace(relation");
    fixture_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_kinds),
        cmocka_unit_test(test_slices_by_size),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_delete_and_copy),
        cmocka_unit_test(test_no_rights_on_partitions),
        cmocka_unit_test(test_statement_trigger),
        cmocka_unit_test(test_expressions_that_need_the_whole),
        cmocka_unit_test(test_partition_key_is_set),
        cmocka_unit_test(test_foreign_partition),
        cmocka_unit_test(test_foreign_partition_meanwhile),
        cmocka_unit_test(test_begun_as_a_whole),
        cmocka_unit_test(test_new_partitions),
        cmocka_unit_test(test_gone_partitions),
        cmocka_unit_test(test_another_under_the_name),
        cmocka_unit_test(test_attached_again),
        cmocka_unit_test(test_renamed),
        cmocka_unit_test(test_swept),
        cmocka_unit_test(test_restored),
        cmocka_unit_test(test_made_again),
    };

    return cmocka_run_group_tests_name("batch_leaves", tests, NULL, NULL);
}
