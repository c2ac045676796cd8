/*
 * pg_journal_test.h - for the tests of the journal: a database for each, and calls that must be good
 * or bad.
 */
#ifndef ZDM_TESTS_PG_JOURNAL_TEST_H
#define ZDM_TESTS_PG_JOURNAL_TEST_H

#include "pg_test.h"

#include "pg/journal.h"

static struct scratch scratch;
static struct zdm_err err;

static inline int
open_scratch(void **state)
{
    (void)state;
    scratch_open(&scratch);
    return 0;
}

static inline int
close_scratch(void **state)
{
    (void)state;
    zdm_err_clear(&err);
    scratch_close(&scratch);
    return 0;
}

#define GOOD(call)                                                                                 \
    do {                                                                                           \
        if ((call) < 0)                                                                            \
            fail_msg("%s: %s", #call, err.message);                                                \
    } while (0)

/* The call fails with the code, and message, detail or hint hold the text. */
#define BAD(call, expected, text)                                                                  \
    do {                                                                                           \
        zdm_err_clear(&err);                                                                       \
        assert_int_equal((call), -1);                                                              \
        if (err.code != (expected) || !says(text))                                                 \
            fail_msg("%s: %d %s | %s | %s", #call, (int)err.code, err.message,                     \
                err.detail ? err.detail : "", err.hint ? err.hint : "");                           \
        zdm_err_clear(&err);                                                                       \
    } while (0)

static inline bool
says(const char *text)
{
    return strstr(err.message, text) || (err.detail && strstr(err.detail, text)) ||
           (err.hint && strstr(err.hint, text));
}

static inline struct zdm_conn *
installed(const char *application)
{
    struct zdm_conn *conn = connect_to(scratch.settings, application);

    GOOD(zdm_journal_install(conn, &err));
    return conn;
}

static inline struct zdm_journal_entry
entry(const char *step, const char *state, int64_t epoch)
{
    return (struct zdm_journal_entry){.plan = "p",
        .step = step,
        .state = state,
        .kind = "sql",
        .fingerprint = "f00",
        .definition = "{\"sql\":\"it's \\u0041\n\xc3\xa9 \"}",
        .detail = "{\"rows\": 3}",
        .who = "ann@laptop",
        .epoch = epoch};
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, open_scratch, close_scratch)

#endif
