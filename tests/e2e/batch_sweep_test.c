/* Rows that are written behind the cursor or beyond the bound: the final sweep finds and repairs them. */
#include "batch_child.h"

/* t (id, email, mail): mail = lower(email), 1000 rows; `trigger` is the body of a trigger behind each
 * update of a row, and is what the application does meanwhile. */
static struct fixture *
mails(const char *name, const char *body)
{
    struct fixture *f = fixture_new(name, NULL);

    sql(f->app,
        "CREATE TABLE t (id int PRIMARY KEY, email text, mail text);"
        "INSERT INTO t SELECT g, 'User ' || g FROM generate_series(1, 1000) AS g; ANALYZE t");
    sql(f->app,
        "CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql SET search_path = \"%s\" AS"
        " $$ BEGIN %s RETURN NULL; END $$;"
        "CREATE TRIGGER meanwhile AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION meanwhile()",
        name, body);
    f->set = (struct zdm_assignment){"mail", "lower(email)"};
    f->spec.table = f->table = zdm_strf("%s.t", name);
    f->spec.sweep.on = true;
    return f;
}

static void
assert_all_done(struct fixture *f)
{
    assert_value(f->app, "SELECT count(*) FROM t WHERE mail IS DISTINCT FROM lower(email)", "0");
    char *open = value(
        f->app, "SELECT count(*) FROM zdm.cursor WHERE plan = '%s' AND state <> 'done'", f->plan);
    assert_string_equal(open, "0");
    free(open);
    assert_int_equal(f->last.stage, ZDM_STAGE_DONE);
    assert_false(f->overdone);
}

/* "pos-bound" of the slices that the sweep made, by round. */
static void
assert_repaired(struct fixture *f, const char *ranges)
{
    char *seen = value(f->app,
        "SELECT COALESCE(string_agg(round || ':' || rows, ' ' ORDER BY slice), '') FROM zdm.cursor"
        " WHERE plan = '%s' AND round IS NOT NULL AND part_of IS NULL",
        f->plan);

    assert_string_equal(seen, ranges);
    free(seen);
}

static void
test_nothing_left(void **state)
{
    struct fixture *f = mails("bs_clean", "");

    (void)state;
    fixture_run_ok(f);
    assert_all_done(f);
    assert_repaired(f, "");
    assert_int_equal(f->last.rows, 1000);
    assert_value(f->app, "SELECT count(*) FROM zdm.cursor WHERE plan = 'bs_clean'", "1");
    assert_int_equal(f->notes.len, 0);
    fixture_free(f);
}

/* The planner knows of what was filled in, whether there was a final sweep or not. */
static void
test_analyzed(void **state)
{
    (void)state;
    for (int sweeps = 0; sweeps < 2; sweeps++) {
        struct fixture *f = mails(sweeps ? "bs_analyzed" : "bs_analyzed_at_end", "");
        f->spec.sweep.on = sweeps == 1;
        f->spec.limits.vacuum = true;
        assert_value(f->app,
            "SELECT null_frac FROM pg_stats WHERE attname = 'mail' AND schemaname = current_schema",
            "1");
        fixture_run_ok(f);
        assert_value(f->app,
            "SELECT null_frac FROM pg_stats WHERE attname = 'mail' AND schemaname = current_schema",
            "0");
        fixture_free(f);
    }
}

static void
test_behind_and_beyond(void **state)
{
    struct fixture *f = mails("bs_behind",
        "IF NEW.id = 500 THEN"
        "  INSERT INTO t VALUES (-5, 'Behind'), (2000, 'Beyond'), (2001, 'Beyond too');"
        "  UPDATE t SET email = 'Changed' WHERE id = 7; END IF;");

    (void)state;
    fixture_run_ok(f);
    assert_all_done(f);
    assert_value(f->app, "SELECT count(*) FROM t", "1003");
    assert_repaired(f, "1:4");
    assert_int_equal(f->last.rows, 1004);
    assert_has(f->notes.s, "the final sweep found 4 rows of bs_behind.t that were written meanwhile"
                           " and need it (id = -5, id = 7, id = 2000, id = 2001)");
    fixture_free(f);
}

/* A table without a row when it begins. */
static void
test_empty_at_first(void **state)
{
    struct fixture *f = mails("bs_empty", "");

    (void)state;
    sql(f->app, "TRUNCATE t");
    f->spec.limits.sql = NULL;
    fixture_run_ok(f);
    assert_repaired(f, "");
    sql(f->app, "DELETE FROM zdm.journal WHERE plan = 'bs_empty';"
                "UPDATE zdm.cursor SET state = 'open' WHERE plan = 'bs_empty';"
                "INSERT INTO t VALUES (1, 'A'), (2, 'B')");
    /* No batch ran: it begins again. */
    fixture_own(f);
    fixture_run_ok(f);
    assert_all_done(f);
    fixture_free(f);
}

