/* What a trace sees of a statement, and what it makes of it. The corpus of tests/truth covers the
 * statements; here are the trace's own ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "catalog/trace.h"

struct fixture {
    struct zdm_conn *admin;
    struct zdm_trace *trace;
    struct zdm_arena *arena;
    struct zdm_observed seen;
};

static void
sql(struct zdm_conn *conn, const char *text)
{
    struct zdm_err err = ZDM_ERR_INIT;

    if (zdm_conn_exec(conn, text, NULL, &err) < 0)
        fail_msg("%s: %s", text, err.message);
}

static int
open_fixture(void **state)
{
    struct fixture *f = zdm_alloc(sizeof *f);
    struct zdm_err err = ZDM_ERR_INIT;

    if (zdm_conn_open(getenv("ZDM_DATABASE_URL"), "test", &f->admin, &err) < 0)
        fail_msg("%s", err.message);
    sql(f->admin, "CREATE TABLE parents (id int PRIMARY KEY, a int, t text)");
    sql(f->admin, "CREATE TABLE children (id int PRIMARY KEY, parent int, a int)");
    sql(f->admin, "CREATE INDEX children_a_idx ON children (a)");
    sql(f->admin, "CREATE SCHEMA \"Other \"\"One\"\"\"");
    sql(f->admin, "CREATE TABLE \"Other \"\"One\"\"\".parents (id int PRIMARY KEY, \"A b\" int)");
    sql(f->admin, "CREATE TYPE mood AS ENUM ('ok')");
    if (zdm_trace_open(getenv("ZDM_DATABASE_URL"), &f->trace, &err) < 0)
        fail_msg("%s", err.message);
    f->arena = zdm_arena_new();
    *state = f;
    return 0;
}

static int
close_fixture(void **state)
{
    struct fixture *f = *state;

    zdm_trace_close(f->trace);
    sql(f->admin, "DROP SCHEMA \"Other \"\"One\"\"\", public CASCADE; "
                  "CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO public");
    zdm_conn_close(f->admin);
    zdm_arena_free(f->arena);
    free(f);
    return 0;
}

static void
run(struct fixture *f, const char *text, bool keep)
{
    struct zdm_err err = ZDM_ERR_INIT;

    if (zdm_trace_run(f->trace, text, false, keep, f->arena, &f->seen, &err) < 0)
        fail_msg("%s: %s", text, err.message);
}

static void
add_list(struct zdm_buf *buf, const char *word, char *const *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        zdm_buf_addf(buf, "%s%s %s", buf->len ? "; " : "", word, items[i]);
}

/* Everything that was seen, on one line. */
static void
assert_seen(struct fixture *f, const char *expected)
{
    struct zdm_buf buf = ZDM_BUF_INIT;
    const struct zdm_observed *seen = &f->seen;

    if (seen->sqlstate)
        zdm_buf_addf(&buf, "fails %s", seen->sqlstate);
    for (size_t i = 0; i < seen->n_locks; i++)
        zdm_buf_addf(&buf, "%s%s %s", buf.len ? "; " : "", seen->locks[i].relation,
            zdm_lock_mode_name(seen->locks[i].mode));
    add_list(&buf, "rewrites", seen->rewrites, seen->n_rewrites);
    add_list(&buf, "scans", seen->scans, seen->n_scans);
    add_list(&buf, "builds", seen->builds, seen->n_builds);
    assert_string_equal(buf.s, expected);
    zdm_buf_release(&buf);
}

static char *
one(struct fixture *f, const char *query)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_result *r = NULL;

    if (zdm_conn_exec(f->admin, query, &r, &err) < 0)
        fail_msg("%s: %s", query, err.message);
    char *value = zdm_arena_strdup(f->arena, zdm_result_get(r, 0, 0));
    zdm_result_free(r);
    return value;
}

static void
rolls_back_or_keeps(void **state)
{
    struct fixture *f = *state;

    run(f, "ALTER TABLE parents ADD COLUMN b int", false);
    assert_seen(f, "public.parents ACCESS EXCLUSIVE");
    assert_string_equal(one(f, "SELECT count(*) FROM pg_attribute WHERE attname = 'b' "
                               "AND attrelid = 'parents'::regclass"),
        "0");
    run(f, "ALTER TABLE parents ADD COLUMN b int", true);
    assert_string_equal(one(f, "SELECT count(*) FROM pg_attribute WHERE attname = 'b' "
                               "AND attrelid = 'parents'::regclass"),
        "1");
    run(f, "ALTER TABLE parents ADD COLUMN b int", true);
    assert_seen(f, "fails 42701");
    assert_non_null(strstr(f->seen.message, "already exists"));
}

