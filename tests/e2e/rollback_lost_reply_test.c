/*
 * The network loses the reply to each COMMIT on the way back: also of that in which a sync and its column go together.
 * What is there in the end is what an undisturbed rollback leaves.
 */
#include "lost_reply.h"

static const char plan[] =
    "return plan \"way_back\" { api = 1,\n"
    "  expand { sql \"add\" \"ALTER TABLE people ADD COLUMN twin text\",\n"
    "    sql \"index\" \"CREATE INDEX CONCURRENTLY people_twin ON people (twin)\",\n"
    "    sync { table = \"people\", from = \"email\", to = \"twin\" } },\n"
    "  backfill \"fill\" { table = \"people\", set = { twin = \"email\" }, where = \"twin IS "
    "NULL\" },\n"
    "  gate \"open\" { sql \"is filled\" \"SELECT count(*) = 0 FROM people WHERE twin IS NULL\" "
    "},\n"
    "  expand { sql \"late\" \"CREATE TABLE late (id int)\" },\n"
    "  gate \"closed\" { approval \"never\" },\n"
    "}\n";
static const char picture[] =
    "SELECT concat_ws('; ', (SELECT string_agg(concat(step, ' ', state), ',' ORDER BY step COLLATE "
    "\"C\")"
    " FROM zdm.journal), (SELECT count(*) FROM pg_attribute WHERE attname = 'twin'),"
    " (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal), (SELECT count(*) FROM zdm.cursor),"
    " (SELECT count(*) FROM zdm.gate))";

/* Up undisturbed, and back. */
static void
commands(const struct proxy *p, struct cutter *c)
{
    const char *run[] = {"run", "back.lua", NULL};
    const char *back[] = {"rollback", "back.lua", NULL};

    c->armed = false;
    step(p, run, 3, c);
    c->armed = true;
    step(p, back, 0, c);
}

/* The session is lost in an undo, and the next one as the rollback looks anew at what it would lose. */
struct twice {
    struct cutter cutter;
    bool in_undo, in_look;
};

static enum cut
lose_twice(void *self, int connection, const char *data, ssize_t n)
{
    struct twice *t = self;
    bool *lost = t->in_undo ? &t->in_look : &t->in_undo;

    (void)connection;
    if (*lost || !t->cutter.armed ||
        !proxy_says(data, n, t->in_undo ? "below AS leaf" : "DROP COLUMN"))
        return FORWARD;
    *lost = true;
    return CUT_BEFORE;
}

static void
test_way_back(void **state)
{
    char *settings = settings_with("application_name", "test", NULL), *undisturbed, *seen;
    struct zdm_conn *conn = connect_to(settings, "test");
    struct twice twice = {.in_undo = false};

    (void)state;
    write_file("back.lua", plan);
    write_file("base.sql",
        "CREATE TABLE people (id int PRIMARY KEY, email text);"
        "INSERT INTO people SELECT i, 'p' || i FROM generate_series(1, 100) AS i");
    fill(conn, "base.sql");
    lose_every_reply(conn, commands, picture, 8, &undisturbed);
    assert_string_equal(undisturbed, "add undone,fill undone,index undone,late undone,open undone,"
                                     "sync people.email <-> twin undone; 0; 0; 0; 0");

    seen = migrate(conn, commands, picture, lose_twice, &twice.cutter, &twice);
    assert_true(twice.in_look);
    assert_string_equal(seen, undisturbed);
    free(seen);
    free(undisturbed);
    zdm_conn_close(conn);
    free(settings);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_way_back)};

    return lost_reply_run(tests, 1, "rollback_lost_reply");
}
