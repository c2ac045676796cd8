/*
 * ledger_scratch.h - a folder for each test of the ledger, and children.
 */
#ifndef ZDM_TEST_LEDGER_SCRATCH_H
#define ZDM_TEST_LEDGER_SCRATCH_H

#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/mem.h"
#include "ledger/ledger.h"

#define UNUSED __attribute__((unused))
#define TARGET "00112233445566778899aabbccddeeff"

static char scratch[256];
static char ledger_file[300];

static UNUSED int
make_scratch(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR");
    snprintf(scratch, sizeof scratch, "%s/zdm-ledger-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(scratch) || chmod(scratch, 0755) < 0)
        return -1;
    snprintf(ledger_file, sizeof ledger_file, "%s/ledger.db", scratch);
    return 0;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static UNUSED int
remove_scratch(void **state)
{
    (void)state;
    chmod(scratch, 0755);
    return nftw(scratch, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#define scratch_test(f) cmocka_unit_test_setup_teardown(f, make_scratch, remove_scratch)

/* Owned by the static buffer, until the next call. */
static UNUSED const char *
in_scratch(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", scratch, name);
    return path;
}

static UNUSED void
show_err(const struct zdm_err *err)
{
    if (err->code != ZDM_OK)
        fprintf(stderr, "%s\n  %s\n  %s\n", err->message, err->detail ? err->detail : "-",
            err->hint ? err->hint : "-");
}

/* Fails the test when rc is not 0, with the error. */
static UNUSED void
ok(int rc, struct zdm_err *err)
{
    show_err(err);
    assert_int_equal(rc, 0);
}

/* rc must be -1 with this code, and a part of its message and of its hint; clears the error. */
static UNUSED void
refused(int rc, struct zdm_err *err, enum zdm_code code, const char *message, const char *hint)
{
    assert_int_equal(rc, -1);
    if (err->code != code || !strstr(err->message, message) ||
        (hint && (!err->hint || !strstr(err->hint, hint))))
        show_err(err);
    assert_int_equal(err->code, code);
    assert_non_null(strstr(err->message, message));
    if (hint) {
        assert_non_null(err->hint);
        assert_non_null(strstr(err->hint, hint));
    }
    zdm_err_release(err);
}

static UNUSED struct zdm_ledger *
open_ledger(enum zdm_ledger_mode mode)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger *ledger = NULL;
    ok(zdm_ledger_open(ledger_file, mode, &ledger, &err), &err);
    return ledger;
}

static UNUSED void
cannot_open(const char *path, enum zdm_ledger_mode mode, enum zdm_code code, const char *message,
    const char *hint)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger *ledger = NULL;
    refused(zdm_ledger_open(path, mode, &ledger, &err), &err, code, message, hint);
    assert_null(ledger);
}

static UNUSED int64_t
put_plan(struct zdm_ledger *ledger, const char *name)
{
    struct zdm_err err = ZDM_ERR_INIT;
    int64_t plan = 0;
    ok(zdm_ledger_plan_put(
           ledger, TARGET, "shop@db1:5432/shop", name, "plans/x.lua", "f00", "{}", &plan, &err),
        &err);
    return plan;
}

static UNUSED void
add_event(struct zdm_ledger *ledger, int64_t plan, const char *message)
{
    struct zdm_err err = ZDM_ERR_INIT;
    ok(zdm_ledger_event_add(ledger, plan, 0, NULL, "info", "note", message, NULL, &err), &err);
}

static UNUSED size_t
count_events(struct zdm_ledger *ledger, int64_t plan)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_ledger_event *events;
    size_t n;
    ok(zdm_ledger_event_list(ledger, plan, &events, &n, &err), &err);
    zdm_ledger_event_list_free(events, n);
    return n;
}

/* Runs SQL on the file behind the ledger's back. */
static UNUSED void
meddle(const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(ledger_file, &db), SQLITE_OK);
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        fprintf(stderr, "%s\n", sqlite3_errmsg(db));
    assert_int_equal(rc, SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static UNUSED char *
slurp(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    *size = (size_t)ftell(f);
    rewind(f);
    char *data = malloc(*size + 1);
    assert_int_equal(fread(data, 1, *size, f), *size);
    fclose(f);
    return data;
}

static UNUSED void
spill(const char *path, const void *data, size_t size)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

/* A child for `work`, whose answer becomes its exit code. No asserts in there: they would unwind
 * into the copy of the test runner. */
static UNUSED pid_t
spawn_child(int (*work)(int), int argument)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        _exit(work(argument));
    assert_true(pid > 0);
    return pid;
}

static UNUSED int
wait_child(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Rights do not bind root: in a child, go on as nobody. */
static UNUSED int
become_ordinary(void)
{
    if (geteuid() != 0)
        return 0;
    return setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0 ? -1 : 0;
}

#endif
