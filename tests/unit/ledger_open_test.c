/* Opening: what is made, with which rights, and every file that must not be opened. */
#include "ledger_scratch.h"

#include "ledger/file.h"
#include "ledger/stmt.h"

static int
mode_of(const char *path)
{
    struct stat st;
    return stat(path, &st) < 0 ? -1 : (int)(st.st_mode & 07777);
}

static int64_t
pragma(struct zdm_ledger *ledger, const char *sql)
{
    struct zdm_err err = ZDM_ERR_INIT;
    int64_t value = -1;
    ok(zdm_ledger_pragma(ledger, sql, &value, &err), &err);
    return value;
}

static void
the_path_comes_from_option_environment_default(void **state)
{
    (void)state;
    unsetenv("ZDM_LEDGER");
    assert_string_equal(zdm_ledger_default_path("a.db"), "a.db");
    assert_string_equal(zdm_ledger_default_path(NULL), ".zdm/ledger.db");
    setenv("ZDM_LEDGER", "", 1);
    assert_string_equal(zdm_ledger_default_path(NULL), ".zdm/ledger.db");
    setenv("ZDM_LEDGER", "b.db", 1);
    assert_string_equal(zdm_ledger_default_path(NULL), "b.db");
    assert_string_equal(zdm_ledger_default_path("a.db"), "a.db");
    unsetenv("ZDM_LEDGER");
}

static void
it_is_set_up_as_promised(void **state)
{
    (void)state;
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_stmt st;
    assert_string_equal(zdm_ledger_path(ledger), ledger_file);
    assert_int_equal(pragma(ledger, "PRAGMA synchronous"), 2);
    assert_int_equal(pragma(ledger, "PRAGMA foreign_keys"), 1);
    assert_int_equal(pragma(ledger, "PRAGMA busy_timeout"), 5000);
    assert_int_equal(pragma(ledger, "PRAGMA application_id"), ZDM_LEDGER_APPLICATION_ID);
    assert_int_equal(pragma(ledger, "PRAGMA user_version"), zdm_ledger_version());
    assert_int_equal(pragma(ledger, "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' "
                                    "AND name NOT LIKE 'sqlite_%' AND NOT strict"),
        0);
    ok(zdm_stmt_open(ledger, "PRAGMA journal_mode", &st, &err), &err);
    assert_int_equal(zdm_stmt_step(&st, &err), 1);
    char *mode = zdm_stmt_get_text(&st, 0);
    assert_string_equal(mode, "wal");
    free(mode);
    zdm_stmt_close(&st);
    zdm_ledger_close(ledger);
    zdm_ledger_close(NULL);
}

static void
only_its_owner_may_read_it(void **state)
{
    (void)state;
    mode_t before = umask(0);
    char path[400], beside[420];
    snprintf(path, sizeof path, "%s/.zdm/ledger.db", scratch);
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger *ledger;
    ok(zdm_ledger_open(path, ZDM_LEDGER_WRITE, &ledger, &err), &err);
    put_plan(ledger, "a");

    assert_int_equal(mode_of(in_scratch(".zdm")), 0700);
    assert_int_equal(mode_of(path), 0600);
    snprintf(beside, sizeof beside, "%s-wal", path);
    assert_int_equal(mode_of(beside), 0600);
    snprintf(beside, sizeof beside, "%s-shm", path);
    assert_int_equal(mode_of(beside), 0600);
    zdm_ledger_close(ledger);
    umask(before);

    size_t n;
    char *ignore = slurp(in_scratch(".zdm/.gitignore"), &n);
    assert_int_equal(n, 2);
    assert_memory_equal(ignore, "*\n", 2);
    free(ignore);
}

static void
a_folder_that_was_there_is_left_alone(void **state)
{
    (void)state;
    zdm_ledger_close(open_ledger(ZDM_LEDGER_WRITE));
    assert_int_equal(mode_of(scratch), 0755);
    assert_int_equal(access(in_scratch(".gitignore"), F_OK), -1);
    /* Nothing but the ledger remains: no log, no temporary file. */
    size_t n = 0;
    for (const char *const *name =
             (const char *const[]){"ledger.db-wal", "ledger.db-shm", "ledger.db-journal", NULL};
         *name; name++)
        n += access(in_scratch(*name), F_OK) == 0;
    assert_int_equal(n, 0);
}

