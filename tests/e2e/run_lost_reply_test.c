/*
 * The network loses the reply to a COMMIT, any one of a whole migration: of taking over, of a step, of
 * the journal row around a statement that stands alone, of a gate, of an approval. What is there in the
 * end is what an undisturbed migration leaves.
 */
#include "pg_test.h"

#include "base/spawn.h"
#include "pg_proxy.h"

struct cutter {
    int next, every;     /* the COMMIT whose reply is lost next, and how many behind it again */
    _Atomic int lost;    /* the last one */
    _Atomic int commits; /* seen so far */
};

static enum cut
decide(void *self, const char *data, ssize_t n)
{
    struct cutter *c = self;

    if (!proxy_says(data, n, "COMMIT") || ++c->commits != c->next)
        return FORWARD;
    c->lost = c->next;
    c->next += c->every;
    return CUT_REPLY;
}

static char folder[128], port[16], plan[1024], words[2 * 65536 + 64];

/* What must be equal in the end: rows, schema and journal. */
static const char picture[] =
    "SELECT concat_ws('; ',"
    " (SELECT concat(count(*), ' ', sum(n), ' ', count(label_new)) FROM counters),"
    " (SELECT string_agg(what, ',') FROM audit),"
    " (SELECT string_agg(concat_ws(' ', step, item, state), ',' ORDER BY step COLLATE \"C\", item"
    "   COLLATE \"C\") FROM zdm.journal),"
    " (SELECT string_agg(concat_ws(' ', step, pos, bound, rows, state), ',' ORDER BY step"
    "   COLLATE \"C\", slice) FROM zdm.cursor),"
    " (SELECT concat(count(*), ' ', min(n), ' ', max(n)) FROM parted),"
    " (SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute"
    "   WHERE attrelid = 'counters'::regclass AND attnum > 0 AND NOT attisdropped),"
    " (SELECT string_agg(concat(indexrelid::regclass, ' ', indisvalid), ',' ORDER BY indexrelid"
    "   ::regclass::text COLLATE \"C\") FROM pg_index WHERE indrelid = 'counters'::regclass),"
    " (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal))";

/* zdm with these arguments through the proxy; what it said is in `words`. */
static int
zdm(const struct proxy *p, const char *const *arguments)
{
    const char *argv[8] = {getenv("ZDM")};
    char *db = zdm_strf("ZDM_DATABASE_URL=host=%s port=5432 user=postgres dbname=lost", p->folder);
    const char *env[] = {db, "ZDM_LEDGER=lost.db", NULL};
    struct zdm_spawn spawn = {.argv = argv, .env = env, .capture = true, .quiet_stdin = true};
    struct zdm_err err = ZDM_ERR_INIT;
    char *said = NULL;
    int status;

    for (size_t i = 0; arguments[i]; i++)
        argv[i + 1] = arguments[i];
    if (zdm_spawn_wait(&spawn, &status, &said, &err) < 0)
        fail_msg("%s", err.message);
    snprintf(words, sizeof words, "%s", said);
    free(said);
    free(db);
    return status;
}

/* Before anything is begun a command ends, says so, and is given again by whoever reads that: the
 * first commits are those of the schema and of taking over, or of the approval. Later ones a run gets
 * over by itself. */
static void
step(const struct proxy *p, const char *const *arguments, int expected, const struct cutter *c)
{
    int before = c->commits, status = zdm(p, arguments);

    if (status == 1 && c->lost > before && c->lost <= before + 2 &&
        strstr(words, "run the same command again"))
        status = zdm(p, arguments);
    if (status != expected)
        fail_msg("zdm %s: exit code %d, expected %d, with the reply to COMMIT %d lost\n%s",
            arguments[0], status, expected, c->lost, words);
}

/* A whole migration with the cut of *c; its picture, owned. */
static char *
migrate(struct zdm_conn *conn, struct cutter *c)
{
    const char *run[] = {"run", plan, NULL};
    const char *retry[] = {"quarantine", "retry", plan, NULL};
    const char *approve[] = {"approve", plan, "checked", "--note", "tested", NULL};
    struct proxy p;

    must_exec(conn, "DROP DATABASE IF EXISTS lost WITH (FORCE)");
    must_exec(conn, "CREATE DATABASE lost TEMPLATE lost_base");
    unlink("lost.db");
    unlink("mark");
    c->commits = 0;
    proxy_start(&p, folder, port, decide, c);
    step(&p, run, 3, c);
    step(&p, approve, 0, c);
    step(&p, retry, 0, c);
    step(&p, run, 0, c);
    proxy_stop(&p);

    char *settings = settings_with("dbname", "lost", NULL);
    struct zdm_conn *lost = connect_to(settings, "picture");
    char *seen = ask(lost, picture);
    zdm_conn_close(lost);
    free(settings);
    return seen;
}

static void
fill(void)
{
    char *settings = settings_with("dbname", "lost_base", NULL);
    char *file = zdm_strf("%s/tests/support/plans/crash.sql", getenv("ZDM_SOURCE"));
    const char *argv[] = {"psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", settings, "-f", file, NULL};
    struct zdm_spawn spawn = {.argv = argv, .quiet_stdin = true};
    struct zdm_err err = ZDM_ERR_INIT;
    int status;

    if (zdm_spawn_wait(&spawn, &status, NULL, &err) < 0 || status != 0)
        fail_msg("psql: %d %s", status, err.message ? err.message : "");
    free(settings);
    free(file);
}

static void
test_every_commit(void **state)
{
    char *settings = settings_with("application_name", "test", NULL);
    struct zdm_conn *conn = connect_to(settings, "test");
    struct cutter none = {.next = 0};

    (void)state;
    snprintf(folder, sizeof folder, "%s", getenv("PGHOST"));
    snprintf(port, sizeof port, "%s", getenv("PGPORT"));
    snprintf(plan, sizeof plan, "%s/tests/support/plans/crash.lua", getenv("ZDM_SOURCE"));
    must_exec(conn, "CREATE DATABASE lost_base");
    fill();
    char *undisturbed = migrate(conn, &none);
    assert_true(none.commits > 10);

    /* Two in each migration: every one is lost once. */
    int half = (none.commits + 1) / 2;
    for (int at = 1; at <= half; at++) {
        struct cutter c = {.next = at, .every = half};
        char *seen = migrate(conn, &c);
        assert_true(c.lost >= half);
        if (strcmp(seen, undisturbed) != 0)
            fail_msg("the replies to COMMIT %d and %d lost:\n%s\nundisturbed:\n%s", at, at + half,
                seen, undisturbed);
        free(seen);
    }
    free(undisturbed);
    zdm_conn_close(conn);
    free(settings);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_commit)};
    const char *tmp = getenv("TMPDIR");
    char *scratch = zdm_strf("%s/zdm-lost-XXXXXX", tmp ? tmp : "/tmp");

    /* The ledger and what the plan's command makes. */
    if (!mkdtemp(scratch) || chdir(scratch) != 0)
        return 1;
    int failed = cmocka_run_group_tests_name("run_lost_reply", tests, NULL, NULL);
    const char *argv[] = {"rm", "-rf", scratch, NULL};
    struct zdm_err err = ZDM_ERR_INIT;
    int status;
    if (zdm_spawn_wait(&(struct zdm_spawn){.argv = argv}, &status, NULL, &err) < 0 || status != 0)
        return 1;
    free(scratch);
    return failed;
}
