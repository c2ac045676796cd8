/* Tables that extensions manage. The extensions are rows of pg_extension that the test writes by
 * itself, with tables shaped as their documentation says: the real ones are not tried here. */
#include "pg_test.h"

#include "catalog/load.h"
#include "sql/classify.h"

static const char fake[] =
    "SET allow_system_table_mods = on;"
    "CREATE SCHEMA _timescaledb_catalog; CREATE SCHEMA \"part man\";"
    "CREATE TABLE _timescaledb_catalog.hypertable (id int, schema_name name, table_name name);"
    "CREATE TABLE _timescaledb_catalog.continuous_agg (user_view_schema name, user_view_name name);"
    "CREATE TABLE \"part man\".part_config (parent_table text);"
    "CREATE TABLE conditions (at int, v int); CREATE TABLE chunk () INHERITS (conditions);"
    "CREATE TABLE \"Odd\" (a int) PARTITION BY RANGE (a); CREATE TABLE plain (a int);"
    "INSERT INTO _timescaledb_catalog.hypertable VALUES (1, 'public', 'conditions');"
    "INSERT INTO \"part man\".part_config VALUES ('public.\"Odd\"');"
    "INSERT INTO pg_extension SELECT 90000 + i, n, 10, 2200, false, '1', NULL, NULL"
    "  FROM unnest('{timescaledb,pg_partman}'::name[]) WITH ORDINALITY u (n, i);"
    "INSERT INTO pg_depend SELECT 'pg_class'::regclass, c::regclass, 0, 'pg_extension'::regclass, "
    "e, 0, 'e'"
    "  FROM (VALUES ('_timescaledb_catalog.hypertable', 90001), "
    "('_timescaledb_catalog.continuous_agg', 90001),"
    "               ('\"part man\".part_config', 90002)) v (c, e)";

static struct scratch scratch;

/* The message of the finding, or "". Owned. */
static char *
told(struct zdm_conn *conn, const char *sql)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_catalog *catalog;
    struct zdm_parsed *parsed;
    char *message = zdm_strdup("");

    if (zdm_catalog_load(conn, &catalog, &err) < 0)
        fail_msg("%s: %s", err.sqlstate, err.message);
    struct zdm_sql_context *context = zdm_sql_context_on(catalog, 0);
    zdm_sql_classify_script(sql, ZDM_WRAP_NEVER, context, &parsed);
    const struct zdm_statement *st = &parsed->statements[0];
    for (size_t i = 0; i < st->n_findings; i++)
        if (strcmp(st->findings[i].rule, "extension-managed") == 0) {
            free(message);
            message = zdm_strdup(st->findings[i].message);
            assert_int_equal(st->evidence, ZDM_EVIDENCE_ASSUMED);
            assert_int_not_equal(st->verdict, ZDM_VERDICT_SAFE);
        }
    zdm_parsed_free(parsed);
    zdm_sql_context_free(context);
    return message;
}

static void
expect(struct zdm_conn *conn, const char *sql, const char *words)
{
    char *message = told(conn, sql);

    if (*words ? !strstr(message, words) : *message)
        fail_msg("%s: %s", sql, message);
    free(message);
}

static void
managed(void **state)
{
    struct zdm_conn *dba = connect_to(scratch.settings, "t");

    (void)state;
    expect(dba, "ALTER TABLE conditions ADD COLUMN a int", "");
    must_exec(dba, fake);
    expect(dba, "ALTER TABLE conditions ADD COLUMN a int",
        "public.conditions is a hypertable of extension timescaledb");
    expect(dba, "CREATE INDEX ON chunk (v)", "public.conditions is a hypertable");
    expect(dba, "ALTER TABLE \"Odd\" ADD COLUMN b int", "of extension pg_partman");
    expect(dba, "ALTER TABLE _timescaledb_catalog.hypertable ADD COLUMN b int",
        "belongs to extension timescaledb");
    expect(dba, "ALTER TABLE plain ADD COLUMN b int", "");
    expect(dba, "INSERT INTO conditions VALUES (1, 2)", "");
    /* A table that says something else than was expected: known is only that nothing is. */
    must_exec(dba, "ALTER TABLE \"part man\".part_config RENAME COLUMN parent_table TO other");
    expect(dba, "ALTER TABLE plain ADD COLUMN b int", "may be managed by extension pg_partman");
    expect(dba, "ALTER TABLE conditions ADD COLUMN a int", "is a hypertable");
    zdm_conn_close(dba);
}

static int
open_scratch(void **state)
{
    (void)state;
    scratch_open(&scratch);
    return 0;
}

static int
close_scratch(void **state)
{
    (void)state;
    scratch_close(&scratch);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(managed)};
    return cmocka_run_group_tests(tests, open_scratch, close_scratch);
}
