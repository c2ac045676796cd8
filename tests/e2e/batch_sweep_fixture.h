/* batch_sweep_fixture.h - a table whose rows change behind the cursor, and what a sweep leaves. */
#ifndef ZDM_TEST_BATCH_SWEEP_FIXTURE_H
#define ZDM_TEST_BATCH_SWEEP_FIXTURE_H

#include "batch_child.h"

/* t (id, email, mail): mail = lower(email), 1000 rows; `trigger` is the body of a trigger behind each
 * update of a row, and is what the application does meanwhile. */
static inline struct fixture *
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

static inline void
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
static inline void
assert_repaired(struct fixture *f, const char *ranges)
{
    char *seen = value(f->app,
        "SELECT COALESCE(string_agg(round || ':' || rows, ' ' ORDER BY slice), '') FROM zdm.cursor"
        " WHERE plan = '%s' AND round IS NOT NULL AND part_of IS NULL",
        f->plan);

    assert_string_equal(seen, ranges);
    free(seen);
}

#endif
