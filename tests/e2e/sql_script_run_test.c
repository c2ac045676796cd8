/* Scripts are run on a server, statement by statement, and classified with its catalog: the same
 * statements fail, with the same SQLSTATE, and in the end both catalogs hold the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "catalog/compare.h"
#include "catalog/load.h"
#include "pg_test.h"
#include "sql/classify.h"

static const char setup[] =
    "CREATE SCHEMA app;"
    "CREATE TYPE mood AS ENUM ('sad', 'ok');"
    "CREATE TABLE t (id int PRIMARY KEY, a int, m mood);"
    "CREATE TABLE r (id int PRIMARY KEY, t_id int REFERENCES t DEFERRABLE INITIALLY DEFERRED,"
    " x int);"
    "CREATE TABLE s (id int PRIMARY KEY, t_id int REFERENCES t DEFERRABLE);"
    "INSERT INTO t VALUES (1, 1, 'ok')";

static const char *const scripts[] = {
    "BEGIN; CREATE TABLE u (a int); ROLLBACK; ALTER TABLE u ADD b int",
    "BEGIN; CREATE TABLE u (a int); COMMIT; ALTER TABLE u ADD b int; ALTER TABLE u ADD b int",
    "BEGIN; SAVEPOINT s; ALTER TABLE t ADD b int; ROLLBACK TO s; ALTER TABLE t ADD b text; COMMIT",
    "BEGIN; SAVEPOINT s; DROP TABLE r; RELEASE s; COMMIT; SELECT * FROM r",
    "BEGIN; ALTER TABLE t ADD b int; SAVEPOINT s; ALTER TABLE t DROP b; ROLLBACK TO s; COMMIT; "
    "UPDATE t SET b = 1",
    "BEGIN; SAVEPOINT a; CREATE TABLE u (a int); SAVEPOINT b; CREATE TABLE v (a int); ROLLBACK TO "
    "a; CREATE TABLE v (b int); COMMIT; SELECT b FROM v; SELECT * FROM u",
    "BEGIN; DROP TABLE s; DROP TABLE r; DROP TABLE t; ROLLBACK; SELECT t_id FROM r",
    "SAVEPOINT a",
    "RELEASE a",
    "ROLLBACK TO a",
    "BEGIN; RELEASE a; ROLLBACK",
    "DECLARE c CURSOR FOR SELECT 1",
    "BEGIN; DECLARE c CURSOR FOR SELECT 1; FETCH c; COMMIT",
    "BEGIN; VACUUM t; ROLLBACK",
    "BEGIN; CREATE INDEX CONCURRENTLY i ON t (a); ROLLBACK",
    "BEGIN; ALTER TYPE mood ADD VALUE 'new'; SELECT 'new'::mood; ROLLBACK",
    "BEGIN; ALTER TYPE mood ADD VALUE 'new'; UPDATE t SET m = 'new'; ROLLBACK",
    "BEGIN; ALTER TYPE mood ADD VALUE 'new'; INSERT INTO t VALUES (9, 9, 'new'); ROLLBACK",
    "BEGIN; ALTER TYPE mood ADD VALUE 'new'; SELECT * FROM t WHERE m = 'new'; ROLLBACK",
    "BEGIN; ALTER TYPE mood ADD VALUE 'new'; SELECT * FROM t WHERE m IN ('ok', 'new'); ROLLBACK",
    "BEGIN; ALTER TYPE mood ADD VALUE 'new'; ALTER TABLE t ADD n mood DEFAULT 'new'; ROLLBACK",
    "BEGIN; ALTER TYPE mood ADD VALUE 'new'; ALTER TABLE t ALTER m SET DEFAULT 'new'; ROLLBACK",
    "BEGIN; ALTER TYPE mood ADD VALUE 'new'; INSERT INTO t VALUES (9, 9, 'ok'); COMMIT",
    "BEGIN; ALTER TYPE mood ADD VALUE 'new'; COMMIT; UPDATE t SET m = 'new'",
    "BEGIN; CREATE TYPE kind AS ENUM ('a'); ALTER TYPE kind ADD VALUE 'b'; SELECT 'b'::kind; "
    "COMMIT",
    "BEGIN; INSERT INTO r VALUES (1, 1); ALTER TABLE r ADD b int; ROLLBACK",
    "BEGIN; INSERT INTO r VALUES (1, 1); COMMIT; ALTER TABLE r ADD b int",
    "BEGIN; INSERT INTO r VALUES (1, 1); SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE r ADD b int; "
    "COMMIT",
    "BEGIN; INSERT INTO r VALUES (1, 1); TRUNCATE r; ROLLBACK",
    "BEGIN; INSERT INTO r VALUES (1, 1); DROP TABLE r; ROLLBACK",
    "BEGIN; INSERT INTO r VALUES (1, 1); CREATE INDEX i ON r (x); ROLLBACK",
    "BEGIN; INSERT INTO r VALUES (1, 1); ALTER TABLE r RENAME TO q; COMMIT",
    "BEGIN; INSERT INTO s VALUES (1, 1); ALTER TABLE s ADD b int; COMMIT",
    "BEGIN; SET CONSTRAINTS ALL DEFERRED; INSERT INTO s VALUES (1, 1); ALTER TABLE s ADD b int; "
    "ROLLBACK",
    "SET search_path = app; CREATE TABLE t (z int); RESET search_path; ALTER TABLE t ADD z int; "
    "ALTER TABLE app.t ADD z int",
    "BEGIN; SET search_path = app; ROLLBACK; SELECT id FROM t",
    "BEGIN; SET LOCAL search_path = app; CREATE TABLE v (a int); COMMIT; SELECT * FROM v; SELECT * "
    "FROM app.v",
    "SET LOCAL search_path = app; SELECT id FROM t",
    "SELECT set_config('search_path', 'app, public', false); CREATE TABLE w (a int); SELECT * FROM "
    "app.w",
    "SET search_path = ''; SELECT * FROM t; SELECT * FROM public.t",
    "BEGIN; SET search_path = app; SAVEPOINT a; SET search_path = public; ROLLBACK TO a; SELECT * "
    "FROM t; ROLLBACK",
    "BEGIN; SET search_path = app; COMMIT AND CHAIN; SELECT * FROM t; ROLLBACK; SELECT * FROM t",
    "BEGIN; CREATE TEMP TABLE x (a int) ON COMMIT DROP; SELECT * FROM x; COMMIT; SELECT * FROM x",
    "CREATE TEMP TABLE t (z int); SELECT z FROM t; DISCARD TEMP; SELECT z FROM t; SELECT a FROM t",
    "CREATE TEMP TABLE x ON COMMIT DROP AS SELECT 1 AS one; SELECT * FROM x",
    "BEGIN; CREATE TEMP TABLE x (a int); ROLLBACK; SELECT * FROM x",
    "SELECT id, a INTO u FROM t; ALTER TABLE u ADD a int",
    "CREATE TABLE u AS SELECT id AS one, a FROM t; SELECT two FROM u; ALTER TABLE u DROP one",
};

/* The SQLSTATE that the server gives, "" when it has no objection. */
static void
try(struct zdm_conn *conn, const char *sql, char sqlstate[6])
{
    struct zdm_err err = ZDM_ERR_INIT;

    sqlstate[0] = '\0';
    if (zdm_conn_exec(conn, sql, NULL, &err) < 0)
        memcpy(sqlstate, err.sqlstate, 6);
    zdm_err_release(&err);
}

