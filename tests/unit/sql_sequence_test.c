/* What a statement means because of those before it: transactions, settings, the catalog in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "sql/catalog.h"
#include "sql/classify.h"

/* The rules about sequences that each statement has, and what it fails with; statements are parted
 * by bars. Other rules are left out. */
static const struct {
    enum zdm_wrap wrap;
    const char *sql, *expected;
} scripts[] = {
    /* Beginning and ending. */
    {ZDM_WRAP_NEVER, "BEGIN; DROP TABLE a; COMMIT", "||"},
    {ZDM_WRAP_NEVER, "BEGIN; DROP TABLE a", "tx-unclosed|"},
    {ZDM_WRAP_NEVER, "BEGIN; DROP TABLE a; SAVEPOINT s; ROLLBACK TO s; COMMIT PREPARED 'x'",
        "tx-unclosed||||tx-not-allowed 25001"},
    {ZDM_WRAP_NEVER, "BEGIN; DROP TABLE a; ROLLBACK WORK; START TRANSACTION; DROP TABLE b",
        "|||tx-unclosed|"},
    {ZDM_WRAP_NEVER, "BEGIN; DROP TABLE a; COMMIT /* and so on */ AND CHAIN; DROP TABLE b",
        "||tx-unclosed|"},
    {ZDM_WRAP_NEVER, "BEGIN; DROP TABLE a; end", "||"},
    {ZDM_WRAP_NEVER, "BEGIN; DROP TABLE a; PREPARE TRANSACTION 'x'", "||"},
    {ZDM_WRAP_NEVER, "BEGIN; BEGIN; ABORT", "|tx-nested|"},
    {ZDM_WRAP_NEVER, "BEGIN; BEGIN; COMMIT", "|tx-nested|"},
    {ZDM_WRAP_NEVER, "COMMIT; ROLLBACK", "tx-nested|tx-nested"},
    {ZDM_WRAP_ALWAYS, "BEGIN; SHOW a; COMMIT", "tx-nested||tx-nested"},
    {ZDM_WRAP_ALWAYS, "COMMIT; VACUUM", "tx-nested|"},
    {ZDM_WRAP_SEVERAL, "BEGIN; SHOW a; COMMIT", "||"},
    {ZDM_WRAP_SEVERAL, "VACUUM", ""},
    {ZDM_WRAP_SEVERAL, "BEGIN; COMMIT; VACUUM", "||tx-not-allowed 25001"},
    {ZDM_WRAP_NEVER, "BEGIN; COMMIT; VACUUM", "||"},
    {ZDM_WRAP_NEVER, "BEGIN; COMMIT AND CHAIN; VACUUM; COMMIT", "||tx-not-allowed 25001|"},
    {ZDM_WRAP_SEVERAL, "SHOW a; CREATE INDEX CONCURRENTLY i ON t (a)",
        "|tx-concurrently-in-transaction 25001"},
    {ZDM_WRAP_NEVER, "BEGIN; VACUUM; ROLLBACK", "|tx-not-allowed 25001|"},
    {ZDM_WRAP_NEVER, "SAVEPOINT a", "fail-certain 25P01"},
    {ZDM_WRAP_SEVERAL, "SHOW a; SAVEPOINT a", "|fail-certain 25P01"},
    {ZDM_WRAP_ALWAYS, "SAVEPOINT a; RELEASE a", "|"},
    {ZDM_WRAP_ALWAYS, "SAVEPOINT a; RELEASE a; ROLLBACK TO a", "||fail-certain 3B001"},
    {ZDM_WRAP_ALWAYS, "SAVEPOINT a; SAVEPOINT b; ROLLBACK TO a; RELEASE b",
        "|||fail-certain 3B001"},
    {ZDM_WRAP_ALWAYS, "SAVEPOINT a; SAVEPOINT a; RELEASE a; RELEASE a; RELEASE a",
        "||||fail-certain 3B001"},

    /* While something is locked. */
    {ZDM_WRAP_ALWAYS,
        "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT "
        "c",
        "|tx-validate-same-tx"},
    {ZDM_WRAP_NEVER,
        "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT "
        "c",
        "|"},
    {ZDM_WRAP_ALWAYS, "ALTER TABLE u ADD a int; ALTER TABLE t VALIDATE CONSTRAINT c",
        "|tx-statement-after-ax"},
    {ZDM_WRAP_ALWAYS, "ALTER TABLE t ADD a int; UPDATE t SET a = 1 WHERE id = 1",
        "|dml-with-ddl-same-tx"},
    {ZDM_WRAP_ALWAYS, "ALTER TABLE t ADD a int; SELECT count(*) FROM u", "|tx-statement-after-ax"},
    {ZDM_WRAP_ALWAYS, "SELECT count(*) FROM u; ALTER TABLE t ADD a int", "|"},
    {ZDM_WRAP_ALWAYS, "ALTER TABLE t ADD a int; INSERT INTO u VALUES (1)", "|"},
    {ZDM_WRAP_ALWAYS, "CREATE TABLE t (a int); UPDATE u SET a = 1 WHERE b = 2", "|"},
    {ZDM_WRAP_ALWAYS, "SAVEPOINT s; ALTER TABLE t ADD a int; ROLLBACK TO s; SELECT count(*) FROM u",
        "|||"},
    {ZDM_WRAP_ALWAYS, "ALTER TABLE t ADD a int; ALTER TABLE u ADD a int; ALTER TABLE v ADD a int",
        "|tx-multi-table-ddl|"},
    {ZDM_WRAP_ALWAYS, "ALTER TABLE t ADD a int; ALTER TABLE t ADD b int", "|"},
    {ZDM_WRAP_NEVER, "ALTER TABLE t ADD a int; ALTER TABLE u ADD a int", "|"},
    {ZDM_WRAP_NEVER,
        "BEGIN; ALTER TABLE t ADD a int; COMMIT; BEGIN; ALTER TABLE u ADD a int; COMMIT", "|||||"},
    {ZDM_WRAP_NEVER, "CREATE TABLE t (a int REFERENCES x, b int REFERENCES y, c int REFERENCES x)",
        "add-multiple-fks"},
    {ZDM_WRAP_NEVER,
        "CREATE TABLE t (a int PRIMARY KEY REFERENCES x, b int REFERENCES x, c int REFERENCES t)",
        ""},
    {ZDM_WRAP_NEVER,
        "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES x NOT VALID; ALTER TABLE t ADD FOREIGN KEY "
        "(b) "
        "REFERENCES y NOT VALID",
        "|"},

    /* New values of enums. */
    {ZDM_WRAP_ALWAYS, "ALTER TYPE mood ADD VALUE 'x'; SELECT 'x'::mood",
        "|enum-use-in-same-tx 55P04"},
    {ZDM_WRAP_ALWAYS, "ALTER TYPE public.mood ADD VALUE 'x'; SELECT 'x'::mood, 'y'::mood",
        "|enum-use-in-same-tx 55P04"},
    {ZDM_WRAP_ALWAYS, "ALTER TYPE mood ADD VALUE 'x'; ALTER TABLE t ADD m mood DEFAULT 'x'",
        "|enum-use-in-same-tx 55P04"},
    {ZDM_WRAP_ALWAYS, "ALTER TYPE mood ADD VALUE 'x'; ALTER TABLE t ADD m mood DEFAULT 'y'", "|"},
    {ZDM_WRAP_ALWAYS, "ALTER TYPE mood ADD VALUE 'x'; SELECT 'x'::other", "|"},
    {ZDM_WRAP_NEVER, "ALTER TYPE mood ADD VALUE 'x'; SELECT 'x'::mood", "|"},
    {ZDM_WRAP_ALWAYS,
        "CREATE TYPE mood AS ENUM ('a'); ALTER TYPE mood ADD VALUE 'x'; SELECT 'x'::mood",
        "||enum-use-in-same-tx 55P04"},
    {ZDM_WRAP_NEVER, "BEGIN; ALTER TYPE mood ADD VALUE 'x'; COMMIT; SELECT 'x'::mood", "|||"},

    /* What several statements do to one table. */
    {ZDM_WRAP_NEVER,
        "ALTER TABLE t ADD a int; ALTER TABLE t ADD b int; ALTER TABLE t ADD c int; ALTER TABLE t "
        "ADD d int",
        "||seq-cumulative-lock|"},
    {ZDM_WRAP_ALWAYS, "ALTER TABLE t ADD a int; ALTER TABLE t ADD b int; ALTER TABLE t ADD c int",
        "||"},
    {ZDM_WRAP_NEVER, "UPDATE t SET a = 1", "analyze-after-backfill"},
    {ZDM_WRAP_NEVER, "UPDATE t SET a = 1 WHERE b = 2", ""},
    {ZDM_WRAP_NEVER, "INSERT INTO t SELECT * FROM u; ANALYZE u", "analyze-after-backfill|"},
    {ZDM_WRAP_NEVER, "INSERT INTO t SELECT * FROM u; ANALYZE t", "|"},
    {ZDM_WRAP_NEVER, "INSERT INTO t SELECT * FROM u; VACUUM (ANALYZE) t", "|"},
    {ZDM_WRAP_NEVER, "UPDATE t SET a = 1; ANALYZE", "|"},
    {ZDM_WRAP_NEVER, "UPDATE t SET a = 1; UPDATE t SET b = 1; UPDATE u SET a = 1",
        "analyze-after-backfill||analyze-after-backfill"},
    {ZDM_WRAP_NEVER, "UPDATE t SET a = 1; ANALYZE t; UPDATE t SET b = 1",
        "||analyze-after-backfill"},
    {ZDM_WRAP_NEVER, "UPDATE a.t SET a = 1; ANALYZE b.t", "analyze-after-backfill|"},
    {ZDM_WRAP_NEVER, "UPDATE a.t SET a = 1; ANALYZE a.t", "|"},
    {ZDM_WRAP_NEVER, "UPDATE a.t SET a = 1; SET search_path = a; ANALYZE t", "||"},
    {ZDM_WRAP_NEVER, "UPDATE t SET a = 1; VACUUM t", "analyze-after-backfill|"},
    {ZDM_WRAP_NEVER, "UPDATE t SET a = 1; /* so */ analyse /* that */ verbose t (a)", "|"},

    /* How long locks are waited for. */
    {ZDM_WRAP_NEVER, "SET lock_timeout = '2s'; ALTER TABLE t ADD a int", "|"},
    {ZDM_WRAP_NEVER, "SET lock_timeout = 0; ALTER TABLE t ADD a int; ALTER TABLE t ADD b int",
        "|lock-timeout-zero|"},
    {ZDM_WRAP_NEVER, "SET lock_timeout = '5min'; ALTER TABLE t ADD a int",
        "|lock-timeout-too-long"},
    {ZDM_WRAP_NEVER, "SELECT set_config('lock_timeout', '5min', false); ALTER TABLE t ADD a int",
        "|lock-timeout-too-long"},
    {ZDM_WRAP_NEVER, "ALTER TABLE t ADD a int; SET lock_timeout = '2s'; ALTER TABLE t ADD b int",
        "|lock-timeout-after-ddl|"},
    {ZDM_WRAP_NEVER, "SET lock_timeout = '2s'; CREATE INDEX CONCURRENTLY i ON t (a)",
        "|cic-lock-timeout"},
    {ZDM_WRAP_NEVER, "SET statement_timeout = 60000; REINDEX TABLE CONCURRENTLY t",
        "|cic-lock-timeout"},
    {ZDM_WRAP_NEVER, "SET lock_timeout = '2s'; SET lock_timeout = 0; DROP INDEX CONCURRENTLY i",
        "||"},
    {ZDM_WRAP_NEVER, "SET lock_timeout = '2s'; RESET lock_timeout; DROP INDEX CONCURRENTLY i",
        "||"},
    {ZDM_WRAP_NEVER,
        "BEGIN; SET LOCAL lock_timeout = '2s'; COMMIT; CREATE INDEX CONCURRENTLY i ON t (a)",
        "|||"},
    {ZDM_WRAP_NEVER, "BEGIN; SET lock_timeout = '2s'; COMMIT; CREATE INDEX CONCURRENTLY i ON t (a)",
        "|||cic-lock-timeout"},
    {ZDM_WRAP_NEVER,
        "BEGIN; SET lock_timeout = '2s'; ROLLBACK; CREATE INDEX CONCURRENTLY i ON t (a)", "|||"},
};

