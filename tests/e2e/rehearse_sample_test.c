/* What a sample of a database leaves out: a table gets so many rows, and so many bytes, and no more. */
#include "pg_test.h"

#include "rehearse/sample.h"

struct told {
    struct zdm_sample_got got[8];
    struct zdm_sample_cut cuts[8];
    size_t n_got, n_cuts;
    char names[24][32]; /* of tables: views do not outlive the call */
    size_t n_names;
};

static const char *
keep(struct told *told, const char *name)
{
    char *kept = told->names[told->n_names++];

    snprintf(kept, sizeof told->names[0], "%s", name);
    return kept;
}

static void
hear_got(void *self, const struct zdm_sample_got *got)
{
    struct told *told = self;

    told->got[told->n_got] = *got;
    told->got[told->n_got++].table = keep(told, got->table);
}

static void
hear_cut(void *self, const struct zdm_sample_cut *cut)
{
    struct told *told = self;

    told->cuts[told->n_cuts] = *cut;
    told->cuts[told->n_cuts].child = keep(told, cut->child);
    told->cuts[told->n_cuts++].parent = keep(told, cut->parent);
}

static const struct zdm_sample_got *
got_of(const struct told *told, const char *table)
{
    for (size_t i = 0; i < told->n_got; i++)
        if (strcmp(told->got[i].table, table) == 0)
            return &told->got[i];
    fail_msg("nothing was told of %s", table);
    return NULL;
}

static void
assert_cut(const struct told *told, const char *child, enum zdm_sample_limit limit, int to_nothing,
    int left_out)
{
    for (size_t i = 0; i < told->n_cuts; i++) {
        const struct zdm_sample_cut *cut = &told->cuts[i];
        if (strcmp(cut->child, child) != 0)
            continue;
        assert_int_equal(cut->limit, limit);
        assert_int_equal(cut->refer_to_nothing, to_nothing);
        assert_int_equal(cut->left_out, left_out);
        return;
    }
    fail_msg("%s was not cut", child);
}

static void
assert_answer(struct zdm_conn *conn, const char *query, const char *expected)
{
    char *answer = ask(conn, query);

    assert_string_equal(answer, expected);
    free(answer);
}

/* A session of a database that is made anew, with these tables. */
static struct zdm_conn *
made(struct zdm_conn *conn, const char *name, const char *schema)
{
    char *drop = zdm_strf("DROP DATABASE IF EXISTS %s WITH (FORCE)", name);
    char *create = zdm_strf("CREATE DATABASE %s", name);
    char *settings = settings_with("dbname", name, NULL);

    must_exec(conn, drop);
    must_exec(conn, create);
    struct zdm_conn *made = connect_to(settings, "test");
    must_exec(made, schema);
    free(settings);
    free(create);
    free(drop);
    return made;
}

static void
sample(struct zdm_conn *from, struct zdm_conn *to, int64_t rows, struct told *told)
{
    struct zdm_err err = ZDM_ERR_INIT;
    const struct zdm_sample_options options = {
        .rows = rows, .seed = 1, .tell = hear_got, .tell_cut = hear_cut, .self = told};

    *told = (struct told){.n_got = 0};
    if (zdm_sample(from, to, &options, &err) < 0)
        fail_msg("%s", err.message);
}

/* 10 times the rows that are wanted, once more for each of two foreign keys that refer to the table; 1,000 at least. */
static void
test_rows(void **state)
{
    static const char schema[] =
        "CREATE TABLE wide (id int PRIMARY KEY, step int, before int REFERENCES wide);"
        "CREATE TABLE child (wide int REFERENCES wide)";
    static const char whole[] = "SELECT concat_ws(' ', count(*), count(before),"
                                " bool_and(before = id + step)) FROM wide";
    struct zdm_conn *conn = connect_to(getenv("ZDM_DATABASE_URL"), "test");
    struct zdm_conn *from = made(conn, "from_rows", schema), *to = made(conn, "to_rows", schema);
    struct told told;

    (void)state;
    must_exec(from, "INSERT INTO wide SELECT i, 200, NULLIF(i + 200, i % 200 + 5800)"
                    "  FROM generate_series(0, 5799) AS i;"
                    "INSERT INTO child SELECT id FROM wide WHERE id < 200");
    sample(from, to, 200, &told);
    assert_int_equal(got_of(&told, "public.wide")->rows, 2400);
    assert_false(got_of(&told, "public.wide")->is_short);
    assert_cut(&told, "public.wide", ZDM_SAMPLE_ROWS, 200, 0);
    assert_answer(to, whole, "2400 2200 t");

    must_exec(to, "TRUNCATE wide, child");
    must_exec(from, "TRUNCATE wide, child;"
                    "INSERT INTO wide SELECT i, 50, NULLIF(i + 50, i % 50 + 1500)"
                    "  FROM generate_series(0, 1499) AS i");
    sample(from, to, 50, &told);
    assert_int_equal(got_of(&told, "public.wide")->rows, 1000);
    assert_cut(&told, "public.wide", ZDM_SAMPLE_ROWS, 50, 0);
    assert_answer(to, whole, "1000 950 t");
    zdm_conn_close(from);
    zdm_conn_close(to);
    zdm_conn_close(conn);
}

/* A table gets 64 MB at least, and these rows are 79. What refers to the others refers to nothing, or is left out. */
static void
test_bytes(void **state)
{
    static const char schema[] = "CREATE TABLE big (id int PRIMARY KEY, page text);"
                                 "CREATE TABLE may (big int REFERENCES big);"
                                 "CREATE TABLE must (big int NOT NULL REFERENCES big)";
    struct zdm_conn *conn = connect_to(getenv("ZDM_DATABASE_URL"), "test");
    struct zdm_conn *from = made(conn, "from_bytes", schema), *to = made(conn, "to_bytes", schema);
    struct told told;

    (void)state;
    must_exec(from,
        "INSERT INTO big SELECT i, repeat('x', 1380000) FROM generate_series(1, 60) AS i;"
        "INSERT INTO may SELECT id FROM big; INSERT INTO must SELECT id FROM big");
    sample(from, to, 60, &told);
    const struct zdm_sample_got *big = got_of(&told, "public.big");
    int behind = 60 - (int)big->rows;
    char *rows = zdm_strf("%d 60 %d %d", (int)big->rows, (int)big->rows, (int)big->rows);
    assert_true(big->bytes >= ZDM_SAMPLE_LEAST_BYTES && behind > 0);
    assert_true(big->is_short);
    assert_cut(&told, "public.may", ZDM_SAMPLE_BYTES, behind, 0);
    assert_cut(&told, "public.must", ZDM_SAMPLE_BYTES, 0, behind);
    assert_answer(to,
        "SELECT concat_ws(' ', (SELECT count(*) FROM big), count(*), count(big),"
        " (SELECT count(*) FROM must)) FROM may",
        rows);
    free(rows);
    zdm_conn_close(from);
    zdm_conn_close(to);
    zdm_conn_close(conn);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_bytes)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