static struct zdm_catalog *
load(struct zdm_conn *conn)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_catalog *catalog;

    if (zdm_catalog_load(conn, &catalog, &err) < 0)
        fail_msg("%s", err.message);
    return catalog;
}

/* In a transaction that an error has ended nothing more is done: as far as that the two agree, and
 * statements behind it until ROLLBACK are not compared. */
static void
one_script(struct zdm_conn *conn, const char *sql)
{
    struct zdm_sql_context *context = zdm_sql_context_on(load(conn), 0);
    struct zdm_parsed *parsed;
    bool aborted = false;

    zdm_sql_classify_script(sql, ZDM_WRAP_NEVER, context, &parsed);
    for (size_t i = 0; i < parsed->count; i++) {
        const struct zdm_statement *st = &parsed->statements[i];
        char seen[6];
        try(conn, st->sql, seen);
        if (strcmp(seen, "25P02") == 0)
            aborted = true;
        else if (strcmp(seen, st->fails_with ? st->fails_with : "") != 0)
            fail_msg("%s\n  %s\n  said %s, seen %s", sql, st->sql, st->fails_with, seen);
        if (st->evidence != ZDM_EVIDENCE_CATALOG)
            fail_msg("%s\n  %s: %s", sql, st->sql, zdm_evidence_name(st->evidence));
    }
    if (!aborted) {
        struct zdm_catalog *simulated = zdm_sql_context_leave(context);
        must_exec(conn, "RESET ALL");
        struct zdm_catalog *real = load(conn);
        size_t n;
        struct zdm_arena *arena = zdm_arena_new();
        char **lines = zdm_catalog_compare(simulated, real, arena, &n);
        if (n)
            fail_msg("%s\n  %s", sql, lines[0]);
        zdm_arena_free(arena);
        zdm_catalog_free(real);
        zdm_catalog_free(simulated);
    } else {
        zdm_sql_context_free(context);
    }
    zdm_parsed_free(parsed);
}

static void
every_script(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        struct zdm_conn *conn = connect_to(getenv("ZDM_DATABASE_URL"), "sequence");
        must_exec(conn,
            "DROP SCHEMA IF EXISTS app CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA "
            "public");
        must_exec(conn, setup);
        one_script(conn, scripts[i]);
        zdm_conn_close(conn);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_script)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
