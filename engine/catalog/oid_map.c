#include "catalog/oid_map.h"

#include <stdlib.h>

#include "base/mem.h"

/* OIDs come from a counter: multiplying spreads those of one stride (Fibonacci hashing). */
static size_t
place(const struct zdm_oid_map *map, uint32_t oid)
{
    uint32_t mixed = oid * 2654435769u;
    size_t at = (mixed ^ mixed >> 16) & (map->n_slots - 1);

    while (map->slots[at].oid && map->slots[at].oid != oid)
        at = (at + 1) & (map->n_slots - 1);
    return at;
}

static void
grow(struct zdm_oid_map *map)
{
    struct zdm_oid_map bigger = {.n_slots = map->n_slots ? 4 * map->n_slots : 256};

    bigger.count = map->count;
    bigger.slots = zdm_alloc(bigger.n_slots * sizeof *bigger.slots);
    for (size_t i = 0; i < map->n_slots; i++)
        if (map->slots[i].oid)
            bigger.slots[place(&bigger, map->slots[i].oid)] = map->slots[i];
    free(map->slots);
    *map = bigger;
}

void
zdm_oid_map_put(struct zdm_oid_map *map, uint32_t oid, void *value)
{
    if (!oid || !value)
        zdm_die("nothing was put into a map");
    if (2 * map->count >= map->n_slots)
        grow(map);
    struct zdm_oid_slot *slot = &map->slots[place(map, oid)];
    if (!slot->oid)
        map->count++;
    *slot = (struct zdm_oid_slot){.oid = oid, .value = value};
}

void *
zdm_oid_map_get(const struct zdm_oid_map *map, uint32_t oid)
{
    return oid && map->n_slots ? map->slots[place(map, oid)].value : NULL;
}

void
zdm_oid_map_release(struct zdm_oid_map *map)
{
    free(map->slots);
    *map = (struct zdm_oid_map){0};
}
