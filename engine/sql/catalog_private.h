/*
 * catalog_private.h - how the catalog finds and keeps its objects. Private to catalog*.c.
 *
 * Each kind of object has a table of chains by name. Everything is changed behind
 * zdm_catalog_touch(), the tables too, so that a rollback finds them as they were.
 */
#ifndef ZDM_SQL_CATALOG_PRIVATE_H
#define ZDM_SQL_CATALOG_PRIVATE_H

#include "sql/catalog.h"

struct zdm_catalog_kept { /* bytes of an object before they were changed */
    void *object;
    size_t size, at; /* in the bytes that are kept */
};

struct zdm_catalog_table { /* chains of things with a name */
    void **buckets;
    size_t n_buckets, count;
};

struct zdm_catalog_private {
    struct zdm_catalog_kept *kept;
    size_t n_kept, room;
    char *bytes; /* of all that is kept, one behind the other; n_bytes, room for bytes_room */
    size_t n_bytes, bytes_room;
    size_t marks;
    struct zdm_catalog_table relations, types, functions, schemas;
    struct zdm_catalog_table numbers; /* struct zdm_catalog_number by the name without one */
    /* Added since the last settling: what is still fresh is among them. */
    ZDM_LIST(struct zdm_type) new_types;
    ZDM_LIST(struct zdm_function) new_functions;
    ZDM_LIST(struct zdm_schema) new_schemas;
};

/* The chain that may hold things of this name, among others; NULL: there are none. */
void *zdm_catalog_chain(const struct zdm_catalog_table *table, const char *name);
/* Things begin anywhere: next_at and name_at are the offsets of their members `next` and `name`. */
void zdm_catalog_link(struct zdm_catalog *catalog, struct zdm_catalog_table *table, void *thing,
    size_t next_at, size_t name_at);
void zdm_catalog_unlink(struct zdm_catalog *catalog, struct zdm_catalog_table *table, void *thing,
    size_t next_at, size_t name_at);

#define ZDM_LINK(catalog, table, thing, type)                                                      \
    zdm_catalog_link((catalog), &(catalog)->private->table, (thing), offsetof(type, next),         \
        offsetof(type, name))
#define ZDM_UNLINK(catalog, table, thing, type)                                                    \
    zdm_catalog_unlink((catalog), &(catalog)->private->table, (thing), offsetof(type, next),       \
        offsetof(type, name))

/* A name of an object is free again. */
void zdm_catalog_name_freed(struct zdm_catalog *catalog, const char *name);
/* Out of a long list whose order says nothing: only two places change, and are remembered. */
void zdm_catalog_remove_unordered(struct zdm_catalog *catalog, void *list, const void *item);

#endif
