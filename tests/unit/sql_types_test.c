/* Type names, and what becomes of a value when it gets another type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>

#include "sql/coercion.h"
#include "sql_catalog_fixture.h"

/* The type of the first column of CREATE TABLE t (a ...). */
struct read {
    char text[64]; /* as zdm_typed_text() spells it; "" when nothing is known */
    int32_t typmod;
    const char *fails_with;
};

static struct read
read_type(struct zdm_catalog *catalog, int version, const char *name)
{
    struct read read = {"", 0, NULL};
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_tree tree;
    struct zdm_arena *arena = zdm_arena_new();
    struct zdm_sql_context *context = zdm_sql_context_new();
    struct zdm_statement st = {.kind = "test"};
    char *sql = zdm_arena_strf(arena, "CREATE TABLE t (a %s)", name);

    if (zdm_tree_parse(sql, &tree, &err) < 0)
        fail_msg("%s: %s", name, err.message);
    struct zdm_draft draft = {.st = &st,
        .arena = arena,
        .tree = &tree,
        .context = context,
        .catalog = catalog,
        .pg_version = version,
        .location = -1};
    const PgQuery__Node *column = tree.parsed->stmts[0]->stmt->create_stmt->table_elts[0];
    struct zdm_typed typed;
    if (zdm_typed_of_name(&draft, column->column_def->type_name, &typed) && typed.type) {
        snprintf(read.text, sizeof read.text, "%s", zdm_typed_text(&draft, typed));
        read.typmod = typed.typmod;
    }
    read.fails_with = st.fails_with;
    zdm_tree_release(&tree);
    zdm_sql_context_free(context);
    zdm_arena_free(arena);
    return read;
}

static const struct spelling {
    const char *given, *text;
    int32_t typmod;
} spellings[] = {{"int", "integer", -1}, {"int4", "integer", -1}, {"bigint", "bigint", -1},
    {"float(10)", "real", -1}, {"float(50)", "double precision", -1}, {"bool", "boolean", -1},
    {"varchar", "varchar", -1}, {"varchar(20)", "varchar(20)", 24},
    {"character varying(20)", "varchar(20)", 24}, {"char", "character(1)", 5},
    {"char(5)", "character(5)", 9}, {"\"char\"", "\"char\"", -1}, {"text", "text", -1},
    {"numeric", "numeric", -1}, {"numeric(10,2)", "numeric(10,2)", ((10 << 16) | 2) + 4},
    {"decimal(7)", "numeric(7,0)", (7 << 16) + 4},
    {"numeric(3,-2)", "numeric(3,-2)", ((3 << 16) | (-2 & 0x7FF)) + 4},
    {"timestamp(3)", "timestamp(3)", 3}, {"timestamp(9)", "timestamp(6)", 6},
    {"timestamp with time zone", "timestamptz", -1}, {"timestamptz(0)", "timestamptz(0)", 0},
    {"time(2) with time zone", "timetz(2)", 2}, {"bit(8)", "bit(8)", 8}, {"bit", "bit(1)", 1},
    {"bit varying(8)", "bit varying(8)", 8}, {"interval", "interval", -1},
    {"interval(3)", "interval", (0x7FFF << 16) | 3},
    {"interval year to month", "interval", (6 << 16) | 0xFFFF}, {"int[]", "integer[]", -1},
    {"int[3][3]", "integer[]", -1}, {"varchar(9)[]", "varchar(9)[]", 13},
    {"text array", "text[]", -1}, {"pg_catalog.text", "text", -1}, {"uuid", "uuid", -1}};

/* The same with a catalog of a server and without one. */
static void
names_of_types(void **state)
{
    (void)state;
    for (int complete = 0; complete < 2; complete++) {
        struct zdm_catalog *catalog = complete ? fixture_catalog() : zdm_catalog_new();
        for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
            struct read read = read_type(catalog, 15, spellings[i].given);
            if (read.fails_with || strcmp(read.text, spellings[i].text) != 0 ||
                read.typmod != spellings[i].typmod)
                fail_msg("%s: %s typmod %d %s", spellings[i].given, read.text, read.typmod,
                    read.fails_with ? read.fails_with : "");
        }
        zdm_catalog_free(catalog);
    }
}

