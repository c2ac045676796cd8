/* Damage, full disks, missing rights, other processes, kill -9. */
#include "ledger_scratch.h"

#include <sys/resource.h>

#include "ledger/stmt.h"

/* A ledger of several pages; returns its bytes. */
static char *
sample_ledger(int64_t *plan, size_t *size)
{
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    struct zdm_err err = ZDM_ERR_INIT;
    char message[600];
    ok(zdm_ledger_exec(ledger, "PRAGMA synchronous = OFF", &err), &err);
    *plan = put_plan(ledger, "a");
    for (int i = 0; i < 60; i++) {
        snprintf(message, sizeof message, "%500d", i);
        add_event(ledger, *plan, message);
    }
    zdm_ledger_close(ledger);
    return slurp(ledger_file, size);
}

static void
damage_in_the_schema_is_found_at_open(void **state)
{
    (void)state;
    int64_t plan;
    size_t size;
    char *bytes = sample_ledger(&plan, &size);
    memset(bytes + 100, 0xff, 300);
    spill(ledger_file, bytes, size);
    cannot_open(
        ledger_file, ZDM_LEDGER_WRITE, ZDM_ERR_USAGE, "is corrupt", "journal in the target");
    cannot_open(ledger_file, ZDM_LEDGER_INSPECT, ZDM_ERR_USAGE, "is corrupt", "move it away");

    spill(ledger_file, bytes, 4096); /* cut off behind its first page */
    cannot_open(ledger_file, ZDM_LEDGER_WRITE, ZDM_ERR_USAGE, "is corrupt", "move it away");
    free(bytes);
}

static void
damage_in_the_rows_is_found_when_they_are_read(void **state)
{
    (void)state;
    int64_t plan;
    size_t size;
    struct zdm_err err = ZDM_ERR_INIT;
    char *bytes = sample_ledger(&plan, &size);
    memset(bytes + size - 6 * 4096, 0xff, 6 * 4096); /* the events were added last */
    spill(ledger_file, bytes, size);
    free(bytes);

    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    struct zdm_ledger_event *events = NULL;
    size_t n = 9;
    refused(zdm_ledger_event_list(ledger, plan, &events, &n, &err), &err, ZDM_ERR_USAGE,
        "is corrupt", "rebuilds it");
    assert_null(events);
    assert_int_equal(n, 9);
    refused(zdm_ledger_event_add(ledger, plan, 0, NULL, "info", "note", "m", NULL, &err), &err,
        ZDM_ERR_USAGE, "is corrupt", "rebuilds it");
    zdm_ledger_close(ledger);
}

/* 64 bytes lost anywhere: an error or an answer, never a crash. */
static void
damage_anywhere_is_survived(void **state)
{
    (void)state;
    int64_t plan;
    size_t size;
    int opened = 0, corrupt = 0;
    char *bytes = sample_ledger(&plan, &size);
    for (size_t at = 0; at + 64 <= size; at += at < 4096 ? 64 : 1024) {
        char saved[64];
        memcpy(saved, bytes + at, 64);
        memset(bytes + at, 0xa5, 64);
        spill(ledger_file, bytes, size);
        memcpy(bytes + at, saved, 64);

        struct zdm_err err = ZDM_ERR_INIT;
        struct zdm_ledger *ledger = NULL;
        struct zdm_ledger_event *events;
        size_t n;
        if (zdm_ledger_open(ledger_file, ZDM_LEDGER_INSPECT, &ledger, &err) == 0) {
            opened++;
            if (zdm_ledger_event_list(ledger, plan, &events, &n, &err) == 0)
                zdm_ledger_event_list_free(events, n);
        }
        corrupt += err.code != ZDM_OK;
        zdm_err_release(&err);
        zdm_ledger_close(ledger);
    }
    assert_true(opened > 0);
    assert_true(corrupt > 0);
    free(bytes);
}

static void
a_full_disk_is_told_and_loses_nothing(void **state)
{
    (void)state;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    int64_t plan = put_plan(ledger, "a");
    add_event(ledger, plan, "before");
    char big[60000];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    ok(zdm_ledger_exec(ledger, "PRAGMA max_page_count = 20", &err), &err);
    refused(zdm_ledger_event_add(ledger, plan, 0, NULL, "info", "note", big, NULL, &err), &err,
        ZDM_ERR_FAILED, "no room to write the ledger", "free some space");

    ok(zdm_ledger_exec(ledger, "PRAGMA max_page_count = 1000", &err), &err);
    add_event(ledger, plan, "after");
    assert_int_equal(count_events(ledger, plan), 2);
    zdm_ledger_close(ledger);
}

