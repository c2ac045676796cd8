/*
 * catalog.h - what the classifier knows of a database: its objects and how they hang together.
 *
 * Pure data, no connection. engine/catalog fills one from a server (`complete`); without a server
 * the classifier begins with an empty one and learns from the statements it sees. Each statement
 * changes it as it would change the database, so that later statements meet what earlier ones
 * made; a rollback takes the changes back.
 *
 * Objects live in the catalog's arena and are never freed before it: pointers stay good for as long
 * as the catalog does, also to what was dropped since. After loading, an object is changed only
 * behind zdm_catalog_touch(), which remembers its bytes for zdm_catalog_rollback(); the functions
 * below do that by themselves. Names are unquoted, as pg_class has them.
 */
#ifndef ZDM_SQL_CATALOG_H
#define ZDM_SQL_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

/* A list of pointers; append with zdm_catalog_append(), take out with zdm_catalog_remove(). */
#define ZDM_LIST(type)                                                                             \
    struct {                                                                                       \
        type **items;                                                                              \
        uint32_t n, room;                                                                          \
    }

struct zdm_acl; /* acl.h */
struct zdm_relation;
struct zdm_index;
struct zdm_type;
struct zdm_live;          /* live.h */
struct zdm_live_relation; /* live.h */

struct zdm_column {
    const char *name;
    const struct zdm_type *type; /* NULL: not known */
    int32_t typmod;              /* as in pg_attribute; -1: none */
    /* "schema.name", unquoted; NULL: the default of the type or not collatable */
    const char *collation;
    bool not_null;
    bool not_null_valid; /* 18: false while the NOT NULL constraint is NOT VALID; true otherwise */
    const char *default_sql;   /* default or generation expression, NULL: none */
    char identity;             /* 0, 'a' always, 'd' by default */
    char generated;            /* 0, 's' stored, 'v' virtual */
    char storage;              /* 'p' 'e' 'm' 'x'; 0: not known */
    bool inherited;            /* attinhcount > 0 */
    bool local;                /* attislocal */
    const struct zdm_acl *acl; /* acl.h; NULL: nothing was granted on it alone */
};

enum zdm_constraint_kind {
    ZDM_CONSTRAINT_CHECK = 'c',
    ZDM_CONSTRAINT_FOREIGN = 'f',
    ZDM_CONSTRAINT_PRIMARY = 'p',
    ZDM_CONSTRAINT_UNIQUE = 'u',
    ZDM_CONSTRAINT_EXCLUDE = 'x',
    ZDM_CONSTRAINT_NOT_NULL = 'n', /* 18 */
};

struct zdm_constraint {
    const char
        *name; /* NULL: the text gave none and the catalog does not know what the server picks */
    enum zdm_constraint_kind kind;
    struct zdm_relation *relation; /* that it is on */
    const char **columns;          /* of relation, n_columns; of a CHECK: those it mentions */
    size_t n_columns;
    const char *check_sql;           /* CHECK: the condition, without the word CHECK */
    struct zdm_relation *references; /* FOREIGN */
    const char **referenced;   /* FOREIGN: columns of references, n_columns, or NULL: its key */
    char on_delete, on_update; /* FOREIGN: 'a' 'r' 'c' 'n' 'd' */
    char match;                /* FOREIGN: 's' simple, 'f' full */
    struct zdm_index *index;   /* PRIMARY, UNIQUE, EXCLUDE: its own; FOREIGN: the referenced one */
    bool validated, no_inherit, deferrable, initially_deferred, enforced;
    bool inherited; /* it came from a parent (conparentid or coninhcount) */
    bool fresh;     /* added by an earlier statement of the same transaction */
    bool proof;     /* CHECK: the text added it so that SET NOT NULL needs no scan */
};

struct zdm_index_column {
    const char *name;      /* NULL: an expression */
    const char *collation; /* "schema.name", unquoted; NULL: that of the column */
    bool default_opclass;  /* the operator class is the default of its type */
    bool plain_order;      /* ASC NULLS LAST */
};