static bool
is_ours(const char *rule)
{
    static const char *const rules[] = {"tx-", "dml-with-ddl-same-tx", "add-multiple-fks",
        "enum-use", "seq-", "analyze-after", "lock-timeout-", "cic-lock-timeout", "fail-certain"};

    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strncmp(rule, rules[i], strlen(rules[i])) == 0)
            return true;
    return false;
}

static void
every_script(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        struct zdm_buf seen = ZDM_BUF_INIT;
        struct zdm_parsed *parsed;
        zdm_sql_classify_script(scripts[i].sql, scripts[i].wrap, NULL, &parsed);
        for (size_t k = 0; k < parsed->count; k++) {
            const struct zdm_statement *st = &parsed->statements[k];
            const char *space = "";
            if (k)
                zdm_buf_addc(&seen, '|');
            for (size_t f = 0; f < st->n_findings; f++)
                if (is_ours(st->findings[f].rule)) {
                    zdm_buf_addf(&seen, "%s%s", space, st->findings[f].rule);
                    space = " ";
                }
            if (st->fails_with)
                zdm_buf_addf(&seen, "%s%s", space, st->fails_with);
        }
        if (strcmp(seen.s, scripts[i].expected) != 0)
            fail_msg(
                "%s\n  expected %s\n  seen     %s", scripts[i].sql, scripts[i].expected, seen.s);
        zdm_buf_release(&seen);
        zdm_parsed_free(parsed);
    }
}

