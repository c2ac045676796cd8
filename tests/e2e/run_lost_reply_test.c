/*
 * The network loses the reply to each COMMIT of a whole migration: of taking over, of a step, of
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

static void
commands(const struct proxy *p, struct cutter *c)
{
    const char *run[] = {"run", plan, NULL};
    const char *retry[] = {"quarantine", "retry", plan, NULL};
    const char *approve[] = {"approve", plan, "checked", "--note", "tested", NULL};

    unlink("mark");
    step(p, run, 3, c);
    step(p, approve, 0, c);
    step(p, retry, 0, c);
    step(p, run, 0, c);
}

static void
test_every_commit(void **state)
{
    char *settings = settings_with("application_name", "test", NULL), *undisturbed;
    struct zdm_conn *conn = connect_to(settings, "test");

    (void)state;
    snprintf(plan, sizeof plan, "%s/tests/support/plans/crash.lua", getenv("ZDM_SOURCE"));
    char *file = zdm_strf("%s/tests/support/plans/crash.sql", getenv("ZDM_SOURCE"));
    fill(conn, file);
    free(file);
    lose_every_reply(conn, commands, picture, 20, &undisturbed);
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
