#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pg/conn.h"
#include "pg/conn_info.h"

static void
target_order(void **state)
{
    (void)state;
    setenv("ZDM_DATABASE_URL", "host=a", 1);
    setenv("DATABASE_URL", "host=b", 1);
    static const struct {
        const char *option, *unset, *expected;
    } cases[] = {
        {"host=o", NULL, "host=o"},
        {NULL, NULL, "host=a"},
        {"", NULL, "host=a"},
        {NULL, "ZDM_DATABASE_URL", "host=b"},
        {NULL, "DATABASE_URL", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (cases[i].unset)
            unsetenv(cases[i].unset);
        char *found = zdm_target_conninfo(cases[i].option);
        assert_string_equal(found, cases[i].expected);
        free(found);
    }
}

static void
setting_is(const char *conninfo, const char *key, const char *expected)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_conninfo info;

    if (zdm_conninfo_parse(conninfo, &info, &err) < 0)
        fail_msg("%s: %s", conninfo, err.message);
    const char *value = zdm_conninfo_get(&info, key);
    if (expected) {
        assert_non_null(value);
        assert_string_equal(value, expected);
    } else {
        assert_null(value);
    }
    /* libpq reads the arrays up to a NULL. */
    assert_null(info.keys[info.n]);
    assert_null(info.values[info.n]);
    zdm_conninfo_release(&info);
}

static void
forms(void **state)
{
    (void)state;
    setting_is("", "host", NULL);
    setting_is("", "client_encoding", "UTF8");
    setting_is("  \n", "service", NULL);
    setting_is("shop", "service", "shop");
    setting_is("host=db dbname='my shop'", "dbname", "my shop");
    setting_is("postgresql://u:p%40ss@db:6432/shop", "password", "p@ss");
    setting_is("postgres://u@[::1]:6432/shop", "host", "::1");
    setting_is("host=db client_encoding=latin1", "client_encoding", "UTF8");
    setting_is("postgresql://h:5432/a@b", "dbname", "a@b");
    setting_is("postgresql://a:1,b:2/x", "port", "1,2");
}

