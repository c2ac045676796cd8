#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "sql/catalog.h"
#include "sql_describe.h"

/* users, orders with a foreign key to it, events with two partitions and a default one. */
static struct zdm_relation *
add_table(struct zdm_catalog *catalog, const char *name, enum zdm_relation_kind kind)
{
    struct zdm_relation *table = zdm_catalog_add_relation(catalog, "public", name, kind);
    struct zdm_type *type = zdm_catalog_type(catalog, "pg_catalog", "int4");

    if (!type)
        type = zdm_catalog_add_type(catalog, "pg_catalog", "int4", ZDM_TYPE_BASE);
    table->known = true;
    zdm_relation_add_column(catalog, table, "id")->type = type;
    zdm_relation_add_column(catalog, table, "a")->type = type;
    return table;
}

static struct zdm_index *
add_key(struct zdm_catalog *catalog, struct zdm_relation *table, const char *name)
{
    struct zdm_index *index = zdm_relation_add_index(catalog, table, name);
    struct zdm_constraint *key =
        zdm_relation_add_constraint(catalog, table, ZDM_CONSTRAINT_PRIMARY, name, NULL);

    index->columns = zdm_catalog_alloc(catalog, sizeof *index->columns);
    index->columns[0] =
        (struct zdm_index_column){.name = "id", .default_opclass = true, .plain_order = true};
    index->n_columns = 1;
    index->uses = zdm_catalog_alloc(catalog, sizeof *index->uses);
    index->uses[0] = "id";
    index->n_uses = 1;
    index->unique = index->primary = true;
    index->constraint = key;
    key->index = index;
    key->columns = index->uses;
    key->n_columns = 1;
    zdm_relation_column(table, "id")->not_null = true;
    return index;
}

static struct zdm_relation *
add_partition(
    struct zdm_catalog *catalog, struct zdm_relation *parent, const char *name, const char *bound)
{
    struct zdm_relation *table = add_table(catalog, name, ZDM_RELATION_TABLE);

    zdm_relation_column(table, "id")->not_null = true;
    table->is_partition = true;
    table->bound_sql = zdm_catalog_string(catalog, bound);
    zdm_catalog_append(catalog, &parent->children, table);
    zdm_catalog_append(catalog, &table->parents, parent);
    return table;
}

static struct zdm_sql_context *
shop(int version)
{
    struct zdm_catalog *catalog = zdm_catalog_new();

    catalog->complete = catalog->search_path_known = true;
    zdm_catalog_append(catalog, &catalog->search_path, "public");
    struct zdm_relation *users = add_table(catalog, "users", ZDM_RELATION_TABLE);
    struct zdm_relation *orders = add_table(catalog, "orders", ZDM_RELATION_TABLE);
    struct zdm_index *users_key = add_key(catalog, users, "users_pkey");
    add_key(catalog, orders, "orders_pkey");
    struct zdm_constraint *key = zdm_relation_add_constraint(
        catalog, orders, ZDM_CONSTRAINT_FOREIGN, "orders_a_fkey", users);
    key->columns = zdm_catalog_alloc(catalog, sizeof *key->columns);
    key->columns[0] = "a";
    key->n_columns = 1;
    key->referenced = users_key->uses;
    key->index = users_key;
    struct zdm_relation *events = add_table(catalog, "events", ZDM_RELATION_PARTITIONED);
    events->partition_strategy = 'r';
    events->partition_columns = users_key->uses;
    events->n_partition_columns = 1;
    events->partition_uses = users_key->uses;
    events->n_partition_uses = 1;
    zdm_relation_column(events, "id")->not_null = true;
    add_partition(catalog, events, "events_1", "FOR VALUES FROM (1) TO (10)");
    events->default_partition = add_partition(catalog, events, "events_rest", "DEFAULT");
    struct zdm_relation *next = add_table(catalog, "events_2", ZDM_RELATION_TABLE);
    zdm_relation_column(next, "id")->not_null = true;
    struct zdm_relation *view = add_table(catalog, "v", ZDM_RELATION_VIEW);
    (void)view;
    return zdm_sql_context_on(catalog, version);
}