/* In a child: files may not grow beyond `limit` bytes. 0 when that is told as no room. */
static int
write_within(int limit)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger *ledger = NULL;
    int64_t plan;
    char big[60000];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';

    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = (rlim_t)limit, .rlim_max = (rlim_t)limit});
    if (zdm_ledger_open(ledger_file, ZDM_LEDGER_WRITE, &ledger, &err) == 0 &&
        zdm_ledger_plan_put(ledger, TARGET, "here", "a", "f", "p", "{}", &plan, &err) == 0)
        for (int i = 0; i < 10 && err.code == ZDM_OK; i++)
            zdm_ledger_event_add(ledger, plan, 0, NULL, "info", "note", big, NULL, &err);
    zdm_ledger_close(ledger);
    int told = err.code == ZDM_ERR_FAILED && strstr(err.message, "no room to write the ledger");
    if (!told)
        show_err(&err);
    zdm_err_release(&err);
    return told ? 0 : 1;
}

static int
count_files(void)
{
    int n = 0;
    const char *const names[] = {
        "ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db-journal"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        n += access(in_scratch(names[i]), F_OK) == 0;
    return n;
}

static void
no_room_for_a_new_ledger_leaves_nothing_behind(void **state)
{
    (void)state;
    assert_int_equal(wait_child(spawn_child(write_within, 0)), 0);
    assert_int_equal(wait_child(spawn_child(write_within, 5000)), 0);
    assert_int_equal(wait_child(spawn_child(write_within, 50000)), 0);
    assert_int_equal(count_files(), 0);
    assert_int_equal(rmdir(scratch), 0); /* no temporary file either */
    assert_int_equal(mkdir(scratch, 0755), 0);
}

static void
no_room_later_keeps_what_was_written(void **state)
{
    (void)state;
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    int64_t plan = put_plan(ledger, "a");
    add_event(ledger, plan, "before");
    zdm_ledger_close(ledger);
    assert_int_equal(wait_child(spawn_child(write_within, 200000)), 0);
    ledger = open_ledger(ZDM_LEDGER_WRITE);
    assert_true(count_events(ledger, plan) >= 1);
    add_event(ledger, plan, "after");
    zdm_ledger_close(ledger);
}

static void
a_lock_that_stays_is_told(void **state)
{
    (void)state;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    int64_t plan = put_plan(ledger, "a"), run;
    sqlite3_busy_timeout(ledger->db, 1);
    sqlite3 *other;
    assert_int_equal(sqlite3_open(ledger_file, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    refused(zdm_ledger_event_add(ledger, plan, 0, NULL, "info", "note", "m", NULL, &err), &err,
        ZDM_ERR_FAILED, "is locked by another process", ledger_file);
    refused(zdm_ledger_run_begin(ledger, plan, 1, "ann", &run, &err), &err, ZDM_ERR_FAILED,
        "is locked by another process", NULL);
    assert_int_equal(count_events(ledger, plan), 0); /* reading goes on */
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    add_event(ledger, plan, "now");
    zdm_ledger_close(ledger);
}

/* In a child, without root's powers: opens in the mode; the exit code is the error's, 99 when it
 * does not say why. */
static int
open_as_ordinary(int mode)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger *ledger = NULL;
    struct zdm_ledger_plan *plans;
    size_t n = 0;

    if (become_ordinary() < 0 || access(scratch, X_OK) < 0)
        return 98;
    if (zdm_ledger_open(ledger_file, (enum zdm_ledger_mode)mode, &ledger, &err) == 0 &&
        zdm_ledger_plan_list(ledger, &plans, &n, &err) == 0)
        zdm_ledger_plan_list_free(plans, n);
    int code = (int)err.code;
    if (code != 0 && (!err.hint || !strstr(err.message, ledger_file)))
        code = 99;
    if (code == 0 && n != 1)
        code = 97;
    if (code > 90)
        show_err(&err);
    zdm_err_release(&err);
    zdm_ledger_close(ledger);
    return code;
}

static void
missing_rights_are_told(void **state)
{
    (void)state;
    assert_int_equal(chmod(scratch, 0555), 0);
    assert_int_equal(wait_child(spawn_child(open_as_ordinary, ZDM_LEDGER_WRITE)), ZDM_ERR_USAGE);
    assert_int_equal(chmod(scratch, 0755), 0);
    assert_int_equal(count_files(), 0);

    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    put_plan(ledger, "a");
    zdm_ledger_close(ledger);
    assert_int_equal(chmod(ledger_file, 0), 0);
    assert_int_equal(wait_child(spawn_child(open_as_ordinary, ZDM_LEDGER_WRITE)), ZDM_ERR_USAGE);
    assert_int_equal(wait_child(spawn_child(open_as_ordinary, ZDM_LEDGER_INSPECT)), ZDM_ERR_USAGE);
    assert_int_equal(chmod(ledger_file, 0444), 0);
    assert_int_equal(wait_child(spawn_child(open_as_ordinary, ZDM_LEDGER_WRITE)), ZDM_ERR_USAGE);
    /* a file that may be read, in a folder that may be written, or not */
    assert_int_equal(wait_child(spawn_child(open_as_ordinary, ZDM_LEDGER_INSPECT)), 0);
    assert_int_equal(chmod(scratch, 0555), 0);
    assert_int_equal(wait_child(spawn_child(open_as_ordinary, ZDM_LEDGER_INSPECT)), 0);
}

static void
a_read_only_folder_beside_a_writer(void **state)
{
    (void)state;
    zdm_ledger_close(open_ledger(ZDM_LEDGER_WRITE));
    assert_int_equal(chmod(ledger_file, 0644), 0); /* its owner lets others look */
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    put_plan(ledger, "a"); /* stands in the log only */
    assert_int_equal(chmod(scratch, 0555), 0);
    assert_int_equal(wait_child(spawn_child(open_as_ordinary, ZDM_LEDGER_INSPECT)), 0);
    zdm_ledger_close(ledger);
}

#define WRITERS 4
#define EACH    25

static int start_pipe[2];

/* Waits until everybody stands at the line: end of file on the pipe. */
static void
wait_for_start(void)
{
    char c;
    close(start_pipe[1]);
    while (read(start_pipe[0], &c, 1) > 0)
        ;
}

static int
write_many(int who)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger *ledger = NULL;
    int64_t plan, run;

    wait_for_start();
    int rc = zdm_ledger_open(ledger_file, ZDM_LEDGER_WRITE, &ledger, &err);
    if (rc == 0)
        rc = zdm_ledger_plan_put(ledger, TARGET, "here", "a", "f", "p", "{}", &plan, &err);
    if (rc == 0)
        rc = zdm_ledger_run_begin(ledger, plan, who, "ann", &run, &err);
    for (int i = 0; rc == 0 && i < EACH; i++)
        rc = zdm_ledger_event_add(ledger, plan, run, NULL, "info", "note", "m", NULL, &err);
    if (rc == 0)
        rc = zdm_ledger_run_end(ledger, run, "done", &err);
    show_err(&err);
    zdm_err_release(&err);
    zdm_ledger_close(ledger);
    return rc == 0 ? 0 : 1;
}

/* Starts n children at once and expects all of them to succeed. */
static void
race(int (*work)(int), int n)
{
    pid_t pids[16];
    assert_int_equal(pipe(start_pipe), 0);
    for (int i = 0; i < n; i++)
        pids[i] = spawn_child(work, i + 1);
    close(start_pipe[0]);
    close(start_pipe[1]);
    int failed = 0;
    for (int i = 0; i < n; i++)
        failed += wait_child(pids[i]) != 0;
    assert_int_equal(failed, 0);
}

static void
several_processes_write_at_once(void **state)
{
    (void)state;
    race(write_many, WRITERS); /* they make the file at once, too */

    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    struct zdm_ledger_plan *plans;
    struct zdm_ledger_event *events;
    size_t n;
    ok(zdm_ledger_plan_list(ledger, &plans, &n, &err), &err);
    assert_int_equal(n, 1);
    int64_t plan = plans->id;
    zdm_ledger_plan_list_free(plans, n);
    ok(zdm_ledger_event_list(ledger, plan, &events, &n, &err), &err);
    assert_int_equal(n, WRITERS * EACH);
    for (size_t i = 1; i < n; i++)
        assert_true(events[i - 1].seq < events[i].seq);
    zdm_ledger_event_list_free(events, n);
    zdm_ledger_close(ledger);
}

static int
open_once(int who)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger *ledger = NULL;
    (void)who;
    wait_for_start();
    int rc = zdm_ledger_open(ledger_file, ZDM_LEDGER_WRITE, &ledger, &err);
    show_err(&err);
    zdm_err_release(&err);
    zdm_ledger_close(ledger);
    return rc == 0 ? 0 : 1;
}