/* Broken settings: an error that shows no part of the password. */
static void
broken_keeps_password(void **state)
{
    static const struct {
        const char *conninfo, *secret, *hint;
    } cases[] = {
        {"host=db password=top secret", "secret", NULL},
        {"host=db password='top secret", "secret", NULL},
        {"password=x hostt=db", NULL, "host"},
        {"hots=db", NULL, "host"},
        {"postgresql://u:sec@ret@db/shop", "ret", "%40"},
        {"postgresql://u:sec/ret@db/shop", "sec", "%2F"},
        {"postgresql://u:sec%ret@db/shop", "sec", NULL},
        {"postgresql://u:se\"c\"ret@db:x y/shop?a", "ret", NULL},
        {"postgresql://u:secret@db/shop?nonsense=1", "secret", NULL},
        {"postgresql://u:secret@[::1/shop", "secret", NULL},
        {"=", NULL, NULL},
        /* Meant as an address, but no URI. */
        {"postgre://u:secret@db/shop", "secret", "postgresql://"},
        {"postgre://u:sec=ret@db/shop?sslmode=require", "sec", "postgresql://"},
        {"postgresql:/u:secret@db/shop", "secret", "postgresql://"},
        {"u:secret@db:5432/shop", "secret", "postgresql://"},
        {"u:sec=ret@db/shop", "sec", "postgresql://"},
        {"jdbc:postgresql://db/shop?user=u&password=secret", "secret", "postgresql://"},
        {"host=db dbname='postgresql://u:secret@db/shop'", "secret", "--db"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zdm_err err = ZDM_ERR_INIT;
        struct zdm_conninfo info;
        if (zdm_conninfo_parse(cases[i].conninfo, &info, &err) == 0)
            fail_msg("taken: %s", cases[i].conninfo);
        assert_int_equal(err.code, ZDM_ERR_USAGE);
        assert_non_null(err.hint);
        if (cases[i].secret && strstr(err.message, cases[i].secret))
            fail_msg("shows the password: %s", err.message);
        if (cases[i].hint && !strstr(err.hint, cases[i].hint))
            fail_msg("%s: hint: %s", err.message, err.hint);
        zdm_err_release(&err);
    }
}

/* The server would repeat it: database "postgresql://u:secret@db/shop" does not exist. */
static void
uri_in_pgdatabase(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_conninfo info;

    (void)state;
    setenv("PGDATABASE", "postgresql://u:secret@db/shop", 1);
    assert_int_equal(zdm_conninfo_parse("", &info, &err), -1);
    assert_int_equal(err.code, ZDM_ERR_USAGE);
    assert_null(strstr(err.message, "secret"));
    zdm_err_release(&err);
    setting_is("dbname=shop", "dbname", "shop");
    unsetenv("PGDATABASE");
}

static void
passwords_are_seen(void **state)
{
    (void)state;
    assert_true(zdm_conninfo_is_public("service=shop"));
    assert_true(zdm_conninfo_is_public("shop"));
    assert_true(zdm_conninfo_is_public("host=db user=ann dbname=shop"));
    assert_true(zdm_conninfo_is_public("postgresql://ann@db:5432/shop"));
    assert_true(zdm_conninfo_is_public("postgresql://db:5432/shop"));
    assert_true(zdm_conninfo_is_public("postgresql:///shop?host=/tmp"));
    assert_false(zdm_conninfo_is_public("postgresql://ann:secret@db/shop"));
    assert_false(zdm_conninfo_is_public("postgresql://ann:sec?ret@db/shop"));
    assert_false(zdm_conninfo_is_public("postgresql://:secret@db"));
    assert_false(zdm_conninfo_is_public("host=db PassWord = secret"));
    assert_false(zdm_conninfo_is_public("postgresql://db/shop?sslpassword=x"));
    assert_false(zdm_conninfo_is_public("postgresql://db/shop?pass%77ord=x"));
    assert_false(zdm_conninfo_is_public("ann:secret@db"));
}

static void
hidden(const char *conninfo, const char *text, const char *expected)
{
    char *shown = zdm_conninfo_hide(conninfo, text);

    assert_string_equal(shown, expected);
    free(shown);
}

static void
programs_repeat_what_they_got(void **state)
{
    const char *uri = "postgresql://u:s%40cret@db/shop";

    (void)state;
    setenv("PGPASSWORD", "from env", 1);
    hidden(uri, "U=postgresql://u:s%40cret@db/shop p=s@cret e=from env", "U=*** p=*** e=***");
    unsetenv("PGPASSWORD");
    hidden("host=db password=abc", "abc, host=db password=abc", "abc, ***");
    hidden("host=db", "host=db", "host=db");
    hidden("", "nothing", "nothing");
}

static void
scrub(void **state)
{
    static const struct {
        const char *text, *secret, *expected;
    } cases[] = {
        {"the word is abc", "abc", "the word is ***"},
        {"abcabc", "abc", "******"},
        {"", "abc", ""},
        {"nothing", "", "nothing"},
        {"nothing", NULL, "nothing"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *secrets[] = {NULL, cases[i].secret};
        char *text = zdm_scrub(cases[i].text, 2, secrets);
        assert_string_equal(text, cases[i].expected);
        free(text);
    }
}

static void
where(void **state)
{
    static const char *const cases[][5] = {
        {"shop", "db.example", "5432", "shop", "shop@db.example:5432/shop"},
        {"shop", "/run/postgresql", "5432", "shop", "shop@[/run/postgresql]:5432/shop"},
        {"shop", "::1", "5432", "shop", "shop@[::1]:5432/shop"},
        {NULL, NULL, NULL, NULL, "localhost"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = zdm_conninfo_where(cases[i][0], cases[i][1], cases[i][2], cases[i][3]);
        assert_string_equal(text, cases[i][4]);
        free(text);
    }
}

/* A host that does not answer is left out of the next try, with its port. */
static void
skip_host(void **state)
{
    struct zdm_conninfo info = {.keys = NULL};

    (void)state;
    zdm_conninfo_set(&info, "host", "a,b,c");
    zdm_conninfo_set(&info, "port", "1,2,3");
    assert_true(zdm_conninfo_skip_host(&info, "b"));
    assert_string_equal(zdm_conninfo_get(&info, "host"), "c");
    assert_string_equal(zdm_conninfo_get(&info, "port"), "3");
    assert_false(zdm_conninfo_skip_host(&info, "c"));
    assert_false(zdm_conninfo_skip_host(&info, "elsewhere"));

    zdm_conninfo_set(&info, "host", "a,b");
    zdm_conninfo_set(&info, "port", "6432");
    assert_true(zdm_conninfo_skip_host(&info, "a"));
    assert_string_equal(zdm_conninfo_get(&info, "host"), "b");
    assert_string_equal(zdm_conninfo_get(&info, "port"), "6432");
    zdm_conninfo_release(&info);
}

static void
connect_errors(void **state)
{
    static const struct {
        const char *text, *sqlstate, *message, *hint, *detail;
    } cases[] = {
        {"connection to server at \"db\" (10.0.0.7), port 5432 failed: FATAL:  28P01: password "
         "authentication failed for user \"shop\"\nLOCATION:  auth_failed, auth.c:338\n",
            "28P01", "cannot connect to W: password authentication failed for user \"shop\"",
            "PGPASSWORD", NULL},
        {"connection to server at \"db\" (10.0.0.7), port 5432 failed: fe_sendauth: no password "
         "supplied\n",
            "", "cannot connect to W: fe_sendauth: no password supplied", "PGPASSWORD", NULL},
        {"connection to server at \"db\" (::1), port 5432 failed: Connection refused\n\tIs the "
         "server running on that host and accepting TCP/IP connections?\nconnection to server at "
         "\"db\" (127.0.0.1), port 5432 failed: FATAL:  57P03: the database system is starting "
         "up\nLOCATION:  x\n",
            "57P03", "cannot connect to W: the database system is starting up", "again",
            "Connection refused"},
        {"could not translate host name \"db\" to address: Name or service not known\n", "",
            "cannot connect to W: could not translate host name \"db\" to address: Name or service "
            "not known",
            "DNS", NULL},
        {"connection to server at \"db\" (10.0.0.7), port 5432 failed: Connection refused\n", "",
            "cannot connect to W: Connection refused", "listen on port 5432", NULL},
        {"connection to server at \"db\" (10.0.0.7), port 5432 failed: FATAL:  3D000: database "
         "\"shop\" does not exist\n",
            "3D000", "cannot connect to W: database \"shop\" does not exist", "createdb shop",
            NULL},
        {"connection to server at \"db\" (10.0.0.7), port 5432 failed: FATAL:  53300: sorry, too "
         "many clients already\n",
            "53300", "cannot connect to W: sorry, too many clients already", "max_connections",
            NULL},
        {"", "", "cannot connect to W: the connection failed", "listen", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zdm_err err = ZDM_ERR_INIT;
        zdm_connect_error("W", "db", "5432", "shop", "shop", cases[i].text, &err);
        assert_int_equal(err.code, ZDM_ERR_FAILED);
        assert_string_equal(err.message, cases[i].message);
        assert_string_equal(err.sqlstate, cases[i].sqlstate);
        assert_non_null(strstr(err.hint, cases[i].hint));
        if (cases[i].detail)
            assert_non_null(strstr(err.detail, cases[i].detail));
        else
            assert_null(err.detail);
        zdm_err_release(&err);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(target_order),
        cmocka_unit_test(forms),
        cmocka_unit_test(broken_keeps_password),
        cmocka_unit_test(uri_in_pgdatabase),
        cmocka_unit_test(passwords_are_seen),
        cmocka_unit_test(programs_repeat_what_they_got),
        cmocka_unit_test(scrub),
        cmocka_unit_test(where),
        cmocka_unit_test(skip_host),
        cmocka_unit_test(connect_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
