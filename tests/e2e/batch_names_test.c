/* Tables and columns that are called as something in zdm's own statements: every name in every place. */
#include "batch_map_fixture.h"

static const char *const names[] = {
    "zdm_new",
    "zdm_v1",
    "zdm_k1",
    "zdm_kept",
    "zdm_new_v1",
    "zdm_ends",
    "zdm_key",
    "zdm_into",
    "zdm_rows",
    "zdm_cas",
    "zdm_q",
    "zdm_bad",
    "zdm_found",
    "zdm_place",
    "zdm_one",
    "zdm_sample",
    "q",
    "c",
    "s",
    "p",
    "a",
    "n",
    "k1",
    "r1",
    "sync",
    "wal",
    "key",
    "key_columns",
    "rows",
    "still",
    "is_last",
    "total",
    "pos",
    "plan",
    "count",
    "lower",
    "select",
    "excluded",
    "Key",
    "we\"ird",
};
#define N_NAMES (sizeof names / sizeof *names)

enum { ROWS = 30 };

struct shape {
    char *table, *key, *value, *other, *into, *leaf; /* quoted */
};

static char *
quoted(size_t i)
{
    struct zdm_buf b = ZDM_BUF_INIT;

    zdm_buf_addc(&b, '"');
    for (const char *s = names[i % N_NAMES]; *s; s++)
        zdm_buf_add(&b, *s == '"' ? "\"\"" : (char[]){*s, '\0'});
    zdm_buf_addc(&b, '"');
    return zdm_buf_take(&b);
}

static void
shape_release(struct shape *s)
{
    free(s->table);
    free(s->key);
    free(s->value);
    free(s->other);
    free(s->into);
    free(s->leaf);
}

/* A table bn.TABLE (key, value, other), of which row 7 does not take a value; how: what stands behind its
 * columns. */
static void
make(struct fixture *f, const struct shape *s, const char *how)
{
    sql(f->app,
        "DROP SCHEMA bn CASCADE; CREATE SCHEMA bn;"
        "CREATE TABLE bn.%s (%s int NOT NULL, %s int, %s int NOT NULL,"
        " CONSTRAINT bad CHECK (%s <> 7 OR %s IS NULL)) %s",
        s->table, s->key, s->value, s->other, s->other, s->value, how);
    if (strstr(how, "PARTITION"))
        sql(f->app, "CREATE TABLE bn.%s PARTITION OF bn.%s FOR VALUES FROM (0) TO (100)", s->leaf,
            s->table);
    sql(f->app, "INSERT INTO bn.%s (%s, %s) SELECT g, g FROM generate_series(1, %d) AS g", s->table,
        s->key, s->other, ROWS);
}

/* One backfill with these names; afterwards `wrong`, a condition, is true of no row of `table`, and of the first
 * run there are `bad` rows in quarantine, which are done when the constraint is gone. */
static void
backfill(struct fixture *f, const char *what, const char *table, const char *wrong, int bad)
{
    struct zdm_retried r = {.done = 0};

    sql(f->app,
        "DELETE FROM zdm.cursor WHERE plan = 'bn'; DELETE FROM zdm.journal WHERE plan = 'bn';"
        "DELETE FROM zdm.quarantine WHERE plan = 'bn'");
    f->spec.max_quarantine = 1;
    f->spec.quarantine_values = true;
    if (fixture_run(f) < 0)
        fail_msg("%s of %s: %s | %s", what, f->spec.table, f->err.message,
            f->err.detail ? f->err.detail : "");
    if (strstr(f->notes.s, "no final sweep"))
        fail_msg("%s of %s: %s", what, f->spec.table, f->notes.s);
    if (f->last.quarantined != bad)
        fail_msg(
            "%s of %s: %lld in quarantine", what, f->spec.table, (long long)f->last.quarantined);
    for (int i = 0; bad && i < 2; i++) {
        if (i == 1)
            sql(f->app, "ALTER TABLE %s DROP CONSTRAINT bad", f->spec.table);
        if (zdm_backfill_retry(f->control, &f->spec, f->epoch, &f->hooks, NULL, &r, &f->err) < 0)
            fail_msg("retry of %s of %s: %s", what, f->spec.table, f->err.message);
        if (r.done != i || r.failed != 1)
            fail_msg("retry of %s of %s: %lld done, %lld failed", what, f->spec.table,
                (long long)r.done, (long long)r.failed);
    }
    char *query = zdm_strf("SELECT count(*) FROM %s WHERE %s", table, wrong);
    assert_value(f->app, query, "0");
    free(query);
}