static void
a_ledger_is_made_once(void **state)
{
    (void)state;
    for (int round = 0; round < 5; round++) {
        race(open_once, 6);
        assert_int_equal(unlink(ledger_file), 0);
        /* When the last two leave at once, SQLite leaves these to the next one. */
        unlink(in_scratch("ledger.db-wal"));
        unlink(in_scratch("ledger.db-shm"));
    }
    assert_int_equal(rmdir(scratch), 0); /* no temporary file is left */
    assert_int_equal(mkdir(scratch, 0755), 0);
}

/* Adds events until it is killed, saying a byte after each. */
static int
write_until_killed(int fd)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger *ledger = NULL;
    int64_t plan;

    int rc = zdm_ledger_open(ledger_file, ZDM_LEDGER_WRITE, &ledger, &err);
    if (rc == 0)
        rc = zdm_ledger_plan_put(ledger, TARGET, "here", "a", "f", "p", "{}", &plan, &err);
    while (rc == 0) {
        rc = zdm_ledger_event_add(ledger, plan, 0, NULL, "info", "note", "m", NULL, &err);
        if (rc == 0 && write(fd, "+", 1) != 1)
            rc = -1;
    }
    show_err(&err);
    return 1;
}

static void
what_was_told_survives_kill_9(void **state)
{
    (void)state;
    int said[2];
    char c;
    assert_int_equal(pipe(said), 0);
    pid_t pid = spawn_child(write_until_killed, said[1]);
    close(said[1]);
    size_t told = 0;
    while (told < 20 && read(said[0], &c, 1) == 1)
        told++;
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(wait_child(pid), 128 + SIGKILL);
    while (read(said[0], &c, 1) == 1)
        told++;
    close(said[0]);

    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger_plan *plan;
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_INSPECT);
    ok(zdm_ledger_plan_find(ledger, TARGET, "a", &plan, &err), &err);
    size_t kept = count_events(ledger, plan->id);
    assert_true(kept == told || kept == told + 1); /* killed between the commit and the byte */
    zdm_ledger_close(ledger);

    /* A log that nobody may replay: told, not silently left out. */
    assert_int_equal(unlink(in_scratch("ledger.db-shm")), 0);
    assert_int_equal(chmod(ledger_file, 0644), 0);
    assert_int_equal(chmod(in_scratch("ledger.db-wal"), 0644), 0);
    assert_int_equal(chmod(scratch, 0555), 0);
    assert_int_equal(wait_child(spawn_child(open_as_ordinary, ZDM_LEDGER_INSPECT)), ZDM_ERR_USAGE);
    assert_int_equal(chmod(scratch, 0755), 0);

    ledger = open_ledger(ZDM_LEDGER_WRITE);
    add_event(ledger, plan->id, "after");
    assert_int_equal(count_events(ledger, plan->id), kept + 1);
    zdm_ledger_close(ledger);
    zdm_ledger_plan_list_free(plan, 1);
}