/* The last statement of each text, with everything before it in force. */
static const struct {
    const char *sql, *expected;
    int version;
} cases[] = {
    {"ALTER TABLE orders ADD CHECK (a > 0)",
        "unsafe; lock public.orders ACCESS EXCLUSIVE scan; scan public.orders; rule "
        "scan-add-check",
        15},
    {"ALTER TABLE orders ADD CONSTRAINT c CHECK (a > 0) NOT VALID; "
     "ALTER TABLE orders VALIDATE CONSTRAINT c; ALTER TABLE orders VALIDATE CONSTRAINT c",
        "safe; lock public.orders SHARE UPDATE EXCLUSIVE brief", 15},
    {"ALTER TABLE orders DROP CONSTRAINT orders_a_fkey",
        "caution; lock public.orders ACCESS EXCLUSIVE brief; lock public.users ACCESS EXCLUSIVE "
        "brief; rule lock-drop-fk",
        15},
    {"ALTER TABLE users DROP CONSTRAINT users_pkey",
        "unsafe; lock public.users ACCESS EXCLUSIVE brief; fails 2BP01; rule fail-certain", 15},
    {"ALTER TABLE orders DROP CONSTRAINT orders_a_fkey; "
     "ALTER TABLE users DROP CONSTRAINT users_pkey",
        "caution; lock public.users ACCESS EXCLUSIVE brief; rule drop-constraint", 15},
    /* What fails changes nothing: the key is still there. */
    {"ALTER TABLE orders DROP CONSTRAINT orders_a_fkey, DROP CONSTRAINT nothing; "
     "ALTER TABLE orders DROP CONSTRAINT orders_a_fkey",
        "caution; lock public.orders ACCESS EXCLUSIVE brief; lock public.users ACCESS EXCLUSIVE "
        "brief; rule lock-drop-fk",
        15},
    {"BEGIN; ALTER TABLE orders DROP CONSTRAINT orders_a_fkey; ROLLBACK; "
     "ALTER TABLE users DROP CONSTRAINT users_pkey",
        "unsafe; lock public.users ACCESS EXCLUSIVE brief; fails 2BP01; rule fail-certain", 15},
    /* Drops come first, whatever the order of the text. */
    {"ALTER TABLE users ADD CONSTRAINT k PRIMARY KEY (id), DROP CONSTRAINT users_pkey CASCADE",
        "unsafe; lock public.users ACCESS EXCLUSIVE build; lock public.orders ACCESS EXCLUSIVE "
        "brief; build k; rule drop-constraint; rule drop-cascade; rule index-add-pk",
        15},
    {"ALTER TABLE events ADD FOREIGN KEY (a) REFERENCES users NOT VALID",
        "unsafe; lock public.events SHARE ROW EXCLUSIVE brief; fails 42809; rule fail-certain", 17},
    {"ALTER TABLE events ADD UNIQUE (a)",
        "unsafe; lock public.events ACCESS EXCLUSIVE brief; fails 0A000; rule fail-certain; rule "
        "fail-unique-partition-key",
        15},
    {"ALTER TABLE events ADD UNIQUE (id)",
        "unsafe; lock public.events ACCESS EXCLUSIVE build; lock public.events_1 SHARE build; lock "
        "public.events_rest SHARE build; build events_1_id_key; build events_rest_id_key; rule "
        "index-add-unique; rule lock-parent-fanout",
        15},
    {"ALTER TABLE events ADD UNIQUE (id)",
        "unsafe; lock public.events ACCESS EXCLUSIVE build; lock public.events_1 ACCESS EXCLUSIVE "
        "build; lock public.events_rest ACCESS EXCLUSIVE build; build events_1_id_key; build "
        "events_rest_id_key; rule index-add-unique; rule lock-parent-fanout",
        18},
    {"ALTER TABLE events ATTACH PARTITION events_2 FOR VALUES FROM (10) TO (20)",
        "unsafe; lock public.events SHARE UPDATE EXCLUSIVE brief; lock public.events_2 ACCESS "
        "EXCLUSIVE scan; lock public.events_rest ACCESS EXCLUSIVE scan; scan public.events_2; scan "
        "public.events_rest; rule scan-attach-partition; rule scan-attach-default-partition",
        15},
    {"ALTER TABLE events_2 ADD CONSTRAINT b CHECK (id >= 10 AND id < 20) NOT VALID; "
     "ALTER TABLE events_2 VALIDATE CONSTRAINT b; "
     "ALTER TABLE events_rest ADD CONSTRAINT r CHECK (id >= 20) NOT VALID; "
     "ALTER TABLE events_rest VALIDATE CONSTRAINT r; "
     "ALTER TABLE events ATTACH PARTITION events_2 FOR VALUES FROM (10) TO (20)",
        "safe; lock public.events SHARE UPDATE EXCLUSIVE brief; lock public.events_2 ACCESS "
        "EXCLUSIVE brief; lock public.events_rest ACCESS EXCLUSIVE brief",
        15},
    {"ALTER TABLE events ATTACH PARTITION events_2 FOR VALUES FROM (5) TO (20)",
        "unsafe; lock public.events SHARE UPDATE EXCLUSIVE brief; lock public.events_2 ACCESS "
        "EXCLUSIVE brief; fails 42P17; rule fail-certain",
        15},
    {"ALTER TABLE events DETACH PARTITION events_1; "
     "ALTER TABLE events ATTACH PARTITION events_1 FOR VALUES FROM (1) TO (10)",
        "unsafe; lock public.events SHARE UPDATE EXCLUSIVE brief; lock public.events_1 ACCESS "
        "EXCLUSIVE scan; lock public.events_rest ACCESS EXCLUSIVE scan; scan public.events_1; scan "
        "public.events_rest; rule scan-attach-partition; rule scan-attach-default-partition",
        15},
    {"ALTER TABLE v ADD CHECK (a > 0)",
        "unsafe; lock public.v ACCESS EXCLUSIVE brief; fails 42809; rule fail-certain", 15},
    {"ALTER VIEW users OWNER TO ann", "unsafe; fails 42809; rule fail-certain", 15},
    {"ALTER TABLE nothing ADD CHECK (a > 0)", "unsafe; fails 42P01; rule fail-certain", 15},
    {"ALTER TABLE IF EXISTS nothing ADD CHECK (a > 0)", "safe", 15},
    {"CREATE INDEX i ON orders (a); CREATE INDEX i ON orders (a)",
        "unsafe; fails 42P07; rule fail-certain", 15},
    {"CREATE INDEX ON orders (a); CREATE INDEX ON orders (a)",
        "unsafe; lock public.orders SHARE build; build orders_a_idx1; rule index-create-blocking; "
        "rule index-duplicate",
        15},
    {"CREATE INDEX CONCURRENTLY i ON orders (a); DROP INDEX CONCURRENTLY i; "
     "CREATE INDEX CONCURRENTLY j ON orders (a, id)",
        "caution; lock public.orders SHARE UPDATE EXCLUSIVE build; build j; tx forbidden; rule "
        "replace-index",
        15},
    {"CREATE INDEX CONCURRENTLY i ON events (a)",
        "unsafe; tx forbidden; fails 0A000; rule fail-certain; rule fail-concurrently-partitioned",
        15},
    {"DROP INDEX users_pkey",
        "unsafe; fails 2BP01; rule fail-certain; rule fail-drop-constraint-index", 15},
};

