/*
 * pg_test.h - for tests that talk to the server of ZDM_DATABASE_URL.
 */
#ifndef ZDM_TESTS_PG_TEST_H
#define ZDM_TESTS_PG_TEST_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "pg/conn.h"
#include "pg/conn_info.h"

/* The server's connection settings with some replaced: pairs of key and value, then NULL. Owned. */
static inline char *
settings_with(const char *key, ...)
{
    const char *base = getenv("ZDM_DATABASE_URL");
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_conninfo info;
    struct zdm_buf out = ZDM_BUF_INIT;
    va_list ap;

    if (!base)
        fail_msg("ZDM_DATABASE_URL names no server");
    if (zdm_conninfo_parse(base, &info, &err) < 0)
        fail_msg("%s", err.message);
    va_start(ap, key);
    for (; key; key = va_arg(ap, const char *))
        zdm_conninfo_set(&info, key, va_arg(ap, const char *));
    va_end(ap);
    for (size_t i = 0; i < info.n; i++) {
        zdm_buf_addf(&out, "%s%s='", i ? " " : "", info.keys[i]);
        for (const char *p = info.values[i]; *p; p++) {
            if (*p == '\'' || *p == '\\')
                zdm_buf_addc(&out, '\\');
            zdm_buf_addc(&out, *p);
        }
        zdm_buf_addc(&out, '\'');
    }
    zdm_conninfo_release(&info);
    return zdm_buf_take(&out);
}

static inline struct zdm_conn *
connect_to(const char *settings, const char *application)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_conn *conn = NULL;

    if (zdm_conn_open(settings, application, &conn, &err) < 0)
        fail_msg("%s", err.message);
    return conn;
}

static inline void
must_exec(struct zdm_conn *conn, const char *sql)
{
    struct zdm_err err = ZDM_ERR_INIT;

    if (zdm_conn_exec(conn, sql, NULL, &err) < 0)
        fail_msg("%s: %s", err.message, sql);
}

/* The first cell of the answer, "" for NULL or no row. Owned. */
static inline char *
ask(struct zdm_conn *conn, const char *sql)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_result *r = NULL;

    if (zdm_conn_exec(conn, sql, &r, &err) < 0)
        fail_msg("%s: %s", err.message, sql);
    const char *cell = zdm_result_rows(r) > 0 ? zdm_result_get(r, 0, 0) : NULL;
    char *answer = zdm_strdup(cell ? cell : "");
    zdm_result_free(r);
    return answer;
}

static inline void
expect_cell(struct zdm_conn *conn, const char *sql, const char *expected)
{
    char *answer = ask(conn, sql);

    assert_string_equal(answer, expected);
    free(answer);
}

/* Looks again until the condition holds; fails after half a minute. */
static inline void
wait_until(struct zdm_conn *conn, const char *condition)
{
    for (int64_t end = zdm_monotonic_us() + 30000000;;) {
        char *answer = ask(conn, condition);
        bool holds = strcmp(answer, "t") == 0;
        free(answer);
        if (holds)
            return;
        if (zdm_monotonic_us() > end)
            fail_msg("waited in vain for: %s", condition);
        struct timespec nap = {.tv_nsec = 5000000};
        nanosleep(&nap, NULL);
    }
}

/* A database of its own for one test. */
struct scratch {
    struct zdm_conn *admin; /* on the server's own database */
    char name[64];
    char *settings; /* of the scratch database, as the same user */
};

static inline void
scratch_open(struct scratch *s)
{
    static int n;
    char *sql;

    s->settings = settings_with(NULL, NULL);
    s->admin = connect_to(s->settings, "zdm-test-admin");
    free(s->settings);
    snprintf(s->name, sizeof s->name, "zdm_test_%d_%d", (int)getpid(), n++);
    sql = zdm_strf("CREATE DATABASE %s TEMPLATE template0", s->name);
    must_exec(s->admin, sql);
    free(sql);
    s->settings = settings_with("dbname", s->name, NULL);
}

static inline void
scratch_close(struct scratch *s)
{
    char *sql = zdm_strf("DROP DATABASE %s WITH (FORCE)", s->name);

    must_exec(s->admin, sql);
    free(sql);
    free(s->settings);
    zdm_conn_close(s->admin);
}

/* Runs fn in a child and returns its pid; what fn returns is the exit status. */
static inline pid_t
in_child(int (*fn)(void *arg), void *arg)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        fail_msg("cannot fork");
    if (pid == 0)
        _exit(fn(arg));
    return pid;
}

static inline int
exit_of(pid_t pid)
{
    int status;

    if (waitpid(pid, &status, 0) != pid)
        fail_msg("waitpid failed");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#endif
