#include "sql/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static size_t
hash(const char *key)
{
    size_t h = 14695981039346656037u; /* FNV-1a */

    for (; *key; key++)
        h = (h ^ (unsigned char)*key) * 1099511628211u;
    return h;
}

static struct zdm_lookup_slot *
slot(const struct zdm_lookup *lookup, const char *key)
{
    size_t i = hash(key) & (lookup->room - 1);

    while (lookup->slots[i].key && strcmp(lookup->slots[i].key, key) != 0)
        i = (i + 1) & (lookup->room - 1);
    return &lookup->slots[i];
}

size_t *
zdm_lookup_get(const struct zdm_lookup *lookup, const char *key)
{
    if (!lookup->n)
        return NULL;
    struct zdm_lookup_slot *found = slot(lookup, key);
    return found->key ? &found->value : NULL;
}

const char *
zdm_lookup_key(const struct zdm_lookup *lookup, const char *key)
{
    return lookup->n ? slot(lookup, key)->key : NULL;
}

static void
grow(struct zdm_lookup *lookup)
{
    struct zdm_lookup larger = {.room = lookup->room ? 2 * lookup->room : 64, .n = lookup->n};

    larger.slots = zdm_alloc(larger.room * sizeof *larger.slots);
    for (size_t i = 0; i < lookup->room; i++)
        if (lookup->slots[i].key)
            *slot(&larger, lookup->slots[i].key) = lookup->slots[i];
    free(lookup->slots);
    *lookup = larger;
}

size_t *
zdm_lookup_put(struct zdm_lookup *lookup, const char *key, size_t first)
{
    if (2 * (lookup->n + 1) > lookup->room)
        grow(lookup);
    struct zdm_lookup_slot *found = slot(lookup, key);
    if (!found->key) {
        *found = (struct zdm_lookup_slot){.key = key, .value = first};
        lookup->n++;
    }
    return &found->value;
}

void
zdm_lookup_release(struct zdm_lookup *lookup)
{
    free(lookup->slots);
    *lookup = (struct zdm_lookup){.slots = NULL};
}
