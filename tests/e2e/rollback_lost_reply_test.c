/*
 * The network loses the reply to a COMMIT on the way back, any one of it: also of that in which a sync and its column go
 * together. What is there in the end is what an undisturbed rollback leaves.
 */
#include "lost_reply.h"

static const char back_plan[] =
    "return plan \"way_back\" { api = 1,\n"
    "  expand { sql \"add\" \"ALTER TABLE people ADD COLUMN twin text\",\n"
    "    sync { table = \"people\", from = \"email\", to = \"twin\" } },\n"
    "  backfill \"fill\" { table = \"people\", set = { twin = \"email\" }, where = \"twin IS "
    "NULL\" },\n"
    "}\n";
static const char back_picture[] =
    "SELECT concat_ws('; ', (SELECT string_agg(concat(step, ' ', state), ',' ORDER BY step COLLATE "
    "\"C\")"
    " FROM zdm.journal), (SELECT count(*) FROM pg_attribute WHERE attname = 'twin'),"
    " (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal), (SELECT count(*) FROM zdm.cursor))";

/* Up undisturbed, and back with the cut of *c; what is left, owned. */
static char *
take_back(struct zdm_conn *conn, struct cutter *c)
{
    const char *run[] = {"run", "back.lua", NULL}, *back[] = {"rollback", "back.lua", NULL};
    struct cutter none = {.next = 0};
    struct proxy p;

    must_exec(conn, "DROP DATABASE IF EXISTS lost WITH (FORCE)");
    must_exec(conn, "CREATE DATABASE lost TEMPLATE lost_base");
    unlink("lost.db");
    proxy_start(&p, folder, port, decide, &none);
    step(&p, run, 0, &none);
    proxy_stop(&p);
    proxy_start(&p, folder, port, decide, c);
    step(&p, back, 0, c);
    proxy_stop(&p);

    char *settings = settings_with("dbname", "lost", NULL);
    struct zdm_conn *lost = connect_to(settings, "picture");
    char *seen = ask(lost, back_picture);
    zdm_conn_close(lost);
    free(settings);
    return seen;
}

static void
test_way_back(void **state)
{
    char *settings = settings_with("application_name", "test", NULL);
    struct zdm_conn *conn = connect_to(settings, "test");
    struct cutter none = {.next = 0};

    (void)state;
    write_file("back.lua", back_plan);
    write_file("base.sql",
        "CREATE TABLE people (id int PRIMARY KEY, email text);"
        "INSERT INTO people SELECT i, 'p' || i FROM generate_series(1, 100) AS i");
    fill(conn, "base.sql");
    char *undisturbed = take_back(conn, &none);
    assert_string_equal(
        undisturbed, "add undone,fill undone,sync people.email <-> twin undone; 0; 0; 0");
    for (int at = 1; at <= none.commits; at++) {
        struct cutter c = {.next = at};
        char *seen = take_back(conn, &c);
        assert_int_equal(c.lost, at);
        if (strcmp(seen, undisturbed) != 0)
            fail_msg("the reply to COMMIT %d lost:\n%s\nundisturbed:\n%s", at, seen, undisturbed);
        free(seen);
    }
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