/* Rules that wait to be asked for. */
static void
off_by_default(void **state)
{
    static const struct {
        const char *rule, *sql;
        size_t statement; /* that it is about */
    } cases[] = {
        {"lock-timeout-missing", "ALTER TABLE t ADD a int; ALTER TABLE t ADD b int", 0},
        {"statement-timeout-missing", "SHOW a; ALTER TABLE t ADD a int", 1},
        {"idle-in-tx-timeout", "BEGIN; COMMIT", 0},
        {"application-name", "SHOW a; SELECT * FROM t", 1},
        {"tx-separate-alters-combinable", "ALTER TABLE t ADD a int; ALTER TABLE t ADD b int", 1},
        {"insert-existing", "INSERT INTO t VALUES (1)", 0},
    };
    static const char *const silent[] = {"SET lock_timeout = '1s'; SET statement_timeout = '1min'; "
                                         "SET idle_in_transaction_session_timeout = '1min'; SET "
                                         "application_name = 'x'; BEGIN; ALTER TABLE t ADD a int; "
                                         "COMMIT; CREATE INDEX CONCURRENTLY i ON u (a)"};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int on = 0; on < 2; on++) {
            struct zdm_sql_context *context = zdm_sql_context_new();
            struct zdm_parsed *parsed;
            size_t n = 0;
            if (on)
                zdm_sql_context_set_severity(context, cases[i].rule, ZDM_SEVERITY_WARNING);
            zdm_sql_classify_script(cases[i].sql, ZDM_WRAP_NEVER, context, &parsed);
            for (size_t k = 0; k < parsed->count; k++)
                for (size_t f = 0; f < parsed->statements[k].n_findings; f++)
                    if (strcmp(parsed->statements[k].findings[f].rule, cases[i].rule) == 0) {
                        assert_int_equal(k, cases[i].statement);
                        n++;
                    }
            assert_int_equal(n, on);
            zdm_parsed_free(parsed);
            zdm_sql_context_free(context);
        }
    struct zdm_sql_context *context = zdm_sql_context_new();
    struct zdm_parsed *parsed;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        zdm_sql_context_set_severity(context, cases[i].rule, ZDM_SEVERITY_ERROR);
    zdm_sql_classify_script(silent[0], ZDM_WRAP_NEVER, context, &parsed);
    for (size_t k = 0; k < parsed->count; k++)
        for (size_t f = 0; f < parsed->statements[k].n_findings; f++)
            for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
                assert_string_not_equal(parsed->statements[k].findings[f].rule, cases[i].rule);
    zdm_parsed_free(parsed);
    zdm_sql_context_free(context);
}