/* What the repair itself brings about is found by the next round. */
static void
test_rounds(void **state)
{
    struct fixture *f = mails("bs_rounds", "IF NEW.id IN (1000, 0, -1) AND OLD.mail IS NULL THEN"
                                           "  INSERT INTO t VALUES (CASE NEW.id WHEN 1000 THEN 0 "
                                           "ELSE NEW.id - 1 END, 'Next'); END IF;");

    (void)state;
    fixture_run_ok(f);
    assert_all_done(f);
    assert_repaired(f, "1:1 2:1 3:1");
    fixture_free(f);
}

/* Somebody who undoes it for ever: the step fails, and says which rows. */
static void
test_never_ends(void **state)
{
    struct fixture *f = mails("bs_never",
        "IF OLD.mail IS NULL AND NEW.id IN (10, 20, 30, 40, 50, 60, 70) THEN"
        "  UPDATE t SET mail = NULL WHERE id = NEW.id AND mail IS NOT NULL; END IF;");

    (void)state;
    /* A trigger that undoes a row's own change is no application: it is another test's. */
    sql(f->app,
        "DROP TRIGGER meanwhile ON t;"
        "CREATE CONSTRAINT TRIGGER meanwhile AFTER UPDATE ON t DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION meanwhile()");
    assert_int_equal(fixture_run(f), -1);
    assert_int_equal(f->err.code, ZDM_ERR_FAILED);
    assert_has(f->err.message, "after 3 rounds of repair 7 rows of bs_never.t still need backfill");
    assert_string_equal(f->err.detail, "id = 10, id = 20, id = 30, id = 40, id = 50, ...");
    assert_has(f->err.hint, "verify = false");
    assert_int_equal(f->finished, 0);

    /* The writer is stopped: the same backfill comes to its end. */
    sql(f->app, "DROP TRIGGER meanwhile ON t");
    fixture_own(f);
    fixture_run_ok(f);
    assert_all_done(f);
    assert_repaired(f, "1:7 2:7 3:7 4:7");
    fixture_free(f);
}

/* A trigger that changes what was set: nothing is repaired, for there would be no end of it. */
static void
test_taken_back(void **state)
{
    struct fixture *f = mails("bs_back", "");

    (void)state;
    sql(f->app, "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN NEW.mail = upper(NEW.mail); RETURN NEW; END $$;"
                "CREATE TRIGGER shout BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION shout()");
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE mail = upper(email)", "1000");
    assert_repaired(f, "");
    assert_int_equal(f->last.rows, 1000);
    assert_has(f->notes.s, "as if a trigger took it back");
    fixture_free(f);
}

static void
assert_no_sweep(struct fixture *f, const char *why)
{
    fixture_run_ok(f);
    assert_has(f->notes.s, "no final sweep for rows that are written meanwhile: ");
    assert_has(f->notes.s, why);
    assert_repaired(f, "");
    fixture_free(f);
}

static void
test_not_known(void **state)
{
    struct fixture *f = mails("bs_itself", "");
    const char *one[] = {"app_norm", NULL};

    (void)state;
    f->set = (struct zdm_assignment){"id", "id"};
    f->set = (struct zdm_assignment){"mail", "mail || 'x'"};
    f->spec.sweep.why_not = "mail is made of mail, which is set too";
    assert_no_sweep(f, "mail is made of mail");

    f = mails("bs_stable", "");
    sql(f->app, "CREATE FUNCTION bs_stable.norm(text) RETURNS text STABLE LANGUAGE sql AS"
                " 'SELECT lower($1)'");
    one[0] = "bs_stable.norm";
    f->set = (struct zdm_assignment){"mail", "bs_stable.norm(email)"};
    f->spec.sweep.calls = one;
    f->spec.sweep.n_calls = 1;
    assert_no_sweep(f, "bs_stable.norm() is STABLE");

    f = mails("bs_volatile", "");
    one[0] = "random";
    f->set = (struct zdm_assignment){"mail", "random()::text"};
    f->spec.sweep.calls = one;
    f->spec.sweep.n_calls = 1;
    assert_no_sweep(f, "random() is VOLATILE");

    f = mails("bs_operator", "");
    sql(f->app, "CREATE FUNCTION bs_operator.glue(text, text) RETURNS text LANGUAGE sql AS"
                " 'SELECT $1 || $2';"
                "CREATE OPERATOR public.<+> (FUNCTION = bs_operator.glue, LEFTARG = text,"
                " RIGHTARG = text)");
    one[0] = "<+>";
    f->set = (struct zdm_assignment){"mail", "email OPERATOR(public.<+>) 'x'"};
    f->spec.sweep.operators = one;
    f->spec.sweep.n_operators = 1;
    assert_no_sweep(f, "operator <+> is VOLATILE");

    f = mails("bs_generated", "");
    sql(f->app, "ALTER TABLE t ADD low text GENERATED ALWAYS AS (lower(mail)) STORED");
    one[0] = "low";
    f->set = (struct zdm_assignment){"mail", "COALESCE(low, '') || 'x'"};
    f->spec.sweep.inputs = one;
    f->spec.sweep.n_inputs = 1;
    assert_no_sweep(f, "a value is made of low, which is generated");

    /* IMMUTABLE ones of the author's are as good as the server's. */
    f = mails("bs_immutable", "IF NEW.id = 9 THEN INSERT INTO t VALUES (0, 'X'); END IF;");
    sql(f->app, "CREATE FUNCTION bs_immutable.norm(text) RETURNS text IMMUTABLE LANGUAGE sql AS"
                " 'SELECT lower($1)'");
    one[0] = "bs_immutable.norm";
    f->set = (struct zdm_assignment){"mail", "bs_immutable.norm(email)"};
    f->spec.sweep.calls = one;
    f->spec.sweep.n_calls = 1;
    fixture_run_ok(f);
    assert_all_done(f);
    assert_repaired(f, "1:1");
    fixture_free(f);
}

