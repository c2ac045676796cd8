#include "sql/catalog_names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sql/lookup.h"

/* Nothing ever leaves it: a rollback takes back only who is `there`. */
struct zdm_catalog_names {
    struct zdm_named **items; /* n, in the catalog's arena */
    size_t n;
    struct zdm_lookup by_key;
};

/* "kind schema.name"; one that is longer than the buffer is no name of the server. */
struct key {
    char text[160];
};

static bool
make_key(struct key *key, enum zdm_named_kind kind, const char *schema, const char *name)
{
    size_t n = schema ? strlen(schema) : 0, m = strlen(name);

    if (n + m + 4 > sizeof key->text)
        return false;
    key->text[0] = (char)kind;
    key->text[1] = ' ';
    memcpy(key->text + 2, schema ? schema : "", n);
    key->text[2 + n] = '\1';
    memcpy(key->text + 3 + n, name, m + 1);
    return true;
}

static struct zdm_named *
find(const struct zdm_catalog *catalog, enum zdm_named_kind kind, const char *schema,
    const char *name)
{
    struct key key;

    if (!catalog->names || !make_key(&key, kind, schema, name))
        return NULL;
    const size_t *at = zdm_lookup_get(&catalog->names->by_key, key.text);
    return at ? catalog->names->items[*at] : NULL;
}

struct zdm_named *
zdm_catalog_named(const struct zdm_catalog *catalog, enum zdm_named_kind kind, const char *schema,
    const char *name)
{
    struct zdm_named *named = find(catalog, kind, schema, name);

    return named && named->there ? named : NULL;
}

struct zdm_named *
zdm_catalog_name(
    struct zdm_catalog *catalog, enum zdm_named_kind kind, const char *schema, const char *name)
{
    struct zdm_named *named = find(catalog, kind, schema, name);
    struct key key;

    if (named && named->there)
        return named;
    if (!named) {
        named = zdm_catalog_alloc(catalog, sizeof *named);
        named->kind = kind;
        named->schema = zdm_catalog_string(catalog, schema);
        named->name = zdm_catalog_string(catalog, name);
        if (!catalog->names)
            catalog->names = zdm_alloc(sizeof *catalog->names);
        struct zdm_catalog_names *names = catalog->names;
        if (make_key(&key, kind, schema, name)) {
            zdm_lookup_put(&names->by_key, zdm_catalog_string(catalog, key.text), names->n);
            names->items = zdm_grow(names->items, names->n, sizeof(struct zdm_named *));
            names->items[names->n++] = named;
        }
    }
    zdm_catalog_touch(catalog, named, sizeof *named);
    *named = (struct zdm_named){
        .kind = kind, .schema = named->schema, .name = named->name, .there = true};
    return named;
}

void
zdm_catalog_unname(struct zdm_catalog *catalog, struct zdm_named *named)
{
    zdm_catalog_touch(catalog, named, sizeof *named);
    named->there = false;
}

struct zdm_named *
zdm_catalog_collation(const struct zdm_catalog *catalog, const char *schema, const char *name)
{
    if (schema)
        return zdm_catalog_named(catalog, ZDM_NAMED_COLLATION, schema, name);

    struct zdm_named *found = zdm_catalog_named(catalog, ZDM_NAMED_COLLATION, "pg_catalog", name);
    for (size_t i = 0; i < catalog->search_path.n && !found; i++)
        found =
            zdm_catalog_named(catalog, ZDM_NAMED_COLLATION, catalog->search_path.items[i], name);
    return found;
}

char *
zdm_catalog_joined(struct zdm_catalog *catalog, const struct zdm_named *named)
{
    return zdm_arena_strf(catalog->arena, "%s.%s", named->schema, named->name);
}

static bool
same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

bool
zdm_catalog_surely_no_superuser(const struct zdm_catalog *catalog)
{
    const struct zdm_named *self =
        catalog->user ? zdm_catalog_named(catalog, ZDM_NAMED_ROLE, NULL, catalog->user) : NULL;

    return self && !self->superuser && !catalog->uncertain;
}

bool
zdm_catalog_judges(const struct zdm_catalog *catalog)
{
    return same(catalog->rights_of, catalog->user) && zdm_catalog_surely_no_superuser(catalog);
}

bool
zdm_catalog_surely_lacks(const struct zdm_catalog *catalog, const char *role)
{
    if (!role || same(role, catalog->user) || !zdm_catalog_judges(catalog))
        return false;
    const struct zdm_named *named = zdm_catalog_named(catalog, ZDM_NAMED_ROLE, NULL, role);
    return named && !named->usable;
}

void
zdm_catalog_forget_rights(struct zdm_catalog *catalog)
{
    zdm_catalog_touch(catalog, &catalog->rights_of, sizeof catalog->rights_of);
    catalog->rights_of = NULL;
    zdm_catalog_touch(catalog, &catalog->roles_known, sizeof catalog->roles_known);
    catalog->roles_known = false;
}

void
zdm_catalog_names_release(struct zdm_catalog *catalog)
{
    if (!catalog->names)
        return;
    zdm_lookup_release(&catalog->names->by_key);
    free(catalog->names->items);
    free(catalog->names);
}