/* Killed in the middle of a checkpoint: the first page in the file already tells of pages that
 * stand in the log only. */
static void
a_checkpoint_cut_short_is_made_up_for(void **state)
{
    (void)state;
    struct zdm_ledger *ledger = open_ledger(ZDM_LEDGER_WRITE);
    int64_t plan = put_plan(ledger, "a");
    char big[30000];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    add_event(ledger, plan, big);
    size_t size, wal_size;
    char *bytes = slurp(ledger_file, &size);
    char *wal = slurp(in_scratch("ledger.db-wal"), &wal_size);
    zdm_ledger_close(ledger);

    assert_true(size / 4096 < 200);
    bytes[31] = (char)200; /* size of the database in pages, big-endian at 28 */
    spill(ledger_file, bytes, size);
    spill(in_scratch("ledger.db-wal"), wal, wal_size);
    free(bytes);
    free(wal);

    ledger = open_ledger(ZDM_LEDGER_INSPECT);
    assert_int_equal(count_events(ledger, plan), 1);
    zdm_ledger_close(ledger);
    ledger = open_ledger(ZDM_LEDGER_WRITE);
    add_event(ledger, plan, "after");
    assert_int_equal(count_events(ledger, plan), 2);
    zdm_ledger_close(ledger);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(damage_in_the_schema_is_found_at_open),
        scratch_test(damage_in_the_rows_is_found_when_they_are_read),
        scratch_test(damage_anywhere_is_survived),
        scratch_test(a_full_disk_is_told_and_loses_nothing),
        scratch_test(no_room_for_a_new_ledger_leaves_nothing_behind),
        scratch_test(no_room_later_keeps_what_was_written),
        scratch_test(a_lock_that_stays_is_told),
        scratch_test(missing_rights_are_told),
        scratch_test(a_read_only_folder_beside_a_writer),
        scratch_test(several_processes_write_at_once),
        scratch_test(a_ledger_is_made_once),
        scratch_test(what_was_told_survives_kill_9),
        scratch_test(a_checkpoint_cut_short_is_made_up_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
