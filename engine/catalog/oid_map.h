/*
 * oid_map.h - what an OID stands for, while a catalog is loaded.
 *
 *     struct zdm_oid_map types = {0};
 *     zdm_oid_map_put(&types, 23, int4);
 *     type = zdm_oid_map_get(&types, 23);
 *     zdm_oid_map_release(&types);
 */
#ifndef ZDM_CATALOG_OID_MAP_H
#define ZDM_CATALOG_OID_MAP_H

#include <stddef.h>
#include <stdint.h>

struct zdm_oid_map {
    struct zdm_oid_slot {
        uint32_t oid; /* 0: free */
        void *value;
    } * slots;
    size_t n_slots, count;
};

/* oid 0 stands for nothing and cannot be put. The value is borrowed and not NULL. */
void zdm_oid_map_put(struct zdm_oid_map *map, uint32_t oid, void *value);
void *zdm_oid_map_get(const struct zdm_oid_map *map, uint32_t oid); /* NULL: not there */
void zdm_oid_map_release(struct zdm_oid_map *map);

#endif