struct zdm_index {
    struct zdm_relation *self;        /* the index as a relation: its name, schema, locks */
    struct zdm_relation *table;       /* that it is on */
    const char *method;               /* "btree" */
    struct zdm_index_column *columns; /* key columns, n_columns */
    size_t n_columns;
    const char **included; /* n_included */
    size_t n_included;
    const char **uses; /* every column that it depends on: keys, INCLUDE, expressions, predicate */
    size_t n_uses;
    const char *expressions_sql, *predicate_sql; /* NULL: none */
    bool unique, primary, valid, ready, replica_identity, clustered, immediate;
    bool nulls_not_distinct;
    struct zdm_constraint *constraint; /* that it backs, or NULL */
    struct zdm_index *parent;          /* of the partitioned index it is attached to */
    ZDM_LIST(struct zdm_index) children;
};

struct zdm_trigger {
    const char *name;
    const char **columns; /* UPDATE OF, n_columns */
    size_t n_columns;
    const char *function;      /* "schema.name" */
    const char **when_columns; /* that WHEN mentions */
    size_t n_when_columns;
    bool row, before, insert, update, delete_, truncate, constraint, deferrable, initially_deferred,
        enabled;
};

struct zdm_policy {
    const char *name;
    const char **columns; /* of its own table that it mentions */
    size_t n_columns;
    bool restrictive;
    char command;       /* 'r' 'a' 'w' 'd', '*' all */
    const char **roles; /* n_roles; NULL stands for PUBLIC */
    size_t n_roles;
};

/* Something that stands in the way of a change of a column or a relation (pg_depend, normal). */
struct zdm_dependent {
    const char
        *kind; /* "view", "materialized view", "rule", "trigger", "policy", "generated column",
                         "statistics", "function", "publication", "sequence", "default" */
    /* As people would write it: schema.name of what has a schema, a function with its arguments, the
     * name alone of a column, trigger, policy or rule; quoted where needed. */
    const char *name;
    const char *column;     /* of this relation that it depends on; NULL: the whole of it */
    const char *constraint; /* of this relation that it depends on: GROUP BY a key; else NULL */
    bool automatic;         /* the server drops it along: statistics, an owned sequence */
    struct zdm_relation
        *dependent; /* when it is a relation, or belongs to another one; else NULL */
    /* A constraint or a default of `dependent`, under whatever name; of a type and a function only, else NULL. */
    const struct zdm_constraint *of_constraint;
    const struct zdm_column *of_column;
    const char *of_default;
};

enum zdm_relation_kind {
    ZDM_RELATION_TABLE = 'r',
    ZDM_RELATION_PARTITIONED = 'p',
    ZDM_RELATION_VIEW = 'v',
    ZDM_RELATION_MATVIEW = 'm',
    ZDM_RELATION_FOREIGN = 'f',
    ZDM_RELATION_SEQUENCE = 'S',
    ZDM_RELATION_INDEX = 'i',
    ZDM_RELATION_PARTITIONED_INDEX = 'I',
    ZDM_RELATION_COMPOSITE = 'c',
    ZDM_RELATION_ANY = 0, /* the text names it, nobody said what it is */
};

/* A deploy may name hundreds of thousands: what is small stands together, so that nothing is padded. */
struct zdm_relation {
    const char *schema; /* NULL: the text names none and the search path is not known */
    const char *name;
    uint32_t oid; /* 0: not from a server */
    enum zdm_relation_kind kind;
    /* All its parts are in here. Otherwise what is here is true and what is not is unknown. */
    bool known;
    bool missing; /* the server has no such relation: the statement that names it fails */
    bool dropped; /* by an earlier statement */
    /* An earlier statement of this text made it: nobody waits for its locks, nobody uses it. */
    bool fresh;
    bool empty; /* fresh, and nothing was put in */
    bool temporary, unlogged;
    bool is_partition;
    bool detach_pending;
    char partition_strategy; /* of a partitioned table: 'r' 'l' 'h' */
    bool acl_known;          /* grants on its columns too */
    bool security_invoker;   /* view: it reads with the rights of whoever asks, not of its owner */
    bool row_security, force_row_security;
    char replica_identity;      /* 'd' 'n' 'f' 'i' */
    bool published;             /* in a publication that sends UPDATE or DELETE */
    bool populated;             /* matview */
    bool has_rules;             /* beside that of a view */
    uint32_t n_dropped_columns; /* each keeps its place: a table has 1,600 of them */
    uint32_t toast;             /* has a TOAST table */
    const char *owner, *access_method, *tablespace; /* NULL: not known, or the default */
    int64_t rows, bytes; /* estimate of rows (-1: none yet), size with indexes */

