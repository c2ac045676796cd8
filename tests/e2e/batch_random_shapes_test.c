/* Tables of random shapes, with somebody who writes to them all the while, and a process that is killed twice: in the end
 * every row is right. ZDM_SEED repeats one; it is printed. */
#include "batch_child.h"
#include "batch_map_fixture.h"

static const struct {
    const char *type, *of; /* the column, and the key that belongs to number r */
} kinds[] = {
    {"int", "r"},
    {"bigint", "r * 10000000000"},
    {"smallint", "r"},
    {"numeric", "r / 7.0"},
    {"uuid", "md5(r::text)::uuid"},
    {"text", "md5(r::text)"},
    {"text COLLATE \"C\"", "'k\"' || r || 'é'"},
    {"timestamptz", "timestamptz 'epoch' + r * interval '1 s 1 us'"},
    {"bytea", "decode(md5(r::text), 'hex')"},
    {"natural_number", "r"},
};
#define KINDS (sizeof kinds / sizeof *kinds)
#define ROWS  3000

struct shape {
    enum zdm_backfill_action action;
    size_t kind;
    bool composite, primary, keyless, partitions, generated, quoted, padded, swept;
    bool ends; /* where_becomes_false: rows that move are done once, too */
    int workers, stripes;
};

static struct shape
draw(void)
{
    static const enum zdm_backfill_action actions[] = {ZDM_BACKFILL_SET, ZDM_BACKFILL_SET,
        ZDM_BACKFILL_MAP, ZDM_BACKFILL_DELETE, ZDM_BACKFILL_COPY};
    struct shape s = {
        .action = actions[rand() % 5],
        .kind = (size_t)rand() % KINDS,
        .composite = rand() % 3 == 0,
        .primary = rand() % 2,
        .keyless = rand() % 5 == 0,
        .partitions = rand() % 3 == 0,
        .generated = rand() % 2,
        .quoted = rand() % 2,
        .padded = rand() % 2,
        .swept = rand() % 2,
        .workers = 1 + rand() % 3,
        .stripes = rand() % 2 ? 4 : 1,
    };
    s.ends = zdm_backfill_updates(s.action) && !s.keyless && rand() % 2;
    s.swept = s.ends || (s.swept && s.action != ZDM_BACKFILL_MAP);
    /* The writer gives rows other keys all the while, for which a sweep of a copy would look without end. */
    if (s.action == ZDM_BACKFILL_COPY)
        s.keyless = s.swept = false;
    return s;
}

static char *
show(const struct shape *s, size_t i)
{
    static const char *const actions[] = {"set", "delete", "copy", "map"};

    return zdm_strf("shape %zu: %s, %s%s%s%s%s%s%s%s%s, %d workers, %d stripes", i,
        actions[s->action], kinds[s->kind].type,
        s->keyless   ? ", no key"
        : s->primary ? ", primary key"
                     : ", unique index",
        s->composite ? ", composite" : "", s->partitions ? ", partitions" : "",
        s->generated ? ", generated" : "", s->quoted ? ", quoted" : "", s->padded ? ", wide" : "",
        s->swept ? ", swept" : "", s->ends ? ", where ends" : "", s->workers, s->stripes);
}

/* r is the number of a row for the writer, k (with g) its key, b what is made of a, n how often. */
static void
make_table(struct fixture *f, const struct shape *s)
{
    const char *key = s->composite ? "g, k DESC" : "k", *plain = s->composite ? "g, k" : "k";

    sql(f->app, "CREATE DOMAIN natural_number AS int CHECK (VALUE >= 0)");
    sql(f->app,
        "CREATE TABLE %s (r int, k %s NOT NULL, g int NOT NULL, a int, b int, n int NOT NULL "
        "DEFAULT 0,"
        " moved bool DEFAULT false, c int DEFAULT 0, pad text DEFAULT repeat('x', %d)%s)%s",
        f->table, kinds[s->kind].type, s->padded ? 300 : 3,
        s->generated ? ", twice int GENERATED ALWAYS AS (a * 2) STORED" : "",
        s->partitions ? s->composite ? " PARTITION BY RANGE (g)" : " PARTITION BY HASH (k)" : "");
    for (int i = 0; s->partitions && i < 3; i++)
        sql(f->app, "CREATE TABLE part_%d PARTITION OF %s FOR VALUES %s", i, f->table,
            !s->composite ? i == 0   ? "WITH (MODULUS 4, REMAINDER 0)"
                            : i == 1 ? "WITH (MODULUS 4, REMAINDER 2)"
                                     : "WITH (MODULUS 2, REMAINDER 1)"
            : i == 0      ? "FROM (MINVALUE) TO (2)"
            : i == 1      ? "FROM (2) TO (5)"
                          : "FROM (5) TO (MAXVALUE)");
    sql(f->app,
        "INSERT INTO %s (r, k, g, a) SELECT r, %s, r %% 7, NULLIF(r %% 50, 0) FROM "
        "generate_series(1, %d) AS r"
        " ORDER BY md5(r::text)",
        f->table, kinds[s->kind].of, ROWS);
    if (s->ends) /* the application knows of it by then */
        sql(f->app, "ALTER TABLE %s ALTER n SET DEFAULT 1", f->table);
    if (!s->keyless && s->primary)
        sql(f->app, "ALTER TABLE %s ADD PRIMARY KEY (%s)", f->table, plain);
    else if (!s->keyless)
        sql(f->app, "CREATE UNIQUE INDEX ON %s (%s)", f->table, s->partitions ? plain : key);
    sql(f->app, "CREATE INDEX ON %s (r)", f->table);
    /* As `sync` does it. */
    sql(f->app,
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN NEW.b = NEW.a * 2; RETURN NEW; END $$;"
        "CREATE TRIGGER keep BEFORE INSERT OR UPDATE OF a ON %s FOR EACH ROW"
        " WHEN (current_setting('zdm.sync', true) IS DISTINCT FROM 'off') EXECUTE FUNCTION keep();"
        "ANALYZE %s",
        f->table, f->table);
}

