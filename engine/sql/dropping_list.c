/* What goes, and what goes only with CASCADE: the lists (dropping.h). */
#include <string.h>

#include "sql/dropping_private.h"

bool
zdm_gone_has(const struct zdm_gone *list, size_t n, const struct zdm_gone *item)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].kind == item->kind && list[i].object == item->object &&
            zdm_same_text(list[i].part, item->part) && zdm_same_text(list[i].name, item->name))
            return true;
    return false;
}

static void
push(struct zdm_arena *arena, struct zdm_gone **list, size_t *n, const struct zdm_gone *item)
{
    /* Doubled when full: 1, 2, 4, ... */
    if ((*n & (*n - 1)) == 0) {
        struct zdm_gone *grown = zdm_arena_alloc(arena, (*n ? 2 * *n : 1) * sizeof *grown);
        if (*n)
            memcpy(grown, *list, *n * sizeof *grown);
        *list = grown;
    }
    (*list)[(*n)++] = *item;
}

void
zdm_dropping_take(struct zdm_dropping *dropping, struct zdm_gone item)
{
    if (!zdm_gone_has(dropping->gone, dropping->n_gone, &item))
        push(dropping->draft->arena, &dropping->gone, &dropping->n_gone, &item);
}

void
zdm_dropping_need(struct zdm_dropping *dropping, struct zdm_gone item)
{
    push(dropping->draft->arena, &dropping->pending, &dropping->n_pending, &item);
}