/* A complete catalog with one table, "public.t (a int)", and an empty schema "app". */
static struct zdm_sql_context *
small_database(void)
{
    struct zdm_catalog *catalog = zdm_catalog_new();

    catalog->complete = catalog->search_path_known = true;
    catalog->server_version = 150000;
    catalog->user = "ann";
    zdm_catalog_append(catalog, &catalog->search_path, zdm_catalog_string(catalog, "public"));
    zdm_catalog_add_schema(catalog, "public");
    zdm_catalog_add_type(catalog, "pg_catalog", "int4", ZDM_TYPE_BASE);
    zdm_catalog_add_schema(catalog, "app");
    struct zdm_relation *t = zdm_catalog_add_relation(catalog, "public", "t", ZDM_RELATION_TABLE);
    t->known = true;
    t->rows = 5;
    zdm_relation_add_column(catalog, t, "a");
    zdm_catalog_add_function(catalog, "public", "p")->kind = 'p';
    return zdm_sql_context_on(catalog, 0);
}

/* The SQLSTATE of the last statement, "" when none is certain. */
static const struct {
    enum zdm_wrap wrap;
    const char *sql, *sqlstate;
    enum zdm_evidence evidence;
} lasts[] = {
    {ZDM_WRAP_NEVER, "SELECT * FROM t", "", ZDM_EVIDENCE_CATALOG},
    {ZDM_WRAP_NEVER, "SELECT * FROM nope", "42P01", ZDM_EVIDENCE_CATALOG},
    {ZDM_WRAP_NEVER, "SELECT b FROM t", "42703", ZDM_EVIDENCE_CATALOG},
    /* What a rollback took back is not there. */
    {ZDM_WRAP_NEVER, "CREATE TABLE u (a int); SELECT * FROM u", "", ZDM_EVIDENCE_CATALOG},
    {ZDM_WRAP_NEVER, "BEGIN; CREATE TABLE u (a int); ROLLBACK; SELECT * FROM u", "42P01",
        ZDM_EVIDENCE_CATALOG},
    {ZDM_WRAP_NEVER, "BEGIN; CREATE TABLE u (a int); COMMIT; SELECT * FROM u", "",
        ZDM_EVIDENCE_CATALOG},
    {ZDM_WRAP_ALWAYS,
        "SAVEPOINT s; CREATE TABLE u (a int); SAVEPOINT r; ROLLBACK TO s; SELECT * FROM u", "42P01",
        ZDM_EVIDENCE_CATALOG},
    {ZDM_WRAP_ALWAYS,
        "CREATE TABLE u (a int); SAVEPOINT s; DROP TABLE u; ROLLBACK TO s; SELECT * FROM u", "",
        ZDM_EVIDENCE_CATALOG},
    {ZDM_WRAP_ALWAYS, "SAVEPOINT s; CREATE TABLE u (a int); RELEASE s; SELECT * FROM u", "",
        ZDM_EVIDENCE_CATALOG},
    {ZDM_WRAP_NEVER,
        "BEGIN; SAVEPOINT s; CREATE TABLE u (a int); RELEASE s; ROLLBACK; SELECT * FROM u", "42P01",
        ZDM_EVIDENCE_CATALOG},
    {ZDM_WRAP_NEVER, "BEGIN; DROP TABLE t; ROLLBACK; SELECT a FROM t", "", ZDM_EVIDENCE_CATALOG},
    /* Names follow the search path, and it follows the transaction. */
    {ZDM_WRAP_NEVER, "SET search_path = app; SELECT * FROM t", "42P01", ZDM_EVIDENCE_CATALOG},
    {ZDM_WRAP_NEVER, "SET search_path = app, public; SELECT * FROM t", "", ZDM_EVIDENCE_CATALOG},
    {ZDM_WRAP_NEVER, "SET search_path = ''; SELECT * FROM t", "42P01", ZDM_EVIDENCE_CATALOG},
    {ZDM_WRAP_NEVER, "SET search_path = app; RESET search_path; SELECT * FROM t", "",
        ZDM_EVIDENCE_CATALOG},
    {ZDM_WRAP_NEVER, "BEGIN; SET search_path = app; ROLLBACK; SELECT * FROM t", "",
        ZDM_EVIDENCE_CATALOG},
    {ZDM_WRAP_NEVER, "BEGIN; SET LOCAL search_path = app; COMMIT; SELECT * FROM t", "",
        ZDM_EVIDENCE_CATALOG},
    {ZDM_WRAP_NEVER, "SELECT set_config('search_path', '\"app\"', false); SELECT * FROM t", "42P01",
        ZDM_EVIDENCE_CATALOG},
    {ZDM_WRAP_NEVER, "SET search_path = app; CREATE TABLE u (a int); SELECT * FROM app.u", "",
        ZDM_EVIDENCE_CATALOG},
    {ZDM_WRAP_ALWAYS,
        "SET search_path = app; SAVEPOINT s; SET search_path = public; ROLLBACK TO s; "
        "SELECT * FROM t",
        "42P01", ZDM_EVIDENCE_CATALOG},
    /* Behind what nobody can see nothing is certain. */
    {ZDM_WRAP_NEVER, "DO $$ BEGIN END $$; SELECT * FROM nope", "", ZDM_EVIDENCE_ASSUMED},
    {ZDM_WRAP_NEVER, "CALL p(); SELECT b FROM t", "", ZDM_EVIDENCE_ASSUMED},
    {ZDM_WRAP_NEVER, "\\i other.sql\nSELECT * FROM nope", "", ZDM_EVIDENCE_ASSUMED},
    {ZDM_WRAP_NEVER, "SELEC; SELECT * FROM nope", "", ZDM_EVIDENCE_ASSUMED},
    {ZDM_WRAP_NEVER, "BEGIN; DO $$ BEGIN END $$; ROLLBACK; SELECT * FROM nope", "42P01",
        ZDM_EVIDENCE_CATALOG},
};