static void
follows_the_catalog(void **state)
{
    bool wrong = false;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zdm_sql_context *context = shop(cases[i].version);
        struct zdm_parsed *parsed = NULL;
        struct zdm_err err = ZDM_ERR_INIT;
        if (zdm_sql_classify_in(cases[i].sql, ZDM_WRAP_NEVER, context, &parsed, &err) < 0)
            fail_msg("%s: %s", cases[i].sql, err.message);
        const struct zdm_statement *st = &parsed->statements[parsed->count - 1];
        char *seen = describe(st);
        if (strcmp(seen, cases[i].expected) != 0) {
            print_error(
                "%s\n  expected %s\n  seen     %s\n", cases[i].sql, cases[i].expected, seen);
            wrong = true;
        }
        assert_int_equal(st->evidence, ZDM_EVIDENCE_CATALOG);
        free(seen);
        zdm_parsed_free(parsed);
        zdm_sql_context_free(context);
    }
    assert_false(wrong);
}

/* Each finding stands at its own sub-command. */
static void
points_at_the_sub_command(void **state)
{
    static const char sql[] = "ALTER TABLE \"My S\" . \"T, x\" *\n"
                              "  ADD CHECK (f(a, 1) > 0), -- one, two\n"
                              "  ADD FOREIGN KEY (a) REFERENCES o (b),\n"
                              "  SET UNLOGGED; ALTER TABLE ONLY (t) ADD UNIQUE (a, b)";
    static const char *const begins[] = {"ADD FOREIGN", "SET UNLOGGED", "ADD UNIQUE"};
    struct zdm_parsed *parsed = NULL;
    struct zdm_err err = ZDM_ERR_INIT;
    size_t found = 0;

    (void)state;
    if (zdm_sql_classify_in(sql, ZDM_WRAP_NEVER, NULL, &parsed, &err) < 0)
        fail_msg("%s", err.message);
    for (size_t i = 0; i < parsed->count; i++)
        for (size_t k = 0; k < parsed->statements[i].n_findings; k++) {
            const struct zdm_finding *finding = &parsed->statements[i].findings[k];
            if (strcmp(finding->rule, "scan-add-check") == 0)
                assert_memory_equal(sql + finding->offset, "ADD CHECK", 9);
            for (size_t b = 0; b < sizeof begins / sizeof *begins; b++)
                found += strncmp(sql + finding->offset, begins[b], strlen(begins[b])) == 0;
        }
    assert_int_equal(found, 3);
    zdm_parsed_free(parsed);
}

