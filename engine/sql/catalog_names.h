/*
 * catalog_names.h - what the catalog knows by name alone: roles, tablespaces, access methods,
 * collations, subscriptions; and what the role that runs the statements may do.
 *
 * Part of the model (catalog.h). When `names_known`, what is not in here does not exist; else nothing
 * can be said of it. Rights are those of the role `rights_of`, as the server itself judges them; of
 * any other role (SET ROLE) only what follows from its name is known. A NULL `rights_of` judges
 * nobody: see engine/catalog/load.h for when that is.
 */
#ifndef ZDM_SQL_CATALOG_NAMES_H
#define ZDM_SQL_CATALOG_NAMES_H

#include "sql/catalog.h"

enum zdm_named_kind {
    ZDM_NAMED_ROLE = 'r',
    ZDM_NAMED_TABLESPACE = 't',
    ZDM_NAMED_ACCESS_METHOD = 'a',
    ZDM_NAMED_COLLATION = 'c',
    ZDM_NAMED_SUBSCRIPTION = 's',
};

struct zdm_named {
    enum zdm_named_kind kind;
    const char *schema; /* collations; else NULL */
    const char *name;
    bool there;               /* false: dropped, or not made yet */
    char type;                /* access method: 't' of tables, 'i' of indexes; else 0 */
    bool has_slot;            /* subscription: on the other server */
    bool superuser;           /* role, and so on */
    bool bypass_rls;          /* row level security does not hold for it */
    ZDM_LIST(const char) has; /* role: all roles whose rights it has, without doing anything */
    /* What rights_of may do: whatever this role may (it owns what the role owns); become it. */
    bool usable, settable;
};

/* Adds one that is not there, or gives the one that is. schema is NULL but for collations. */
struct zdm_named *zdm_catalog_name(
    struct zdm_catalog *catalog, enum zdm_named_kind kind, const char *schema, const char *name);
/* NULL: there is none, or nobody told of it (names_known). */
struct zdm_named *zdm_catalog_named(const struct zdm_catalog *catalog, enum zdm_named_kind kind,
    const char *schema, const char *name);
void zdm_catalog_unname(struct zdm_catalog *catalog, struct zdm_named *named);
/* A collation without a schema: pg_catalog first, then the search path. */
struct zdm_named *zdm_catalog_collation(
    const struct zdm_catalog *catalog, const char *schema, const char *name);

/* "schema.name", as columns and indexes have their collation. In the catalog's arena. */
char *zdm_catalog_joined(struct zdm_catalog *catalog, const struct zdm_named *named);

/* The role that runs the statements is certainly none that may do anything. */
bool zdm_catalog_surely_no_superuser(const struct zdm_catalog *catalog);
/* The rights of the role that runs the statements are known; it is none that may do anything. */
bool zdm_catalog_judges(const struct zdm_catalog *catalog);
/* It certainly has not the rights of this role. NULL: nobody knows which. */
bool zdm_catalog_surely_lacks(const struct zdm_catalog *catalog, const char *role);
/* Who has the rights of whom has changed, or may have: from here on only names tell. */
void zdm_catalog_forget_rights(struct zdm_catalog *catalog);

/* zdm_catalog_free() */
void zdm_catalog_names_release(struct zdm_catalog *catalog);

#endif