static void
catalog_in_between(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lasts / sizeof *lasts; i++) {
        struct zdm_sql_context *context = small_database();
        struct zdm_parsed *parsed;
        zdm_sql_classify_script(lasts[i].sql, lasts[i].wrap, context, &parsed);
        const struct zdm_statement *st = &parsed->statements[parsed->count - 1];
        if (strcmp(st->fails_with ? st->fails_with : "", lasts[i].sqlstate) != 0)
            fail_msg("%s: %s", lasts[i].sql, st->fails_with);
        if (st->evidence != lasts[i].evidence)
            fail_msg("%s: %s", lasts[i].sql, zdm_evidence_name(st->evidence));
        zdm_parsed_free(parsed);
        zdm_sql_context_free(context);
    }
}

/* Settings end with the text; what it made stays. */
static void
texts_behind_each_other(void **state)
{
    struct zdm_sql_context *context = small_database();
    struct zdm_parsed *parsed;

    (void)state;
    zdm_sql_classify_script(
        "SET search_path = app; CREATE TABLE u (a int)", ZDM_WRAP_NEVER, context, &parsed);
    zdm_parsed_free(parsed);
    zdm_sql_classify_script(
        "SELECT * FROM t; SELECT * FROM app.u; SELECT * FROM u", ZDM_WRAP_NEVER, context, &parsed);
    assert_null(parsed->statements[0].fails_with);
    assert_null(parsed->statements[1].fails_with);
    assert_string_equal(parsed->statements[2].fails_with, "42P01");
    zdm_parsed_free(parsed);
    zdm_sql_context_free(context);
}