    ZDM_LIST(struct zdm_column) columns; /* in their order; of indexes none */
    ZDM_LIST(struct zdm_constraint) constraints;
    ZDM_LIST(struct zdm_constraint) referenced_by; /* foreign keys of other tables, and its own */
    ZDM_LIST(struct zdm_index) indexes;
    ZDM_LIST(struct zdm_index) gone;       /* indexes that the text dropped */
    ZDM_LIST(struct zdm_trigger) triggers; /* without those of constraints */
    ZDM_LIST(struct zdm_policy) policies;
    ZDM_LIST(struct zdm_dependent) dependents;
    ZDM_LIST(struct zdm_relation) parents, children; /* inheritance and partitions, one level */
    ZDM_LIST(struct zdm_relation) reads; /* views and matviews: the relations they read */
    const char *view_sql;    /* views and matviews: the query; NULL: not read (it would lock) */
    struct zdm_index *index; /* of a relation that is an index */
    struct zdm_relation *of_type; /* typed table: its composite type; NULL: none */

    const char *bound_sql;         /* partition: "FOR VALUES ..." or "DEFAULT" */
    const struct zdm_bound *bound; /* bound_sql taken apart, when somebody asked (bound.c) */
    struct zdm_relation *default_partition; /* of a partitioned table, or NULL */
    const char **partition_columns;         /* n_partition_columns, NULL for an expression */
    size_t n_partition_columns;
    const char **partition_uses; /* every column that the key depends on */
    size_t n_partition_uses;

    const struct zdm_acl *acl;               /* acl.h; NULL: all to the owner, nothing to others */
    ZDM_LIST(struct zdm_relation) sequences; /* that it owns */
    struct zdm_relation *sequence_of;        /* sequence: the table that owns it */
    const char *sequence_column;
    const char *extension;               /* member of it, or NULL */
    const char *managed_by, *managed_as; /* "timescaledb", "a hypertable"; NULL: nobody's */
    ZDM_LIST(const char) rules;          /* their names */

    struct zdm_live_relation *live; /* NULL: not asked, or nothing happens there */

    struct zdm_relation *next; /* in its hash bucket */
};

enum zdm_type_kind {
    ZDM_TYPE_BASE = 'b',
    ZDM_TYPE_DOMAIN = 'd',
    ZDM_TYPE_ENUM = 'e',
    ZDM_TYPE_COMPOSITE = 'c',
    ZDM_TYPE_RANGE = 'r',
    ZDM_TYPE_MULTIRANGE = 'm',
    ZDM_TYPE_PSEUDO = 'p',
};

struct zdm_type {
    uint32_t oid;              /* 0: not from a server */
    const char *schema, *name; /* pg_type: "int4", "_int4" */
    enum zdm_type_kind kind;
    const struct zdm_type *element; /* true arrays only */
    const struct zdm_type *array;   /* NULL: not known or none */
    const struct zdm_type *base;    /* domain */
    int32_t base_typmod;
    bool domain_not_null;
    ZDM_LIST(struct zdm_constraint) domain_checks; /* relation NULL */
    const char *domain_default;
    ZDM_LIST(const char) values;           /* enum, in their order */
    struct zdm_relation *relation;         /* composite: the table or type behind it */
    ZDM_LIST(struct zdm_relation) used_by; /* tables and matviews with a column of it, nested too */
    ZDM_LIST(struct zdm_dependent) dependents; /* functions, views, ...: not columns or domains */
    bool in_functions; /* of the text: an argument or a result, or an array of it */
    bool shell;        /* only its name is there yet: CREATE TYPE t; */
    bool fresh;        /* made by the text */
    bool dropped;
    struct zdm_type *next;
};