static void
names_what_was_there(void **state)
{
    struct fixture *f = *state;

    run(f, "ALTER TABLE parents RENAME TO elders", false);
    assert_seen(f, "public.parents ACCESS EXCLUSIVE");
    run(f, "ALTER TABLE \"Other \"\"One\"\"\".parents ALTER \"A b\" TYPE bigint", false);
    assert_seen(f, "\"Other \"\"One\"\"\".parents ACCESS EXCLUSIVE; "
                   "rewrites \"Other \"\"One\"\"\".parents; builds parents_pkey");
    /* Two tables of one name in one statement: the one that was read. */
    run(f, "CREATE TABLE fresh (id int PRIMARY KEY, parent int REFERENCES parents)", false);
    assert_seen(f, "public.parents SHARE ROW EXCLUSIVE");
}

static void
sees_scans_and_builds(void **state)
{
    struct fixture *f = *state;

    run(f,
        "ALTER TABLE children ADD CONSTRAINT \"the \"\"key\"\"\" FOREIGN KEY (parent) "
        "REFERENCES parents",
        false);
    assert_seen(f, "public.parents SHARE ROW EXCLUSIVE; public.children SHARE ROW EXCLUSIVE; "
                   "scans public.parents; scans public.children");
    run(f, "ALTER TABLE children ADD CHECK (a > 0)", false);
    assert_seen(f, "public.children ACCESS EXCLUSIVE; scans public.children");
    run(f, "CREATE INDEX \"on \"\" table\" ON children (a)", false);
    assert_seen(f, "public.children SHARE; builds \"on \"\" table\"");
    run(f, "REINDEX INDEX children_a_idx", false);
    assert_seen(f, "public.children SHARE; public.children_a_idx ACCESS EXCLUSIVE; "
                   "builds children_a_idx");
    run(f, "TRUNCATE children", false);
    assert_seen(f, "public.children ACCESS EXCLUSIVE");
}

static void
runs_what_stands_alone(void **state)
{
    struct fixture *f = *state;
    struct zdm_err err = ZDM_ERR_INIT;

    run(f, "VACUUM FULL children", true);
    assert_seen(f, "fails 25001");
    assert_int_equal(
        zdm_trace_run(f->trace, "VACUUM FULL children", true, true, f->arena, &f->seen, &err), 0);
    assert_seen(f, "rewrites public.children; builds children_pkey; builds children_a_idx");
    assert_false(f->seen.locks_seen);
    assert_int_equal(zdm_trace_run(f->trace, "REINDEX INDEX CONCURRENTLY children_a_idx", true,
                         true, f->arena, &f->seen, &err),
        0);
    assert_seen(f, "builds children_a_idx");
    assert_string_equal(one(f, "SHOW client_min_messages"), "warning");
}

static void
follows_a_transaction_of_the_author(void **state)
{
    struct fixture *f = *state;

    run(f, "BEGIN", true);
    run(f, "ALTER TABLE parents RENAME TO elders", true);
    run(f, "ALTER TABLE elders ALTER a TYPE bigint", true);
    assert_seen(f, "rewrites public.elders; builds parents_pkey");
    assert_int_equal(f->seen.n_before, 1);
    assert_string_equal(f->seen.before[0].relation, "public.elders");
    run(f, "ALTER TABLE nothing ADD COLUMN a int", true);
    assert_seen(f, "fails 42P01");
    /* The failure does not hide what comes behind it. */
    run(f, "ALTER TABLE elders ALTER t SET NOT NULL", true);
    assert_seen(f, "scans public.elders");
    run(f, "ALTER TYPE mood ADD VALUE 'new'", true);
    run(f, "SELECT 'new'::mood", true);
    assert_seen(f, "fails 55P04");
    run(f, "-- all for nothing\n/* really */ ROLLBACK", true);
    run(f, "ALTER TABLE parents ADD COLUMN e int", false);
    assert_seen(f, "public.parents ACCESS EXCLUSIVE");
}

static void
stands_settings_of_the_author(void **state)
{
    struct fixture *f = *state;

    run(f, "SET client_min_messages = error", true);
    run(f, "SET search_path = \"Other \"\"One\"\"\"", true);
    run(f, "ALTER TABLE parents ADD CHECK (id > 0)", false);
    assert_seen(f, "\"Other \"\"One\"\"\".parents ACCESS EXCLUSIVE; "
                   "scans \"Other \"\"One\"\"\".parents");
    run(f, "DISCARD ALL", true);
    assert_seen(f, "fails 25001");
    run(f, "RESET ALL", true);
    run(f, "CREATE ROLE weak", true);
    run(f, "SET ROLE weak", true);
    run(f, "ALTER TABLE parents ADD CHECK (id > 0)", false);
    assert_seen(f, "fails 42501");
    run(f, "RESET ROLE", true);
    run(f, "DROP ROLE weak", true);
}