static void
set(struct fixture *f, const struct shape *s, const char *what, const char *how, bool map)
{
    char *expr = zdm_strf("%s * 2", s->other);
    char *where = zdm_strf("%s IS DISTINCT FROM %s * 2", s->value, s->other);
    const char *inputs[] = {s->other}, *operators[] = {"*"};

    make(f, s, how);
    f->spec.action = map ? ZDM_BACKFILL_MAP : ZDM_BACKFILL_SET;
    f->set = (struct zdm_assignment){s->value, map ? NULL : expr};
    f->spec.n_set = 1;
    f->spec.read = inputs;
    f->spec.n_read = map ? 1 : 0;
    f->spec.where = where;
    f->spec.sweep.inputs = inputs;
    f->spec.sweep.operators = operators;
    f->spec.sweep.n_inputs = f->spec.sweep.n_operators = 1;
    backfill(f, what, f->spec.table, where, 1);
    f->spec.sweep.n_inputs = f->spec.sweep.n_operators = 0;
    f->spec.n_read = 0;
    free(expr);
    free(where);
}

static void delete (struct fixture *f, const struct shape *s)
{
    char *where = zdm_strf("%s %% 2 = 0", s->other);

    make(f, s, "");
    sql(f->app, "ALTER TABLE bn.%s ADD PRIMARY KEY (%s)", s->table, s->key);
    f->spec.action = ZDM_BACKFILL_DELETE;
    f->spec.n_set = 0;
    f->spec.where = where;
    backfill(f, "delete", f->spec.table, where, 0);
    free(where);
}

static void
copy(struct fixture *f, const struct shape *s)
{
    char *into = zdm_strf("bn.%s", s->into), *where = zdm_strf("%s > 5", s->other);
    char *wrong = zdm_strf(
        "%s > 5 AND NOT EXISTS (SELECT FROM %s AS i WHERE i.%s = bn.%s.%s AND i.%s IS NOT NULL)",
        s->other, into, s->key, s->table, s->key, s->other);

    make(f, s, "");
    sql(f->app,
        "ALTER TABLE bn.%s ADD PRIMARY KEY (%s);"
        "CREATE TABLE %s (LIKE bn.%s INCLUDING ALL)",
        s->table, s->key, into, s->table);
    f->spec.action = ZDM_BACKFILL_COPY;
    f->spec.into = into;
    f->spec.on_conflict = ZDM_CONFLICT_UPDATE;
    f->spec.n_set = 0;
    f->spec.where = where;
    backfill(f, "copy", f->spec.table, wrong, 0);
    free(into);
    free(where);
    free(wrong);
}

static const char *
doubled(void *self, const char *text, struct zdm_buf *room)
{
    (void)self;
    zdm_buf_addf(room, "%lld", (long long)strtoll(text, NULL, 10) * 2);
    return room->s;
}

