/* Rows that are written behind the cursor or beyond the bound: the final sweep finds and repairs them. */
#include "batch_sweep_fixture.h"

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

/* A table that is too large for one look is looked at in pieces, as one in which there is something. */
static void
test_too_large_for_one_look(void **state)
{
    struct fixture *f =
        mails("bs_large", "IF NEW.id = 500 THEN INSERT INTO t VALUES (2000, 'Beyond'); END IF;");

    (void)state;
    f->spec.sweep.whole_most = 1;
    fixture_run_ok(f);
    assert_all_done(f);
    assert_repaired(f, "1:1");
    assert_has(f->notes.s, "the final sweep found 1 rows of bs_large.t");
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
    /* Told by the walk, and in the end. */
    assert_has(f->notes.s, "a row of bs_back.t is as it was after the change (id = 1), as if a "
                           "trigger took it back; look at the triggers of the table");
    assert_has(f->notes.s, "a row of bs_back.t is as it was after the change (id = 1, id = 2, ");
    fixture_free(f);
}

/* What others do to rows that are done, the walk tells too: it is no trigger then. */
static void
test_told_while_walking(void **state)
{
    struct fixture *f = mails(
        "bs_behind_us", "IF NEW.id = 20 THEN UPDATE t SET mail = NULL WHERE id IN (7, 9); END IF;");

    (void)state;
    fixture_run_ok(f);
    assert_all_done(f);
    assert_has(f->notes.s,
        "rows of bs_behind_us.t are written behind the walk and need it (id = 7): "
        "the final sweep does them");
    assert_repaired(f, "1:2");
    fixture_free(f);
}

/* Rows that take long to look at: a statement of the sweep takes no longer than a batch. */
static void
test_parts(void **state)
{
    struct fixture *f =
        mails("bs_parts", "IF NEW.id = 500 THEN INSERT INTO t VALUES (2000, 'Beyond'); END IF;");
    const char *calls[] = {"bs_parts.slow", NULL};

    (void)state;
    /* Counts the statements of the session that call it. */
    sql(f->app,
        "CREATE SEQUENCE statements;"
        "CREATE FUNCTION slow(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM pg_sleep(0.0002);"
        " IF current_setting('bs_parts.at', true) IS DISTINCT FROM statement_timestamp()::text THEN"
        "  PERFORM set_config('bs_parts.at', statement_timestamp()::text, false),"
        "   nextval('bs_parts.statements'); END IF;"
        " RETURN lower($1); END $$");
    f->set.expr = "bs_parts.slow(email)";
    f->spec.sweep.calls = calls;
    f->spec.sweep.n_calls = 1;
    f->spec.sweep.whole_most = 1;
    f->spec.target_ms = 5;
    f->spec.batch_min = 1000;
    f->spec.batch_max = 1000;
    fixture_run_ok(f);
    assert_all_done(f);
    assert_repaired(f, "1:1");
    /* Of two batches, and of two sweeps that have at least ten parts each. */
    assert_value(f->app, "SELECT last_value >= 20 FROM statements", "t");
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
        cmocka_unit_test(test_too_large_for_one_look),
        cmocka_unit_test(test_empty_at_first),
        cmocka_unit_test(test_rounds),
        cmocka_unit_test(test_never_ends),
        cmocka_unit_test(test_taken_back),
        cmocka_unit_test(test_told_while_walking),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_not_known),
        cmocka_unit_test(test_off),
        cmocka_unit_test(test_locked),
        cmocka_unit_test(test_bad_row),
#ifdef ZDM_FAILPOINTS
        cmocka_unit_test(test_killed),
#endif
    };

    return cmocka_run_group_tests_name("batch_sweep", tests, NULL, NULL);
}