/* A temporary table hides another one as long as its session lasts. */
static void
temporary_tables(void **state)
{
    struct zdm_sql_context *context = small_database();
    struct zdm_parsed *parsed;

    (void)state;
    zdm_sql_classify_script(
        "CREATE TEMP TABLE t (b int); SELECT b FROM t", ZDM_WRAP_NEVER, context, &parsed);
    assert_null(parsed->statements[1].fails_with);
    zdm_parsed_free(parsed);
    zdm_sql_classify_script("SELECT b FROM t; SELECT a FROM t", ZDM_WRAP_NEVER, context, &parsed);
    assert_string_equal(parsed->statements[0].fails_with, "42703");
    assert_null(parsed->statements[1].fails_with);
    zdm_parsed_free(parsed);
    zdm_sql_context_free(context);
}

/* Few rows are no reason to warn. */
static void
small_tables(void **state)
{
    struct zdm_sql_context *context = small_database();
    struct zdm_parsed *parsed;

    (void)state;
    zdm_sql_classify_script("UPDATE t SET a = 1", ZDM_WRAP_NEVER, context, &parsed);
    assert_string_equal(parsed->statements[0].findings[0].rule, "dml-unbatched");
    assert_int_equal(parsed->statements[0].findings[0].severity, ZDM_SEVERITY_INFO);
    assert_int_equal(parsed->statements[0].verdict, ZDM_VERDICT_SAFE);
    zdm_parsed_free(parsed);
    /* Unless somebody said how bad it is. */
    zdm_sql_context_set_severity(context, "dml-unbatched", ZDM_SEVERITY_WARNING);
    zdm_sql_classify_script("UPDATE t SET a = 1", ZDM_WRAP_NEVER, context, &parsed);
    assert_int_equal(parsed->statements[0].findings[0].severity, ZDM_SEVERITY_WARNING);
    zdm_parsed_free(parsed);
    zdm_sql_context_free(context);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_script),
        cmocka_unit_test(off_by_default),
        cmocka_unit_test(catalog_in_between),
        cmocka_unit_test(texts_behind_each_other),
        cmocka_unit_test(temporary_tables),
        cmocka_unit_test(small_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