static void
paths_are_only_paths(void **state)
{
    (void)state;
    char *cwd = getcwd(NULL, 0);
    assert_int_equal(chdir(scratch), 0);
    /* SQLite gives each of these a meaning of its own. */
    const char *const names[] = {":memory:", "file:x.db", "file::memory:?cache=shared",
        "100%41 a?b=c#d.db", "-wal", "na\xc3\xafve.db"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct zdm_err err = ZDM_ERR_INIT;
        struct zdm_ledger *ledger;
        ok(zdm_ledger_open(names[i], ZDM_LEDGER_WRITE, &ledger, &err), &err);
        put_plan(ledger, "a");
        zdm_ledger_close(ledger);
        assert_int_equal(mode_of(names[i]), 0600);
        struct zdm_ledger_plan *plans;
        size_t n;
        ok(zdm_ledger_open(names[i], ZDM_LEDGER_INSPECT, &ledger, &err), &err);
        ok(zdm_ledger_plan_list(ledger, &plans, &n, &err), &err);
        assert_int_equal(n, 1);
        zdm_ledger_plan_list_free(plans, n);
        zdm_ledger_close(ledger);
    }
    assert_int_equal(chdir(cwd), 0);
    free(cwd);
}

static void
an_empty_file_becomes_a_ledger(void **state)
{
    (void)state;
    spill(ledger_file, "", 0);
    cannot_open(ledger_file, ZDM_LEDGER_INSPECT, ZDM_ERR_USAGE, "is not a ledger", NULL);
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    int64_t plan = put_plan(ledger, "a");
    add_event(ledger, plan, "kept");
    zdm_ledger_close(ledger);
    assert_int_equal(mode_of(ledger_file), 0600);
    ledger = open_ledger(ZDM_LEDGER_INSPECT);
    assert_int_equal(count_events(ledger, plan), 1);
    zdm_ledger_close(ledger);
}

static void
inspecting_makes_nothing(void **state)
{
    (void)state;
    cannot_open(ledger_file, ZDM_LEDGER_INSPECT, ZDM_ERR_USAGE, "there is no ledger", "--ledger");
    assert_int_equal(access(ledger_file, F_OK), -1);
    cannot_open(in_scratch("no/such/ledger.db"), ZDM_LEDGER_INSPECT, ZDM_ERR_USAGE,
        "there is no ledger", NULL);
    assert_int_equal(access(in_scratch("no"), F_OK), -1);
}

static void
inspecting_cannot_write(void **state)
{
    (void)state;
    zdm_ledger_close(open_ledger(ZDM_LEDGER_WRITE));
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_INSPECT);
    struct zdm_err err = ZDM_ERR_INIT;
    int64_t id;
    refused(zdm_ledger_plan_put(ledger, "t", "w", "n", "f", "p", "c", &id, &err), &err,
        ZDM_ERR_USAGE, "cannot write the ledger", NULL);
    zdm_ledger_close(ledger);
}

static void
inspecting_sees_what_a_writer_has_just_written(void **state)
{
    (void)state;
    struct zdm_ledger *writer = open_ledger(ZDM_LEDGER_WRITE);
    int64_t plan = put_plan(writer, "a");
    struct zdm_ledger *reader = open_ledger(ZDM_LEDGER_INSPECT);
    add_event(writer, plan, "one");
    assert_int_equal(count_events(reader, plan), 1);
    add_event(writer, plan, "two");
    assert_int_equal(count_events(reader, plan), 2);
    zdm_ledger_close(writer);
    assert_int_equal(count_events(reader, plan), 2);
    zdm_ledger_close(reader);
}

static void
wrong_places_are_told_apart(void **state)
{
    (void)state;
    cannot_open("", ZDM_LEDGER_WRITE, ZDM_ERR_USAGE, "empty name", "--ledger");
    cannot_open(scratch, ZDM_LEDGER_WRITE, ZDM_ERR_USAGE, "is a folder", "/ledger.db");
    cannot_open(scratch, ZDM_LEDGER_INSPECT, ZDM_ERR_USAGE, "is a folder", "/ledger.db");
    cannot_open("/dev/null", ZDM_LEDGER_WRITE, ZDM_ERR_USAGE, "not a regular file", "--ledger");
    cannot_open(in_scratch("no/such/ledger.db"), ZDM_LEDGER_WRITE, ZDM_ERR_USAGE,
        "cannot make the folder", "mkdir -p");
    assert_int_equal(access(in_scratch("no"), F_OK), -1);

    spill(in_scratch("file"), "x", 1);
    cannot_open(in_scratch("file/ledger.db"), ZDM_LEDGER_WRITE, ZDM_ERR_USAGE, "Not a directory",
        "--ledger");
    assert_int_equal(symlink("nowhere", in_scratch("dangling")), 0);
    cannot_open(in_scratch("dangling"), ZDM_LEDGER_WRITE, ZDM_ERR_USAGE, "dangling", NULL);

    char name[700];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    cannot_open(in_scratch(name), ZDM_LEDGER_WRITE, ZDM_ERR_USAGE, "name too long", "--ledger");
    name[250] = '\0'; /* a name that fits, but not with what SQLite puts behind it */
    cannot_open(in_scratch(name), ZDM_LEDGER_WRITE, ZDM_ERR_USAGE, "name too long", "--ledger");
}