/* Until it is killed. */
static void
write_on(struct fixture *f, const struct shape *s, unsigned seed)
{
    struct zdm_conn *conn = connect_to(f->conninfo, "shape writer");

    sql(conn, "SET search_path = \"%s\", public", f->plan);
    for (int next = ROWS + 1;; seed = seed * 1103515245 + 12345) {
        int r = (int)(seed >> 8) % ROWS + 1;
        switch ((seed >> 4) % 8) {
        case 0:
            sql(conn,
                "INSERT INTO %s (r, k, g, a) SELECT r, %s, r %% 7, r FROM (SELECT %d AS r) AS s",
                f->table, kinds[s->kind].of, next);
            next += next < 30000;
            break;
        case 1:
            if (r % 4 == 1)
                sql(conn, "DELETE FROM %s WHERE r = %d", f->table, r);
            break;
        case 2: /* to a key that nobody else has */
            if (r % 4 == 2 && r < 2000)
                sql(conn,
                    "UPDATE %s SET k = (SELECT %s FROM (SELECT 30000 + %d AS r) AS s), moved = true"
                    " WHERE r = %d",
                    f->table, kinds[s->kind].of, r, r);
            break;
        case 3:
        case 4:
            sql(conn, "UPDATE %s SET a = a + 1 WHERE r = %d", f->table, r);
            break;
        default:
            sql(conn, "UPDATE %s SET c = c + 1, pad = pad || 'y' WHERE r = %d", f->table, r);
        }
        zdm_sleep_ms(1);
    }
}

static pid_t
in_background(struct fixture *f, const struct shape *s, unsigned seed)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    if (s)
        write_on(f, s, seed);
    f->control = connect_to(f->conninfo, "zdm/test");
    _exit(fixture_run(f) == 0 ? 0 : 1);
}

