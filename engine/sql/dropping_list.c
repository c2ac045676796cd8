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

bool
zdm_gone_is_called(struct zdm_draft *draft, const char *name, const char *text)
{
    if (!name)
        return false;
    const char *quoted = zdm_ident_text(draft->arena, name);
    size_t len = strlen(quoted), whole = strlen(text);

    return strcmp(name, text) == 0 || strcmp(quoted, text) == 0 ||
           (strncmp(text, quoted, len) == 0 && strncmp(text + len, " on ", 4) == 0) ||
           (whole > len && text[whole - len - 1] == '.' && strcmp(text + whole - len, quoted) == 0);
}

struct zdm_gone
zdm_gone_part(struct zdm_dropping *dropping, struct zdm_relation *relation, const char *kind,
    const char *name)
{
    struct zdm_gone item = {.kind = ZDM_GONE_PART, .object = relation, .part = kind, .name = name};

    if (relation->index) {
        item.object = relation->index->table;
        item.name = relation->name;
        return item;
    }
    for (size_t i = 0; i < relation->columns.n; i++) {
        const struct zdm_column *column = relation->columns.items[i];
        if (zdm_gone_is_called(dropping->draft, column->name, name) &&
            (strcmp(kind, "generated column") == 0 ||
                (strcmp(kind, "default") == 0 && column->generated)))
            return (struct zdm_gone){
                .kind = ZDM_GONE_COLUMN, .object = relation, .name = column->name};
    }
    return item;
}
