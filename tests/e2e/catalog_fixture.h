/*
 * catalog_fixture.h - tests/e2e/catalog/schema.sql in a database of its own, and its catalog.
 */
#ifndef ZDM_TESTS_CATALOG_FIXTURE_H
#define ZDM_TESTS_CATALOG_FIXTURE_H

#include "pg_test.h"

#include "catalog/load.h"
#include "sql/catalog_names.h"

static struct scratch scratch;
static struct zdm_conn *dba;
static struct zdm_catalog *catalog; /* of tests/e2e/catalog/schema.sql */

static inline char *
read_file(const char *name)
{
    const char *source = getenv("ZDM_SOURCE");
    char *path = zdm_strf("%s/tests/e2e/catalog/%s", source ? source : ".", name);
    struct zdm_buf text = ZDM_BUF_INIT;
    char piece[4096];
    FILE *file = fopen(path, "r");

    if (!file)
        fail_msg("cannot read %s", path);
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        zdm_buf_addn(&text, piece, n);
    fclose(file);
    free(path);
    return zdm_buf_take(&text);
}

static inline struct zdm_catalog *
load(struct zdm_conn *conn)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_catalog *loaded = NULL;

    if (zdm_catalog_load(conn, &loaded, &err) < 0)
        fail_msg("%s: %s", err.sqlstate, err.message);
    assert_true(loaded->complete);
    return loaded;
}

static inline int
open_schema(void **state)
{
    (void)state;
    scratch_open(&scratch);
    dba = connect_to(scratch.settings, "t");
    char *sql = read_file("schema.sql");
    must_exec(dba, sql);
    free(sql);
    catalog = load(dba);
    return 0;
}

static inline int
close_schema(void **state)
{
    (void)state;
    zdm_catalog_free(catalog);
    zdm_conn_close(dba);
    scratch_close(&scratch);
    return 0;
}

static inline struct zdm_relation *
relation(const char *schema, const char *name)
{
    struct zdm_relation *found = zdm_catalog_relation(catalog, schema, name);

    if (!found)
        fail_msg("%s.%s was not loaded", schema, name);
    assert_true(found->known);
    assert_true(found->oid >= 16384);
    return found;
}

#endif
