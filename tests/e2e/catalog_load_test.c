#include "catalog_fixture.h"

#include "catalog/compare.h"

static struct zdm_column *
column(const char *table, const char *name)
{
    struct zdm_column *found = zdm_relation_column(relation("app", table), name);

    if (!found)
        fail_msg("%s.%s was not loaded", table, name);
    return found;
}

static struct zdm_index *
index_called(const char *name)
{
    struct zdm_index *found = relation("app", name)->index;

    if (!found)
        fail_msg("%s is no index", name);
    return found;
}

static bool
depends(const struct zdm_relation *on, const char *kind, const char *name, const char *column_name)
{
    for (size_t i = 0; i < on->dependents.n; i++) {
        const struct zdm_dependent *dependent = on->dependents.items[i];
        bool whole = !dependent->column && !column_name;
        if (strcmp(dependent->kind, kind) == 0 && strcmp(dependent->name, name) == 0 &&
            (whole ||
                (dependent->column && column_name && strcmp(dependent->column, column_name) == 0)))
            return true;
    }
    return false;
}

/* The whole model in lines, beside the lines that are right. ZDM_ACCEPT=1 takes what is there. */
static void
lines(void **state)
{
    struct zdm_arena *arena = zdm_arena_new();
    struct zdm_buf text = ZDM_BUF_INIT;
    size_t n;
    char **all = zdm_catalog_lines(catalog, arena, &n);

    (void)state;
    for (size_t i = 0; i < n; i++)
        zdm_buf_addf(&text, "%s\n", all[i]);
    if (getenv("ZDM_ACCEPT")) {
        char *path = zdm_strf("%s/tests/e2e/catalog/lines.txt", getenv("ZDM_SOURCE"));
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(text.s, file);
        fclose(file);
        free(path);
    }
    char *expected = read_file("lines.txt");
    assert_string_equal(text.s, expected);
    free(expected);
    zdm_buf_release(&text);
    zdm_arena_free(arena);
}

static void
settings(void **state)
{
    char *version = ask(dba, "SHOW server_version_num");
    char *expected = zdm_strf("%d", catalog->server_version);

    (void)state;
    assert_string_equal(version, expected);
    assert_string_equal(catalog->database, scratch.name);
    assert_false(zdm_catalog_surely_no_superuser(catalog));
    assert_true(catalog->names_known);
    assert_int_equal(catalog->lock_timeout_ms, 0);
    assert_int_equal(catalog->search_path.n, 1);
    assert_string_equal(catalog->search_path.items[0], "public");
    assert_string_equal(zdm_catalog_creation_schema(catalog), "public");
    assert_non_null(zdm_catalog_schema(catalog, "Odd Schema"));
    assert_non_null(zdm_catalog_schema(catalog, "pg_catalog"));
    assert_null(zdm_catalog_schema(catalog, "nowhere"));
    free(version);
    free(expected);
}

static void
tables(void **state)
{
    struct zdm_relation *users = relation("app", "users"), *unlogged = relation("app", "unl");

    (void)state;
    char *user = ask(dba, "SELECT current_user");
    assert_string_equal(users->owner, user);
    free(user);
    assert_string_equal(users->access_method, "heap");
    assert_int_equal(users->rows, -1);
    assert_true(users->toast != 0);
    assert_int_equal(unlogged->rows, 1000);
    assert_true(unlogged->toast == 0);
    /* 1000 rows in half-filled pages, and an index of as many entries. */
    char *bytes =
        ask(dba, "SELECT (SELECT relpages FROM pg_class WHERE oid = 'app.unl'::regclass) * 8192"
                 " + (SELECT relpages FROM pg_class WHERE oid = 'app.unl_i'::regclass) * 8192");
    char *loaded = zdm_strf("%lld", (long long)unlogged->bytes);
    assert_string_equal(loaded, bytes);
    free(bytes);
    free(loaded);
    assert_string_equal(relation("app", "member")->extension, "plpgsql");
    assert_null(users->extension);
    assert_int_equal(relation("app", "users_id_seq")->kind, ZDM_RELATION_SEQUENCE);
    assert_ptr_equal(zdm_catalog_sequence_of(users, "id"), relation("app", "users_id_seq"));
    /* The system's are not in here. */
    assert_null(zdm_catalog_relation(catalog, "pg_catalog", "pg_class"));
    assert_null(zdm_catalog_relation(catalog, "information_schema", "sql_features"));
}

static void
columns(void **state)
{
    (void)state;
    assert_string_equal(column("users", "name")->default_sql, "'n'::text");
    assert_string_equal(column("users", "total")->default_sql, "app.plus(5)");
    assert_int_equal(column("users", "Mixed Case")->typmod, 24);
    assert_int_equal(column("users", "name")->storage, 'x');
    assert_null(zdm_relation_column(relation("app", "users"), "gone"));
    assert_string_equal(
        zdm_relation_column(relation("Odd Schema", "Or\"ders"), "g")->default_sql, "(k * 2)");
    assert_string_equal(column("uses_seq", "a")->default_sql, "nextval('app.seq'::regclass)");
}

