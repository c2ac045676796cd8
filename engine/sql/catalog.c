/* What the catalog keeps, and how it goes back to what it was; lists. */
#include <stdlib.h>
#include <string.h>

#include "sql/catalog_names.h"
#include "sql/catalog_private.h"

struct any_list { /* the shape of every ZDM_LIST */
    void **items;
    uint32_t n, room;
};

struct zdm_catalog *
zdm_catalog_new(void)
{
    struct zdm_arena *arena = zdm_arena_new();
    struct zdm_catalog *catalog = zdm_arena_alloc(arena, sizeof *catalog);

    catalog->arena = arena;
    catalog->lock_timeout_ms = catalog->statement_timeout_ms = -1;
    catalog->private = zdm_arena_alloc(arena, sizeof *catalog->private);
    return catalog;
}

void
zdm_catalog_free(struct zdm_catalog *catalog)
{
    if (!catalog)
        return;
    struct zdm_catalog_private *private = catalog->private;
    free(private->kept);
    free(private->bytes);
    zdm_catalog_names_release(catalog);
    zdm_arena_free(catalog->arena);
}

void
zdm_catalog_append_(struct zdm_catalog *catalog, void *list, const void *item)
{
    struct any_list now;

    zdm_catalog_touch(catalog, list, sizeof now);
    memcpy(&now, list, sizeof now);
    if (now.n == now.room) {
        now.room = now.room ? 2 * now.room : 2; /* most hold one, and less takes no less room */
        void **grown = zdm_arena_alloc(catalog->arena, now.room * sizeof *grown);
        if (now.n)
            memcpy(grown, now.items, now.n * sizeof *grown);
        now.items = grown;
    } else {
        /* Behind the end may stand what a rollback puts back into the list. */
        zdm_catalog_touch(catalog, &now.items[now.n], sizeof *now.items);
    }
    memcpy(&now.items[now.n++], &item, sizeof item);
    memcpy(list, &now, sizeof now);
}

/* Where the item is; list.n when it is not there. */
static size_t
position(const struct any_list *list, const void *item)
{
    size_t at = 0;

    while (at < list->n && list->items[at] != item)
        at++;
    return at;
}

void
zdm_catalog_remove(struct zdm_catalog *catalog, void *list, const void *item)
{
    struct any_list now;

    memcpy(&now, list, sizeof now);
    size_t at = position(&now, item);
    if (at == now.n)
        return;
    zdm_catalog_touch(catalog, list, sizeof now);
    zdm_catalog_touch(catalog, &now.items[at], (now.n - at) * sizeof *now.items);
    now.n--;
    memmove(&now.items[at], &now.items[at + 1], (now.n - at) * sizeof *now.items);
    memcpy(list, &now, sizeof now);
}

void
zdm_catalog_remove_unordered(struct zdm_catalog *catalog, void *list, const void *item)
{
    struct any_list now;

    memcpy(&now, list, sizeof now);
    size_t at = position(&now, item);
    if (at == now.n)
        return;
    zdm_catalog_touch(catalog, list, sizeof now);
    zdm_catalog_touch(catalog, &now.items[at], sizeof *now.items);
    now.items[at] = now.items[--now.n];
    memcpy(list, &now, sizeof now);
}

bool
zdm_names_have(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (names[i] && strcmp(names[i], name) == 0)
            return true;
    return false;
}

bool
zdm_same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}
