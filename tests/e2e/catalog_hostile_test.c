/* What was applied is read, and a statement traced, whatever operators stand first in the search path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "catalog/history.h"
#include "catalog/trace.h"
#include "pg_hostile.h"

struct fixture {
    struct zdm_conn *admin;
};

static int
open_fixture(void **state)
{
    static struct fixture f;
    struct zdm_err err = ZDM_ERR_INIT;

    if (zdm_conn_open(getenv("ZDM_DATABASE_URL"), "test", &f.admin, &err) < 0)
        fail_msg("%s", err.message);
    hostile_exec(f.admin,
        "CREATE TABLE public.flyway_schema_history (installed_rank int, version varchar(50),"
        " type varchar(20), success boolean, script text, installed_on timestamp);"
        "INSERT INTO public.flyway_schema_history VALUES (1, '1', 'BASELINE', true), (2, '2', "
        "'SQL',"
        " true), (3, '3', 'SQL', true), (4, '3', 'UNDO_SQL', true), (5, '4', 'SQL', false),"
        " (6, '2', 'DELETE', true);"
        "CREATE TABLE public.goose_db_version (id int, version_id bigint, is_applied boolean,"
        " tstamp timestamp);"
        "INSERT INTO public.goose_db_version VALUES (1, 0, true), (2, 1, true), (3, 2, true),"
        " (4, 2, false);"
        "CREATE TABLE public._prisma_migrations (id int, migration_name text, finished_at "
        "timestamp,"
        " rolled_back_at timestamp);"
        "INSERT INTO public._prisma_migrations VALUES (1, 'a', now(), NULL), (2, 'b', now(), "
        "now());"
        "CREATE TABLE public.parents (id int PRIMARY KEY, a int);"
        "CREATE TABLE public.children (id int PRIMARY KEY, parent int)");
    hostile_schema(f.admin);
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    struct fixture *f = *state;

    zdm_conn_close(f->admin);
    return 0;
}

static void
test_histories(void **state)
{
    static const struct {
        const char *tool, *versions;
    } tools[] = {{"flyway", "<=1 "}, {"goose", "0 1 "}, {"prisma", "a "}};
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_conn *conn = NULL;

    (void)state;
    assert_int_equal(zdm_conn_open(getenv("ZDM_DATABASE_URL"), "test", &conn, &err), 0);
    hostile_exec(conn, "SET search_path = " HOSTILE_PATH ", public");
    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++) {
        struct zdm_buf seen = ZDM_BUF_INIT;
        struct zdm_history history;
        if (zdm_history_read(conn, tools[i].tool, &history, &err) < 0)
            fail_msg("%s: %s", tools[i].tool, err.message);
        for (size_t k = 0; k < history.n; k++)
            zdm_buf_addf(&seen, "%s ", history.versions[k]);
        assert_string_equal(seen.s, tools[i].versions);
        zdm_history_release(&history);
        zdm_buf_release(&seen);
    }
    zdm_conn_close(conn);
}

/* The author's script sets the path, and zdm looks in the same session. */
static void
test_trace(void **state)
{
    static const struct {
        const char *sql;
        bool forbidden;
    } script[] = {
        {"SET search_path = " HOSTILE_PATH, false},
        {"ALTER TABLE public.parents ALTER a TYPE bigint", false},
        {"ALTER TABLE public.children ADD CONSTRAINT k FOREIGN KEY (parent) REFERENCES "
         "public.parents",
            false},
        {"CREATE INDEX CONCURRENTLY i ON public.parents (a)", true},
        {"VACUUM FULL public.children", true},
    };
    struct zdm_arena *arena = zdm_arena_new();
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_trace *trace = NULL;
    struct zdm_observed seen;

    (void)state;
    assert_int_equal(zdm_trace_open(getenv("ZDM_DATABASE_URL"), &trace, &err), 0);
    for (size_t i = 0; i < sizeof script / sizeof *script; i++) {
        if (zdm_trace_run(trace, script[i].sql, script[i].forbidden, true, arena, &seen, &err) < 0)
            fail_msg("%s: %s", script[i].sql, err.message);
        if (seen.sqlstate)
            fail_msg("%s: %s", script[i].sql, seen.message);
        if (i == 1) {
            assert_int_equal(seen.n_rewrites, 1);
            assert_string_equal(seen.rewrites[0], "public.parents");
        }
    }
    zdm_trace_close(trace);
    zdm_arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_histories),
        cmocka_unit_test(test_trace),
    };
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