struct zdm_cast {
    const struct zdm_type *source, *target;
    char method;  /* 'b' binary coercible, 'f' function, 'i' in/out */
    char context; /* 'i' implicit, 'a' assignment, 'e' explicit */
};

struct zdm_function {
    const char *schema, *name;
    const struct zdm_type **arguments; /* input arguments, n_arguments */
    size_t n_arguments, n_defaults;
    const char *defaults_sql;        /* of the last n_defaults, between commas; NULL: not known */
    const struct zdm_type *variadic; /* element type of the last one, or NULL */
    const struct zdm_type *result;
    const struct zdm_type **outputs; /* of OUT and TABLE, n_outputs, of a function of the text */
    size_t n_outputs;
    char volatility;             /* 'i' 's' 'v' */
    char kind;                   /* 'f' 'p' 'a' 'w' */
    const char **argument_names; /* n_arguments, NULL where there is none; NULL: not known */
    bool returns_set;
    ZDM_LIST(struct zdm_dependent) dependents; /* that DROP would have to take along */
    const char *sql_body; /* of a function in SQL, or NULL: it may be inlined */
    const char *key; /* its signature in the words of the text that made it; NULL: no text did */
    bool fresh, dropped;
    struct zdm_function *next;
};

struct zdm_schema {
    const char *name;
    const char *owner; /* NULL: not known */
    bool fresh, dropped;
    bool
        judged; /* what rights_of may do in it is known: look into it, make things there, drop them */
    bool may_use, may_create, may_drop;
    struct zdm_schema *next;
};

struct zdm_catalog {
    struct zdm_arena *arena;
    bool complete; /* loaded from a server: what is not in here does not exist */
    /* An earlier statement may have changed anything: what is in here was true before it. */
    bool uncertain;
    int server_version;                            /* server_version_num; 0: not known */
    const char *database, *user, *time_zone;       /* NULL: not known */
    int64_t lock_timeout_ms, statement_timeout_ms; /* of the role; 0: none; -1: not known */
    const char *default_tablespace;                /* "" is the database's; NULL: not known */
    bool bodies_unchecked;                         /* check_function_bodies is off */
    ZDM_LIST(const char) search_path; /* existing schemas, without pg_catalog and pg_temp */
    bool search_path_known;
    ZDM_LIST(struct zdm_relation) fresh;   /* relations that the text made, for settling */
    ZDM_LIST(struct zdm_relation) dropped; /* by the texts: those on which something was granted */
    ZDM_LIST(struct zdm_cast) casts;
    ZDM_LIST(const char) publications_all; /* FOR ALL TABLES, those that send UPDATE or DELETE */
    ZDM_LIST(const char) extensions;
    const char *unread_manager; /* an extension that may manage any table; NULL: all was read */
    /* catalog_names.h: roles, tablespaces, ... */
    bool names_known;       /* all of them are in here */
    bool roles_known;       /* and which role has the rights of which */
    bool defaults_known;    /* no ALTER DEFAULT PRIVILEGES gives what is new to anybody */
    const char *rights_of;  /* whose rights are known; NULL: nobody's */
    bool may_create_schema; /* rights_of */
    struct zdm_catalog_names *names;
    struct zdm_live *live; /* NULL: nobody asked the server */
    struct zdm_catalog_private *private;
};

struct zdm_catalog *zdm_catalog_new(void);          /* empty, not complete; returns owned */
void zdm_catalog_free(struct zdm_catalog *catalog); /* NULL is fine */