static void
test_names(void **state)
{
    struct fixture *f = fixture_new("bn", NULL);

    (void)state;
    f->hooks.mapper = map_script_mapper;
    map_script = (struct map_script){.new_value = doubled};
    f->spec.sweep.on = true;
    for (size_t i = 0; i < N_NAMES; i++) {
        struct shape s = {
            quoted(i), quoted(i + 1), quoted(i + 2), quoted(i + 3), quoted(i + 4), quoted(i + 5)};
        char *key = zdm_strf(
            "WITH (fillfactor = 90); ALTER TABLE bn.%s ADD PRIMARY KEY (%s)", s.table, s.key);
        char *leaves = zdm_strf("PARTITION BY RANGE (%s); ALTER TABLE bn.%s ADD PRIMARY KEY (%s)",
            s.key, s.table, s.key);
        char *bare = zdm_strf("PARTITION BY RANGE (%s)", s.key);
        char *table = zdm_strf("bn.%s", s.table);
        f->spec.table = table;
        /* Each name comes to each place. */
        switch (i % 3) {
        case 0:
            set(f, &s, "set", key, false);
            set(f, &s, "map without a key", "", true);
            delete (f, &s);
            break;
        case 1:
            set(f, &s, "map", key, true);
            set(f, &s, "set of partitions", leaves, false);
            copy(f, &s);
            break;
        default:
            set(f, &s, "set without a key", "", false);
            set(f, &s, "set of partitions without a key", bare, false);
        }
        free(key);
        free(leaves);
        free(bare);
        free(table);
        shape_release(&s);
    }
    f->spec.table = NULL;
    fixture_free(f);
}

/* Tables of the author's that his sub-selects name as zdm names parts of its statements: they mean his. */
static void
test_captured(void **state)
{
    static const char *const parts[] = {
        "zdm_cas", "zdm_rows", "zdm_fence", "ZDM_PLACE", "zdm_gone"};
    struct fixture *f = fixture_new("bn", NULL);

    (void)state;
    sql(f->app, "ALTER ROLE CURRENT_USER SET search_path = bn");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (int keyed = 0; keyed < 2; keyed++) {
            struct zdm_retried r = {.done = 0};
            char *expr = zdm_strf("(SELECT max(p.v) + count(*) FROM %s AS p)", parts[i]);
            char *where = zdm_strf("n = 0 AND 1 < (SELECT count(*) FROM %s AS zdm_1_x)", parts[i]);
            sql(f->app,
                "DELETE FROM zdm.cursor WHERE plan = 'bn'; DELETE FROM zdm.journal WHERE plan = "
                "'bn';"
                "DELETE FROM zdm.quarantine WHERE plan = 'bn'; DROP SCHEMA bn CASCADE; CREATE "
                "SCHEMA bn;"
                "CREATE TABLE bn.%s (v int); INSERT INTO bn.%s VALUES (1), (20);"
                "CREATE TABLE bn.t (id int, n bigint NOT NULL DEFAULT 0, CONSTRAINT bad CHECK (id "
                "<> 7 OR "
                "n = 0) %s);"
                "INSERT INTO bn.t SELECT g FROM generate_series(1, 30) AS g",
                parts[i], parts[i], keyed ? ", PRIMARY KEY (id)" : "");
            f->spec.table = "bn.t";
            f->set = (struct zdm_assignment){"n", expr};
            f->spec.where = where;
            f->spec.max_quarantine = 1;
            fixture_run_ok(f);
            assert_value(f->app,
                "SELECT string_agg(n || ':' || c, ' ' ORDER BY n) FROM"
                " (SELECT n, count(*) AS c FROM bn.t GROUP BY n) AS s",
                "0:1 22:29");
            sql(f->app, "ALTER TABLE bn.t DROP CONSTRAINT bad");
            if (zdm_backfill_retry(f->control, &f->spec, f->epoch, &f->hooks, NULL, &r, &f->err) <
                0)
                fail_msg("retry with %s: %s", parts[i], f->err.message);
            assert_int_equal(r.done, 1);
            assert_value(f->app, "SELECT min(n) || ' ' || max(n) FROM bn.t", "22 22");
            free(expr);
            free(where);
        }
    f->spec.table = NULL;
    sql(f->app, "ALTER ROLE CURRENT_USER RESET search_path");
    fixture_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_captured),
    };

    return cmocka_run_group_tests_name("batch_names", tests, NULL, NULL);
}
