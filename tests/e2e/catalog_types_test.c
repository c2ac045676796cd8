#include "catalog_fixture.h"

static bool
used_by(const struct zdm_type *type, const char *table)
{
    for (size_t i = 0; i < type->used_by.n; i++)
        if (strcmp(type->used_by.items[i]->name, table) == 0)
            return true;
    return false;
}

static void
types(void **state)
{
    struct zdm_type *mood = zdm_catalog_type(catalog, "app", "mood");
    struct zdm_type *email = zdm_catalog_type(catalog, "app", "email");
    struct zdm_type *email2 = zdm_catalog_type(catalog, "app", "email2");
    struct zdm_type *pair = zdm_catalog_type(catalog, "app", "pair");
    struct zdm_type *int4 = zdm_catalog_type(catalog, NULL, "int4");

    (void)state;
    assert_string_equal(mood->values.items[1], "meh");
    assert_string_equal(mood->array->name, "_mood");
    assert_ptr_equal(mood->array->element, mood);
    /* Through arrays, domains over arrays, and fields of composites. */
    assert_true(used_by(mood, "users"));
    assert_true(used_by(mood, "holds_row"));
    assert_int_equal(mood->used_by.n, 3);
    assert_true(used_by(mood, "typed"));
    assert_true(used_by(email, "users"));
    assert_true(used_by(pair, "holds_row"));
    assert_true(used_by(zdm_catalog_type(catalog, "app", "parent"), "holds_row"));
    assert_true(used_by(zdm_catalog_type(catalog, "app", "span"), "spans"));
    assert_int_equal(int4->used_by.n, 0);
    assert_string_equal(email->base->name, "varchar");
    assert_int_equal(email->base_typmod, 204);
    assert_string_equal(email->domain_checks.items[0]->check_sql, "((VALUE)::text ~ '@'::text)");
    assert_string_equal(email->domain_default, "'x'::character varying");
    assert_ptr_equal(email2->base, email);
    assert_true(email2->domain_not_null);
    assert_ptr_equal(pair->relation, relation("app", "pair"));
    assert_ptr_equal(relation("app", "typed")->of_type, relation("app", "pair"));
    assert_null(zdm_catalog_type(catalog, NULL, "point")->element);
    assert_int_equal(int4->oid, 23);
    bool foreign = false, view = false;
    for (size_t i = 0; i < mood->dependents.n; i++)
        foreign |= strcmp(mood->dependents.items[i]->name, "app.foreign_moods") == 0;
    for (size_t i = 0; i < email2->dependents.n; i++)
        view |= strcmp(email2->dependents.items[i]->name, "app.v_key") == 0;
    assert_true(foreign);
    assert_true(view);
}

static void
casts(void **state)
{
    const struct zdm_type *text = zdm_catalog_type(catalog, NULL, "text");
    const struct zdm_type *varchar = zdm_catalog_type(catalog, NULL, "varchar");
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < catalog->casts.n; i++) {
        const struct zdm_cast *cast = catalog->casts.items[i];
        if (cast->source != varchar || cast->target != text)
            continue;
        n++;
        assert_int_equal(cast->method, 'b');
        assert_int_equal(cast->context, 'i');
    }
    assert_int_equal(n, 1);
}

static struct zdm_function *
function(const char *schema, const char *name)
{
    struct zdm_function *found = zdm_catalog_functions(catalog, name);

    while (found && (strcmp(found->name, name) != 0 || strcmp(found->schema, schema) != 0))
        found = found->next;
    if (!found)
        fail_msg("%s.%s was not loaded", schema, name);
    return found;
}

static void
functions(void **state)
{
    struct zdm_function *plus = function("app", "plus"), *proc = function("app", "proc");
    struct zdm_function *rows_of = function("app", "rows_of"), *trigger = function("app", "trg");

    (void)state;
    assert_int_equal(plus->n_arguments, 3);
    assert_string_equal(plus->arguments[2]->name, "_int4");
    assert_string_equal(plus->argument_names[1], "b");
    assert_int_equal(plus->n_defaults, 2);
    assert_string_equal(plus->variadic->name, "int4");
    assert_int_equal(plus->volatility, 'i');
    assert_string_equal(plus->sql_body, "SELECT a + b");
    assert_string_equal(plus->result->name, "int4");
    assert_string_equal(function("app", "atomic")->sql_body, "RETURN (a + 1)");
    /* It names a table, which the server would lock to spell it. */
    assert_null(function("app", "reads")->sql_body);
    assert_int_equal(proc->kind, 'p');
    assert_string_equal(proc->argument_names[1], "b");
    assert_true(rows_of->returns_set);
    assert_int_equal(rows_of->n_arguments, 1);
    assert_string_equal(rows_of->argument_names[0], "Y");
    assert_null(trigger->sql_body);
    assert_int_equal(trigger->dependents.n, 10);
    assert_int_equal(plus->dependents.n, 1);
    assert_string_equal(plus->dependents.items[0]->kind, "default");
    assert_int_equal(plus->dependents.items[0]->automatic, catalog->server_version < 150000);
    assert_ptr_equal(plus->dependents.items[0]->dependent, relation("app", "users"));
    assert_int_equal(function("pg_catalog", "random")->volatility, 'v');
    assert_int_equal(function("pg_catalog", "now")->volatility, 's');
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types),
        cmocka_unit_test(casts),
        cmocka_unit_test(functions),
    };
    return cmocka_run_group_tests(tests, open_schema, close_schema);
}
