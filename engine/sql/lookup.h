/*
 * lookup.h - numbers by name. Private to engine/sql.
 */
#ifndef ZDM_SQL_LOOKUP_H
#define ZDM_SQL_LOOKUP_H

#include <stddef.h>

struct zdm_lookup { /* all zero is empty */
    struct zdm_lookup_slot {
        const char *key; /* borrowed */
        size_t value;
    } * slots;
    size_t n, room;
};

/* Where the value of a key is kept, or NULL. View until the next zdm_lookup_put(). */
size_t *zdm_lookup_get(const struct zdm_lookup *lookup, const char *key);
/* The same; a key that was not there gets `first`. */
size_t *zdm_lookup_put(struct zdm_lookup *lookup, const char *key, size_t first);
/* The key as it was put there, or NULL. */
const char *zdm_lookup_key(const struct zdm_lookup *lookup, const char *key);
void zdm_lookup_release(struct zdm_lookup *lookup);

#endif
