#include <string.h>

#include "sql/catalog_private.h"

static size_t
hash(const char *name)
{
    size_t h = 14695981039346656037u; /* FNV-1a */

    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 1099511628211u;
    return h;
}

/* Things in a table begin anywhere; `next_at` and `name_at` are the offsets of these members. */
static void *
member(void *thing, size_t at)
{
    void *value;

    memcpy(&value, (char *)thing + at, sizeof value);
    return value;
}

static void
grow(struct zdm_catalog *catalog, struct zdm_catalog_table *table, size_t next_at, size_t name_at)
{
    size_t n = table->n_buckets ? 4 * table->n_buckets : 1024;
    void **buckets = zdm_arena_alloc(catalog->arena, n * sizeof *buckets);

    /* A rollback goes back to the old ones; the first ones it leaves, empty: it would be a new array
     * for each transaction that is rolled back. */
    if (table->n_buckets)
        zdm_catalog_touch(catalog, table, sizeof *table);
    for (size_t i = 0; i < table->n_buckets; i++) {
        void *thing = table->buckets[i];
        while (thing) {
            void *next = member(thing, next_at);
            size_t to = hash(member(thing, name_at)) % n;
            zdm_catalog_touch(catalog, (char *)thing + next_at, sizeof next);
            memcpy((char *)thing + next_at, &buckets[to], sizeof next);
            buckets[to] = thing;
            thing = next;
        }
    }
    table->buckets = buckets;
    table->n_buckets = n;
}

void *
zdm_catalog_chain(const struct zdm_catalog_table *table, const char *name)
{
    return table->n_buckets ? table->buckets[hash(name) % table->n_buckets] : NULL;
}

void
zdm_catalog_link(struct zdm_catalog *catalog, struct zdm_catalog_table *table, void *thing,
    size_t next_at, size_t name_at)
{
    if (table->count >= table->n_buckets)
        grow(catalog, table, next_at, name_at);
    void **head = &table->buckets[hash(member(thing, name_at)) % table->n_buckets];
    zdm_catalog_touch(catalog, head, sizeof *head);
    zdm_catalog_touch(catalog, (char *)thing + next_at, sizeof *head);
    memcpy((char *)thing + next_at, head, sizeof *head);
    *head = thing;
    zdm_catalog_touch(catalog, &table->count, sizeof table->count);
    table->count++;
}

void
zdm_catalog_unlink(struct zdm_catalog *catalog, struct zdm_catalog_table *table, void *thing,
    size_t next_at, size_t name_at)
{
    void *before = NULL, *next = member(thing, next_at);
    void **head = &table->buckets[hash(member(thing, name_at)) % table->n_buckets];

    for (void *at = *head; at && at != thing; at = member(at, next_at))
        before = at;
    if (!before) {
        zdm_catalog_touch(catalog, head, sizeof *head);
        *head = next;
    } else {
        zdm_catalog_touch(catalog, (char *)before + next_at, sizeof next);
        memcpy((char *)before + next_at, &next, sizeof next);
    }
    zdm_catalog_touch(catalog, &table->count, sizeof table->count);
    table->count--;
}
