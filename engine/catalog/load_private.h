/*
 * load_private.h - one load while it goes on. Private to engine/catalog/load*.c.
 */
#ifndef ZDM_CATALOG_LOAD_PRIVATE_H
#define ZDM_CATALOG_LOAD_PRIVATE_H

#include "catalog/load.h"
#include "catalog/oid_map.h"

enum { ZDM_LOAD_DEFAULT_COLLATION = 100 }; /* pg_catalog.default */

struct zdm_load_relation {
    struct zdm_relation *relation;
    struct zdm_column **columns; /* by number, from 1 to n_columns; NULL where one was dropped */
    uint32_t *collations;        /* alike: OID, 0 for none and for the database's */
    int n_columns;
    uint32_t of_type;
};

struct zdm_load_type {
    struct zdm_type *type;
    uint32_t collation;                   /* default of its columns */
    const struct zdm_type *subtype;       /* of a range */
    const struct zdm_relation *last_user; /* that was entered in used_by */
};

struct zdm_load_opclass {
    uint32_t oid, method, input;
};

/* Expressions are spelt with all names qualified, as pg_dump has them; a lock is waited for only so
 * long (see load.h). */
#define ZDM_LOAD_BEGIN "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
#define ZDM_LOAD_SETTINGS                                                                          \
    "SET LOCAL search_path = pg_catalog; SET LOCAL lock_timeout = '5s'; SET LOCAL jit = off"

struct zdm_load {
    struct zdm_conn *conn;
    struct zdm_conn *beside;     /* a second session in the same snapshot; NULL: none */
    struct zdm_result *exported; /* that snapshot; NULL: not exported */
    int64_t column_bytes;        /* the size of pg_attribute, the largest of the catalogs */
    struct zdm_catalog *catalog;
    struct zdm_arena *arena; /* ends with the load */
    int version;             /* major */
    int64_t block_size;
    struct zdm_oid_map schemas;                                 /* to struct zdm_schema */
    struct zdm_oid_map roles, methods, tablespaces, collations; /* to char */
    struct zdm_oid_map relations;                               /* to struct zdm_load_relation */
    struct zdm_oid_map types;                                   /* to struct zdm_load_type */
    struct zdm_oid_map functions;                               /* to struct zdm_function */
    struct zdm_oid_map constraints;                             /* to struct zdm_constraint */
    struct zdm_oid_map policies;                                /* to struct zdm_policy */
    struct zdm_load_opclass *opclasses;                         /* n_opclasses */
    size_t n_opclasses;
};

/* Each takes the rows of one query; load.c has the table and the order. */
typedef void zdm_load_take(struct zdm_load *load, const struct zdm_result *rows);
zdm_load_take zdm_load_settings, zdm_load_search_path;
zdm_load_take zdm_load_schemas, zdm_load_names, zdm_load_members, zdm_load_grants;
zdm_load_take zdm_load_relations, zdm_load_columns, zdm_load_defaults;
zdm_load_take zdm_load_inheritance, zdm_load_partition_keys;
zdm_load_take zdm_load_types, zdm_load_enum_values, zdm_load_casts;
zdm_load_take zdm_load_functions, zdm_load_arguments;
zdm_load_take zdm_load_opclasses, zdm_load_indexes, zdm_load_constraints;
zdm_load_take zdm_load_triggers, zdm_load_policies, zdm_load_rules;
zdm_load_take zdm_load_dependents, zdm_load_users;
zdm_load_take zdm_load_publications, zdm_load_extensions;

/* For the second session: exports the snapshot of the transaction that has begun, which a standby or a
 * full disk can refuse; opens the session in it, or leaves `beside` NULL. */
int zdm_load_export(struct zdm_load *load, struct zdm_err *err);
void zdm_load_open_beside(struct zdm_load *load);
void zdm_load_close_beside(struct zdm_load *load);

/* When all else is there: one more query for each extension that keeps tables in its own hands. */
int zdm_load_managed(struct zdm_load *load, struct zdm_err *err);

/* "0 10 SELECT f ...", as sql/grants.sql has it; NULL: nothing was granted. */
struct zdm_acl *zdm_load_acl(struct zdm_load *load, const char *items);

/* Fills used_by of the types, when the columns are there. */
void zdm_load_type_users(struct zdm_load *load);

/* Called with each row of what may be a large result: the server should not have to wait. */
void zdm_load_pull(struct zdm_load *load, int row);

/* Cells. Text is copied into the catalog, NULL stays NULL. */
char *zdm_load_text(struct zdm_load *load, const struct zdm_result *rows, int row, int column);
uint32_t zdm_load_oid(const struct zdm_result *rows, int row, int column); /* NULL is 0 */
char zdm_load_char(const struct zdm_result *rows, int row, int column);    /* NULL is 0 */
/* Numbers of an int2vector, an oidvector or an array ("1 2", "{1,2}"): calls for the next one, from
 * *at on; false at the end. NULL has none. */
bool zdm_load_next_number(const char **at, int64_t *number);
size_t zdm_load_count_numbers(const char *list);

/* What a number stands for; NULL when it is not in the catalog (any more). */
struct zdm_load_relation *zdm_load_relation_of(const struct zdm_load *load, uint32_t oid);
struct zdm_relation *zdm_load_relation_by(const struct zdm_load *load, uint32_t oid);
struct zdm_type *zdm_load_type_by(const struct zdm_load *load, uint32_t oid);
const char *zdm_load_schema_name(const struct zdm_load *load, uint32_t oid);
struct zdm_column *zdm_load_column(const struct zdm_load_relation *relation, int64_t number);
/* The names of the columns in such a list, NULL for expressions (0). */
const char **zdm_load_column_names(
    struct zdm_load *load, const struct zdm_load_relation *relation, const char *list, size_t *n);
/* The names of the columns in either list, each once. */
const char **zdm_load_uses(struct zdm_load *load, const struct zdm_load_relation *relation,
    const char *list, const char *more, size_t *n);

#endif
