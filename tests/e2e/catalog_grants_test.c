/* Grants on tables and on columns, the pages of TOAST tables, columns that are gone. */
#include "pg_test.h"

#include "catalog/load.h"
#include "sql/acl.h"

static const char schema[] =
    "CREATE ROLE zdm_reader; CREATE ROLE \"zdm Odd\"; CREATE ROLE zdm_between;"
    "CREATE TABLE plain (a int, b int, c int, d int);"
    "CREATE TABLE open (a int); CREATE TABLE shared (a int); CREATE TABLE wide (a text);"
    "GRANT SELECT, INSERT ON open TO zdm_reader; GRANT SELECT, INSERT ON shared TO zdm_reader;"
    "GRANT SELECT (a), UPDATE (a) ON plain TO \"zdm Odd\" WITH GRANT OPTION;"
    "GRANT SELECT (b) ON plain TO PUBLIC;"
    "SET ROLE \"zdm Odd\"; GRANT SELECT (a) ON plain TO zdm_between; RESET ROLE;"
    "ALTER TABLE plain DROP COLUMN c;"
    "ALTER TABLE wide ALTER a SET STORAGE EXTERNAL;"
    "INSERT INTO wide SELECT repeat('x', 20000) FROM generate_series(1, 50)";

static struct scratch scratch;
static struct zdm_conn *dba;
static struct zdm_catalog *catalog;

static struct zdm_relation *
table(const char *name)
{
    struct zdm_relation *found = zdm_catalog_relation(catalog, "public", name);

    if (!found)
        fail_msg("%s was not loaded", name);
    return found;
}

static const struct zdm_grant *
grant_to(const struct zdm_acl *acl, const char *role)
{
    for (size_t i = 0; acl && i < acl->n; i++)
        if (zdm_same_text(acl->grants[i].role, role))
            return &acl->grants[i];
    fail_msg("nothing was granted to %s", role ? role : "PUBLIC");
    return NULL;
}

static void
on_tables(void **state)
{
    const struct zdm_acl *acl = table("open")->acl;
    const struct zdm_grant *grant = grant_to(acl, "zdm_reader");

    (void)state;
    assert_int_equal(grant->rights, ZDM_RIGHT_SELECT | ZDM_RIGHT_INSERT);
    assert_int_equal(grant->options, 0);
    assert_false(acl->mixed);
    assert_ptr_equal(table("shared")->acl, acl);
    assert_null(table("plain")->acl);
}

static void
on_columns(void **state)
{
    const struct zdm_relation *plain = table("plain");
    const struct zdm_acl *a = zdm_relation_column(plain, "a")->acl;
    const struct zdm_acl *b = zdm_relation_column(plain, "b")->acl;

    (void)state;
    assert_int_equal(grant_to(a, "zdm Odd")->rights, ZDM_RIGHT_SELECT | ZDM_RIGHT_UPDATE);
    assert_int_equal(grant_to(a, "zdm Odd")->options, ZDM_RIGHT_SELECT | ZDM_RIGHT_UPDATE);
    assert_int_equal(grant_to(a, "zdm_between")->rights, ZDM_RIGHT_SELECT);
    assert_int_equal(grant_to(a, "zdm_between")->options, 0);
    assert_true(a->mixed);
    assert_int_equal(grant_to(b, NULL)->rights, ZDM_RIGHT_SELECT);
    assert_false(b->mixed);
    assert_null(zdm_relation_column(plain, "d")->acl);
    assert_int_equal(plain->columns.n, 3);
    assert_int_equal(plain->n_dropped_columns, 1);
}

static void
of_toast(void **state)
{
    char *bytes = ask(dba, "SELECT (c.relpages + t.relpages) * 8192 FROM pg_class c"
                           " JOIN pg_class t ON t.oid = c.reltoastrelid"
                           " WHERE c.relname = 'wide' AND t.relpages > 100");
    char *loaded = zdm_strf("%lld", (long long)table("wide")->bytes);

    (void)state;
    assert_string_equal(loaded, bytes);
    free(bytes);
    free(loaded);
}

static int
open_schema(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    scratch_open(&scratch);
    dba = connect_to(scratch.settings, "t");
    must_exec(dba, schema);
    must_exec(dba, "VACUUM wide");
    if (zdm_catalog_load(dba, &catalog, &err) < 0)
        fail_msg("%s: %s", err.sqlstate, err.message);
    return 0;
}

static int
close_schema(void **state)
{
    (void)state;
    zdm_catalog_free(catalog);
    must_exec(dba, "DROP TABLE plain, open, shared, wide;"
                   "DROP ROLE zdm_reader; DROP ROLE \"zdm Odd\"; DROP ROLE zdm_between");
    zdm_conn_close(dba);
    scratch_close(&scratch);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_tables),
        cmocka_unit_test(on_columns),
        cmocka_unit_test(of_toast),
    };
    return cmocka_run_group_tests(tests, open_schema, close_schema);
}