static void
wrong_types(void **state)
{
    static const struct {
        const char *given, *sqlstate;
    } wrong[] = {{"varchar(0)", "22023"}, {"varchar(10485761)", "22023"}, {"char(0)", "22023"},
        {"numeric(0)", "22023"}, {"numeric(1001)", "22023"}, {"numeric(5,1001)", "22023"},
        {"text(3)", "42601"}, {"no_such_type", "42704"}, {"no_such_schema.t", "3F000"},
        {"public.t", "42704"}, {"serial", "42704"}, {"mood(3)", "42601"},
        {"pg_catalog.varchar(1,2)", "22023"}, {"pg_catalog.\"numeric\"(1,2,3)", "22023"}};
    struct zdm_catalog *catalog = fixture_catalog();

    (void)state;
    zdm_catalog_add_type(catalog, "public", "mood", ZDM_TYPE_ENUM);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct read read = read_type(catalog, 15, wrong[i].given);
        if (!read.fails_with || strcmp(read.fails_with, wrong[i].sqlstate) != 0)
            fail_msg("%s: %s", wrong[i].given, read.fails_with ? read.fails_with : "none");
    }
    /* A scale beyond the precision came with 15. */
    assert_null(read_type(catalog, 15, "numeric(5,10)").fails_with);
    assert_string_equal(read_type(catalog, 14, "numeric(5,10)").fails_with, "22023");
    zdm_catalog_free(catalog);

    catalog = zdm_catalog_new();
    assert_null(read_type(catalog, 15, "no_such_type").fails_with);
    assert_string_equal(read_type(catalog, 15, "no_such_type").text, "");
    assert_string_equal(read_type(catalog, 15, "public.text").text, "");
    zdm_catalog_free(catalog);
}

struct conversion {
    const char *from;
    int32_t from_typmod;
    const char *to;
    int32_t to_typmod;
    char context;
    const char *becomes; /* "same", "other", "none" */
};

static const char *
convert(struct zdm_catalog *catalog, const struct conversion *c)
{
    struct zdm_value value = {
        .typed = {.type = zdm_catalog_type(catalog, NULL, c->from), .typmod = c->from_typmod},
        .same = true};
    struct zdm_typed to = {.type = zdm_catalog_type(catalog, NULL, c->to), .typmod = c->to_typmod};

    assert_non_null(value.typed.type);
    assert_non_null(to.type);
    if (!zdm_value_coerce(catalog, &value, to, c->context))
        return "none";
    assert_ptr_equal(value.typed.type, to.type);
    return value.same ? "same" : "other";
}

#define NUMERIC(p, s)              ((((p) << 16) | (s)) + 4)
#define INTERVAL(range, precision) (((range) << 16) | (precision))
static const struct conversion conversions[] = {{"varchar", 14, "varchar", 24, 'a', "same"},
    {"varchar", 14, "varchar", 14, 'a', "same"}, {"varchar", 14, "varchar", 9, 'a', "other"},
    {"varchar", 14, "text", -1, 'a', "same"}, {"text", -1, "varchar", 14, 'a', "other"},
    {"text", -1, "varchar", -1, 'a', "same"}, {"bpchar", 9, "bpchar", 14, 'a', "other"},
    {"bpchar", 9, "bpchar", -1, 'a', "same"}, {"bpchar", 9, "text", -1, 'a', "other"},
    {"numeric", NUMERIC(10, 2), "numeric", NUMERIC(12, 2), 'a', "same"},
    {"numeric", NUMERIC(10, 2), "numeric", NUMERIC(12, 3), 'a', "other"},
    {"numeric", NUMERIC(10, 2), "numeric", NUMERIC(9, 2), 'a', "other"},
    {"numeric", NUMERIC(10, 2), "numeric", -1, 'a', "same"},
    {"numeric", -1, "numeric", NUMERIC(10, 2), 'a', "other"},
    {"timestamp", 3, "timestamp", 6, 'a', "same"}, {"timestamp", -1, "timestamp", 6, 'a', "same"},
    {"timestamp", -1, "timestamp", 3, 'a', "other"}, {"timetz", 3, "timetz", 4, 'a', "same"},
    {"interval", -1, "interval", INTERVAL(0x7FFF, 6), 'a', "same"},
    {"interval", -1, "interval", INTERVAL(1 << 3, 0xFFFF), 'a', "other"},
    {"interval", INTERVAL(1 << 3, 0xFFFF), "interval", INTERVAL(1 << 10, 0xFFFF), 'a', "same"},
    {"interval", INTERVAL(0x7FFF, 3), "interval", INTERVAL(0x7FFF, 2), 'a', "other"},
    {"varbit", 8, "varbit", 16, 'a', "same"}, {"bit", 8, "bit", 16, 'a', "other"},
    {"bit", 8, "varbit", -1, 'a', "same"}, {"bit", 8, "varbit", 8, 'a', "other"},
    {"int4", -1, "int8", -1, 'a', "other"}, {"int4", -1, "oid", -1, 'a', "same"},
    {"oid", -1, "int4", -1, 'a', "same"}, {"oid", -1, "int4", -1, 'i', "none"},
    {"cidr", -1, "inet", -1, 'a', "same"}, {"inet", -1, "cidr", -1, 'a', "other"},
    {"int4", -1, "bool", -1, 'a', "none"}, {"int4", -1, "bool", -1, 'e', "other"},
    {"int4", -1, "text", -1, 'a', "other"}, {"int4", -1, "text", -1, 'i', "none"},
    {"text", -1, "int4", -1, 'a', "none"}, {"text", -1, "int4", -1, 'e', "other"},
    {"uuid", -1, "int4", -1, 'e', "none"}, {"_varchar", 54, "_varchar", 104, 'a', "other"},
    {"_varchar", 54, "_varchar", -1, 'a', "same"}, {"_int4", -1, "_oid", -1, 'a', "other"},
    {"_int4", -1, "_bool", -1, 'a', "none"}, {"text", -1, "_text", -1, 'a', "none"},
    {"text", -1, "plain", -1, 'a', "same"}, {"text", -1, "checked", -1, 'a', "other"},
    {"text", -1, "over_checked", -1, 'a', "other"}, {"checked", -1, "text", -1, 'a', "same"},
    {"checked", -1, "checked", -1, 'a', "same"}, {"varchar", 14, "short", -1, 'a', "same"},
    {"varchar", 64, "short", -1, 'a', "other"}, {"text", -1, "filled", -1, 'a', "other"},
    {"int4", -1, "plain", -1, 'a', "other"}};