static void
constraints(void **state)
{
    struct zdm_relation *users = relation("app", "users");
    struct zdm_relation *orders = relation("Odd Schema", "Or\"ders");
    struct zdm_constraint *check = zdm_relation_constraint(users, "n_positive");
    struct zdm_constraint *key = zdm_relation_constraint(orders, "Or\"ders_user_id_fkey");

    (void)state;
    assert_string_equal(check->check_sql, "((n > (0)::numeric) AND (name IS NOT NULL))");
    assert_int_equal(check->n_columns, 2);
    assert_true(zdm_names_have(check->columns, 2, "n"));
    assert_true(zdm_names_have(check->columns, 2, "name"));
    assert_ptr_equal(key->references, users);
    assert_ptr_equal(key->index, zdm_relation_primary_key(users)->index);
    size_t from_orders = 0;
    for (size_t i = 0; i < users->referenced_by.n; i++)
        from_orders += users->referenced_by.items[i] == key;
    assert_int_equal(from_orders, 1);
    assert_ptr_equal(
        zdm_relation_primary_key(users)->index->constraint, zdm_relation_primary_key(users));
}

static void
indexes(void **state)
{
    struct zdm_index *index = index_called("users_name");
    struct zdm_index *part = index_called("part_pkey");

    (void)state;
    assert_ptr_equal(index->table, relation("app", "users"));
    assert_null(index->columns[0].name);
    assert_string_equal(index->expressions_sql, "lower(name)");
    assert_string_equal(index->predicate_sql, "(n > (5)::numeric)");
    assert_int_equal(index->n_uses, 3);
    assert_true(zdm_names_have(index->uses, 3, "name"));
    assert_true(zdm_names_have(index->uses, 3, "Mixed Case"));
    assert_true(zdm_names_have(index->uses, 3, "n"));
    assert_true(index->ready);
    assert_int_equal(part->self->kind, ZDM_RELATION_PARTITIONED_INDEX);
    assert_int_equal(part->children.n, 2);
    assert_ptr_equal(index_called("part_1_pkey")->parent, part);
    assert_ptr_equal(index_called("part_d1_pkey")->parent, index_called("part_d_pkey"));
}

static void
partitions(void **state)
{
    struct zdm_relation *keyed = relation("app", "keyed"), *part = relation("app", "part");

    (void)state;
    assert_string_equal(
        relation("app", "part_1")->bound_sql, "FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')");
    assert_string_equal(relation("app", "part_d")->bound_sql, "DEFAULT");
    assert_ptr_equal(part->default_partition, relation("app", "part_d"));
    assert_int_equal(part->children.n, 2);
    assert_int_equal(keyed->n_partition_uses, 2);
    assert_true(zdm_names_have(keyed->partition_uses, 2, "id"));
    assert_true(zdm_names_have(keyed->partition_uses, 2, "at"));
    /* A publication of the root sends the leaves. */
    assert_true(relation("app", "part_d1")->published);
    assert_false(relation("app", "parent")->published);
}

static void
triggers_and_policies(void **state)
{
    struct zdm_relation *users = relation("app", "users");
    struct zdm_trigger *trigger = zdm_relation_trigger(users, "t1");
    struct zdm_trigger *constraint = zdm_relation_trigger(users, "t2");

    (void)state;
    assert_string_equal(trigger->function, "app.trg");
    assert_int_equal(trigger->n_columns, 2);
    assert_int_equal(trigger->n_when_columns, 1);
    assert_string_equal(trigger->when_columns[0], "Mixed Case");
    assert_true(constraint->deferrable);
    assert_false(constraint->initially_deferred);
    assert_int_equal(users->policies.n, 1);
    assert_int_equal(users->policies.items[0]->n_columns, 2);
    assert_true(zdm_names_have(users->policies.items[0]->columns, 2, "n"));
    assert_true(zdm_names_have(users->policies.items[0]->columns, 2, "name"));
}

static void
dependents(void **state)
{
    struct zdm_relation *users = relation("app", "users");
    struct zdm_relation *orders = relation("Odd Schema", "Or\"ders");
    size_t of_key = 0;

    (void)state;
    assert_true(depends(users, "view", "app.v", "name"));
    assert_true(depends(users, "view", "app.v", "n"));
    assert_false(depends(users, "view", "app.v", "email"));
    assert_true(depends(users, "rule", "r", "id"));
    assert_true(depends(relation("app", "child"), "rule", "r", "b"));
    assert_true(depends(users, "trigger", "t1", "name"));
    assert_true(depends(users, "trigger", "t1", "Mixed Case"));
    assert_true(depends(users, "policy", "pol", "n"));
    assert_true(depends(relation("app", "parent"), "policy", "pol", "a"));
    assert_true(depends(users, "statistics", "app.st", "n"));
    assert_true(depends(users, "function", "app.reads()", "id"));
    assert_true(depends(users, "function", "app.rowed(app.users)", NULL));
    assert_true(depends(orders, "generated column", "g", "k"));
    assert_true(depends(orders, "sequence", "\"Odd Schema\".\"Or\"\"ders_id_seq\"", "id"));
    assert_true(depends(relation("app", "seq"), "default", "a", NULL));
    assert_true(depends(relation("app", "part"), "materialized view", "app.mv", "v"));
    for (size_t i = 0; i < users->dependents.n; i++)
        if (users->dependents.items[i]->constraint) {
            of_key++;
            assert_string_equal(users->dependents.items[i]->name, "app.v_key");
            assert_string_equal(users->dependents.items[i]->constraint, "users_pkey");
        }
    assert_int_equal(of_key, 1);
    assert_int_equal(relation("app", "mv")->reads.n, 2);
    assert_true(relation("app", "child")->has_rules);
    assert_false(relation("app", "v")->has_rules);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines),
        cmocka_unit_test(settings),
        cmocka_unit_test(tables),
        cmocka_unit_test(columns),
        cmocka_unit_test(constraints),
        cmocka_unit_test(indexes),
        cmocka_unit_test(partitions),
        cmocka_unit_test(triggers_and_policies),
        cmocka_unit_test(dependents),
    };
    return cmocka_run_group_tests(tests, open_schema, close_schema);
}
