/* Which questions about rows a statement asks, and as which query. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "sql_catalog_fixture.h"

static struct zdm_catalog *
shop(void)
{
    struct zdm_catalog *catalog = fixture_catalog();
    struct zdm_relation *users = fixture_table(catalog, "public", "users", 10);
    struct zdm_relation *odd = fixture_table(catalog, "Odd", "t", 10);
    struct zdm_constraint *key =
        zdm_relation_add_constraint(catalog, users, ZDM_CONSTRAINT_PRIMARY, "users_pkey", NULL);
    struct zdm_function *loud = zdm_catalog_add_function(catalog, "public", "loud");

    fixture_column(catalog, users, "id", "int8", -1)->not_null = true;
    fixture_column(catalog, users, "Na\"me", "text", -1);
    fixture_column(catalog, users, "age", "int4", -1);
    zdm_relation_column(users, "id")->not_null_valid = true;
    fixture_column(catalog, odd, "a", "int4", -1);
    fixture_column(catalog, odd, "b", "int8", -1);
    key->columns = fixture_names(catalog, "id");
    key->n_columns = 1;
    key->validated = true;
    struct zdm_index *index = zdm_relation_add_index(catalog, users, "users_pkey");
    index->method = "btree";
    index->columns = zdm_catalog_alloc(catalog, sizeof *index->columns);
    index->columns[0] =
        (struct zdm_index_column){.name = "id", .default_opclass = true, .plain_order = true};
    index->n_columns = 1;
    index->unique = index->primary = index->valid = index->ready = index->immediate = true;
    index->constraint = key;
    key->index = index;
    users->oid = 20001;
    odd->oid = 20002;
    loud->arguments = zdm_catalog_alloc(catalog, sizeof(struct zdm_type *));
    loud->arguments[0] = zdm_catalog_type(catalog, NULL, "int4");
    loud->n_arguments = 1;
    loud->result = zdm_catalog_type(catalog, NULL, "bool");
    return catalog;
}

/* "SQLSTATE: query" of each question of the last statement, one a line. */
static char *
questions(const char *text)
{
    struct zdm_sql_context *context = zdm_sql_context_on(shop(), 15);
    struct zdm_buf lines = ZDM_BUF_INIT;
    struct zdm_parsed *parsed;

    zdm_sql_context_ask_rows(context);
    zdm_sql_classify_script(text, ZDM_WRAP_NEVER, context, &parsed);
    const struct zdm_statement *st = &parsed->statements[parsed->count - 1];
    for (size_t i = 0; i < st->n_questions; i++)
        zdm_buf_addf(
            &lines, "%s%s: %s", i ? "\n" : "", st->questions[i].sqlstate, st->questions[i].sql);
    zdm_parsed_free(parsed);
    zdm_sql_context_free(context);
    return zdm_buf_take(&lines);
}

static const struct {
    const char *text, *asked;
} cases[] = {
    {"ALTER TABLE users ALTER \"Na\"\"me\" SET NOT NULL",
        "23502: SELECT id::pg_catalog.text AS id FROM public.users WHERE \"Na\"\"me\" IS NULL "
        "LIMIT 1"},
    {"ALTER TABLE ONLY users ADD CHECK (age > 0)",
        "23514: SELECT id::pg_catalog.text AS id FROM ONLY public.users WHERE NOT (age > 0) "
        "LIMIT 1"},
    {"ALTER TABLE \"Odd\".t ADD UNIQUE (a, b)",
        "23505: SELECT pg_catalog.min(ctid::pg_catalog.text) AS ctid FROM ONLY \"Odd\".t "
        "WHERE a IS NOT NULL AND b IS NOT NULL GROUP BY a, b HAVING pg_catalog.count(*) > 1 "
        "LIMIT 1"},
    {"ALTER TABLE \"Odd\".t ADD FOREIGN KEY (b) REFERENCES users",
        "23503: SELECT f.ctid::pg_catalog.text FROM ONLY \"Odd\".t AS f WHERE f.b IS NOT NULL "
        "AND NOT EXISTS (SELECT FROM ONLY public.users AS p WHERE p.id = f.b) LIMIT 1"},
    {"ALTER TABLE users ALTER age TYPE smallint",
        "22: SELECT pg_catalog.count((age)::smallint) FROM public.users"},
    /* Of what is not known to be harmless, or holds already, or changed before. */
    {"ALTER TABLE users ADD CHECK (loud(age))", ""},
    {"ALTER TABLE users ADD CHECK (random() > 0.5)", ""},
    {"ALTER TABLE users ALTER id SET NOT NULL", ""},
    {"ALTER TABLE users ADD CHECK (age > 0) NOT VALID", ""},
    {"ALTER TABLE users ADD CHECK (missing > 0)", ""},
    {"UPDATE users SET age = 1; ALTER TABLE users ADD CHECK (age > 0)", ""},
    {"DO $$ BEGIN END $$; ALTER TABLE users ADD CHECK (age > 0)", ""},
    {"CREATE TABLE f (a int); ALTER TABLE f ALTER a SET NOT NULL", ""},
    {"ALTER TABLE users DROP COLUMN age, ADD CHECK (id > 0)", ""},
    {"ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID; "
     "ALTER TABLE users VALIDATE CONSTRAINT c",
        "23514: SELECT id::pg_catalog.text AS id FROM public.users WHERE NOT (age > 0) LIMIT 1"},
};

static void
asked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *lines = questions(cases[i].text);
        if (strcmp(lines, cases[i].asked) != 0)
            fail_msg("%s\nasks    %s\nwanted  %s", cases[i].text, lines, cases[i].asked);
        free(lines);
    }
}

static void
nobody_asked(void **state)
{
    struct zdm_sql_context *context = zdm_sql_context_on(shop(), 15);
    struct zdm_parsed *parsed;

    (void)state;
    zdm_sql_classify_script(cases[0].text, ZDM_WRAP_NEVER, context, &parsed);
    assert_int_equal(parsed->statements[0].n_questions, 0);
    zdm_parsed_free(parsed);
    zdm_sql_context_free(context);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asked),
        cmocka_unit_test(nobody_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
