/*
 * lua_fixture.h - plans from texts, and their errors as texts.
 */
#ifndef ZDM_TESTS_LUA_FIXTURE_H
#define ZDM_TESTS_LUA_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lua/plan_file.h"

/* Writes n bytes to a new file; fills path[]. */
static inline void
write_plan(const char *text, size_t n, char path[32])
{
    snprintf(path, 32, "/tmp/zdm-plan-XXXXXX");
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, n), n);
    close(fd);
}

/* Loads a plan from n bytes; NULL with *errors otherwise. */
static inline struct zdm_plan_file *
load_bytes(const char *text, size_t n, struct zdm_errlist *errors)
{
    struct zdm_plan_file *file = NULL;
    char path[32];

    write_plan(text, n, path);
    int result = zdm_plan_file_load(path, NULL, &file, errors);
    unlink(path);
    assert_int_equal(result, file ? 0 : -1);
    assert_true((result == 0) == (errors->count == 0));
    return file;
}

/* Loads a plan that is right. */
static inline struct zdm_plan_file *
load_plan(const char *text)
{
    struct zdm_errlist errors = ZDM_ERRLIST_INIT;
    struct zdm_plan_file *file = load_bytes(text, strlen(text), &errors);

    if (!file)
        fail_msg("%s\n%d: %s", text, errors.items[0].line, errors.items[0].message);
    return file;
}

/* "line:column: message | hint" of each error, one a line; "line: message" without a column. Owned. */
static inline char *
show_errors(const struct zdm_errlist *errors)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    for (size_t i = 0; i < errors->count; i++) {
        const struct zdm_err *err = &errors->items[i];
        zdm_buf_addf(&text, "%d:", err->line);
        if (err->column)
            zdm_buf_addf(&text, "%d:", err->column);
        zdm_buf_addf(&text, " %s", err->message);
        if (err->hint)
            zdm_buf_addf(&text, " | %s", err->hint);
        zdm_buf_addc(&text, '\n');
    }
    return zdm_buf_take(&text);
}

/* Loads a plan that is wrong; returns show_errors(). */
static inline char *
plan_errors(const char *text)
{
    struct zdm_errlist errors = ZDM_ERRLIST_INIT;
    struct zdm_plan_file *file = load_bytes(text, strlen(text), &errors);

    if (file)
        fail_msg("this plan was taken:\n%s", text);
    char *shown = show_errors(&errors);
    zdm_errlist_release(&errors);
    return shown;
}

static inline void
assert_errors(const char *text, const char *expected)
{
    char *actual = plan_errors(text);

    assert_string_equal(actual, expected);
    free(actual);
}

#endif