static int
end(pid_t pid)
{
    int status;

    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

/* Killed behind that many batches; or it may have been through before. */
static void
run_and_kill(struct fixture *f, int batches)
{
    int status;
    pid_t pid = in_background(f, NULL, 0);

    for (;;) {
        char *n = value(
            f->app, "SELECT COALESCE(sum(batches), 0) FROM zdm.cursor WHERE plan = '%s'", f->plan);
        bool enough = atoi(n) >= batches;
        free(n);
        pid_t ended = enough ? 0 : waitpid(pid, &status, WNOHANG);
        if (ended == pid) {
            assert_true(WIFEXITED(status));
            assert_int_equal(WEXITSTATUS(status), 0);
            return;
        }
        if (enough)
            break;
        zdm_sleep_ms(1);
    }
    end(pid);
}

static bool
is_done(struct fixture *f)
{
    char *n = value(
        f->app, "SELECT count(*) FROM zdm.journal WHERE plan = '%s' AND state = 'done'", f->plan);
    bool done = strcmp(n, "1") == 0;

    free(n);
    return done;
}

/* What the backfill does, with the texts in *f->spec. */
static void
say_what(struct fixture *f, const struct shape *s)
{
    static const char *const inputs[] = {"a"};
    static struct zdm_assignment set[] = {{"b", "a * 2"}, {"n", "n + 1"}}, mapped[] = {{"b", NULL}},
                                 copied[] = {{"k", "k"}, {"g", "g"}, {"r", "r"}, {"a", "a"}};

    f->spec.action = s->action;
    f->spec.where_becomes_false = s->ends;
    /* Without it a row that moves behind the cursor to another key is met by nobody. */
    f->spec.sweep = (struct zdm_sweep_wish){.on = s->swept, .inputs = inputs, .n_inputs = 1};
    switch (s->action) {
    case ZDM_BACKFILL_SET:
        f->spec.set = set;
        f->spec.n_set = s->swept && !s->ends ? 1 : 2;
        f->spec.where = s->ends       ? "n = 0"
                        : !s->keyless ? NULL
                        : s->swept    ? "b IS DISTINCT FROM a * 2"
                                      : "n = 0";
        break;
    case ZDM_BACKFILL_MAP:
        f->spec.set = mapped;
        f->spec.n_set = f->spec.n_read = 1;
        f->spec.read = inputs;
        f->spec.where = s->keyless || s->ends ? "b IS DISTINCT FROM a * 2" : NULL;
        break;
    case ZDM_BACKFILL_DELETE:
        f->spec.n_set = 0;
        f->spec.where = "r % 4 = 3 AND r <= 3000";
        break;
    case ZDM_BACKFILL_COPY:
        f->spec.set = copied;
        f->spec.n_set = 4;
        f->spec.where = "r > 10";
        f->spec.into = "bshape.copied";
        f->spec.on_conflict = ZDM_CONFLICT_UPDATE;
        sql(f->app,
            "CREATE TABLE copied (k %s NOT NULL, g int NOT NULL, r int, a int, PRIMARY KEY (%s))",
            kinds[s->kind].type, s->composite ? "k, g" : "k");
    }
}

/* How many rows are not as they should be. A row of which a writer has changed the key is met for sure only where
 * there is a sweep, or passes. */
static char *
wrong(struct fixture *f, const struct shape *s)
{
    bool all = s->swept || s->keyless;

    switch (s->action) {
    case ZDM_BACKFILL_SET:
        return value(f->app,
            "SELECT count(*) FILTER (WHERE b IS DISTINCT FROM a * 2 AND (%s)) +"
            " count(*) FILTER (WHERE n <> 1 AND NOT moved AND r <= %d AND NOT %s) +"
            " count(*) FILTER (WHERE n > 1 AND r > %d) + count(*) FILTER (WHERE n <> 1 AND %s) +"
            " (SELECT count(*) FROM generate_series(1, %d) AS o WHERE o %% 4 <> 1 AND NOT EXISTS"
            "  (SELECT FROM %s AS x WHERE x.r = o)) FROM %s",
            s->swept ? "true" : "n > 0 OR NOT moved", ROWS, s->swept ? "true" : "false", ROWS,
            s->ends ? "true" : "false", ROWS, f->table, f->table);
    case ZDM_BACKFILL_MAP:
        return value(f->app,
            "SELECT count(*) FROM %s WHERE b IS DISTINCT FROM a * 2 AND (NOT moved OR %s)",
            f->table, all ? "true" : "false");
    case ZDM_BACKFILL_DELETE:
        return value(f->app,
            "SELECT count(*) FILTER (WHERE r %% 4 = 3 AND r <= %d AND (NOT moved OR %s)) +"
            " (SELECT count(*) FROM generate_series(1, %d) AS o WHERE o %% 4 IN (0, 2) AND NOT "
            "EXISTS"
            "  (SELECT FROM %s AS x WHERE x.r = o)) FROM %s",
            ROWS, all ? "true" : "false", ROWS, f->table, f->table);
    case ZDM_BACKFILL_COPY:
        break;
    }
    return value(f->app,
        "SELECT count(*) FROM %s AS t WHERE t.r BETWEEN 11 AND %d AND NOT t.moved AND NOT EXISTS"
        " (SELECT FROM bshape.copied AS c WHERE c.k = t.k AND c.g = t.g AND c.r = t.r)",
        f->table, ROWS);
}

static const char *
doubled(void *self, const char *text, struct zdm_buf *room)
{
    (void)self;
    if (!text)
        return NULL;
    zdm_buf_addf(room, "%lld", (long long)strtoll(text, NULL, 10) * 2);
    return room->s;
}

static void
run_shape(const struct shape *s)
{
    struct fixture *f = fixture_new("bshape", NULL);

    f->hooks.mapper = map_script_mapper;
    map_script = (struct map_script){.new_value = doubled};
    f->table = zdm_strdup(s->quoted ? "bshape.\"T \"\"x\"" : "bshape.t");
    make_table(f, s);
    f->spec.table = f->table;
    say_what(f, s);
    f->spec.workers = s->workers;
    f->spec.stripes = s->stripes;
    f->spec.batch_max = 60;
    f->spec.pause_ms = 3;
    pid_t writer = in_background(f, s, (unsigned)rand());
    for (int round = 0; round < 2 && !is_done(f); round++) {
        run_and_kill(f, 5 + rand() % 20 + round * 25);
        fixture_own(f);
    }
    f->spec.pause_ms = 0;
    if (!is_done(f))
        fixture_run_ok(f);
    assert_true(WIFSIGNALED(end(writer))); /* it had not ended by itself */
    await(f->app,
        "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'shape writer'");
    char *n = wrong(f, s);
    assert_string_equal(n, "0");
    free(n);
    fixture_free(f);
}

static void
test_shapes(void **state)
{
    const char *given = getenv("ZDM_SEED");
    unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)zdm_monotonic_us();

    (void)state;
    printf("ZDM_SEED=%u\n", seed);
    srand(seed);
    for (size_t i = 0; i < 8; i++) {
        struct shape s = draw();
        char *text = show(&s, i);
        printf("%s\n", text);
        fflush(stdout);
        free(text);
        run_shape(&s);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
    };

    return cmocka_run_group_tests_name("batch_random_shapes", tests, NULL, NULL);
}