/* Refused in both modes, and not a byte of it changed, nor anything made beside it. */
static void
left_untouched(const char *message)
{
    size_t n, m;
    char *before = slurp(ledger_file, &n);
    cannot_open(ledger_file, ZDM_LEDGER_WRITE, ZDM_ERR_USAGE, message, NULL);
    cannot_open(ledger_file, ZDM_LEDGER_INSPECT, ZDM_ERR_USAGE, message, NULL);
    char *after = slurp(ledger_file, &m);
    assert_int_equal(n, m);
    assert_memory_equal(before, after, n);
    free(before);
    free(after);
    assert_int_equal(access(in_scratch("ledger.db-shm"), F_OK), -1);
    assert_int_equal(access(in_scratch("ledger.db-wal"), F_OK), -1);
}

static void
what_is_no_ledger_is_never_touched(void **state)
{
    (void)state;
    spill(ledger_file, "dear diary\n", 11);
    left_untouched("is not a ledger");

    char zeros[8192] = {0};
    spill(ledger_file, zeros, sizeof zeros);
    left_untouched("is not a ledger");

    assert_int_equal(unlink(ledger_file), 0);
    meddle("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)");
    left_untouched("is not a ledger");

    meddle("PRAGMA journal_mode = WAL; PRAGMA application_id = 77");
    left_untouched("is not a ledger");

    assert_int_equal(unlink(ledger_file), 0);
    meddle("PRAGMA user_version = 1; PRAGMA application_id = 0x7a646d31");
    left_untouched("is not a ledger");
}

static void
a_newer_zdm_is_told(void **state)
{
    (void)state;
    zdm_ledger_close(open_ledger(ZDM_LEDGER_WRITE));
    meddle("PRAGMA user_version = 1000");
    cannot_open(ledger_file, ZDM_LEDGER_WRITE, ZDM_ERR_USAGE, "written by a newer zdm", "upgrade");
    cannot_open(
        ledger_file, ZDM_LEDGER_INSPECT, ZDM_ERR_USAGE, "written by a newer zdm", "--ledger");
}

static void
another_journal_mode_is_put_right(void **state)
{
    (void)state;
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    int64_t plan = put_plan(ledger, "a");
    add_event(ledger, plan, "kept");
    zdm_ledger_close(ledger);
    meddle("PRAGMA journal_mode = DELETE");
    ledger = open_ledger(ZDM_LEDGER_WRITE);
    add_event(ledger, plan, "more");
    assert_int_equal(access(in_scratch("ledger.db-wal"), F_OK), 0);
    assert_int_equal(count_events(ledger, plan), 2);
    zdm_ledger_close(ledger);
}

static void
a_log_without_its_ledger_is_not_replayed_into_a_new_one(void **state)
{
    (void)state;
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    put_plan(ledger, "a");
    size_t n;
    char *wal = slurp(in_scratch("ledger.db-wal"), &n);
    assert_true(n > 0);
    zdm_ledger_close(ledger);
    assert_int_equal(unlink(ledger_file), 0);
    spill(in_scratch("ledger.db-wal"), wal, n);
    free(wal);
    cannot_open(ledger_file, ZDM_LEDGER_WRITE, ZDM_ERR_USAGE, "is missing, but its log", "-wal");
    assert_int_equal(access(ledger_file, F_OK), -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_path_comes_from_option_environment_default),
        scratch_test(it_is_set_up_as_promised),
        scratch_test(only_its_owner_may_read_it),
        scratch_test(a_folder_that_was_there_is_left_alone),
        scratch_test(paths_are_only_paths),
        scratch_test(an_empty_file_becomes_a_ledger),
        scratch_test(inspecting_makes_nothing),
        scratch_test(inspecting_cannot_write),
        scratch_test(inspecting_sees_what_a_writer_has_just_written),
        scratch_test(wrong_places_are_told_apart),
        scratch_test(what_is_no_ledger_is_never_touched),
        scratch_test(a_newer_zdm_is_told),
        scratch_test(another_journal_mode_is_put_right),
        scratch_test(a_log_without_its_ledger_is_not_replayed_into_a_new_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