/* Siblings are compared with each new one: their bounds are taken apart once. */
static void
takes_a_thousand_partitions(void **state)
{
    struct zdm_sql_context *context = shop(15);
    struct zdm_catalog *catalog = zdm_sql_context_catalog(context);
    struct zdm_relation *events = zdm_catalog_relation(catalog, "public", "events");
    struct zdm_buf sql = ZDM_BUF_INIT;
    struct zdm_parsed *parsed = NULL;
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        char *name = zdm_strf("p%d", i);
        struct zdm_relation *table = add_table(catalog, name, ZDM_RELATION_TABLE);
        zdm_relation_column(table, "id")->not_null = true;
        zdm_buf_addf(&sql, "ALTER TABLE events ATTACH PARTITION %s FOR VALUES FROM (%d) TO (%d);",
            name, 100 + i, 101 + i);
        free(name);
    }
    if (zdm_sql_classify_in(sql.s, ZDM_WRAP_NEVER, context, &parsed, &err) < 0)
        fail_msg("%s", err.message);
    for (size_t i = 0; i < parsed->count; i++)
        assert_null(parsed->statements[i].fails_with);
    assert_int_equal(events->children.n, 1002);
    zdm_buf_release(&sql);
    zdm_parsed_free(parsed);
    zdm_sql_context_free(context);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_the_catalog),
        cmocka_unit_test(points_at_the_sub_command),
        cmocka_unit_test(takes_a_thousand_partitions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