static void
test_off(void **state)
{
    struct fixture *f =
        mails("bs_off", "IF NEW.id = 9 THEN INSERT INTO t VALUES (0, 'X'); END IF;");

    (void)state;
    f->spec.sweep.on = false;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE mail IS NULL", "1");
    assert_int_equal(f->notes.len, 0);
    fixture_free(f);
}

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

/* A row to repair that somebody keeps locked is left for later, as any other. */
static void
test_locked(void **state)
{
    struct fixture *f =
        mails("bs_locked", "IF NEW.id = 9 THEN INSERT INTO t VALUES (0, 'X'), (-1, 'Y'); END IF;");

    (void)state;
    sql(f->app, "CREATE FUNCTION busy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " IF NEW.id = 0 AND NOT EXISTS (SELECT FROM zdm.cursor WHERE plan = 'bs_locked'"
                "  AND part_of IS NOT NULL)"
                " THEN RAISE 'locked' USING ERRCODE = 'lock_not_available'; END IF;"
                " RETURN NEW; END $$;"
                "CREATE TRIGGER busy BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION busy()");
    fixture_run_ok(f);
    assert_all_done(f);
    assert_value(f->app,
        "SELECT string_agg(round || ':' || rows || COALESCE(':' || part_of, ''), ' '"
        " ORDER BY slice) FROM zdm.cursor WHERE plan = 'bs_locked' AND round IS NOT NULL",
        "1:1 1:1:1");
    fixture_free(f);
}

/* A row that is an error is told of as by any batch. */
static void
test_bad_row(void **state)
{
    struct fixture *f =
        mails("bs_bad", "IF NEW.id = 9 THEN INSERT INTO t VALUES (0, 'X'); END IF;");

    (void)state;
    f->set = (struct zdm_assignment){"mail", "(1 / abs(id))::text"};
    assert_int_equal(fixture_run(f), -1);
    assert_string_equal(f->err.sqlstate, "22012");
    assert_has(f->err.message, "row of bs_bad.t with id = 0");
    sql(f->app, "DELETE FROM t WHERE id = 0");
    fixture_own(f);
    fixture_run_ok(f);
    assert_int_equal(f->last.stage, ZDM_STAGE_DONE);
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

#ifdef ZDM_FAILPOINTS
/* Killed in a sweep, behind it, and between two batches that repair. */
static void
test_killed(void **state)
{
    static const char *const points[] = {
        "sweep.range:1", "repair.after:1", "batch.before:12", "batch.after:12", "sweep.range:2"};

    (void)state;
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        struct fixture *f = mails("bs_kill",
            "IF NEW.id = 900 THEN INSERT INTO t SELECT -g, 'Behind' FROM generate_series(1, 250)"
            " AS g; END IF;");

        run_until_killed(f, points[i]);
        fixture_own(f);
        fixture_run_ok(f);
        assert_all_done(f);
        assert_value(f->app, "SELECT sum(rows) FROM zdm.cursor WHERE plan = 'bs_kill'", "1250");
        fixture_free(f);
    }
}
#endif

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_left),
        cmocka_unit_test(test_analyzed),
        cmocka_unit_test(test_behind_and_beyond),
        cmocka_unit_test(test_empty_at_first),
        cmocka_unit_test(test_rounds),
        cmocka_unit_test(test_never_ends),
        cmocka_unit_test(test_taken_back),
        cmocka_unit_test(test_not_known),
        cmocka_unit_test(test_off),
        cmocka_unit_test(test_where),
        cmocka_unit_test(test_where_guards),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_composite_key),
        cmocka_unit_test(test_delete),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_workers_and_stripes),
        cmocka_unit_test(test_partitions),
        cmocka_unit_test(test_locked),
        cmocka_unit_test(test_bad_row),
        cmocka_unit_test(test_pages),
#ifdef ZDM_FAILPOINTS
        cmocka_unit_test(test_killed),
#endif
    };

    return cmocka_run_group_tests_name("batch_sweep", tests, NULL, NULL);
}