/* Strings and objects of the catalog's arena, zeroed. */
char *zdm_catalog_string(struct zdm_catalog *catalog, const char *s); /* NULL gives NULL */
void *zdm_catalog_alloc(struct zdm_catalog *catalog, size_t size);

/* Remembers `size` bytes at `object` before they are changed. Free of cost when no mark is set. */
void zdm_catalog_touch(struct zdm_catalog *catalog, void *object, size_t size);
/* A place to roll back to; marks nest. */
size_t zdm_catalog_mark(struct zdm_catalog *catalog);
void zdm_catalog_rollback(struct zdm_catalog *catalog, size_t mark);
/* The changes behind the mark stay; with the outermost one what was remembered is forgotten. */
void zdm_catalog_release(struct zdm_catalog *catalog, size_t mark);

/* Lists of any kind: zdm_catalog_append(catalog, &relation->columns, column). The list must live as
 * long as the catalog, since a rollback writes to it: one that is being made too. */
void zdm_catalog_append_(struct zdm_catalog *catalog, void *list, const void *item);
#define zdm_catalog_append(catalog, list, item)                                                    \
    zdm_catalog_append_((catalog), (list), 1 ? (item) : (*(list)->items))
/* Takes the item out if it is there. */
void zdm_catalog_remove(struct zdm_catalog *catalog, void *list, const void *item);

/* schema NULL: the first one of the search path that has it. NULL: not in here, which means that it
 * does not exist only when the catalog is complete. */
struct zdm_relation *zdm_catalog_relation(
    const struct zdm_catalog *catalog, const char *schema, const char *name);
/* Adds one; kind ZDM_RELATION_ANY and known false are the beginning of a relation that a text names
 * and nobody has described. schema NULL: the name stands without one. */
struct zdm_relation *zdm_catalog_add_relation(
    struct zdm_catalog *catalog, const char *schema, const char *name, enum zdm_relation_kind kind);
/* A new schema and name; either may be the old one. */
void zdm_catalog_move_relation(struct zdm_catalog *catalog, struct zdm_relation *relation,
    const char *schema, const char *name);
/* Takes it out with everything that hangs on it alone: its indexes, constraints, foreign keys to and
 * from it, place among parents and children, default partition, owned sequences; as a view out of
 * the dependents of what it reads. Views on it and other dependents stay: CASCADE is the caller's.
 * A dependent whose `dependent` is dropped stands in nobody's way. */
void zdm_catalog_drop_relation(struct zdm_catalog *catalog, struct zdm_relation *relation);
/* The sequence belongs to this column; table NULL: to none. */
void zdm_catalog_own_sequence(struct zdm_catalog *catalog, struct zdm_relation *sequence,
    struct zdm_relation *table, const char *column);
/* Takes out the sequences that belong to the table, or to one column of it (NULL: any). */
void zdm_catalog_drop_sequences(
    struct zdm_catalog *catalog, struct zdm_relation *table, const char *column);
/* The sequence that belongs to a column, the first one; NULL: none. */
struct zdm_relation *zdm_catalog_sequence_of(const struct zdm_relation *table, const char *column);
/* Every relation: fn returns false to stop. In no order. */
void zdm_catalog_each_relation(const struct zdm_catalog *catalog,
    bool (*fn)(void *self, struct zdm_relation *relation), void *self);
/* What the text made so far is in use from now on: relations, types, functions, schemas. */
void zdm_catalog_settle(struct zdm_catalog *catalog);
/* Names without a schema mean others from now on: takes out what is known by such a name alone. */
void zdm_catalog_forget_unqualified(struct zdm_catalog *catalog);
/* Where CREATE without a schema makes things: the first of the search path; NULL: not known. */
const char *zdm_catalog_creation_schema(const struct zdm_catalog *catalog);

/*
 * The server makes up names by counting: t_a_check, t_a_check1, ... Which number to try first for a
 * name of a part of the relation or beside it: all below it are taken. The caller counts on from
 * there and says what it came to, so that many names of one kind do not take quadratic time.
 */
