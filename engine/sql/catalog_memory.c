/* Memory of the catalog, and how it was at each mark (catalog.h). */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sql/catalog_private.h"

static void
forget(struct zdm_catalog_private *private)
{
    private->n_kept = private->n_bytes = 0;
}

char *
zdm_catalog_string(struct zdm_catalog *catalog, const char *s)
{
    return zdm_arena_strdup(catalog->arena, s);
}

void *
zdm_catalog_alloc(struct zdm_catalog *catalog, size_t size)
{
    return zdm_arena_alloc(catalog->arena, size);
}

void
zdm_catalog_touch(struct zdm_catalog *catalog, void *object, size_t size)
{
    struct zdm_catalog_private *private = catalog->private;

    if (!private->marks)
        return;
    if (private->n_kept == private->room) {
        private->room = private->room ? 2 * private->room : 64;
        private->kept = zdm_realloc(private->kept, private->room * sizeof *private->kept);
    }
    struct zdm_catalog_kept *kept = &private->kept[private->n_kept++];
    *kept = (struct zdm_catalog_kept){.object = object, .size = size, .at = private->n_bytes};
    while (private->bytes_room - private->n_bytes < size) {
        private->bytes_room = private->bytes_room ? 2 * private->bytes_room : 4096;
        private->bytes = zdm_realloc(private->bytes, private->bytes_room);
    }
    memcpy(private->bytes + private->n_bytes, object, size);
    private->n_bytes += size;
}

size_t
zdm_catalog_mark(struct zdm_catalog *catalog)
{
    catalog->private->marks++;
    return catalog->private->n_kept;
}

void
zdm_catalog_rollback(struct zdm_catalog *catalog, size_t mark)
{
    struct zdm_catalog_private *private = catalog->private;

    while (private->n_kept > mark) {
        struct zdm_catalog_kept *kept = &private->kept[--private->n_kept];
        memcpy(kept->object, private->bytes + kept->at, kept->size);
        private->n_bytes = kept->at;
    }
    zdm_catalog_release(catalog, mark);
}

void
zdm_catalog_release(struct zdm_catalog *catalog, size_t mark)
{
    (void)mark;
    if (--catalog->private->marks == 0)
        forget(catalog->private);
}
