/*
 * sql_catalog_fixture.h - a catalog made by hand, as if a server had told it.
 *
 *     struct zdm_catalog *catalog = fixture_catalog();
 *     struct zdm_relation *t = fixture_table(catalog, "public", "t", 1000);
 *     fixture_column(catalog, t, "a", "varchar", 14);
 *     char *seen = fixture_describe(catalog, 15, "ALTER TABLE t ALTER a TYPE text"); // takes catalog
 */
#ifndef ZDM_TESTS_SQL_CATALOG_FIXTURE_H
#define ZDM_TESTS_SQL_CATALOG_FIXTURE_H

#include <string.h>

#include "base/mem.h"
#include "sql/catalog.h"
#include "sql/types.h"
#include "sql_describe.h"

static inline void
fixture_cast(
    struct zdm_catalog *catalog, const char *source, const char *target, char method, char context)
{
    struct zdm_cast *cast = zdm_catalog_alloc(catalog, sizeof *cast);

    cast->source = zdm_builtin_type(catalog, source);
    cast->target = zdm_builtin_type(catalog, target);
    cast->method = method;
    cast->context = context;
    zdm_catalog_append(catalog, &catalog->casts, cast);
}

static inline void
fixture_casts(struct zdm_catalog *catalog)
{
    static const struct {
        const char *source, *target;
        char method, context;
    } casts[] = {{"int2", "int4", 'f', 'i'}, {"int4", "int8", 'f', 'i'}, {"int8", "int4", 'f', 'a'},
        {"int4", "int2", 'f', 'a'}, {"int4", "numeric", 'f', 'i'}, {"int4", "bool", 'f', 'e'},
        {"int4", "oid", 'b', 'i'}, {"oid", "int4", 'b', 'a'}, {"text", "varchar", 'b', 'i'},
        {"varchar", "text", 'b', 'i'}, {"bpchar", "text", 'f', 'i'}, {"text", "bpchar", 'b', 'i'},
        {"bpchar", "varchar", 'f', 'i'}, {"varchar", "bpchar", 'b', 'i'},
        {"cidr", "inet", 'b', 'i'}, {"inet", "cidr", 'f', 'a'}, {"bit", "varbit", 'b', 'i'},
        {"timestamp", "timestamptz", 'f', 'i'}, {"timestamptz", "timestamp", 'f', 'a'},
        {"timestamp", "date", 'f', 'a'}, {"date", "timestamp", 'f', 'i'},
        {"json", "jsonb", 'i', 'a'}, {"varchar", "varchar", 'f', 'i'},
        {"numeric", "numeric", 'f', 'i'}};

    for (size_t i = 0; i < sizeof casts / sizeof *casts; i++)
        fixture_cast(catalog, casts[i].source, casts[i].target, casts[i].method, casts[i].context);
}

/* Complete, with the types of PostgreSQL, some casts, search path public and time zone UTC. */
static inline struct zdm_catalog *
fixture_catalog(void)
{
    static const char *const types[] = {
#define TYPE(name, modifier) name,
#include "sql/builtin_types.def"
#undef TYPE
    };
    struct zdm_catalog *catalog = zdm_catalog_new();

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        zdm_builtin_type(catalog, types[i]);
    fixture_casts(catalog);
    zdm_catalog_add_schema(catalog, "pg_catalog");
    zdm_catalog_add_schema(catalog, "public");
    zdm_catalog_append(catalog, &catalog->search_path, zdm_catalog_string(catalog, "public"));
    catalog->search_path_known = true;
    catalog->server_version = 150000;
    catalog->time_zone = "UTC";
    catalog->complete = true;
    return catalog;
}

static inline struct zdm_relation *
fixture_table(struct zdm_catalog *catalog, const char *schema, const char *name, int64_t rows)
{
    struct zdm_relation *relation =
        zdm_catalog_add_relation(catalog, schema, name, ZDM_RELATION_TABLE);

    relation->known = true;
    relation->rows = rows;
    return relation;
}

/* type: as pg_type calls it; in public when pg_catalog has none. */
static inline struct zdm_column *
fixture_column(struct zdm_catalog *catalog, struct zdm_relation *relation, const char *name,
    const char *type, int32_t typmod)
{
    struct zdm_column *column = zdm_relation_add_column(catalog, relation, name);

    column->type = zdm_catalog_type(catalog, NULL, type);
    if (!column->type)
        zdm_die("the fixture has no such type");
    column->typmod = typmod;
    return column;
}

static inline const char **
fixture_names(struct zdm_catalog *catalog, const char *name)
{
    const char **names = zdm_catalog_alloc(catalog, sizeof *names);

    *names = zdm_catalog_string(catalog, name);
    return names;
}

/* On one column, which may be said again in the text of the condition. */
static inline struct zdm_constraint *
fixture_check(struct zdm_catalog *catalog, struct zdm_relation *relation, const char *name,
    const char *column, const char *condition)
{
    struct zdm_constraint *check =
        zdm_relation_add_constraint(catalog, relation, ZDM_CONSTRAINT_CHECK, name, NULL);

    check->columns = fixture_names(catalog, column);
    check->n_columns = 1;
    check->check_sql = zdm_catalog_string(catalog, condition);
    return check;
}

static inline struct zdm_index *
fixture_index(struct zdm_catalog *catalog, struct zdm_relation *relation, const char *name,
    const char *column)
{
    struct zdm_index *index = zdm_relation_add_index(catalog, relation, name);

    index->columns = zdm_catalog_alloc(catalog, sizeof *index->columns);
    index->columns[0].name = zdm_catalog_string(catalog, column);
    index->columns[0].default_opclass = index->columns[0].plain_order = true;
    index->n_columns = 1;
    index->uses = fixture_names(catalog, column);
    index->n_uses = 1;
    return index;
}

/* A foreign key on one column of each side. */
static inline struct zdm_constraint *
fixture_foreign(struct zdm_catalog *catalog, struct zdm_relation *relation, const char *column,
    struct zdm_relation *other, const char *referenced)
{
    struct zdm_constraint *key = zdm_relation_add_constraint(
        catalog, relation, ZDM_CONSTRAINT_FOREIGN, "fixture_fkey", other);

    key->columns = fixture_names(catalog, column);
    key->referenced = fixture_names(catalog, referenced);
    key->n_columns = 1;
    return key;
}

static inline struct zdm_function *
fixture_function(struct zdm_catalog *catalog, const char *schema, const char *name, char volatility)
{
    struct zdm_function *function = zdm_catalog_add_function(catalog, schema, name);

    function->volatility = volatility;
    function->kind = 'f';
    function->result = zdm_builtin_type(catalog, "int4");
    return function;
}

/* Becomes a child of the parent, with columns of its own. */
static inline void
fixture_inherit(
    struct zdm_catalog *catalog, struct zdm_relation *child, struct zdm_relation *parent)
{
    zdm_catalog_append(catalog, &child->parents, parent);
    zdm_catalog_append(catalog, &parent->children, child);
}

/* The last statement of the text in one line; see sql_describe.h. takes catalog; returns owned. */
static inline char *
fixture_describe(struct zdm_catalog *catalog, int pg_version, const char *sql)
{
    struct zdm_sql_context *context = zdm_sql_context_on(catalog, pg_version);
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_parsed *parsed = NULL;

    if (zdm_sql_classify_in(sql, ZDM_WRAP_NEVER, context, &parsed, &err) < 0)
        zdm_die(err.message);
    char *seen = describe(&parsed->statements[parsed->count - 1]);
    zdm_parsed_free(parsed);
    zdm_sql_context_free(context);
    return seen;
}

#endif