unsigned zdm_catalog_first_number(
    const struct zdm_catalog *catalog, const struct zdm_relation *relation, const char *name);
void zdm_catalog_numbers_taken(struct zdm_catalog *catalog, const struct zdm_relation *relation,
    const char *name, unsigned below);

/* schema NULL: pg_catalog first, then the search path. "int4", not "integer". */
struct zdm_type *zdm_catalog_type(
    const struct zdm_catalog *catalog, const char *schema, const char *name);
struct zdm_type *zdm_catalog_add_type(
    struct zdm_catalog *catalog, const char *schema, const char *name, enum zdm_type_kind kind);
void zdm_catalog_drop_type(struct zdm_catalog *catalog, struct zdm_type *type);
void zdm_catalog_move_type(
    struct zdm_catalog *catalog, struct zdm_type *type, const char *schema, const char *name);

/* The functions called `name` in any schema, a chain through `next`; it holds other names too. */
struct zdm_function *zdm_catalog_functions(const struct zdm_catalog *catalog, const char *name);
struct zdm_function *zdm_catalog_add_function(
    struct zdm_catalog *catalog, const char *schema, const char *name);

/* Every one, in no order. */
void zdm_catalog_each_type(
    const struct zdm_catalog *catalog, void (*fn)(void *self, struct zdm_type *type), void *self);
void zdm_catalog_each_function(const struct zdm_catalog *catalog,
    void (*fn)(void *self, struct zdm_function *function), void *self);

struct zdm_schema *zdm_catalog_schema(const struct zdm_catalog *catalog, const char *name);
struct zdm_schema *zdm_catalog_add_schema(struct zdm_catalog *catalog, const char *name);

/* It holds rows of its own: not partitioned, not foreign, no view. */
bool zdm_relation_has_rows(const struct zdm_relation *relation);

/* Parts of a relation by name; NULL when it is not there. */
struct zdm_column *zdm_relation_column(const struct zdm_relation *relation, const char *name);
struct zdm_constraint *zdm_relation_constraint(
    const struct zdm_relation *relation, const char *name);
struct zdm_constraint *zdm_relation_primary_key(const struct zdm_relation *relation);
struct zdm_trigger *zdm_relation_trigger(const struct zdm_relation *relation, const char *name);

/* The column's type for a cast, qualified, with its modifier: "pg_catalog.varchar(20)", in the arena.
 * NULL: not known. */
const char *zdm_column_type_sql(struct zdm_arena *arena, const struct zdm_column *column);

/* New parts, already in the lists of the relation. */
struct zdm_column *zdm_relation_add_column(
    struct zdm_catalog *catalog, struct zdm_relation *relation, const char *name);
/* references may be NULL; a foreign key is put into referenced_by of it too. */
struct zdm_constraint *zdm_relation_add_constraint(struct zdm_catalog *catalog,
    struct zdm_relation *relation, enum zdm_constraint_kind kind, const char *name,
    struct zdm_relation *references);
struct zdm_index *zdm_relation_add_index(
    struct zdm_catalog *catalog, struct zdm_relation *relation, const char *name);
void zdm_relation_rename_constraint(
    struct zdm_catalog *catalog, struct zdm_constraint *constraint, const char *name);
/* Takes out the constraint, its index, and its place in referenced_by. */
void zdm_relation_drop_constraint(struct zdm_catalog *catalog, struct zdm_constraint *constraint);
/* Takes out the column and what the server drops with it: indexes, constraints and statistics that
 * contain it, foreign keys on both sides. */
void zdm_relation_drop_column(
    struct zdm_catalog *catalog, struct zdm_relation *relation, const char *name);
/* Also where constraints, indexes, triggers and the like name it. Not inside expression texts. */
void zdm_relation_rename_column(
    struct zdm_catalog *catalog, struct zdm_relation *relation, const char *from, const char *to);

/* Is `name` among the n names? */
bool zdm_names_have(const char *const *names, size_t n, const char *name);
/* Both may be NULL. */
bool zdm_same_text(const char *a, const char *b);

#endif