static struct zdm_type *
add_domain(struct zdm_catalog *catalog, const char *name, const char *base, int32_t typmod)
{
    struct zdm_type *domain = zdm_catalog_add_type(catalog, "public", name, ZDM_TYPE_DOMAIN);

    domain->base = zdm_catalog_type(catalog, NULL, base);
    domain->base_typmod = typmod;
    return domain;
}

static void
conversions_of_values(void **state)
{
    struct zdm_catalog *catalog = fixture_catalog();
    struct zdm_constraint *check = zdm_catalog_alloc(catalog, sizeof *check);

    (void)state;
    add_domain(catalog, "plain", "text", -1);
    zdm_catalog_append(catalog, &add_domain(catalog, "checked", "text", -1)->domain_checks, check);
    add_domain(catalog, "over_checked", "checked", -1);
    add_domain(catalog, "short", "varchar", 34);
    add_domain(catalog, "filled", "text", -1)->domain_not_null = true;
    for (size_t i = 0; i < sizeof conversions / sizeof *conversions; i++) {
        const struct conversion *c = &conversions[i];
        const char *seen = convert(catalog, c);
        if (strcmp(seen, c->becomes) != 0)
            fail_msg("%s(%d) to %s(%d): %s", c->from, c->from_typmod, c->to, c->to_typmod, seen);
    }
    zdm_catalog_free(catalog);
}

static void
time_zones(void **state)
{
    static const char *const utc[] = {"UTC", "utc", "Etc/UTC", "GMT", "etc/gmt+0", "posix/UTC",
        "Zulu", "ABC0", "<+00>-00", "<+00>+00:00", "UTC+0", "0"};
    static const char *const other[] = {"Europe/London", "Africa/Abidjan", "WET", "Etc/GMT+1",
        "UTC+1", "GMT0BST", "right/UTC", "", "<", "America/New_York"};
    struct zdm_catalog *catalog = fixture_catalog();
    struct conversion c = {"timestamp", -1, "timestamptz", -1, 'a', "same"};

    (void)state;
    for (size_t i = 0; i < sizeof utc / sizeof *utc; i++)
        if (!zdm_time_zone_is_utc(utc[i]))
            fail_msg("%s", utc[i]);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        if (zdm_time_zone_is_utc(other[i]))
            fail_msg("%s", other[i]);
    assert_false(zdm_time_zone_is_utc(NULL));
    assert_string_equal(convert(catalog, &c), "same");
    c.to_typmod = 3; /* the cast loses the precision, then it is cut again */
    assert_string_equal(convert(catalog, &c), "other");
    c.to_typmod = -1;
    catalog->time_zone = "Europe/Berlin";
    assert_string_equal(convert(catalog, &c), "other");
    catalog->time_zone = NULL;
    assert_string_equal(convert(catalog, &c), "other");
    zdm_catalog_free(catalog);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_of_types),
        cmocka_unit_test(wrong_types), cmocka_unit_test(conversions_of_values),
        cmocka_unit_test(time_zones)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
