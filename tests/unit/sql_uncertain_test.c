/* Behind a statement that may have changed anything, what the catalog rules out is judged as if
 * nothing were known, and leaves the model alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sql_catalog_fixture.h"

#define ANYTHING "DO $$ BEGIN END $$;"

static struct zdm_catalog *
shop(void)
{
    struct zdm_catalog *catalog = fixture_catalog();
    struct zdm_relation *users = fixture_table(catalog, "public", "users", 1000000);
    struct zdm_relation *view =
        zdm_catalog_add_relation(catalog, "public", "seen", ZDM_RELATION_VIEW);

    view->known = true;
    fixture_column(catalog, users, "id", "int8", -1);
    fixture_column(catalog, users, "email", "text", -1);
    return catalog;
}

static char *
judged(struct zdm_catalog *catalog, const char *before, const char *sql)
{
    char *text = zdm_strf("%s%s", before, sql);
    char *seen = fixture_describe(catalog, 15, text);

    free(text);
    return seen;
}

/* Each fails by the catalog. */
static const char *const impossible[] = {
    "ALTER TABLE users ADD COLUMN email text",
    "ALTER TABLE users ALTER COLUMN gone SET NOT NULL",
    "ALTER TABLE users ALTER COLUMN gone TYPE int",
    "ALTER TABLE users DROP COLUMN gone",
    "ALTER TABLE users RENAME COLUMN gone TO here",
    "ALTER TABLE users RENAME COLUMN id TO email",
    "ALTER TABLE users DROP CONSTRAINT gone",
    "ALTER TABLE users VALIDATE CONSTRAINT gone",
    "ALTER TABLE users ADD UNIQUE (gone)",
    "ALTER TABLE users ADD FOREIGN KEY (gone) REFERENCES users (id)",
    "ALTER TABLE users ATTACH PARTITION seen DEFAULT",
    "ALTER TABLE users DETACH PARTITION seen",
    "ALTER TABLE users INHERIT seen",
    "ALTER TABLE seen ADD COLUMN a int",
    "CREATE INDEX ON users (gone)",
    "CREATE INDEX ON seen (a)",
    "CREATE TABLE users (id int)",
    "CREATE TYPE users AS (id int)",
    "CREATE TABLE other PARTITION OF users DEFAULT",
    "CREATE TRIGGER t AFTER UPDATE OF gone ON users EXECUTE FUNCTION f()",
    "DROP TABLE seen",
    "DROP INDEX users",
    "TRUNCATE seen",
    "CLUSTER users USING gone",
    "VACUUM users (gone)",
    "UPDATE users SET gone = 1",
    "DELETE FROM users WHERE gone = 1",
    "INSERT INTO users (gone) VALUES (1)",
};

static void
test_judged_as_if_unknown(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof impossible / sizeof *impossible; i++) {
        char *certain = judged(shop(), "", impossible[i]);
        char *uncertain = judged(shop(), ANYTHING, impossible[i]);
        char *offline = judged(zdm_catalog_new(), ANYTHING, impossible[i]);
        if (!strstr(certain, "fail"))
            fail_msg("%s does not fail: %s", impossible[i], certain);
        if (strcmp(uncertain, offline) != 0)
            fail_msg("%s\n  uncertain: %s\n  offline:   %s", impossible[i], uncertain, offline);
        free(certain);
        free(uncertain);
        free(offline);
    }
}

/* What no database takes fails there too. */
static void
test_fails_anyway(void **state)
{
    (void)state;
    char *seen = judged(shop(), ANYTHING, "CREATE TABLE users (id int, id int)");
    assert_non_null(strstr(seen, "42701"));
    free(seen);
}

/* The text makes the index; whether its table is partitioned nobody has said. */
static void
test_index_of_unknown_table(void **state)
{
    (void)state;
    char *seen = judged(zdm_catalog_new(),
        "CREATE INDEX whole ON ONLY events (lower(what)); CREATE INDEX part ON events_1 "
        "(lower(what));",
        "ALTER INDEX whole ATTACH PARTITION part");
    assert_null(strstr(seen, "fail"));
    free(seen);
    seen = judged(zdm_catalog_new(),
        "CREATE INDEX whole ON ONLY events (lower(what)); CREATE INDEX part ON events_1 (what);",
        "ALTER INDEX whole ATTACH PARTITION part");
    assert_non_null(strstr(seen, "42P17"));
    free(seen);
}

static void
test_leaves_the_model_alone(void **state)
{
    (void)state;
    struct zdm_catalog *catalog = shop();
    struct zdm_relation *users = zdm_catalog_relation(catalog, "public", "users");
    struct zdm_sql_context *context = zdm_sql_context_on(catalog, 15);
    struct zdm_parsed *parsed = NULL;

    zdm_sql_classify_script(ANYTHING
        "ALTER TABLE users ADD COLUMN more text, ADD COLUMN email text;"
        "CREATE INDEX late ON users (gone);",
        ZDM_WRAP_NEVER, context, &parsed);
    assert_int_equal(parsed->count, 3);
    assert_int_equal(users->columns.n, 2);
    assert_int_equal(users->indexes.n, 0);
    zdm_parsed_free(parsed);
    zdm_sql_context_free(context);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judged_as_if_unknown),
        cmocka_unit_test(test_fails_anyway),
        cmocka_unit_test(test_index_of_unknown_table),
        cmocka_unit_test(test_leaves_the_model_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