static void
copies_nothing_from_a_client(void **state)
{
    struct fixture *f = *state;

    run(f, "COPY parents FROM STDIN", true);
    assert_seen(f, "fails ");
    run(f, "ALTER TABLE parents ADD COLUMN e int", false);
    assert_seen(f, "public.parents ACCESS EXCLUSIVE");
}

/* Classifies offline, traces, applies. */
static struct zdm_statement *
judged(struct fixture *f, const char *text, struct zdm_parsed **parsed)
{
    zdm_sql_classify_script(text, ZDM_WRAP_NEVER, NULL, parsed);
    struct zdm_statement *st = &(*parsed)->statements[0];
    run(f, st->sql, false);
    zdm_trace_apply(st, &f->seen, NULL, f->arena);
    return st;
}

static bool
finds(const struct zdm_statement *st, const char *rule, enum zdm_severity severity)
{
    for (size_t i = 0; i < st->n_findings; i++)
        if (strcmp(st->findings[i].rule, rule) == 0 && st->findings[i].severity == severity)
            return true;
    return false;
}

static void
judges_the_unknown_by_its_effects(void **state)
{
    static const struct {
        const char *sql;
        enum zdm_verdict verdict;
        const char *rule;
        enum zdm_severity severity;
    } cases[] = {
        {"DO $$ BEGIN ALTER TABLE parents ALTER a TYPE bigint; END $$", ZDM_VERDICT_UNSAFE,
            "traced-effect", ZDM_SEVERITY_ERROR},
        {"DO $$ BEGIN EXECUTE 'ALTER TABLE parents ADD CHECK (a > 0)'; END $$", ZDM_VERDICT_UNSAFE,
            "traced-effect", ZDM_SEVERITY_ERROR},
        {"DO $$ BEGIN ALTER TABLE parents ADD COLUMN b int; END $$", ZDM_VERDICT_CAUTION,
            "traced-effect", ZDM_SEVERITY_WARNING},
        {"DO $$ BEGIN DELETE FROM parents; END $$", ZDM_VERDICT_CAUTION, "traced-effect",
            ZDM_SEVERITY_WARNING},
        {"DO $$ BEGIN END $$", ZDM_VERDICT_CAUTION, "traced-effect", ZDM_SEVERITY_WARNING},
        {"DO $$ BEGIN RAISE 'no'; END $$", ZDM_VERDICT_UNSAFE, "traced-fails", ZDM_SEVERITY_ERROR},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zdm_parsed *parsed = NULL;
        struct zdm_statement *st = judged(f, cases[i].sql, &parsed);
        if (st->verdict != cases[i].verdict || !finds(st, cases[i].rule, cases[i].severity))
            fail_msg("%s: %s", cases[i].sql, zdm_verdict_name(st->verdict));
        assert_int_equal(st->evidence, ZDM_EVIDENCE_TRACED);
        zdm_parsed_free(parsed);
    }
}

static void
says_where_the_two_differ(void **state)
{
    struct fixture *f = *state;
    struct zdm_parsed *parsed = NULL;
    struct zdm_lock wrong[] = {{.relation = (char *)(uintptr_t) "public.parents",
        .mode = ZDM_LOCK_SHARE,
        .held = ZDM_HELD_SCAN}};
    size_t n;

    zdm_sql_classify_script(
        "ALTER TABLE parents ALTER a TYPE bigint", ZDM_WRAP_NEVER, NULL, &parsed);
    struct zdm_statement *st = &parsed->statements[0];
    st->locks = wrong;
    st->n_locks = 1;
    st->n_rewrites = st->n_builds = 0;
    run(f, st->sql, false);
    char **lines = zdm_trace_differences(st, &f->seen, f->arena, &n);
    assert_int_equal(n, 3);
    assert_string_equal(lines[0], "lock on public.parents: said SHARE, seen ACCESS EXCLUSIVE");
    assert_string_equal(lines[1], "rewrite of public.parents: not said, seen");
    assert_string_equal(lines[2], "build of parents_pkey: not said, seen");
    zdm_trace_apply(st, &f->seen, NULL, f->arena);
    assert_int_equal(st->locks[0].mode, ZDM_LOCK_ACCESS_EXCLUSIVE);
    assert_string_equal(st->rewrites[0], "public.parents");
    assert_int_equal(zdm_trace_differences(st, &f->seen, f->arena, &n) != NULL && n, 0);
    zdm_parsed_free(parsed);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_fixture, close_fixture)
    const struct CMUnitTest tests[] = {
        TEST(rolls_back_or_keeps),
        TEST(names_what_was_there),
        TEST(sees_scans_and_builds),
        TEST(runs_what_stands_alone),
        TEST(follows_a_transaction_of_the_author),
        TEST(stands_settings_of_the_author),
        TEST(copies_nothing_from_a_client),
        TEST(judges_the_unknown_by_its_effects),
        TEST(says_where_the_two_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
