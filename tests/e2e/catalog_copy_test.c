/* A copy of a schema: by pg_dump from a target, and from a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "catalog/copy.h"
#include "pg/conn.h"

static struct zdm_conn *
connect_to(const char *conninfo)
{
    struct zdm_conn *conn = NULL;
    struct zdm_err err = ZDM_ERR_INIT;

    if (zdm_conn_open(conninfo, "test", &conn, &err) < 0)
        fail_msg("%s", err.message);
    return conn;
}

static void
sql(struct zdm_conn *conn, const char *text)
{
    struct zdm_err err = ZDM_ERR_INIT;

    if (zdm_conn_exec(conn, text, NULL, &err) < 0)
        fail_msg("%s: %s", text, err.message);
}

static void
assert_value(struct zdm_conn *conn, const char *query, const char *expected)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_result *r = NULL;

    if (zdm_conn_exec(conn, query, &r, &err) < 0)
        fail_msg("%s: %s", query, err.message);
    assert_string_equal(zdm_result_get(r, 0, 0), expected);
    zdm_result_free(r);
}

static const char *
target(void)
{
    return getenv("ZDM_DATABASE_URL");
}

/* The environment of libpq is forgotten by a sandbox that is started: the target is named in full. */
static void
copies_a_target(void **state)
{
    struct zdm_conn *conn = connect_to(target());
    struct zdm_schema_copy *copy = NULL;
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    sql(conn, "CREATE ROLE \"App Owner\" LOGIN PASSWORD 'secret'");
    sql(conn, "CREATE SCHEMA shop AUTHORIZATION \"App Owner\"");
    sql(conn, "SET allow_in_place_tablespaces = on");
    sql(conn, "CREATE TABLESPACE \"Fast Disk\" LOCATION ''");
    sql(conn, "CREATE TABLE shop.orders (id bigserial PRIMARY KEY, state text CHECK (state <> '')) "
              "TABLESPACE \"Fast Disk\"");
    sql(conn, "CREATE FUNCTION shop.f() RETURNS int LANGUAGE plpgsql AS 'BEGIN/*\n"
              "\\restrict me\n*/RETURN 1; END'");
    sql(conn, "INSERT INTO shop.orders (state) VALUES ('new')");
    sql(conn, "ALTER TABLE shop.orders OWNER TO \"App Owner\"");
    sql(conn, "ALTER ROLE postgres SET search_path = shop, \"$user\", public");
    sql(conn, "ALTER DATABASE postgres SET timezone = 'America/New_York'");

    if (zdm_schema_copy_open(target(), NULL, &copy, &err) < 0)
        fail_msg("%s: %s", err.message, err.detail ? err.detail : "");
    struct zdm_conn *there = connect_to(zdm_schema_copy_conninfo(copy));
    assert_value(there, "SELECT count(*) FROM orders", "0");
    assert_value(there, "SELECT tableowner FROM pg_tables WHERE tablename = 'orders'", "App Owner");
    assert_value(there, "SELECT tablespace FROM pg_tables WHERE tablename = 'orders'", "Fast Disk");
    assert_value(there, "SHOW search_path", "shop, postgres, public");
    assert_value(there, "SHOW timezone", "America/New_York");
    assert_value(there, "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'App Owner'", "f");
    assert_value(there, "SELECT prosrc ~ 'restrict me' FROM pg_proc WHERE proname = 'f'", "t");
    zdm_conn_close(there);
    zdm_schema_copy_close(copy);
    assert_value(conn, "SELECT count(*) FROM shop.orders", "1");
    zdm_conn_close(conn);
}

static void
copies_a_file(void **state)
{
    char path[] = "/tmp/zdm-copy-test-XXXXXX";
    struct zdm_schema_copy *copy = NULL;
    struct zdm_err err = ZDM_ERR_INIT;
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    assert_true(
        dprintf(fd, "\\restrict abc123\n\nCREATE TABLE t (id int);\n\\unrestrict abc123\n") > 0);
    close(fd);
    if (zdm_schema_copy_open(NULL, path, &copy, &err) < 0)
        fail_msg("%s", err.message);
    struct zdm_conn *there = connect_to(zdm_schema_copy_conninfo(copy));
    assert_value(there, "SELECT count(*) FROM t", "0");
    zdm_conn_close(there);
    zdm_schema_copy_close(copy);
    unlink(path);
}

static void
says_what_is_wrong(void **state)
{
    char path[] = "/tmp/zdm-copy-test-XXXXXX";
    struct zdm_schema_copy *copy = NULL;
    struct zdm_err err = ZDM_ERR_INIT;
    int fd = mkstemp(path);

    (void)state;
    assert_int_equal(zdm_schema_copy_open(NULL, "/nowhere/schema.sql", &copy, &err), -1);
    assert_int_equal(err.code, ZDM_ERR_USAGE);
    zdm_err_clear(&err);

    assert_true(dprintf(fd, "CREATE TABLE t (id int);\nCREATE EXTENSION nobody_has_it;\n") > 0);
    close(fd);
    assert_int_equal(zdm_schema_copy_open(NULL, path, &copy, &err), -1);
    assert_non_null(strstr(err.message, "nobody_has_it"));
    assert_non_null(strstr(err.hint, "install the extension"));
    zdm_err_clear(&err);
    unlink(path);

    struct zdm_conn *conn = connect_to(target());
    sql(conn, "CREATE TABLE closed (id int); CREATE ROLE guest LOGIN");
    char *guest = zdm_strf("%s user=guest", target());
    assert_int_equal(zdm_schema_copy_open(guest, NULL, &copy, &err), -1);
    assert_non_null(strstr(err.detail, "permission denied"));
    assert_non_null(strstr(err.hint, "pg_read_all_data"));
    zdm_err_release(&err);
    assert_null(copy);
    free(guest);
    zdm_conn_close(conn);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_a_target),
        cmocka_unit_test(copies_a_file),
        cmocka_unit_test(says_what_is_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
