/*
 * The network loses the reply to a COMMIT, any one of a whole migration: of taking over, of a step, of
 * the journal row around a statement that stands alone, of a gate, of an approval. What is there in the
 * end is what an undisturbed migration leaves.
 */
#include "lost_reply.h"

static char plan[1024];

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
test_every_commit(void **state)
{
    char *settings = settings_with("application_name", "test", NULL);
    struct zdm_conn *conn = connect_to(settings, "test");
    struct cutter none = {.next = 0};

    (void)state;
    snprintf(plan, sizeof plan, "%s/tests/support/plans/crash.lua", getenv("ZDM_SOURCE"));
    char *file = zdm_strf("%s/tests/support/plans/crash.sql", getenv("ZDM_SOURCE"));
    fill(conn, file);
    free(file);
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

    return lost_reply_run(tests, 1, "run_lost_reply");
}
